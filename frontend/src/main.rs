//! The process: environment, standard streams, logging, exit code.

fn main() {}

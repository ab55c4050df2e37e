//! What our program does inside a worker.

pub mod apt;
pub mod resolve;

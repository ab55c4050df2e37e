//! The distributions we know.

//! The spec as its author wrote it.

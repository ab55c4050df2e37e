//! The graph of a system extension.

//! Target paths.

//! From request to result.

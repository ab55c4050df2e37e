//! BuildKit protocol.

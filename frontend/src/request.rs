//! What the client asked for.

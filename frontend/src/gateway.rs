//! The wire to BuildKit: the one place that talks.

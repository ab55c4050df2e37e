//! A spec for one target and platform, with nothing left to decide.

//! How the families of distributions order the versions of packages.

pub mod deb;

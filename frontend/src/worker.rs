//! What our program does inside a worker.
//!
//! The inside is pure: archives become entries, rules turn entries into the tree of an image and findings,
//! and the tree becomes a tar stream. Files and processes are only at the edge, in [`assemble`],
//! [`apt`] and [`dnf`].

pub mod apt;
mod archive;
pub mod assemble;
mod base;
mod capability;
mod check;
pub mod credential;
pub mod digest;
pub mod dnf;
mod elf;
mod entry;
mod finding;
pub mod keyring;
pub mod listing;
mod manager;
mod mkfs;
mod needs;
pub mod openpgp;
mod overshadow;
mod path;
pub mod progress;
mod report;
pub mod resolve;
mod rule;
mod store;
mod system;
mod tar;
pub mod test;
mod tree;
mod verity;
mod view;

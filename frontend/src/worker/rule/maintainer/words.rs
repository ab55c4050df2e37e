//! The arguments of programs that scripts call.

use crate::worker::capability;
use crate::worker::path::TreePath;
use crate::worker::rule::alternative::{Alternative, Link};
use crate::worker::rule::link::Places;
use crate::worker::rule::maintainer::Owner;

/// The words after a program's name; `None` is one that only a run would know.
#[derive(Debug)]
pub(super) struct Words<'a>(pub(super) &'a [Option<String>]);

impl Words<'_> {
    /// All words, if each is known.
    pub(super) fn constant(&self) -> Option<Vec<&str>> {
        self.0.iter().map(Option::as_deref).collect()
    }

    /// Whether this word is among them.
    pub(super) fn has(&self, word: &str) -> bool {
        self.0.iter().any(|known| known.as_deref() == Some(word))
    }

    /// The last of them.
    pub(super) fn last(&self) -> Option<String> {
        self.0.last().cloned().flatten()
    }

    /// The alternative that update-alternatives(1) would register; `None` where it does something else, and an error
    /// with the name as far as it is known where it is not clear what.
    pub(super) fn alternative(&self) -> Option<Result<Alternative, Option<String>>> {
        let at = self.0.iter().position(|word| word.as_deref() == Some("--install"))?;
        let name = self.0.get(at + 2).cloned().flatten();
        let known = || -> Option<Alternative> {
            let words = self.constant()?;
            let mut words = words[at + 1..].iter().copied();
            let master =
                Link { at: path(words.next()?)?, name: words.next()?.into(), target: path(words.next()?)? };
            let priority = words.next()?.parse().ok()?;
            let mut followers = Vec::new();
            while let Some(option) = words.next() {
                match option {
                    "--follower" | "--slave" => followers.push(Link {
                        at: path(words.next()?)?,
                        name: words.next()?.into(),
                        target: path(words.next()?)?,
                    }),
                    "--family" | "--initscript" => drop(words.next()?),
                    option if option.starts_with("--") => {}
                    _ => return None,
                }
            }
            Some(Alternative { master, priority, followers })
        };
        Some(known().ok_or(name))
    }

    /// The file and the attribute's value that setcap(8) would give it.
    pub(super) fn capability(&self, places: &Places) -> Option<(TreePath, Vec<u8>)> {
        let words = self.constant()?;
        let [text, file] = words.strip_prefix(&["-q"]).unwrap_or(&words) else { return None };
        Some((place(file, places)?, capability::attribute(text).ok()??.to_vec()))
    }

    /// The paths of `/etc`, `/run` and `/var` that chgrp(1), chmod(1), chown(1) or dpkg-statoverride(1) would give to
    /// somebody; `None` where others are meant, or it is not clear whom and what.
    pub(super) fn owners(&self, program: &str, places: &Places) -> Option<Vec<(TreePath, Owner)>> {
        if program == "dpkg-statoverride" && !self.has("--add") {
            return Some(Vec::new());
        }
        let words = self.constant()?;
        let recursive = words.iter().any(|word| matches!(*word, "-R" | "--recursive"));
        let mut words = words.into_iter().filter(|word| !word.starts_with('-'));
        let owner = match program {
            "chgrp" => Owner::parse(&format!(":{}", words.next()?))?,
            "chmod" => Owner { mode: Some(mode(words.next()?)?), ..Owner::default() },
            "chown" => Owner::parse(words.next()?)?,
            _ => {
                let owner = Owner::parse(&format!("{}:{}", words.next()?, words.next()?))?;
                Owner { mode: Some(mode(words.next()?)?), ..owner }
            }
        };
        let given: Option<Vec<(TreePath, Owner)>> = words
            .map(|path| {
                let path = place(path, places)?;
                matches!(path.top(), b"etc" | b"run" | b"var").then(|| (path, owner.clone()))
            })
            .collect();
        given.filter(|given| !recursive && !given.is_empty())
    }
}

/// An octal mode.
fn mode(text: &str) -> Option<u32> {
    u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o7777)
}

/// The path of an absolute text.
fn path(text: &str) -> Option<TreePath> {
    TreePath::parse(text.strip_prefix('/')?.as_bytes()).ok()?
}

/// Where the image has what a script knows under this text.
fn place(text: &str, places: &Places) -> Option<TreePath> {
    let path = path(text)?;
    Some(places.moved(&path).unwrap_or(path))
}

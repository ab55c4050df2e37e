//! Whether contents and files are as a test says.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use regex::bytes::Regex;

use crate::job::{ContentCheck, FileCheck};
use crate::worker::path::printable;

/// What is wrong with a content: each the rest of a sentence about it.
pub(super) fn content(content: &[u8], check: &ContentCheck) -> Vec<String> {
    let ContentCheck { contains, empty, ends_with, equals, matches, starts_with } = check;
    let is = shown(content);
    let mut wrong = Vec::new();
    if *empty && !content.is_empty() {
        wrong.push(format!("is {is}, it must be empty"));
    }
    if let Some(text) = equals.as_ref().filter(|text| content != text.as_bytes()) {
        wrong.push(format!("is {is}, it must be {}", shown(text.as_bytes())));
    }
    if let Some(text) = starts_with.as_ref().filter(|text| !content.starts_with(text.as_bytes())) {
        wrong.push(format!("is {is}, it must start with {}", shown(text.as_bytes())));
    }
    if let Some(text) = ends_with.as_ref().filter(|text| !content.ends_with(text.as_bytes())) {
        wrong.push(format!("is {is}, it must end with {}", shown(text.as_bytes())));
    }
    for text in contains.iter().filter(|text| !has(content, text.as_bytes())) {
        wrong.push(format!("is {is}, it must contain {}", shown(text.as_bytes())));
    }
    for pattern in matches {
        match Regex::new(pattern) {
            Ok(regex) if regex.is_match(content) => {}
            Ok(_) => wrong.push(format!("is {is}, it must match {}", shown(pattern.as_bytes()))),
            Err(error) => {
                wrong.push(format!("cannot be compared with {}: {error}", shown(pattern.as_bytes())));
            }
        }
    }
    wrong
}

/// What is wrong with a file: each a sentence about it.
pub(super) fn file(path: &Path, check: &FileCheck) -> Vec<String> {
    let FileCheck { content: of_content, is_dir, link_target, no_follow, not_exist, permissions } = check;
    let look = if *no_follow { fs::symlink_metadata } else { fs::metadata::<&Path> };
    let mut wrong = Vec::new();
    if let Some(target) = link_target {
        match fs::read_link(path) {
            Ok(is) if is.as_os_str() == target.as_str() => {}
            Ok(is) => wrong.push(format!(
                "it leads to {}, it must lead to {}",
                shown(is.as_os_str().as_encoded_bytes()),
                shown(target.as_bytes())
            )),
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                wrong.push(format!("it is no link, it must lead to {}", shown(target.as_bytes())));
            }
            Err(error) => wrong.push(missing(&error)),
        }
        // What a link leads to need not be there for its words to be right.
        let alone = FileCheck { link_target: None, no_follow: *no_follow, ..FileCheck::default() };
        if *check == (FileCheck { link_target: link_target.clone(), ..alone }) {
            return wrong;
        }
    }
    let metadata = match (look(path), not_exist) {
        (Ok(_), true) => {
            wrong.push("it is there, it must not be".to_owned());
            return wrong;
        }
        (Err(error), true) if error.kind() == io::ErrorKind::NotFound => return wrong,
        (Err(error), _) => {
            wrong.push(missing(&error));
            return wrong;
        }
        (Ok(metadata), false) => metadata,
    };
    match (metadata.is_dir(), is_dir) {
        (true, false) => wrong.push("it is a directory, it must be none".to_owned()),
        (false, true) => wrong.push("it is no directory, it must be one".to_owned()),
        _ => {}
    }
    let mode = metadata.permissions().mode() & 0o777;
    if let Some(wanted) = permissions.filter(|wanted| *wanted != mode) {
        wrong.push(format!("its mode is {mode:#05o}, it must be {wanted:#05o}"));
    }
    if !of_content.is_empty() {
        match read(path, &metadata) {
            Ok(bytes) => {
                let of = content(&bytes, of_content);
                wrong.extend(of.into_iter().map(|why| format!("its content {why}")));
            }
            Err(error) => wrong.push(format!("its content cannot be read: {error}")),
        }
    }
    wrong
}

fn read(path: &Path, metadata: &Metadata) -> io::Result<Vec<u8>> {
    if !metadata.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other(format!("it has more than {LARGEST} bytes")));
    }
    Ok(bytes)
}

fn missing(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::NotFound {
        return "it is not there, it must be".to_owned();
    }
    format!("it cannot be looked at: {error}")
}

fn has(content: &[u8], text: &[u8]) -> bool {
    text.is_empty() || content.windows(text.len()).any(|part| part == text)
}

/// The beginning of a content, for people.
fn shown(content: &[u8]) -> String {
    if content.contains(&0) {
        return format!("binary data of {} bytes", content.len());
    }
    let start = &content[..content.len().min(SHOWN)];
    let rest = content.len() - start.len();
    let more = if rest == 0 { String::new() } else { format!(" and {rest} bytes more") };
    format!("`{}`{more}", printable(start))
}

/// Bytes of a content that are shown, at most.
const SHOWN: usize = 1024;
/// Bytes of a file whose content is looked at, at most.
const LARGEST: u64 = 256 << 20;

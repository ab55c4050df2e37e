//! Lists of mirrors, and where a mirror keeps its index.

use std::io;

use crate::xml::{self, Attributes, Visitor};

/// The address under which the first mirror of a list keeps its repository, as a manager of RPM packages would read it:
/// the lines of a `mirrorlist`, or the addresses of `repomd.xml` in a `metalink` (Metalink 3.0). Of several the first
/// by HTTPS, as lists begin with the nearest.
pub fn first_mirror(list: &[u8]) -> Option<String> {
    if list.len() > MAX_LIST {
        return None;
    }
    let mut addresses = if list.trim_ascii_start().starts_with(b"<") { metalink(list) } else { lines(list) };
    let at = addresses.iter().position(|address| address.starts_with("https://"));
    let at = at.or_else(|| addresses.iter().position(|address| address.starts_with("http://")))?;
    Some(addresses.swap_remove(at))
}

/// Where a repository of RPM packages keeps its index.
pub fn index_of(base: &str) -> String {
    format!("{}/{INDEX}", base.trim_end_matches('/'))
}

fn lines(list: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(list);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.trim_end_matches('/').to_owned()).collect()
}

fn metalink(list: &[u8]) -> Vec<String> {
    let mut found = Metalink::default();
    // what was read before an error is as good as the rest
    let _ = xml::walk(list, &mut found);
    found.addresses
}

#[derive(Default)]
struct Metalink {
    addresses: Vec<String>,
}

impl Visitor for Metalink {
    fn open(&mut self, _: &str, _: &Attributes<'_>) -> io::Result<()> {
        Ok(())
    }

    fn close(&mut self, name: &str, text: &str) -> io::Result<()> {
        if name == "url" {
            self.addresses.extend(text.strip_suffix(INDEX).map(|base| base.trim_end_matches('/').to_owned()));
        }
        Ok(())
    }
}

/// Path of a repository's index.
const INDEX: &str = "repodata/repomd.xml";

/// Bytes of a list of mirrors that is read, at most; that of the largest distribution has 100 KiB.
const MAX_LIST: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(list: &str) -> Option<String> {
        first_mirror(list.as_bytes())
    }

    #[test]
    fn the_first_mirror_by_https_is_taken() {
        let list = "# nearest first\nrsync://a.example.org/x/\nhttp://b.example.org/x/\n https://c.example.org/x/ \n\
                    https://d.example.org/x/\n";
        assert_eq!(check(list).as_deref(), Some("https://c.example.org/x"));
        assert_eq!(check("http://b.example.org/x\n").as_deref(), Some("http://b.example.org/x"));
        assert_eq!(check("# none\n\nftp://a.example.org\n"), None);
        assert_eq!(index_of("https://c.example.org/x/"), "https://c.example.org/x/repodata/repomd.xml");
    }

    #[test]
    fn a_metalink_names_the_index_of_each_mirror() {
        let list = r#"<?xml version="1.0" encoding="utf-8"?>
<metalink version="3.0" xmlns="http://www.metalinker.org/">
 <files>
  <file name="repomd.xml">
   <verification><hash type="sha256">00</hash></verification>
   <resources maxconnections="1">
    <url protocol="rsync" type="rsync" preference="100">rsync://a.example.org/x/repodata/repomd.xml</url>
    <url protocol="http" type="http" preference="100">http://b.example.org/x/repodata/repomd.xml</url>
    <url protocol="https" type="https" preference="99">https://c.example.org/x&amp;y/repodata/repomd.xml</url>
   </resources>
  </file>
 </files>
</metalink>"#;
        assert_eq!(check(list).as_deref(), Some("https://c.example.org/x&y"));
        assert_eq!(check(&list.replace("repomd.xml</url>", "other</url>")), None);
        assert_eq!(check("<html>"), None);
    }
}

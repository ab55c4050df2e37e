//! What only one host may know, or what makes it that host: everybody who gets the image would have it.

use std::io;

use crate::job::{Finding, Rule};
use crate::worker::entry::{Entry, Node};
use crate::worker::finding::{error, list};
use crate::worker::path::TreePath;
use crate::worker::rule::etc;
use crate::worker::store::Store;

/// Refuses such files of a package in `/etc`. The rule before this has moved them to `/usr/share/NAME/etc`.
pub(super) fn check(
    package: &str,
    name: &str,
    entries: &[Entry],
    store: &Store,
    findings: &mut Vec<Finding>,
) -> io::Result<()> {
    let etc = etc::directory(name);
    let mut secrets: Vec<&TreePath> = Vec::new();
    for entry in entries {
        let Some(below) = entry.path.below(&etc) else { continue };
        let is_secret = match &entry.node {
            Node::File { content, .. } => {
                is_named(below) || (content.len() <= KEY && holds_key(&store.read(content, FILE)?))
            }
            _ => false,
        };
        if is_secret {
            secrets.push(&entry.path);
        }
    }
    if !secrets.is_empty() {
        let message = format!(
            "`{package}` has {}: every host that gets the image would share what must be one host's own",
            list(&secrets)
        );
        let help = "leave the package out; make keys, passwords and identities on each host";
        findings.push(error(Rule::Secret, &[package], message).about(secrets).with_help(help));
    }
    Ok(())
}

/// Whether a path below `/etc` is that of a secret: shadow(5), gshadow(5) with their backups, machine-id(5),
/// and the host keys of sshd(8).
fn is_named(below: &[u8]) -> bool {
    let host_key = below.strip_prefix(b"ssh/ssh_host_").is_some_and(|rest| rest.ends_with(b"_key"));
    host_key || matches!(below, b"gshadow" | b"gshadow-" | b"machine-id" | b"shadow" | b"shadow-")
}

/// Whether a text has a private key in the form of RFC 7468, of OpenSSH or of OpenPGP.
fn holds_key(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'\n').any(|line| {
        let label =
            line.trim_ascii().strip_prefix(b"-----BEGIN ").and_then(|rest| rest.strip_suffix(b"-----"));
        label.is_some_and(|label| label.ends_with(b"PRIVATE KEY") || label.ends_with(b"PRIVATE KEY BLOCK"))
    })
}

/// Bytes of the largest file that may be a key.
const KEY: u64 = 1 << 20;
/// Bytes of it that are looked at.
const FILE: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::worker::entry::tests::{file, link};
    use crate::worker::finding::tests::text;

    #[test]
    fn what_is_one_hosts_own_is_refused() {
        let entries = [
            file("usr/share/n/etc/shadow", "root:*:1::::::\n"),
            file("usr/share/n/etc/machine-id", ""),
            file("usr/share/n/etc/ssh/ssh_host_ed25519_key", ""),
            file("usr/share/n/etc/ssl/x.pem", "text\n-----BEGIN RSA PRIVATE KEY-----\nAA==\n"),
            file("usr/share/n/etc/ssh/ssh_host_ed25519_key.pub", "ssh-ed25519 AAAA"),
            file("usr/share/n/etc/ssl/ca.pem", "-----BEGIN CERTIFICATE-----\nAA==\n"),
            link("usr/share/n/etc/shadow-link", "shadow"),
            file("usr/share/doc/p/key.pem", "-----BEGIN PRIVATE KEY-----\n"),
        ];
        let mut findings = Vec::new();
        check("p", "n", &entries, &Store::default(), &mut findings).unwrap();
        expect![[r#"
            Error secret ["p"]: `p` has `/usr/share/n/etc/shadow`, `/usr/share/n/etc/machine-id`, `/usr/share/n/etc/ssh/ssh_host_ed25519_key` and `/usr/share/n/etc/ssl/x.pem`: every host that gets the image would share what must be one host's own
              help: leave the package out; make keys, passwords and identities on each host
        "#]]
        .assert_eq(&text(&findings));
    }
}

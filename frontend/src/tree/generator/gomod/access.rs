//! What opens the repositories of modules, for git as Go calls it.
//!
//! Secrets are mounts: git asks our own program for them, which reads the mounted file. Names of hosts and of files are
//! all that a step's words and files say.

use std::collections::BTreeSet;

use buildkit_llb::{Exec, MkFile, ReadOnly, Secret, Ssh, State};

use crate::job;
use crate::spec::Concrete;
use crate::spec::generator::{Gomod, GomodAuth};
use crate::step::Steps;

/// Lets `exec` open what a spec has keys for.
pub(super) fn give(steps: &Steps, exec: &mut Exec, gomod: &Gomod<Concrete>) {
    if gomod.auth.is_empty() {
        return;
    }
    let mut hosts: Vec<_> = gomod.auth.iter().collect();
    hosts.sort_by(|a, b| a.host.value.cmp(&b.host.value));
    let mut agents = BTreeSet::new();
    let mut configuration = String::new();
    for entry in &hosts {
        let host = entry.host.value.as_str();
        let GomodAuth { header, ssh, token } = &entry.auth;
        for (kind, id) in [("header", header), ("token", token)] {
            if let Some(id) = id {
                exec.mount(format!("{}/{host}/{kind}", job::SECRETS), Secret::new(id.as_str()));
            }
        }
        // A host has one way in: who gives a token or a header does not need an agent.
        if let (None, None, Some(ssh)) = (token, header, ssh) {
            agents.insert(ssh.id.as_ref().map_or("default", |id| id.as_str()));
            let base = format!("ssh://{}@{host}/", ssh.username);
            let web = format!("https://{host}/");
            configuration.push_str(&section("url", &base, "insteadOf", &web));
        } else {
            let helper = format!("{} worker git-credential", job::PROGRAM);
            configuration.push_str(&section("credential", &format!("https://{host}"), "helper", &helper));
        }
    }
    for (number, agent) in agents.iter().enumerate() {
        exec.mount(format!("/run/annex/ssh_agent.{number}"), Ssh::new(*agent));
    }
    let file = State::scratch().mkfile(MkFile::new("/gitconfig", configuration));
    let file = file.named("[internal] how git opens repositories");
    exec.mount(GIT_CONFIGURATION, ReadOnly(file).selector("/gitconfig"));
    exec.mount(job::PROGRAM, ReadOnly(steps.program.clone()).selector(&steps.program_path));
    let names: BTreeSet<&str> = hosts.iter().map(|entry| without_port(entry.host.value.as_str())).collect();
    exec.env("GOPRIVATE", names.into_iter().collect::<Vec<_>>().join(","));
    exec.env("GIT_TERMINAL_PROMPT", "0").env("GIT_SSH_COMMAND", GIT_SSH);
}

/// The name of a host; a colon within brackets belongs to it.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// A section of git's configuration with one value.
fn section(kind: &str, name: &str, key: &str, value: &str) -> String {
    format!("[{kind} {}]\n\t{key} = {}\n", quoted(name), quoted(value))
}

/// A value of git's configuration (git-config(1), "Syntax").
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Where git looks for it when the home is root's.
const GIT_CONFIGURATION: &str = "/root/.gitconfig";
/// The language has no keys of hosts: what a module must be is in `go.sum`.
const GIT_SSH: &str =
    "ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_port_is_left_out() {
        for (host, expected) in [
            ("a.example", "a.example"),
            ("a.example:8443", "a.example"),
            ("[::1]", "[::1]"),
            ("[::1]:80", "[::1]"),
        ] {
            assert_eq!(without_port(host), expected);
        }
    }

    #[test]
    fn nothing_leaves_the_quotes_of_a_value() {
        assert_eq!(quoted(r#"a"]\b"#), r#""a\"]\\b""#);
    }
}

//! What a worker's configuration says of its repositories.

use std::path::PathBuf;

use super::ini::Section;
use super::variable::{Variables, substitute};
use crate::job::Manager;

/// A repository that the worker uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// Name of its section.
    pub id: String,
    /// The file that tells of it.
    pub(super) file: PathBuf,
    /// Where its files are, the first place first; empty if only its mirrors are known.
    pub bases: Vec<String>,
    /// Where its mirrors are listed.
    pub mirrors: Option<String>,
    /// Whether its packages must be signed.
    pub signed: bool,
    /// Where the keys are that may sign them.
    pub keys: Vec<String>,
    /// The lower, the sooner its packages are chosen.
    pub priority: i64,
    /// Among equal packages, the lower, the sooner.
    pub cost: i64,
    /// Whether it wants to know who asks.
    pub login: bool,
}

impl Repository {
    /// What a section says, with the defaults of `main` and of the manager; `None` for a repository that is not used.
    pub(super) fn read(
        section: &Section,
        main: &Section,
        manager: Manager,
        variables: &Variables,
    ) -> Option<Self> {
        let defaults = Defaults::of(manager);
        if !section.switch("enabled").unwrap_or(defaults.enabled) {
            return None;
        }
        let filled = |text: &str| substitute(text, variables);
        let number = |key: &str, default: i64| section.value(key)?.parse().ok().or(Some(default));
        let mirrors = ["metalink", "mirrorlist"].into_iter().find_map(|key| section.value(key));
        let signed = SIGNED.into_iter().find_map(|key| section.switch(key));
        let signed_by_default =
            || SIGNED.into_iter().find_map(|key| main.switch(key)).filter(|_| defaults.inherits);
        Some(Self {
            id: section.name.clone(),
            file: section.file.clone(),
            bases: section.list("baseurl").map(filled).collect(),
            mirrors: mirrors.map(filled),
            signed: signed.or_else(signed_by_default).unwrap_or(defaults.signed),
            keys: section.list("gpgkey").map(filled).collect(),
            priority: number("priority", defaults.priority).unwrap_or(defaults.priority),
            cost: number("cost", COST).unwrap_or(COST),
            login: LOGIN.into_iter().any(|key| section.value(key).is_some()),
        })
    }
}

/// What holds when a section says nothing.
struct Defaults {
    enabled: bool,
    signed: bool,
    /// Whether `signed` is asked of the section `main` first.
    inherits: bool,
    priority: i64,
}

impl Defaults {
    /// dnf.conf(5) of dnf 4 and 5, and `common/config.h` of tdnf 3.5.
    fn of(manager: Manager) -> Self {
        match manager {
            Manager::Dnf | Manager::Dnf5 => {
                Self { enabled: true, signed: false, inherits: true, priority: 99 }
            }
            Manager::Tdnf => Self { enabled: false, signed: true, inherits: false, priority: 50 },
        }
    }
}

/// Whether packages must be signed, in dnf 5's words and in all others'.
const SIGNED: [&str; 2] = ["pkg_gpgcheck", "gpgcheck"];

/// What tells a repository who asks.
const LOGIN: [&str; 4] = ["password", "sslclientcert", "sslclientkey", "username"];

/// dnf.conf(5).
const COST: i64 = 1000;

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::worker::dnf::ini;

    fn read(manager: Manager, main: &str, text: &str) -> Option<Repository> {
        let sections = ini::parse(&format!("[main]\n{main}\n[r]\n{text}")).unwrap();
        let variables = [("basearch".to_owned(), "x86_64".to_owned())].into();
        Repository::read(&sections[1], &sections[0], manager, &variables)
    }

    #[test]
    fn a_section_is_a_repository() {
        let text = "baseurl=https://a.example.org/$basearch/ https://b.example.org/\nmirrorlist=https://m.example.org/\n\
                    gpgkey=file:///etc/pki/$basearch\n https://example.org/key\npriority=10\ncost=5\npassword=x";
        expect![[r#"
            Some(
                Repository {
                    id: "r",
                    file: "",
                    bases: [
                        "https://a.example.org/x86_64/",
                        "https://b.example.org/",
                    ],
                    mirrors: Some(
                        "https://m.example.org/",
                    ),
                    signed: true,
                    keys: [
                        "file:///etc/pki/x86_64",
                        "https://example.org/key",
                    ],
                    priority: 10,
                    cost: 5,
                    login: true,
                },
            )
        "#]]
        .assert_debug_eq(&read(Manager::Dnf, "gpgcheck=1", text));
    }

    #[test]
    fn each_manager_has_its_defaults() {
        let signed = |manager, main: &str, text: &str| {
            read(manager, main, &format!("enabled=1\n{text}")).map(|repository| repository.signed)
        };
        assert_eq!(signed(Manager::Dnf, "", ""), Some(false));
        assert_eq!(signed(Manager::Dnf, "gpgcheck=1", ""), Some(true));
        assert_eq!(signed(Manager::Dnf, "gpgcheck=1", "gpgcheck=0"), Some(false));
        assert_eq!(signed(Manager::Dnf5, "pkg_gpgcheck=1", ""), Some(true));
        assert_eq!(signed(Manager::Tdnf, "gpgcheck=0", ""), Some(true));
        assert_eq!(signed(Manager::Tdnf, "", "gpgcheck=0"), Some(false));
        assert_eq!(read(Manager::Tdnf, "", ""), None);
        assert_eq!(read(Manager::Dnf, "", "enabled=0"), None);
        assert_eq!(read(Manager::Dnf, "", "priority=x").map(|repository| repository.priority), Some(99));
        assert_eq!(read(Manager::Tdnf, "", "enabled=1").map(|repository| repository.priority), Some(50));
    }
}

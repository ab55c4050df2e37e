//! Where the managers keep their configuration, and how its files go together.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::ini::{self, Section};
use super::variable::{self, Variables};
use super::{Dnf, Repository, glob};
use crate::job::{Extra, Manager};
use crate::worker::manager::Error;
use crate::worker::progress::say;

/// What a worker's configuration says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// The repositories that are used, by id.
    pub repositories: Vec<Repository>,
    /// Patterns of names of packages that are not to be had. Those of dnf are dnf's business: see [`Dnf::fetch`].
    pub excludes: Vec<String>,
    /// The architecture in the words of repositories, `$basearch`.
    pub(super) base: String,
    /// The files that say what the repositories are.
    pub(super) files: Vec<PathBuf>,
}

impl Dnf {
    /// Reads the worker's configuration for an architecture. No repository is asked.
    ///
    /// # Errors
    /// The configuration cannot be read, or the architecture is none.
    pub fn configuration(&self, architecture: &str) -> Result<Configuration, Error> {
        let places = Places::of(self.manager);
        let mut main = Section::default();
        let mut sections = BTreeMap::new();
        for path in self.listed(places.main, "conf")? {
            for section in read(&path)? {
                if section.name == "main" {
                    main.values.extend(section.values);
                } else {
                    self.add(section, &mut sections);
                }
            }
        }
        let directories = list(&main, &["reposdir", "repodir"], places.repositories);
        let files = self.listed(&directories, "repo")?;
        for path in &files {
            for section in read(path)? {
                self.add(section, &mut sections);
            }
        }
        for path in self.listed(places.overrides, "repo")? {
            for Section { name, values, file: _ } in read(&path)? {
                let named = sections.values_mut().filter(|section| glob::matches(&name, &section.name));
                named.for_each(|section| section.values.extend(values.clone()));
            }
        }
        let mut variables = self.variables(architecture)?;
        for directory in list(&main, &["varsdir"], places.variables) {
            variable::add(&self.inside(directory), &mut variables)?;
        }
        let repository = |section| Repository::read(section, &main, self.manager, &variables);
        let excludes = match self.manager {
            Manager::Dnf | Manager::Dnf5 => Vec::new(),
            Manager::Tdnf => main.list("excludepkgs").map(str::to_owned).collect(),
        };
        let repositories = sections.values().filter_map(repository).collect();
        let base = variables["basearch"].clone();
        Ok(Configuration { repositories, excludes, base, files })
    }

    /// Two sections of one name: dnf 5 lets the later go on with the earlier, the others forget the later.
    fn add(&self, section: Section, sections: &mut BTreeMap<String, Section>) {
        match sections.get_mut(&section.name) {
            Some(known) if self.manager == Manager::Dnf5 => known.values.extend(section.values),
            Some(_) => say(&format!("repository `{}` is there twice: the first counts", section.name)),
            None => drop(sections.insert(section.name.clone(), section)),
        }
    }

    /// The variables that the managers know by themselves.
    fn variables(&self, architecture: &str) -> Result<Variables, Error> {
        let known = BASES.iter().find(|(name, _)| *name == architecture);
        let &(_, base) = known.ok_or_else(|| Error::Architecture(architecture.to_owned()))?;
        let (major, minor) = self.releasever.split_once('.').unwrap_or((&self.releasever, ""));
        let variables = [
            ("arch", architecture),
            ("basearch", base),
            ("releasever", &self.releasever),
            ("releasever_major", major),
            ("releasever_minor", minor),
        ];
        Ok(variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }

    /// The files themselves, and those of the directories that end in `.extension`, by name.
    fn listed(&self, paths: &[&str], extension: &str) -> Result<Vec<PathBuf>, Error> {
        let mut files = Vec::new();
        for path in paths {
            let path = self.inside(path);
            if !path.is_dir() {
                files.extend(Some(path).filter(|path| path.is_file()));
                continue;
            }
            let entries: io::Result<Vec<_>> =
                fs::read_dir(&path).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
            let mut entries = entries.map_err(Error::file(&path))?;
            entries.retain(|path| path.extension().is_some_and(|end| end == extension) && path.is_file());
            entries.sort();
            files.extend(entries);
        }
        Ok(files)
    }
}

impl Configuration {
    /// Lets the repositories of a spec that name no key have those that the spec gives with them.
    ///
    /// # Errors
    /// A file of a repository is none that the worker's manager reads.
    pub fn trust(&mut self, extra: &[Extra], dnf: &Dnf) -> Result<(), Error> {
        for Extra { config, keys } in extra {
            for path in config {
                let file = dnf.inside(path);
                if !self.files.contains(&file) {
                    let problem = "the configuration of the worker's package manager leads it elsewhere";
                    return Err(Error::Repository { id: path.clone(), problem: problem.to_owned() });
                }
                let keyless = |one: &&mut Repository| one.file == file && one.keys.is_empty();
                for repository in self.repositories.iter_mut().filter(keyless) {
                    repository.keys = keys.iter().map(|key| format!("file://{key}")).collect();
                }
            }
        }
        Ok(())
    }
}

/// The architecture of repositories, `$basearch`, for an architecture of packages: `_BASEARCH_MAP` of dnf.
const BASES: &[(&str, &str)] = &[
    ("aarch64", "aarch64"),
    ("armv6hl", "armv6hl"),
    ("armv7hl", "armhfp"),
    ("i686", "i386"),
    ("loongarch64", "loongarch64"),
    ("ppc64le", "ppc64le"),
    ("riscv64", "riscv64"),
    ("s390x", "s390x"),
    ("x86_64", "x86_64"),
];

/// Where a manager looks.
struct Places {
    /// Files of the section `main`, and directories of such, the most important last.
    main: &'static [&'static str],
    repositories: &'static [&'static str],
    overrides: &'static [&'static str],
    variables: &'static [&'static str],
}

impl Places {
    /// dnf.conf(5) of dnf 4, dnf5.conf(5) of dnf 5, and `common/config.h` of tdnf 3.5.
    fn of(manager: Manager) -> Self {
        match manager {
            Manager::Dnf => Self {
                main: &["/etc/dnf/dnf.conf"],
                repositories: &["/etc/yum.repos.d", "/etc/yum/repos.d", "/etc/distro.repos.d"],
                overrides: &[],
                variables: &["/etc/yum/vars", "/etc/dnf/vars"],
            },
            Manager::Dnf5 => Self {
                main: &["/usr/share/dnf5/libdnf.conf.d", "/etc/dnf/libdnf5.conf.d", "/etc/dnf/dnf.conf"],
                repositories: &["/etc/yum.repos.d", "/etc/distro.repos.d", "/usr/share/dnf5/repos.d"],
                overrides: &["/usr/share/dnf5/repos.override.d", "/etc/dnf/repos.override.d"],
                variables: &["/usr/share/dnf5/vars.d", "/etc/dnf/vars"],
            },
            Manager::Tdnf => Self {
                main: &["/etc/tdnf/tdnf.conf"],
                repositories: &["/etc/yum.repos.d"],
                overrides: &[],
                variables: &["/etc/tdnf/vars", "/etc/dnf/vars", "/etc/yum/vars"],
            },
        }
    }
}

fn list<'s>(main: &'s Section, keys: &[&str], default: &'s [&'s str]) -> Vec<&'s str> {
    let said: Vec<&str> = keys.iter().flat_map(|key| main.list(key)).collect();
    if said.is_empty() { default.to_vec() } else { said }
}

fn read(path: &Path) -> Result<Vec<Section>, Error> {
    let text = fs::read(path).map_err(Error::file(path))?;
    let parsed = ini::parse(&String::from_utf8_lossy(&text));
    let mut sections = parsed.map_err(|line| Error::Configuration { path: path.to_owned(), line })?;
    for section in &mut sections {
        path.clone_into(&mut section.file);
    }
    Ok(sections)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::dnf::stub::Stub;

    fn ids(stub: &Stub) -> Vec<(String, Vec<String>)> {
        let configuration = stub.dnf().configuration("x86_64").unwrap();
        configuration.repositories.into_iter().map(|repository| (repository.id, repository.bases)).collect()
    }

    fn expected(list: &[(&str, &str)]) -> Vec<(String, Vec<String>)> {
        list.iter().map(|(id, base)| ((*id).to_owned(), vec![(*base).to_owned()])).collect()
    }

    #[test]
    fn files_of_a_directory_are_read_by_name_with_variables_of_the_worker() {
        let stub = Stub::new(Manager::Dnf)
            .has("etc/dnf/dnf.conf", "[main]\ngpgcheck=1\n[in-main]\nbaseurl=https://example.org/main\n")
            .has("etc/yum.repos.d/b.repo", "[b]\nbaseurl=https://$host/$releasever/$basearch\n")
            .has("etc/yum.repos.d/a.repo", "[a]\nbaseurl=https://$host/a\n[off]\nenabled=0\n[b]\nenabled=0\n")
            .has("etc/yum.repos.d/a.repo.rpmnew", "[c]\n")
            .has("etc/yum/vars/host", "old.example.org\n")
            .has("etc/dnf/vars/host", "example.org\n");
        assert_eq!(
            ids(&stub),
            expected(&[("a", "https://example.org/a"), ("in-main", "https://example.org/main")])
        );
        let stub = Stub::new(Manager::Dnf5)
            .has("etc/dnf/dnf.conf", "[main]\nreposdir=/elsewhere\n")
            .has("elsewhere/a.repo", "[a]\nbaseurl=https://example.org/$releasever_major\n[b]\nenabled=0\n")
            .has("elsewhere/b.repo", "[b]\nenabled=1\nbaseurl=https://example.org/b\n")
            .has("etc/dnf/repos.override.d/z.repo", "[b*]\nbaseurl=https://example.net/b\n");
        assert_eq!(ids(&stub), expected(&[("a", "https://example.org/3"), ("b", "https://example.net/b")]));
    }

    #[test]
    fn excludes_are_ours_where_the_manager_does_not_apply_them_for_us() {
        let main = "[main]\nexcludepkgs=kernel* jq\n";
        let tdnf = Stub::new(Manager::Tdnf).has("etc/tdnf/tdnf.conf", main);
        assert_eq!(tdnf.dnf().configuration("x86_64").unwrap().excludes, ["kernel*", "jq"]);
        let dnf = Stub::new(Manager::Dnf).has("etc/dnf/dnf.conf", main);
        assert_eq!(dnf.dnf().configuration("x86_64").unwrap().excludes, [""; 0]);
    }

    #[test]
    fn keys_of_a_spec_are_for_its_own_repositories_that_name_none() {
        let stub = Stub::new(Manager::Dnf)
            .has("etc/yum.repos.d/own.repo", "[own]\n[named]\ngpgkey=file:///etc/key\n")
            .has("etc/yum.repos.d/theirs.repo", "[theirs]\n");
        let extra = |config: &str| Extra {
            config: vec![config.to_owned()],
            keys: vec!["/etc/pki/rpm-gpg/own".to_owned()],
        };
        let dnf = stub.dnf();
        let mut configuration = dnf.configuration("x86_64").unwrap();
        configuration.trust(&[extra("/etc/yum.repos.d/own.repo")], &dnf).unwrap();
        let keys: Vec<_> =
            configuration.repositories.iter().map(|one| (one.id.as_str(), one.keys.concat())).collect();
        assert_eq!(
            keys,
            [
                ("named", "file:///etc/key".to_owned()),
                ("own", "file:///etc/pki/rpm-gpg/own".to_owned()),
                ("theirs", String::new())
            ]
        );
        let error = configuration.trust(&[extra("/elsewhere/own.repo")], &dnf).unwrap_err();
        assert_eq!(
            error.to_string(),
            "repository `/elsewhere/own.repo` cannot be used: the configuration of the worker's package manager leads it \
             elsewhere"
        );
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        let stub = Stub::new(Manager::Dnf).has("etc/yum.repos.d/a.repo", "[a]\nbaseurl\n");
        let error = stub.dnf().configuration("x86_64").unwrap_err().to_string();
        assert!(
            error.starts_with("line 2 of `/")
                && error.ends_with("/etc/yum.repos.d/a.repo` is neither `[NAME]` nor `KEY=VALUE`"),
            "{error}"
        );
        for bad in ["", "../x86_64", "-o", "amd64"] {
            assert!(
                matches!(Stub::new(Manager::Dnf).dnf().configuration(bad), Err(Error::Architecture(_))),
                "`{bad}`"
            );
        }
    }

    #[test]
    fn architectures_are_sorted() {
        assert!(BASES.is_sorted());
    }
}

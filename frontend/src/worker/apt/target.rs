//! The files that hold apt's indices of packages, from `apt-get indextargets`.

use std::path::PathBuf;

use super::Error;

/// One index of packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The verified index in plain text.
    pub file: PathBuf,
    /// What people call it: `trixie/main`, or the address of a repository without suites.
    pub label: String,
}

/// What [`parse`] reads; see `acquire-additional-files.txt` of apt.
pub(super) const FORMAT: &str = "$(FILENAME)\t$(RELEASE)\t$(COMPONENT)\t$(SITE)";

pub(super) fn parse(text: &str) -> Result<Vec<Target>, Error> {
    text.lines().map(line).collect()
}

fn line(line: &str) -> Result<Target, Error> {
    let fields: Vec<&str> = line.split('\t').collect();
    let &[file, release, component, site] = fields.as_slice() else {
        return Err(Error::Output { of: "`apt-get indextargets`".to_owned(), text: line.to_owned() });
    };
    // a variable that an index has not stays as it is
    let flat = component.is_empty() || component.starts_with("$(");
    let label = if flat { site.to_owned() } else { format!("{release}/{component}") };
    Ok(Target { file: file.into(), label })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn suites_and_flat_repositories_are_told_apart() {
        let text = "/s/lists/example.org_debian_dists_trixie_main_binary-amd64_Packages\ttrixie\tmain\thttp://example.org/debian\n\
                    /s/lists/_srv_my repo_._Packages\t./\t$(COMPONENT)\tfile:/srv/my repo\n";
        let targets = parse(text).unwrap();
        expect![[r#"
            [
                Target {
                    file: "/s/lists/example.org_debian_dists_trixie_main_binary-amd64_Packages",
                    label: "trixie/main",
                },
                Target {
                    file: "/s/lists/_srv_my repo_._Packages",
                    label: "file:/srv/my repo",
                },
            ]
        "#]]
        .assert_debug_eq(&targets);
        assert!(parse("usage: apt-get").is_err());
        assert_eq!(parse("").unwrap(), []);
    }
}

//! Priorities of versions, from `apt-cache policy NAMES…`.

use std::collections::BTreeMap;

/// By package name, the priority of each version; see `apt_preferences(5)`. Below 0 a version is never
/// to be chosen.
pub type Priorities = BTreeMap<String, BTreeMap<String, i32>>;

/// Reads the version tables of packages of `architecture` (or `all`). Lines of another form say
/// nothing about priorities and are passed over.
pub(super) fn parse(text: &str, architecture: &str) -> Priorities {
    let mut priorities = Priorities::new();
    let mut current = None;
    for line in text.lines() {
        if let Some(name) = line.strip_suffix(':').filter(|name| !name.starts_with(' ')) {
            current = match name.split_once(':') {
                None => Some(name),
                Some((name, of)) => (of == architecture).then_some(name),
            };
        } else if let Some((name, (version, priority))) = current.zip(version(line)) {
            let known = priorities.entry(name.to_owned()).or_default();
            // the same version may stand there twice, when two repositories built it differently
            let known = known.entry(version.to_owned()).or_insert(priority);
            *known = priority.max(*known);
        }
    }
    priorities
}

/// A line of a version table such as `     1.7.1-6 500`, with ` *** ` before an installed one; the
/// lines below it, about its repositories, are indented further.
fn version(line: &str) -> Option<(&str, i32)> {
    let rest = line.strip_prefix("     ").or_else(|| line.strip_prefix(" *** "))?;
    if rest.starts_with(' ') {
        return None;
    }
    let mut words = rest.split(' ');
    Some((words.next()?, words.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn version_tables_become_priorities() {
        let text = "\
jq:
  Installed: (none)
  Candidate: 1.7.1-6
  Package pin: 1.7.1-6
  Version table:
     1.8.0-1~bpo13+1 100
        100 http://example.org/debian trixie-backports/main amd64 Packages
     1.7.1-6 500 (phased 10%)
        500 http://example.org/debian trixie/main amd64 Packages
        500 http://example.org/debian-security trixie-security/main amd64 Packages
 *** 1.6-1 -10
        100 /var/lib/dpkg/status
     1.7.1-6 -1
        500 http://example.org/other ./ Packages
awk:
  Installed: (none)
  Candidate: (none)
  Version table:
hello:i386:
  Installed: (none)
  Candidate: 1
  Version table:
     1 500
        500 file:/srv/repo ./ Packages
hello:amd64:
  Version table:
     2 990
";
        expect![[r#"
            {
                "hello": {
                    "2": 990,
                },
                "jq": {
                    "1.6-1": -10,
                    "1.7.1-6": 500,
                    "1.8.0-1~bpo13+1": 100,
                },
            }
        "#]]
        .assert_debug_eq(&parse(text, "amd64"));
    }
}

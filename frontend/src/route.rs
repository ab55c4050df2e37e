//! Target paths: what `--target` may say, and what each gives.

use crate::diagnostic::Diagnostic;
use crate::distro::{self, Distro};
use crate::nearest::nearest;
use crate::plan::Output;

/// Something that can be built.
#[derive(Clone, Debug)]
pub struct Route {
    /// What `--target` says.
    pub path: String,
    /// What it gives, for a list.
    pub description: String,
    /// Whether it is what its release is usually used for.
    pub default: bool,
    /// Whose packages it is made of.
    pub distro: &'static Distro,
    /// Which result it gives.
    pub output: Output,
}

/// Every route, sorted by path.
pub fn all() -> Vec<Route> {
    distro::ALL.iter().flat_map(of).collect()
}

/// The route that `target` names, or that a spec with these `targets` means when it names none.
pub fn find(target: &str, targets: &[&str]) -> Result<Route, Diagnostic> {
    let routes = all();
    let paths = || routes.iter().map(|route| route.path.as_str());
    if target.is_empty() {
        let mut meant = routes.iter().filter(|route| route.default && targets.contains(&route.distro.key));
        return match (meant.next(), meant.next()) {
            (Some(only), None) => Ok(only.clone()),
            _ => Err(Diagnostic::error(None, "which target to build is not said")
                .help(format!("add `--target=…`, one of {}", list(paths())))),
        };
    }
    let asked = target.trim_matches('/');
    if let Some(route) = routes.iter().find(|route| route.path == asked) {
        return Ok(route.clone());
    }
    let below = |path: &str| path.strip_prefix(asked).is_some_and(|rest| rest.starts_with('/'));
    let near: Vec<&str> = paths().filter(|path| below(path)).collect();
    let near = if near.is_empty() { nearest(asked, paths()).into_iter().collect() } else { near };
    let help = if near.is_empty() {
        format!("there is {}", list(paths()))
    } else {
        format!("did you mean {}? `--call=targets` lists all", list(near.into_iter()))
    };
    Err(Diagnostic::error(None, format!("unknown target `{asked}`")).help(help))
}

/// The routes of a release, sorted by path.
fn of(distro: &'static Distro) -> [Route; 2] {
    let Distro { key, name, .. } = distro;
    [
        Route {
            path: format!("{key}/testing/sysext"),
            description: format!("system extension image of {name} packages"),
            default: true,
            distro,
            output: Output::Image,
        },
        Route {
            path: format!("{key}/testing/sysext/lock"),
            description: "the exact packages the image would hold, to build it again".to_owned(),
            default: false,
            distro,
            output: Output::Lock,
        },
    ]
}

fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(target: &str, targets: &[&str], expected: &Expect) {
        expected.assert_eq(&match find(target, targets) {
            Ok(route) => route.path,
            Err(Diagnostic { message, help, .. }) => format!("{message}\nhelp: {}", help.unwrap_or_default()),
        });
    }

    #[test]
    fn routes_are_sorted_and_unique() {
        assert!(all().is_sorted_by(|a, b| a.path < b.path));
    }

    #[test]
    fn a_route_is_found_by_its_whole_path_only() {
        check("trixie/testing/sysext", &[], &expect!["trixie/testing/sysext"]);
        check("trixie/testing/sysext/", &[], &expect!["trixie/testing/sysext"]);
        check(
            "trixie/testing/sysext/more",
            &[],
            &expect![[r#"
            unknown target `trixie/testing/sysext/more`
            help: did you mean `trixie/testing/sysext/lock`? `--call=targets` lists all"#]],
        );
    }

    #[test]
    fn a_part_of_a_path_is_answered_with_what_is_below() {
        check(
            "trixie",
            &[],
            &expect![[r#"
            unknown target `trixie`
            help: did you mean `trixie/testing/sysext`, `trixie/testing/sysext/lock`? `--call=targets` lists all"#]],
        );
    }

    #[test]
    fn a_misspelt_target_is_answered_with_the_nearest() {
        check(
            "trixie/sysext",
            &[],
            &expect![[r#"
            unknown target `trixie/sysext`
            help: there is `trixie/testing/sysext`, `trixie/testing/sysext/lock`"#]],
        );
        check(
            "trixe/testing/sysext",
            &[],
            &expect![[r#"
            unknown target `trixe/testing/sysext`
            help: did you mean `trixie/testing/sysext`? `--call=targets` lists all"#]],
        );
        check(
            "x",
            &[],
            &expect![[r#"
            unknown target `x`
            help: there is `trixie/testing/sysext`, `trixie/testing/sysext/lock`"#]],
        );
    }

    #[test]
    fn without_a_target_the_only_one_of_the_spec_is_meant() {
        check("", &["trixie"], &expect!["trixie/testing/sysext"]);
        check(
            "",
            &[],
            &expect![[r#"
            which target to build is not said
            help: add `--target=…`, one of `trixie/testing/sysext`, `trixie/testing/sysext/lock`"#]],
        );
    }
}

//! Changes of `go.mod` as words of `go mod edit`.

use crate::spec::Concrete;
use crate::spec::generator::{GomodEdits, Replace};

/// The words: replacements, then what is no longer required.
pub(super) fn words(edits: &GomodEdits<Concrete>) -> Vec<String> {
    let GomodEdits { replace, drop } = edits;
    let replace = replace.iter().map(|replace| format!("-replace={}", argument(&replace.value)));
    let drop = drop.iter().map(|module| format!("-droprequire={}", module.value));
    replace.chain(drop).collect()
}

/// `old[@v]=new[@v]`, where a version that a path without a major version can only have as an incompatible one is
/// marked as such (<https://go.dev/ref/mod#incompatible-versions>).
fn argument(replace: &Replace) -> String {
    let Replace { old, new } = replace;
    let (path, version) = new.as_str().split_once('@').unwrap_or((new.as_str(), ""));
    let local = path.starts_with("./") || path.starts_with("../") || path.starts_with('/');
    if !local && major(version) >= 2 && !version.contains('+') && !has_major(path) {
        return format!("{old}={new}+incompatible");
    }
    format!("{old}={new}")
}

/// The first number of `vN.…`; what is no such version has 0.
fn major(version: &str) -> u64 {
    let digits = version.strip_prefix('v').and_then(|rest| rest.split_once('.'));
    digits.and_then(|(digits, _)| digits.parse().ok()).unwrap_or(0)
}

/// Whether a module's path ends in `/vN`, or in `.vN` as those of `gopkg.in` do.
fn has_major(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    let dotted = path.starts_with("gopkg.in/").then(|| last.rsplit('.').next()).flatten();
    let number = dotted.unwrap_or(last).strip_prefix('v');
    number.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Parse as _;

    #[test]
    fn a_version_is_incompatible_where_the_path_has_no_major_one() {
        for (text, expected) in [
            ("a.example/m => b.example/m@v1.2.3", "a.example/m=b.example/m@v1.2.3"),
            ("a.example/m => b.example/m@v0.1.0", "a.example/m=b.example/m@v0.1.0"),
            ("a.example/m => b.example/m@v2.0.0", "a.example/m=b.example/m@v2.0.0+incompatible"),
            (
                "a.example/m@v1.0.0 => b.example/m@v3.1.0",
                "a.example/m@v1.0.0=b.example/m@v3.1.0+incompatible",
            ),
            ("a.example/m => b.example/m@v2.0.0+incompatible", "a.example/m=b.example/m@v2.0.0+incompatible"),
            ("a.example/m => b.example/m@v2.0.0+meta", "a.example/m=b.example/m@v2.0.0+meta"),
            ("a.example/m => b.example/m/v2@v2.0.0", "a.example/m=b.example/m/v2@v2.0.0"),
            ("gopkg.in/m.v1 => gopkg.in/m.v2@v2.4.0", "gopkg.in/m.v1=gopkg.in/m.v2@v2.4.0"),
            ("a.example/m => ../m", "a.example/m=../m"),
            ("a.example/m => b.example/m@main", "a.example/m=b.example/m@main"),
        ] {
            assert_eq!(argument(&Replace::parse(text).unwrap()), expected, "{text}");
        }
    }
}

//! `.dockerignore` files, read into the patterns that the engine matches.

use crate::diagnostic::{Diagnostic, Problems, literal};

/// The patterns of an ignore file in their order, ready for `local.excludepatterns`.
///
/// The rules are those of `patternmatcher/ignorefile`: a line whose first byte is `#` is a comment,
/// white space around a pattern goes, `!` stays in front, the path is cleaned and a leading `/` dropped.
///
/// # Errors
/// Text that is not UTF-8, a file over 1 MiB, and a `!` without a pattern. `file` is its name in messages.
pub fn patterns(file: &str, content: &[u8]) -> Result<Vec<String>, Problems> {
    if content.len() > MAX_SIZE {
        return Err(Diagnostic::error(None, format!("{} is larger than 1 MiB", literal(file))).into());
    }
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let Ok(text) = std::str::from_utf8(content) else {
        return Err(Diagnostic::error(None, format!("{} is not UTF-8", literal(file))).into());
    };
    let mut problems = Problems::default();
    let mut patterns = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let pattern = line.trim();
        if line.starts_with('#') || pattern.is_empty() {
            continue;
        }
        match pattern.strip_prefix('!').map(str::trim) {
            None => patterns.push(cleaned(pattern)),
            Some("") => problems.push(lone_mark(file, number)),
            Some(pattern) => patterns.push(format!("!{}", cleaned(pattern))),
        }
    }
    if problems.is_empty() { Ok(patterns) } else { Err(problems) }
}

fn lone_mark(file: &str, line: u32) -> Diagnostic {
    Diagnostic::error(None, format!("line {line} of {} is `!` without a pattern", literal(file)))
        .help("write the pattern that is not to be ignored after `!`, or remove the line")
}

/// The shortest path that means the same, as Go's `filepath.Clean`, without a leading `/`.
fn cleaned(pattern: &str) -> String {
    let rooted = pattern.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in pattern.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (parts.is_empty(), rooted) {
        (true, true) => "/".to_owned(),
        (true, false) => ".".to_owned(),
        _ => parts.join("/"),
    }
}

/// Largest ignore file that is read; each pattern is matched against each file of a context.
const MAX_SIZE: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(content: &str) -> Vec<String> {
        patterns(".dockerignore", content.as_bytes()).unwrap()
    }

    #[test]
    fn lines_become_clean_patterns_in_their_order() {
        let content = "\u{feff}# comment\n  # pattern\n\n /a/./b/ \r\n! c/../d\n*.log\n!/e\n**/f//g\n";
        assert_eq!(read(content), ["# pattern", "a/b", "!d", "*.log", "!e", "**/f/g"]);
    }

    #[test]
    fn the_root_and_the_way_up_are_kept() {
        assert_eq!(read("/\n.\n../a\n/../b\na/../../c"), ["/", ".", "../a", "b", "../c"]);
    }

    #[test]
    fn each_mark_without_a_pattern_is_a_problem() {
        let problems = patterns("a.dockerignore", b"!\nb\n! ").unwrap_err();
        let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "line 1 of `a.dockerignore` is `!` without a pattern",
                "line 3 of `a.dockerignore` is `!` without a pattern",
            ]
        );
    }

    #[test]
    fn a_file_that_is_no_text_or_too_large_is_refused() {
        assert!(patterns("x", b"a\xff").is_err());
        assert!(patterns("x", &vec![b'a'; MAX_SIZE + 1]).is_err());
    }

    proptest! {
        #[test]
        fn reading_the_patterns_again_changes_nothing(content in "(!?[a.*/#]{0,8}\n){0,6}") {
            if let Ok(once) = patterns("x", content.as_bytes()) {
                prop_assume!(once.iter().all(|pattern| !pattern.starts_with('#')));
                prop_assert_eq!(patterns("x", once.join("\n").as_bytes()).unwrap(), once);
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(content in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = patterns("x", &content);
        }
    }
}

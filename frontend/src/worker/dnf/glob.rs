//! Patterns of names, as glob(7) has them.

/// Whether `text` is one of those that `pattern` describes by `*`, `?` and `[…]`.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where the last star stands, and where in the text what it stands for ends: only the last one is tried again.
    let mut star = None;
    while t < text.len() {
        if pattern.get(p) == Some(&'*') {
            star = Some((p, t));
            p += 1;
        } else if let Some(length) = one(&pattern[p..], text[t]) {
            p += length;
            t += 1;
        } else if let Some((at, end)) = star {
            star = Some((at, end + 1));
            (p, t) = (at + 1, end + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

/// The length of the pattern for one character at the beginning of `pattern`, if it describes `c`.
fn one(pattern: &[char], c: char) -> Option<usize> {
    match pattern.first()? {
        '?' => Some(1),
        '[' => {
            let end = pattern.iter().skip(2).position(|&c| c == ']')? + 2;
            let inside = &pattern[1..end];
            let negated = matches!(inside.first(), Some('!' | '^'));
            let inside = if negated { &inside[1..] } else { inside };
            (describes(inside, c) != negated).then_some(end + 1)
        }
        first => (*first == c).then_some(1),
    }
}

fn describes(mut set: &[char], c: char) -> bool {
    while let Some((&first, rest)) = set.split_first() {
        if let ['-', last, rest @ ..] = rest {
            if (first..=*last).contains(&c) {
                return true;
            }
            set = rest;
        } else {
            if first == c {
                return true;
            }
            set = rest;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn stars_marks_and_sets_describe() {
        for (pattern, text, expected) in [
            ("kernel*", "kernel-core", true),
            ("*-devel", "zlib-devel", true),
            ("*-devel", "zlib-develop", false),
            ("*a*b*c", "xxaxxbxxc", true),
            ("*a*b*c", "xxaxxcxxb", false),
            ("j?", "jq", true),
            ("j?", "jqq", false),
            ("j[a-q]", "jq", true),
            ("j[!a-p]", "jq", true),
            ("j[^q]", "jq", false),
            ("[]q]", "]", true),
            ("j[", "j[", false),
            ("", "", true),
            ("jq", "jq", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "`{pattern}` and `{text}`");
        }
    }

    proptest! {
        #[test]
        fn any_pattern_is_read(pattern in "[ab*?!\\[\\]-]{0,12}", text in "[ab]{0,12}") {
            let _ = matches(&pattern, &text);
            prop_assert!(matches(&text, &text));
            let around = format!("*{text}*");
            prop_assert!(matches(&around, &text));
        }
    }
}

//! Whether presets start a unit (systemd.preset(5)).

/// What the presets of all packages say, in the order in which they count.
#[derive(Debug, Default)]
pub(super) struct Presets {
    /// Pattern of a unit's name, and whether the line disables it.
    lines: Vec<(Vec<char>, bool)>,
}

impl Presets {
    /// Adds a preset file. Files are added in the order of their names, whatever directory they are in.
    pub(super) fn add(&mut self, text: &[u8]) {
        for line in String::from_utf8_lossy(text).lines() {
            let mut words = line.split_whitespace();
            let disables = match words.next() {
                Some("disable") => true,
                Some("enable" | "ignore") => false,
                _ => continue,
            };
            self.lines.extend(words.next().map(|pattern| (pattern.chars().collect(), disables)));
        }
    }

    /// Whether the first line about a unit disables it.
    pub(super) fn disable(&self, unit: &str) -> bool {
        let unit: Vec<char> = unit.chars().collect();
        self.lines.iter().find(|(pattern, _)| matches(pattern, &unit)).is_some_and(|(_, disables)| *disables)
    }
}

/// Whether a glob(7) pattern matches all of `text`. Its time is bounded by the product of the lengths.
fn matches(pattern: &[char], text: &[char]) -> bool {
    let (mut at, mut done) = (0, 0);
    // Where the last `*` was, and how much of the text it has taken.
    let mut star: Option<(usize, usize)> = None;
    while done < text.len() {
        if pattern.get(at) == Some(&'*') {
            star = Some((at, done));
            at += 1;
        } else if let Some(len) = pattern.get(at..).and_then(|rest| one(rest, text[done])) {
            at += len;
            done += 1;
        } else if let Some((place, taken)) = star {
            star = Some((place, taken + 1));
            (at, done) = (place + 1, taken + 1);
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|character| *character == '*')
}

/// How many characters of the pattern match `character`.
fn one(pattern: &[char], character: char) -> Option<usize> {
    match pattern {
        ['?', ..] => Some(1),
        ['\\', escaped, ..] => (*escaped == character).then_some(2),
        ['[', rest @ ..] if let Some(set) = set(rest) => {
            let (negated, members) = match set {
                ['!' | '^', members @ ..] => (true, members),
                members => (false, members),
            };
            (contains(members, character) != negated).then_some(set.len() + 2)
        }
        [same, ..] => (*same == character).then_some(1),
        [] => None,
    }
}

/// What stands between the brackets, the first of which was read; a `]` that comes first is a member.
fn set(pattern: &[char]) -> Option<&[char]> {
    let first = usize::from(matches!(pattern, ['!' | '^', ..]));
    let end = pattern.iter().skip(first + 1).position(|character| *character == ']')?;
    pattern.get(..first + 1 + end)
}

fn contains(members: &[char], character: char) -> bool {
    match members {
        [from, '-', to, rest @ ..] => (*from..=*to).contains(&character) || contains(rest, character),
        [member, rest @ ..] => *member == character || contains(rest, character),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(pattern: &str, text: &str, expected: bool) {
        let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
        assert_eq!(matches(&pattern, &text), expected, "{pattern:?} {text:?}");
    }

    #[test]
    fn patterns_match_as_in_a_shell() {
        check("*", "", true);
        check("ssh*.service", "ssh.service", true);
        check("ssh*.service", "sshd.socket", false);
        check("a*b*c", "aXbXbc", true);
        check("[a-c]?.d", "bx.d", true);
        check("[!a-c]x", "bx", false);
        check("[]]", "]", true);
        check("[a", "[a", true);
        check("\\*", "*", true);
        check("\\*", "x", false);
        check("ab", "abc", false);
    }

    #[test]
    fn the_first_line_counts() {
        let mut presets = Presets::default();
        presets.add(b"# c\nenable a.service\ndisable a*\n");
        presets.add(b"enable *\nignore x\nnonsense y\n");
        assert!(!presets.disable("a.service"));
        assert!(presets.disable("ab.service"));
        assert!(!presets.disable("b.service"));
        assert!(!Presets::default().disable("b.service"));
    }

    proptest! {
        #[test]
        fn every_text_matches_itself_and_stars(text in "[a-z.@-]{0,20}", cut in 0..20_usize) {
            check(&text, &text, true);
            let cut = cut.min(text.len());
            check(&format!("{}*", &text[..cut]), &text, true);
            check(&format!("*{}", &text[cut..]), &text, true);
        }

        #[test]
        fn no_pattern_makes_it_panic(pattern in "[\\[\\]!^*?\\\\a-c-]{0,12}", text in "[a-c\\]-]{0,8}") {
            matches(&pattern.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>());
        }
    }
}

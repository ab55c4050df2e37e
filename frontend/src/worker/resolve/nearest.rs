//! Names that someone may have meant.

use std::collections::BTreeSet;

/// At most three of `names` that are like `name`: the fewest edits first, of these the ones that begin
/// alike, then those that go on where `name` ends.
pub(super) fn nearest<'n>(name: &str, names: &'n BTreeSet<String>) -> Vec<&'n str> {
    let ranked = |other: &'n String| Some((rank(name, other)?, other.as_str()));
    let mut ranked: Vec<_> = names.iter().filter_map(ranked).collect();
    ranked.sort_unstable();
    ranked.into_iter().take(3).map(|(_, other)| other).collect()
}

/// How unlike the names are, in the order of [`nearest`]; `None` when nobody mistakes one for the other.
fn rank(name: &str, other: &str) -> Option<(usize, bool, bool, usize)> {
    let limit = (name.len() / 4).clamp(1, 3);
    let comparable = name.len().abs_diff(other.len()) <= limit;
    let edits = comparable.then(|| edits(name.as_bytes(), other.as_bytes())).filter(|edits| *edits <= limit);
    let longer = other.starts_with(name);
    let edits = edits.or(longer.then_some(limit + 1))?;
    Some((edits, !longer, other.bytes().next() != name.bytes().next(), other.len()))
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from one to the other: the
/// optimal string alignment distance.
fn edits(left: &[u8], right: &[u8]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (i, &l) in left.iter().enumerate() {
        let mut row = Vec::with_capacity(last.len());
        row.push(i + 1);
        for (j, &r) in right.iter().enumerate() {
            let mut best = (last[j] + usize::from(l != r)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && l == right[j - 1] && left[i - 1] == r {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str) -> Vec<&str> {
        static NAMES: std::sync::LazyLock<BTreeSet<String>> = std::sync::LazyLock::new(|| {
            let names = "bpython jo jp2a jq jqp jython libjq1 libssl-dev libssl3t64 python3 python3-jq ripgrep zsh zsh-common";
            names.split(' ').map(str::to_owned).collect()
        });
        nearest(name, &NAMES)
    }

    #[test]
    fn few_edits_come_before_longer_names() {
        assert_eq!(check("jqq"), ["jq", "jqp"]);
        assert_eq!(check("ripgerp"), ["ripgrep"]);
        assert_eq!(check("python"), ["python3", "jython", "bpython"]);
        assert_eq!(check("python3-"), ["python3", "python3-jq"]);
        assert_eq!(check("libssl"), ["libssl-dev", "libssl3t64"]);
        assert_eq!(check("entirely-other"), [""; 0]);
    }

    #[test]
    fn edits_are_counted() {
        for (left, right, count) in
            [("", "", 0), ("", "abc", 3), ("abc", "acb", 1), ("abc", "abd", 1), ("abcd", "bcda", 2)]
        {
            assert_eq!(edits(left.as_bytes(), right.as_bytes()), count, "`{left}` and `{right}`");
            assert_eq!(edits(right.as_bytes(), left.as_bytes()), count, "`{right}` and `{left}`");
        }
    }
}

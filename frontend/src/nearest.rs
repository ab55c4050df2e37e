//! The name that was probably meant.

/// The candidate that differs least from `name`, or `None` when none is close enough to be a slip of
/// the hand: one letter wrong, left out, doubled or swapped with its neighbour for every three
/// letters. Case does not count; of two equally close candidates the first is taken. Of very many
/// candidates only the first are looked at.
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let name: Vec<char> = name.chars().take(MAX_LENGTH + 1).flat_map(char::to_lowercase).collect();
    if name.is_empty() || name.len() > MAX_LENGTH {
        return None;
    }
    let mut best = None;
    for candidate in candidates.into_iter().take(MAX_CANDIDATES) {
        let letters: Vec<char> = candidate.chars().flat_map(char::to_lowercase).collect();
        let allowed = (name.len().max(letters.len()) / 3).max(1);
        let short = letters.len().min(name.len()) == 1;
        if letters.len().abs_diff(name.len()) > allowed || letters.len() > MAX_LENGTH {
            continue;
        }
        let distance = distance(&name, &letters);
        let better = best.is_none_or(|(least, _)| distance < least);
        if distance <= allowed && better && !(short && distance > 0) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Insertions, deletions, substitutions and swaps of neighbours that make `a` into `b` (the optimal
/// string alignment distance).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (row, letter) in a.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, other) in b.iter().enumerate() {
            let replaced = above[column] + usize::from(letter != other);
            let mut least = replaced.min(above[column + 1] + 1).min(line[column] + 1);
            if row > 0 && column > 0 && *letter == b[column - 1] && a[row - 1] == *other {
                least = least.min(before[column - 1] + 1);
            }
            line.push(least);
        }
        before = std::mem::replace(&mut above, line);
    }
    above[b.len()]
}

/// Most candidates: a hostile spec can declare a hundred thousand.
const MAX_CANDIDATES: usize = 100;
/// Longest name, in characters, that is looked at: the work grows with the square.
const MAX_LENGTH: usize = 64;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_slip_of_the_hand_is_recognized() {
        let fields = ["dependencies", "name", "revision", "version"];
        let cases = [
            ("dependecies", Some("dependencies")),
            ("verison", Some("version")),
            ("Version", Some("version")),
            ("nmae", Some("name")),
            ("versions", Some("version")),
            ("sources", None),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(nearest(name, fields), expected, "{name}");
        }
    }

    #[test]
    fn a_single_letter_is_no_hint() {
        assert_eq!(nearest("x", ["y", "xy"]), None);
        assert_eq!(nearest("X", ["x"]), Some("x"));
    }

    #[test]
    fn the_first_of_two_equally_close_is_taken() {
        assert_eq!(nearest("bar", ["baz", "car"]), Some("baz"));
    }

    proptest! {
        #[test]
        fn a_name_is_nearest_to_itself(name in "[a-z_]{1,20}", other in "[a-z_]{1,20}") {
            prop_assert_eq!(nearest(&name, [other.as_str(), name.as_str()]), Some(name.as_str()));
        }
    }
}

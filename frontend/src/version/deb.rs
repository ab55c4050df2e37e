//! Versions of Debian packages: `[epoch:]upstream[-revision]`, as in deb-version(7).

use std::cmp::Ordering;

use crate::job::Bound;

/// The order of two versions, by the algorithm of deb-version(7).
///
/// Total over all text, valid or not: versions come from indices that others write. Different texts
/// may be equal (`1.0` and `1.00`).
pub fn compare(left: &str, right: &str) -> Ordering {
    let (left, right) = (Parts::of(left), Parts::of(right));
    compare_part(left.epoch, right.epoch)
        .then_with(|| compare_part(left.upstream, right.upstream))
        .then_with(|| compare_part(left.revision, right.revision))
}

/// Whether `version` is within `bound`.
pub fn meets(version: &str, bound: &Bound) -> bool {
    bound.relation.includes(compare(version, &bound.version))
}

/// Whether `text` is a version by deb-version(7); the error says what is expected.
pub fn check(text: &str) -> Result<(), &'static str> {
    let Parts { epoch, upstream, revision } = Parts::of(text);
    if text.contains(':') && (epoch.parse::<i32>().is_err() || !epoch.bytes().all(|b| b.is_ascii_digit())) {
        return Err("the epoch before `:` is a number");
    }
    if !upstream.starts_with(|first: char| first.is_ascii_digit()) {
        return Err("a version begins with a digit");
    }
    if !upstream.bytes().all(|b| b.is_ascii_alphanumeric() || b".+-~:".contains(&b)) {
        return Err("a version has letters, digits, `.`, `+`, `-` and `~`");
    }
    if text.ends_with('-') || !revision.bytes().all(|b| b.is_ascii_alphanumeric() || b".+~".contains(&b)) {
        return Err("the revision after the last `-` has letters, digits, `.`, `+` and `~`");
    }
    Ok(())
}

/// A version taken apart; a part that is missing is empty, which equals `0`.
struct Parts<'v> {
    epoch: &'v str,
    upstream: &'v str,
    revision: &'v str,
}

impl<'v> Parts<'v> {
    fn of(version: &'v str) -> Self {
        let (epoch, rest) = version.split_once(':').unwrap_or(("", version));
        let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
        Self { epoch, upstream, revision }
    }
}

/// Compares text and numbers in turn: text by [`weight`], numbers by value, of any length.
fn compare_part(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    while !left.is_empty() || !right.is_empty() {
        let (left_text, left_rest) = split(left, |b| !b.is_ascii_digit());
        let (right_text, right_rest) = split(right, |b| !b.is_ascii_digit());
        let text = (0..left_text.len().max(right_text.len()))
            .map(|at| weight(left_text.get(at)).cmp(&weight(right_text.get(at))))
            .find(|order| order.is_ne());
        if let Some(order) = text {
            return order;
        }
        let (left_number, left_rest) = split(left_rest, |b| b.is_ascii_digit());
        let (right_number, right_rest) = split(right_rest, |b| b.is_ascii_digit());
        let (_, left_number) = split(left_number, |b| b == b'0');
        let (_, right_number) = split(right_number, |b| b == b'0');
        let number = left_number.len().cmp(&right_number.len()).then_with(|| left_number.cmp(right_number));
        if number.is_ne() {
            return number;
        }
        (left, right) = (left_rest, right_rest);
    }
    Ordering::Equal
}

/// Splits before the first byte that is not `of` the kind.
fn split(text: &[u8], of: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|&byte| !of(byte)).unwrap_or(text.len()))
}

/// Place of a byte that is no digit: `~` is before the end of the text, letters before all others.
fn weight(byte: Option<&u8>) -> i32 {
    match byte {
        None => 0,
        Some(b'~') => -1,
        Some(letter) if letter.is_ascii_alphabetic() => i32::from(*letter),
        Some(other) => i32::from(*other) + 256,
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;
    use crate::job::Relation;

    /// Ascending; those of one line are equal.
    const ORDER: &[&[&str]] = &[
        &["~~"],
        &["~~a"],
        &["~"],
        &["", "0", "0:0", "0-0", "00:0-00"],
        &["0a"],
        &["0.~"],
        &["0.", "0.0", "0.00"],
        &["1.0~~1"],
        &["1.0~beta1-1"],
        &["1.0~beta1-1+b1"],
        &["1.0~beta2"],
        &["1.0", "1.0-0", "01.00", "0:1.0"],
        &["1.0-0.1"],
        &["1.0-1~bpo12+1"],
        &["1.0-1", "1.0-01"],
        &["1.0-1+b1"],
        &["1.0-1+deb13u1"],
        &["1.0-1.1"],
        &["1.0a"],
        &["1.0+dfsg"],
        &["1.0-1-1"],
        &["1.9"],
        &["1.10"],
        &["1.99999999999999999999"],
        &["1.100000000000000000000"],
        &["2z"],
        &["2+"],
        &["2.", "2.0"],
        &["1:0"],
        &["1:0:1"],
        &["9:9"],
        &["10:0"],
    ];

    #[test]
    fn versions_are_ordered_by_hand() {
        for (i, left) in ORDER.iter().enumerate() {
            for (j, right) in ORDER.iter().enumerate() {
                for (left, right) in left.iter().flat_map(|l| right.iter().map(move |r| (l, r))) {
                    assert_eq!(compare(left, right), i.cmp(&j), "`{left}` and `{right}`");
                }
            }
        }
    }

    #[test]
    fn dpkg_agrees() {
        let agrees = |left: &str, right: &str| {
            let word = ["lt", "eq", "gt"][(compare(left, right) as i8 + 1).unsigned_abs() as usize];
            Command::new("dpkg").args(["--compare-versions", left, word, right]).output()
        };
        // dpkg takes the empty version for "none", and refuses others that `check` refuses too
        let valid = || ORDER.iter().copied().flatten().filter(|version| check(version).is_ok());
        assert!(valid().count() > 30);
        for left in valid() {
            for right in valid().step_by(3) {
                let output = agrees(left, right).expect("this test needs dpkg: install it");
                assert!(output.status.success(), "`{left}` and `{right}`: {output:?}");
            }
        }
    }

    #[test]
    fn what_is_no_version_is_told() {
        for bad in
            ["", "a", "x:1", "-1:1", "+1:1", "99999999999:1", ":1", "1:", "1-", "1 2", "1_2", "1-é", "1\n"]
        {
            assert!(check(bad).is_err(), "`{bad}`");
        }
        for good in ["1", "0~", "1:2.3-4+deb13u1", "2024-01-02-1", "1:2:3", "1.0-1~exp1"] {
            assert_eq!(check(good), Ok(()), "`{good}`");
        }
    }

    #[test]
    fn each_relation_includes_what_its_sign_says() {
        let meets = |version, relation| meets(version, &Bound { relation, version: "2".to_owned() });
        let check =
            |relation| ["1", "2.0~", "2", "2-0", "3"].map(|version| u8::from(meets(version, relation)));
        assert_eq!(check(Relation::Eq), [0, 0, 1, 1, 0]);
        assert_eq!(check(Relation::Ge), [0, 1, 1, 1, 1]);
        assert_eq!(check(Relation::Gt), [0, 1, 0, 0, 1]);
        assert_eq!(check(Relation::Le), [1, 0, 1, 1, 0]);
        assert_eq!(check(Relation::Lt), [1, 0, 0, 0, 0]);
    }

    const TEXT: &str = "[0-2a~.:+-]{0,8}";

    proptest! {
        #[test]
        fn the_order_is_total(a in TEXT, b in TEXT, c in TEXT) {
            prop_assert_eq!(compare(&a, &a), Ordering::Equal);
            prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
            if compare(&a, &b).is_le() && compare(&b, &c).is_le() {
                prop_assert!(compare(&a, &c).is_le());
            }
        }

        #[test]
        fn any_text_is_compared(a in ".*", b in ".*") {
            prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
            let _ = check(&a);
        }
    }
}

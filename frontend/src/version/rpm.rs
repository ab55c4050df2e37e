//! Versions of RPM packages: `[epoch:]version[-release]`, as in rpm-version(7).

use std::cmp::Ordering;

use crate::job::Bound;

/// The order of two versions, by the algorithm of rpm-version(7).
///
/// Total over all text, valid or not: versions come from indices that others write. A missing epoch is 0, a
/// missing release is before all others. Different texts may be equal (`1.0` and `1_0`).
pub fn compare(left: &str, right: &str) -> Ordering {
    let (left, right) = (Parts::of(left), Parts::of(right));
    left.compare_version(&right).then_with(|| match (left.release, right.release) {
        (Some(left), Some(right)) => compare_part(left, right),
        (left, right) => left.is_some().cmp(&right.is_some()),
    })
}

/// Whether `version` is within `bound`. A bound without release is one for all releases, as in the dependencies of
/// packages: `1.7-2` is not greater than `1.7`, and a bound without epoch means epoch 0.
pub fn meets(version: &str, bound: &Bound) -> bool {
    let (left, right) = (Parts::of(version), Parts::of(&bound.version));
    let order = left.compare_version(&right).then_with(|| match (left.release, right.release) {
        (Some(left), Some(right)) => compare_part(left, right),
        _ => Ordering::Equal,
    });
    bound.relation.includes(order)
}

/// Whether `text` can be the version of a package, or a bound of one; the error says what is expected.
pub fn check(text: &str) -> Result<(), &'static str> {
    let Parts { epoch, version, release } = Parts::of(text);
    if text.contains(':') && (epoch.parse::<u32>().is_err() || !epoch.bytes().all(|b| b.is_ascii_digit())) {
        return Err("the epoch before `:` is a number");
    }
    let allowed = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._+~^".contains(&b))
    };
    if !allowed(version) || release.is_some_and(|release| !allowed(release)) {
        return Err("version and release have letters, digits, `.`, `_`, `+`, `~` and `^`");
    }
    Ok(())
}

/// A version taken apart.
struct Parts<'v> {
    epoch: &'v str,
    version: &'v str,
    release: Option<&'v str>,
}

impl<'v> Parts<'v> {
    fn of(text: &'v str) -> Self {
        let (epoch, rest) = text.split_once(':').unwrap_or(("", text));
        let (version, release) =
            rest.rsplit_once('-').map_or((rest, None), |(version, release)| (version, Some(release)));
        Self { epoch, version, release }
    }

    /// Epoch and version.
    fn compare_version(&self, other: &Self) -> Ordering {
        compare_numbers(self.epoch.as_bytes(), other.epoch.as_bytes())
            .then_with(|| compare_part(self.version, other.version))
    }
}

/// Compares runs of digits and runs of letters in turn; all else only separates them, but for `~`, which is before
/// the end of the text, and `^`, which is after it and before all that could follow.
fn compare_part(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    loop {
        (left, right) = (without_separators(left), without_separators(right));
        match (left.first(), right.first()) {
            (Some(b'~'), Some(b'~')) | (Some(b'^'), Some(b'^')) => {
                (left, right) = (&left[1..], &right[1..]);
                continue;
            }
            (Some(b'~'), _) | (None, Some(b'^')) => return Ordering::Less,
            (_, Some(b'~')) | (Some(b'^'), None) => return Ordering::Greater,
            (Some(b'^'), _) => return Ordering::Less,
            (_, Some(b'^')) => return Ordering::Greater,
            (None, _) | (_, None) => return left.len().min(1).cmp(&right.len().min(1)),
            (Some(_), Some(_)) => {}
        }
        let numbers = left[0].is_ascii_digit();
        if numbers != right[0].is_ascii_digit() {
            return numbers.cmp(&!numbers);
        }
        let of = |byte: &u8| if numbers { byte.is_ascii_digit() } else { byte.is_ascii_alphabetic() };
        let (left_run, left_rest) = split(left, of);
        let (right_run, right_rest) = split(right, of);
        let order = if numbers { compare_numbers(left_run, right_run) } else { left_run.cmp(right_run) };
        if order.is_ne() {
            return order;
        }
        (left, right) = (left_rest, right_rest);
    }
}

/// Numbers of any length, by value.
fn compare_numbers(left: &[u8], right: &[u8]) -> Ordering {
    let (_, left) = split(left, |&byte| byte == b'0');
    let (_, right) = split(right, |&byte| byte == b'0');
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

fn without_separators(text: &[u8]) -> &[u8] {
    split(text, |&byte| !byte.is_ascii_alphanumeric() && byte != b'~' && byte != b'^').1
}

/// Splits before the first byte that is not `of` the kind.
fn split(text: &[u8], of: impl Fn(&u8) -> bool) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|byte| !of(byte)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;
    use crate::job::Relation;

    /// Ascending; those of one line are equal.
    const ORDER: &[&[&str]] = &[
        &["~~", "~.~"],
        &["~"],
        &["", "0:", "."],
        &["^"],
        &["a"],
        &["a.b", "a_b"],
        &["b"],
        &["0", "00", "0:0"],
        &["0a"],
        &["1.0~~1"],
        &["1.0~rc1-1", "1.0~rc.1-1"],
        &["1.0~rc1^git1-1"],
        &["1.0~rc2"],
        &["1.0", "01.00", "1..0", "0:1.0", "1+0"],
        &["1.0-1~beta"],
        &["1.0-1", "1.0-01"],
        &["1.0-1.azl3"],
        &["1.0-1.el9_4", "1.0-1.el9.4"],
        &["1.0-1.2"],
        &["1.0-2"],
        &["1.0^", "1.0.^"],
        &["1.0^20240101git-1"],
        &["1.0^20240102git-1"],
        &["1.0a"],
        &["1.0.1"],
        &["1.9"],
        &["1.10"],
        &["1.99999999999999999999"],
        &["1.100000000000000000000"],
        &["2z"],
        &["2.0"],
        &["1:0"],
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
    fn rpm_agrees() {
        let valid: Vec<&str> =
            ORDER.iter().copied().flatten().copied().filter(|version| check(version).is_ok()).collect();
        assert!(valid.len() > 25);
        let pairs = || valid.iter().flat_map(|left| valid.iter().map(move |right| (left, right)));
        let calls: Vec<String> =
            pairs().map(|(left, right)| format!("print(rpm.vercmp('{left}', '{right}') .. '\\n')")).collect();
        let output = Command::new("rpm").arg("--eval").arg(format!("%{{lua: {}}}", calls.join(" "))).output();
        let output = output.expect("this test needs rpm: install it");
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        let orders: Vec<i8> = text.split_whitespace().map(|order| order.parse().unwrap()).collect();
        assert_eq!(orders.len(), pairs().count());
        for ((left, right), order) in pairs().zip(orders) {
            assert_eq!(compare(left, right) as i8, order, "`{left}` and `{right}`");
        }
    }

    #[test]
    fn what_is_no_version_is_told() {
        for bad in ["", "x:1", ":1", "1:", "-1", "1-", "1-2-", "1 2", "1-é", "1\n", "1/2"] {
            assert!(check(bad).is_err(), "`{bad}`");
        }
        for good in ["1", "0~", "1:2.3-4.el9_4", "a", "2024^git1.abc-1.azl3"] {
            assert_eq!(check(good), Ok(()), "`{good}`");
        }
    }

    #[test]
    fn each_relation_includes_what_its_sign_says() {
        let check = |relation, bound: &str| {
            let bound = Bound { relation, version: bound.to_owned() };
            ["1-9", "2~a-1", "2-1", "2-3", "3-1", "1:1-1"].map(|version| u8::from(meets(version, &bound)))
        };
        assert_eq!(check(Relation::Eq, "2"), [0, 0, 1, 1, 0, 0]);
        assert_eq!(check(Relation::Ge, "2"), [0, 0, 1, 1, 1, 1]);
        assert_eq!(check(Relation::Gt, "2"), [0, 0, 0, 0, 1, 1]);
        assert_eq!(check(Relation::Le, "2"), [1, 1, 1, 1, 0, 0]);
        assert_eq!(check(Relation::Lt, "2"), [1, 1, 0, 0, 0, 0]);
        assert_eq!(check(Relation::Gt, "2-1"), [0, 0, 0, 1, 1, 1]);
        assert_eq!(check(Relation::Eq, "0:2-1"), [0, 0, 1, 0, 0, 0]);
        assert_eq!(check(Relation::Lt, "1:0"), [1, 1, 1, 1, 1, 0]);
    }

    const TEXT: &str = "[0-2a~^.:-]{0,8}";

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

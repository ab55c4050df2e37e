//! How the families of distributions order the versions of packages, and how bounds are written.

pub mod deb;
pub mod rpm;

use std::cmp::Ordering;

use crate::job::{Bound, Relation};

/// Whose rules order versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Those of Debian: [`deb`].
    Deb,
    /// Those of RPM: [`rpm`].
    Rpm,
}

impl Order {
    /// The order of two versions.
    pub fn compare(self, left: &str, right: &str) -> Ordering {
        match self {
            Self::Deb => deb::compare(left, right),
            Self::Rpm => rpm::compare(left, right),
        }
    }

    /// Whether `version` is within `bound`.
    pub fn meets(self, version: &str, bound: &Bound) -> bool {
        match self {
            Self::Deb => deb::meets(version, bound),
            Self::Rpm => rpm::meets(version, bound),
        }
    }
}

impl Relation {
    /// Whether a version in this order to a bound is within it.
    pub fn includes(self, order: Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Ge => order.is_ge(),
            Self::Gt => order.is_gt(),
            Self::Le => order.is_le(),
            Self::Lt => order.is_lt(),
        }
    }
}

/// Bounds as people write them: `>= 1.7, < 2`.
pub fn bounds(bounds: &[Bound]) -> String {
    let parts: Vec<String> =
        bounds.iter().map(|bound| format!("{} {}", sign(bound.relation), bound.version)).collect();
    parts.join(", ")
}

fn sign(relation: Relation) -> &'static str {
    match relation {
        Relation::Eq => "=",
        Relation::Ge => ">=",
        Relation::Gt => ">",
        Relation::Le => "<=",
        Relation::Lt => "<",
    }
}

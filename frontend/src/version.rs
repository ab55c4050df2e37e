//! How the families of distributions order the versions of packages, and how bounds are written.

pub mod deb;

use crate::job::{Bound, Relation};

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

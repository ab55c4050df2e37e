//! The fields of a mapping, taken one by one.

use crate::diagnostic::{Problems, literal};
use crate::nearest::nearest;
use crate::spec::decode::{At, Field, Place};
use crate::spec::yaml::Kind;

/// The fields of a mapping, taken one after the other by name; what was not asked for is unknown.
#[derive(Debug)]
pub(in crate::spec) struct Fields<'n, 't> {
    rest: Vec<Field<'n, 't>>,
    known: Vec<&'static str>,
}

impl<'n, 't> Fields<'n, 't> {
    /// The fields of a value that may be nothing: then it has none.
    pub(in crate::spec) fn of(at: At<'n, 't>, what: &str, problems: &mut Problems) -> Self {
        let rest = if at.is_nothing() { None } else { at.mapping(what, problems) };
        Self { rest: rest.unwrap_or_default(), known: Vec::new() }
    }

    /// The fields of a value that may be nothing, or `None` when it is something else: that is reported.
    pub(in crate::spec) fn read(at: At<'n, 't>, what: &str, problems: &mut Problems) -> Option<Self> {
        let rest = match at.node.kind {
            Kind::Null => Vec::new(),
            _ => at.mapping(what, problems)?,
        };
        Some(Self { rest, known: Vec::new() })
    }

    /// The fields of these names, set or not, in their order.
    pub(in crate::spec) fn take_each(
        &mut self,
        names: &[&'static str],
    ) -> Vec<(&'static str, Field<'n, 't>)> {
        self.known.extend(names);
        let find = |name: &&'static str| {
            let index = self.rest.iter().position(|field| field.key == *name)?;
            Some((*name, self.rest.remove(index)))
        };
        names.iter().filter_map(find).collect()
    }

    /// The field of this name, if it is set.
    pub(in crate::spec) fn take(&mut self, name: &'static str) -> Option<Field<'n, 't>> {
        self.known.push(name);
        let index = self.rest.iter().position(|field| field.key == name)?;
        Some(self.rest.remove(index)).filter(|field| !matches!(field.value.node.kind, Kind::Null))
    }

    /// The field of this name, which must be set; `place` is where it is missing.
    pub(in crate::spec) fn require(
        &mut self,
        name: &'static str,
        place: Place,
        problems: &mut Problems,
    ) -> Option<Field<'n, 't>> {
        let key = self.rest.iter().find(|field| field.key == name).map(|field| field.place);
        let field = self.take(name);
        if field.is_none() {
            problems.push(match key {
                None => place.error(format!("missing field `{name}`")),
                Some(key) => key.error(format!("`{name}` has no value")),
            });
        }
        field
    }

    /// All fields whose names begin so.
    pub(in crate::spec) fn take_prefixed(&mut self, prefixes: &[&str]) -> Vec<Field<'n, 't>> {
        let has_prefix =
            |field: &mut Field<'n, 't>| prefixes.iter().any(|prefix| field.key.starts_with(prefix));
        self.rest.extract_if(.., has_prefix).collect()
    }

    /// Refuses fields that the language has in another place.
    pub(in crate::spec) fn refuse(
        &mut self,
        names: &[&'static str],
        why: &str,
        help: &str,
        problems: &mut Problems,
    ) {
        for name in names {
            let Some(index) = self.rest.iter().position(|field| field.key == *name) else { continue };
            let field = self.rest.remove(index);
            problems.push(field.place.error(format!("`{name}` {why}")).help(help));
        }
    }

    /// Reports what is left, and whether nothing was.
    pub(in crate::spec) fn finish(mut self, problems: &mut Problems) -> bool {
        let all_known = self.rest.is_empty();
        self.known.sort_unstable();
        for field in self.rest {
            let error = field.place.error(format!("unknown field {}", literal(field.key)));
            let near = if problems.is_full() { None } else { nearest(field.key, self.known.iter().copied()) };
            problems.push(match near {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help(format!("known fields here: {}", self.known.join(", "))),
            });
        }
        all_known
    }
}

//! Fields of the kinds that many sections have: texts, lists, maps of variables, one of several kinds.

use std::collections::BTreeMap;

use crate::diagnostic::{Problems, literal};
use crate::span::Spanned;
use crate::spec::decode::{At, Field, Fields, Invalid, Parse, Place, Shape, Text};
use crate::spec::reference::EnvName;
use crate::spec::stage::{Stage, Written};
use crate::spec::template::Scope;
use crate::spec::value::Value;

/// Variables of an environment, or other texts by name.
pub type Environment<S> = BTreeMap<EnvName, <S as Stage>::Of<String>>;

impl Parse for String {
    fn parse(text: &str) -> Result<Self, Invalid> {
        Ok(Self::from(text))
    }

    fn is_unset(&self) -> bool {
        self.is_empty()
    }
}

impl<'n, 't> Fields<'n, 't> {
    /// A text, unless it is empty: then nothing is said.
    pub(super) fn text(&mut self, name: &'static str, problems: &mut Problems) -> Option<Text<'n, 't>> {
        let text = self.take(name)?.value.text(&format!("`{name}`"), problems)?;
        Some(text).filter(|text| !text.as_str().is_empty())
    }

    /// A text that means a value of a type, unless it is empty.
    pub(super) fn parse<T: Parse>(
        &mut self,
        name: &'static str,
        problems: &mut Problems,
    ) -> Option<Spanned<T>> {
        self.text(name, problems)?.parse(problems)
    }

    /// A text that means a value of a type once build args are replaced, unless it is empty.
    pub(super) fn value<T: Parse>(
        &mut self,
        name: &'static str,
        scope: Scope<'_>,
        problems: &mut Problems,
    ) -> Option<Value<T>> {
        let text = self.text(name, problems)?;
        Value::of(&text, &format!("`{name}`"), scope, problems)
    }

    /// The same, which must be set; `place` is where it is missing.
    pub(super) fn require_value<T: Parse>(
        &mut self,
        name: &'static str,
        place: Place,
        scope: Scope<'_>,
        problems: &mut Problems,
    ) -> Option<Value<T>> {
        let text = self.require(name, place, problems)?.value.text(&format!("`{name}`"), problems)?;
        Value::of(&text, &format!("`{name}`"), scope, problems)
    }

    /// A text in which every character is meant.
    pub(super) fn content(
        &mut self,
        name: &'static str,
        scope: Scope<'_>,
        problems: &mut Problems,
    ) -> Option<Value<String>> {
        let text = self.take(name)?.value.content(&format!("`{name}`"), problems)?;
        let text = Some(text).filter(|text| !text.as_str().is_empty())?;
        Value::of(&text, &format!("`{name}`"), scope, problems)
    }

    /// A list of texts in which every character is meant.
    pub(super) fn contents(
        &mut self,
        name: &'static str,
        item: &str,
        scope: Scope<'_>,
        problems: &mut Problems,
    ) -> Vec<Value<String>> {
        let items = self.list(name, problems);
        let mut values = Vec::with_capacity(items.len());
        for at in items {
            if let Some(text) = at.content(item, problems) {
                values.extend(Value::of(&text, item, scope, problems));
            }
        }
        values
    }

    /// A list; one that is not set is empty.
    pub(super) fn list(&mut self, name: &'static str, problems: &mut Problems) -> Vec<At<'n, 't>> {
        self.take(name).and_then(|field| list(field, problems)).unwrap_or_default()
    }

    /// A list of texts that mean values of a type once build args are replaced; `item` begins sentences
    /// about one.
    pub(super) fn values<T: Parse>(
        &mut self,
        name: &'static str,
        item: &str,
        scope: Scope<'_>,
        problems: &mut Problems,
    ) -> Vec<Value<T>> {
        let items = self.list(name, problems);
        let mut values = Vec::with_capacity(items.len());
        for at in items {
            if let Some(text) = at.text(item, problems) {
                values.extend(Value::of(&text, item, scope, problems));
            }
        }
        values
    }

    /// The pairs of a mapping; one that is not set has none.
    pub(super) fn entries(&mut self, name: &'static str, problems: &mut Problems) -> Vec<Field<'n, 't>> {
        let field = self.take(name);
        field.and_then(|field| field.value.mapping(&format!("`{name}`"), problems)).unwrap_or_default()
    }

    /// Texts by the names of variables; nothing means an empty text.
    pub(super) fn environment(
        &mut self,
        name: &'static str,
        scope: Scope<'_>,
        problems: &mut Problems,
    ) -> Environment<Written> {
        let mut environment = BTreeMap::new();
        let field = self.take(name);
        let Some(field) = field else { return environment };
        let entries = match field.value.shape() {
            Shape::Mapping(entries) => entries,
            Shape::Nothing => return environment,
            Shape::List(_) | Shape::Text => {
                let error =
                    field.value.place().error(format!("`{name}` must be a mapping of names to texts"));
                problems.push(error.help(format!("write `{name}: {{NAME: value}}`")));
                return environment;
            }
        };
        for entry in entries {
            let Some(name) = entry.parse_key::<EnvName>(problems) else { continue };
            let value = if entry.value.is_nothing() {
                Some(Value::known(String::new(), name.span))
            } else {
                let what = literal(entry.key);
                let text = entry.value.content(&what, problems);
                text.and_then(|text| Value::of(&text, &what, scope, problems))
            };
            environment.extend(value.map(|value| (name.value, value)));
        }
        environment
    }

    /// The one field among `kinds` that says what this is; `what` begins sentences about it, and each kind comes
    /// with what to write for it.
    pub(super) fn kind(
        &mut self,
        kinds: &'static [(&'static str, &'static str)],
        what: &str,
        problems: &mut Problems,
    ) -> Kind<'n, 't> {
        let names: Vec<&'static str> = kinds.iter().map(|&(name, _)| name).collect();
        let found = self.take_each(&names);
        match found.as_slice() {
            [] => Kind::None,
            [(name, field)] if field.value.is_null() => {
                let example = kinds.iter().find(|(kind, _)| kind == name).map_or("", |(_, example)| example);
                let error = field.place.error(format!("`{name}` has no value"));
                problems.push(error.help(format!("write `{name}: {example}`")));
                Kind::Wrong
            }
            [(name, field)] => Kind::Of(name, *field),
            [(first, field), others @ ..] => {
                for (name, other) in others {
                    let error = other.place.error(format!("{what} has both `{first}` and `{name}`"));
                    let error = error.help("keep one: they exclude each other");
                    problems.push(error.label(field.place.span, format!("`{first}` here")));
                }
                Kind::Wrong
            }
        }
    }
}

/// What [`Fields::kind`] found.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind<'n, 't> {
    /// None of the kinds.
    None,
    /// One.
    Of(&'static str, Field<'n, 't>),
    /// Something that was reported.
    Wrong,
}

/// Leaves out what is beyond the `most` first of `items`, and reports it; `what` names them in sentences.
pub(super) fn at_most<T>(
    items: &mut Vec<T>,
    most: usize,
    what: &str,
    place: impl Fn(&T) -> Place,
    problems: &mut Problems,
) {
    if let Some(beyond) = items.get(most) {
        let error = place(beyond).error(format!("there are more than {most} {what}"));
        problems.push(error.help("make several specs of this one"));
        items.truncate(most);
    }
}

/// The items of a list.
pub(super) fn list<'n, 't>(field: Field<'n, 't>, problems: &mut Problems) -> Option<Vec<At<'n, 't>>> {
    let what = literal(field.key);
    if matches!(field.value.shape(), Shape::Text) {
        let error = field.value.place().error(format!("{what} must be a list, not text"));
        problems.push(error.help("write it in `[` and `]`"));
        return None;
    }
    field.value.list(&what, problems)
}

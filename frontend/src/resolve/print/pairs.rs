//! Mappings in the making: what is unsaid is left out.

use std::fmt::Display;

use crate::span::Spanned;
use crate::spec::number::Mode;
use crate::spec::reference::Owner;
use crate::spec::tree::Tree;
use crate::spec::{Concrete, Environment, escape};

/// The pairs of a mapping, in the order in which they are added.
#[derive(Debug, Default)]
pub(super) struct Pairs(Vec<(String, Tree)>);

impl Pairs {
    pub(super) fn into_tree(self) -> Tree {
        Tree::Map(self.0)
    }

    /// A value, whatever it is.
    pub(super) fn tree(&mut self, key: &str, value: Tree) {
        self.0.push((String::from(key), value));
    }

    /// A value, unless it is empty.
    pub(super) fn some(&mut self, key: &str, value: Tree) {
        if !value.is_empty() {
            self.tree(key, value);
        }
    }

    /// A text of a field in which build args are not replaced, unless it is empty.
    pub(super) fn text(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.tree(key, Tree::Text(String::from(text)));
        }
    }

    /// A text of a field in which they are.
    pub(super) fn escaped(&mut self, key: &str, text: &str) {
        self.text(key, &escape(text));
    }

    /// A value of such a field, unless its text is empty.
    pub(super) fn value<T: Display>(&mut self, key: &str, value: &Spanned<T>) {
        self.escaped(key, &value.value.to_string());
    }

    /// A value of such a field, where there is one.
    pub(super) fn optional<T: Display>(&mut self, key: &str, value: Option<&Spanned<T>>) {
        if let Some(value) = value {
            self.value(key, value);
        }
    }

    /// A list of such values, unless it is empty.
    pub(super) fn values<T: Display>(&mut self, key: &str, values: &[Spanned<T>]) {
        self.some(key, list(values, |value| Tree::Text(escape(&value.value.to_string()).into_owned())));
    }

    /// Such texts by name, unless there are none.
    pub(super) fn environment(&mut self, key: &str, environment: &Environment<Concrete>) {
        let pair = |(name, value): (_, &Spanned<String>)| {
            (ToString::to_string(name), Tree::Text(escape(&value.value).into_owned()))
        };
        self.some(key, Tree::Map(environment.iter().map(pair).collect()));
    }

    /// `true`, or nothing.
    pub(super) fn flag(&mut self, key: &str, flag: bool) {
        if flag {
            self.tree(key, Tree::Plain(String::from("true")));
        }
    }

    /// A number.
    pub(super) fn number(&mut self, key: &str, number: u32) {
        self.tree(key, Tree::Plain(number.to_string()));
    }

    /// A mode, where there is one.
    pub(super) fn mode(&mut self, key: &str, mode: Option<Mode>) {
        if let Some(mode) = mode {
            self.tree(key, Tree::Plain(mode.to_string()));
        }
    }

    /// User and group, where there are any.
    pub(super) fn owners(&mut self, user: Option<&Owner>, group: Option<&Owner>) {
        self.text("user", user.map_or("", Owner::as_str));
        self.text("group", group.map_or("", Owner::as_str));
    }
}

/// A list of what `show` makes of the items.
pub(super) fn list<T>(items: &[T], show: impl Fn(&T) -> Tree) -> Tree {
    Tree::List(items.iter().map(show).collect())
}

/// A mapping; an empty one where there is nothing to say.
pub(super) fn map<K: Display, V>(pairs: impl IntoIterator<Item = (K, V)>, show: impl Fn(V) -> Tree) -> Tree {
    Tree::Map(pairs.into_iter().map(|(key, value)| (key.to_string(), show(value))).collect())
}

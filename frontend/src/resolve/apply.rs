//! From sections with build args in them to sections with values alone.

use std::collections::BTreeMap;

use crate::diagnostic::Problems;
use crate::resolve::argument::Arguments;
use crate::span::Spanned;
use crate::spec::{Parse, Value};

/// Something in which build args are replaced.
pub(super) trait Apply {
    /// The same without build args.
    type Concrete;

    /// The same without build args, or `None`; why is among the problems.
    fn apply(&self, arguments: &Arguments, problems: &mut Problems) -> Option<Self::Concrete>;

    /// Whether a field with this says no more than one that is left out.
    fn is_unset(_concrete: &Self::Concrete) -> bool {
        false
    }
}

impl<T: Clone + Parse> Apply for Value<T> {
    type Concrete = Spanned<T>;

    fn apply(&self, arguments: &Arguments, problems: &mut Problems) -> Option<Self::Concrete> {
        arguments.value_of(self, problems)
    }

    fn is_unset(concrete: &Self::Concrete) -> bool {
        concrete.value.is_unset()
    }
}

impl<T: Apply> Apply for Box<T> {
    type Concrete = Box<T::Concrete>;

    fn apply(&self, arguments: &Arguments, problems: &mut Problems) -> Option<Self::Concrete> {
        self.as_ref().apply(arguments, problems).map(Box::new)
    }
}

impl<T: Apply> Apply for Option<T> {
    type Concrete = Option<T::Concrete>;

    fn apply(&self, arguments: &Arguments, problems: &mut Problems) -> Option<Self::Concrete> {
        match self {
            None => Some(None),
            // A field whose build args are empty is as one that is written empty.
            Some(value) => {
                value.apply(arguments, problems).map(|value| Some(value).filter(|value| !T::is_unset(value)))
            }
        }
    }
}

impl<T: Apply> Apply for Vec<T> {
    type Concrete = Vec<T::Concrete>;

    fn apply(&self, arguments: &Arguments, problems: &mut Problems) -> Option<Self::Concrete> {
        let mut applied = Vec::with_capacity(self.len());
        applied.extend(self.iter().filter_map(|item| item.apply(arguments, problems)));
        (applied.len() == self.len()).then_some(applied)
    }
}

impl<K: Clone + Ord, V: Apply> Apply for BTreeMap<K, V> {
    type Concrete = BTreeMap<K, V::Concrete>;

    fn apply(&self, arguments: &Arguments, problems: &mut Problems) -> Option<Self::Concrete> {
        let pair = |(key, value): (&K, &V)| Some((key.clone(), value.apply(arguments, problems)?));
        let mut applied = Vec::with_capacity(self.len());
        applied.extend(self.iter().filter_map(pair));
        (applied.len() == self.len()).then(|| applied.into_iter().collect())
    }
}

/// Implements [`Apply`] for a section: build args are replaced in the fields of the first list, those of the
/// second have none.
macro_rules! concrete {
    ($section:ident: $($applied:ident),*; $($kept:ident),*) => {
        impl $crate::resolve::apply::Apply for $section<$crate::spec::Written> {
            type Concrete = $section<$crate::spec::Concrete>;

            fn apply(
                &self,
                arguments: &$crate::resolve::argument::Arguments,
                problems: &mut $crate::diagnostic::Problems,
            ) -> Option<Self::Concrete> {
                let Self { $($applied,)* $($kept,)* } = self;
                $(let $applied = $crate::resolve::apply::Apply::apply($applied, arguments, problems);)*
                Some($section { $($applied: $applied?,)* $($kept: $kept.clone(),)* })
            }
        }
    };
}

pub(super) use concrete;

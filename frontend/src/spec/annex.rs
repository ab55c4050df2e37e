//! `x-annex`: what only this frontend reads.

use crate::compression::{self, Profile};
use crate::diagnostic::{Problems, literal};
use crate::job::{Allowance, Rule};
use crate::nearest::nearest;
use crate::span::Spanned;
use crate::spec::decode::{At, Field, Fields, Invalid, Parse, Shape};
use crate::spec::dependency::PackageName;
use crate::spec::lint::{Skip, Skipped};

/// The field `x-annex` of a spec.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Annex {
    /// Findings that are accepted, in the order of the file.
    pub allow: Vec<Allow>,
    /// How the image is compressed.
    pub compression: Option<Spanned<&'static Profile>>,
    /// Warnings about the spec itself that are not told.
    pub skip: Skip,
}

/// An entry of `x-annex.allow`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// The rule that finds it.
    pub rule: Spanned<Rule>,
    /// Only what is about this package.
    pub package: Option<Spanned<PackageName>>,
    /// Only what is about paths that match this pattern.
    pub path: Option<Spanned<PathPattern>>,
    /// Why it is accepted.
    pub reason: Spanned<Reason>,
}

/// A pattern for paths of files and names of libraries: `*` stands for any text, `?` for any character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern(pub String);

/// Why a finding is accepted: words for whoever reads the spec next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(pub String);

impl Annex {
    /// The field `x-annex`.
    pub(super) fn decode(field: Option<Field<'_, '_>>, problems: &mut Problems) -> Self {
        let Some(field) = field else { return Self::default() };
        let mut fields = Fields::of(field.value, "`x-annex`", problems);
        let entries = fields.take("allow").and_then(|field| field.value.list("`allow`", problems));
        let compression = fields.take("compression");
        let compression = compression.and_then(|field| field.value.text("`compression`", problems));
        let compression = compression.and_then(|text| text.parse(problems));
        let mut skip = Skip::default();
        for item in fields.list("skip", problems) {
            let word = item.text("a rule", problems).and_then(|text| text.parse::<Skipped>(problems));
            if let Some(word) = word {
                skip.add(word.value);
            }
        }
        fields.finish(problems);
        let allow = entries.unwrap_or_default().into_iter().filter_map(|entry| allow(entry, problems));
        Self { allow: allow.collect(), compression, skip }
    }
}

fn allow(entry: At<'_, '_>, problems: &mut Problems) -> Option<Allow> {
    if !matches!(entry.shape(), Shape::Mapping(_)) {
        return entry.unexpected("an entry of `allow`", "a mapping", problems);
    }
    let mut fields = Fields::of(entry, "an entry of `allow`", problems);
    let rule = fields.require("rule", entry.place(), problems);
    let rule = rule.and_then(|field| field.value.text("`rule`", problems));
    let rule = rule.and_then(|text| text.parse::<Rule>(problems));
    let reason = fields.require("reason", entry.place(), problems);
    let reason = reason.and_then(|field| field.value.text("`reason`", problems));
    let reason = reason.and_then(|text| text.parse::<Reason>(problems));
    let package = fields.take("package").and_then(|field| field.value.text("`package`", problems));
    let package = package.map(|text| text.parse::<PackageName>(problems));
    let path = fields.take("path").and_then(|field| field.value.text("`path`", problems));
    let path = path.map(|text| text.parse::<PathPattern>(problems));
    fields.finish(problems);
    // A bound that is wrong must not become none.
    Some(Allow {
        rule: rule?,
        package: package.map_or(Some(None), |package| package.map(Some))?,
        path: path.map_or(Some(None), |path| path.map(Some))?,
        reason: reason?,
    })
}

impl Parse for &'static Profile {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let unknown = |names| {
            Invalid::new(format!("unknown compression {}", literal(text))).help(format!("profiles: {names}"))
        };
        compression::find(text).map_err(unknown)
    }
}

impl Parse for Rule {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let Some(rule) = Self::find(text) else {
            let names = Self::ALL.iter().map(|rule| rule.name());
            let invalid = Invalid::new("there is no rule of this name");
            return Err(match nearest(text, names) {
                Some(near) => invalid.help(format!("did you mean `{near}`?")),
                None => invalid.help("a warning names its rule in `[` and `]`"),
            });
        };
        if rule.allowance() == Allowance::Never {
            let message = format!("what `{rule}` finds cannot be allowed");
            return Err(Invalid::new(message).help("no image can be made of it, or none that can be trusted"));
        }
        if rule.allowance() == Allowance::Spec {
            let message = format!("what `{rule}` finds is in the spec itself");
            return Err(Invalid::new(message).help(format!("write `skip: [{rule}]` beside `allow`")));
        }
        Ok(rule)
    }
}

impl Parse for PathPattern {
    fn parse(text: &str) -> Result<Self, Invalid> {
        match text.chars().count() {
            0 => {
                Err(Invalid::new("a pattern of paths cannot be empty").help("leave `path` out for all paths"))
            }
            count if count > MAX_TEXT => {
                Err(Invalid::new(format!("a pattern of paths has at most {MAX_TEXT} characters")))
            }
            _ => Ok(Self(text.to_owned())),
        }
    }
}

impl Parse for Reason {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let reason = text.trim();
        match reason.chars().count() {
            0 => Err(Invalid::new("`reason` must say why the finding is accepted")),
            count if count > MAX_TEXT => {
                Err(Invalid::new(format!("a reason has at most {MAX_TEXT} characters")))
            }
            _ => Ok(Self(reason.to_owned())),
        }
    }
}

/// Most characters of a pattern and of a reason.
const MAX_TEXT: usize = 1000;

//! Files that say for many specs what each could say for itself, in the words of the language. Their values are text as
//! it is written: no build arg is replaced in them.

use std::collections::BTreeMap;

use crate::diagnostic::Problems;
use crate::spec::decode::{At, Fields};
use crate::spec::path::Glob;
use crate::spec::reference::{EnvName, ImageRef};
use crate::spec::yaml;

/// A signer, as a file names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignerFile {
    /// Its image.
    pub image: ImageRef,
    /// The command in the image, in place of its own.
    pub cmdline: Option<String>,
    /// Build args for it.
    pub args: BTreeMap<EnvName, String>,
}

impl SignerFile {
    /// Reads a file in the form of the field `package_config`. `None` where it is wrong, or names no signer; other fields
    /// than the signer are none of its business.
    pub fn parse(text: &str, problems: &mut Problems) -> Option<Self> {
        let node = yaml::parse(text, problems)?;
        let mut fields = Fields::read(At::root(&node), "a configuration of signing", problems)?;
        let field = fields.take("signer")?;
        let mut fields = Fields::read(field.value, "`signer`", problems)?;
        let image = fields.require("image", field.place, problems);
        let image = image.and_then(|field| field.value.text("`image`", problems));
        let image = image.and_then(|text| text.parse::<ImageRef>(problems));
        let cmdline = fields.parse::<String>("cmdline", problems).map(|text| text.value);
        let mut args = BTreeMap::new();
        for entry in fields.entries("args", problems) {
            let Some(name) = entry.parse_key::<EnvName>(problems) else { continue };
            let value = if entry.value.is_nothing() {
                Some(String::new())
            } else {
                entry.value.content("the value of an arg", problems).map(|text| text.as_str().to_owned())
            };
            args.extend(value.map(|value| (name.value, value)));
        }
        fields.finish(problems);
        Some(Self { image: image?.value, cmdline, args })
    }
}

/// Reads a file that says what no source has, in its field `global_excludes`.
pub fn excludes(text: &str, problems: &mut Problems) -> Vec<Glob> {
    let Some(node) = yaml::parse(text, problems) else { return Vec::new() };
    let Some(mut fields) = Fields::read(At::root(&node), "a filter of sources", problems) else {
        return Vec::new();
    };
    let mut excludes = Vec::new();
    for item in fields.list("global_excludes", problems) {
        let text = item.text("a pattern", problems);
        excludes.extend(text.and_then(|text| text.parse::<Glob>(problems)).map(|glob| glob.value));
    }
    fields.finish(problems);
    excludes
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::diagnostic::{SourceFile, render};

    fn check<T: std::fmt::Debug>(text: &str, read: fn(&str, &mut Problems) -> T, expected: &Expect) {
        let mut problems = Problems::default();
        let made = read(text, &mut problems);
        let file = SourceFile { name: "file.yml".to_owned(), text: text.to_owned() };
        expected.assert_eq(&format!("{made:?}\n{}", render(&file, &problems)));
    }

    #[test]
    fn a_signer_is_read_and_what_stands_beside_it_is_not() {
        check(
            "other: [1]\nsigner: {image: example.org/s:1, cmdline: /sign, args: {A: $B, C: }}\n",
            SignerFile::parse,
            &expect![[r#"
                Some(SignerFile { image: ImageRef("example.org/s:1"), cmdline: Some("/sign"), args: {EnvName("A"): "$B", EnvName("C"): ""} })
            "#]],
        );
        check(
            "signer: {}\n",
            SignerFile::parse,
            &expect![[r#"
            None
            file.yml:1:1: missing field `image`
            1 | signer: {}
              | ^^^^^^
        "#]],
        );
        check(
            "signer: {image: a b, argz: {}, args: {1: x}}\n",
            SignerFile::parse,
            &expect![[r#"
            None
            file.yml:1:18: the reference of an image has no white space
            1 | signer: {image: a b, argz: {}, args: {1: x}}
              |                  ^
            file.yml:1:22: unknown field `argz`
            1 | signer: {image: a b, argz: {}, args: {1: x}}
              |                      ^^^^
            help: did you mean `args`?
            file.yml:1:39: the name of an environment variable is made of `A-Z`, `a-z`, `0-9`, `_` and starts with no digit
            1 | signer: {image: a b, argz: {}, args: {1: x}}
              |                                       ^
        "#]],
        );
        check(
            "other: {}\n",
            SignerFile::parse,
            &expect![[r#"
            None
        "#]],
        );
    }

    #[test]
    fn a_filter_is_a_list_of_patterns() {
        check(
            "global_excludes: [vendor, \"**/*.md\", \"!keep.md\"]\n",
            excludes,
            &expect![[r#"
            [Glob("vendor"), Glob("**/*.md"), Glob("!keep.md")]
        "#]],
        );
        check(
            "global_exclude: [vendor]\n",
            excludes,
            &expect![[r#"
            []
            file.yml:1:1: unknown field `global_exclude`
            1 | global_exclude: [vendor]
              | ^^^^^^^^^^^^^^
            help: did you mean `global_excludes`?
        "#]],
        );
        check(
            "global_excludes: [\"\", ../x]\n",
            excludes,
            &expect![[r#"
            []
            file.yml:1:19: a pattern cannot be empty
            1 | global_excludes: ["", ../x]
              |                   ^^
            file.yml:1:23: this path leads out of its tree
            1 | global_excludes: ["", ../x]
              |                       ^^
        "#]],
        );
        check(
            "- vendor\n",
            excludes,
            &expect![[r#"
            []
            file.yml:1:1: a filter of sources must be a mapping, not a list
            1 | - vendor
              | ^^^^^^^^
        "#]],
        );
    }
}

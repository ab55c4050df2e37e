//! Variables in the configuration of repositories, such as `$basearch`.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::worker::manager::Error;

/// Values by name.
pub(super) type Variables = BTreeMap<String, String>;

/// Adds the variables of a directory: each file is one, its first line the value (dnf.conf(5), "VARIABLES").
pub(super) fn add(directory: &Path, variables: &mut Variables) -> Result<(), Error> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(Error::file(directory))?,
    };
    for entry in entries {
        let path = entry.map_err(Error::file(directory))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).filter(|name| name.chars().all(is_part));
        let Some(name) = name.filter(|_| path.is_file()) else { continue };
        let text = fs::read_to_string(&path).map_err(Error::file(&path))?;
        variables.insert(name.to_owned(), text.lines().next().unwrap_or_default().trim().to_owned());
    }
    Ok(())
}

/// `text` with the values in place of `$name` and `${name}`, and, as in libdnf, of `${name:-word}` and
/// `${name:+word}`. A variable that is not known stays as it is.
pub(super) fn substitute(text: &str, variables: &Variables) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some((value, remaining)) = variable(after, variables) {
            out.push_str(&value);
            rest = remaining;
        } else {
            out.push('$');
            rest = after;
        }
    }
    out + rest
}

/// The value of the variable whose name stands at the beginning, and what follows.
fn variable<'t>(text: &'t str, variables: &Variables) -> Option<(String, &'t str)> {
    let braced = text.strip_prefix('{');
    let text = braced.unwrap_or(text);
    let (name, rest) = text.split_at(text.find(|c| !is_part(c)).unwrap_or(text.len()));
    let value = variables.get(name);
    if braced.is_none() {
        return Some((value?.clone(), rest));
    }
    let (expression, rest) = rest.split_once('}')?;
    let value = match (expression.split_at_checked(2), value) {
        (None, value) if expression.is_empty() => value?.as_str(),
        (Some((":-", word)), value) => value.filter(|value| !value.is_empty()).map_or(word, String::as_str),
        (Some((":+", word)), Some(value)) if !value.is_empty() => word,
        (Some((":+", _)), _) => "",
        _ => return None,
    };
    Some((value.to_owned(), rest))
}

fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str) -> String {
        let known = [("basearch", "x86_64"), ("releasever", "3.0"), ("empty", "")];
        let known = known.map(|(name, value)| (name.to_owned(), value.to_owned()));
        substitute(text, &Variables::from(known))
    }

    #[test]
    fn known_variables_are_replaced_and_others_stay() {
        assert_eq!(check("https://example.org/$releasever/${basearch}/"), "https://example.org/3.0/x86_64/");
        assert_eq!(
            check("$basearch_x $other ${other} $ ${ $$releasever"),
            "$basearch_x $other ${other} $ ${ $3.0"
        );
        assert_eq!(check("${empty:-a}${other:-b}${basearch:-c}"), "abx86_64");
        assert_eq!(check("<${empty:+a}${other:+b}${basearch:+c}>"), "<c>");
        assert_eq!(check("${basearch:?}${basearch:"), "${basearch:?}${basearch:");
    }

    #[test]
    fn files_are_variables() {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in [("rltype", "-beta\nmore\n"), ("not-one", "x"), ("contentdir", "pub/rocky")] {
            fs::write(directory.path().join(name), text).unwrap();
        }
        let mut variables = Variables::new();
        add(directory.path(), &mut variables).unwrap();
        add(&directory.path().join("missing"), &mut variables).unwrap();
        let expected = [("contentdir", "pub/rocky"), ("rltype", "-beta")];
        assert_eq!(variables, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[${}a:+-]{0,20}") {
            let _ = check(&text);
        }
    }
}

//! The fields of a package's control file that say which package it is.

use crate::lock::Package;
use crate::worker::archive::{Identity, Refusal};
use crate::worker::path::printable;

/// Compares a control file with the package that the file should be.
pub(super) fn check(control: &[u8], package: &Package) -> Result<(), Refusal> {
    for (name, expected) in
        [("Package", &package.name), ("Version", &package.version), ("Architecture", &package.architecture)]
    {
        let Some(value) = field(control, name) else {
            return Err(Refusal::Content(format!("has no field `{name}` in its control file")));
        };
        if value != expected.as_bytes() {
            let value = printable(value);
            return Err(Refusal::Content(format!("says `{name}: {value}` of itself, not `{expected}`")));
        }
    }
    Ok(())
}

/// Which package a control file is of.
pub(super) fn identity(control: &[u8]) -> Result<Identity, Refusal> {
    let text = |name: &str| {
        let value = field(control, name).filter(|value| !value.is_empty());
        let value = value.and_then(|value| std::str::from_utf8(value).ok());
        value
            .map(str::to_owned)
            .ok_or_else(|| Refusal::Content(format!("has no field `{name}` in its control file")))
    };
    Ok(Identity { name: text("Package")?, version: text("Version")?, architecture: text("Architecture")? })
}

/// Names of the triggers that the file `triggers` activates: deb-triggers(5).
pub(super) fn activates(triggers: &[u8]) -> Vec<Box<str>> {
    let mut names = Vec::new();
    for line in triggers.split(|byte| *byte == b'\n') {
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        if let (Some(directive), Some(name)) = (words.next(), words.next())
            && directive.starts_with(b"activate")
        {
            names.push(printable(name).into());
        }
    }
    names
}

/// The value of a field of the first paragraph, if it is one line.
fn field<'a>(control: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let lines = control.split(|byte| *byte == b'\n').skip_while(|line| line.trim_ascii().is_empty());
    let mut paragraph = lines.take_while(|line| !line.trim_ascii().is_empty());
    paragraph.find_map(|line| {
        let (key, value) = line.split_at_checked(name.len())?;
        let value = value.strip_prefix(b":")?;
        key.eq_ignore_ascii_case(name.as_bytes()).then(|| value.trim_ascii())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_text(control: &str) -> Result<(), String> {
        let package = Package {
            name: "jq".into(),
            version: "1.7-1".into(),
            architecture: "amd64".into(),
            source: "jq".into(),
            url: "https://example.org/jq.deb".into(),
            size: 0,
            sha256: String::new(),
            keys: vec![],
        };
        check(control.as_bytes(), &package).map_err(|refusal| match refusal {
            Refusal::Content(why) => why,
            other => format!("{other:?}"),
        })
    }

    #[test]
    fn the_right_package_passes() {
        let control =
            "Package: jq\nversion:  1.7-1 \nDescription: text\n Package: zsh\nArchitecture: amd64\n";
        assert_eq!(check_text(control), Ok(()));
    }

    #[test]
    fn another_package_is_refused() {
        for (control, why) in [
            (
                "Package: zsh\nVersion: 1.7-1\nArchitecture: amd64\n",
                "says `Package: zsh` of itself, not `jq`",
            ),
            (
                "Package: jq\nVersion: 1.7-2\nArchitecture: amd64\n",
                "says `Version: 1.7-2` of itself, not `1.7-1`",
            ),
            (
                "Package: jq\nVersion: 1.7-1\n\nArchitecture: amd64\n",
                "has no field `Architecture` in its control file",
            ),
            ("", "has no field `Package` in its control file"),
        ] {
            assert_eq!(check_text(control), Err(why.to_owned()));
        }
    }
}

//! `debian/copyright`, see Debian Policy 12.5.

use std::fmt::Write as _;

use crate::package::recipe::{Recipe, one_line};
use crate::resolve::Resolved;

/// What is known of who may do what with the content.
pub(super) fn copyright(recipe: &Recipe<'_>) -> String {
    let Resolved { name, license, vendor, website, .. } = recipe.resolved;
    let mut text = format!("{} is made by {}", name.value, recipe.maintainer());
    if let Some(vendor) = vendor {
        text.extend([" of ", &one_line(vendor)]);
    }
    text += ".\n";
    if let Some(website) = website {
        text.extend(["\nIt comes from ", &one_line(website), "\n"]);
    }
    let Some(license) = license.as_deref().map(one_line).filter(|license| !license.is_empty()) else {
        return text;
    };
    writeln!(text, "\nLicense: {license}").expect("a String takes all text");
    for (name, file) in common(&license) {
        writeln!(text, "\nThe text of {name} is in /usr/share/common-licenses/{file} on Debian systems.")
            .expect("a String takes all text");
    }
    text
}

/// The licences of an SPDX expression whose texts every system has, with the names of the files.
fn common(license: &str) -> Vec<(&str, &'static str)> {
    let mut found: Vec<(&str, &'static str)> = Vec::new();
    for word in license.split(|c: char| c.is_whitespace() || "()".contains(c)) {
        let version = word.trim_end_matches("-only").trim_end_matches("-or-later").trim_end_matches('+');
        let known = COMMON.iter().find(|(name, _)| *name == version);
        if let Some((_, file)) = known
            && !found.iter().any(|(name, _)| *name == word)
        {
            found.push((word, file));
        }
    }
    found
}

/// Names of licences (<https://spdx.org/licenses/>) and of their files in base-files 12.
const COMMON: &[(&str, &str)] = &[
    ("Apache-2.0", "Apache-2.0"),
    ("Artistic-1.0-Perl", "Artistic"),
    ("CC0-1.0", "CC0-1.0"),
    ("GFDL-1.2", "GFDL-1.2"),
    ("GFDL-1.3", "GFDL-1.3"),
    ("GPL-1.0", "GPL-1"),
    ("GPL-2.0", "GPL-2"),
    ("GPL-3.0", "GPL-3"),
    ("LGPL-2.0", "LGPL-2"),
    ("LGPL-2.1", "LGPL-2.1"),
    ("LGPL-3.0", "LGPL-3"),
    ("MPL-1.1", "MPL-1.1"),
    ("MPL-2.0", "MPL-2.0"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_licences_are_found_in_expressions() {
        assert_eq!(common("MIT AND Zlib"), []);
        assert_eq!(
            common("(GPL-2.0-or-later OR Apache-2.0) AND MIT AND LGPL-2.1+ OR Apache-2.0"),
            [("GPL-2.0-or-later", "GPL-2"), ("Apache-2.0", "Apache-2.0"), ("LGPL-2.1+", "LGPL-2.1")]
        );
    }
}

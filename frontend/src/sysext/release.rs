//! The extension-release file: what an extension says of itself and of its hosts.

/// What the file says, see os-release(5) and UAPI.4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release<'a> {
    /// `SYSEXT_ID=`: the extension's own name.
    pub name: &'a str,
    /// Version of the extension's own, of which [`Self::revision`] is a part of `SYSEXT_VERSION_ID=` too.
    pub version: &'a str,
    /// Which build of the version this is.
    pub revision: &'a str,
    /// `ID=` of the host; `_any` for all.
    pub os_id: &'a str,
    /// `ARCHITECTURE=` in systemd's words.
    pub architecture: &'a str,
    /// `VERSION_ID=` of the host.
    pub version_id: Option<&'a str>,
    /// `SYSEXT_LEVEL=` of the host, which wins over `VERSION_ID=`.
    pub sysext_level: Option<&'a str>,
}

impl Release<'_> {
    /// The file's text. `EXTENSION_RELOAD_MANAGER=1` makes systemd 255 and later look for the units
    /// of the extension when it is merged.
    pub fn text(&self) -> String {
        let Self { name, version, revision, os_id, architecture, version_id, sysext_level } = self;
        let optional = [("VERSION_ID", version_id), ("SYSEXT_LEVEL", sysext_level)];
        let mut text = format!(
            "ID={}\nARCHITECTURE={}\nEXTENSION_RELOAD_MANAGER=1\n",
            quote(os_id),
            quote(architecture)
        );
        for (key, value) in optional {
            if let Some(value) = value {
                text.extend([key, "=", &quote(value), "\n"]);
            }
        }
        let version = format!("{version}-{revision}");
        text.extend(["SYSEXT_ID=", &quote(name), "\nSYSEXT_VERSION_ID=", &quote(&version), "\n"]);
        text
    }
}

/// A value as os-release(5) wants it: as it is when it holds nothing special, else in double quotes
/// with the characters escaped that a shell would read.
fn quote(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-+~:".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    let mut quoted = String::from('"');
    for c in value.chars() {
        if matches!(c, '"' | '\\' | '$' | '`') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn an_extension_for_all_hosts_names_none_and_says_which_version_it_is() {
        let release = Release {
            name: "tools",
            version: "0.1.0",
            revision: "1",
            os_id: "_any",
            architecture: "x86-64",
            version_id: None,
            sysext_level: None,
        };
        expect![[r"
            ID=_any
            ARCHITECTURE=x86-64
            EXTENSION_RELOAD_MANAGER=1
            SYSEXT_ID=tools
            SYSEXT_VERSION_ID=0.1.0-1
        "]]
        .assert_eq(&release.text());
    }

    #[test]
    fn a_pinned_extension_says_version_and_level_and_quotes_what_a_shell_would_read() {
        let release = Release {
            name: "tools",
            version: "1:2^3",
            revision: "1",
            os_id: "debian",
            architecture: "arm64",
            version_id: Some("13 $(id)"),
            sysext_level: Some("1.0"),
        };
        expect![[r#"
            ID=debian
            ARCHITECTURE=arm64
            EXTENSION_RELOAD_MANAGER=1
            VERSION_ID="13 \$(id)"
            SYSEXT_LEVEL=1.0
            SYSEXT_ID=tools
            SYSEXT_VERSION_ID="1:2^3-1"
        "#]]
        .assert_eq(&release.text());
    }
}

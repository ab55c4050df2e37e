//! What a file of `/etc/apt/sources.list.d` says of signatures (sources.list(5), apt 3.0).

/// The words by which apt would use a repository without a good signature; those of directories do not count,
/// since nobody is on the way to them.
pub(super) fn unverified(name: &str, text: &str) -> Option<String> {
    if name.ends_with(".sources") { in_stanzas(text) } else { text.lines().find_map(in_line) }
}

/// The form of one line: `deb [OPTION=VALUE ...] URI SUITE ...`.
fn in_line(line: &str) -> Option<String> {
    let line = line.trim_start();
    if line.starts_with('#') {
        return None;
    }
    let (options, rest) = line.split_once('[')?.1.split_once(']')?;
    if is_directory(rest.split_whitespace().next()?) {
        return None;
    }
    options
        .split_whitespace()
        .find(|option| option.split_once('=').is_some_and(|(name, value)| switches_off(name, value)))
        .map(str::to_owned)
}

/// The form of deb822(5): fields in stanzas with an empty line between them.
fn in_stanzas(text: &str) -> Option<String> {
    let mut stanza = Stanza::default();
    for line in text.lines().chain([""]) {
        if line.starts_with('#') {
            continue;
        }
        if line.trim().is_empty() {
            let Stanza { uris, words, .. } = std::mem::take(&mut stanza);
            let is_local = !uris.is_empty() && uris.iter().all(|uri| is_directory(uri));
            if !is_local && words.is_some() {
                return words;
            }
        } else if line.starts_with([' ', '\t']) {
            if stanza.in_uris {
                stanza.uris.extend(line.split_whitespace().map(str::to_owned));
            }
        } else if let Some((name, value)) = line.split_once(':') {
            stanza.in_uris = name.trim().eq_ignore_ascii_case("URIs");
            if stanza.in_uris {
                stanza.uris.extend(value.split_whitespace().map(str::to_owned));
            } else if switches_off(name.trim(), value.trim()) {
                stanza.words = Some(line.trim().to_owned());
            }
        }
    }
    None
}

#[derive(Default)]
struct Stanza {
    uris: Vec<String>,
    in_uris: bool,
    words: Option<String>,
}

fn is_directory(uri: &str) -> bool {
    uri.starts_with("file:") || uri.starts_with("copy:")
}

fn switches_off(option: &str, value: &str) -> bool {
    // `name+=value` adds to a list.
    let option = option.trim_end_matches(['+', '-']);
    SWITCHES.iter().any(|switch| switch.eq_ignore_ascii_case(option))
        && YES.iter().any(|yes| yes.eq_ignore_ascii_case(value))
}

const SWITCHES: [&str; 4] = ["Allow-Downgrade-To-Insecure", "Allow-Insecure", "Allow-Weak", "Trusted"];
/// What apt takes for a yes.
const YES: [&str; 6] = ["1", "enable", "on", "true", "with", "yes"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_trusts_anything_is_found() {
        let found = |text: &str| unverified("x.list", text);
        assert_eq!(
            found("# mine\n deb [ arch=amd64 trusted=yes ] https://example.org/ s main\n").as_deref(),
            Some("trusted=yes")
        );
        assert_eq!(
            found("deb [Allow-Insecure=TRUE] http://example.org/ s main").as_deref(),
            Some("Allow-Insecure=TRUE")
        );
        for fine in [
            "deb https://example.org/ s main\n",
            "deb [signed-by=/usr/share/keyrings/trusted.gpg] https://example.org/ s main\n",
            "# deb [trusted=yes] https://example.org/ s main\n",
            "deb [trusted=no] https://example.org/ s main\n",
            "deb [trusted=yes] file:/srv/own ./\n",
            "deb [trusted=yes",
        ] {
            assert_eq!(found(fine), None, "{fine}");
        }
    }

    #[test]
    fn a_stanza_that_trusts_anything_is_found() {
        let found = |text: &str| unverified("x.sources", text);
        let local = "Types: deb\nTrusted: yes\nURIs:\n file:/srv/own\nSuites: ./\n";
        assert_eq!(found(local), None);
        let remote = "Types: deb\ntrusted: yes\nURIs: file:/srv/own\n https://example.org/\nSuites: ./\n";
        assert_eq!(found(&format!("{local}\n{remote}")).as_deref(), Some("trusted: yes"));
        assert_eq!(found("Types: deb\n#Trusted: yes\nURIs: https://example.org/\n"), None);
        assert_eq!(
            found("Types: deb\nURIs: https://example.org/\nAllow-Weak: on").as_deref(),
            Some("Allow-Weak: on")
        );
    }
}

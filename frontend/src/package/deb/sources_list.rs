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

/// The form of deb822(5): fields in stanzas with an empty line between them; a line that begins with white space goes on
/// with the field before it.
fn in_stanzas(text: &str) -> Option<String> {
    let mut stanza: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')).chain([""]) {
        if line.trim().is_empty() {
            let ended = std::mem::take(&mut stanza);
            let uris = ended.iter().filter(|(name, _)| name.eq_ignore_ascii_case("URIs"));
            let mut uris = uris.flat_map(|(_, words)| words).peekable();
            let is_local = uris.peek().is_some() && uris.all(|uri| is_directory(uri));
            let switch = ended.iter().find(|(name, words)| switches_off(name, &words.join(" ")));
            if let Some((name, words)) = switch.filter(|_| !is_local) {
                return Some(format!("{name}: {}", words.join(" ")));
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, words)) = stanza.last_mut() {
                words.extend(line.split_whitespace());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            stanza.push((name.trim(), value.split_whitespace().collect()));
        }
    }
    None
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
        let folded = "Types: deb\nURIs: https://example.org/\nTrusted:\n# mine\n yes\n";
        assert_eq!(found(folded).as_deref(), Some("Trusted: yes"));
        assert_eq!(found("Types: deb\n#Trusted: yes\nURIs: https://example.org/\n"), None);
        assert_eq!(
            found("Types: deb\nURIs: https://example.org/\nAllow-Weak: on").as_deref(),
            Some("Allow-Weak: on")
        );
    }
}

//! What a file of `/etc/yum.repos.d` says of signatures (dnf.conf(5), "[repo] options").

/// The line by which a package manager would take unsigned packages; that of a directory does not count, since nobody
/// is on the way to it.
pub(super) fn unverified(text: &str) -> Option<String> {
    let mut section = Section::default();
    for line in text.lines().chain(["["]) {
        if line.starts_with('[') {
            let ended = std::mem::take(&mut section);
            if let Some(line) = ended.line.filter(|_| ended.remote || !ended.local) {
                return Some(line);
            }
        } else if line.starts_with([' ', '\t']) {
            if section.in_places {
                section.places(line);
            }
        } else if let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with(['#', ';'])) {
            let (key, value) = (key.trim(), value.trim());
            section.in_places = PLACES.contains(&key);
            if section.in_places {
                section.places(value);
            } else if SWITCHES.contains(&key) && NO.iter().any(|no| no.eq_ignore_ascii_case(value)) {
                section.line = Some(line.trim().to_owned());
            }
        }
    }
    None
}

#[derive(Default)]
struct Section {
    line: Option<String>,
    in_places: bool,
    local: bool,
    remote: bool,
}

impl Section {
    fn places(&mut self, value: &str) {
        for place in value.split([' ', '\t', ',']).filter(|place| !place.is_empty()) {
            let local = place.starts_with("file:");
            self.local |= local;
            self.remote |= !local;
        }
    }
}

const PLACES: [&str; 3] = ["baseurl", "metalink", "mirrorlist"];
/// In dnf 5's words and in all others'.
const SWITCHES: [&str; 2] = ["gpgcheck", "pkg_gpgcheck"];
const NO: [&str; 4] = ["0", "false", "no", "off"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_that_wants_no_signature_is_found() {
        let remote = "[b]\nbaseurl = file:///srv/own\n https://example.org/\ngpgcheck = No\n";
        let local = "[a]\ngpgcheck=0\nbaseurl=file:///srv/own\n";
        assert_eq!(unverified(&format!("{local}{remote}")).as_deref(), Some("gpgcheck = No"));
        assert_eq!(unverified("[a]\npkg_gpgcheck=0\n").as_deref(), Some("pkg_gpgcheck=0"));
        for fine in [
            local,
            "",
            "[a]\nbaseurl=https://example.org/\n",
            "[a]\nbaseurl=https://example.org/\ngpgcheck=1\nrepo_gpgcheck=0\n",
            "[a]\nbaseurl=https://example.org/\n#gpgcheck=0\n",
        ] {
            assert_eq!(unverified(fine), None, "{fine}");
        }
    }
}

//! The unit that makes users and files of an extension on its host, and starts the services of a newer one anew.
//!
//! At boot `systemd-sysusers` has run before extensions are merged, and a merge on a running host starts neither it nor
//! `systemd-tmpfiles`. systemd 262 and later starts the unit itself, as the release file asks, whenever it merges; before,
//! `multi-user.target` upholds it.

use crate::job::Finding;
use crate::worker::rule::add as add_file;
use crate::worker::rule::service::{self, Started};
use crate::worker::rule::{tmpfiles, user};
use crate::worker::tree::{Placed, Tree};

/// The unit's name for the spec `name`.
pub(super) fn unit(name: &str) -> String {
    let known = |c: char| if c.is_ascii_alphanumeric() || ":-_.".contains(c) { c } else { '_' };
    format!("{}-extension.service", name.chars().map(known).collect::<String>())
}

/// Adds the unit where there is something for it to do, and says so; what starts waits for users and files.
pub(super) fn apply(
    tree: &mut Tree,
    name: &str,
    started: &Started,
    names: &[&str],
    findings: &mut Vec<Finding>,
) -> bool {
    let users = files(tree, user::DIRECTORY);
    let lines = files(tree, tmpfiles::DIRECTORY);
    let services: Vec<&str> =
        started.upheld.iter().map(String::as_str).filter(|unit| unit.ends_with(".service")).collect();
    let makes = !users.is_empty() || !lines.is_empty();
    if !makes && services.is_empty() && started.once.is_empty() {
        return false;
    }
    let mut commands = Vec::new();
    if !users.is_empty() {
        commands.push(format!("ExecStart=/usr/bin/systemd-sysusers {}", users.join(" ")));
    }
    if !lines.is_empty() {
        commands.push(format!("ExecStart=/usr/bin/systemd-tmpfiles --create {}", lines.join(" ")));
        // A line that cannot be followed is no failure of the others, as in systemd-tmpfiles-setup.service.
        commands.push("SuccessExitStatus=DATAERR CANTCREAT".to_owned());
    }
    if !services.is_empty() {
        // What runs is from before the merge; what does not run is left to its own unit. Nobody waits for it.
        let services = services.join(" ").replace('\\', "\\\\");
        commands.push(format!("ExecStart=-/usr/bin/systemctl --no-block try-restart {services}"));
    }
    if commands.is_empty() {
        commands.push("ExecStart=/usr/bin/true".to_owned());
    }

    let description = format!("Description=What the extension {} has on its host", name.replace('%', "%%"));
    let wants = started.once.iter().map(|unit| format!("Wants={unit}"));
    let head = ["[Unit]".to_owned(), description].into_iter().chain(ORDER.map(str::to_owned)).chain(wants);
    let service = ["", "[Service]", "Type=oneshot", "RemainAfterExit=yes"].map(str::to_owned);
    let text: String = head.chain(service).chain(commands).map(|line| line + "\n").collect();

    let unit = unit(name);
    add_file(tree, [service::UNITS, &unit], Placed::generated(text), names, findings);
    for waiting in started.upheld.iter().chain(&started.once).filter(|_| makes) {
        let parts = [&format!("{}/{waiting}.d", service::UNITS), &*format!("10-{name}.conf")];
        let text = format!("[Unit]\nWants={unit}\nAfter={unit}\n");
        add_file(tree, parts, Placed::generated(text), names, findings);
    }
    service::uphold(tree, name, &unit, names, findings);
    true
}

/// The names of files for one of systemd's tools, as words of a command.
fn files(tree: &Tree, directory: &str) -> Vec<String> {
    let known = |name: &&str| {
        name.as_bytes().ends_with(b".conf")
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "+-_.:@".contains(c))
            && !name.starts_with('-')
    };
    let names = tree
        .iter()
        .filter(|(_, placed)| !placed.is_directory())
        .filter_map(|(path, _)| path.below(directory));
    names.filter_map(|name| std::str::from_utf8(name).ok()).filter(known).map(str::to_owned).collect()
}

/// When the unit runs: as early as systemd 262 merges at boot, which it waits for, before `sysinit.target` and the tmpfiles
/// of the host. A unit that waits for either would wait for ever (seen with 262.1).
const ORDER: [&str; 4] = [
    "DefaultDependencies=no",
    "After=local-fs.target systemd-sysusers.service",
    "Conflicts=shutdown.target",
    "Before=shutdown.target",
];

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::worker::entry::Entry;
    use crate::worker::entry::tests::file;
    use crate::worker::tree::tests::{text, tree};

    fn check(name: &str, entries: Vec<Entry>, upheld: &[&str], once: &[&str], expected: &Expect) {
        let mut tree = tree(entries.into_iter().map(|entry| (0, entry)));
        let words = |units: &[&str]| units.iter().map(|unit| (*unit).to_owned()).collect();
        let started = Started { upheld: words(upheld), once: words(once) };
        let mut findings = Vec::new();
        let added = apply(&mut tree, name, &started, &["p"], &mut findings);
        tree.retain(|_, placed| placed.package.is_none());
        assert_eq!(added, !tree.is_empty());
        expected.assert_eq(&text(&tree));
    }

    #[test]
    fn all_that_starts_waits_for_users_and_files() {
        let files = vec![
            file("usr/lib/sysusers.d/p.conf", "u p\n"),
            file("usr/lib/tmpfiles.d/p.conf", "d /run/p\n"),
            file("usr/lib/tmpfiles.d/README", ""),
        ];
        check(
            "c++",
            files,
            &["p.service", "p.socket"],
            &["once.service"],
            &expect![[r#"
            f 0644 /usr/lib/systemd/system/c__-extension.service "[Unit]\nDescription=What the extension c++ has on its host\nDefaultDependencies=no\nAfter=local-fs.target systemd-sysusers.service\nConflicts=shutdown.target\nBefore=shutdown.target\nWants=once.service\n\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/bin/systemd-sysusers p.conf\nExecStart=/usr/bin/systemd-tmpfiles --create p.conf\nSuccessExitStatus=DATAERR CANTCREAT\nExecStart=-/usr/bin/systemctl --no-block try-restart p.service\n"
            f 0644 /usr/lib/systemd/system/multi-user.target.d/10-c++-c__-extension.conf "[Unit]\nUpholds=c__-extension.service\n"
            f 0644 /usr/lib/systemd/system/once.service.d/10-c++.conf "[Unit]\nWants=c__-extension.service\nAfter=c__-extension.service\n"
            f 0644 /usr/lib/systemd/system/p.service.d/10-c++.conf "[Unit]\nWants=c__-extension.service\nAfter=c__-extension.service\n"
            f 0644 /usr/lib/systemd/system/p.socket.d/10-c++.conf "[Unit]\nWants=c__-extension.service\nAfter=c__-extension.service\n"
        "#]],
        );
    }

    #[test]
    fn services_of_a_newer_extension_start_anew() {
        let files = vec![file("usr/bin/p", "")];
        check(
            "n",
            files,
            &["a.service", "b\\x2dc.service", "d.timer"],
            &[],
            &expect![[r#"
            f 0644 /usr/lib/systemd/system/multi-user.target.d/10-n-n-extension.conf "[Unit]\nUpholds=n-extension.service\n"
            f 0644 /usr/lib/systemd/system/n-extension.service "[Unit]\nDescription=What the extension n has on its host\nDefaultDependencies=no\nAfter=local-fs.target systemd-sysusers.service\nConflicts=shutdown.target\nBefore=shutdown.target\n\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=-/usr/bin/systemctl --no-block try-restart a.service b\\\\x2dc.service\n"
        "#]],
        );
    }

    #[test]
    fn where_nothing_is_to_be_done_there_is_no_unit() {
        check("n", vec![file("usr/bin/p", "")], &["d.timer"], &[], &expect![[""]]);
    }
}

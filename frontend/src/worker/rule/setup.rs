//! The unit with which the host makes users and files of an extension: at boot `systemd-sysusers` has run before
//! extensions are merged, and a merge on a running host starts neither it nor `systemd-tmpfiles`.

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

/// Adds the unit where the image has lines for users or files, or units that run once; all that starts waits for it.
pub(super) fn apply(
    tree: &mut Tree,
    name: &str,
    started: &mut Started,
    names: &[&str],
    findings: &mut Vec<Finding>,
) {
    let users = files(tree, user::DIRECTORY);
    let lines = files(tree, tmpfiles::DIRECTORY);
    if users.is_empty() && lines.is_empty() && started.once.is_empty() {
        return;
    }
    let text = text(name, &users, &lines, &started.once);
    let unit = unit(name);
    add_file(tree, [service::UNITS, &unit], Placed::generated(text), names, findings);
    for waiting in started.upheld.iter().chain(&started.once) {
        let parts = [&format!("{}/{waiting}.d", service::UNITS), &*format!("10-{name}.conf")];
        let text = format!("[Unit]\nWants={unit}\nAfter={unit}\n");
        add_file(tree, parts, Placed::generated(text), names, findings);
    }
    service::uphold(tree, name, &unit, names, findings);
    started.upheld.insert(0, unit);
}

fn text(name: &str, users: &[String], lines: &[String], once: &[String]) -> String {
    let description = format!("Description=Users and files of the extension {}", name.replace('%', "%%"));
    let wants = once.iter().map(|unit| format!("Wants={unit}"));
    let mut commands = Vec::new();
    if !users.is_empty() {
        commands.push(format!("ExecStart=/usr/bin/systemd-sysusers {}", users.join(" ")));
    }
    if !lines.is_empty() {
        commands.push(format!("ExecStart=/usr/bin/systemd-tmpfiles --create {}", lines.join(" ")));
        // A line that cannot be followed is no failure of the others, as in systemd-tmpfiles-setup.service.
        commands.push("SuccessExitStatus=DATAERR CANTCREAT".to_owned());
    }
    if commands.is_empty() {
        commands.push("ExecStart=/usr/bin/true".to_owned());
    }
    let unit = ["[Unit]".to_owned(), description].into_iter().chain(ORDER.map(str::to_owned)).chain(wants);
    let service = ["", "[Service]", "Type=oneshot", "RemainAfterExit=yes"].map(str::to_owned);
    unit.chain(service).chain(commands).map(|line| line + "\n").collect()
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

/// When the unit runs. Sockets are started before the targets that other units wait for.
const ORDER: [&str; 5] = [
    "DefaultDependencies=no",
    "Requires=sysinit.target",
    "After=sysinit.target systemd-sysext.service",
    "Conflicts=shutdown.target",
    "Before=shutdown.target",
];

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::worker::entry::tests::file;
    use crate::worker::tree::tests::{text, tree};

    #[test]
    fn all_that_starts_waits_for_users_and_files() {
        let mut tree = tree([
            (0, file("usr/lib/sysusers.d/p.conf", "u p\n")),
            (0, file("usr/lib/tmpfiles.d/p.conf", "d /run/p\n")),
            (0, file("usr/lib/tmpfiles.d/README", "")),
        ]);
        let mut started = Started { upheld: vec!["p.service".into()], once: vec!["once.service".into()] };
        apply(&mut tree, "c++", &mut started, &["p"], &mut Vec::new());
        assert_eq!(started.upheld, ["c__-extension.service", "p.service"]);
        tree.retain(|_, placed| placed.package.is_none());
        expect![[r#"
            f 0644 /usr/lib/systemd/system/c__-extension.service "[Unit]\nDescription=Users and files of the extension c++\nDefaultDependencies=no\nRequires=sysinit.target\nAfter=sysinit.target systemd-sysext.service\nConflicts=shutdown.target\nBefore=shutdown.target\nWants=once.service\n\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/bin/systemd-sysusers p.conf\nExecStart=/usr/bin/systemd-tmpfiles --create p.conf\nSuccessExitStatus=DATAERR CANTCREAT\n"
            f 0644 /usr/lib/systemd/system/multi-user.target.d/10-c++-c__-extension.conf "[Unit]\nUpholds=c__-extension.service\n"
            f 0644 /usr/lib/systemd/system/once.service.d/10-c++.conf "[Unit]\nWants=c__-extension.service\nAfter=c__-extension.service\n"
            f 0644 /usr/lib/systemd/system/p.service.d/10-c++.conf "[Unit]\nWants=c__-extension.service\nAfter=c__-extension.service\n"
        "#]]
        .assert_eq(&text(&tree));
    }

    #[test]
    fn without_users_and_files_there_is_no_unit() {
        let mut tree = tree([(0, file("usr/bin/p", ""))]);
        let mut started = Started { upheld: vec!["p.service".into()], once: vec![] };
        apply(&mut tree, "n", &mut started, &["p"], &mut Vec::new());
        assert_eq!((tree.len(), started.upheld.len()), (1, 1));
    }
}

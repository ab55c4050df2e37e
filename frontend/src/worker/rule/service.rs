//! Which units start with the extension.
//!
//! A merge does not enable anything. A drop-in of `multi-user.target` with `Upholds=` starts a unit both at boot
//! and after a merge on a running host, since it is looked at whenever the target is up (systemd.unit(5)).

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::job::Finding;
use crate::worker::entry::Node;
use crate::worker::path::TreePath;
use crate::worker::rule::add as add_file;
use crate::worker::rule::preset::Presets;
use crate::worker::rule::unit::Unit;
use crate::worker::store::Store;
use crate::worker::tree::{Placed, Tree};

/// Adds a drop-in for each unit of a package that is to run as long as the host does.
///
/// These are services and timers, but not: templates, aliases, masked units, what a preset of the packages
/// disables, units of boot and shutdown, and services that something else starts (D-Bus, a timer, a path) or that
/// end by themselves. Sockets are not: their services run, and a socket may exclude its service.
pub(super) fn apply(
    tree: &mut Tree,
    name: &str,
    names: &[&str],
    store: &Store,
    findings: &mut Vec<Finding>,
) -> io::Result<()> {
    let started_by_others = started_by_others(tree, store)?;
    let presets = presets(tree, store)?;
    let links = links(tree);
    let mut upheld = Vec::new();
    for (unit, placed) in units(tree) {
        let suffix = unit.rsplit_once('.').map_or("", |(_, suffix)| suffix);
        if !matches!(suffix, "service" | "timer") || unit.contains('@') || presets.disable(unit) {
            continue;
        }
        let Some(text) = text(placed, store)? else { continue };
        let settings = Unit::parse(&text);
        let runs = if suffix == "timer" {
            is_for_normal_use(&settings) && can_be_enabled(&settings)
        } else {
            let aliases = settings.words("Install", "Alias").into_iter();
            let links = links.get(unit).into_iter().flatten().map(String::as_str);
            let mut known = aliases.chain(links).chain([unit]);
            is_for_normal_use(&settings)
                && is_daemon(&settings)
                && !known.any(|name| started_by_others.contains(name))
        };
        if runs {
            upheld.push(unit.to_owned());
        }
    }
    for unit in upheld {
        let stem = unit.strip_suffix(".service").unwrap_or(&unit);
        let parts = [&format!("{UNITS}/multi-user.target.d"), &*format!("10-{name}-{stem}.conf")];
        add_file(tree, parts, Placed::generated(format!("[Unit]\nUpholds={unit}\n")), names, findings);
    }
    Ok(())
}

/// Whether a unit may be started at any time without harm: those of boot and shutdown, such as
/// `systemd-poweroff.service`, may not.
fn is_for_normal_use(settings: &Unit) -> bool {
    let special = ["RefuseManualStart", "StopWhenUnneeded"].iter().any(|key| settings.is_on("Unit", key));
    let ends_the_host = settings.last("Unit", "SuccessAction").is_some_and(|action| action != "none");
    let detached = settings.is_off("Unit", "DefaultDependencies") && !can_be_enabled(settings);
    !special && !ends_the_host && !detached
}

/// Whether its author thought of enabling it.
fn can_be_enabled(settings: &Unit) -> bool {
    INSTALL.iter().any(|key| !settings.words("Install", key).is_empty())
}

/// Whether a service runs on, and is not started by D-Bus.
fn is_daemon(settings: &Unit) -> bool {
    !matches!(settings.last("Service", "Type"), Some("dbus" | "oneshot"))
        && settings.last("Service", "BusName").is_none()
}

/// The links of each unit in the directory of units, which are further names of it.
fn links(tree: &Tree) -> BTreeMap<String, Vec<String>> {
    let mut links: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (link, placed) in units(tree) {
        if let Node::Symlink(target) = &placed.node
            && let Some(target) = target.rsplit(|byte| *byte == b'/').next()
        {
            links.entry(String::from_utf8_lossy(target).into_owned()).or_default().push(link.to_owned());
        }
    }
    links
}

/// Names of the services that D-Bus, a timer or a path starts when they are needed.
fn started_by_others(tree: &Tree, store: &Store) -> io::Result<BTreeSet<String>> {
    let mut started = BTreeSet::new();
    for (path, placed) in tree {
        if path.below(BUS_SERVICES).is_some_and(|name| name.ends_with(b".service"))
            && let Some(text) = text(placed, store)?
        {
            started.extend(Unit::parse(&text).last("D-BUS Service", "SystemdService").map(str::to_owned));
        }
    }
    for (unit, placed) in units(tree) {
        let (stem, section) = match unit.rsplit_once('.') {
            Some((stem, "path")) => (stem, "Path"),
            Some((stem, "timer")) => (stem, "Timer"),
            _ => continue,
        };
        if let Some(text) = text(placed, store)? {
            let other = Unit::parse(&text).last(section, "Unit").map(str::to_owned);
            started.insert(other.unwrap_or_else(|| format!("{stem}.service")));
        }
    }
    Ok(started)
}

/// The presets that packages bring.
fn presets(tree: &Tree, store: &Store) -> io::Result<Presets> {
    let mut presets = Presets::default();
    for (path, placed) in tree {
        if path.below(PRESETS).is_some_and(|name| name.ends_with(b".preset"))
            && let Some(text) = text(placed, store)?
        {
            presets.add(&text);
        }
    }
    Ok(presets)
}

/// The files directly in the directory of units whose names units can have.
fn units(tree: &Tree) -> impl Iterator<Item = (&str, &Placed)> {
    tree.iter().filter_map(|(path, placed)| Some((unit_name(path)?, placed)))
}

/// The name of a unit, of the characters that systemd allows (`VALID_CHARS` in its `src/basic/unit-name.c`).
fn unit_name(path: &TreePath) -> Option<&str> {
    let name = std::str::from_utf8(path.below(UNITS)?).ok()?;
    name.chars().all(|c| c.is_ascii_alphanumeric() || ":-_.\\@".contains(c)).then_some(name)
}

/// The bytes of a file; `None` for what is no file, and for an empty one, which masks a unit.
fn text(placed: &Placed, store: &Store) -> io::Result<Option<Vec<u8>>> {
    match &placed.node {
        Node::File { content, .. } if content.len() > 0 => store.read(content, UNIT_SIZE).map(Some),
        _ => Ok(None),
    }
}

/// Where packages keep units.
const UNITS: &str = "usr/lib/systemd/system";
/// Where packages keep presets.
const PRESETS: &str = "usr/lib/systemd/system-preset";
/// Where packages say which service has a name on the system bus.
const BUS_SERVICES: &str = "usr/share/dbus-1/system-services";
/// Settings that say that a unit can be enabled.
const INSTALL: [&str; 3] = ["RequiredBy", "UpheldBy", "WantedBy"];
/// Bytes of a unit file that are looked at.
const UNIT_SIZE: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::worker::entry::tests::{entry, file, link};
    use crate::worker::entry::{Content, Entry};
    use crate::worker::{finding, tree};

    fn unit(name: &str, text: &str) -> Entry {
        file(&format!("{UNITS}/{name}"), text)
    }

    fn check(entries: Vec<Entry>, expected: &Expect) {
        let mut tree = tree::tests::tree(entries.into_iter().map(|entry| (0, entry)));
        let before: Vec<_> = tree.keys().cloned().collect();
        let mut findings = Vec::new();
        apply(&mut tree, "n", &["p"], &Store::default(), &mut findings).unwrap();
        tree.retain(|path, _| !before.contains(path));
        let text = tree::tests::text(&tree).replace("/usr/lib/systemd/system/multi-user.target.d/", "");
        expected.assert_eq(&(text + &finding::tests::text(&findings)));
    }

    #[test]
    fn daemons_and_enabled_timers_are_upheld() {
        check(
            vec![
                unit("plain.service", "[Service]\nExecStart=/usr/bin/x\n"),
                unit("notify.service", "[Service]\nType=notify\n"),
                unit(
                    "early.service",
                    "[Unit]\nDefaultDependencies=no\n[Install]\nWantedBy=multi-user.target\n",
                ),
                unit("tidy.timer", "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n"),
                unit("static.timer", "[Timer]\nOnCalendar=daily\n"),
                file("usr/lib/systemd/user/session.service", "[Service]\n"),
            ],
            &expect![[r#"
                f 0644 10-n-early.conf "[Unit]\nUpholds=early.service\n"
                f 0644 10-n-notify.conf "[Unit]\nUpholds=notify.service\n"
                f 0644 10-n-plain.conf "[Unit]\nUpholds=plain.service\n"
                f 0644 10-n-tidy.timer.conf "[Unit]\nUpholds=tidy.timer\n"
            "#]],
        );
    }

    #[test]
    fn what_others_start_or_what_ends_is_not_upheld() {
        check(
            vec![
                unit("once.service", "[Service]\nType=simple\nType=oneshot\n"),
                unit("bus.service", "[Service]\nType=dbus\nBusName=org.example.Bus\n"),
                unit("named.service", "[Service]\nBusName=org.example.Named\n"),
                unit("activated.service", "[Service]\n"),
                file(
                    "usr/share/dbus-1/system-services/a.service",
                    "[D-BUS Service]\nSystemdService=activated.service\n",
                ),
                unit("aliased.service", "[Service]\n[Install]\nAlias=dbus-org.example.A.service\n"),
                file(
                    "usr/share/dbus-1/system-services/b.service",
                    "[D-BUS Service]\nSystemdService=dbus-org.example.A.service\n",
                ),
                unit("linked.service", "[Service]\n"),
                link("usr/lib/systemd/system/dbus-org.example.L.service", "linked.service"),
                file(
                    "usr/share/dbus-1/system-services/c.service",
                    "[D-BUS Service]\nSystemdService=dbus-org.example.L.service\n",
                ),
                unit("timed.service", "[Service]\n"),
                unit("timed.timer", "[Timer]\n"),
                unit("watched.service", "[Service]\n"),
                unit("other.path", "[Path]\nUnit=watched.service\n"),
                unit("manual.service", "[Unit]\nRefuseManualStart=yes\n[Service]\n"),
                unit("poweroff.service", "[Unit]\nSuccessAction=poweroff-force\n[Service]\n"),
                unit("rescue.service", "[Unit]\nDefaultDependencies=no\n[Service]\n"),
                unit("needed.service", "[Unit]\nStopWhenUnneeded=yes\n[Service]\n"),
                unit("template@.service", "[Service]\n"),
                unit("template@x.service", "[Service]\n"),
                unit("masked.service", ""),
                link("usr/lib/systemd/system/null.service", "/dev/null"),
                entry("usr/lib/systemd/system/folder.service", Node::Directory),
                unit("bad name.service", "[Service]\n"),
                unit("x.service.d/y.service", "[Service]\n"),
            ],
            &expect![""],
        );
    }

    #[test]
    fn a_preset_can_forbid_the_start() {
        check(
            vec![
                unit("a.service", "[Service]\n"),
                unit("b.service", "[Service]\n"),
                file("usr/lib/systemd/system-preset/50-p.preset", "disable a*\n"),
                file("usr/lib/systemd/system-preset/90-p.preset", "enable a.service\ndisable *.timer\n"),
                unit("b.timer", "[Install]\nWantedBy=timers.target\n"),
            ],
            &expect![""],
        );
    }

    #[test]
    fn a_drop_in_of_a_package_is_not_overwritten() {
        let theirs = "usr/lib/systemd/system/multi-user.target.d/10-n-a.conf";
        check(
            vec![
                unit("a.service", "[Service]\n"),
                entry(theirs, Node::File { content: Content::Bytes((*b"x").into()), inode: 1 }),
            ],
            &expect![[r#"
                Error reserved ["p"]: `/usr/lib/systemd/system/multi-user.target.d/10-n-a.conf` of `p` is a file that the extension itself needs
            "#]],
        );
    }
}

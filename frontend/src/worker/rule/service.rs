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

/// The units that start with the extension.
#[derive(Debug, Default)]
pub(super) struct Started {
    /// Those that run as long as the host does.
    pub(super) upheld: Vec<String>,
    /// Those that end by themselves, which would be started again and again.
    pub(super) once: Vec<String>,
}

/// Adds a drop-in for each unit of a package that is to run as long as the host does.
///
/// These are services, and the sockets, timers and paths that say where they belong. They are not: templates, aliases,
/// masked units, what a preset of the packages disables, units of boot and shutdown, and services that something
/// else starts (D-Bus, a socket, a timer, a path, another unit) or that end by themselves. What the spec says in
/// `wanted` comes first.
pub(super) fn apply(
    tree: &mut Tree,
    name: &str,
    wanted: &BTreeMap<String, bool>,
    names: &[&str],
    store: &Store,
    findings: &mut Vec<Finding>,
) -> io::Result<Started> {
    let others = Others::of(tree, store)?;
    let presets = presets(tree, store)?;
    let links = links(tree);
    let mut started = Started::default();
    for (unit, placed) in units(tree) {
        let wanted = wanted.get(unit).copied();
        if wanted == Some(false) || unit.contains('@') || (wanted.is_none() && presets.disable(unit)) {
            continue;
        }
        let Some(text) = text(placed, store)? else { continue };
        let settings = Unit::parse(&text);
        let known = || {
            let aliases = settings.words("Install", "Alias").into_iter();
            aliases.chain(links.get(unit).into_iter().flatten().map(String::as_str)).chain([unit])
        };
        let enabled = can_be_enabled(&settings) || known().any(|name| others.targets.contains(name));
        let runs = is_for_normal_use(&settings, enabled)
            && match unit.rsplit_once('.').map_or("", |(_, suffix)| suffix) {
                "service" => is_daemon(&settings) && !known().any(|name| others.start(name, enabled)),
                "socket" => enabled && !excludes_its_service(unit, &settings),
                "path" | "timer" => enabled,
                _ => false,
            };
        if wanted == Some(true) && is_oneshot(&settings) && !settings.is_on("Service", "RemainAfterExit") {
            started.once.push(unit.to_owned());
        } else if runs || wanted == Some(true) {
            started.upheld.push(unit.to_owned());
        }
    }
    for unit in &started.upheld {
        uphold(tree, name, unit, names, findings);
    }
    Ok(started)
}

/// Adds the drop-in with which a unit runs as long as the host does.
pub(super) fn uphold(tree: &mut Tree, name: &str, unit: &str, names: &[&str], findings: &mut Vec<Finding>) {
    let stem = unit.strip_suffix(".service").unwrap_or(unit);
    let parts = [&format!("{UNITS}/multi-user.target.d"), &*format!("10-{name}-{stem}.conf")];
    add_file(tree, parts, Placed::generated(format!("[Unit]\nUpholds={unit}\n")), names, findings);
}

/// Whether a unit may be started at any time without harm: those of boot and shutdown, such as
/// `systemd-poweroff.service`, may not.
fn is_for_normal_use(settings: &Unit, enabled: bool) -> bool {
    let special = ["RefuseManualStart", "StopWhenUnneeded"].iter().any(|key| settings.is_on("Unit", key));
    let ends_the_host = settings.last("Unit", "SuccessAction").is_some_and(|action| action != "none");
    let detached = settings.is_off("Unit", "DefaultDependencies") && !enabled;
    !special && !ends_the_host && !detached
}

/// Whether its author thought of enabling it.
fn can_be_enabled(settings: &Unit) -> bool {
    INSTALL.iter().any(|key| !settings.words("Install", key).is_empty())
}

/// Whether a service runs on, and is not started by D-Bus.
fn is_daemon(settings: &Unit) -> bool {
    !is_oneshot(settings)
        && settings.last("Service", "Type") != Some("dbus")
        && settings.last("Service", "BusName").is_none()
}

/// Whether a service does one thing and ends: also one that starts nothing (systemd.service(5), `Type=`).
fn is_oneshot(settings: &Unit) -> bool {
    match settings.last("Service", "Type") {
        None => {
            settings.last("Service", "ExecStart").is_none() && settings.last("Service", "ExecStop").is_some()
        }
        Some(kind) => kind == "oneshot",
    }
}

/// Whether a socket and its service cannot run at once: then the service is what usually does.
fn excludes_its_service(unit: &str, settings: &Unit) -> bool {
    settings
        .words("Unit", "Conflicts")
        .contains(&service_of(unit, settings.last("Socket", "Service")).as_str())
}

/// The unit that a socket, path or timer starts: the one it names, or the service with its name.
fn service_of(unit: &str, named: Option<&str>) -> String {
    let stem = unit.rsplit_once('.').map_or(unit, |(stem, _)| stem);
    named.map_or_else(|| format!("{stem}.service"), str::to_owned)
}

/// What units do with each other.
#[derive(Debug, Default)]
struct Others {
    /// Units that D-Bus, a timer or a path starts when they are needed.
    needed: BTreeSet<String>,
    /// Units that a socket or another unit starts; those that can be enabled run without that too.
    pulled: BTreeSet<String>,
    /// Units that targets want by a link.
    targets: BTreeSet<String>,
}

impl Others {
    /// Whether others start the unit, so that it need not run before.
    fn start(&self, unit: &str, enabled: bool) -> bool {
        self.needed.contains(unit) || (!enabled && self.pulled.contains(unit))
    }

    fn of(tree: &Tree, store: &Store) -> io::Result<Self> {
        let mut others = Self::default();
        for (path, placed) in tree {
            if path.below(BUS_SERVICES).is_some_and(|name| name.ends_with(b".service"))
                && let Some(text) = text(placed, store)?
            {
                let service = Unit::parse(&text).last("D-BUS Service", "SystemdService").map(str::to_owned);
                others.needed.extend(service);
            }
            if let Some((by, unit)) = path.below(UNITS).and_then(wanted_by_link) {
                let set = if by.ends_with(".target") { &mut others.targets } else { &mut others.pulled };
                set.insert(unit.to_owned());
            }
        }
        for (unit, placed) in units(tree) {
            let Some(text) = text(placed, store)? else { continue };
            let settings = Unit::parse(&text);
            let started = |section| service_of(unit, settings.last(section, "Unit"));
            match unit.rsplit_once('.') {
                Some((_, "path")) => drop(others.needed.insert(started("Path"))),
                Some((_, "timer")) => drop(others.needed.insert(started("Timer"))),
                Some((_, "socket")) if !excludes_its_service(unit, &settings) => {
                    others.pulled.insert(service_of(unit, settings.last("Socket", "Service")));
                }
                _ => {}
            }
            for key in PULLS {
                others.pulled.extend(settings.words("Unit", key).into_iter().map(str::to_owned));
            }
        }
        Ok(others)
    }
}

/// The two units of a link such as `multi-user.target.wants/x.service`.
fn wanted_by_link(path: &[u8]) -> Option<(&str, &str)> {
    let (directory, unit) = std::str::from_utf8(path).ok()?.split_once('/')?;
    let by = directory.strip_suffix(".wants").or_else(|| directory.strip_suffix(".requires"));
    let by = by.or_else(|| directory.strip_suffix(".upholds"))?;
    Some((by, unit))
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
pub(super) const UNITS: &str = "usr/lib/systemd/system";
/// Where packages keep presets.
const PRESETS: &str = "usr/lib/systemd/system-preset";
/// Where packages say which service has a name on the system bus.
const BUS_SERVICES: &str = "usr/share/dbus-1/system-services";
/// Settings that say that a unit can be enabled.
const INSTALL: [&str; 3] = ["RequiredBy", "UpheldBy", "WantedBy"];
/// Settings by which a unit starts others (systemd.unit(5)).
const PULLS: [&str; 7] = ["BindsTo", "OnFailure", "OnSuccess", "Requires", "Requisite", "Upholds", "Wants"];
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
        check_wanted(&[], &[], entries, expected);
    }

    fn check_wanted(wanted: &[(&str, bool)], once: &[&str], entries: Vec<Entry>, expected: &Expect) {
        let mut tree = tree::tests::tree(entries.into_iter().map(|entry| (0, entry)));
        let before: Vec<_> = tree.keys().cloned().collect();
        let mut findings = Vec::new();
        let wanted = wanted.iter().map(|(unit, start)| ((*unit).to_owned(), *start)).collect();
        let store = Store::default();
        let started = apply(&mut tree, "n", &wanted, &["p"], &store, &mut findings).unwrap();
        assert_eq!(started.once, once);
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
    fn sockets_and_paths_start_as_such() {
        check(
            vec![
                unit("docker.socket", "[Socket]\n[Install]\nWantedBy=sockets.target\n"),
                unit(
                    "docker.service",
                    "[Unit]\nRequires=docker.socket\n[Service]\n[Install]\nWantedBy=x.target\n",
                ),
                unit("lazy.socket", "[Socket]\n[Install]\nWantedBy=sockets.target\n"),
                unit("lazy.service", "[Service]\n"),
                unit("named.socket", "[Socket]\nService=other.service\n[Install]\nWantedBy=sockets.target\n"),
                unit("other.service", "[Service]\n"),
                unit(
                    "ssh.socket",
                    "[Unit]\nConflicts=ssh.service\n[Socket]\n[Install]\nWantedBy=sockets.target\n",
                ),
                unit("ssh.service", "[Service]\n[Install]\nWantedBy=multi-user.target\n"),
                unit("watch.path", "[Path]\n[Install]\nWantedBy=paths.target\n"),
                unit("watch.service", "[Service]\n"),
                unit("static.socket", "[Socket]\n"),
            ],
            &expect![[r#"
                f 0644 10-n-docker.conf "[Unit]\nUpholds=docker.service\n"
                f 0644 10-n-docker.socket.conf "[Unit]\nUpholds=docker.socket\n"
                f 0644 10-n-lazy.socket.conf "[Unit]\nUpholds=lazy.socket\n"
                f 0644 10-n-named.socket.conf "[Unit]\nUpholds=named.socket\n"
                f 0644 10-n-ssh.conf "[Unit]\nUpholds=ssh.service\n"
                f 0644 10-n-watch.path.conf "[Unit]\nUpholds=watch.path\n"
            "#]],
        );
    }

    #[test]
    fn what_other_units_pull_in_is_theirs_and_what_a_target_wants_starts() {
        check(
            vec![
                unit("main.service", "[Unit]\nWants=part.service\nOnFailure=alarm.service\n[Service]\n"),
                unit("part.service", "[Service]\n"),
                unit("alarm.service", "[Service]\n"),
                unit("helper.service", "[Service]\n"),
                link("usr/lib/systemd/system/main.service.wants/helper.service", "../helper.service"),
                unit("early.service", "[Unit]\nDefaultDependencies=no\n[Service]\n"),
                link("usr/lib/systemd/system/multi-user.target.wants/early.service", "../early.service"),
                unit("linked.socket", "[Socket]\n"),
                link("usr/lib/systemd/system/sockets.target.wants/linked.socket", "../linked.socket"),
            ],
            &expect![[r#"
                f 0644 10-n-early.conf "[Unit]\nUpholds=early.service\n"
                f 0644 10-n-linked.socket.conf "[Unit]\nUpholds=linked.socket\n"
                f 0644 10-n-main.conf "[Unit]\nUpholds=main.service\n"
            "#]],
        );
    }

    #[test]
    fn what_the_spec_says_of_a_unit_comes_first() {
        check_wanted(
            &[
                ("off.service", false),
                ("off.timer", false),
                ("on.service", true),
                ("once.service", true),
                ("remains.service", true),
                ("template@.service", true),
            ],
            &["once.service"],
            vec![
                unit("off.service", "[Service]\n[Install]\nWantedBy=multi-user.target\n"),
                unit("off.timer", "[Timer]\n[Install]\nWantedBy=timers.target\n"),
                unit("on.service", "[Service]\nBusName=org.example.On\n"),
                file("usr/lib/systemd/system-preset/50-p.preset", "disable *\n"),
                unit("once.service", "[Service]\nType=oneshot\n"),
                unit("remains.service", "[Service]\nType=oneshot\nRemainAfterExit=yes\n"),
                unit("template@.service", "[Service]\n"),
            ],
            &expect![[r#"
                f 0644 10-n-on.conf "[Unit]\nUpholds=on.service\n"
                f 0644 10-n-remains.conf "[Unit]\nUpholds=remains.service\n"
            "#]],
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

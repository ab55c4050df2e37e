//! What is understood of maintainer's scripts.

use std::fmt::Write;

use expect_test::{Expect, expect};

use super::*;
use crate::worker::archive::Moment;
use crate::worker::entry::tests::{directory, file, link};
use crate::worker::path::tests::path;
use crate::worker::rule::link::tests::places;

fn effects(moment: Moment, interpreter: &str, text: &str) -> Effects {
    let script = Script {
        name: "postinst".into(),
        moment,
        interpreter: interpreter.into(),
        text: text.as_bytes().into(),
    };
    Effects::of(&Scripts { scripts: vec![script], activates: vec![] }, &places(&[]))
}

fn check(text: &str, expected: &Expect) {
    let effects = effects(Moment::AfterInstall, "/bin/sh", text);
    let Effects { alternatives, capabilities, owners, accounts, missing, scripts: _ } = effects;
    let mut out = String::new();
    for Alternative { master, priority, followers } in alternatives {
        writeln!(out, "{} {} -> {} {priority}", master.name, master.at, master.target).unwrap();
        for follower in followers {
            writeln!(out, "  {} {} -> {}", follower.name, follower.at, follower.target).unwrap();
        }
    }
    for (path, value) in capabilities {
        writeln!(out, "{path} {}", capability::names(&value).unwrap()).unwrap();
    }
    for (path, Owner { user, group, mode }) in owners {
        writeln!(out, "{path} {user:?} {group:?} {:04o}", mode.unwrap_or_default()).unwrap();
    }
    for account in accounts {
        writeln!(out, "{account:?}").unwrap();
    }
    for missing in missing {
        writeln!(out, "missing: {missing:?}").unwrap();
    }
    expected.assert_eq(&out);
}

#[test]
fn alternatives_in_constant_words_are_known() {
    check(
        r#"#!/bin/sh
if [ "$1" = configure ]; then
    update-alternatives --quiet --install /usr/bin/editor editor /usr/bin/ed.tiny 15 \
        --slave /usr/share/man/man1/editor.1.gz editor.1.gz /usr/share/man/man1/ed.1.gz
    /usr/sbin/alternatives --install /usr/bin/pager pager /usr/bin/lesser 7 --follower /usr/bin/p p /usr/bin/q
    update-alternatives --install /usr/bin/x x "$target" 1
    update-alternatives --remove old /usr/bin/old
    update-alternatives --install /usr/bin/y y
fi
"#,
        &expect![[r#"
            editor /usr/bin/editor -> /usr/bin/ed.tiny 15
              editor.1.gz /usr/share/man/man1/editor.1.gz -> /usr/share/man/man1/ed.1.gz
            pager /usr/bin/pager -> /usr/bin/lesser 7
              p /usr/bin/p -> /usr/bin/q
            missing: Alternative(Some("x"))
            missing: Alternative(Some("y"))
        "#]],
    );
}

#[test]
fn capabilities_are_known_but_not_where_the_administrator_chooses() {
    check(
        "P=$(dpkg-divert --truename /bin/ping)\nif command -v setcap; then\n  if setcap cap_net_raw+ep $P; then chmod u-s $P; else chmod u+s $P; fi\nfi\n",
        &expect![[r#"
            /usr/bin/ping cap_net_raw
            missing: Owners
        "#]],
    );
    check(
        ". /usr/share/debconf/confmodule\ndb_get x/setuid\nif [ \"$RET\" = true ]; then setcap cap_net_raw=eip /usr/bin/dump; fi\n",
        &expect![[r#"
            missing: Program("setcap")
            missing: Questions
        "#]],
    );
    check(
        "setcap -r /usr/bin/x\nsetcap none=ep /usr/bin/x\n",
        &expect![[r#"
            missing: Program("setcap")
        "#]],
    );
}

#[test]
fn accounts_and_owners_are_known() {
    check(
        r#"
case "$1" in configure)
    adduser --system --group --quiet --gecos "Clock daemon" --home /var/lib/clock --no-create-home _clock
    chown _clock:adm /var/log/clock
    chown -R _clock /var/lib/clock
    chmod 0750 /var/lib/clock /etc/clock
    chmod 4755 /usr/bin/clock
    dpkg-statoverride --list /etc/clock/keys || dpkg-statoverride --update --add root _clock 0640 /etc/clock/keys
    adduser $quiet me you
;; esac
"#,
        &expect![[r#"
            /var/log/clock Some("_clock") Some("adm") 0000
            /var/lib/clock None None 0750
            /etc/clock None None 0750
            /etc/clock/keys Some("root") Some("_clock") 0640
            User { name: "_clock", id: None, comment: "Clock daemon", home: "/var/lib/clock", shell: "/usr/sbin/nologin", groups: [] }
            missing: Owners
            missing: Users
        "#]],
    );
}

#[test]
fn what_is_usual_is_not_missing() {
    assert!(CACHES.is_sorted() && HARMLESS.is_sorted() && MAKERS.is_sorted());
    check(
        r#"#!/bin/sh
set -e
if [ "$1" = "configure" ] || [ "$1" = "abort-upgrade" ]; then
    if [ -z "${DPKG_ROOT:-}" ] && [ -x "/etc/init.d/x" ]; then
        update-rc.d x defaults >/dev/null
        invoke-rc.d --skip-systemd-native x $_dh_action || exit 1
    fi
    deb-systemd-helper unmask 'x.service' >/dev/null || true
    systemd-tmpfiles ${DPKG_ROOT:+--root="$DPKG_ROOT"} --create x.conf || true
fi
dpkg-maintscript-helper rm_conffile /etc/x 1.0\~ x -- "$@"
py3compile -p x
usermod -d /nonexistent x
helper() { rm -f /var/lib/x/old; }
helper
"#,
        &expect![""],
    );
    check(
        "db_get x/y\nucf --three-way /usr/share/x /etc/x\nssh-keygen -A\ncp a b\nupdate-mime-database /usr/share/mime\nldconfig\ndpkg-divert --add /x\nsed -i s/a/b/ /etc/x\n",
        &expect![[r#"
            missing: Cache("update-mime-database")
            missing: Configuration(Some("/etc/x"))
            missing: Diversion
            missing: Files("cp")
            missing: Files("sed")
            missing: Loader
            missing: Program("ssh-keygen")
            missing: Questions
        "#]],
    );
}

#[test]
fn only_what_runs_at_installation_counts() {
    let before = effects(Moment::BeforeInstall, "/usr/bin/dash", "useradd -r x\n");
    assert_eq!(before.accounts.len(), 1);
    for moment in [Moment::AfterRemoval, Moment::BeforeRemoval, Moment::Configuration] {
        let effects = effects(moment, "/bin/sh", "useradd -r x\nmake-it\n");
        assert!(effects.accounts.is_empty() && effects.missing.is_empty(), "{moment:?}");
    }
    let loader = effects(Moment::AfterInstall, "/sbin/ldconfig", "");
    assert_eq!(loader.missing, BTreeSet::from([Missing::Loader]));
    let other = effects(Moment::AfterInstall, "<lua>", "os.execute('useradd -r x')");
    assert_eq!(other.missing, BTreeSet::from([Missing::Program("<lua>".into())]));
    assert!(other.accounts.is_empty());
}

#[test]
fn files_get_what_the_scripts_would_give_them() {
    let mut effects = effects(
        Moment::AfterInstall,
        "",
        "setcap cap_net_raw+ep /usr/bin/ping\nsetcap cap_net_raw+ep /usr/bin/absent\nchown p:root /var/lib/p\nchmod 4640 /etc/p\nchown p /etc/link\n",
    );
    let entries =
        vec![file("bin/ping", ""), directory("var/lib/p"), file("etc/p", ""), link("etc/link", "p")];
    let given = effects.apply(entries, &places(&[]));
    let names = given[0].xattrs.get(capability::ATTRIBUTE).and_then(|value| capability::names(value));
    assert_eq!(names.as_deref(), Some("cap_net_raw"));
    assert_eq!((given[1].user.as_deref(), given[1].group.as_deref()), (Some("p"), None));
    assert_eq!(given[2].mode, 0o640, "no setuid");
    assert_eq!(given[3].user, None);
    assert_eq!(effects.missing, BTreeSet::from([Missing::Owners, Missing::Program("setcap".into())]));
    assert_eq!(given[0].path, path("bin/ping"));
}

//! Which accounts are understood, and the lines that make them.

use expect_test::expect;

use super::*;
use crate::worker::entry::tests::file;
use crate::worker::finding::tests::text;
use crate::worker::tree::tests::tree;

fn account(line: &str) -> Option<Account> {
    let words: Vec<&str> = line.split_whitespace().collect();
    parse(words[0], Some(&words[1..]))
}

#[test]
fn system_accounts_become_lines() {
    let accounts: Vec<Account> = [
        "adduser --system --group --quiet --home /var/lib/chrony --no-create-home --gecos Clock _chrony",
        "addgroup --quiet --system mosquitto",
        "adduser --quiet --system --no-create-home --ingroup mosquitto --home /var/lib/m mosquitto",
        "useradd --system --gid nogroup --comment 100% --home-dir /var/lib/misc --shell /usr/sbin/nologin dnsmasq",
        "groupadd -f -r -g 26 postgres",
        "useradd -M -N -g postgres -o -r -d /var/lib/pgsql -s /bin/bash -u 26 postgres",
        "useradd -r -g daemon -G adm,disk x",
        "usermod -aG adm y",
        "adduser postgres ssl-cert",
        "gpasswd -a z adm",
        "addgroup --system said",
    ]
    .into_iter()
    .map(|line| account(line).unwrap_or_else(|| panic!("{line}")))
    .collect();
    let said = BTreeMap::from([("said".to_owned(), 0), ("daemon".to_owned(), 0)]);
    expect![[r#"
        g adm -
        g disk -
        m postgres ssl-cert
        m x adm
        m x daemon
        m x disk
        m y adm
        m z adm
        u _chrony - Clock /var/lib/chrony /usr/sbin/nologin
        u dnsmasq - "100%%" /var/lib/misc /usr/sbin/nologin
        u mosquitto - - /var/lib/m /usr/sbin/nologin
        u postgres 26 - /var/lib/pgsql /bin/bash
        u x - - / /usr/sbin/nologin
    "#]]
    .assert_eq(&Lines::of(accounts.iter(), &said).into_file().unwrap());
    assert_eq!(Lines::of([].iter(), &said).into_file(), None);
}

#[test]
fn what_is_not_clear_makes_no_line() {
    for line in [
        "adduser someone",
        "useradd someone",
        "useradd -r a b",
        "adduser --system --frobnicate x",
        "useradd -r -g 500 x",
        "useradd -r x:y",
        "useradd -r -u many x",
        "usermod -aG a,b x",
        "useradd -r",
        "useradd -r -d",
    ] {
        assert_eq!(account(line), None, "{line}");
    }
    assert_eq!(parse("useradd", None), None);
}

#[test]
fn texts_cannot_add_a_field_or_a_line() {
    let user = Account::User {
        name: "x".into(),
        id: None,
        comment: "a\"b\\c:d\ne".into(),
        home: "/x y".into(),
        shell: String::new(),
        groups: vec![],
    };
    let lines = Lines::of([user].iter(), &BTreeMap::new()).into_file().unwrap();
    assert_eq!(lines, "u x - \"a\\\"b\\\\cde\" \"/x y\" -\n");
}

#[test]
fn users_of_packages_are_said_with_when_they_are_made() {
    let tree = tree([
        (0, file("usr/lib/sysusers.d/polkitd.conf", "# u no\nu polkitd - \"x\" / /bin/sh\nm a b\n")),
        (0, file("usr/lib/sysusers.d/README", "u readme\n")),
    ]);
    let said = said(&tree, &Store::default()).unwrap();
    assert_eq!(said, BTreeMap::from([("polkitd".to_owned(), 0)]));
    let made = [account("groupadd -r redis").unwrap(), account("useradd -r -g redis redis").unwrap()];
    let mut findings = Vec::new();
    report("demo", &[("redis", &made)], &said, &["polkitd", "redis"], &mut findings);
    expect![[r#"
        Warning users ["polkitd"]: users and groups of `polkitd` (`polkitd`) are made after the extension is merged, by `demo-extension.service`: what starts earlier does not know them
        Warning users ["redis"]: users and groups of `redis` (`redis`) are made after the extension is merged, by `demo-extension.service`: what starts earlier does not know them
    "#]]
    .assert_eq(&text(&findings));
}

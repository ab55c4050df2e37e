//! Packages that the real rpmbuild made, and such as it never would.

use std::fmt::Write;
use std::sync::atomic::Ordering;

use expect_test::expect;
use proptest::prelude::*;

use super::*;
use crate::worker::archive::Script;
use crate::worker::archive::fixture::temporary;
use crate::worker::archive::rpm::cpio::tests::{named, numbered};
use crate::worker::archive::rpm::fixture::{HARD, Rpm, Value, hard};
use crate::worker::entry::{Content, Entry, Node};
use crate::worker::path::printable;
use crate::worker::store::Store;

fn read_with(bytes: &[u8], package: &Package, budget: &Budget) -> Result<(Vec<Entry>, Store, i64), Refusal> {
    let (archive, store) = archive(bytes, package, &Keys::default(), budget)?;
    Ok((archive.entries, store, archive.newest))
}

pub(super) fn archive(
    bytes: &[u8],
    package: &Package,
    keys: &Keys,
    budget: &Budget,
) -> Result<(Archive, Store), Refusal> {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = Spool::create(&folder.path().join("0"), 0).unwrap();
    let archive = read(&temporary(bytes), package, keys, 2, budget, &mut spool)?;
    Ok((archive, Store::new(vec![spool.finish().unwrap()])))
}

/// What is read, a line for each entry.
fn listing(bytes: &[u8], package: &Package) -> Result<String, String> {
    let (entries, store, newest) = match read_with(bytes, package, &Budget::of(1 << 20)) {
        Ok(read) => read,
        Err(Refusal::Content(why)) => return Err(why),
        Err(other) => panic!("{other:?}"),
    };
    let mut out = format!("newest {newest}\n");
    for Entry { path, mode, user, group, xattrs, node } in entries {
        let node = match node {
            Node::Device => "device".to_owned(),
            Node::Directory => "directory".to_owned(),
            Node::Fifo => "fifo".to_owned(),
            Node::File { content, inode } => {
                format!("{inode} {:?}", printable(&store.read(&content, 99).unwrap()))
            }
            Node::Symlink(target) => format!("-> {}", printable(&target)),
        };
        let [user, group] = [&user, &group].map(|name| name.as_deref().unwrap_or("root"));
        let xattrs: Vec<String> = xattrs.keys().map(|name| format!(" {}", printable(name))).collect();
        writeln!(out, "{mode:04o} {user}:{group} {path} {node}{}", xattrs.concat()).unwrap();
    }
    Ok(out)
}

fn of(rpm: &Rpm) -> Result<String, String> {
    let bytes = rpm.build();
    listing(&bytes, &rpm.package(&bytes))
}

fn usual() -> Rpm {
    Rpm::new("p")
        .directory("/usr/share/p")
        .file("/usr/bin/z", 0o755, "content")
        .hard_link("/usr/bin/a")
        .hard_link("/usr/share/p/names")
        .link("/usr/bin/link", "../bin/a")
        .file("/usr/bin/ping", 0o755, "ping")
        .capabilities("cap_net_raw=ep")
        .file("/usr/share/p/empty", 0o644, "")
        .file("/var/log/p", 0o640, "ghost")
        .flags(64)
        .file("/etc/p", 0o644, "x=1")
        .flags(1)
        .owned("mail")
        .fifo("/usr/lib/pipe")
}

#[test]
fn what_rpmbuild_packs_is_read() {
    expect![[r#"
        newest 1700000000
        0644 root:root /etc/hard/hard.conf 0 "x=1\\u{a}"
        0644 root:root /usr/bin/a 9 "one\\u{a}"
        0644 root:root /usr/bin/capable 2 "cap" security.capability
        0777 root:root /usr/bin/link -> ../bin/a
        4755 root:root /usr/bin/suid 4 "suid"
        0644 root:root /usr/bin/z 9 "one\\u{a}"
        0755 root:root /usr/share/hard directory
        0644 root:root /usr/share/hard/empty 7 ""
        0644 root:root /usr/share/hard/names 9 "one\\u{a}"
        0644 root:root /usr/share/hard/readme 10 "doc"
        0644 root:root /usr/share/hard/with space é 11 "space"
        0750 hard:mail /var/lib/hard directory
    "#]]
    .assert_eq(&listing(HARD, &hard(HARD)).unwrap());
}

#[test]
fn neither_packer_nor_form_nor_order_change_what_is_read() {
    let expected = of(&usual()).unwrap();
    expect![[r#"
        newest 1700000000
        0644 mail:root /etc/p 8 "x=1"
        0755 root:root /usr/bin/a 3 "content"
        0777 root:root /usr/bin/link -> ../bin/a
        0755 root:root /usr/bin/ping 5 "ping" security.capability
        0755 root:root /usr/bin/z 3 "content"
        0644 root:root /usr/lib/pipe fifo
        0755 root:root /usr/share/p directory
        0644 root:root /usr/share/p/empty 6 ""
        0755 root:root /usr/share/p/names 3 "content"
    "#]]
    .assert_eq(&expected);
    for suffix in ["", ".bz2", ".gz", ".lzma", ".xz", ".zst"] {
        assert_eq!(of(&usual().packed(suffix)).unwrap(), expected, "{suffix}");
    }
    assert_eq!(of(&usual().stripped()).unwrap(), expected);
    let inodes = |text: &str| {
        let keep = |line: &str| {
            line.split(' ').filter(|word| word.parse::<u8>().is_err()).collect::<Vec<_>>().join(" ")
        };
        text.lines().map(keep).collect::<Vec<_>>()
    };
    let straight = inodes(&expected);
    assert_eq!(inodes(&of(&usual().reversed()).unwrap()), straight);
    assert_eq!(inodes(&of(&usual().stripped().reversed()).unwrap()), straight);
}

#[test]
fn old_packages_list_whole_paths_and_md5() {
    let rpm = usual();
    let old = Rpm::new("p").file("/usr/a", 0o644, "a");
    let old = old
        .value(files::BASE_NAMES, None)
        .value(files::OLD_FILE_NAMES, Some(Value::Texts(vec!["/usr/a".into()])))
        .value(files::FILE_DIGESTS, Some(Value::Texts(vec!["0cc175b9c0f1b6a831c399e269772661".into()])))
        .value(payload::FILE_DIGEST_ALGO, None);
    assert_eq!(of(&old).unwrap(), "newest 1700000000\n0644 root:root /usr/a 0 \"a\"\n");
    // Names without the dot, which packages had before rpm 4.
    let plain = old.clone().payload([named("usr/a", 0, b"a"), named("TRAILER!!!", 0, b"")].concat());
    assert_eq!(of(&plain), of(&old));
    assert_eq!(of(&rpm.clone().value(files::FILE_DIGESTS, None)), of(&rpm));
}

#[test]
fn what_rpm_would_run_comes_with_the_entries() {
    let (archive, _) = archive(HARD, &hard(HARD), &Keys::default(), &Budget::of(0)).unwrap();
    let mut out = String::new();
    for Script { name, moment, interpreter, text } in archive.scripts.scripts {
        writeln!(out, "{name} {moment:?} {interpreter} {:?}", printable(&text)).unwrap();
    }
    expect![[r#"
        %pretrans BeforeInstall <lua> "print(\"x\")"
        %post AfterInstall /bin/sh "/sbin/ldconfig"
        %postun AfterRemoval /sbin/ldconfig ""
        %triggerin AfterInstall /bin/sh "echo triggered"
        %filetriggerin AfterInstall /bin/sh "echo file"
    "#]]
    .assert_eq(&out);
}

#[test]
fn a_package_without_files_is_read() {
    let mut none = Rpm::new("p");
    for tag in [files::BASE_NAMES, files::DIR_NAMES, files::DIR_INDEXES] {
        none = none.value(tag, None);
    }
    assert_eq!(of(&none).unwrap(), "newest 0\n");
    let root = Rpm::new("p").directory("/").file("/usr/a", 0o644, "a");
    assert_eq!(of(&root).unwrap(), "newest 1700000000\n0644 root:root /usr/a 1 \"a\"\n");
}

#[test]
fn another_package_is_refused() {
    let text = |text: &str| Some(Value::Text(text.into()));
    let rpm = usual();
    let cases = [
        rpm.clone().value(identity::NAME, text("q")),
        rpm.clone().value(identity::VERSION, text("2")),
        rpm.clone().value(identity::EPOCH, Some(Value::Int32(vec![1]))),
        rpm.clone().value(identity::ARCH, text("i686")),
        rpm.clone().value(identity::SOURCE_RPM, None),
        rpm.clone().value(identity::PAYLOAD_FORMAT, text("drpm")),
        rpm.clone().value(identity::NAME, None),
        rpm.clone().value(identity::NAME, Some(Value::Int32(vec![1]))),
    ];
    let told: Vec<String> = cases.iter().map(|rpm| of(rpm).unwrap_err()).collect();
    expect![[r#"
        says the name `q` of itself, not `p`
        says the version `2-1` of itself, not `1-1`
        says the version `1:1-1` of itself, not `1-1`
        says the architecture `i686` of itself, not `noarch`
        is a source package
        has a payload of the format `drpm`, not `cpio`
        says the name `` of itself, not `p`
        has a damaged header: its tag 1000 has no value of the right kind"#]]
    .assert_eq(&told.join("\n"));
    let epoch = rpm.value(identity::EPOCH, Some(Value::Int32(vec![0])));
    let bytes = epoch.build();
    let package = Package { version: "0:1-1".into(), ..epoch.package(&bytes) };
    assert_eq!(listing(&bytes, &package), of(&epoch));
}

#[test]
fn hostile_lists_are_refused() {
    let one = || Rpm::new("p").file("/usr/a", 0o644, "a");
    let texts = |texts: &[&str]| Some(Value::Texts(texts.iter().map(|text| (*text).to_owned()).collect()));
    let cases = [
        Rpm::new("p").file("/usr/../etc/passwd", 0o644, ""),
        Rpm::new("p").file("//etc/passwd", 0o644, ""),
        Rpm::new("p").file("etc/passwd", 0o644, ""),
        one().file("/usr/./a", 0o644, "a"),
        one().value(files::FILE_MODES, Some(Value::Int16(vec![0o140_644]))),
        one().value(files::FILE_MODES, Some(Value::Int16(vec![0o100_644; 2]))),
        one().value(files::FILE_MODES, None),
        one().value(files::FILE_SIZES, None),
        one().value(files::DIR_INDEXES, Some(Value::Int32(vec![7]))),
        one().value(files::FILE_USER_NAME, texts(&["root", "root"])),
        one().value(files::FILE_CAPS, texts(&["cap_none=ep"])),
        one().value(payload::FILE_DIGEST_ALGO, Some(Value::Int32(vec![77]))),
        one().value(files::BASE_NAMES, Some(Value::Binary(vec![1]))),
    ];
    let told: Vec<String> = cases.iter().map(|rpm| of(rpm).unwrap_err()).collect();
    expect![[r#"
        lists `/usr/../etc/passwd`, which has a part `..`
        lists `//etc/passwd`, which begins with `/`
        lists `etc/passwd`, which does not begin with `/`
        lists `/usr/a` twice
        lists `/usr/a`, which is of an unknown kind
        has a damaged header: its lists of files do not fit each other
        has a damaged header: its lists of files do not fit each other
        has a damaged header: its lists of files do not fit each other
        has a damaged header: its lists of files do not fit each other
        has a damaged header: its lists of files do not fit each other
        lists `/usr/a` with the capabilities `cap_none=ep`, which no file can have
        has digests of the unknown algorithm 77
        has a damaged header: its tag 1117 has no value of the right kind"#]]
    .assert_eq(&told.join("\n"));
}

#[test]
fn hostile_payloads_are_refused() {
    let one = || Rpm::new("p").file("/usr/a", 0o644, "a").link("/usr/b", "a").directory("/usr/c");
    let end = || named("TRAILER!!!", 0, b"");
    let (a, b, c) = (named("./usr/a", 0, b"a"), named("./usr/b", 0, b"a"), named("./usr/c", 0, b""));
    let told: Vec<String> = [
        vec![&a, &b, &c, &a],
        vec![&a, &b],
        vec![&b, &c],
        vec![&a, &b, &c, &named("./usr/d", 0, b"")],
        vec![&a, &b, &c, &named("./../d", 0, b"")],
        vec![&a, &b, &c, &named("/usr/a", 0, b"")],
        vec![&named("./usr/a", 0, b"ab")],
        vec![&named("./usr/a", 0, b"b")],
        vec![&named("./usr/a", 0, b""), &b, &c],
        vec![&named("./usr/b", 0, b"x")],
        vec![&named("./usr/b", 0, &[b'x'; 9000])],
        vec![&named("./usr/c", 0, b"x")],
        vec![&numbered(3, b"")],
        vec![&numbered(0, b"b")],
    ]
    .into_iter()
    .map(|items| {
        let payload = items.into_iter().cloned().chain([end()]).collect::<Vec<_>>().concat();
        of(&one().payload(payload)).unwrap_err()
    })
    .collect();
    expect![[r#"
        holds `/usr/a` twice
        lists `/usr/c` without holding it
        lists `/usr/a` without holding it
        holds `./usr/d`, which its header does not list
        holds `./../d`, which has a part `..`
        holds `/usr/a`, which begins with `/`
        holds `/usr/a` with 2 bytes, while its header tells 1
        holds `/usr/a` with another content than its header tells
        lists `/usr/a` without its content
        holds `/usr/b` with another target than its header tells
        holds `/usr/b` with another target than its header tells
        holds `/usr/c` with content, though it is no file
        holds the file number 3, which its header does not list
        holds `/usr/a` with another content than its header tells"#]]
    .assert_eq(&told.join("\n"));
    let cut = one().payload([a, b, c].concat());
    assert_eq!(of(&cut).unwrap_err(), "ends too early");
    assert_eq!(
        of(&one().payload(vec![7; 99]).packed("")).unwrap_err(),
        "has a payload that is packed in an unknown way: only gzip, bzip2, xz, lzma and zstd can be read"
    );
}

#[test]
fn damaged_headers_are_refused() {
    let rpm = usual();
    let bytes = rpm.build();
    // Lead, and a signature header of one entry with four bytes, padded to a multiple of eight.
    let main = 96 + 16 + 16 + 8;
    let with = |at: usize, new: &[u8]| {
        let mut bytes = bytes.clone();
        bytes[at..at + new.len()].copy_from_slice(new);
        bytes
    };
    let told: Vec<String> = [
        with(0, b"x"),
        with(96, b"x"),
        with(main, b"x"),
        with(main + 4, b"x"),
        with(main + 8, &[0; 4]),
        with(main + 8, &[0, 1, 0, 0]),
        with(main + 12, &[0xff; 4]),
        with(main + 12, &[0, 0, 0xff, 0xff]),
        with(main + 16, &[0, 0, 0, 62]),
        with(main + 24, &[0, 0, 0, 0]),
        with(main + 32 + 4, &[0, 0, 0, 99]),
        with(main + 32 + 8, &[0, 0xff, 0xff, 0xff]),
        with(main + 48, &1000_u32.to_be_bytes()),
        bytes[..50].to_vec(),
        bytes[..main + 40].to_vec(),
        bytes[..bytes.len() - 40].to_vec(),
    ]
    .iter()
    .map(|bytes| listing(bytes, &rpm.package(bytes)).unwrap_err())
    .collect();
    expect![[r#"
        is not a package of rpm
        has a damaged header: its magic number is wrong
        has a damaged header: its magic number is wrong
        has a damaged header: its magic number is wrong
        has a damaged header: it tells an absurd size
        has a damaged header: it tells an absurd size
        has a damaged header: it tells an absurd size
        ends too early
        has a damaged header: it is not of one piece
        has a damaged header: it is not of one piece
        has a damaged header: it has a value of an unknown kind
        has a damaged header: it has a value that is not in it
        has a damaged header: it has a tag twice
        ends too early
        ends too early
        ends too early"#]]
    .assert_eq(&told.join("\n"));
}

#[test]
fn unpacking_ends_where_the_budget_does() {
    let rpm = Rpm::new("p").file("/usr/a", 0o644, &"0".repeat(1 << 20));
    let bytes = rpm.build();
    let budget = Budget::of(0);
    assert!(read_with(&bytes, &rpm.package(&bytes), &budget).is_ok());
    budget.bytes.store(1 << 19, Ordering::Relaxed);
    assert!(matches!(read_with(&bytes, &rpm.package(&bytes), &budget), Err(Refusal::TooLarge)));
    let budget = Budget::of(0);
    budget.memory.store(100, Ordering::Relaxed);
    assert!(matches!(read_with(&bytes, &rpm.package(&bytes), &budget), Err(Refusal::TooLarge)));
}

#[test]
fn names_of_one_file_share_its_content() {
    let rpm = Rpm::new("p").file("/usr/b", 0o755, "same").hard_link("/usr/c").hard_link("/usr/a");
    for rpm in [rpm.clone(), rpm.clone().stripped(), rpm.reversed()] {
        let bytes = rpm.build();
        let (entries, ..) = read_with(&bytes, &rpm.package(&bytes), &Budget::of(0)).unwrap();
        let contents: Vec<&Node> = entries.iter().map(|entry| &entry.node).collect();
        assert_eq!(contents.len(), 3);
        assert!(contents.iter().all(|node| *node == contents[0]));
        assert!(matches!(
            contents[0],
            Node::File { content: Content::Spooled { len: 4, offset: 0, .. }, .. }
        ));
    }
}

proptest! {
    #[test]
    fn no_change_of_a_byte_makes_it_panic(at in 0..4000_usize, byte: u8) {
        let rpm = usual().packed("");
        let mut bytes = rpm.build();
        let package = rpm.package(&bytes);
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = listing_or_limit(&bytes, &package);
    }

    #[test]
    fn no_change_of_a_real_package_makes_it_panic(at in 4400..HARD.len(), byte: u8) {
        let mut bytes = HARD.to_vec();
        bytes[at] = byte;
        let _ = listing_or_limit(&bytes, &hard(&bytes));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let lead = [&MAGIC[..], &[0; 92], &header::MAGIC];
        let _ = listing_or_limit(&[&lead.concat(), &bytes[..]].concat(), &hard(&bytes));
    }
}

fn listing_or_limit(bytes: &[u8], package: &Package) -> Result<(), Refusal> {
    read_with(bytes, package, &Budget::of(1 << 20)).map(drop)
}

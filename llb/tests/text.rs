//! Every operation as text, and the capabilities it needs.

use std::sync::Arc;

use buildkit_llb::{
    Bind, Blob, BlobStore, Build, Cache, Cap, CdiDevice, ContentCache, Copy, Definition, Differ, Discard,
    Exec, Git, GitBundle, GitMTime, GitSignature, Http, HttpSignature, Image, LinuxResources, Local,
    MergeSupport, MetadataTransfer, MkDir, MkFile, Mode, Network, OciLayout, Owner, Passthrough, Platform,
    ProgressGroup, ProxyEnv, Range, ReadOnly, RecordType, ResolveMode, Rm, Secret, SecretEnv, Security,
    Sharing, SourceInfo, Ssh, State, Symlink, SymlinkSupport, Timestamp, Tmpfs, Ulimit, User,
};
use expect_test::{Expect, expect};

fn check(state: &State, expected: &Expect) {
    let definition = Definition::of(state);
    expected.assert_eq(&definition.to_string());
    let caps: Vec<_> = definition.caps().into_iter().map(Cap::from_id).collect();
    assert!(caps.iter().all(Option::is_some), "only registered capabilities are recorded: {caps:?}");
}

fn caps(state: &State, expected: &Expect) {
    let definition = Definition::of(state);
    let caps: Vec<_> = definition.caps().into_iter().collect();
    expected.assert_eq(&format!("{}\n", caps.join("\n")));
}

fn amd64() -> Platform {
    Platform::linux("amd64")
}

fn debian() -> State {
    Image::new("docker.io/library/debian:trixie", amd64()).state()
}

#[test]
fn scratch_is_a_definition_without_vertices() {
    check(
        &State::scratch(),
        &expect![[r"
        root scratch
    "]],
    );
    assert!(Definition::of(&State::scratch()).to_bytes().is_empty());
    assert_eq!(State::scratch().named("nothing").digest(), None);
}

#[test]
fn images_have_a_platform_and_each_attribute() {
    let image = Image {
        resolve_mode: Some(ResolveMode::Pull),
        record_type: Some(RecordType::Internal),
        layer_limit: Some(0),
        checksum: Some("sha256:00".into()),
        ..Image::new("docker.io/library/debian:trixie", amd64())
    };
    let state = image.state();
    check(
        &state,
        &expect![[r"
        v0 source docker-image://docker.io/library/debian:trixie
           image.checksum=sha256:00
           image.layerlimit=0
           image.recordtype=internal
           image.resolvemode=pull
           platform linux/amd64
        root v0:0
    "]],
    );
    caps(
        &state,
        &expect![[r"
        constraints
        platform
        source.image
        source.image.checksum
        source.image.layerlimit
        source.image.resolvemode
    "]],
    );
    let layout = OciLayout {
        session: Some("s".into()),
        store: Some("context".into()),
        layer_limit: Some(1),
        ..OciLayout::new("context@sha256:00", Platform::linux("aarch64"))
    };
    check(
        &layout.state(),
        &expect![[r"
        v0 source oci-layout://context@sha256:00
           oci.layerlimit=1
           oci.session=s
           oci.store=context
           platform linux/arm64
        root v0:0
    "]],
    );
}

#[test]
fn blobs_are_files_of_a_registry_or_a_layout() {
    let blob = Blob {
        filename: Some("data".into()),
        perm: Some(0o640),
        uid: Some(0),
        gid: Some(7),
        ..Blob::new("registry.example.org/data@sha256:00")
    };
    check(
        &blob.clone().state(),
        &expect![[r"
        v0 source docker-image+blob://registry.example.org/data@sha256:00
           http.filename=data
           http.gid=7
           http.perm=0640
           http.uid=0
        root v0:0
    "]],
    );
    let store = BlobStore::OciLayout { session: Some("s".into()), store: None };
    check(
        &Blob { store, ..blob }.state(),
        &expect![[r"
        v0 source oci-layout+blob://registry.example.org/data@sha256:00
           http.filename=data
           http.gid=7
           http.perm=0640
           http.uid=0
           oci.session=s
        root v0:0
    "]],
    );
}

#[test]
fn http_has_each_attribute() {
    let http = Http {
        checksum: Some("sha256:00".into()),
        filename: Some("jq.deb".into()),
        perm: Some(0o644),
        uid: Some(1),
        gid: Some(2),
        auth_header_secret: Some("token".into()),
        accept: Some("text/plain".into()),
        user_agent: Some("annex".into()),
        signature: Some(HttpSignature { public_key: "KEY\n".into(), signature: "SIGNATURE\n".into() }),
        ..Http::new("https://example.org/jq_1.7.1_amd64.deb")
    };
    let state = http.state().named("fetch jq 1.7.1 (amd64)");
    check(
        &state,
        &expect![[r"
        v0 source https://example.org/jq_1.7.1_amd64.deb
           http.authheadersecret=token
           http.checksum=sha256:00
           http.filename=jq.deb
           http.gid=2
           http.header.accept=text/plain
           http.header.user-agent=annex
           http.perm=0644
           http.sig.pubkey=KEY\n
           http.sig.signature=SIGNATURE\n
           http.uid=1
           name fetch jq 1.7.1 (amd64)
        root v0:0
    "]],
    );
    caps(
        &state,
        &expect![[r"
        constraints
        meta.description
        platform
        soruce.http.uidgid
        source.http
        source.http.auth
        source.http.checksum
        source.http.header
        source.http.perm
        source.http.signatureverify
    "]],
    );
}

#[test]
fn empty_attributes_are_left_out_since_a_map_must_not_hold_empty_values() {
    let plain = Http::new("https://example.org/x");
    let empty = Http { checksum: Some(String::new()), filename: Some(String::new()), ..plain.clone() };
    assert_eq!(plain.state().digest(), empty.state().digest());
}

#[test]
fn local_directories_have_each_attribute() {
    let local = Local {
        session: Some("session-1".into()),
        unique: Some("u".into()),
        include_patterns: vec!["spec.yml".into(), "src/**".into()],
        exclude_patterns: vec![".git".into()],
        follow_paths: vec!["spec.yml".into()],
        shared_key_hint: Some("spec".into()),
        differ: Some(Differ::None),
        metadata_transfer: Some(MetadataTransfer { except: vec!["*.yml".into()] }),
        ..Local::new("context")
    };
    let state = local.state();
    check(
        &state,
        &expect![[r#"
            v0 source local://context
               local.differ=none
               local.excludepatterns=[".git"]
               local.followpaths=["spec.yml"]
               local.includepattern=["spec.yml","src/**"]
               local.metadatatransfer=true
               local.metadatatransferexclude=["*.yml"]
               local.session=session-1
               local.sharedkeyhint=spec
               local.unique=u
            root v0:0
        "#]],
    );
    caps(
        &state,
        &expect![[r"
        constraints
        platform
        source.local
        source.local.excludepatterns
        source.local.followpaths
        source.local.includepatterns
        source.local.metadatatransfer
        source.local.sessionid
        source.local.sharedkeyhint
        source.local.unique
    "]],
    );
}

#[test]
fn git_has_each_attribute() {
    let git = Git {
        reference: Some("v1".into()),
        subdir: Some("/sub".into()),
        keep_git_dir: true,
        auth_token_secret: None,
        auth_header_secret: Some("header".into()),
        known_ssh_hosts: Some("example.org ssh-ed25519 AAAA\n".into()),
        checksum: Some("0123456".into()),
        skip_submodules: true,
        mtime: Some(GitMTime::Commit),
        fetch_by_commit: true,
        bundle: Some(GitBundle {
            locator: "oci-layout+blob://bundle@sha256:00".into(),
            session: Some("s".into()),
            store: Some("bundle".into()),
        }),
        checkout_bundle: true,
        signature: Some(GitSignature {
            public_key: "KEY".into(),
            reject_expired: true,
            require_signed_tag: true,
            ignore_signed_tag: false,
        }),
        ..Git::new("git@example.org:group/project.git")
    };
    let state = git.state();
    check(
        &state,
        &expect![[r"
        v0 source git://example.org/group/project.git#v1:sub
           git.authheadersecret=header
           git.bundle=oci-layout+blob://bundle@sha256:00
           git.checkoutbundle=true
           git.checksum=0123456
           git.fetchbycommit=true
           git.fullurl=git@example.org:group/project.git
           git.keepgitdir=true
           git.knownsshhosts=example.org ssh-ed25519 AAAA\n
           git.mountsshsock=default
           git.mtime=commit
           git.sig.pubkey=KEY
           git.sig.rejectexpired=true
           git.sig.requiresignedtag=true
           git.skipsubmodules=true
           oci.session=s
           oci.store=bundle
        root v0:0
    "]],
    );
    caps(
        &state,
        &expect![[r"
        constraints
        platform
        source.git
        source.git.bundle
        source.git.checkoutbundle
        source.git.checksum
        source.git.fetchbycommit
        source.git.fullurl
        source.git.httpauth
        source.git.keepgitdir
        source.git.knownsshhosts
        source.git.mountsshsock
        source.git.mtime
        source.git.signatureverify
        source.git.skipsubmodules
        source.git.subdir
    "]],
    );
    let state = Git::new("https://example.org/project.git").state();
    check(
        &state,
        &expect![[r"
        v0 source git://example.org/project.git
           git.authheadersecret=GIT_AUTH_HEADER
           git.authtokensecret=GIT_AUTH_TOKEN
           git.fullurl=https://example.org/project.git
        root v0:0
    "]],
    );
    caps(
        &state,
        &expect![[r"
        constraints
        platform
        source.git
        source.git.fullurl
    "]],
    );
}

#[test]
fn commands_have_each_setting() {
    let spec = Arc::new(SourceInfo::new("spec.yml", "yaml", "a\nb\nc\n"));
    let mut exec = Exec::new(["sh", "-c", "echo \"$A\""]);
    exec.platform(&amd64())
        .env("A", "1")
        .env("B", "two words")
        .env("A", "3\n")
        .cwd("/src")
        .user("nobody:nogroup")
        .proxy_env(ProxyEnv { http_proxy: "http://proxy.example.org".into(), ..ProxyEnv::default() })
        .extra_host("mirror", [192, 0, 2, 1].into())
        .hostname("builder")
        .ulimit(Ulimit { name: "nofile".into(), soft: 1024, hard: -1 })
        .cgroup_parent("/builds")
        .network(Network::None)
        .security(Security::Insecure)
        .secret_env("TOKEN", SecretEnv { optional: true, ..SecretEnv::new("token") })
        .valid_exit_codes([3, 0])
        .cdi_device(CdiDevice { name: "example.org/gpu=all".into(), optional: false })
        .keep_mount_stubs()
        .name("echo")
        .description("example.key", "value")
        .progress_group(ProgressGroup { id: "g".into(), name: "all of it".into(), weak: true })
        .ignore_cache(true)
        .export_cache(false)
        .linux_resources(LinuxResources { memory: 1 << 30, ..LinuxResources::default() })
        .location(spec.location([Range::lines(1, 1), Range::lines(2, 3)]));
    let root = exec.mount("/", Bind(debian()));
    let state = exec.run().output(root);
    check(
        &state,
        &expect![[r#"
        v0 source docker-image://docker.io/library/debian:trixie
           platform linux/amd64
        v1 exec ["sh", "-c", "echo \"$A\""]
           env A=3\n
           env B=two words
           env TOKEN from secret token optional
           proxy http http://proxy.example.org
           cwd /src
           user nobody:nogroup
           hostname builder
           host mirror 192.0.2.1
           ulimit nofile=1024:-1
           cgroup-parent /builds
           mount-stubs kept
           exit-codes [0, 3]
           network none
           security insecure
           device example.org/gpu=all
           bind / from v0:0 -> :0
           platform linux/amd64
           description example.key=value
           name echo
           group g weak all of it
           ignore-cache
           export-cache false
           limit memory=1073741824
           at spec.yml:1
           at spec.yml:2-3
        root v1:0
    "#]],
    );
    caps(
        &state,
        &expect![[r"
        constraints
        exec.meta.base
        exec.meta.cdi
        exec.meta.cgroup.parent
        exec.meta.linux.resources
        exec.meta.network
        exec.meta.proxyenv
        exec.meta.security
        exec.meta.setsdefaultpath
        exec.meta.ulimit
        exec.mount.bind
        exec.secretenv
        exec.validexitcode
        meta.description
        meta.exportcache
        meta.ignorecache
        platform
        source.image
    "]],
    );
}

#[test]
fn commands_have_each_kind_of_mount() {
    let mut exec = Exec::new(["true"]);
    exec.mount("/tmp", Tmpfs);
    exec.mount("/dev/shm", Tmpfs.sized(1 << 20));
    exec.mount("/run/secrets/key", Secret { mode: 0o440, gid: 5, ..Secret::new("key") });
    exec.mount(Ssh::DEST, Ssh { optional: true, ..Ssh::new("default") });
    exec.mount("/cache", Cache { id: "c".into(), sharing: Sharing::Locked });
    let cache = Cache { id: "d".into(), sharing: Sharing::Private };
    exec.mount("/seeded", cache.seeded(&debian()).selector("/etc"));
    exec.mount("/annex", ReadOnly(debian()).selector("/annex").content_cache(ContentCache::Off));
    let src = exec.mount("/src", Bind(State::scratch()).content_cache(ContentCache::On));
    exec.mount("/scrap", Discard(debian()));
    let out = exec.mount("/out", Bind(State::scratch()));
    exec.mount("/", Discard(debian()));
    let run = exec.run();
    check(
        &run.output(out),
        &expect![[r#"
        v0 source docker-image://docker.io/library/debian:trixie
           platform linux/amd64
        v1 exec ["true"]
           env SSH_AUTH_SOCK=/run/buildkit/ssh_agent.0
           bind / from v0:0 -> :0
           bind /annex from v0:0 path /annex content-cache=off ro
           cache /cache id=c locked
           tmpfs /dev/shm size=1048576
           bind /out from scratch -> :1
           bind /scrap from v0:0 discard
           cache /seeded from v0:0 path /etc id=d private
           bind /src from scratch content-cache=on -> :2
           tmpfs /tmp
           secret /run/secrets/key id=key 0:5 0440
           ssh /run/buildkit/ssh_agent.0 id=default 0:0 0600 optional
        root v1:1
    "#]],
    );
    assert_ne!(run.output(src), run.output(out));
    assert_eq!(run.output(src).digest(), Some(run.digest()));
    caps(
        &run.output(src),
        &expect![[r"
        constraints
        exec.meta.base
        exec.meta.setsdefaultpath
        exec.mount.bind
        exec.mount.bind.readwrite-nooutput
        exec.mount.cache
        exec.mount.cache.content
        exec.mount.cache.sharing
        exec.mount.secret
        exec.mount.selector
        exec.mount.ssh
        exec.mount.tmpfs
        exec.mount.tmpfs.size
        platform
        source.image
    "]],
    );
}

#[test]
fn a_command_without_a_root_runs_on_an_empty_one() {
    let mut exec = Exec::new(["/tool/run"]);
    exec.mount("/tool", ReadOnly(debian()));
    let out = exec.mount("/out", Bind(State::scratch()));
    check(
        &exec.run().output(out),
        &expect![[r#"
        v0 source docker-image://docker.io/library/debian:trixie
           platform linux/amd64
        v1 exec ["/tool/run"]
           bind / from scratch -> :0
           bind /out from scratch -> :1
           bind /tool from v0:0 ro
        root v1:1
    "#]],
    );
}

#[test]
fn file_operations_have_each_action_and_option() {
    let owner = Owner {
        user: Some(User::Name { name: "nobody".into(), database: debian() }),
        group: Some(User::Id(7)),
    };
    let time = Some(Timestamp::from_seconds(1_700_000_000));
    let tree = Local::new("context").state();
    let copy = Copy {
        mode: Some(Mode::Symbolic("u=rwX,go=rX".into())),
        owner: Some(owner.clone()),
        timestamp: time,
        follow_symlink: true,
        dir_copy_contents: true,
        attempt_unpack: true,
        create_dest_path: true,
        allow_wildcard: true,
        allow_empty_wildcard: true,
        include_patterns: vec!["*.c".into()],
        exclude_patterns: vec!["t/*".into()],
        required_paths: vec!["main.c".into()],
        always_replace_existing_dest_paths: true,
        ..Copy::new(&tree, "/src/*", "/dest/")
    };
    let state = State::scratch()
        .mkdir(MkDir { owner: Some(Owner::ids(0, 3)), timestamp: time, ..MkDir::parents("/a/b") })
        .named("[internal] directory")
        .file([
            copy.into(),
            MkFile { mode: 0o600, ..MkFile::new("/a/text", "one\ntwo") }.into(),
            MkFile::new("/a/empty", "").into(),
            MkFile::new("/a/binary", [0_u8, 159, 146, 150]).into(),
            Rm { allow_not_found: true, allow_wildcard: true, ..Rm::new("/a/*.o") }.into(),
            Copy { mode: Some(Mode::Bits(0o4755)), ..Copy::new(&State::scratch(), "/x", "/y") }.into(),
            Symlink { owner: Some(owner), timestamp: time, ..Symlink::new("text", "/a/link") }.into(),
        ]);
    check(
        &state,
        &expect![[r#"
            v0 file
               mkdir /a/b 0755 parents owner=0:3 time=1700000000000000000
               name [internal] directory
            v1 source local://context
            v2 source docker-image://docker.io/library/debian:trixie
               platform linux/amd64
            v3 file
               on v0:0
               copy v1:0 /src/* to /dest/ mode=u=rwX,go=rX owner=nobody(v2:0):7 time=1700000000000000000 follow-symlink dir-contents unpack create-dest wildcard empty-wildcard replace include=["*.c"] exclude=["t/*"] required=["main.c"]
               mkfile /a/text 0600
               | one
               | two (no line feed)
               mkfile /a/empty 0644
               mkfile /a/binary 0644
               4 bytes, sha256:b02a59113121
               rm /a/*.o if-found wildcard
               copy scratch /x to /y mode=4755
               symlink /a/link to text owner=nobody(v2:0):7 time=1700000000000000000
            root v3:0
        "#]],
    );
    caps(
        &state,
        &expect![[r"
        constraints
        exec.validexitcode
        file.base
        file.copy.alwaysreplaceexistingdestpaths
        file.copy.includeexcludepatterns
        file.copy.requiredpaths
        file.rm.wildcard
        file.symlink.create
        meta.description
        platform
        source.image
        source.local
    "]],
    );
    assert_eq!(state.file([]), state);
}

#[test]
fn a_symlink_is_unpacked_where_the_engine_cannot_make_it() {
    let link =
        Symlink { timestamp: Some(Timestamp::from_seconds(1)), ..Symlink::new("libz.so.1", "/lib/libz.so") };
    assert_eq!(
        State::scratch().file([link.clone().supported(SymlinkSupport::Native)]),
        State::scratch().symlink(link.clone())
    );
    let state = State::scratch().file([link.supported(SymlinkSupport::Unpack)]);
    check(
        &state,
        &expect![[r"
        v0 file
           mkfile /symlink.tar 0644
           1536 bytes, sha256:80c01a19d550
        v1 file
           copy v0:0 /symlink.tar to / unpack
        root v1:0
    "]],
    );
    caps(
        &state,
        &expect![[r"
        constraints
        file.base
        platform
    "]],
    );
}

#[test]
fn layers_are_merged_or_copied() {
    let [a, b, c] =
        ["a", "b", "c"].map(|name| State::scratch().mkfile(MkFile::new(format!("/{name}"), name)));
    let diff = MergeSupport::Native.diff(&a, &b);
    let merged = MergeSupport::Native.merge([&State::scratch(), &a, &diff, &a]);
    check(
        &merged,
        &expect![[r"
        v0 file
           mkfile /a 0644
           | a (no line feed)
        v1 file
           mkfile /b 0644
           | b (no line feed)
        v2 diff
           lower v0:0
           upper v1:0
        v3 merge
           layer v0:0
           layer v2:0
           layer v0:0
        root v3:0
    "]],
    );
    caps(
        &merged,
        &expect![[r"
        constraints
        diffop
        file.base
        mergeop
        platform
    "]],
    );
    check(
        &MergeSupport::Copy.merge([&a, &MergeSupport::Copy.diff(&b, &c), &b]),
        &expect![[r"
        v0 file
           mkfile /a 0644
           | a (no line feed)
        v1 file
           mkfile /c 0644
           | c (no line feed)
        v2 file
           on v0:0
           copy v1:0 / to / dir-contents
        v3 file
           mkfile /b 0644
           | b (no line feed)
        v4 file
           on v2:0
           copy v3:0 / to / dir-contents
        root v4:0
    "]],
    );
    for support in [MergeSupport::Copy, MergeSupport::Native] {
        assert_eq!(support.merge([&State::scratch(), &a]), a);
        assert_eq!(support.merge([]), State::scratch());
        assert_eq!(support.diff(&State::scratch(), &a), a);
    }
    check(
        &MergeSupport::Native.diff(&a, &State::scratch()),
        &expect![[r"
        v0 file
           mkfile /a 0644
           | a (no line feed)
        v1 diff
           lower v0:0
           upper scratch
        root v1:0
    "]],
    );
}

#[test]
fn graphs_of_graphs_and_passing_on() {
    let source = State::scratch().mkfile(MkFile::new("/graph", "bytes"));
    let build = Build { filename: Some("graph".into()), platform: Some(amd64()), ..Build::new(&source) };
    check(
        &build.state(),
        &expect![[r"
        v0 file
           mkfile /graph 0644
           | bytes (no line feed)
        v1 build
           input buildkit.llb.definition from v0:0
           llbbuild.filename=graph
           platform linux/amd64
        root v1:0
    "]],
    );
    assert_eq!(Build::new(&State::scratch()).state(), State::scratch());

    let passthrough = Passthrough {
        id: "gate".into(),
        outputs: vec![debian(), State::scratch(), source.clone()],
        inputs: vec![Local::new("context").state(), State::scratch()],
    };
    let states = passthrough.states();
    assert_eq!(states[1], State::scratch());
    check(
        &states[2],
        &expect![[r"
        v0 source docker-image://docker.io/library/debian:trixie
           platform linux/amd64
        v1 file
           mkfile /graph 0644
           | bytes (no line feed)
        v2 source local://context
        v3 passthrough gate
           output v0:0 -> :0
           output v1:0 -> :1
           after v2:0
        root v3:1
    "]],
    );
    let nothing = Passthrough { outputs: vec![State::scratch()], inputs: vec![source], id: "gate".into() };
    assert_eq!(nothing.states(), [State::scratch()]);
}

#[test]
fn equal_vertices_are_one_and_what_is_said_of_them_adds_up() {
    let spec = Arc::new(SourceInfo::new("spec.yml", "yaml", "a\nb\n"));
    let again = Arc::new(SourceInfo::new("spec.yml", "yaml", "a\nb\n"));
    let file = || State::scratch().mkfile(MkFile::new("/f", "f"));
    let first = file().named("first").described("only", "first").located(spec.location([Range::lines(1, 1)]));
    let second = file()
        .named("second")
        .ignoring_cache()
        .located(again.location([Range::lines(2, 2)]))
        .located(spec.location([Range::lines(1, 1)]));
    assert_eq!(first, second);
    let both = State::scratch().copy(Copy::new(&first, "/f", "/1")).copy(Copy::new(&second, "/f", "/2"));
    check(
        &both,
        &expect![[r"
        v0 file
           mkfile /f 0644
           | f (no line feed)
           name second
           description only=first
           ignore-cache
           at spec.yml:1
           at spec.yml:2
        v1 file
           copy v0:0 /f to /1
        v2 file
           on v1:0
           copy v0:0 /f to /2
        root v2:0
    "]],
    );
    let message = buildkit_proto::pb::Definition::from(Definition::of(&both));
    assert_eq!(message.source.map(|source| source.infos.len()), Some(1));
}

//! How packages that were built stand to each other and to their sources, for the tools of their distribution.

use std::fs;

use crate::engine::build::{self, Built, build, built, folder};
use crate::engine::docker::Engine;
use crate::engine::packages::{NOARCH, ran};
use crate::engine::standin::Standin;

pub(crate) fn apt_keeps_what_was_changed_and_knows_who_replaces_whom(engines: &[Engine]) {
    let engine = engines.last().expect("there is an engine");
    let context = packages(engine, "trixie/deb", &[]);
    let install = "apt-get install --yes --no-install-recommends -o APT::Sandbox::User=root";
    let dockerfile = format!(
        "FROM docker.io/library/debian:trixie\nCOPY packages /p\n\
         RUN export DEBIAN_FRONTEND=noninteractive; exec 2>/dev/null; set -e; \
         {install} /p/first/*.deb >/dev/null; echo mine >/etc/annex-built.conf; \
         {install} /p/second/*.deb >/dev/null; cat /etc/annex-built.conf; dpkg-query -Wf '${{Version}}\\n' annex-built; \
         if {install} /p/meta/*.deb >/dev/null; then exit 1; fi; \
         {install} /p/meta/*.deb /p/other/*.deb >/dev/null; annex-other; \
         dpkg-query -Wf '${{Package}} ${{db:Status-Status}}\\n' annex-built annex-meta annex-other\n"
    );
    let said = ran(engine, &context, &dockerfile);
    let expected = [
        "mine",
        "1.3.0-debian13u1",
        "other",
        "annex-built config-files",
        "annex-meta installed",
        "annex-other installed",
    ];
    assert_eq!(said, expected);
}

pub(crate) fn rpm_keeps_what_was_changed_and_knows_who_replaces_whom(engines: &[Engine]) {
    let engine = engines.last().expect("there is an engine");
    let standin = Standin::of(engine, "good", "relations");
    let context = packages(engine, "azlinux3/rpm", &[&standin.worker()]);
    // The stand-in's own database has no packages, so what needs `/bin/sh` is installed without a look at that.
    let dockerfile = format!(
        "FROM {}\nCOPY packages /p\nRUN exec 2>/dev/null; set -e; cd /p; \
         rpm --install --nodeps first/RPMS/noarch/*.rpm; echo mine >/etc/annex-built.conf; \
         rpm --upgrade --nodeps second/RPMS/noarch/*.rpm; cat /etc/annex-built.conf; rpm --query annex-built; \
         if rpm --install meta/RPMS/noarch/*.rpm; then exit 1; fi; \
         rpm --upgrade --nodeps other/RPMS/noarch/*.rpm; rpm --install meta/RPMS/noarch/*.rpm; annex-other; \
         rpm --query --all --queryformat '%{{NAME}}\\n' | grep annex- | sort\n",
        standin.image()
    );
    let said = ran(engine, &context, &dockerfile);
    assert_eq!(said, ["mine", "annex-built-1.3.0-1.noarch", "other", "annex-meta", "annex-other"]);
}

pub(crate) fn source_packages_build_the_same_packages(engines: &[Engine]) {
    let engine = engines.last().expect("there is an engine");
    let made = build(engine, NOARCH, "trixie/deb", &[]).succeeded();
    // One stream, for lines of two arrive in any order.
    let dockerfile = format!(
        "FROM {}\nCOPY out /out\nWORKDIR /again\n\
         RUN exec 2>&1; dpkg-source --extract /out/*.dsc tree && cd tree && dpkg-buildpackage --build=binary --no-sign \
         && cmp ../annex-built_*_all.deb /out/annex-built_*_all.deb && echo the same\n",
        worker(engine, "trixie", &[])
    );
    assert_eq!(ran(engine, &made, &dockerfile).last().map(String::as_str), Some("the same"));
}

pub(crate) fn source_packages_of_rpm_build_the_same_packages(engines: &[Engine]) {
    let engine = engines.last().expect("there is an engine");
    let standin = Standin::of(engine, "good", "rebuilt");
    let made = build(engine, NOARCH, "azlinux3/rpm", &[&standin.worker()]).succeeded();
    // All that is known of a package but the sum of its source package, which only `rpmbuild -ba` has at hand.
    let dockerfile = format!(
        "FROM {}\nCOPY out /out\n\
         RUN exec 2>&1; export TZ=UTC SOURCE_DATE_EPOCH=$(rpm --query --queryformat '%{{BUILDTIME}}' --package /out/RPMS/noarch/*.rpm); \
         rpmbuild --rebuild --nodeps --target \"$(uname -m)\" --define '_topdir /again' /out/SRPMS/*.src.rpm; \
         for top in /out /again; do rpm --query --xml --package $top/RPMS/noarch/*.rpm | \
         sed '1,/<rpmTag name=\"Name\">/d; /\"Sourcepkgid\"/,/<.rpmTag>/d' >$top/package.xml; done; \
         grep -q '<rpmTag' /out/package.xml && cmp /out/package.xml /again/package.xml && echo the same\n",
        worker(engine, "azlinux3", &[&standin.worker()])
    );
    assert_eq!(ran(engine, &made, &dockerfile).last().map(String::as_str), Some("the same"));
}

/// Four packages, each in a directory below `packages` of the first one's folder: two versions of one, another that
/// takes its place, and one that has nothing but what it needs.
fn packages(engine: &Engine, target: &str, arguments: &[&str]) -> Built {
    let head = "# syntax=localhost/annex\nlicense: MIT\nnoarch: true\ndescription: stands to others\n\
                packager: Packagers <packagers@example.org>\n";
    let second = NOARCH.replace("1.2.0", "1.3.0");
    let other = format!(
        "{head}name: annex-other\nversion: 2.0.0\nprovides: {{annex-virtual: {{version: [\"= 2\"]}}}}\n\
         replaces: {{annex-built: {{version: [\"< 2\"]}}}}\nconflicts: {{annex-built: {{version: [\"< 2\"]}}}}\n\
         build: {{steps: [{{command: \"printf '#!/bin/sh\\\\necho other\\\\n' >annex-other\"}}]}}\n\
         artifacts: {{binaries: {{annex-other: {{permissions: 0o755}}}}}}\n"
    );
    let meta = format!(
        "{head}name: annex-meta\nversion: 1.0.0\n\
         dependencies: {{runtime: {{annex-virtual: {{version: [\">= 1\"]}}}}}}\n"
    );
    let first = build(engine, NOARCH, target, arguments).succeeded();
    copy(&first, &first, "first");
    for (name, spec) in [("second", &second), ("other", &other), ("meta", &meta)] {
        copy(&build(engine, spec, target, arguments).succeeded(), &first, name);
    }
    first
}

fn copy(built: &Built, to: &Built, name: &str) {
    for file in built.files() {
        let target = to.folder.path().join("packages").join(name).join(&file);
        fs::create_dir_all(target.parent().expect("it is below the folder")).unwrap();
        fs::copy(built.out().join(file), target).unwrap();
    }
}

/// The name of the image in which packages of a release are built.
fn worker(engine: &Engine, release: &str, arguments: &[&str]) -> String {
    let image = format!("localhost/annex-test-worker-{release}");
    let mut docker = engine.docker();
    docker.args(["build", "--progress=plain", "-f", build::SPEC, "--tag", &image]);
    docker.arg(format!("--target={release}/worker")).args(arguments).arg(".");
    built(docker, folder(NOARCH)).succeeded();
    image
}

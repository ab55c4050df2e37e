//! Questions in place of a build, which `docker build --call` asks.

use super::*;

const BROKEN: &str = "name: Tools\nverison: 1\n";

async fn ask(question: &str, spec: &str, options: &[(&str, &str)]) -> Built {
    let mut all = vec![("requestid", question), ("target", "")];
    all.extend(options);
    let built = Builder::with_spec(spec).build(&Request::new(&all)).await;
    let asked = story(&built);
    let sound = |line: &str| !line.starts_with("Solve") || line == "Solve local://dockerfile, now";
    assert!(asked.lines().all(sound), "more than the spec is solved:\n{asked}");
    assert_eq!(built.results().len(), 0, "an answer is metadata alone");
    built
}

fn check(built: &Built, expected: &Expect) {
    assert!(built.end.error.is_none(), "{}", built.error());
    let code = built.metadata("result.statuscode").map(|code| format!("status {code}\n")).unwrap_or_default();
    let json = built.metadata("result.json").unwrap();
    serde_json::from_str::<serde_json::Value>(&json).expect("the answer is JSON");
    expected.assert_eq(&format!("{code}{}", built.metadata("result.txt").unwrap()));
}

#[tokio::test]
async fn which_questions_there_are_needs_no_spec() {
    let built = ask("frontend.subrequests.describe", BROKEN, &[]).await;
    check(
        &built,
        &expect![[r#"
            NAME                    VERSION   DESCRIPTION
            dalec.defaultPlatform   1.0.0     Give the platform of a build that names none
            dalec.resolve           1.0.0     Give the spec with nothing left to decide
            dalec.schema            1.0.0     Give the JSON Schema of specs, for editors
            lint                    1.0.0     List what is wrong with the spec
            outline                 1.0.0     List what a target can be told
            subrequests.describe    1.0.0     List the requests this frontend answers
            targets                 1.0.0     List what can be built
        "#]],
    );
    expect![[r#"
        Ping
        Inputs
        Return
    "#]]
    .assert_eq(&story(&built));
}

#[tokio::test]
#[allow(clippy::too_many_lines, reason = "the list has a row for each route")]
async fn what_can_be_built_is_told_whatever_the_spec_is() {
    check(
        &ask("frontend.targets", SPEC, &[]).await,
        &expect![[r#"
            TARGET                              DESCRIPTION
            almalinux8/rpm                      packages and their source package
            almalinux8/rpm/debug/buildroot      sources and spec file as rpmbuild gets them
            almalinux8/rpm/debug/sources        sources as rpmbuild gets them
            almalinux8/rpm/debug/spec           the spec file
            almalinux8/testing/sysext           system extension image of AlmaLinux 8 packages
            almalinux8/testing/sysext/lock      the exact packages the image would hold, to build it again
            almalinux8/testing/sysext/report    what the image would hold, need and hide, as JSON and as a page
            almalinux8/worker                   the worker in which packages are built
            almalinux9/rpm                      packages and their source package
            almalinux9/rpm/debug/buildroot      sources and spec file as rpmbuild gets them
            almalinux9/rpm/debug/sources        sources as rpmbuild gets them
            almalinux9/rpm/debug/spec           the spec file
            almalinux9/testing/sysext           system extension image of AlmaLinux 9 packages
            almalinux9/testing/sysext/lock      the exact packages the image would hold, to build it again
            almalinux9/testing/sysext/report    what the image would hold, need and hide, as JSON and as a page
            almalinux9/worker                   the worker in which packages are built
            azlinux3/rpm                        packages and their source package
            azlinux3/rpm/debug/buildroot        sources and spec file as rpmbuild gets them
            azlinux3/rpm/debug/sources          sources as rpmbuild gets them
            azlinux3/rpm/debug/spec             the spec file
            azlinux3/testing/sysext             system extension image of Azure Linux 3 packages
            azlinux3/testing/sysext/lock        the exact packages the image would hold, to build it again
            azlinux3/testing/sysext/report      what the image would hold, need and hide, as JSON and as a page
            azlinux3/worker                     the worker in which packages are built
            azlinux4/rpm                        packages and their source package
            azlinux4/rpm/debug/buildroot        sources and spec file as rpmbuild gets them
            azlinux4/rpm/debug/sources          sources as rpmbuild gets them
            azlinux4/rpm/debug/spec             the spec file
            azlinux4/testing/sysext             system extension image of Azure Linux 4 (beta) packages
            azlinux4/testing/sysext/lock        the exact packages the image would hold, to build it again
            azlinux4/testing/sysext/report      what the image would hold, need and hide, as JSON and as a page
            azlinux4/worker                     the worker in which packages are built
            bionic                              packages, the same as with `/deb`
            bionic/deb                          packages and their source package
            bionic/dsc                          the source package alone
            bionic/testing/sysext               system extension image of Ubuntu 18.04 packages
            bionic/testing/sysext/lock          the exact packages the image would hold, to build it again
            bionic/testing/sysext/report        what the image would hold, need and hide, as JSON and as a page
            bionic/worker                       the worker in which packages are built
            bookworm                            packages, the same as with `/deb`
            bookworm/deb                        packages and their source package
            bookworm/dsc                        the source package alone
            bookworm/testing/sysext             system extension image of Debian 12 packages
            bookworm/testing/sysext/lock        the exact packages the image would hold, to build it again
            bookworm/testing/sysext/report      what the image would hold, need and hide, as JSON and as a page
            bookworm/worker                     the worker in which packages are built
            bullseye                            packages, the same as with `/deb`
            bullseye/deb                        packages and their source package
            bullseye/dsc                        the source package alone
            bullseye/testing/sysext             system extension image of Debian 11 packages
            bullseye/testing/sysext/lock        the exact packages the image would hold, to build it again
            bullseye/testing/sysext/report      what the image would hold, need and hide, as JSON and as a page
            bullseye/worker                     the worker in which packages are built
            debug/cargohome                     crates of Rust that the sources need
            debug/gomods                        modules of Go that the sources need
            debug/patched-sources               the sources with their patches
            debug/pip                           packages of Python that the sources need
            debug/resolve                       the spec with nothing left to decide: arguments replaced, defaults in place
            debug/sources                       the sources as they are fetched
            flatcar/testing/sysext              system extension image of Flatcar (Ubuntu 24.04) packages
            flatcar/testing/sysext/lock         the exact packages the image would hold, to build it again
            flatcar/testing/sysext/report       what the image would hold, need and hide, as JSON and as a page
            flatcar/worker                      the worker in which packages are built
            focal                               packages, the same as with `/deb`
            focal/deb                           packages and their source package
            focal/dsc                           the source package alone
            focal/testing/sysext                system extension image of Ubuntu 20.04 packages
            focal/testing/sysext/lock           the exact packages the image would hold, to build it again
            focal/testing/sysext/report         what the image would hold, need and hide, as JSON and as a page
            focal/worker                        the worker in which packages are built
            jammy                               packages, the same as with `/deb`
            jammy/deb                           packages and their source package
            jammy/dsc                           the source package alone
            jammy/testing/sysext                system extension image of Ubuntu 22.04 packages
            jammy/testing/sysext/lock           the exact packages the image would hold, to build it again
            jammy/testing/sysext/report         what the image would hold, need and hide, as JSON and as a page
            jammy/worker                        the worker in which packages are built
            noble                               packages, the same as with `/deb`
            noble/deb                           packages and their source package
            noble/dsc                           the source package alone
            noble/testing/sysext                system extension image of Ubuntu 24.04 packages
            noble/testing/sysext/lock           the exact packages the image would hold, to build it again
            noble/testing/sysext/report         what the image would hold, need and hide, as JSON and as a page
            noble/worker                        the worker in which packages are built
            resolute                            packages, the same as with `/deb`
            resolute/deb                        packages and their source package
            resolute/dsc                        the source package alone
            resolute/testing/sysext             system extension image of Ubuntu 26.04 packages
            resolute/testing/sysext/lock        the exact packages the image would hold, to build it again
            resolute/testing/sysext/report      what the image would hold, need and hide, as JSON and as a page
            resolute/worker                     the worker in which packages are built
            rockylinux8/rpm                     packages and their source package
            rockylinux8/rpm/debug/buildroot     sources and spec file as rpmbuild gets them
            rockylinux8/rpm/debug/sources       sources as rpmbuild gets them
            rockylinux8/rpm/debug/spec          the spec file
            rockylinux8/testing/sysext          system extension image of Rocky Linux 8 packages
            rockylinux8/testing/sysext/lock     the exact packages the image would hold, to build it again
            rockylinux8/testing/sysext/report   what the image would hold, need and hide, as JSON and as a page
            rockylinux8/worker                  the worker in which packages are built
            rockylinux9/rpm                     packages and their source package
            rockylinux9/rpm/debug/buildroot     sources and spec file as rpmbuild gets them
            rockylinux9/rpm/debug/sources       sources as rpmbuild gets them
            rockylinux9/rpm/debug/spec          the spec file
            rockylinux9/testing/sysext          system extension image of Rocky Linux 9 packages
            rockylinux9/testing/sysext/lock     the exact packages the image would hold, to build it again
            rockylinux9/testing/sysext/report   what the image would hold, need and hide, as JSON and as a page
            rockylinux9/worker                  the worker in which packages are built
            trixie                              packages, the same as with `/deb`
            trixie/deb                          packages and their source package
            trixie/dsc                          the source package alone
            trixie/testing/sysext               system extension image of Debian 13 packages
            trixie/testing/sysext/lock          the exact packages the image would hold, to build it again
            trixie/testing/sysext/report        what the image would hold, need and hide, as JSON and as a page
            trixie/worker                       the worker in which packages are built
        "#]],
    );
    let with_target = "name: tools\nversion: 1\ntargets:\n  trixie:\n    dependencies:\n      sysext: [jq]\n";
    check(
        &ask("frontend.targets", with_target, &[]).await,
        &expect![[r#"
            TARGET                                         DESCRIPTION
            almalinux8/rpm                                 packages and their source package
            almalinux8/rpm/debug/buildroot                 sources and spec file as rpmbuild gets them
            almalinux8/rpm/debug/sources                   sources as rpmbuild gets them
            almalinux8/rpm/debug/spec                      the spec file
            almalinux8/testing/sysext                      system extension image of AlmaLinux 8 packages
            almalinux8/testing/sysext/lock                 the exact packages the image would hold, to build it again
            almalinux8/testing/sysext/report               what the image would hold, need and hide, as JSON and as a page
            almalinux8/worker                              the worker in which packages are built
            almalinux9/rpm                                 packages and their source package
            almalinux9/rpm/debug/buildroot                 sources and spec file as rpmbuild gets them
            almalinux9/rpm/debug/sources                   sources as rpmbuild gets them
            almalinux9/rpm/debug/spec                      the spec file
            almalinux9/testing/sysext                      system extension image of AlmaLinux 9 packages
            almalinux9/testing/sysext/lock                 the exact packages the image would hold, to build it again
            almalinux9/testing/sysext/report               what the image would hold, need and hide, as JSON and as a page
            almalinux9/worker                              the worker in which packages are built
            azlinux3/rpm                                   packages and their source package
            azlinux3/rpm/debug/buildroot                   sources and spec file as rpmbuild gets them
            azlinux3/rpm/debug/sources                     sources as rpmbuild gets them
            azlinux3/rpm/debug/spec                        the spec file
            azlinux3/testing/sysext                        system extension image of Azure Linux 3 packages
            azlinux3/testing/sysext/lock                   the exact packages the image would hold, to build it again
            azlinux3/testing/sysext/report                 what the image would hold, need and hide, as JSON and as a page
            azlinux3/worker                                the worker in which packages are built
            azlinux4/rpm                                   packages and their source package
            azlinux4/rpm/debug/buildroot                   sources and spec file as rpmbuild gets them
            azlinux4/rpm/debug/sources                     sources as rpmbuild gets them
            azlinux4/rpm/debug/spec                        the spec file
            azlinux4/testing/sysext                        system extension image of Azure Linux 4 (beta) packages
            azlinux4/testing/sysext/lock                   the exact packages the image would hold, to build it again
            azlinux4/testing/sysext/report                 what the image would hold, need and hide, as JSON and as a page
            azlinux4/worker                                the worker in which packages are built
            bionic                                         packages, the same as with `/deb`
            bionic/deb                                     packages and their source package
            bionic/dsc                                     the source package alone
            bionic/testing/sysext                          system extension image of Ubuntu 18.04 packages
            bionic/testing/sysext/lock                     the exact packages the image would hold, to build it again
            bionic/testing/sysext/report                   what the image would hold, need and hide, as JSON and as a page
            bionic/worker                                  the worker in which packages are built
            bookworm                                       packages, the same as with `/deb`
            bookworm/deb                                   packages and their source package
            bookworm/dsc                                   the source package alone
            bookworm/testing/sysext                        system extension image of Debian 12 packages
            bookworm/testing/sysext/lock                   the exact packages the image would hold, to build it again
            bookworm/testing/sysext/report                 what the image would hold, need and hide, as JSON and as a page
            bookworm/worker                                the worker in which packages are built
            bullseye                                       packages, the same as with `/deb`
            bullseye/deb                                   packages and their source package
            bullseye/dsc                                   the source package alone
            bullseye/testing/sysext                        system extension image of Debian 11 packages
            bullseye/testing/sysext/lock                   the exact packages the image would hold, to build it again
            bullseye/testing/sysext/report                 what the image would hold, need and hide, as JSON and as a page
            bullseye/worker                                the worker in which packages are built
            debug/cargohome                                crates of Rust that the sources need
            debug/gomods                                   modules of Go that the sources need
            debug/patched-sources                          the sources with their patches
            debug/pip                                      packages of Python that the sources need
            debug/resolve                                  the spec with nothing left to decide: arguments replaced, defaults in place
            debug/sources                                  the sources as they are fetched
            flatcar/testing/sysext                         system extension image of Flatcar (Ubuntu 24.04) packages
            flatcar/testing/sysext/lock                    the exact packages the image would hold, to build it again
            flatcar/testing/sysext/report                  what the image would hold, need and hide, as JSON and as a page
            flatcar/worker                                 the worker in which packages are built
            focal                                          packages, the same as with `/deb`
            focal/deb                                      packages and their source package
            focal/dsc                                      the source package alone
            focal/testing/sysext                           system extension image of Ubuntu 20.04 packages
            focal/testing/sysext/lock                      the exact packages the image would hold, to build it again
            focal/testing/sysext/report                    what the image would hold, need and hide, as JSON and as a page
            focal/worker                                   the worker in which packages are built
            jammy                                          packages, the same as with `/deb`
            jammy/deb                                      packages and their source package
            jammy/dsc                                      the source package alone
            jammy/testing/sysext                           system extension image of Ubuntu 22.04 packages
            jammy/testing/sysext/lock                      the exact packages the image would hold, to build it again
            jammy/testing/sysext/report                    what the image would hold, need and hide, as JSON and as a page
            jammy/worker                                   the worker in which packages are built
            noble                                          packages, the same as with `/deb`
            noble/deb                                      packages and their source package
            noble/dsc                                      the source package alone
            noble/testing/sysext                           system extension image of Ubuntu 24.04 packages
            noble/testing/sysext/lock                      the exact packages the image would hold, to build it again
            noble/testing/sysext/report                    what the image would hold, need and hide, as JSON and as a page
            noble/worker                                   the worker in which packages are built
            resolute                                       packages, the same as with `/deb`
            resolute/deb                                   packages and their source package
            resolute/dsc                                   the source package alone
            resolute/testing/sysext                        system extension image of Ubuntu 26.04 packages
            resolute/testing/sysext/lock                   the exact packages the image would hold, to build it again
            resolute/testing/sysext/report                 what the image would hold, need and hide, as JSON and as a page
            resolute/worker                                the worker in which packages are built
            rockylinux8/rpm                                packages and their source package
            rockylinux8/rpm/debug/buildroot                sources and spec file as rpmbuild gets them
            rockylinux8/rpm/debug/sources                  sources as rpmbuild gets them
            rockylinux8/rpm/debug/spec                     the spec file
            rockylinux8/testing/sysext                     system extension image of Rocky Linux 8 packages
            rockylinux8/testing/sysext/lock                the exact packages the image would hold, to build it again
            rockylinux8/testing/sysext/report              what the image would hold, need and hide, as JSON and as a page
            rockylinux8/worker                             the worker in which packages are built
            rockylinux9/rpm                                packages and their source package
            rockylinux9/rpm/debug/buildroot                sources and spec file as rpmbuild gets them
            rockylinux9/rpm/debug/sources                  sources as rpmbuild gets them
            rockylinux9/rpm/debug/spec                     the spec file
            rockylinux9/testing/sysext                     system extension image of Rocky Linux 9 packages
            rockylinux9/testing/sysext/lock                the exact packages the image would hold, to build it again
            rockylinux9/testing/sysext/report              what the image would hold, need and hide, as JSON and as a page
            rockylinux9/worker                             the worker in which packages are built
            trixie (in the spec)                           packages, the same as with `/deb`
            trixie/deb (in the spec)                       packages and their source package
            trixie/dsc (in the spec)                       the source package alone
            trixie/testing/sysext (default, in the spec)   system extension image of Debian 13 packages
            trixie/testing/sysext/lock (in the spec)       the exact packages the image would hold, to build it again
            trixie/testing/sysext/report (in the spec)     what the image would hold, need and hide, as JSON and as a page
            trixie/worker (in the spec)                    the worker in which packages are built
        "#]],
    );
    check(
        &ask("frontend.targets", BROKEN, &[]).await,
        &expect![[r#"
            TARGET                              DESCRIPTION
            almalinux8/rpm                      packages and their source package
            almalinux8/rpm/debug/buildroot      sources and spec file as rpmbuild gets them
            almalinux8/rpm/debug/sources        sources as rpmbuild gets them
            almalinux8/rpm/debug/spec           the spec file
            almalinux8/testing/sysext           system extension image of AlmaLinux 8 packages
            almalinux8/testing/sysext/lock      the exact packages the image would hold, to build it again
            almalinux8/testing/sysext/report    what the image would hold, need and hide, as JSON and as a page
            almalinux8/worker                   the worker in which packages are built
            almalinux9/rpm                      packages and their source package
            almalinux9/rpm/debug/buildroot      sources and spec file as rpmbuild gets them
            almalinux9/rpm/debug/sources        sources as rpmbuild gets them
            almalinux9/rpm/debug/spec           the spec file
            almalinux9/testing/sysext           system extension image of AlmaLinux 9 packages
            almalinux9/testing/sysext/lock      the exact packages the image would hold, to build it again
            almalinux9/testing/sysext/report    what the image would hold, need and hide, as JSON and as a page
            almalinux9/worker                   the worker in which packages are built
            azlinux3/rpm                        packages and their source package
            azlinux3/rpm/debug/buildroot        sources and spec file as rpmbuild gets them
            azlinux3/rpm/debug/sources          sources as rpmbuild gets them
            azlinux3/rpm/debug/spec             the spec file
            azlinux3/testing/sysext             system extension image of Azure Linux 3 packages
            azlinux3/testing/sysext/lock        the exact packages the image would hold, to build it again
            azlinux3/testing/sysext/report      what the image would hold, need and hide, as JSON and as a page
            azlinux3/worker                     the worker in which packages are built
            azlinux4/rpm                        packages and their source package
            azlinux4/rpm/debug/buildroot        sources and spec file as rpmbuild gets them
            azlinux4/rpm/debug/sources          sources as rpmbuild gets them
            azlinux4/rpm/debug/spec             the spec file
            azlinux4/testing/sysext             system extension image of Azure Linux 4 (beta) packages
            azlinux4/testing/sysext/lock        the exact packages the image would hold, to build it again
            azlinux4/testing/sysext/report      what the image would hold, need and hide, as JSON and as a page
            azlinux4/worker                     the worker in which packages are built
            bionic                              packages, the same as with `/deb`
            bionic/deb                          packages and their source package
            bionic/dsc                          the source package alone
            bionic/testing/sysext               system extension image of Ubuntu 18.04 packages
            bionic/testing/sysext/lock          the exact packages the image would hold, to build it again
            bionic/testing/sysext/report        what the image would hold, need and hide, as JSON and as a page
            bionic/worker                       the worker in which packages are built
            bookworm                            packages, the same as with `/deb`
            bookworm/deb                        packages and their source package
            bookworm/dsc                        the source package alone
            bookworm/testing/sysext             system extension image of Debian 12 packages
            bookworm/testing/sysext/lock        the exact packages the image would hold, to build it again
            bookworm/testing/sysext/report      what the image would hold, need and hide, as JSON and as a page
            bookworm/worker                     the worker in which packages are built
            bullseye                            packages, the same as with `/deb`
            bullseye/deb                        packages and their source package
            bullseye/dsc                        the source package alone
            bullseye/testing/sysext             system extension image of Debian 11 packages
            bullseye/testing/sysext/lock        the exact packages the image would hold, to build it again
            bullseye/testing/sysext/report      what the image would hold, need and hide, as JSON and as a page
            bullseye/worker                     the worker in which packages are built
            debug/cargohome                     crates of Rust that the sources need
            debug/gomods                        modules of Go that the sources need
            debug/patched-sources               the sources with their patches
            debug/pip                           packages of Python that the sources need
            debug/resolve                       the spec with nothing left to decide: arguments replaced, defaults in place
            debug/sources                       the sources as they are fetched
            flatcar/testing/sysext              system extension image of Flatcar (Ubuntu 24.04) packages
            flatcar/testing/sysext/lock         the exact packages the image would hold, to build it again
            flatcar/testing/sysext/report       what the image would hold, need and hide, as JSON and as a page
            flatcar/worker                      the worker in which packages are built
            focal                               packages, the same as with `/deb`
            focal/deb                           packages and their source package
            focal/dsc                           the source package alone
            focal/testing/sysext                system extension image of Ubuntu 20.04 packages
            focal/testing/sysext/lock           the exact packages the image would hold, to build it again
            focal/testing/sysext/report         what the image would hold, need and hide, as JSON and as a page
            focal/worker                        the worker in which packages are built
            jammy                               packages, the same as with `/deb`
            jammy/deb                           packages and their source package
            jammy/dsc                           the source package alone
            jammy/testing/sysext                system extension image of Ubuntu 22.04 packages
            jammy/testing/sysext/lock           the exact packages the image would hold, to build it again
            jammy/testing/sysext/report         what the image would hold, need and hide, as JSON and as a page
            jammy/worker                        the worker in which packages are built
            noble                               packages, the same as with `/deb`
            noble/deb                           packages and their source package
            noble/dsc                           the source package alone
            noble/testing/sysext                system extension image of Ubuntu 24.04 packages
            noble/testing/sysext/lock           the exact packages the image would hold, to build it again
            noble/testing/sysext/report         what the image would hold, need and hide, as JSON and as a page
            noble/worker                        the worker in which packages are built
            resolute                            packages, the same as with `/deb`
            resolute/deb                        packages and their source package
            resolute/dsc                        the source package alone
            resolute/testing/sysext             system extension image of Ubuntu 26.04 packages
            resolute/testing/sysext/lock        the exact packages the image would hold, to build it again
            resolute/testing/sysext/report      what the image would hold, need and hide, as JSON and as a page
            resolute/worker                     the worker in which packages are built
            rockylinux8/rpm                     packages and their source package
            rockylinux8/rpm/debug/buildroot     sources and spec file as rpmbuild gets them
            rockylinux8/rpm/debug/sources       sources as rpmbuild gets them
            rockylinux8/rpm/debug/spec          the spec file
            rockylinux8/testing/sysext          system extension image of Rocky Linux 8 packages
            rockylinux8/testing/sysext/lock     the exact packages the image would hold, to build it again
            rockylinux8/testing/sysext/report   what the image would hold, need and hide, as JSON and as a page
            rockylinux8/worker                  the worker in which packages are built
            rockylinux9/rpm                     packages and their source package
            rockylinux9/rpm/debug/buildroot     sources and spec file as rpmbuild gets them
            rockylinux9/rpm/debug/sources       sources as rpmbuild gets them
            rockylinux9/rpm/debug/spec          the spec file
            rockylinux9/testing/sysext          system extension image of Rocky Linux 9 packages
            rockylinux9/testing/sysext/lock     the exact packages the image would hold, to build it again
            rockylinux9/testing/sysext/report   what the image would hold, need and hide, as JSON and as a page
            rockylinux9/worker                  the worker in which packages are built
            trixie                              packages, the same as with `/deb`
            trixie/deb                          packages and their source package
            trixie/dsc                          the source package alone
            trixie/testing/sysext               system extension image of Debian 13 packages
            trixie/testing/sysext/lock          the exact packages the image would hold, to build it again
            trixie/testing/sysext/report        what the image would hold, need and hide, as JSON and as a page
            trixie/worker                       the worker in which packages are built
        "#]],
    );
    check(
        &ask("frontend.targets", SPEC, &[("filename", "gone.yml")]).await,
        &expect![[r#"
            TARGET                              DESCRIPTION
            almalinux8/rpm                      packages and their source package
            almalinux8/rpm/debug/buildroot      sources and spec file as rpmbuild gets them
            almalinux8/rpm/debug/sources        sources as rpmbuild gets them
            almalinux8/rpm/debug/spec           the spec file
            almalinux8/testing/sysext           system extension image of AlmaLinux 8 packages
            almalinux8/testing/sysext/lock      the exact packages the image would hold, to build it again
            almalinux8/testing/sysext/report    what the image would hold, need and hide, as JSON and as a page
            almalinux8/worker                   the worker in which packages are built
            almalinux9/rpm                      packages and their source package
            almalinux9/rpm/debug/buildroot      sources and spec file as rpmbuild gets them
            almalinux9/rpm/debug/sources        sources as rpmbuild gets them
            almalinux9/rpm/debug/spec           the spec file
            almalinux9/testing/sysext           system extension image of AlmaLinux 9 packages
            almalinux9/testing/sysext/lock      the exact packages the image would hold, to build it again
            almalinux9/testing/sysext/report    what the image would hold, need and hide, as JSON and as a page
            almalinux9/worker                   the worker in which packages are built
            azlinux3/rpm                        packages and their source package
            azlinux3/rpm/debug/buildroot        sources and spec file as rpmbuild gets them
            azlinux3/rpm/debug/sources          sources as rpmbuild gets them
            azlinux3/rpm/debug/spec             the spec file
            azlinux3/testing/sysext             system extension image of Azure Linux 3 packages
            azlinux3/testing/sysext/lock        the exact packages the image would hold, to build it again
            azlinux3/testing/sysext/report      what the image would hold, need and hide, as JSON and as a page
            azlinux3/worker                     the worker in which packages are built
            azlinux4/rpm                        packages and their source package
            azlinux4/rpm/debug/buildroot        sources and spec file as rpmbuild gets them
            azlinux4/rpm/debug/sources          sources as rpmbuild gets them
            azlinux4/rpm/debug/spec             the spec file
            azlinux4/testing/sysext             system extension image of Azure Linux 4 (beta) packages
            azlinux4/testing/sysext/lock        the exact packages the image would hold, to build it again
            azlinux4/testing/sysext/report      what the image would hold, need and hide, as JSON and as a page
            azlinux4/worker                     the worker in which packages are built
            bionic                              packages, the same as with `/deb`
            bionic/deb                          packages and their source package
            bionic/dsc                          the source package alone
            bionic/testing/sysext               system extension image of Ubuntu 18.04 packages
            bionic/testing/sysext/lock          the exact packages the image would hold, to build it again
            bionic/testing/sysext/report        what the image would hold, need and hide, as JSON and as a page
            bionic/worker                       the worker in which packages are built
            bookworm                            packages, the same as with `/deb`
            bookworm/deb                        packages and their source package
            bookworm/dsc                        the source package alone
            bookworm/testing/sysext             system extension image of Debian 12 packages
            bookworm/testing/sysext/lock        the exact packages the image would hold, to build it again
            bookworm/testing/sysext/report      what the image would hold, need and hide, as JSON and as a page
            bookworm/worker                     the worker in which packages are built
            bullseye                            packages, the same as with `/deb`
            bullseye/deb                        packages and their source package
            bullseye/dsc                        the source package alone
            bullseye/testing/sysext             system extension image of Debian 11 packages
            bullseye/testing/sysext/lock        the exact packages the image would hold, to build it again
            bullseye/testing/sysext/report      what the image would hold, need and hide, as JSON and as a page
            bullseye/worker                     the worker in which packages are built
            debug/cargohome                     crates of Rust that the sources need
            debug/gomods                        modules of Go that the sources need
            debug/patched-sources               the sources with their patches
            debug/pip                           packages of Python that the sources need
            debug/resolve                       the spec with nothing left to decide: arguments replaced, defaults in place
            debug/sources                       the sources as they are fetched
            flatcar/testing/sysext              system extension image of Flatcar (Ubuntu 24.04) packages
            flatcar/testing/sysext/lock         the exact packages the image would hold, to build it again
            flatcar/testing/sysext/report       what the image would hold, need and hide, as JSON and as a page
            flatcar/worker                      the worker in which packages are built
            focal                               packages, the same as with `/deb`
            focal/deb                           packages and their source package
            focal/dsc                           the source package alone
            focal/testing/sysext                system extension image of Ubuntu 20.04 packages
            focal/testing/sysext/lock           the exact packages the image would hold, to build it again
            focal/testing/sysext/report         what the image would hold, need and hide, as JSON and as a page
            focal/worker                        the worker in which packages are built
            jammy                               packages, the same as with `/deb`
            jammy/deb                           packages and their source package
            jammy/dsc                           the source package alone
            jammy/testing/sysext                system extension image of Ubuntu 22.04 packages
            jammy/testing/sysext/lock           the exact packages the image would hold, to build it again
            jammy/testing/sysext/report         what the image would hold, need and hide, as JSON and as a page
            jammy/worker                        the worker in which packages are built
            noble                               packages, the same as with `/deb`
            noble/deb                           packages and their source package
            noble/dsc                           the source package alone
            noble/testing/sysext                system extension image of Ubuntu 24.04 packages
            noble/testing/sysext/lock           the exact packages the image would hold, to build it again
            noble/testing/sysext/report         what the image would hold, need and hide, as JSON and as a page
            noble/worker                        the worker in which packages are built
            resolute                            packages, the same as with `/deb`
            resolute/deb                        packages and their source package
            resolute/dsc                        the source package alone
            resolute/testing/sysext             system extension image of Ubuntu 26.04 packages
            resolute/testing/sysext/lock        the exact packages the image would hold, to build it again
            resolute/testing/sysext/report      what the image would hold, need and hide, as JSON and as a page
            resolute/worker                     the worker in which packages are built
            rockylinux8/rpm                     packages and their source package
            rockylinux8/rpm/debug/buildroot     sources and spec file as rpmbuild gets them
            rockylinux8/rpm/debug/sources       sources as rpmbuild gets them
            rockylinux8/rpm/debug/spec          the spec file
            rockylinux8/testing/sysext          system extension image of Rocky Linux 8 packages
            rockylinux8/testing/sysext/lock     the exact packages the image would hold, to build it again
            rockylinux8/testing/sysext/report   what the image would hold, need and hide, as JSON and as a page
            rockylinux8/worker                  the worker in which packages are built
            rockylinux9/rpm                     packages and their source package
            rockylinux9/rpm/debug/buildroot     sources and spec file as rpmbuild gets them
            rockylinux9/rpm/debug/sources       sources as rpmbuild gets them
            rockylinux9/rpm/debug/spec          the spec file
            rockylinux9/testing/sysext          system extension image of Rocky Linux 9 packages
            rockylinux9/testing/sysext/lock     the exact packages the image would hold, to build it again
            rockylinux9/testing/sysext/report   what the image would hold, need and hide, as JSON and as a page
            rockylinux9/worker                  the worker in which packages are built
            trixie                              packages, the same as with `/deb`
            trixie/deb                          packages and their source package
            trixie/dsc                          the source package alone
            trixie/testing/sysext               system extension image of Debian 13 packages
            trixie/testing/sysext/lock          the exact packages the image would hold, to build it again
            trixie/testing/sysext/report        what the image would hold, need and hide, as JSON and as a page
            trixie/worker                       the worker in which packages are built
        "#]],
    );
}

#[tokio::test]
async fn what_a_spec_can_be_told_is_its_arguments() {
    let spec = "name: tools\nversion: $V\nargs:\n  V: \"1\"\ndependencies:\n  sysext: [jq]\n";
    check(
        &ask("frontend.outline", spec, &[("build-arg:V", "2")]).await,
        &expect![[r#"
        BUILD ARG   VALUE   DESCRIPTION
        V           2
    "#]],
    );
    let built = ask("frontend.outline", BROKEN, &[]).await;
    expect![[r#"
        spec.yml:1:1: missing field `version`
        1 | name: Tools
          | ^^^^^^^^^^^
        spec.yml:2:1: unknown field `verison`
        2 | verison: 1
          | ^^^^^^^
        help: did you mean `version`?
        [Source+json spec.yml 2-2]
        [Source+json spec.yml 1-2]
    "#]]
    .assert_eq(&error(&built));
}

#[tokio::test]
async fn what_is_wrong_with_a_spec_is_an_answer_and_no_error() {
    check(
        &ask("frontend.lint", SPEC, &[]).await,
        &expect![[r#"
        status 0
    "#]],
    );
    check(
        &ask("frontend.lint", BROKEN, &[]).await,
        &expect![[r#"
        status 1
        spec.yml:1:1: missing field `version`
        1 | name: Tools
          | ^^^^^^^^^^^
        spec.yml:2:1: unknown field `verison`
        2 | verison: 1
          | ^^^^^^^
        help: did you mean `version`?
    "#]],
    );
    let target = [("target", "trixie/testing/sysext"), ("build-arg:NOPE", "1")];
    check(
        &ask("frontend.lint", SPEC, &target).await,
        &expect![[r#"
        status 1
        the spec declares no build arg `NOPE`
        help: declare it in `args`, or leave it out of the command
    "#]],
    );
}

#[tokio::test]
async fn an_outline_lists_what_the_client_must_bring() {
    let spec = "name: tools
version: 1
args: {WHERE: there}
sources:
  code:
    git: {url: 'https://example.org/code.git', commit: main, auth: {token: code-token}}
    generate: [{gomod: {auth: {example.com: {ssh: {}}}}}]
  here: {context: {}}
  image: {path: /, image: {ref: a, cmd: {steps: [{command: x, mounts: [{dest: /m, spec: {context: {name: $WHERE}}}]}]}}}
build: {steps: [{command: make}], caches: [{bazel: {}}]}
";
    let built = ask("frontend.outline", spec, &[("target", "trixie/testing/sysext")]).await;
    check(
        &built,
        &expect![[r#"
        TARGET:      trixie/testing/sysext
        DESCRIPTION: system extension image of Debian 13 packages

        BUILD ARG   VALUE   DESCRIPTION
        WHERE       there

        CONTEXT                           REQUIRED   DESCRIPTION
        context                           yes
        there                             yes
        trixie-pkg                        no         the package of the spec, in place of a build
        dalec-trixie-worker               no         a worker, in place of the one that is made
        docker.io/library/debian:trixie   no         the image that the worker is made from

        SECRET       REQUIRED   DESCRIPTION
        code-token   yes

        SSH             REQUIRED   DESCRIPTION
        bazel-default   no
        default         yes
    "#]],
    );
    expect![[r#"
        {"name":"trixie/testing/sysext","description":"system extension image of Debian 13 packages","args":[{"name":"WHERE","value":"there","location":{"ranges":[{"start":{"line":3,"character":7},"end":{"line":3,"character":12}}]}}],"contexts":[{"name":"context","required":true,"location":{"ranges":[{"start":{"line":8,"character":9},"end":{"line":8,"character":16}}]}},
        {"name":"there","required":true,"location":{"ranges":[{"start":{"line":9,"character":105},"end":{"line":9,"character":111}}]}},
        {"name":"trixie-pkg","description":"the package of the spec, in place of a build"},
        {"name":"dalec-trixie-worker","description":"a worker, in place of the one that is made"},
        {"name":"docker.io/library/debian:trixie","description":"the image that the worker is made from"}],"secrets":[{"name":"code-token","required":true,"location":{"ranges":[{"start":{"line":6,"character":15},"end":{"line":6,"character":45}}]}}],"ssh":[{"name":"bazel-default","location":{"ranges":[{"start":{"line":10,"character":0},"end":{"line":10,"character":5}}]}},
        {"name":"default","required":true,"location":{"ranges":[{"start":{"line":7,"character":31},"end":{"line":7,"character":42}}]}}],"sources":["bmFtZTogdG9vbHMKdmVyc2lvbjogMQphcmdzOiB7V0hFUkU6IHRoZXJlfQpzb3VyY2VzOgogIGNvZGU6CiAgICBnaXQ6IHt1cmw6ICdodHRwczovL2V4YW1wbGUub3JnL2NvZGUuZ2l0JywgY29tbWl0OiBtYWluLCBhdXRoOiB7dG9rZW46IGNvZGUtdG9rZW59fQogICAgZ2VuZXJhdGU6IFt7Z29tb2Q6IHthdXRoOiB7ZXhhbXBsZS5jb206IHtzc2g6IHt9fX19fV0KICBoZXJlOiB7Y29udGV4dDoge319CiAgaW1hZ2U6IHtwYXRoOiAvLCBpbWFnZToge3JlZjogYSwgY21kOiB7c3RlcHM6IFt7Y29tbWFuZDogeCwgbW91bnRzOiBbe2Rlc3Q6IC9tLCBzcGVjOiB7Y29udGV4dDoge25hbWU6ICRXSEVSRX19fV19XX19fQpidWlsZDoge3N0ZXBzOiBbe2NvbW1hbmQ6IG1ha2V9XSwgY2FjaGVzOiBbe2JhemVsOiB7fX1dfQo="]}"#]].assert_eq(&built.metadata("result.json").unwrap().replace("},{", "},\n{"));
}

#[tokio::test]
async fn the_schema_of_specs_is_an_answer_whatever_the_spec_is() {
    let built = ask("frontend.dalec.schema", BROKEN, &[("filename", "gone.yml")]).await;
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/spec.schema.json"));
    assert_eq!(built.metadata("result.txt").unwrap(), text.unwrap());
    let json: serde_json::Value = serde_json::from_str(&built.metadata("result.json").unwrap()).unwrap();
    assert_eq!(json, annex::schema::document());
    expect![[r#"
        Ping
        Inputs
        Return
    "#]]
    .assert_eq(&story(&built));
}

/// What is odd in it is its name.
const ODD: &str = "name: my_tools\nversion: 1\ndependencies: {sysext: [jq]}\ntargets: {trixie: }\n";

#[tokio::test]
async fn what_is_odd_in_a_spec_has_a_rule_that_the_spec_may_skip() {
    let built = ask("frontend.lint", ODD, &[]).await;
    check(
        &built,
        &expect![[r#"
        status 1
        spec.yml:1:7: warning: systemd reads the name of an image only up to the `_` in this name [name-cut]
        1 | name: my_tools
          |       ^^^^^^^^
        help: use `.` or `-` where images are compared or updated by their names
    "#]],
    );
    let json = built.metadata("result.json").unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    expect![[r#"
        {
          "description": "A character of a name or version at which systemd cuts the name of an image.",
          "detail": "systemd reads the name of an image only up to the `_` in this name\nhelp: use `.` or `-` where images are compared or updated by their names",
          "location": {
            "ranges": [
              {
                "end": {
                  "character": 14,
                  "line": 1
                },
                "start": {
                  "character": 6,
                  "line": 1
                }
              }
            ]
          },
          "ruleName": "name-cut",
          "url": "docs/rules.md#name-cut"
        }
    "#]].assert_eq(&format!("{:#}\n", json["warnings"][0]));
    check(
        &ask("frontend.lint", &format!("# check=skip=name-cut\n{ODD}"), &[]).await,
        &expect![[r#"
        status 0
    "#]],
    );
    check(
        &ask("frontend.lint", &format!("{ODD}x-annex: {{skip: [all]}}\n"), &[]).await,
        &expect![[r#"
        status 0
    "#]],
    );
}

#[tokio::test]
async fn a_spec_may_say_that_what_is_odd_forbids_a_build() {
    let strict = format!("# check=error=true\n{ODD}");
    let built = Builder::with_spec(strict.as_str()).build(&Request::new(&[])).await;
    expect![[r#"
        spec.yml:2:7: systemd reads the name of an image only up to the `_` in this name [name-cut]
        2 | name: my_tools
          |       ^^^^^^^^
        help: use `.` or `-` where images are compared or updated by their names
        [Source+json spec.yml 2-2]
    "#]]
    .assert_eq(&error(&built));
}

#[tokio::test]
async fn a_spec_with_nothing_left_to_decide_is_an_answer_for_each_platform() {
    let spec = "{name: tools, version: $V, args: {V: '1', TARGETARCH: }, noarch: true,
build: {env: {A: $TARGETARCH}, steps: [{command: make}]}, x-note: [1.10, 0644, 2026-01-01],
sources: {f: {inline: {file: {permissions: 0644}}}},
dependencies: {sysext: [jq]}, targets: {trixie: {dependencies: {sysext: [zsh]}}, noble: }}";
    check(
        &ask("frontend.dalec.resolve", spec, &[]).await,
        &expect![[r#"
        - name: tools
          version: "1"
          revision: "1"
          noarch: true
          sources:
            f:
              inline:
                file:
                  permissions: 0o644
                  uid: 0
                  gid: 0
          build:
            network_mode: none
            env:
              A: amd64
            steps:
              - command: make
          dependencies:
            sysext:
              jq: null
          x-note:
            - 1.10
            - 0644
            - 2026-01-01
    "#]],
    );
    let options = [("target", "trixie/testing/sysext"), ("platform", "linux/arm64"), ("build-arg:V", "2")];
    let built = ask("frontend.dalec.resolve", spec, &options).await;
    check(
        &built,
        &expect![[r#"
        - name: tools
          version: "2"
          revision: "1"
          noarch: true
          sources:
            f:
              inline:
                file:
                  permissions: 0o644
                  uid: 0
                  gid: 0
          build:
            network_mode: none
            env:
              A: arm64
            steps:
              - command: make
          dependencies:
            sysext:
              zsh: null
          x-note:
            - 1.10
            - 0644
            - 2026-01-01
    "#]],
    );
    expect![[r#"[{"build":{"env":{"A":"arm64"},"network_mode":"none","steps":[{"command":"make"}]},"dependencies":{"sysext":{"zsh":null}},"name":"tools","noarch":true,"revision":"1","sources":{"f":{"inline":{"file":{"gid":0,"permissions":420,"uid":0}}}},"version":"2","x-note":["1.10","0644","2026-01-01"]}]"#]].assert_eq(&built.metadata("result.json").unwrap());
    let both = [("platform", "linux/amd64,linux/arm64")];
    let text = ask("frontend.dalec.resolve", spec, &both).await.metadata("result.txt").unwrap();
    let said: Vec<&str> =
        text.lines().filter(|line| line.contains("A: ") || line.contains("name: ")).collect();
    assert_eq!(said, ["- name: tools", "      A: amd64", "- name: tools", "      A: arm64"], "{text}");
    expect![[r#"
        spec.yml:1:1: missing field `version`
        1 | name: Tools
          | ^^^^^^^^^^^
        spec.yml:2:1: unknown field `verison`
        2 | verison: 1
          | ^^^^^^^
        help: did you mean `version`?
        [Source+json spec.yml 2-2]
        [Source+json spec.yml 1-2]
    "#]]
    .assert_eq(&error(&ask("frontend.dalec.resolve", BROKEN, &[]).await));
}

#[tokio::test]
async fn the_platform_of_a_build_that_names_none_is_an_answer() {
    let built = ask("frontend.dalec.defaultPlatform", BROKEN, &[("platform", "linux/arm64")]).await;
    check(
        &built,
        &expect![[r#"
        linux/amd64
    "#]],
    );
    expect![[r#"{"architecture":"amd64","os":"linux"}"#]].assert_eq(&built.metadata("result.json").unwrap());
}

#[tokio::test]
async fn an_unknown_question_is_told_in_the_way_that_clients_look_for() {
    let built = ask("frontend.horoscope", SPEC, &[]).await;
    expect![[r#"
        unsupported request frontend.horoscope
        [Subrequest+json ]
    "#]]
    .assert_eq(&error(&built));
    let error = built.end.error.unwrap();
    assert_eq!(error.code, 12);
    assert_eq!(error.details[0].type_url, "github.com/moby/buildkit/errdefs.Subrequest+json");
    assert_eq!(error.details[0].value, br#"{"name":"frontend.horoscope"}"#);
}

//! How an extension is compressed.

use crate::compression::{DEFAULT, Profile, readable};
use crate::diagnostic::{Diagnostic, Problems};
use crate::distro::Distro;
use crate::request::COMPRESSION;
use crate::span::Spanned;

/// Words for `mkfs.erofs`: of the profile that the build arg names, else of the spec's, else of the default one. The
/// kernel of the target's hosts must read it.
pub(super) fn words(
    distro: &Distro,
    asked: Option<&'static Profile>,
    written: Option<Spanned<&'static Profile>>,
) -> Result<&'static [&'static str], Problems> {
    let kernel = distro.sysext.host.reader();
    let (profile, span, by) = match (asked, written) {
        (Some(profile), _) => (profile, None, format!("build arg `{COMPRESSION}`: ")),
        (None, Some(written)) => (written.value, Some(written.span), String::new()),
        (None, None) => (DEFAULT, None, String::new()),
    };
    let Profile { name, forms: _ } = profile;
    profile.words(kernel).map_err(|why| {
        let hosts = format!("the kernel of {}, {}", distro.name, kernel.release);
        let help = format!("profiles that it reads: {}", readable(kernel));
        Diagnostic::error(span, format!("{by}{hosts}, cannot read `{name}`: {why}")).help(help).into()
    })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::compression::find;
    use crate::diagnostic::{SourceFile, render};
    use crate::distro;
    use crate::span::Span;

    fn check(asked: Option<&str>, written: Option<&str>, expected: &Expect) {
        let profile = |name: &str| find(name).unwrap();
        let text = format!("x-annex: {{compression: {}}}", written.unwrap_or_default());
        let span = Span::new(23, u32::try_from(text.len()).unwrap() - 1);
        let written = written.map(|name| Spanned::new(profile(name), span));
        let said = match words(distro::find("bookworm").unwrap(), asked.map(profile), written) {
            Ok(words) => format!("{}\n", words.join(" ")),
            Err(problems) => render(&SourceFile { name: "spec.yml".into(), text }, &problems),
        };
        expected.assert_eq(&said);
    }

    #[test]
    fn the_build_arg_wins_over_the_spec_and_the_spec_over_the_default() {
        check(
            None,
            None,
            &expect![[r#"
            -zlz4hc -C65536 -Eztailpacking
        "#]],
        );
        check(None, Some("none"), &expect![["\n\n"]]);
        check(
            Some("lz4hc"),
            Some("none"),
            &expect![[r#"
            -zlz4hc -C65536 -Eztailpacking
        "#]],
        );
    }

    #[test]
    fn what_the_hosts_cannot_read_is_refused_where_it_is_written() {
        check(
            None,
            Some("zstd"),
            &expect![[r#"
            spec.yml:1:24: the kernel of Debian 12, Linux 6.1, cannot read `zstd`: it takes Linux 6.10 or newer
            1 | x-annex: {compression: zstd}
              |                        ^^^^
            help: profiles that it reads: `lz4hc`, `none`
        "#]],
        );
        check(
            None,
            Some("lzma"),
            &expect![[r#"
            spec.yml:1:24: the kernel of Debian 12, Linux 6.1, cannot read `lzma`: it is not known to be built with it
            1 | x-annex: {compression: lzma}
              |                        ^^^^
            help: profiles that it reads: `lz4hc`, `none`
        "#]],
        );
        check(
            Some("zstd"),
            None,
            &expect![[r#"
            build arg `DALEC_SYSEXT_COMPRESSION`: the kernel of Debian 12, Linux 6.1, cannot read `zstd`: it takes Linux 6.10 or newer
            help: profiles that it reads: `lz4hc`, `none`
        "#]],
        );
    }
}

//! Build args: the user's own, and those that mean something to `BuildKit` or to this frontend.

use std::collections::BTreeMap;

use buildkit_llb::ProxyEnv;

use crate::compression::{self, Profile};
use crate::diagnostic::{Diagnostic, literal};
use crate::request::option::{Expected, Options};
use crate::request::package::PackageArgs;
use crate::request::scalar::boolean;

/// What came by `--build-arg`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildArgs {
    /// All of them as given, those below included.
    pub values: BTreeMap<String, String>,
    /// `BUILDKIT_SYNTAX`: the frontend image that was asked for instead of the spec's own.
    pub syntax: Option<String>,
    /// `BUILDKIT_CACHE_MOUNT_NS`: prefix that separates this build's cache mounts from others'.
    pub cache_mount_namespace: Option<String>,
    /// `BUILDKIT_CONTEXT_KEEP_GIT_DIR`: whether a git context keeps its `.git`; `None`: not said.
    pub keep_git_dir: Option<bool>,
    /// `SOURCE_DATE_EPOCH`: time of everything that is made, in seconds since 1970-01-01 UTC, as in
    /// <https://reproducible-builds.org/specs/source-date-epoch/>.
    pub source_date_epoch: Option<i64>,
    /// `DALEC_SYSEXT_*`.
    pub sysext: SysextArgs,
    /// What else `DALEC_*` says.
    pub package: PackageArgs,
    /// `DALEC_DISABLE_DIFF_MERGE`: whether trees are copied where the engine could merge them.
    pub no_merge: bool,
    /// The proxies that steps use, from the client's configuration: `HTTP_PROXY` and its like.
    pub proxy: ProxyEnv,
}

/// What `DALEC_SYSEXT_*` build args say about the extension image; empty ones count as unset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SysextArgs {
    /// `DALEC_SYSEXT_CHECK`: what findings about the content do.
    pub check: Check,
    /// `DALEC_SYSEXT_COMPRESSION`: how the image is compressed, whatever the spec says.
    pub compression: Option<&'static Profile>,
    /// `DALEC_SYSEXT_IMAGE_NAME`: stem of the file's name, without `.raw`.
    pub image_name: Option<String>,
    /// `DALEC_SYSEXT_OS_ID`: `ID=` of the release file.
    pub os_id: Option<String>,
    /// `DALEC_SYSEXT_OS_VERSION_ID`: `VERSION_ID=` of the release file.
    pub os_version_id: Option<String>,
    /// `DALEC_SYSEXT_SYSEXT_LEVEL`: `SYSEXT_LEVEL=` of the release file.
    pub sysext_level: Option<String>,
    /// `DALEC_SYSEXT_VERITY`: whether dm-verity's hash tree and root hash are made beside the image.
    pub verity: bool,
}

/// What becomes of findings that do not forbid the image, or that a spec may allow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Check {
    /// Each forbids the image.
    Error,
    /// They are not looked for.
    Off,
    /// They are said.
    #[default]
    Warn,
}

impl BuildArgs {
    /// Reads the args out of the options; second, the `BUILDKIT_*` args that replace an option.
    pub(super) fn read(options: &mut Options) -> (Self, Overrides) {
        let values = options.family("build-arg:");
        let mut known = Known { values: &values, options };
        let overrides = Overrides {
            hostname: known.text("BUILDKIT_SANDBOX_HOSTNAME"),
            multi_platform: known.parse("BUILDKIT_MULTI_PLATFORM", boolean),
        };
        let args = Self {
            syntax: known.text("BUILDKIT_SYNTAX"),
            cache_mount_namespace: known.text("BUILDKIT_CACHE_MOUNT_NS"),
            keep_git_dir: known.parse("BUILDKIT_CONTEXT_KEEP_GIT_DIR", boolean),
            source_date_epoch: known.parse("SOURCE_DATE_EPOCH", epoch),
            sysext: known.sysext(),
            package: PackageArgs::read(&mut known),
            no_merge: known.text("DALEC_DISABLE_DIFF_MERGE").as_deref() == Some("1"),
            proxy: known.proxy(),
            values: BTreeMap::new(),
        };
        (Self { values, ..args }, overrides)
    }
}

/// Build args that take the place of an option.
#[derive(Debug, Default)]
pub(super) struct Overrides {
    pub(super) hostname: Option<String>,
    pub(super) multi_platform: Option<bool>,
}

/// All build args, to be taken out one by one.
pub(super) struct Known<'a> {
    values: &'a BTreeMap<String, String>,
    options: &'a mut Options,
}

impl Known<'_> {
    /// The value of one; an empty one counts as unset.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.values.get(name).filter(|value| !value.is_empty()).cloned()
    }

    /// The value of one, read; a problem when it cannot be read.
    pub(super) fn parse<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, Expected>,
    ) -> Option<T> {
        let value = self.text(name)?;
        self.options.checked(&format!("build-arg:{name}"), &value, read)
    }

    fn sysext(&mut self) -> SysextArgs {
        let unknown = |name: &&String| name.starts_with(SYSEXT) && !SYSEXT_ARGS.contains(&name.as_str());
        for name in self.values.keys().filter(unknown) {
            let warning = Diagnostic::warning(None, format!("build arg {} has no meaning", literal(name)))
                .help(format!("the build args of system extensions are `{}`", SYSEXT_ARGS.join("`, `")));
            self.options.problem(warning);
        }
        let [check, compression, image_name, os_id, os_version_id, sysext_level, verity] = SYSEXT_ARGS;
        SysextArgs {
            check: self.parse(check, Check::read).unwrap_or_default(),
            compression: self.parse(compression, profile),
            image_name: self.parse(image_name, image_stem),
            os_id: self.parse(os_id, release_value),
            os_version_id: self.parse(os_version_id, release_value),
            sysext_level: self.parse(sysext_level, release_value),
            verity: self.parse(verity, boolean).unwrap_or_default(),
        }
    }

    /// The client sends each proxy in both spellings; the upper-case one counts where they differ.
    fn proxy(&self) -> ProxyEnv {
        let given = |name: &str| self.text(name).or_else(|| self.text(&name.to_ascii_lowercase()));
        let either = |name| given(name).unwrap_or_default();
        ProxyEnv {
            http_proxy: either("HTTP_PROXY"),
            https_proxy: either("HTTPS_PROXY"),
            ftp_proxy: either("FTP_PROXY"),
            no_proxy: either("NO_PROXY"),
            all_proxy: either("ALL_PROXY"),
        }
    }
}

impl Check {
    fn read(text: &str) -> Result<Self, Expected> {
        match text {
            "error" => Ok(Self::Error),
            "off" => Ok(Self::Off),
            "warn" => Ok(Self::Warn),
            _ => Err(Expected::phrase("`warn`, `error` or `off`")),
        }
    }
}

fn epoch(text: &str) -> Result<i64, Expected> {
    let seconds = text.parse().ok().filter(|seconds| (0..=YEAR_9999).contains(seconds));
    seconds.ok_or(Expected::phrase("whole seconds since 1970-01-01 UTC, such as `1700000000`"))
}

/// A file name for the image without `.raw`, which also fits behind `extension-release.`.
fn image_stem(text: &str) -> Result<String, Expected> {
    let stem = text.strip_suffix(".raw").unwrap_or(text);
    let odd = |c: char| c == '/' || c.is_whitespace() || c.is_control();
    if stem.is_empty() || stem.len() > MAX_STEM || stem.starts_with('.') || stem.contains(odd) {
        let phrase = "a file name of at most 237 bytes without `/` and white space, not starting with `.`";
        return Err(Expected::phrase(phrase));
    }
    Ok(stem.to_owned())
}

fn profile(text: &str) -> Result<&'static Profile, Expected> {
    compression::find(text).map_err(|names| format!("one of {names}").into())
}

/// A value that `os-release(5)` and `extension-release` files hold without quotes.
fn release_value(text: &str) -> Result<String, Expected> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if text.len() <= 255 && text.bytes().all(plain) {
        return Ok(text.to_owned());
    }
    Err(Expected::phrase("letters, digits, `.`, `_` and `-`, as in an os-release file"))
}

/// The build arg that chooses a profile.
pub(crate) const COMPRESSION: &str = "DALEC_SYSEXT_COMPRESSION";

const SYSEXT: &str = "DALEC_SYSEXT_";

const SYSEXT_ARGS: [&str; 7] = [
    "DALEC_SYSEXT_CHECK",
    COMPRESSION,
    "DALEC_SYSEXT_IMAGE_NAME",
    "DALEC_SYSEXT_OS_ID",
    "DALEC_SYSEXT_OS_VERSION_ID",
    "DALEC_SYSEXT_SYSEXT_LEVEL",
    "DALEC_SYSEXT_VERITY",
];

/// Longest stem: `NAME_MAX` of 255 bytes less `extension-release.`, which is longer than `.raw`.
const MAX_STEM: usize = 255 - "extension-release.".len();

/// 9999-12-31T23:59:59Z in seconds: the last moment that RFC 3339, and so an image config, can say.
const YEAR_9999: i64 = 253_402_300_799;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_epoch_is_whole_seconds_from_1970_to_9999() {
        assert_eq!(epoch("0"), Ok(0));
        assert_eq!(epoch("1700000000"), Ok(1_700_000_000));
        for text in ["", "-1", "1.5", "1e9", "now", "253402300800", "99999999999999999999", " 1"] {
            assert!(epoch(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_image_name_loses_one_trailing_raw() {
        assert_eq!(image_stem("jq.raw").unwrap(), "jq");
        assert_eq!(image_stem("jq-1.8_x86-64+1").unwrap(), "jq-1.8_x86-64+1");
        assert_eq!(image_stem("jq.raw.raw").unwrap(), "jq.raw");
        let long = "x".repeat(MAX_STEM + 1);
        for text in ["", ".raw", "..", ".hidden", "a/b", "../a", "a b", "a\nb", "a\0", &long] {
            assert!(image_stem(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_release_value_cannot_add_a_line() {
        assert_eq!(release_value("_any").unwrap(), "_any");
        for text in ["a\nID=b", "a b", "\"a\"", "$x"] {
            assert!(release_value(text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_one_file_name(text in any::<String>()) {
            if let Ok(stem) = image_stem(&text) {
                prop_assert!(!stem.contains(['/', '\0', '\n']) && stem != "." && stem != "..");
            }
            let _ = epoch(&text);
        }
    }
}

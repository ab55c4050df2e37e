//! Runs `mkfs.erofs`, which makes the image of a tar stream.

use std::fmt::{Display, Formatter, Write as _};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, ExitStatus, Stdio};

use sha2::{Digest, Sha256};

use crate::job::Assemble;

/// How one image is made.
#[derive(Debug)]
pub(crate) struct Mkfs {
    /// Words that say how to compress.
    pub(crate) words: Vec<String>,
    /// Time of everything in the image, in seconds since 1970-01-01 UTC.
    pub(crate) epoch: i64,
    /// UUID of the file system.
    pub(crate) uuid: [u8; 16],
    /// Directory for the temporary files of the program.
    pub(crate) scratch: PathBuf,
}

/// The command, for people.
impl Display for Mkfs {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        let words = self.arguments(Path::new("IMAGE"));
        let words = words.iter().map(|word| format!(" {}", word.display()));
        write!(formatter, "{PROGRAM}{}", words.collect::<String>())
    }
}

/// Why there is no image.
#[derive(Debug)]
pub(crate) enum MkfsError {
    /// The program could not be started or waited for.
    Start(io::Error),
    /// The tar stream could not be read or written.
    Write(io::Error),
    /// The program ended with this status and these last words.
    Failed(ExitStatus, String),
}

impl Mkfs {
    /// Arguments of the program for the image at `image`; the tar stream is its standard input.
    pub(crate) fn arguments(&self, image: &Path) -> Vec<std::ffi::OsString> {
        let Self { words, epoch, uuid, .. } = self;
        let mut arguments: Vec<_> = words.iter().map(Into::into).collect();
        arguments.extend([
            "--tar=f".into(),
            format!("-T{epoch}").into(),
            format!("-U{}", written(*uuid)).into(),
            "--quiet".into(),
        ]);
        arguments.push(image.into());
        arguments
    }

    /// Makes `image` of what `tar` writes.
    pub(crate) fn run(
        &self,
        image: &Path,
        tar: impl FnOnce(ChildStdin) -> io::Result<()>,
    ) -> Result<(), MkfsError> {
        let mut child = Command::new(PROGRAM)
            .args(self.arguments(image))
            // Nothing of the caller's environment shows in the image.
            .env_clear()
            .env("PATH", PATH)
            .env("TMPDIR", &self.scratch)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(MkfsError::Start)?;
        let stdin = child.stdin.take();
        let stderr = child.stderr.take();
        let (written, words) = std::thread::scope(|scope| {
            // The program must not wait for somebody to read what it says.
            let words = scope.spawn(move || stderr.map(last_words).unwrap_or_default());
            let written = stdin.map_or_else(|| Err(io::ErrorKind::BrokenPipe.into()), tar);
            (written, words.join().unwrap_or_default())
        });
        let status = child.wait().map_err(MkfsError::Start)?;
        match written {
            // It stopped reading: what it said is the reason.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(MkfsError::Write(error)),
            _ if !status.success() => Err(MkfsError::Failed(status, words)),
            Err(error) => Err(MkfsError::Write(error)),
            Ok(()) => Ok(()),
        }
    }
}

/// Version of the program, such as `1.8.6`; `None` if it is not there or does not say.
pub(crate) fn version() -> Option<String> {
    let output = Command::new(PROGRAM).arg("--version").env_clear().env("PATH", PATH).output().ok()?;
    version_in(&String::from_utf8_lossy(&output.stdout))
}

/// The version in the first line of what `--version` prints.
fn version_in(text: &str) -> Option<String> {
    let words = text.lines().next()?.split_whitespace();
    let fits = |word: &&str| word.starts_with(|first: char| first.is_ascii_digit());
    words.filter(fits).map(str::to_owned).next_back()
}

/// The end of what a program says.
fn last_words(mut stderr: impl Read) -> String {
    let mut said = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stderr.read(&mut buffer) {
        said.extend_from_slice(&buffer[..count]);
        said.drain(..said.len().saturating_sub(LAST_WORDS));
    }
    String::from_utf8_lossy(&said).trim().to_owned()
}

/// The UUID of an image, of version 8 (RFC 9562, 5.8): a digest of its name, its packages and its time.
pub(crate) fn uuid(job: &Assemble, epoch: i64) -> [u8; 16] {
    let mut digest = Sha256::new();
    digest.update(job.image.as_bytes());
    digest.update(b"\0");
    for package in &job.packages {
        digest.update(package.sha256.as_bytes());
        digest.update(b"\0");
    }
    digest.update(epoch.to_be_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.finalize()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    bytes
}

/// A UUID as it is written (RFC 9562, 4).
fn written(uuid: [u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in uuid.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        write!(text, "{byte:02x}").expect("a String takes all text");
    }
    text
}

/// Program of erofs-utils 1.7 or newer, the first that reads tar (its `ChangeLog`).
const PROGRAM: &str = "mkfs.erofs";
/// The search path of the images that workers are made from.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Most bytes that are kept of what the program says.
const LAST_WORDS: usize = 4096;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::lock::Package;

    #[test]
    fn the_version_is_the_number_in_the_first_line() {
        assert_eq!(version_in("mkfs.erofs (erofs-utils) 1.8.6\navailable: lz4"), Some("1.8.6".to_owned()));
        assert_eq!(version_in("usage: mkfs.erofs"), None);
        assert_eq!(version_in(""), None);
    }

    fn job(image: &str, sha256: &[&str]) -> Assemble {
        let package = |sha256: &&str| Package {
            name: "p".into(),
            version: "1".into(),
            architecture: "all".into(),
            source: "p".into(),
            url: "https://example.org/p.deb".into(),
            size: 1,
            sha256: (*sha256).into(),
            keys: vec![],
        };
        let packages = sha256.iter().map(package).collect();
        Assemble {
            name: "n".into(),
            image: image.into(),
            release: String::new(),
            epoch: None,
            mkfs: vec![],
            erofs_utils: None,
            allow: Vec::new(),
            unchecked: false,
            keys: BTreeMap::new(),
            links: BTreeMap::new(),
            units: BTreeMap::new(),
            built: None,
            base: false,
            verity: false,
            architecture: "x86-64".into(),
            providers: Vec::new(),
            packages,
        }
    }

    #[test]
    fn the_uuid_is_of_version_8_and_follows_the_content() {
        let one = uuid(&job("a", &["00", "11"]), 7);
        assert_eq!(one, uuid(&job("a", &["00", "11"]), 7));
        let text = written(one);
        let groups: Vec<usize> = text.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12]);
        assert_eq!(text.as_bytes()[14], b'8');
        assert!(matches!(text.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
        for other in [
            uuid(&job("b", &["00", "11"]), 7),
            uuid(&job("a", &["11", "00"]), 7),
            uuid(&job("a", &["00", "11"]), 8),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn the_programs_last_words_are_kept() {
        let said = [b"x".repeat(10_000), b"the reason\n".to_vec()].concat();
        let words = last_words(&said[..]);
        assert_eq!(words.len(), LAST_WORDS - 1);
        assert!(words.ends_with("the reason"));
    }

    #[test]
    fn options_stand_before_the_image() {
        let mkfs = Mkfs {
            words: vec!["-zlz4hc".into(), "-C65536".into()],
            epoch: 7,
            uuid: [0x1f; 16],
            scratch: PathBuf::new(),
        };
        let arguments = mkfs.arguments(Path::new("/out/x"));
        let uuid = "-U1f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1f1f";
        assert_eq!(arguments, ["-zlz4hc", "-C65536", "--tar=f", "-T7", uuid, "--quiet", "/out/x"]);
    }
}

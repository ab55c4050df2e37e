//! A dnf for tests, which fetches what they say.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::{Dnf, fetch, primary};
use crate::job::Manager;

/// A directory with the worker's files in `root`, and a program called as the manager.
pub(in crate::worker) struct Stub {
    manager: Manager,
    directory: TempDir,
}

impl Stub {
    /// A worker without repositories.
    pub(in crate::worker) fn new(manager: Manager) -> Self {
        let directory = tempfile::tempdir().unwrap();
        for name in ["bin", "keys", "out", "root"] {
            fs::create_dir(directory.path().join(name)).unwrap();
        }
        // a link to a file of the repository: one just written may be busy when another test forks
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/worker/dnf/stub/dnf");
        symlink(program, directory.path().join("bin").join(manager.name())).unwrap();
        Self { manager, directory }
    }

    /// A file of the worker.
    pub(in crate::worker) fn has(self, path: &str, text: &str) -> Self {
        let path = self.path("root").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// What the manager fetches of a repository for an architecture: made by [`package`]. All are to be had.
    pub(in crate::worker) fn offers(self, architecture: &str, repository: &str, packages: &[String]) -> Self {
        let index = format!("<metadata>{}</metadata>", packages.concat());
        let mut visible = String::new();
        primary::read(index.as_bytes(), |entry| {
            writeln!(visible, "annex\t{}\n", fetch::line(repository, &entry)).unwrap();
        })
        .unwrap();
        let told = self.path(&format!("bin/visible.{architecture}"));
        fs::write(&told, fs::read_to_string(&told).unwrap_or_default() + &visible).unwrap();
        let data = self.path(&format!("bin/cache.{architecture}/{repository}-0123456789abcdef/repodata"));
        fs::create_dir_all(&data).unwrap();
        fs::write(data.join("x-primary.xml"), &index).unwrap();
        let digits = Sha256::digest(&index).iter().fold(String::new(), |mut digits, byte| {
            write!(digits, "{byte:02x}").unwrap();
            digits
        });
        let repomd = format!(
            "<repomd><data type='other'><checksum type='sha'>0</checksum><location href='x'/></data><data type='primary'>\
             <checksum type='sha256'>{digits}</checksum><location href='repodata/x-primary.xml'/></data></repomd>"
        );
        fs::write(data.join("repomd.xml"), repomd).unwrap();
        self
    }

    /// A failure in these words.
    pub(in crate::worker) fn fails(self, words: &str) -> Self {
        fs::write(self.path("bin/fail"), words).unwrap();
        self
    }

    /// The program.
    pub(in crate::worker) fn dnf(&self) -> Dnf {
        let mut path = self.path("bin").into_os_string();
        path.push(":/usr/bin:/bin");
        let environment = [("PATH", path), ("HTTPS_proxy", "p".into()), ("SECRET", "s".into())];
        let environment = environment.map(|(name, value)| (OsString::from(name), value));
        Dnf::new(self.manager, "3.0", &self.path("root"), &self.path("scratch"), environment)
    }

    /// A file with a job.
    pub(in crate::worker) fn job(&self, text: &str) -> PathBuf {
        fs::write(self.path("job.json"), text).unwrap();
        self.path("job.json")
    }

    /// A path in the stub's directory.
    pub(in crate::worker) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The text of a file, with the stub's directory as `$DIR`.
    pub(in crate::worker) fn text(&self, name: &str) -> String {
        self.shown(&fs::read_to_string(self.path(name)).unwrap())
    }

    /// The calls made.
    pub(in crate::worker) fn calls(&self) -> String {
        self.shown(&fs::read_to_string(self.path("bin/calls")).unwrap_or_default())
    }

    /// A text, with the stub's directory as `$DIR`.
    pub(in crate::worker) fn shown(&self, text: &str) -> String {
        text.replace(&*self.path("").to_string_lossy(), "$DIR/").replace("$DIR//", "$DIR/")
    }
}

/// A package in an index; `format` is what stands in its element of that name.
pub(in crate::worker) fn package(name: &str, version: &str, architecture: &str, format: &str) -> String {
    let (epoch, rest) = version.split_once(':').unwrap_or(("0", version));
    let (version, release) = rest.split_once('-').unwrap();
    let digits = "7350392f700e20e46b7ae174a57f54e4ea106dd559753646d629b4e618bf2bff";
    format!(
        "<package><name>{name}</name><arch>{architecture}</arch><version epoch='{epoch}' ver='{version}' rel='{release}'/>\
         <checksum type='sha256'>{digits}</checksum><size package='5'/><location href='p/{name}.rpm'/>\
         <format>{format}</format></package>"
    )
}

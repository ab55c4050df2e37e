//! An apt for tests, which tells what they say.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::Apt;

/// A directory with programs called `apt-get` and `apt-cache`, and one for each purpose of a step.
pub(in crate::worker) struct Stub {
    directory: TempDir,
}

impl Stub {
    /// Programs that succeed and say nothing.
    pub(in crate::worker) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        for name in ["bin", "bin/files", "out"] {
            fs::create_dir(directory.path().join(name)).unwrap();
        }
        // links to a file of the repository: one just written may be busy when another test forks
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/worker/apt/stub/apt");
        for name in ["apt-get", "apt-cache"] {
            symlink(&program, directory.path().join("bin").join(name)).unwrap();
        }
        Self { directory }
    }

    /// Tells `text` for an operation, as the program's usage says; `$DIR` in it is the stub's directory.
    pub(in crate::worker) fn tells(self, operation: &str, text: &str) -> Self {
        let text = text.replace("$DIR", &self.path("").to_string_lossy());
        fs::write(self.path("bin").join(operation), text).unwrap();
        self
    }

    /// An index `Packages` with this text, told for all architectures or one.
    pub(in crate::worker) fn offers(self, architecture: &str, text: &str) -> Self {
        let name = format!("Packages{architecture}");
        fs::write(self.path(&name), text).unwrap();
        let line = format!("$DIR{name}\ttrixie\tmain\thttp://example.org/debian\n");
        self.tells(&format!("indextargets{architecture}"), &line)
    }

    /// The programs.
    pub(in crate::worker) fn apt(&self) -> Apt {
        let mut path = self.path("bin").into_os_string();
        path.push(":/usr/bin:/bin");
        let environment = [("PATH", path), ("HTTPS_proxy", "p".into()), ("SECRET", "s".into())];
        Apt::new(&self.path("scratch"), environment.map(|(name, value)| (OsString::from(name), value)))
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
        let text = fs::read_to_string(self.path(name)).unwrap();
        text.replace(&*self.path("").to_string_lossy(), "$DIR")
    }

    /// The calls made, without the options that all have.
    pub(in crate::worker) fn calls(&self) -> String {
        let options = "[-c] [$DIRscratch/amd64/apt.conf] [-o] [Dir::State=$DIRscratch/amd64/state] \
            [-o] [Dir::State::lists=$DIRscratch/amd64/state/lists] [-o] [Dir::State::status=$DIRscratch/amd64/status] \
            [-o] [Dir::Cache=$DIRscratch/amd64/cache] [-o] [Dir::Cache::archives=$DIRscratch/amd64/cache/archives] \
            [-o] [APT::Architecture=amd64] [-o] [APT::Architectures=amd64]";
        let common =
            |text: String, architecture| text.replace(&options.replace("amd64", architecture), architecture);
        common(common(self.text("bin/calls"), "amd64"), "arm64")
    }
}

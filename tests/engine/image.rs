//! What is in an image, read by the kernel and by `fsck.erofs`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::engine::docker::{Engine, engines, run, text, top};
use crate::engine::listing::Listing;

/// An unpacked image.
#[derive(Debug)]
pub(crate) struct Image {
    folder: TempDir,
}

impl Image {
    /// Unpacks an image; both readers must agree on every file, owner and permission.
    pub(crate) fn open(path: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut open = Command::new(top().join("tests/engine/open.sh"));
        let output = run(open.arg(tools()).arg(path).arg(folder.path()));
        assert!(output.status.success(), "open.sh: {}", text(&output.stderr));
        let image = Self { folder };
        let (kernel, fsck) = (image.listing(), Listing::of(&image.folder.path().join("fsck")));
        assert_eq!(kernel.difference(&fsck), "", "the kernel (-) and fsck.erofs (+) disagree");
        image
    }

    /// Where a path of the image lies now.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("kernel").join(path)
    }

    /// A file's content.
    pub(crate) fn text(&self, path: &str) -> String {
        let path = self.path(path);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Everything in it.
    pub(crate) fn listing(&self) -> Listing {
        Listing::of(&self.path(""))
    }

    /// Extended attributes, as `getfattr` dumps them.
    pub(crate) fn attributes(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("attributes")).unwrap()
    }

    /// The different times of what is in it, in seconds since 1970-01-01 UTC with decimals.
    pub(crate) fn times(&self) -> Vec<String> {
        let times = std::fs::read_to_string(self.folder.path().join("times")).unwrap();
        times.lines().map(String::from).collect()
    }

    /// What `dump.erofs` says of the file system.
    pub(crate) fn superblock(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("superblock")).unwrap()
    }
}

/// A root file system with erofs-utils of Debian 13: a host may have older ones.
fn tools() -> &'static Path {
    static TOOLS: OnceLock<PathBuf> = OnceLock::new();
    TOOLS.get_or_init(|| {
        let tools = Path::new(env!("CARGO_TARGET_TMPDIR")).join("erofs-tools");
        if !tools.join("usr/bin/getfattr").exists() {
            export(&engines()[0], &tools);
        }
        tools
    })
}

fn export(engine: &Engine, to: &Path) {
    let context = tempfile::tempdir().unwrap();
    std::fs::write(context.path().join("Dockerfile"), TOOLS).unwrap();
    let part = to.with_extension("part");
    let _ = std::fs::remove_dir_all(&part);
    let mut docker = engine.docker();
    docker.arg("build").arg(format!("--output={}", part.display())).arg(context.path());
    let output = run(&mut docker);
    assert!(output.status.success(), "{}", text(&output.stderr));
    std::fs::rename(part, to).unwrap();
}

const TOOLS: &str = "FROM docker.io/library/debian:trixie
RUN apt-get update && apt-get install --yes --no-install-recommends attr erofs-utils
";

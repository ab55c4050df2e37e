//! Looking into results.

use buildkit_proto::fsutil::Stat;
use buildkit_proto::gateway as wire;

use crate::gateway::{Error, Gateway, GatewayCap, Reference};

/// What a file is, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileStat {
    /// Path relative to what was asked for.
    pub path: String,
    /// Kind of file.
    pub kind: FileKind,
    /// Permissions with set-id and sticky bits, as `chmod` takes them: at most `0o7777`.
    pub mode: u32,
    /// Owning user.
    pub uid: u32,
    /// Owning group.
    pub gid: u32,
    /// Size in bytes.
    pub size: u64,
}

/// Kind of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A directory.
    Directory,
    /// A regular file.
    Regular,
    /// A device, pipe or socket.
    Special,
    /// A symbolic link.
    Symlink {
        /// What it points to.
        target: String,
    },
}

impl Gateway {
    /// The content of a file, or `None` if there is none at `path`. A symbolic link is followed inside
    /// the result. More than `limit` bytes are an error, found without reading them.
    pub async fn read_file(
        &self,
        reference: &Reference,
        path: &str,
        limit: u64,
    ) -> Result<Option<Vec<u8>>, Error> {
        if reference.is_empty() {
            return Ok(None);
        }
        self.caps().require(GatewayCap::ReadFile)?;
        let mut content = Vec::new();
        loop {
            let offset = content.len() as u64;
            // One byte more than allowed tells a file that ends at the limit from a longer one.
            let length = (limit - offset).saturating_add(1).min(PART);
            let part = match self.read_part(reference, path, offset, length).await {
                Err(error) if offset == 0 && error.is_not_found() => return Ok(None),
                part => part?,
            };
            let count = part.len() as u64;
            if count > length {
                return Err(Error::answer(
                    READ_FILE,
                    format!("{count} bytes came where {length} were asked for"),
                ));
            }
            content.extend(part);
            if content.len() as u64 > limit {
                return Err(Error::TooLarge { path: path.to_owned(), limit });
            }
            if count < length {
                return Ok(Some(content));
            }
        }
    }

    /// The entries of a directory, or `None` if there is none at `path`; with `pattern`, only those
    /// whose names match it.
    pub async fn read_dir(
        &self,
        reference: &Reference,
        path: &str,
        pattern: Option<&str>,
    ) -> Result<Option<Vec<FileStat>>, Error> {
        if reference.is_empty() {
            return Ok(None);
        }
        self.caps().require(GatewayCap::ReadDir)?;
        let request = wire::ReadDirRequest {
            r#ref: reference.id().to_owned(),
            dir_path: path.to_owned(),
            include_pattern: pattern.unwrap_or_default().to_owned(),
            ..wire::ReadDirRequest::default()
        };
        let answer = self.bridge().read_dir(request).await;
        match answer.map_err(|status| Error::of_call("ReadDir", &status)) {
            Ok(answer) => Ok(Some(answer.into_inner().entries.into_iter().map(FileStat::of).collect())),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What the file at `path` is, or `None` if there is none. A symbolic link is not followed.
    pub async fn stat_file(&self, reference: &Reference, path: &str) -> Result<Option<FileStat>, Error> {
        if reference.is_empty() {
            return Ok(None);
        }
        self.caps().require(GatewayCap::StatFile)?;
        let request = wire::StatFileRequest {
            r#ref: reference.id().to_owned(),
            path: path.to_owned(),
            ..wire::StatFileRequest::default()
        };
        let answer = self.bridge().stat_file(request).await;
        match answer.map_err(|status| Error::of_call(STAT_FILE, &status)) {
            Ok(answer) => match answer.into_inner().stat {
                Some(stat) => Ok(Some(FileStat::of(stat))),
                None => Err(Error::answer(STAT_FILE, "it is empty")),
            },
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn read_part(
        &self,
        reference: &Reference,
        path: &str,
        offset: u64,
        length: u64,
    ) -> Result<Vec<u8>, Error> {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let request = wire::ReadFileRequest {
            r#ref: reference.id().to_owned(),
            file_path: path.to_owned(),
            range: Some(wire::FileRange { offset: number(offset), length: number(length) }),
            ..wire::ReadFileRequest::default()
        };
        let answer = self.bridge().read_file(request).await;
        Ok(answer.map_err(|status| Error::of_call(READ_FILE, &status))?.into_inner().data)
    }
}

impl FileStat {
    fn of(stat: Stat) -> Self {
        let Stat { path, mode, uid, gid, size, linkname, .. } = stat;
        let kind = match mode {
            _ if mode & GO_DIRECTORY != 0 => FileKind::Directory,
            _ if mode & GO_SYMLINK != 0 => FileKind::Symlink { target: linkname },
            _ if mode & GO_SPECIAL != 0 => FileKind::Special,
            _ => FileKind::Regular,
        };
        let special = [(GO_SETUID, 0o4000), (GO_SETGID, 0o2000), (GO_STICKY, 0o1000)];
        let special: u32 = special.iter().filter(|(bit, _)| mode & bit != 0).map(|(_, unix)| unix).sum();
        let size = u64::try_from(size).unwrap_or_default();
        Self { path, kind, mode: (mode & 0o777) | special, uid, gid, size }
    }
}

const READ_FILE: &str = "ReadFile";
const STAT_FILE: &str = "StatFile";
/// Bytes of one answer: half of what engines from 0.14 on send.
const PART: u64 = 8 << 20;
// Bits of Go's `fs.FileMode`, which are not those of `st_mode`.
const GO_DIRECTORY: u32 = 1 << 31;
const GO_SYMLINK: u32 = 1 << 27;
const GO_SETUID: u32 = 1 << 23;
const GO_SETGID: u32 = 1 << 22;
const GO_STICKY: u32 = 1 << 20;
/// Device, named pipe, socket, character device, irregular.
const GO_SPECIAL: u32 = 1 << 26 | 1 << 25 | 1 << 24 | 1 << 21 | 1 << 19;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(mode: u32, kind: FileKind, unix: u32) {
        let stat = Stat { mode, linkname: "to".into(), ..Stat::default() };
        let stat = FileStat::of(stat);
        assert_eq!((stat.kind, stat.mode), (kind, unix));
    }

    #[test]
    fn the_bits_of_go_are_told_from_those_of_unix() {
        check(0o644, FileKind::Regular, 0o644);
        check(GO_SETUID | GO_SETGID | 0o755, FileKind::Regular, 0o6755);
        check(GO_DIRECTORY | GO_STICKY | 0o777, FileKind::Directory, 0o1777);
        check(GO_SYMLINK | 0o777, FileKind::Symlink { target: "to".into() }, 0o777);
        check(1 << 26 | 1 << 21 | 0o600, FileKind::Special, 0o600);
        check(1 << 25 | 0o600, FileKind::Special, 0o600);
    }
}

//! From the list of files and the archive behind it to entries.

use std::collections::BTreeMap;
use std::io::Read;

use crate::worker::archive::rpm::cpio::{Cpio, Item};
use crate::worker::archive::rpm::digest::{Digest, MD5};
use crate::worker::archive::rpm::files::{Kind, Listed};
use crate::worker::archive::rpm::header::Header;
use crate::worker::archive::{Archive, Refusal, Scripts};
use crate::worker::entry::{Content, Entry, Node};
use crate::worker::path::{TreePath, printable};
use crate::worker::store::Spool;

/// Reads the archive. The entries come sorted by path, whatever the order in the package.
pub(super) fn read(
    cpio: Cpio<impl Read>,
    header: &Header,
    listed: Vec<Listed<'_>>,
    scripts: Scripts,
    spool: &mut Spool,
) -> Result<Archive, Refusal> {
    let mut payload = Payload::new(header, listed)?;
    payload.unpack(cpio, spool)?;
    payload.finish(scripts)
}

struct Payload<'a> {
    listed: Vec<Listed<'a>>,
    /// The places of the list, sorted by path.
    sorted: Vec<usize>,
    /// What the archive had for each file of the list.
    found: Vec<Found>,
    /// The last of the names of one file, by the identity that they share.
    last: BTreeMap<(u64, u64), usize>,
    /// The name with which the content of such a file came.
    contents: BTreeMap<(u64, u64), usize>,
    digest: Digest,
}

/// What the archive had for a file.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Found {
    Nothing,
    /// Its name, while another name of the same file has the content.
    Name,
    Content(Content),
}

impl<'a> Payload<'a> {
    fn new(header: &Header, listed: Vec<Listed<'a>>) -> Result<Self, Refusal> {
        let mut sorted: Vec<usize> = (0..listed.len()).collect();
        sorted.sort_by(|one, other| listed[*one].path.cmp(&listed[*other].path));
        if let Some(twice) = sorted.windows(2).find(|pair| listed[pair[0]].path == listed[pair[1]].path) {
            return Err(Refusal::Content(format!("lists `{}` twice", shown(listed[twice[0]].path.as_ref()))));
        }
        let mut last = BTreeMap::new();
        for (place, file) in listed.iter().enumerate() {
            let is_in = file.kind == Kind::File && !file.ghost;
            if let Some(identity) = file.identity.filter(|_| is_in) {
                last.insert(identity, place);
            }
        }
        let digest = Digest::new(header.number(FILE_DIGEST_ALGO)?.unwrap_or(MD5))?;
        let found = vec![Found::Nothing; listed.len()];
        Ok(Self { listed, sorted, found, last, contents: BTreeMap::new(), digest })
    }

    fn unpack(&mut self, mut cpio: Cpio<impl Read>, spool: &mut Spool) -> Result<(), Refusal> {
        while let Some(item) = cpio.next()? {
            let (place, size) = match item {
                Item::Named { path, size } => (self.place(&path)?, size),
                Item::Numbered(number) => {
                    let place = number as usize;
                    let Some(size) = self.size(place) else {
                        return Err(Refusal::Content(format!(
                            "holds the file number {number}, which its header does not list"
                        )));
                    };
                    cpio.begin(size);
                    (place, size)
                }
            };
            if self.found[place] != Found::Nothing {
                return Err(self.refusal(place, "holds", "twice"));
            }
            self.found[place] = self.take(place, size, &mut cpio, spool)?;
            let identity = self.listed[place].identity;
            if let (Found::Content(_), Some(identity)) = (&self.found[place], identity) {
                self.contents.entry(identity).or_insert(place);
            }
        }
        cpio.finish()
    }

    /// The place in the list of a path of the archive.
    fn place(&self, path: &[u8]) -> Result<usize, Refusal> {
        let parsed = TreePath::parse(path).map_err(|error| {
            Refusal::Content(format!("holds `{}`, which {}", printable(path), error.why()))
        })?;
        let found = self.sorted.binary_search_by(|place| self.listed[*place].path.cmp(&parsed));
        found.map(|at| self.sorted[at]).map_err(|_| {
            Refusal::Content(format!("holds `{}`, which its header does not list", printable(path)))
        })
    }

    /// How many bytes a file has in an archive that does not say so: rpm writes the content of a file with several
    /// names with the last of them.
    fn size(&self, place: usize) -> Option<u64> {
        let file = self.listed.get(place)?;
        let last = file.identity.and_then(|identity| self.last.get(&identity));
        let has_content = match file.kind {
            Kind::File => last.is_none_or(|last| *last == place),
            Kind::Symlink => true,
            Kind::Device | Kind::Directory | Kind::Fifo => false,
        };
        Some(if has_content { file.size } else { 0 })
    }

    fn take(
        &self,
        place: usize,
        size: u64,
        cpio: &mut Cpio<impl Read>,
        spool: &mut Spool,
    ) -> Result<Found, Refusal> {
        let file = &self.listed[place];
        match file.kind {
            _ if file.ghost => Ok(Found::Name),
            Kind::File if size == 0 && file.size > 0 => Ok(Found::Name),
            Kind::File if size != file.size => {
                let why = format!("with {size} bytes, while its header tells {}", file.size);
                Err(self.refusal(place, "holds", &why))
            }
            Kind::File => {
                let start = spool.end();
                let mut digest = self.digest.clone();
                cpio.content(|bytes| {
                    digest.update(bytes);
                    spool.write(bytes)
                })?;
                if !file.digest.is_empty() && !digest.is(file.digest) {
                    return Err(self.refusal(place, "holds", "with another content than its header tells"));
                }
                Ok(Found::Content(spool.since(start)))
            }
            Kind::Symlink => {
                let mut target = Vec::new();
                if size <= MAX_TARGET {
                    cpio.content(|bytes| {
                        target.extend_from_slice(bytes);
                        Ok(())
                    })?;
                }
                if target.is_empty() || target != file.link || target.contains(&0) {
                    return Err(self.refusal(place, "holds", "with another target than its header tells"));
                }
                Ok(Found::Name)
            }
            Kind::Device | Kind::Directory | Kind::Fifo if size > 0 => {
                Err(self.refusal(place, "holds", "with content, though it is no file"))
            }
            Kind::Device | Kind::Directory | Kind::Fifo => Ok(Found::Name),
        }
    }

    fn finish(mut self, scripts: Scripts) -> Result<Archive, Refusal> {
        let mut archive = Archive { entries: Vec::new(), newest: 0, scripts };
        for place in std::mem::take(&mut self.sorted) {
            let file = &self.listed[place];
            if file.path.is_none() || file.ghost {
                continue;
            }
            if self.found[place] == Found::Nothing {
                return Err(self.refusal(place, "lists", "without holding it"));
            }
            let node = match file.kind {
                Kind::Device => Node::Device,
                Kind::Directory => Node::Directory,
                Kind::Fifo => Node::Fifo,
                Kind::File => self.content(place)?,
                Kind::Symlink => Node::Symlink(file.link.into()),
            };
            archive.newest = archive.newest.max(file.mtime);
            let file = &mut self.listed[place];
            let Some(path) = file.path.take() else { continue };
            let (user, group) = (file.user.take(), file.group.take());
            let xattrs = std::mem::take(&mut file.xattrs);
            archive.entries.push(Entry { path, mode: file.mode, user, group, xattrs, node });
        }
        Ok(archive)
    }

    /// The content of a file, which may have come with another name of it.
    fn content(&self, place: usize) -> Result<Node, Refusal> {
        let file = &self.listed[place];
        let own = matches!(self.found[place], Found::Content(_)).then_some(place);
        let with = own.or_else(|| self.contents.get(&file.identity?).copied()).filter(|with| {
            let other = &self.listed[*with];
            (other.size, other.digest) == (file.size, file.digest)
        });
        match with.map(|with| (with, &self.found[with])) {
            Some((with, Found::Content(content))) => {
                let inode = u32::try_from(with).map_err(|_| Refusal::TooLarge)?;
                Ok(Node::File { content: content.clone(), inode })
            }
            _ => Err(self.refusal(place, "lists", "without its content")),
        }
    }

    fn refusal(&self, place: usize, verb: &str, why: &str) -> Refusal {
        let path = shown(self.listed.get(place).and_then(|file| file.path.as_ref()));
        Refusal::Content(format!("{verb} `{path}` {why}"))
    }
}

fn shown(path: Option<&TreePath>) -> String {
    path.map_or_else(|| "/".to_owned(), ToString::to_string)
}

/// `RPMTAG_FILEDIGESTALGO` of rpm's `include/rpm/rpmtag.h`.
pub(super) const FILE_DIGEST_ALGO: u32 = 5011;
/// Longest target of a symbolic link: `PATH_MAX` of Linux without its NUL, in bytes.
const MAX_TARGET: u64 = 4095;

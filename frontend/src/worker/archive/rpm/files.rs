//! The files of a package, as its header lists them.

use crate::worker::archive::rpm::header::{Header, Numbers};
use crate::worker::archive::{Budget, Refusal};
use crate::worker::capability;
use crate::worker::entry::Xattrs;
use crate::worker::path::{TreePath, printable};

/// A file that a package lists.
#[derive(Debug)]
pub(super) struct Listed<'a> {
    /// Where it goes; `None` is the root itself.
    pub(super) path: Option<TreePath>,
    /// What it is.
    pub(super) kind: Kind,
    /// Permission bits: at most `0o7777`.
    pub(super) mode: u32,
    /// Owning user: `None` is root.
    pub(super) user: Option<Box<str>>,
    /// Owning group: `None` is root.
    pub(super) group: Option<Box<str>>,
    /// Seconds since 1970-01-01 UTC.
    pub(super) mtime: i64,
    /// Bytes of its content, or of the target of a symbolic link.
    pub(super) size: u64,
    /// Whether it belongs to the package without being in it.
    pub(super) ghost: bool,
    /// Digest of the content in hexadecimal digits; none: there is none.
    pub(super) digest: &'a [u8],
    /// Target of a symbolic link.
    pub(super) link: &'a [u8],
    /// Device and inode of the builder, which names of one file share.
    pub(super) identity: Option<(u64, u64)>,
    /// Extended attributes.
    pub(super) xattrs: Xattrs,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Device,
    Directory,
    Fifo,
    File,
    Symlink,
}

/// Reads the list.
pub(super) fn list<'a>(header: &'a Header, budget: &Budget) -> Result<Vec<Listed<'a>>, Refusal> {
    let Some(names) = Names::of(header)? else { return Ok(Vec::new()) };
    let count = names.len();
    let numbers = |tag: u32| -> Result<Option<Numbers<'a>>, Refusal> {
        let numbers = header.numbers(tag)?;
        numbers.map(|numbers| if numbers.len() == count { Ok(numbers) } else { Err(uneven()) }).transpose()
    };
    let texts = |tag: u32| -> Result<Vec<&'a [u8]>, Refusal> {
        match header.texts(tag)? {
            Some(texts) if texts.len() == count => Ok(texts),
            Some(_) => Err(uneven()),
            None => Ok(vec![b""; count]),
        }
    };
    let modes = numbers(FILE_MODES)?.ok_or_else(uneven)?;
    let sizes = match numbers(LONG_FILE_SIZES)? {
        Some(sizes) => sizes,
        None => numbers(FILE_SIZES)?.ok_or_else(uneven)?,
    };
    let (times, flags) = (numbers(FILE_MTIMES)?, numbers(FILE_FLAGS)?);
    let (devices, inodes) = (numbers(FILE_DEVICES)?, numbers(FILE_INODES)?);
    let (users, groups) = (texts(FILE_USER_NAME)?, texts(FILE_GROUP_NAME)?);
    let (digests, links, capabilities) = (texts(FILE_DIGESTS)?, texts(FILE_LINK_TOS)?, texts(FILE_CAPS)?);
    let at = |numbers: Option<Numbers<'_>>, place: usize| numbers.and_then(|numbers| numbers.at(place));
    let mut files = Vec::new();
    for place in 0..count {
        let name = names.at(place)?;
        let path = parse(&name)?;
        let mode = at(Some(modes), place).unwrap_or_default();
        let (user, group, link) = (users[place], groups[place], links[place]);
        let text = path.as_ref().map_or(0, |path| path.as_bytes().len());
        budget.entry(text + user.len() + group.len() + link.len())?;
        files.push(Listed {
            path,
            kind: kind(mode, &name)?,
            mode: u32::try_from(mode & 0o7777).unwrap_or_default(),
            user: owner(user),
            group: owner(group),
            // Seconds in 32 bits.
            mtime: at(times, place).and_then(|time| i64::try_from(time).ok()).unwrap_or_default(),
            size: at(Some(sizes), place).unwrap_or_default(),
            ghost: at(flags, place).is_some_and(|flags| flags & GHOST != 0),
            digest: digests[place],
            link,
            identity: at(devices, place).zip(at(inodes, place)),
            xattrs: xattrs(capabilities[place], &name)?,
        });
    }
    Ok(files)
}

/// The paths: whole in old packages, else as names and numbers of directories.
enum Names<'a> {
    Parts { bases: Vec<&'a [u8]>, directories: Vec<&'a [u8]>, numbers: Numbers<'a> },
    Whole(Vec<&'a [u8]>),
}

impl<'a> Names<'a> {
    fn of(header: &'a Header) -> Result<Option<Self>, Refusal> {
        let Some(bases) = header.texts(BASE_NAMES)? else {
            return Ok(header.texts(OLD_FILE_NAMES)?.map(Self::Whole));
        };
        let directories = header.texts(DIR_NAMES)?.ok_or_else(uneven)?;
        let numbers = header.numbers(DIR_INDEXES)?.ok_or_else(uneven)?;
        if numbers.len() != bases.len() {
            return Err(uneven());
        }
        Ok(Some(Self::Parts { bases, directories, numbers }))
    }

    fn len(&self) -> usize {
        match self {
            Self::Parts { bases, .. } => bases.len(),
            Self::Whole(names) => names.len(),
        }
    }

    fn at(&self, place: usize) -> Result<Vec<u8>, Refusal> {
        match self {
            Self::Parts { bases, directories, numbers } => {
                let number = numbers.at(place).and_then(|number| usize::try_from(number).ok());
                let directory = number.and_then(|number| directories.get(number)).ok_or_else(uneven)?;
                // One long directory can be that of many files.
                let directory = directory.get(..MAX_PATH).unwrap_or(directory);
                Ok([directory, bases[place]].concat())
            }
            Self::Whole(names) => Ok(names[place].to_vec()),
        }
    }
}

/// A path of a header is absolute.
fn parse(name: &[u8]) -> Result<Option<TreePath>, Refusal> {
    let refused = |why: &str| Refusal::Content(format!("lists `{}`, which {why}", printable(name)));
    let relative = name.strip_prefix(b"/").ok_or_else(|| refused("does not begin with `/`"))?;
    TreePath::parse(relative).map_err(|error| refused(error.why()))
}

/// The kind in a mode (`S_IFMT`, inode(7)).
fn kind(mode: u64, name: &[u8]) -> Result<Kind, Refusal> {
    match mode & 0o170_000 {
        0o010_000 => Ok(Kind::Fifo),
        0o020_000 | 0o060_000 => Ok(Kind::Device),
        0o040_000 => Ok(Kind::Directory),
        0o100_000 => Ok(Kind::File),
        0o120_000 => Ok(Kind::Symlink),
        _ => Err(Refusal::Content(format!("lists `{}`, which is of an unknown kind", printable(name)))),
    }
}

fn owner(name: &[u8]) -> Option<Box<str>> {
    match name {
        b"" | b"root" => None,
        name => Some(printable(name.get(..MAX_OWNER).unwrap_or(name)).into()),
    }
}

fn xattrs(capabilities: &[u8], name: &[u8]) -> Result<Xattrs, Refusal> {
    let value = std::str::from_utf8(capabilities).map_err(drop).and_then(capability::attribute);
    let value = value.map_err(|()| {
        let (name, text) = (printable(name), printable(capabilities));
        Refusal::Content(format!("lists `{name}` with the capabilities `{text}`, which no file can have"))
    })?;
    Ok(value.map(|value| (capability::ATTRIBUTE.into(), value.into())).into_iter().collect())
}

fn uneven() -> Refusal {
    Refusal::Content("has a damaged header: its lists of files do not fit each other".into())
}

/// Longest name of a user, in bytes: `LOGIN_NAME_MAX` of Linux.
const MAX_OWNER: usize = 256;
/// Bytes of a directory after which its path is too long for any file system: `PATH_MAX` of Linux.
const MAX_PATH: usize = 4096;

// Tags of rpm's `include/rpm/rpmtag.h`.
pub(super) const OLD_FILE_NAMES: u32 = 1027;
pub(super) const FILE_SIZES: u32 = 1028;
pub(super) const FILE_MODES: u32 = 1030;
pub(super) const FILE_MTIMES: u32 = 1034;
pub(super) const FILE_DIGESTS: u32 = 1035;
pub(super) const FILE_LINK_TOS: u32 = 1036;
pub(super) const FILE_FLAGS: u32 = 1037;
pub(super) const FILE_USER_NAME: u32 = 1039;
pub(super) const FILE_GROUP_NAME: u32 = 1040;
pub(super) const FILE_DEVICES: u32 = 1095;
pub(super) const FILE_INODES: u32 = 1096;
pub(super) const DIR_INDEXES: u32 = 1116;
pub(super) const BASE_NAMES: u32 = 1117;
pub(super) const DIR_NAMES: u32 = 1118;
pub(super) const LONG_FILE_SIZES: u32 = 5008;
pub(super) const FILE_CAPS: u32 = 5010;
/// `RPMFILE_GHOST` of rpm's `include/rpm/rpmfiles.h`. Configuration, documentation and licences are flagged too, and
/// are files like others in an extension.
pub(super) const GHOST: u64 = 1 << 6;

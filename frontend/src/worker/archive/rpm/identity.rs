//! The values of a header that say which package it is.

use crate::lock::Package;
use crate::worker::archive::rpm::header::Header;
use crate::worker::archive::{Identity, Refusal};
use crate::worker::path::printable;

/// Compares a header with the package that the file should be.
pub(super) fn check(header: &Header, package: &Package) -> Result<(), Refusal> {
    if header.has(SOURCE_PACKAGE) || !header.has(SOURCE_RPM) {
        return Err(Refusal::Content("is a source package".into()));
    }
    if let Some(format) = header.text(PAYLOAD_FORMAT)?.filter(|format| *format != b"cpio") {
        let format = printable(format);
        return Err(Refusal::Content(format!("has a payload of the format `{format}`, not `cpio`")));
    }
    let Identity { name, version, architecture } = said(header)?;
    let expected = package.version.strip_prefix("0:").unwrap_or(&package.version);
    for (what, value, expected) in [
        ("the name", name, package.name.as_str()),
        ("the version", version, expected),
        ("the architecture", architecture, package.architecture.as_str()),
    ] {
        if value != expected {
            return Err(Refusal::Content(format!("says {what} `{value}` of itself, not `{expected}`")));
        }
    }
    Ok(())
}

/// Which package a header is of; `None` of a source package.
pub(super) fn of(header: &Header) -> Result<Option<Identity>, Refusal> {
    if header.has(SOURCE_PACKAGE) || !header.has(SOURCE_RPM) { Ok(None) } else { said(header).map(Some) }
}

fn said(header: &Header) -> Result<Identity, Refusal> {
    let text = |tag: u32| Ok::<_, Refusal>(printable(header.text(tag)?.unwrap_or_default()));
    let mut version = format!("{}-{}", text(VERSION)?, text(RELEASE)?);
    // No epoch is the epoch 0.
    if let Some(epoch) = header.number(EPOCH)?.filter(|epoch| *epoch != 0) {
        version = format!("{epoch}:{version}");
    }
    Ok(Identity { name: text(NAME)?, version, architecture: text(ARCH)? })
}

// Tags of rpm's `include/rpm/rpmtag.h`.
pub(super) const NAME: u32 = 1000;
pub(super) const VERSION: u32 = 1001;
pub(super) const RELEASE: u32 = 1002;
pub(super) const EPOCH: u32 = 1003;
pub(super) const ARCH: u32 = 1022;
/// Name of the source package: every binary package has it, and no source package.
pub(super) const SOURCE_RPM: u32 = 1044;
pub(super) const SOURCE_PACKAGE: u32 = 1106;
pub(super) const PAYLOAD_FORMAT: u32 = 1124;

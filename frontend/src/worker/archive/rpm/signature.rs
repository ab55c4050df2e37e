//! Who vouches for a package: signatures of its header, which tells the digest of its payload.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::worker::archive::Refusal;
use crate::worker::archive::rpm::digest::{Digest, MD5};
use crate::worker::archive::rpm::header::Header;
use crate::worker::finding::list;
use crate::worker::openpgp::Keys;

/// Checks that one of the keys with these `fingerprints` vouches for the header and for the payload, which begins
/// at the byte `payload` of the file.
pub(super) fn check(
    file: &File,
    signatures: &Header,
    header: &Header,
    payload: u64,
    fingerprints: &[String],
    keys: &Keys,
) -> Result<(), Refusal> {
    let refuse = |why: &str| Err(Refusal::Signature(why.to_owned()));
    let digest = header.text(PAYLOAD_SHA256)?;
    let of_header = of_header(signatures)?;
    let of_both = binaries(signatures, &[SIG_PGP, SIG_GPG]);
    match digest {
        Some(digest) if !of_header.is_empty() => {
            let verified = keys.verify(fingerprints, &of_header, || Ok(header.bytes()))?;
            verified.map_err(|error| Refusal::Signature(error.why(fingerprints)))?;
            let mut hasher = Digest::new(header.number(PAYLOAD_SHA256_ALGO)?.unwrap_or(MD5))?;
            if !hasher.is_strong() {
                return refuse("is signed, but names its content by a digest that can be forged");
            }
            each_piece(from(file, payload)?, |piece| hasher.update(piece))?;
            if hasher.is(digest) {
                Ok(())
            } else {
                refuse("is signed, but its content is not what was signed")
            }
        }
        // Before rpm 4.14 there was no digest of the payload, and a second signature over header and payload.
        _ if !of_both.is_empty() => {
            let both = || Ok(Cursor::new(header.bytes()).chain(from(file, payload)?));
            let verified = keys.verify(fingerprints, &of_both, both)?;
            verified.map_err(|error| Refusal::Signature(error.why(fingerprints)))
        }
        _ if !of_header.is_empty() => refuse("is signed, but without its content"),
        _ => {
            let expected = list(fingerprints);
            Err(Refusal::Signature(format!("is not signed, while its repository signs with {expected}")))
        }
    }
}

/// The signatures over the main header alone, as packets.
fn of_header(signatures: &Header) -> Result<Vec<Vec<u8>>, Refusal> {
    let mut packets = binaries(signatures, &[SIG_RSA, SIG_DSA]);
    for text in signatures.texts(SIG_OPENPGP)?.unwrap_or_default() {
        let text: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let packet = STANDARD.decode(text);
        packets.push(packet.map_err(|_| Refusal::Signature("has a signature that is no base64".into()))?);
    }
    Ok(packets)
}

fn binaries(signatures: &Header, tags: &[u32]) -> Vec<Vec<u8>> {
    tags.iter().flat_map(|tag| signatures.binaries(*tag)).map(<[u8]>::to_vec).collect()
}

/// What follows a byte of the file.
fn from(mut file: &File, start: u64) -> io::Result<impl Read> {
    file.seek(SeekFrom::Start(start))?;
    Ok(file)
}

fn each_piece(mut input: impl Read, mut take: impl FnMut(&[u8])) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        match input.read(&mut buffer)? {
            0 => return Ok(()),
            count => take(&buffer[..count]),
        }
    }
}

/// Bytes that are read at once.
const BUFFER: usize = 256 << 10;

// Tags of the signature header, and of the main header: `rpmSigTag` and `rpmTag` in rpm's `include/rpm/rpmtag.h`.
/// `RPMSIGTAG_DSA`, over the main header.
const SIG_DSA: u32 = 267;
/// `RPMSIGTAG_RSA`, over the main header, with a key of any kind but DSA.
pub(super) const SIG_RSA: u32 = 268;
/// `RPMSIGTAG_OPENPGP` of rpm 6, over the main header: base64.
pub(super) const SIG_OPENPGP: u32 = 278;
/// `RPMSIGTAG_PGP`, over main header and payload.
pub(super) const SIG_PGP: u32 = 1002;
/// `RPMSIGTAG_GPG`, over main header and payload, with a DSA key.
const SIG_GPG: u32 = 1005;
/// `RPMTAG_PAYLOADSHA256`, once `RPMTAG_PAYLOADDIGEST`: of the payload as it is in the file.
pub(super) const PAYLOAD_SHA256: u32 = 5092;
/// `RPMTAG_PAYLOADSHA256ALGO`, once `RPMTAG_PAYLOADDIGESTALGO`.
pub(super) const PAYLOAD_SHA256_ALGO: u32 = 5093;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use expect_test::expect;

    use super::*;
    use crate::lock::Package;
    use crate::worker::archive::Budget;
    use crate::worker::archive::rpm::fixture::{self, HARD, Rpm, Value, hard};
    use crate::worker::archive::rpm::header::Kind;
    use crate::worker::archive::rpm::tests::archive;
    use crate::worker::openpgp::certificates;
    use crate::worker::openpgp::tests::{OTHER, REPOSITORY};

    fn check(bytes: &[u8], package: Package, armor: &str) -> String {
        let certificate = certificates(armor.as_bytes()).unwrap().remove(0);
        let name = certificate.fingerprint.clone();
        let keys = Keys::parse(&BTreeMap::from([(name.clone(), certificate.armor)])).unwrap();
        let package = Package { keys: vec![name], ..package };
        match archive(bytes, &package, &keys, &Budget::of(1 << 20)) {
            Ok(_) => "is read".into(),
            Err(Refusal::Signature(why)) => format!("signature: {why}"),
            Err(Refusal::Content(why)) => format!("content: {why}"),
            Err(other) => panic!("{other:?}"),
        }
    }

    /// The parts of [`HARD`]: signatures over the header and over all, the header and the payload.
    fn parts() -> ([Vec<u8>; 2], Vec<u8>, Vec<u8>) {
        let mut rest = &HARD[96..];
        let signatures = Header::read(&mut rest, Kind::Signature, HARD.len() as u64).unwrap();
        let at = (HARD.len() - rest.len()).next_multiple_of(8);
        let mut rest = &HARD[at..];
        let header = Header::read(&mut rest, Kind::Main, HARD.len() as u64).unwrap();
        let of = [SIG_RSA, SIG_PGP].map(|tag| signatures.binaries(tag).next().unwrap().to_vec());
        (of, header.bytes().to_vec(), rest.to_vec())
    }

    fn with(signatures: &[(u32, Value)]) -> Vec<u8> {
        let (_, header, payload) = parts();
        fixture::package(signatures, &header, &payload)
    }

    fn check_hard(bytes: &[u8]) -> String {
        check(bytes, hard(bytes), REPOSITORY)
    }

    #[test]
    fn a_signature_of_every_age_is_one() {
        let ([of_header, of_all], ..) = parts();
        let text = STANDARD.encode(&of_header);
        let broken = format!("{}\n{}\n", &text[..64], &text[64..]);
        for bytes in [
            HARD.to_vec(),
            with(&[(SIG_RSA, Value::Binary(of_header.clone()))]),
            with(&[(SIG_DSA, Value::Binary(of_header))]),
            with(&[(SIG_OPENPGP, Value::Texts(vec![text]))]),
            with(&[(SIG_OPENPGP, Value::Texts(vec![STANDARD.encode("other"), broken]))]),
            with(&[(SIG_PGP, Value::Binary(of_all))]),
        ] {
            assert_eq!(check_hard(&bytes), "is read");
        }
    }

    #[test]
    fn what_is_not_signed_by_whom_it_should_be_is_refused() {
        let ([of_header, of_all], ..) = parts();
        let swapped = |tag, signature: &Vec<u8>| with(&[(tag, Value::Binary(signature.clone()))]);
        let rpm = Rpm::new("p").file("/usr/a", 0o644, "a");
        let told = [
            check(HARD, hard(HARD), OTHER),
            check_hard(&with(&[])),
            check_hard(&swapped(SIG_RSA, &of_all)),
            check_hard(&swapped(SIG_PGP, &of_header)),
            check_hard(&swapped(SIG_RSA, &b"x".to_vec())),
            check_hard(&with(&[(SIG_OPENPGP, Value::Texts(vec!["?".into()]))])),
            check(&rpm.build(), rpm.package(&rpm.build()), REPOSITORY),
        ];
        expect![[r#"
            signature: is signed by `288FA3DC8238C9FBA6DD659B1C61438BB29895D2`, not by `6542CC606663C765BFFE938501B439AB7C9A62E4`
            signature: is not signed, while its repository signs with `288FA3DC8238C9FBA6DD659B1C61438BB29895D2`
            signature: is not what `288FA3DC8238C9FBA6DD659B1C61438BB29895D2` signed
            signature: is not what `288FA3DC8238C9FBA6DD659B1C61438BB29895D2` signed
            signature: has a damaged signature, which should be by `288FA3DC8238C9FBA6DD659B1C61438BB29895D2`: IO error: unknown packet header version 1111000
            signature: has a signature that is no base64
            signature: is not signed, while its repository signs with `288FA3DC8238C9FBA6DD659B1C61438BB29895D2`"#]].assert_eq(&told.join("\n"));
    }

    #[test]
    fn no_byte_of_a_signed_package_can_be_changed() {
        let ([of_header, of_all], header, payload) = parts();
        for (tag, signature) in [(SIG_RSA, of_header), (SIG_PGP, of_all)] {
            let bytes = with(&[(tag, Value::Binary(signature))]);
            let begin = bytes.len() - header.len() - payload.len();
            let mut told: Vec<String> = Vec::new();
            for at in (begin..bytes.len()).step_by(7) {
                let mut bytes = bytes.clone();
                bytes[at] ^= 1;
                told.push(check_hard(&bytes));
            }
            told.sort();
            told.dedup();
            told.retain(|told| {
                !told.starts_with("signature: ") && !told.starts_with("content: has a damaged header")
            });
            assert_eq!(told, Vec::<String>::new());
        }
    }

    #[test]
    fn a_signature_of_a_header_without_a_digest_covers_no_content() {
        let ([of_header, _], mut header, payload) = parts();
        let at = (16..).step_by(16).find(|at| header[*at..at + 4] == PAYLOAD_SHA256.to_be_bytes()).unwrap();
        header[at..at + 4].copy_from_slice(&9999_u32.to_be_bytes());
        let bytes = fixture::package(&[(SIG_RSA, Value::Binary(of_header))], &header, &payload);
        assert_eq!(check_hard(&bytes), "signature: is signed, but without its content");
    }
}

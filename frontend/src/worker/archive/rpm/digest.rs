//! Digests by the numbers that rpm and OpenPGP share (RFC 9580, 9.5).

use sha2::{Sha224, Sha256, Sha384, Sha512};

use crate::worker::archive::Refusal;

/// A digest in the making.
#[derive(Clone, Debug)]
pub(super) enum Digest {
    Md5(md5::Md5),
    Sha1(sha1::Sha1),
    Sha224(Sha224),
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
}

impl Digest {
    /// Begins one with the algorithm of this number.
    pub(super) fn new(algorithm: u64) -> Result<Self, Refusal> {
        match algorithm {
            MD5 => Ok(Self::Md5(md5::Digest::new())),
            2 => Ok(Self::Sha1(sha1::Digest::new())),
            SHA256 => Ok(Self::Sha256(sha2::Digest::new())),
            9 => Ok(Self::Sha384(sha2::Digest::new())),
            10 => Ok(Self::Sha512(sha2::Digest::new())),
            11 => Ok(Self::Sha224(sha2::Digest::new())),
            other => Err(Refusal::Content(format!("has digests of the unknown algorithm {other}"))),
        }
    }

    /// Whether nobody can make two contents with one digest.
    pub(super) fn is_strong(&self) -> bool {
        !matches!(self, Self::Md5(_) | Self::Sha1(_))
    }

    /// Adds bytes.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Md5(digest) => md5::Digest::update(digest, bytes),
            Self::Sha1(digest) => sha1::Digest::update(digest, bytes),
            Self::Sha224(digest) => sha2::Digest::update(digest, bytes),
            Self::Sha256(digest) => sha2::Digest::update(digest, bytes),
            Self::Sha384(digest) => sha2::Digest::update(digest, bytes),
            Self::Sha512(digest) => sha2::Digest::update(digest, bytes),
        }
    }

    /// Whether all bytes have the digest with these hexadecimal digits.
    pub(super) fn is(self, digits: &[u8]) -> bool {
        let bytes = match self {
            Self::Md5(digest) => md5::Digest::finalize(digest).to_vec(),
            Self::Sha1(digest) => sha1::Digest::finalize(digest).to_vec(),
            Self::Sha224(digest) => sha2::Digest::finalize(digest).to_vec(),
            Self::Sha256(digest) => sha2::Digest::finalize(digest).to_vec(),
            Self::Sha384(digest) => sha2::Digest::finalize(digest).to_vec(),
            Self::Sha512(digest) => sha2::Digest::finalize(digest).to_vec(),
        };
        let nibble = |digit: &u8| char::from(*digit).to_digit(16);
        digits.len() == 2 * bytes.len()
            && bytes.iter().zip(digits.chunks_exact(2)).all(|(byte, digits)| {
                let [high, low] = [nibble(&digits[0]), nibble(&digits[1])];
                high.zip(low).is_some_and(|(high, low)| high << 4 | low == u32::from(*byte))
            })
    }
}

/// `PGPHASHALGO_MD5`: what a header means that tells no algorithm.
pub(super) const MD5: u64 = 1;
/// `PGPHASHALGO_SHA256`.
pub(super) const SHA256: u64 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_coreutils() {
        // `printf abc | md5sum` and so on.
        for (algorithm, digits) in [
            (1, "900150983cd24fb0d6963f7d28e17f72"),
            (2, "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (8, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (11, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
        ] {
            let mut digest = Digest::new(algorithm).unwrap();
            digest.update(b"a");
            digest.update(b"bc");
            assert!(digest.clone().is(digits.as_bytes()));
            assert!(digest.clone().is(digits.to_uppercase().as_bytes()));
            assert!(!digest.clone().is(digits.replace('0', "1").as_bytes()));
            assert!(!digest.is(&digits.as_bytes()[2..]));
        }
        assert!(matches!(Digest::new(3), Err(Refusal::Content(_))));
    }
}

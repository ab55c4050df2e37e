//! The name of a vertex: SHA-256 of the bytes of its operation.

use std::{
    fmt::{self, Debug, Display, Formatter},
    str::FromStr,
};

use sha2::{Digest as _, Sha256};

/// SHA-256 of some bytes, written `sha256:` and 64 hexadecimal digits as in the OCI image specification.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The written form. It sorts as the digests do.
    pub(crate) fn text(&self) -> [u8; TEXT] {
        let mut text = [0; TEXT];
        let (algorithm, hex) = text.split_at_mut(ALGORITHM.len());
        algorithm.copy_from_slice(ALGORITHM.as_bytes());
        for (byte, digits) in self.0.iter().zip(hex.chunks_exact_mut(2)) {
            digits.copy_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 0xf)]]);
        }
        text
    }
}

impl Debug for Digest {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl Display for Digest {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(str::from_utf8(&self.text()).expect("the algorithm and hexadecimal digits are ASCII"))
    }
}

impl FromStr for Digest {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let hex = text.strip_prefix(ALGORITHM).ok_or(EXPECTED)?;
        if hex.len() != 64 {
            return Err(EXPECTED);
        }
        let mut bytes = [0; 32];
        for (byte, digits) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
            let &[high, low] = digits else { return Err(EXPECTED) };
            *byte = nibble(high).ok_or(EXPECTED)? << 4 | nibble(low).ok_or(EXPECTED)?;
        }
        Ok(Self(bytes))
    }
}

fn nibble(digit: u8) -> Option<u8> {
    let value = HEX.iter().position(|&known| known == digit)?;
    u8::try_from(value).ok()
}

const ALGORITHM: &str = "sha256:";
const EXPECTED: &str = "a digest is `sha256:` and 64 lower-case hexadecimal digits";
const HEX: &[u8; 16] = b"0123456789abcdef";
const TEXT: usize = ALGORITHM.len() + 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_nothing_is_the_published_one() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Digest::of(b"").to_string(), empty);
        assert_eq!(empty.parse(), Ok(Digest::of(b"")));
    }

    #[test]
    fn other_algorithms_lengths_and_capitals_are_refused() {
        for text in ["", "sha256:", "sha512:00", "sha256:zz", &format!("sha256:{}", "A".repeat(64))] {
            assert_eq!(text.parse::<Digest>(), Err(EXPECTED), "{text}");
        }
    }
}

//! OpenPGP (RFC 9580): the certificates of those who sign packages.

use std::collections::BTreeMap;
use std::fmt::{Display, Formatter};

use pgp::composed::{ArmorOptions, Deserializable, SignedPublicKey};
use pgp::types::KeyDetails;

mod keys;
mod validity;

pub(in crate::worker) use keys::Keys;

/// A certificate as a lock keeps it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Certificate {
    /// Fingerprint of the primary key, in upper-case hexadecimal digits.
    pub fingerprint: String,
    /// The certificate in ASCII armor: the same text for the same certificate, however it was packed.
    pub armor: String,
}

/// Why a text has no certificates that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateError {
    /// It is the certificate of another key.
    Another,
    /// What should be a certificate is none.
    Damaged(String),
    /// There is none.
    Empty,
    /// There is a private key.
    Private,
    /// More text than any file of keys has.
    TooLong,
    /// There are two different certificates of the key with this fingerprint.
    Twice(String),
}

/// Reads a file of certificates: blocks of ASCII armor with any text between them, or the bare packets. They come
/// sorted by fingerprint, each once.
///
/// # Errors
///
/// There is none, or there is something else.
pub fn certificates(text: &[u8]) -> Result<Vec<Certificate>, CertificateError> {
    let mut found = BTreeMap::new();
    for key in keys(text)? {
        let armor = key.to_armored_string(ArmorOptions::default()).map_err(|error| damaged(&error))?;
        let fingerprint = fingerprint(&key);
        if found.insert(fingerprint.clone(), armor.clone()).is_some_and(|before| before != armor) {
            return Err(CertificateError::Twice(fingerprint));
        }
    }
    Ok(found.into_iter().map(|(fingerprint, armor)| Certificate { fingerprint, armor }).collect())
}

fn keys(text: &[u8]) -> Result<Vec<SignedPublicKey>, CertificateError> {
    if text.len() > MAX_TEXT {
        return Err(CertificateError::TooLong);
    }
    let mut keys = Vec::new();
    // The first bit of every packet is one (RFC 9580, 4.2), and of no character of ASCII armor.
    if text.first().is_some_and(|byte| byte & 0x80 != 0) {
        add(SignedPublicKey::from_bytes_many(text), &mut keys)?;
    } else {
        for block in blocks(text)? {
            let read = SignedPublicKey::from_armor_many_buf(block).map(|(keys, _)| keys);
            add(read, &mut keys)?;
        }
    }
    if keys.is_empty() { Err(CertificateError::Empty) } else { Ok(keys) }
}

type Read<'a> = Box<dyn Iterator<Item = pgp::errors::Result<SignedPublicKey>> + 'a>;

fn add(from: pgp::errors::Result<Read<'_>>, to: &mut Vec<SignedPublicKey>) -> Result<(), CertificateError> {
    for key in from.map_err(|error| damaged(&error))? {
        to.push(key.map_err(|error| damaged(&error))?);
    }
    Ok(())
}

/// The blocks of ASCII armor in a text (RFC 9580, 6.2).
fn blocks(text: &[u8]) -> Result<Vec<&[u8]>, CertificateError> {
    let mut blocks = Vec::new();
    let mut begun = None;
    let mut at = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let end = at + line.len();
        match line.trim_ascii() {
            BEGIN => begun = Some(at),
            END => blocks.extend(begun.take().map(|start| &text[start..end])),
            line if line.starts_with(PRIVATE) => return Err(CertificateError::Private),
            _ => {}
        }
        at = end;
    }
    match begun {
        None => Ok(blocks),
        Some(_) => Err(CertificateError::Damaged("its ASCII armor has no end".into())),
    }
}

fn fingerprint(key: &impl KeyDetails) -> String {
    format!("{:X}", key.fingerprint())
}

fn damaged(error: &pgp::errors::Error) -> CertificateError {
    CertificateError::Damaged(error.to_string())
}

impl Display for CertificateError {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Another => formatter.write_str("it is that of another key"),
            Self::Damaged(why) => write!(formatter, "an OpenPGP certificate is damaged: {why}"),
            Self::Empty => formatter.write_str("there is no OpenPGP certificate"),
            Self::Private => formatter.write_str("there is a private OpenPGP key: keep it out of builds"),
            Self::TooLong => {
                write!(formatter, "a file of OpenPGP certificates has at most {} MiB", MAX_TEXT >> 20)
            }
            Self::Twice(fingerprint) => {
                write!(formatter, "there are two different OpenPGP certificates of the key `{fingerprint}`")
            }
        }
    }
}

impl std::error::Error for CertificateError {}

/// Line before a certificate.
const BEGIN: &[u8] = b"-----BEGIN PGP PUBLIC KEY BLOCK-----";
/// Line after a certificate.
const END: &[u8] = b"-----END PGP PUBLIC KEY BLOCK-----";
/// Begin of the line before a private key.
const PRIVATE: &[u8] = b"-----BEGIN PGP PRIVATE KEY";
/// Most bytes of a file of certificates; the largest of a distribution has 60 KiB.
const MAX_TEXT: usize = 4 << 20;

#[cfg(test)]
pub(in crate::worker) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A certificate with an RSA key of 3072 bits: `gpg --quick-gen-key 'Example Repository
    /// <repository@example.org>' rsa3072 sign never`, as `gpg --armor --export` writes it.
    pub(in crate::worker) const REPOSITORY: &str = include_str!("openpgp/repository.asc");
    /// Likewise, with a key of the kind `ed25519`.
    pub(in crate::worker) const OTHER: &str = include_str!("openpgp/other.asc");

    fn fingerprints(text: impl AsRef<[u8]>) -> Result<Vec<String>, CertificateError> {
        let certificates = certificates(text.as_ref())?;
        Ok(certificates.into_iter().map(|certificate| certificate.fingerprint).collect())
    }

    #[test]
    fn certificates_come_sorted_and_once() {
        let both = ["288FA3DC8238C9FBA6DD659B1C61438BB29895D2", "6542CC606663C765BFFE938501B439AB7C9A62E4"];
        let many = format!("Some words.\r\n{OTHER}\n{REPOSITORY}more words{OTHER}\n{OTHER}");
        assert_eq!(fingerprints(many).unwrap(), both);
        assert_eq!(fingerprints(REPOSITORY).unwrap(), both[..1]);
    }

    #[test]
    fn one_certificate_has_one_text() {
        let written = certificates(OTHER.as_bytes()).unwrap().remove(0).armor;
        let packed = OTHER
            .replace('\n', "\r\n")
            .replace("KEY BLOCK-----\r\n\r\n", "KEY BLOCK-----\r\nComment: x\r\n\r\n");
        let key = SignedPublicKey::from_string(OTHER).unwrap().0;
        let bare = pgp::ser::Serialize::to_bytes(&key).unwrap();
        for text in [packed.as_bytes(), &bare, written.as_bytes()] {
            assert_eq!(certificates(text).unwrap().remove(0).armor, written);
        }
        assert!(written.starts_with("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n"), "{written}");
    }

    #[test]
    fn what_holds_no_certificate_is_told() {
        let cut = &OTHER[..OTHER.len() / 2];
        let private = OTHER.replace("PUBLIC", "PRIVATE");
        let other = OTHER.replace("mDMEa", "mDMEb");
        let message = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nyw1iAAAAAABoZWxsbwo=\n-----END PGP PUBLIC KEY BLOCK-----\n";
        let twice = format!("{REPOSITORY}{}", include_str!("openpgp/expired.asc"));
        let texts = ["", "words", cut, &private, &other, message, &twice, &" ".repeat(MAX_TEXT + 1)];
        let told =
            texts.map(|text| fingerprints(text).map_or_else(|error| error.to_string(), |all| all.join(" ")));
        expect_test::expect![[r#"
            there is no OpenPGP certificate
            there is no OpenPGP certificate
            an OpenPGP certificate is damaged: its ASCII armor has no end
            there is a private OpenPGP key: keep it out of builds
            F90AEAEA39C4F6CCE42FA0D687A63A49676BC0F9
            an OpenPGP certificate is damaged: IO error: PacketBodyReader errored
            there are two different OpenPGP certificates of the key `288FA3DC8238C9FBA6DD659B1C61438BB29895D2`
            a file of OpenPGP certificates has at most 4 MiB"#]]
        .assert_eq(&told.join("\n"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = certificates(&bytes);
            let _ = certificates(&[&[0x98][..], &bytes].concat());
        }

        #[test]
        fn no_change_of_a_byte_makes_it_panic(at in 0..400_usize, byte in any::<u8>()) {
            let key = SignedPublicKey::from_string(OTHER).unwrap().0;
            let mut bare = pgp::ser::Serialize::to_bytes(&key).unwrap();
            let at = at % bare.len();
            bare[at] = byte;
            let _ = certificates(&bare);
        }
    }
}

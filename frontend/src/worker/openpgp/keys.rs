//! Who signed: whether a signature was made by one of the keys that may make it, while it might.

use std::collections::BTreeMap;
use std::io::{self, Read};

use pgp::composed::{Deserializable, DetachedSignature, SignedPublicKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{Signature, SignatureType};
use pgp::types::{KeyDetails, VerifyingKey};

use crate::worker::finding::list;
use crate::worker::openpgp::validity::{self, Validity};
use crate::worker::openpgp::{CertificateError, fingerprint};

/// Certificates to verify signatures with.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    certificates: BTreeMap<String, SignedPublicKey>,
}

/// Why data is not signed by whom it should be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SignatureError {
    /// What should be a signature is none.
    Damaged(String),
    /// The key with this fingerprint cannot have signed at the time that the signature tells.
    Expired(String),
    /// Another key signed: the name that the signature gives it.
    Issuer(String),
    /// The key with this fingerprint did not sign this.
    Mismatch(String),
    /// The owner of the key with this fingerprint took it back.
    Revoked(String),
    /// The signature itself ends at some time.
    Temporary(String),
    /// The certificate with this fingerprint does not vouch for its key, or not for signatures of data.
    Unfit(String),
    /// The signature is over a digest that can be forged.
    Weak(String),
}

impl Keys {
    /// Reads the certificates of a lock.
    ///
    /// # Errors
    ///
    /// A certificate is none, or not that of its fingerprint.
    pub(crate) fn parse(armored: &BTreeMap<String, String>) -> Result<Self, (String, CertificateError)> {
        let mut certificates = BTreeMap::new();
        for (expected, armor) in armored {
            let key = super::keys(armor.as_bytes()).map_err(|error| (expected.clone(), error))?;
            let key = key.into_iter().find(|key| fingerprint(key) == *expected);
            certificates.insert(expected.clone(), key.ok_or((expected.clone(), CertificateError::Another))?);
        }
        Ok(Self { certificates })
    }

    /// Whether one of `signatures`, each of them a packet, was made over the data by one of the keys with these
    /// `fingerprints`. Each call of `data` gives all of it.
    ///
    /// A key is judged at the time that the signature tells, so that the answer is the same on any day: what was
    /// signed before a key expired stays signed, and what a compromised key signed is not (RFC 9580, 5.2.3.31).
    ///
    /// # Errors
    ///
    /// What is wrong with the signature that comes nearest.
    pub(crate) fn verify<R: Read>(
        &self,
        fingerprints: &[String],
        signatures: &[Vec<u8>],
        data: impl Fn() -> io::Result<R>,
    ) -> io::Result<Result<(), SignatureError>> {
        let mut worst = None;
        for signature in signatures {
            match self.verify_one(fingerprints, signature, &data)? {
                Ok(()) => return Ok(Ok(())),
                Err(error) => {
                    let foreign = |error: &SignatureError| {
                        matches!(error, SignatureError::Issuer(_) | SignatureError::Damaged(_))
                    };
                    if worst.as_ref().is_none_or(foreign) {
                        worst = Some(error);
                    }
                }
            }
        }
        Ok(Err(worst.unwrap_or_else(|| SignatureError::Damaged("there is none".into()))))
    }

    fn verify_one<R: Read>(
        &self,
        fingerprints: &[String],
        signature: &[u8],
        data: &impl Fn() -> io::Result<R>,
    ) -> io::Result<Result<(), SignatureError>> {
        let signature = match parse(signature) {
            Ok(signature) => signature,
            Err(error) => return Ok(Err(error)),
        };
        let mut result = Err(SignatureError::Issuer(issuer(&signature)));
        let allowed = fingerprints.iter().filter_map(|name| Some((name, self.certificates.get(name)?)));
        for (name, certificate) in allowed {
            let primary = &certificate.primary_key;
            if is_of(&signature, primary) {
                result = matches(&signature, primary, name, data)?
                    .and_then(|()| judge(&signature, &validity::of_certificate(certificate), name));
            }
            for subkey in &certificate.public_subkeys {
                if result.is_ok() || !is_of(&signature, &subkey.key) {
                    continue;
                }
                result = matches(&signature, &subkey.key, name, data)?
                    .and_then(|()| judge(&signature, &validity::of_subkey(certificate, subkey), name));
            }
            if result.is_ok() {
                break;
            }
        }
        Ok(result)
    }
}

/// Reads a packet, and refuses what nobody should have signed so.
fn parse(packet: &[u8]) -> Result<Signature, SignatureError> {
    let read = DetachedSignature::from_bytes(packet);
    let DetachedSignature { signature } = read.map_err(|error| SignatureError::Damaged(error.to_string()))?;
    if signature.typ() != Some(SignatureType::Binary) {
        return Err(SignatureError::Damaged("it is not over data".into()));
    }
    let strong = [
        HashAlgorithm::Sha224,
        HashAlgorithm::Sha256,
        HashAlgorithm::Sha384,
        HashAlgorithm::Sha512,
        HashAlgorithm::Sha3_256,
        HashAlgorithm::Sha3_512,
    ];
    match signature.hash_alg() {
        Some(hash) if strong.contains(&hash) => {}
        hash => return Err(SignatureError::Weak(hash.map_or_else(String::new, |hash| hash.to_string()))),
    }
    if signature.signature_expiration_time().is_some_and(|duration| duration.as_secs() != 0) {
        return Err(SignatureError::Temporary(issuer(&signature)));
    }
    Ok(signature)
}

/// Whether the signature may be of this key: it names it, or nobody.
fn is_of(signature: &Signature, key: &impl KeyDetails) -> bool {
    let (fingerprints, ids) = (signature.issuer_fingerprint(), signature.issuer_key_id());
    match (fingerprints.as_slice(), ids.as_slice()) {
        ([], []) => true,
        ([], ids) => ids.contains(&&key.legacy_key_id()),
        (fingerprints, _) => fingerprints.contains(&&key.fingerprint()),
    }
}

fn issuer(signature: &Signature) -> String {
    let fingerprint = signature.issuer_fingerprint().first().map(|fingerprint| format!("{fingerprint:X}"));
    let id = || signature.issuer_key_id().first().map(|id| id.to_string().to_uppercase());
    fingerprint.or_else(id).unwrap_or_else(|| "unknown".into())
}

/// Whether the key made this signature over this data.
fn matches<R: Read>(
    signature: &Signature,
    key: &impl VerifyingKey,
    name: &str,
    data: &impl Fn() -> io::Result<R>,
) -> io::Result<Result<(), SignatureError>> {
    let mut failed = None;
    let result = signature.verify(key, Noting { inner: data()?, failed: &mut failed });
    match failed {
        Some(error) => Err(error),
        None => Ok(result.map_err(|_| SignatureError::Mismatch(name.to_owned()))),
    }
}

/// A reader that keeps the error that ends it: what verifies does not tell it from a wrong signature.
struct Noting<'a, R> {
    inner: R,
    failed: &'a mut Option<io::Error>,
}

impl<R: Read> Read for Noting<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted {
                *self.failed = Some(error);
            }
            kind.into()
        })
    }
}

/// Whether a key that made a signature might have.
fn judge(signature: &Signature, validity: &Validity, name: &str) -> Result<(), SignatureError> {
    let name = || name.to_owned();
    let Some(made) = signature.created().map(|time| u64::from(time.as_secs())) else {
        return Err(SignatureError::Damaged("it tells no time".into()));
    };
    if validity.revoked.is_some_and(|since| since <= made) {
        return Err(SignatureError::Revoked(name()));
    }
    if !validity.signs {
        return Err(SignatureError::Unfit(name()));
    }
    if made < validity.begins || validity.ends.is_some_and(|end| made >= end) {
        return Err(SignatureError::Expired(name()));
    }
    Ok(())
}

impl SignatureError {
    /// The rest of a sentence about a file which one of the keys with these fingerprints should have signed.
    pub(crate) fn why(&self, fingerprints: &[String]) -> String {
        let expected = match fingerprints {
            [one] => format!("by `{one}`"),
            many => format!("by one of {}", list(many)),
        };
        match self {
            Self::Damaged(why) => format!("has a damaged signature, which should be {expected}: {why}"),
            Self::Expired(name) => format!("is signed by `{name}` at a time when this key was not valid"),
            Self::Issuer(name) => format!("is signed by `{name}`, not {expected}"),
            Self::Mismatch(name) => format!("is not what `{name}` signed"),
            Self::Revoked(name) => format!("is signed by `{name}`, a key that its owner revoked"),
            Self::Temporary(name) => format!("has a signature of `{name}` that is not for good"),
            Self::Unfit(name) => format!("is signed by `{name}`, a key that is not for signing"),
            Self::Weak(hash) => format!("has a signature over {hash}, a digest that can be forged"),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::worker::openpgp::certificates;
    use crate::worker::openpgp::tests::{OTHER, REPOSITORY};

    // Made with gpg 2.2.40 and the keys of the certificates; `--faked-system-time 20270101T000000` for signatures of
    // the file `hello`, which holds its name and a line feed.

    /// `gpg --quick-gen-key 'Subkey Repository <subkey@example.org>' ed25519 cert never`, `gpg --quick-add-key
    /// FINGERPRINT nistp256/ecdsa sign never`.
    const SUBKEY: &str = include_str!("subkey.asc");
    /// [`REPOSITORY`], to which `gpg --quick-set-expire FINGERPRINT 2026-12-01` gave an end.
    const EXPIRED: &str = include_str!("expired.asc");
    /// [`REPOSITORY`] with the revocation that gpg makes along with a key.
    const REVOKED: &str = include_str!("revoked.asc");
    /// [`REPOSITORY`], retired by `gpg --gen-revoke` on 2027-06-01.
    const RETIRED: &str = include_str!("retired.asc");

    fn name(armor: &str) -> String {
        certificates(armor.as_bytes()).unwrap().remove(0).fingerprint
    }

    fn packet(armor: &str) -> Vec<u8> {
        let (signature, _) = DetachedSignature::from_string(armor).unwrap();
        let mut packet = Vec::new();
        pgp::packet::PacketTrait::to_writer_with_header(&signature.signature, &mut packet).unwrap();
        packet
    }

    fn verify(armor: &str, signatures: &[&str], data: &str) -> String {
        let name = name(armor);
        let keys = Keys::parse(&BTreeMap::from([(name.clone(), armor.to_owned())])).unwrap();
        let packets: Vec<Vec<u8>> = signatures.iter().map(|signature| packet(signature)).collect();
        let names = [name];
        let result = keys.verify(&names, &packets, || Ok(data.as_bytes())).unwrap();
        result.map_or_else(|error| error.why(&names), |()| "is signed".to_owned())
    }

    #[test]
    fn what_gpg_signed_is_signed() {
        for (armor, signature) in [
            (REPOSITORY, include_str!("repository.sig")),
            // Version 3, which packages of long-lived distributions still have: `gpg --force-v3-sigs` of gpg 1.4.23.
            (REPOSITORY, include_str!("version3.sig")),
            (OTHER, include_str!("other.sig")),
            (SUBKEY, include_str!("subkey.sig")),
        ] {
            assert_eq!(verify(armor, &[signature], "hello\n"), "is signed");
            // One good signature is enough.
            assert_eq!(verify(armor, &[include_str!("text.sig"), signature], "hello\n"), "is signed");
        }
    }

    #[test]
    fn what_is_not_rightly_signed_is_told() {
        let repository = include_str!("repository.sig");
        let told = [
            verify(REPOSITORY, &[repository], "hullo\n"),
            verify(REPOSITORY, &[include_str!("other.sig")], "hello\n"),
            verify(REPOSITORY, &[include_str!("other.sig"), repository], "hullo\n"),
            verify(REPOSITORY, &[repository, include_str!("other.sig")], "hullo\n"),
            verify(SUBKEY, &[repository], "hello\n"),
            verify(SUBKEY, &[include_str!("subkey.sig")], "hullo\n"),
            verify(REPOSITORY, &[include_str!("weak.sig")], "hello\n"),
            verify(REPOSITORY, &[include_str!("text.sig")], "hello\n"),
            verify(REPOSITORY, &[include_str!("temporary.sig")], "hello\n"),
            verify(REPOSITORY, &[], "hello\n"),
        ];
        expect![[r#"
            is not what `288FA3DC8238C9FBA6DD659B1C61438BB29895D2` signed
            is signed by `6542CC606663C765BFFE938501B439AB7C9A62E4`, not by `288FA3DC8238C9FBA6DD659B1C61438BB29895D2`
            is not what `288FA3DC8238C9FBA6DD659B1C61438BB29895D2` signed
            is not what `288FA3DC8238C9FBA6DD659B1C61438BB29895D2` signed
            is signed by `288FA3DC8238C9FBA6DD659B1C61438BB29895D2`, not by `6FD8F983BE22A7B582111DFCF50239695B4688C6`
            is not what `6FD8F983BE22A7B582111DFCF50239695B4688C6` signed
            has a signature over SHA1, a digest that can be forged
            has a damaged signature, which should be by `288FA3DC8238C9FBA6DD659B1C61438BB29895D2`: it is not over data
            has a signature of `288FA3DC8238C9FBA6DD659B1C61438BB29895D2` that is not for good
            has a damaged signature, which should be by `288FA3DC8238C9FBA6DD659B1C61438BB29895D2`: there is none"#]].assert_eq(&told.join("\n"));
    }

    #[test]
    fn a_key_is_judged_at_the_time_of_the_signature() {
        let told = [EXPIRED, REVOKED, RETIRED]
            .map(|armor| verify(armor, &[include_str!("repository.sig")], "hello\n"));
        expect![[r#"
            is signed by `288FA3DC8238C9FBA6DD659B1C61438BB29895D2` at a time when this key was not valid
            is signed by `288FA3DC8238C9FBA6DD659B1C61438BB29895D2`, a key that its owner revoked
            is signed"#]]
        .assert_eq(&told.join("\n"));
    }

    #[test]
    fn a_key_that_nothing_vouches_for_signs_nothing() {
        let mut key = SignedPublicKey::from_string(OTHER).unwrap().0;
        key.details.users.clear();
        let bare = key.to_armored_string(pgp::composed::ArmorOptions::default()).unwrap();
        let mut key = SignedPublicKey::from_string(SUBKEY).unwrap().0;
        let stranger = SignedPublicKey::from_string(OTHER).unwrap().0;
        let signatures = key.public_subkeys.remove(0).signatures;
        let stranger = &stranger.primary_key;
        let claimed = pgp::packet::PubKeyInner::new(
            stranger.version(),
            stranger.algorithm(),
            stranger.created_at(),
            None,
            stranger.public_params().clone(),
        );
        let claimed = pgp::packet::PublicSubkey::from_inner(claimed.unwrap()).unwrap();
        key.public_subkeys.push(pgp::composed::SignedPublicSubKey::new(claimed, signatures));
        let claimed = key.to_armored_string(pgp::composed::ArmorOptions::default()).unwrap();
        let told = [bare, claimed].map(|armor| verify(&armor, &[include_str!("other.sig")], "hello\n"));
        expect![[r#"
            is signed by `6542CC606663C765BFFE938501B439AB7C9A62E4`, a key that is not for signing
            is signed by `6FD8F983BE22A7B582111DFCF50239695B4688C6`, a key that is not for signing"#]]
        .assert_eq(&told.join("\n"));
    }

    #[test]
    fn a_certificate_has_the_fingerprint_that_the_lock_tells() {
        let parse = |name: &str, armor: &str| {
            let error = Keys::parse(&BTreeMap::from([(name.to_owned(), armor.to_owned())])).unwrap_err();
            format!("{}: {}", error.0, error.1)
        };
        expect![[r#"
            288FA3DC8238C9FBA6DD659B1C61438BB29895D2: it is that of another key
            00: there is no OpenPGP certificate"#]]
        .assert_eq(&[parse(&name(REPOSITORY), OTHER), parse("00", "words")].join("\n"));
    }

    #[test]
    fn what_cannot_be_read_is_no_wrong_signature() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::from_raw_os_error(5))
            }
        }
        let name = name(OTHER);
        let keys = Keys::parse(&BTreeMap::from([(name.clone(), OTHER.to_owned())])).unwrap();
        let result = keys.verify(&[name], &[packet(include_str!("other.sig"))], || Ok(Broken));
        assert_eq!(result.unwrap_err().raw_os_error(), Some(5));
    }

    #[test]
    fn no_bytes_are_a_signature_of_somebody() {
        let good = packet(include_str!("other.sig"));
        // After the packet's header of two bytes, and six of the signature, the last two of which count the subpackets
        // that it covers (RFC 9580, 5.2.3).
        let covered = 2 + 6 + usize::from(u16::from_be_bytes([good[6], good[7]]));
        let name = [name(OTHER)];
        let keys = Keys::parse(&BTreeMap::from([(name[0].clone(), OTHER.to_owned())])).unwrap();
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[at] ^= 1 << bit;
                let result = keys.verify(&name, &[bad], || Ok(&b"hello\n"[..])).unwrap();
                // Hints that the signature does not cover may change, and lengths that mean the same.
                if result.is_ok() {
                    assert!(at >= covered, "bit {bit} of byte {at}");
                }
            }
        }
    }
}

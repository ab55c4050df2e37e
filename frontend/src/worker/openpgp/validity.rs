//! When a key might sign, as its certificate says.

use pgp::composed::{SignedPublicKey, SignedPublicSubKey};
use pgp::packet::{RevocationCode, Signature, SignatureType, SubpacketData};
use pgp::types::{KeyDetails, Tag};

/// When and for what a key is to be used; times in seconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Validity {
    /// First second of its life.
    pub(super) begins: u64,
    /// First second after its life.
    pub(super) ends: Option<u64>,
    /// First second whose signatures do not count any more; all of them where the key may be in other hands.
    pub(super) revoked: Option<u64>,
    /// Whether it is to sign data.
    pub(super) signs: bool,
}

/// Of the primary key.
pub(super) fn of_certificate(certificate: &SignedPublicKey) -> Validity {
    let SignedPublicKey { primary_key, details, .. } = certificate;
    let revocations = details.revocation_signatures.iter();
    let revoked =
        revocations.filter(|signature| signature.verify_key(primary_key).is_ok()).map(revoked_since).min();
    let by_user = details.users.iter().flat_map(|user| {
        let certifies = |signature: &&Signature| {
            signature.typ() != Some(SignatureType::CertRevocation)
                && signature.verify_certification(primary_key, Tag::UserId, &user.id).is_ok()
        };
        user.signatures.iter().filter(certifies)
    });
    let direct = details.direct_signatures.iter();
    let direct = direct.filter(|signature| {
        signature.typ() == Some(SignatureType::Key) && signature.verify_key(primary_key).is_ok()
    });
    let newest = by_user.chain(direct).max_by_key(|signature| created(signature));
    validity(primary_key, newest, revoked, |signature| {
        // Before key flags there were certificates without: their primary keys did everything.
        flags(signature).is_none_or(|sign| sign)
    })
}

/// Of a key that signs in the name of the primary key.
pub(super) fn of_subkey(certificate: &SignedPublicKey, subkey: &SignedPublicSubKey) -> Validity {
    let primary_key = &certificate.primary_key;
    let of = |kind: SignatureType| {
        let signatures = subkey.signatures.iter();
        signatures.filter(move |signature| {
            signature.typ() == Some(kind) && signature.verify_subkey_binding(primary_key, &subkey.key).is_ok()
        })
    };
    let revoked = of(SignatureType::SubkeyRevocation).map(revoked_since).min();
    let newest = of(SignatureType::SubkeyBinding).max_by_key(|signature| created(signature));
    let own = validity(&subkey.key, newest, revoked, |signature| {
        // The subkey says itself that it belongs to the primary key (RFC 9580, 5.2.1.9).
        let back = signature.embedded_signature();
        flags(signature) == Some(true)
            && back.is_some_and(|back| back.verify_primary_key_binding(&subkey.key, primary_key).is_ok())
    });
    // What ends the primary key ends all; it may be one that signs no data itself.
    let primary = of_certificate(certificate);
    let earliest = |one: Option<u64>, other: Option<u64>| one.into_iter().chain(other).min();
    Validity {
        begins: own.begins.max(primary.begins),
        ends: earliest(own.ends, primary.ends),
        revoked: earliest(own.revoked, primary.revoked),
        signs: own.signs,
    }
}

fn validity(
    key: &impl KeyDetails,
    newest: Option<&Signature>,
    revoked: Option<u64>,
    signs: impl Fn(&Signature) -> bool,
) -> Validity {
    let begins = u64::from(key.created_at().as_secs());
    // Zero is no end (RFC 9580, 5.2.3.13).
    let life = newest.and_then(Signature::key_expiration_time).map(|life| u64::from(life.as_secs()));
    let ends = life.filter(|life| *life != 0).map(|life| begins + life);
    Validity { begins, ends, revoked, signs: newest.is_some_and(signs) }
}

/// The first time whose signatures a revocation takes back (RFC 9580, 5.2.3.31).
fn revoked_since(signature: &Signature) -> u64 {
    match signature.revocation_reason_code() {
        Some(RevocationCode::KeySuperseded | RevocationCode::KeyRetired) => created(signature),
        _ => 0,
    }
}

fn created(signature: &Signature) -> u64 {
    signature.created().map_or(0, |time| u64::from(time.as_secs()))
}

/// Whether the key is to sign data, if its certificate says what it is for (RFC 9580, 5.2.3.29).
fn flags(signature: &Signature) -> Option<bool> {
    let mut subpackets = signature.config()?.hashed_subpackets();
    subpackets.find_map(|subpacket| match &subpacket.data {
        SubpacketData::KeyFlags(flags) => Some(flags.sign()),
        _ => None,
    })
}

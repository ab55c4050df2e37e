//! `annex worker list-indices`: where the worker's repositories say what they have.

use std::path::Path;

use super::{Apt, Error, answer};

/// Writes the addresses of the `InRelease` files of all repositories that are had by HTTP to the
/// answer in the directory `out`: a sorted JSON list. No repository is asked.
///
/// Who fetches these files knows whether a repository has changed, for `architecture` or another. Left
/// out are repositories of other methods, which none but apt can ask, and those with a password in
/// their address, which is nobody's business.
///
/// # Errors
/// The worker's sources cannot be read, or the answer not written.
pub fn list_indices(architecture: &str, out: &Path, apt: &Apt) -> Result<(), Error> {
    let uris = apt.state(architecture)?.update_uris()?;
    let open = |uri: &str| {
        let host = uri.split('/').nth(2).unwrap_or_default();
        (uri.starts_with("http://") || uri.starts_with("https://")) && !host.contains('@')
    };
    let releases = uris.into_iter().map(|uri| uri.uri).filter(|uri| uri.ends_with("/InRelease") && open(uri));
    answer(out, &releases.collect::<Vec<_>>())
}

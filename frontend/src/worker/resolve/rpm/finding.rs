//! The words for what is wrong with wanted packages of RPM's family.

use super::choice::{Refusal, within};
use crate::job::{Finding, Rule, Wanted};
use crate::version::Order;
use crate::worker::dnf::{Entry, Fetched};
use crate::worker::resolve::finding::{error, forbidden, out_of_bounds, warning};

/// `name` cannot be the name of a package.
pub(super) fn no_name(name: &str) -> Finding {
    let help = "a name has letters, digits, `+`, `-`, `.` and `_`, and begins with a letter or digit";
    let message = format!("`{}` is no name of an RPM package", name.escape_debug());
    error(Rule::PackageName, &[name], message, Some(help.to_owned()))
}

/// None of the versions may be taken.
pub(super) fn refused(
    wanted: &Wanted,
    entries: &[(usize, Entry)],
    fetched: &Fetched,
    refusal: Refusal,
) -> Finding {
    let id = |number: usize| fetched.indices[number].repository.as_str();
    let versions = entries.iter().map(|(number, entry)| (entry.version.as_str(), id(*number)));
    match refusal {
        Refusal::Bounds => out_of_bounds(wanted, versions, Order::Rpm),
        Refusal::Hidden => forbidden(
            wanted,
            versions.filter(|(version, _)| within(version, &wanted.versions)),
            Order::Rpm,
            "the worker's package manager hides",
            "remove it from `excludepkgs=` of the worker's configuration, or enable the stream of its module there",
        ),
    }
}

/// The index has no checksum of the file that could be compared.
pub(super) fn no_hash(entry: &Entry) -> Finding {
    let Entry { name, version, checksum: (kind, _), .. } = entry;
    let message = format!(
        "the repository's index gives no size and SHA-256 of `{name}` {version}, but a checksum of kind `{}`",
        kind.escape_debug()
    );
    let help = "publish the repository with `createrepo_c --checksum sha256`";
    error(Rule::PackageIndex, &[name], message, Some(help.to_owned()))
}

/// The file is where nobody but the manager can fetch it.
pub(super) fn unreachable(entry: &Entry, repository: &str, why: &str) -> Finding {
    let Entry { name, version, .. } = entry;
    let message = format!("`{name}` {version} is in repository `{repository}`, {why}");
    let help = "use a repository that is read by HTTP without a login, or one in the worker's own files";
    error(Rule::PackageIndex, &[name], message, Some(help.to_owned()))
}

/// The keys of a repository cannot be had; `why` goes on about the repository.
pub(super) fn no_keys(packages: &[&str], repository: &str, why: &str) -> Finding {
    let message = format!("repository `{repository}` {why}");
    let help =
        "give the repository in the worker a `gpgkey=` that is a file of the worker or can be read by HTTP";
    error(Rule::RepositoryKey, packages, message, Some(help.to_owned()))
}

/// The packages of a repository need no signature.
pub(super) fn unsigned(packages: &[&str], repository: &str) -> Finding {
    let message = format!(
        "repository `{repository}` of the worker has `gpgcheck=0`: the signatures of its packages are not verified"
    );
    let help = "set `gpgcheck=1` and `gpgkey=` in the worker's configuration";
    warning(Rule::RepositoryUnsigned, packages, message, Some(help.to_owned()))
}

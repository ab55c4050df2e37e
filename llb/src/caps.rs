//! What a graph asks of the engine that solves it.

use std::{
    collections::BTreeSet,
    fmt::{self, Display, Formatter},
};

macro_rules! caps {
    ($($name:ident = $id:literal, $since:literal;)*) => {
        /// A capability of BuildKit's engine that an operation needs (`solver/pb/caps.go`).
        ///
        /// Each vertex records what it uses, so an engine that lacks something says so instead of ignoring a
        /// field it does not know. Two ids that BuildKit declares are absent, since no engine registers them and
        /// every engine refuses a definition that lists one: `file.copy.modestring` (a symbolic mode records
        /// [`Cap::ExecValidExitCode`], of the same release) and `exec.meta.removemountstubs.recursive`.
        #[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
        pub enum Cap {
            $(#[doc = concat!("`", $id, "`, since BuildKit ", $since, ".")] $name,)*
        }

        impl Cap {
            /// Every capability that a graph of this crate can need, in the order of their names.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name on the wire.
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$name => $id,)*
                }
            }

            /// The first release of BuildKit that has it.
            pub const fn since(self) -> &'static str {
                match self {
                    $(Self::$name => $since,)*
                }
            }
        }
    };
}

// Read in the release tags of moby/buildkit up to 0.32. `soruce` is the name on the wire.
caps! {
    Constraints = "constraints", "0.3";
    DiffOp = "diffop", "0.10";
    ExecMetaBase = "exec.meta.base", "0.3";
    ExecMetaCdi = "exec.meta.cdi", "0.20";
    ExecMetaCgroupParent = "exec.meta.cgroup.parent", "0.10";
    ExecMetaLinuxResources = "exec.meta.linux.resources", "0.31";
    ExecMetaNetwork = "exec.meta.network", "0.3";
    ExecMetaProxyEnv = "exec.meta.proxyenv", "0.3";
    ExecMetaSecurity = "exec.meta.security", "0.5";
    ExecMetaSetsDefaultPath = "exec.meta.setsdefaultpath", "0.3";
    ExecMetaUlimit = "exec.meta.ulimit", "0.10";
    ExecMountBind = "exec.mount.bind", "0.3";
    ExecMountBindReadWriteNoOutput = "exec.mount.bind.readwrite-nooutput", "0.6.1";
    ExecMountCache = "exec.mount.cache", "0.3";
    ExecMountCacheContent = "exec.mount.cache.content", "0.13";
    ExecMountCacheSharing = "exec.mount.cache.sharing", "0.3";
    ExecMountSecret = "exec.mount.secret", "0.3";
    ExecMountSelector = "exec.mount.selector", "0.3";
    ExecMountSsh = "exec.mount.ssh", "0.3";
    ExecMountTmpfs = "exec.mount.tmpfs", "0.3";
    ExecMountTmpfsSize = "exec.mount.tmpfs.size", "0.10";
    ExecSecretEnv = "exec.secretenv", "0.10";
    ExecValidExitCode = "exec.validexitcode", "0.17";
    FileBase = "file.base", "0.5";
    FileCopyAlwaysReplaceExistingDestPaths = "file.copy.alwaysreplaceexistingdestpaths", "0.14";
    FileCopyIncludeExcludePatterns = "file.copy.includeexcludepatterns", "0.9";
    FileCopyRequiredPaths = "file.copy.requiredpaths", "0.26";
    FileRmNoFollowSymlink = "file.rm.nofollowsymlink", "0.10";
    FileRmWildcard = "file.rm.wildcard", "0.7";
    FileSymlinkCreate = "file.symlink.create", "0.19";
    MergeOp = "mergeop", "0.10";
    MetaDescription = "meta.description", "0.3";
    MetaExportCache = "meta.exportcache", "0.3";
    MetaIgnoreCache = "meta.ignorecache", "0.3";
    PassthroughOp = "passthroughop", "0.31";
    Platform = "platform", "0.3";
    SourceBuildOpLlbFileName = "source.buildop.llbfilename", "0.3";
    SourceGit = "source.git", "0.3";
    SourceGitBundle = "source.git.bundle", "0.30";
    SourceGitCheckoutBundle = "source.git.checkoutbundle", "0.30";
    SourceGitChecksum = "source.git.checksum", "0.22";
    SourceGitFetchByCommit = "source.git.fetchbycommit", "0.30";
    SourceGitFullUrl = "source.git.fullurl", "0.3";
    SourceGitHttpAuth = "source.git.httpauth", "0.8";
    SourceGitKeepGitDir = "source.git.keepgitdir", "0.3";
    SourceGitKnownSshHosts = "source.git.knownsshhosts", "0.8";
    SourceGitMTime = "source.git.mtime", "0.29";
    SourceGitMountSshSock = "source.git.mountsshsock", "0.8";
    SourceGitSignatureVerify = "source.git.signatureverify", "0.26";
    SourceGitSkipSubmodules = "source.git.skipsubmodules", "0.24";
    SourceGitSubdir = "source.git.subdir", "0.9";
    SourceHttp = "source.http", "0.3";
    SourceHttpAuth = "source.http.auth", "0.21";
    SourceHttpChecksum = "source.http.checksum", "0.3";
    SourceHttpHeader = "source.http.header", "0.21";
    SourceHttpPerm = "source.http.perm", "0.3";
    SourceHttpSignatureVerify = "source.http.signatureverify", "0.28";
    SourceHttpUidGid = "soruce.http.uidgid", "0.3";
    SourceImage = "source.image", "0.3";
    SourceImageBlob = "source.imageblob", "0.28";
    SourceImageChecksum = "source.image.checksum", "0.25";
    SourceImageLayerLimit = "source.image.layerlimit", "0.11";
    SourceImageResolveMode = "source.image.resolvemode", "0.3";
    SourceLocal = "source.local", "0.3";
    SourceLocalDiffer = "source.local.differ", "0.9";
    SourceLocalExcludePatterns = "source.local.excludepatterns", "0.3";
    SourceLocalFollowPaths = "source.local.followpaths", "0.3";
    SourceLocalIncludePatterns = "source.local.includepatterns", "0.3";
    SourceLocalMetadataTransfer = "source.local.metadatatransfer", "0.21";
    SourceLocalSessionId = "source.local.sessionid", "0.3";
    SourceLocalSharedKeyHint = "source.local.sharedkeyhint", "0.3";
    SourceLocalUnique = "source.local.unique", "0.3";
    SourceOciLayout = "source.ocilayout", "0.11";
}

impl Cap {
    /// The capability named `id` on the wire.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|cap| cap.id() == id)
    }
}

impl Display for Cap {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// Capabilities gathered while an operation is built.
pub(crate) type Caps = BTreeSet<Cap>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_each_id_is_there_once() {
        let names: Vec<_> = Cap::ALL.iter().map(|cap| format!("{cap:?}")).collect();
        assert!(names.is_sorted(), "{names:#?}");
        for cap in Cap::ALL {
            assert_eq!(Cap::from_id(cap.id()), Some(*cap));
        }
    }

    #[test]
    fn ids_that_no_engine_registers_are_never_recorded() {
        for id in ["file.copy.modestring", "exec.meta.removemountstubs.recursive"] {
            assert_eq!(Cap::from_id(id), None);
        }
    }
}

//! What an engine can do, as its answer to `Ping` lists it.

use std::collections::BTreeMap;
use std::fmt;

use buildkit_llb::Cap;
use buildkit_proto::{caps::ApiCap, gateway::PongResponse, pb};

macro_rules! caps {
    ($($name:ident = $id:literal, $since:literal;)*) => {
        /// Something that the gateway itself can do (`frontend/gateway/pb/caps.go`).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum GatewayCap {
            $(#[doc = concat!("`", $id, "`, since BuildKit ", $since, ".")] $name,)*
        }

        impl GatewayCap {
            /// Every one that we know, in the order of their names.
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

// Read in the release tags of moby/buildkit up to 0.32.
caps! {
    Evaluate = "gateway.evaluate", "0.11";
    Exec = "gateway.exec", "0.8";
    ExecExtraHosts = "gateway.exec.extrahosts", "0.10";
    ExecSecretEnv = "gateway.exec.secretenv", "0.12";
    FrontendCaps = "frontend.caps", "0.8";
    FrontendInputs = "frontend.inputs", "0.7";
    ImportCaches = "importcaches", "0.4";
    ProtoRefArray = "proto.refarray", "0.7";
    ReadDir = "readdir", "0.3";
    ReadFile = "readfile", "0.3";
    ReferenceAttestations = "reference.attestations", "0.11";
    ResolveImage = "resolveimage", "0.3";
    Return = "return", "0.3";
    ReturnMap = "returnmap", "0.3";
    SolveBase = "solve.base", "0.3";
    SolveEvaluate = "gateway.solve.evaluate", "0.8";
    SourceMetaResolver = "source.metaresolver", "0.13";
    StatFile = "statfile", "0.3";
    Warnings = "gateway.warnings", "0.10";
}

/// Something that an engine may be able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Capability {
    /// The gateway itself.
    Gateway(GatewayCap),
    /// The solver of graphs.
    Llb(Cap),
}

impl From<GatewayCap> for Capability {
    fn from(cap: GatewayCap) -> Self {
        Self::Gateway(cap)
    }
}

impl From<Cap> for Capability {
    fn from(cap: Cap) -> Self {
        Self::Llb(cap)
    }
}

/// What one engine can do.
///
/// An engine lists what it knows, and a listed capability may be disabled: on Docker's own image
/// stores `mergeop` is. So presence says nothing; only an enabled capability counts, as in BuildKit's
/// `util/apicaps/caps.go`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    gateway: BTreeMap<String, State>,
    llb: BTreeMap<String, State>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Enabled,
    Disabled { reason: String, instead: String },
}

impl Capabilities {
    /// What an engine answered to `Ping`. An engine older than such lists gives none, and has what
    /// BuildKit froze then.
    pub(super) fn of(pong: &PongResponse) -> Self {
        Self {
            gateway: states(&pong.frontend_api_caps, FROZEN_GATEWAY),
            llb: states(&pong.llb_caps, FROZEN_LLB),
        }
    }

    /// Whether the engine can do it now.
    pub fn has(&self, capability: impl Into<Capability>) -> bool {
        self.require(capability).is_ok()
    }

    /// An error that says what is needed unless the engine can do it now.
    pub fn require(&self, capability: impl Into<Capability>) -> Result<(), Unsupported> {
        match capability.into() {
            Capability::Gateway(cap) => check(&self.gateway, cap.id(), Some(cap.since())),
            Capability::Llb(cap) => check(&self.llb, cap.id(), Some(cap.since())),
        }
    }

    /// An error unless the engine can do all that the vertices of a graph ask for. It may be a graph
    /// of another client's making, with capabilities that we do not know.
    pub(super) fn require_all(&self, definition: &pb::Definition) -> Result<(), Unsupported> {
        let caps = definition.metadata.values().flat_map(|metadata| &metadata.caps);
        for (id, _) in caps.filter(|&(_, &needed)| needed) {
            check(&self.llb, id, Cap::from_id(id).map(Cap::since))?;
        }
        Ok(())
    }
}

/// A capability that an engine lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// Name of the capability on the wire.
    pub capability: String,
    /// First release of BuildKit that has it, where we know it.
    pub since: Option<&'static str>,
    /// How it is lacking.
    pub lack: Lack,
}

/// How a capability is lacking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// The engine has it, but not in its present configuration.
    Disabled {
        /// The engine's words on why; may be empty.
        reason: String,
        /// Capability to use instead; may be empty.
        instead: String,
    },
    /// The engine does not know it.
    Unknown,
}

impl std::error::Error for Unsupported {}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { capability, since, lack } = self;
        match lack {
            Lack::Unknown => {
                write!(f, "the BuildKit of this build does not have `{capability}`")?;
                match since {
                    Some(since) => write!(f, ": use BuildKit {since} or newer"),
                    None => f.write_str(": use a newer BuildKit"),
                }
            }
            Lack::Disabled { reason, instead } => {
                write!(f, "`{capability}` is disabled in the BuildKit of this build")?;
                if !reason.is_empty() {
                    write!(f, ": {reason}")?;
                }
                if !instead.is_empty() {
                    write!(f, "; it offers `{instead}` instead")?;
                }
                Ok(())
            }
        }
    }
}

fn states(listed: &[ApiCap], frozen: &[&str]) -> BTreeMap<String, State> {
    if listed.is_empty() {
        return frozen.iter().map(|&id| (id.to_owned(), State::Enabled)).collect();
    }
    let state = |cap: &ApiCap| {
        if cap.enabled {
            State::Enabled
        } else {
            State::Disabled {
                reason: cap.disabled_reason_msg.clone(),
                instead: cap.disabled_alternative.clone(),
            }
        }
    };
    listed.iter().map(|cap| (cap.id.clone(), state(cap))).collect()
}

fn check(states: &BTreeMap<String, State>, id: &str, since: Option<&'static str>) -> Result<(), Unsupported> {
    let lack = match states.get(id) {
        Some(State::Enabled) => return Ok(()),
        Some(State::Disabled { reason, instead }) => {
            Lack::Disabled { reason: reason.clone(), instead: instead.clone() }
        }
        None => Lack::Unknown,
    };
    Err(Unsupported { capability: id.to_owned(), since, lack })
}

/// `defaultCaps` of `frontend/gateway/grpcclient/client.go`.
const FROZEN_GATEWAY: &[&str] = &["readfile", "resolveimage", "solve.base", "solve.inlinereturn"];

/// `defaultLLBCaps` of `frontend/gateway/grpcclient/client.go`.
const FROZEN_LLB: &[&str] = &[
    "constraints",
    "exec.meta.base",
    "exec.meta.proxyenv",
    "exec.mount.bind",
    "exec.mount.cache",
    "exec.mount.cache.sharing",
    "exec.mount.secret",
    "exec.mount.selector",
    "exec.mount.tmpfs",
    "meta.description",
    "meta.exportcache",
    "meta.ignorecache",
    "platform",
    "soruce.http.uidgid",
    "source.buildop.llbfilename",
    "source.git",
    "source.git.fullurl",
    "source.git.keepgitdir",
    "source.http",
    "source.http.checksum",
    "source.http.perm",
    "source.image",
    "source.local",
    "source.local.excludepatterns",
    "source.local.followpaths",
    "source.local.includepatterns",
    "source.local.sessionid",
    "source.local.sharedkeyhint",
    "source.local.unique",
];

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(capability: impl Into<Capability>, caps: Vec<ApiCap>, expected: &Expect) {
        let pong =
            PongResponse { frontend_api_caps: caps.clone(), llb_caps: caps, ..PongResponse::default() };
        let text = match Capabilities::of(&pong).require(capability) {
            Ok(()) => "supported".to_owned(),
            Err(error) => error.to_string(),
        };
        expected.assert_eq(&text);
    }

    fn cap(id: &str, enabled: bool) -> ApiCap {
        ApiCap { id: id.into(), enabled, ..ApiCap::default() }
    }

    #[test]
    fn only_an_enabled_capability_counts() {
        check(Cap::MergeOp, vec![cap("mergeop", true)], &expect!["supported"]);
        check(
            Cap::MergeOp,
            vec![cap("mergeop", false)],
            &expect!["`mergeop` is disabled in the BuildKit of this build"],
        );
        let disabled = ApiCap {
            disabled_reason_msg: "only enabled with containerd image store backend".into(),
            disabled_alternative: "file.base".into(),
            ..cap("mergeop", false)
        };
        check(
            Cap::MergeOp,
            vec![disabled],
            &expect![
                "`mergeop` is disabled in the BuildKit of this build: only enabled with containerd image store backend; it offers `file.base` instead"
            ],
        );
    }

    #[test]
    fn a_missing_capability_names_the_release_that_has_it() {
        let other = || vec![cap("other", true)];
        check(
            Cap::FileSymlinkCreate,
            other(),
            &expect![
                "the BuildKit of this build does not have `file.symlink.create`: use BuildKit 0.19 or newer"
            ],
        );
        check(
            GatewayCap::SourceMetaResolver,
            other(),
            &expect![
                "the BuildKit of this build does not have `source.metaresolver`: use BuildKit 0.13 or newer"
            ],
        );
    }

    #[test]
    fn an_engine_without_lists_has_what_was_frozen() {
        check(Cap::ExecMountBind, vec![], &expect!["supported"]);
        check(GatewayCap::ReadFile, vec![], &expect!["supported"]);
        check(
            Cap::FileBase,
            vec![],
            &expect!["the BuildKit of this build does not have `file.base`: use BuildKit 0.5 or newer"],
        );
        check(
            GatewayCap::StatFile,
            vec![],
            &expect!["the BuildKit of this build does not have `statfile`: use BuildKit 0.3 or newer"],
        );
    }

    #[test]
    fn a_graph_may_ask_for_what_only_the_engine_knows() {
        let caps = |id: &str, needed| [(id.to_owned(), needed)].into();
        let metadata = |id, needed| pb::OpMetadata { caps: caps(id, needed), ..Default::default() };
        let definition = |id, needed| pb::Definition {
            metadata: [("sha256:0".to_owned(), metadata(id, needed))].into(),
            ..Default::default()
        };
        let pong = PongResponse { llb_caps: vec![cap("of.tomorrow", true)], ..PongResponse::default() };
        let caps = Capabilities::of(&pong);
        assert_eq!(caps.require_all(&definition("of.tomorrow", true)), Ok(()));
        assert_eq!(caps.require_all(&definition("of.never", false)), Ok(()));
        let error = caps.require_all(&definition("of.never", true)).unwrap_err();
        expect!["the BuildKit of this build does not have `of.never`: use a newer BuildKit"]
            .assert_eq(&error.to_string());
    }

    #[test]
    fn the_tables_are_sorted() {
        let names: Vec<_> = GatewayCap::ALL.iter().map(|cap| format!("{cap:?}")).collect();
        assert!(names.is_sorted(), "{names:#?}");
        assert!(FROZEN_GATEWAY.is_sorted());
        assert!(FROZEN_LLB.is_sorted());
        assert_eq!(FROZEN_LLB.iter().find(|id| Cap::from_id(id).is_none()), None);
    }
}

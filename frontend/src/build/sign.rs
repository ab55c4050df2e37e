//! Packages handed to the frontend that signs them.

use std::collections::BTreeMap;

use buildkit_llb::{Definition, State};

use crate::build::context::Session;
use crate::build::failure::Failure;
use crate::diagnostic::Diagnostic;
use crate::gateway::{Error, Forward, Forwarded, Status};
use crate::plan::Signing;
use crate::request::KEY;

impl Session {
    /// What a signer makes of packages, with the client's own options and contexts. The packages are its main context.
    pub(super) async fn sign(&self, signing: &Signing) -> Result<State, Failure> {
        let Signing { image, cmdline, args, target, platform, packages, span } = signing;
        let mut options = self.request.forwarded.clone();
        options.extend([
            (String::from("source"), image.clone()),
            (String::from("platform"), platform.to_string()),
            (String::from(KEY), target.clone()),
        ]);
        options.extend(cmdline.iter().map(|cmdline| (String::from("cmdline"), cmdline.clone())));
        options.extend(args.iter().map(|(name, value)| (format!("build-arg:{name}"), value.clone())));
        let mut inputs: BTreeMap<String, Definition> = BTreeMap::new();
        for name in self.input_names() {
            let input = Definition::of(&self.input(&name)?);
            inputs.insert(name, input);
        }
        inputs.insert(String::from("context"), Definition::of(packages));
        let forward = Forward {
            frontend: String::from("gateway.v0"),
            options,
            inputs,
            solve: self.solve_options(false),
        };
        let answer = self.gateway.forward(&forward).await.map_err(|error| match error {
            Error::Engine { call, status } => {
                let message = format!("signer `{image}`: {}", status.message);
                Error::Engine { call, status: Status { message, ..status } }
            }
            other => other,
        });
        let Forwarded { graph, .. } = answer?;
        graph.ok_or_else(|| {
            let message = format!("signer `{image}` gives no single result");
            Diagnostic::error(*span, message).help("a signer gives the packages for one platform").into()
        })
    }
}

//! What a program may do without being root's.

use std::fmt;

use crate::diagnostic::{Problems, literal};
use crate::job::CAPABILITIES;
use crate::nearest::nearest;
use crate::spec::decode::{Field, Fields, Invalid, Parse};
use crate::spec::field;

/// A capability of a program, as `setcap(8)` gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capability {
    /// Which.
    pub name: CapabilityName,
    /// Whether it has it from its start.
    pub effective: bool,
    /// Whether it keeps it over `execve(2)`, where its caller has it as well.
    pub inheritable: bool,
    /// Whether it may take it.
    pub permitted: bool,
}

/// The name of a capability, such as `cap_net_raw`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CapabilityName(&'static str);

impl CapabilityName {
    /// The name.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for CapabilityName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Parse for CapabilityName {
    fn parse(text: &str) -> Result<Self, Invalid> {
        let lower = text.to_ascii_lowercase();
        if let Some(name) = CAPABILITIES.into_iter().find(|name| *name == lower) {
            return Ok(Self(name));
        }
        let error = Invalid::new(format!("unknown capability {}", literal(text)));
        let prefixed = format!("cap_{lower}");
        let near = nearest(&lower, CAPABILITIES).or_else(|| nearest(&prefixed, CAPABILITIES));
        Err(match near {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("`capabilities(7)` lists them"),
        })
    }
}

/// The field `linux_capabilities`.
pub(super) fn capabilities(field: Field<'_, '_>, problems: &mut Problems) -> Vec<Capability> {
    let mut capabilities = Vec::new();
    for item in field::list(field, problems).unwrap_or_default() {
        let Some(mut fields) = Fields::read(item, "a capability", problems) else { continue };
        let name = fields.require("name", item.place(), problems);
        let name = name.and_then(|field| field.value.text("`name`", problems));
        let name = name.and_then(|text| text.parse::<CapabilityName>(problems));
        let effective = fields.flag("effective", problems);
        let permitted = fields.flag("permitted", problems);
        let inheritable = fields.flag("inheritable", problems);
        let all_known = fields.finish(problems);
        let Some(name) = name else { continue };
        if all_known && !(effective || permitted || inheritable) {
            let error = item.place().error(format!("`{}` is given in no way", name.value));
            problems.push(error.help("set `effective` and `permitted`, or `inheritable`, to `true`"));
        }
        capabilities.push(Capability { name: name.value, effective, inheritable, permitted });
    }
    capabilities
}

//! What a program may do without being root's.

use std::fmt;

use crate::diagnostic::{Problems, literal};
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
        if let Some(name) = NAMES.iter().find(|name| **name == lower) {
            return Ok(Self(name));
        }
        let error = Invalid::new(format!("unknown capability {}", literal(text)));
        let prefixed = format!("cap_{lower}");
        Err(
            match nearest(&lower, NAMES.iter().copied()).or_else(|| nearest(&prefixed, NAMES.iter().copied()))
            {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help("`capabilities(7)` lists them"),
            },
        )
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

/// All capabilities, sorted (`include/uapi/linux/capability.h` of Linux 6.12).
const NAMES: &[&str] = &[
    "cap_audit_control",
    "cap_audit_read",
    "cap_audit_write",
    "cap_block_suspend",
    "cap_bpf",
    "cap_checkpoint_restore",
    "cap_chown",
    "cap_dac_override",
    "cap_dac_read_search",
    "cap_fowner",
    "cap_fsetid",
    "cap_ipc_lock",
    "cap_ipc_owner",
    "cap_kill",
    "cap_lease",
    "cap_linux_immutable",
    "cap_mac_admin",
    "cap_mac_override",
    "cap_mknod",
    "cap_net_admin",
    "cap_net_bind_service",
    "cap_net_broadcast",
    "cap_net_raw",
    "cap_perfmon",
    "cap_setfcap",
    "cap_setgid",
    "cap_setpcap",
    "cap_setuid",
    "cap_sys_admin",
    "cap_sys_boot",
    "cap_sys_chroot",
    "cap_sys_module",
    "cap_sys_nice",
    "cap_sys_pacct",
    "cap_sys_ptrace",
    "cap_sys_rawio",
    "cap_sys_resource",
    "cap_sys_time",
    "cap_sys_tty_config",
    "cap_syslog",
    "cap_wake_alarm",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_unique() {
        assert!(NAMES.is_sorted_by(|a, b| a < b));
    }
}

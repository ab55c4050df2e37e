//! File capabilities (capabilities(7)): their text, and the attribute of a file that holds them.

/// The attribute's name.
pub(crate) const ATTRIBUTE: &[u8] = b"security.capability";

/// The attribute's value for a text such as `cap_net_raw+ep`, in the form of `cap_from_text(3)`; `None` for a text of
/// another form, with a name that is not in our table, with `all`, or with nothing that a file could have.
pub(crate) fn parse(text: &str) -> Option<Vec<u8>> {
    let mut sets = Sets::default();
    for clause in text.split_whitespace() {
        sets.apply(clause)?;
    }
    let Sets { effective, inheritable, permitted } = sets;
    let all = inheritable | permitted;
    // A file has one bit for all effective capabilities.
    if all == 0 || (effective != 0 && effective != all) {
        return None;
    }
    let magic = REVISION_2 | if effective == 0 { 0 } else { EFFECTIVE };
    let mut value = magic.to_le_bytes().to_vec();
    // The low halves of both sets come before the high halves.
    for half in 0..2 {
        for set in [permitted, inheritable] {
            value.extend_from_slice(&set.to_le_bytes()[half * 4..half * 4 + 4]);
        }
    }
    Some(value)
}

/// The names of the capabilities that a value gives, such as `cap_net_raw`; `None` for a value of another revision,
/// such as those that hold within one user namespace only, and for unknown capabilities.
pub(crate) fn names(value: &[u8]) -> Option<String> {
    let words: Vec<u32> =
        value.chunks_exact(4).filter_map(|word| Some(u32::from_le_bytes(word.try_into().ok()?))).collect();
    let [magic, permitted_low, inheritable_low, permitted_high, inheritable_high] = words.as_slice() else {
        return None;
    };
    if value.len() != SIZE || magic & !EFFECTIVE != REVISION_2 {
        return None;
    }
    let low = u64::from(permitted_low | inheritable_low);
    let set = low | u64::from(permitted_high | inheritable_high) << 32;
    if set == 0 || set >> NAMES.len() != 0 {
        return None;
    }
    let named = NAMES.iter().enumerate().filter(|(number, _)| set >> number & 1 == 1);
    Some(named.map(|(_, name)| format!("cap_{name}")).collect::<Vec<_>>().join(", "))
}

/// One bit for each capability.
#[derive(Debug, Default)]
struct Sets {
    effective: u64,
    inheritable: u64,
    permitted: u64,
}

impl Sets {
    /// Applies names followed by one or more of `=`, `+` and `-`, each with flags.
    fn apply(&mut self, clause: &str) -> Option<()> {
        let operators = ['=', '+', '-'];
        let (names, mut actions) = clause.split_at(clause.find(operators)?);
        let mut mask = 0;
        for name in names.split(',').filter(|_| !names.is_empty()) {
            let name = name.to_ascii_lowercase();
            let name = name.strip_prefix("cap_")?;
            mask |= 1 << NAMES.iter().position(|known| *known == name)?;
        }
        if names.is_empty() {
            // `=` alone clears all; anything else would give all.
            return (clause == "=").then(|| *self = Self::default());
        }
        while let Some(operator) = actions.chars().next() {
            let rest = &actions[1..];
            let (flags, next) = rest.split_at(rest.find(operators).unwrap_or(rest.len()));
            for (flag, set) in
                [('e', &mut self.effective), ('i', &mut self.inheritable), ('p', &mut self.permitted)]
            {
                match (operator, flags.contains(flag)) {
                    ('-', true) | ('=', false) => *set &= !mask,
                    (_, true) => *set |= mask,
                    _ => {}
                }
            }
            if !flags.chars().all(|flag| "eip".contains(flag)) {
                return None;
            }
            actions = next;
        }
        Some(())
    }
}

/// `VFS_CAP_REVISION_2` of Linux's `include/uapi/linux/capability.h`: two sets of 64 bits.
const REVISION_2: u32 = 0x0200_0000;
/// `VFS_CAP_FLAGS_EFFECTIVE`.
const EFFECTIVE: u32 = 1;
/// `XATTR_CAPS_SZ_2`, in bytes.
const SIZE: usize = 20;
/// Names without `cap_` in the order of their numbers, as in that header.
const NAMES: [&str; 41] = [
    "chown",
    "dac_override",
    "dac_read_search",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "linux_immutable",
    "net_bind_service",
    "net_broadcast",
    "net_admin",
    "net_raw",
    "ipc_lock",
    "ipc_owner",
    "sys_module",
    "sys_rawio",
    "sys_chroot",
    "sys_ptrace",
    "sys_pacct",
    "sys_admin",
    "sys_boot",
    "sys_nice",
    "sys_resource",
    "sys_time",
    "sys_tty_config",
    "mknod",
    "lease",
    "audit_write",
    "audit_control",
    "setfcap",
    "mac_override",
    "mac_admin",
    "syslog",
    "wake_alarm",
    "block_suspend",
    "audit_read",
    "perfmon",
    "bpf",
    "checkpoint_restore",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Magic, permitted, inheritable, as getfattr(1) would show them.
    fn hex(text: &str) -> Option<String> {
        let bytes = parse(text)?;
        Some(bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}")))
    }

    #[test]
    fn a_text_is_the_value_that_setcap_writes() {
        // Read from files after `setcap` of libcap 2.66.
        for (text, value) in [
            ("cap_net_raw+ep", "0100000200200000000000000000000000000000"),
            ("cap_net_raw=ep", "0100000200200000000000000000000000000000"),
            ("= cap_net_raw+p", "0000000200200000000000000000000000000000"),
            ("cap_net_raw,cap_net_admin=eip", "0100000200300000003000000000000000000000"),
            ("cap_net_bind_service+p cap_bpf+p", "0000000200040000000000008000000000000000"),
            ("CAP_SYS_NICE=ep", "0100000200008000000000000000000000000000"),
        ] {
            assert_eq!(hex(text).as_deref(), Some(value), "{text}");
        }
        for text in [
            "",
            "cap_net_raw",
            "all=ep",
            "=ep",
            "cap_none+p",
            "net_raw+p",
            "cap_net_raw+x",
            "cap_net_raw+p cap_bpf+ep",
            "cap_net_raw+p-p",
        ] {
            assert_eq!(hex(text), None, "{text}");
        }
    }

    #[test]
    fn a_value_is_named_or_refused() {
        let names = |text| names(&parse(text).unwrap());
        assert_eq!(names("cap_bpf,cap_chown+ep").as_deref(), Some("cap_chown, cap_bpf"));
        let mut other = parse("cap_bpf+ep").unwrap();
        other.extend([0; 4]);
        assert_eq!(super::names(&other), None, "longer");
        other.truncate(20);
        other[3] = 3;
        assert_eq!(super::names(&other), None, "of a namespace");
        other[3] = 2;
        other[15] = 0x80;
        assert_eq!(super::names(&other), None, "unknown");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[a-z_,=+ eip-]{0,24}", value in proptest::collection::vec(any::<u8>(), 0..24)) {
            let _ = parse(&text);
            let _ = names(&value);
        }
    }
}

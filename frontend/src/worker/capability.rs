//! File capabilities: from the text that a header or a script has to the extended attribute that a kernel reads, and to
//! their names.

use crate::job::CAPABILITIES;

/// Name of the attribute.
pub(crate) const ATTRIBUTE: &[u8] = b"security.capability";

/// The value of `security.capability` (`struct vfs_cap_data` of revision 2 in Linux's
/// `include/uapi/linux/capability.h`) for a text as libcap's `cap_from_text` takes it. No value: the text gives nothing.
///
/// # Errors
///
/// The text is none, or means what an attribute cannot say.
pub(crate) fn attribute(text: &str) -> Result<Option<[u8; SIZE]>, ()> {
    let mut sets = Sets::default();
    for clause in text.split_ascii_whitespace() {
        sets.apply(clause)?;
    }
    let Sets { effective, inheritable, permitted } = sets;
    // The attribute has one bit for all: a program gets its permitted capabilities at once, or asks for each.
    if effective != 0 && effective != inheritable | permitted {
        return Err(());
    }
    if inheritable | permitted == 0 {
        return Ok(None);
    }
    let magic = REVISION_2 | if effective == 0 { 0 } else { EFFECTIVE };
    let [low, high] = [0, 32].map(|shift| {
        let half = |set: u64| u32::try_from(set >> shift & 0xffff_ffff).unwrap_or_default();
        [half(permitted), half(inheritable)]
    });
    let mut value = [0; SIZE];
    for (field, number) in value.chunks_exact_mut(4).zip([magic, low[0], low[1], high[0], high[1]]) {
        field.copy_from_slice(&number.to_le_bytes());
    }
    Ok(Some(value))
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
    if set == 0 || set >> CAPABILITIES.len() != 0 {
        return None;
    }
    if set == (1 << CAPABILITIES.len()) - 1 {
        return Some("all capabilities".to_owned());
    }
    let named = CAPABILITIES.iter().enumerate().filter(|(number, _)| set >> number & 1 == 1);
    Some(named.map(|(_, name)| *name).collect::<Vec<_>>().join(", "))
}

/// Sets of capabilities, each as a bit.
#[derive(Default)]
struct Sets {
    effective: u64,
    inheritable: u64,
    permitted: u64,
}

impl Sets {
    /// Applies names and what is done to them, such as `cap_net_admin,cap_net_raw=ep`.
    fn apply(&mut self, clause: &str) -> Result<(), ()> {
        let begin = clause.find(['=', '+', '-']).ok_or(())?;
        let (names, mut actions) = clause.split_at(begin);
        let all = (1 << CAPABILITIES.len()) - 1;
        let capabilities = match names {
            // Only an assignment is of all where no name is.
            "" if actions.starts_with('=') => all,
            "" => return Err(()),
            names => names.split(',').try_fold(0, |set, name| named(name, all).map(|bit| set | bit))?,
        };
        while let Some(operator) = actions.chars().next() {
            let rest = actions.get(1..).unwrap_or_default();
            let end = rest.find(['=', '+', '-']).unwrap_or(rest.len());
            let (flags, next) = rest.split_at(end);
            if operator == '=' {
                self.each("eip", |set| set & !capabilities)?;
            } else if flags.is_empty() {
                return Err(());
            }
            self.each(flags, |set| if operator == '-' { set & !capabilities } else { set | capabilities })?;
            actions = next;
        }
        Ok(())
    }

    fn each(&mut self, flags: &str, change: impl Fn(u64) -> u64) -> Result<(), ()> {
        for flag in flags.chars() {
            let set = match flag {
                'e' => &mut self.effective,
                'i' => &mut self.inheritable,
                'p' => &mut self.permitted,
                _ => return Err(()),
            };
            *set = change(*set);
        }
        Ok(())
    }
}

fn named(name: &str, all: u64) -> Result<u64, ()> {
    if name.eq_ignore_ascii_case("all") {
        return Ok(all);
    }
    let known = CAPABILITIES.iter().position(|known| name.eq_ignore_ascii_case(known));
    let number = name.parse().ok().filter(|number| *number < CAPABILITIES.len());
    known.or(number).map(|bit| 1 << bit).ok_or(())
}

/// `VFS_CAP_REVISION_2`.
const REVISION_2: u32 = 0x0200_0000;
/// `VFS_CAP_FLAGS_EFFECTIVE`.
const EFFECTIVE: u32 = 1;
/// `XATTR_CAPS_SZ_2`, in bytes.
const SIZE: usize = 20;

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use expect_test::expect;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_become_what_setcap_writes() {
        // What setcap(8) of libcap 2.66 writes for the same text, or refuses; it writes an attribute without any
        // capability too.
        let mut out = String::new();
        for text in [
            "cap_net_raw=ep",
            "cap_net_raw+ep",
            "= cap_net_admin,cap_net_raw+ep",
            "cap_net_admin,cap_net_raw=ep",
            "cap_setuid=p",
            "cap_dac_read_search,cap_checkpoint_restore=eip",
            "CAP_SYS_NICE=i",
            "13=ep",
            "cap_chown,cap_kill=eip cap_kill-e cap_kill-ip",
            "all=ep",
            "=ep",
            "=",
            "",
            "cap_net_raw=",
            "cap_net_raw",
            "cap_none=ep",
            "cap_chown=x",
            "+ep",
            "cap_chown+",
            "cap_chown=ep cap_kill=p",
            "99=p",
        ] {
            let told = match attribute(text) {
                Ok(Some(value)) => value.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}")),
                Ok(None) => "nothing".to_owned(),
                Err(()) => "refused".to_owned(),
            };
            writeln!(out, "{text}: {told}").unwrap();
        }
        expect![[r#"
            cap_net_raw=ep: 0100000200200000000000000000000000000000
            cap_net_raw+ep: 0100000200200000000000000000000000000000
            = cap_net_admin,cap_net_raw+ep: 0100000200300000000000000000000000000000
            cap_net_admin,cap_net_raw=ep: 0100000200300000000000000000000000000000
            cap_setuid=p: 0000000280000000000000000000000000000000
            cap_dac_read_search,cap_checkpoint_restore=eip: 0100000204000000040000000001000000010000
            CAP_SYS_NICE=i: 0000000200000000000080000000000000000000
            13=ep: 0100000200200000000000000000000000000000
            cap_chown,cap_kill=eip cap_kill-e cap_kill-ip: 0100000201000000010000000000000000000000
            all=ep: 01000002ffffffff00000000ff01000000000000
            =ep: 01000002ffffffff00000000ff01000000000000
            =: nothing
            : nothing
            cap_net_raw=: nothing
            cap_net_raw: refused
            cap_none=ep: refused
            cap_chown=x: refused
            +ep: refused
            cap_chown+: refused
            cap_chown=ep cap_kill=p: refused
            99=p: refused
        "#]]
        .assert_eq(&out);
    }

    #[test]
    fn a_value_is_named_or_refused() {
        let value = |text| attribute(text).unwrap().unwrap().to_vec();
        assert_eq!(names(&value("cap_bpf,cap_chown+ep")).as_deref(), Some("cap_chown, cap_bpf"));
        assert_eq!(names(&value("all=ep")).as_deref(), Some("all capabilities"));
        let mut other = value("cap_bpf+ep");
        other.extend([0; 4]);
        assert_eq!(names(&other), None, "longer");
        other.truncate(SIZE);
        other[3] = 3;
        assert_eq!(names(&other), None, "of a namespace");
        other[3] = 2;
        other[15] = 0x80;
        assert_eq!(names(&other), None, "unknown");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[a-z_,=+é -]{0,30}", value in proptest::collection::vec(any::<u8>(), 0..24)) {
            let _ = attribute(&text);
            let _ = names(&value);
        }
    }
}

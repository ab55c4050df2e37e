//! Owner, mode and time of files.

use buildkit_proto::pb;

use crate::{State, vertex::Inputs};

/// Who owns a file; what is not given is root, or the source's own in a copy.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Owner {
    /// The user.
    pub user: Option<User>,
    /// The group.
    pub group: Option<User>,
}

impl Owner {
    /// The user and group of these numbers.
    pub const fn ids(uid: u32, gid: u32) -> Self {
        Self { user: Some(User::Id(uid)), group: Some(User::Id(gid)) }
    }
}

/// A user or a group.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum User {
    /// Its number.
    Id(u32),
    /// Its name, looked up when the vertex runs.
    Name {
        /// The name.
        name: String,
        /// The file system whose `/etc/passwd` or `/etc/group` is read. Engines refuse scratch here.
        database: State,
    },
}

/// A mode that a copy gives.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Mode {
    /// The mode itself: `0o755`.
    Bits(u32),
    /// A change in the words of chmod: `u=rwX,go=rX` (since 0.17).
    Symbolic(String),
}

/// A time in nanoseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Timestamp(i64);

impl Timestamp {
    /// So many seconds after 1970-01-01 UTC, as in `SOURCE_DATE_EPOCH`; before 1970 is 1970, and the far future is
    /// the last second that fits, in the year 2262.
    pub const fn from_seconds(seconds: i64) -> Self {
        let last = i64::MAX / NANOSECONDS;
        let seconds = if seconds < 0 {
            0
        } else if seconds > last {
            last
        } else {
            seconds
        };
        Self(seconds * NANOSECONDS)
    }

    /// Nanoseconds since 1970-01-01 UTC, never negative: a negative number is "none" on the wire.
    pub const fn nanoseconds(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970-01-01 UTC.
    pub const fn seconds(self) -> i64 {
        self.0 / NANOSECONDS
    }
}

pub(super) fn encode(owner: Option<Owner>, inputs: &mut Inputs) -> Option<pb::ChownOpt> {
    let Owner { user, group } = owner?;
    let mut encode = |user| pb::UserOpt {
        user: Some(match user {
            User::Id(id) => pb::user_opt::User::ById(id),
            User::Name { name, database } => {
                pb::user_opt::User::ByName(pb::NamedUserOpt { name, input: inputs.add(&database) })
            }
        }),
    };
    Some(pb::ChownOpt { user: user.map(&mut encode), group: group.map(&mut encode) })
}

/// Permissions with the set-user-id, set-group-id and sticky bits.
pub(super) fn mode(bits: u32) -> i32 {
    i32::try_from(bits & 0o7777).expect("twelve bits fit")
}

pub(super) fn timestamp(timestamp: Option<Timestamp>) -> i64 {
    timestamp.map_or(UNSET, Timestamp::nanoseconds)
}

const NANOSECONDS: i64 = 1_000_000_000;

/// `FileActionCopy.mode`: files keep their own.
pub(super) const KEEP: i32 = -1;

/// Timestamps of file actions: the time of the build, or the source's own in a copy.
const UNSET: i64 = -1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_outside_the_range_of_the_wire_are_clamped() {
        assert_eq!(Timestamp::from_seconds(1).nanoseconds(), 1_000_000_000);
        assert_eq!(Timestamp::from_seconds(-1).nanoseconds(), 0);
        assert_eq!(Timestamp::from_seconds(i64::MAX).seconds(), 9_223_372_036);
    }
}

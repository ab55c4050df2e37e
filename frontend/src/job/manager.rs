//! The package managers of RPM's family.

use std::str::FromStr;

/// A package manager that reads repositories of RPM packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manager {
    /// dnf 4, of Enterprise Linux 8 and 9.
    Dnf,
    /// dnf 5, of Fedora 41 and what is made from it.
    Dnf5,
    /// tdnf, of Photon and Azure Linux 3.
    Tdnf,
}

impl Manager {
    /// All of them, sorted by name.
    pub const ALL: [Self; 3] = [Self::Dnf, Self::Dnf5, Self::Tdnf];

    /// Name of the program.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dnf => "dnf",
            Self::Dnf5 => "dnf5",
            Self::Tdnf => "tdnf",
        }
    }
}

impl FromStr for Manager {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|manager| manager.name() == text);
        known.ok_or("a package manager is `dnf`, `dnf5` or `tdnf`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manager_is_its_name_on_a_command_line() {
        for manager in Manager::ALL {
            assert_eq!(manager.name().parse(), Ok(manager));
        }
        assert!("apt".parse::<Manager>().is_err());
    }
}

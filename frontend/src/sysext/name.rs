//! The names of an image: its file, and its architecture in systemd's words.

use buildkit_llb::Platform;

/// The stem of an image's file name, without `.raw`: `<name>-v<version>-<revision>-<key>-<arch>`.
pub fn stem(name: &str, version: &str, revision: &str, key: &str, arch: &str) -> String {
    format!("{name}-v{version}-{revision}-{key}-{arch}")
}

/// systemd's name for the architecture of a platform, as `ARCHITECTURE=` of an extension-release file
/// wants it (os-release(5), and the table in systemd's `src/basic/architecture.c`, read 2026-11).
///
/// An extension with any other spelling, such as `amd64` or `x86_64`, is skipped in silence.
pub fn architecture(platform: &Platform) -> Option<&'static str> {
    ARCHITECTURES.iter().find(|(oci, _)| *oci == platform.architecture()).map(|&(_, systemd)| systemd)
}

/// OCI's name and systemd's, sorted by the first.
const ARCHITECTURES: &[(&str, &str)] = &[
    ("386", "x86"),
    ("amd64", "x86-64"),
    ("arm", "arm"),
    ("arm64", "arm64"),
    ("loong64", "loongarch64"),
    ("mips64le", "mips64-le"),
    ("ppc64le", "ppc64-le"),
    ("riscv64", "riscv64"),
    ("s390x", "s390x"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_the_readme_bears_the_name_that_it_promises() {
        let platform: Platform = "linux/amd64".parse().expect("a platform");
        let arch = architecture(&platform).expect("systemd knows it");
        assert_eq!(stem("my-sysext", "0.1.0", "1", "trixie", arch), "my-sysext-v0.1.0-1-trixie-x86-64");
    }

    #[test]
    fn architectures_are_sorted() {
        assert!(ARCHITECTURES.is_sorted());
    }
}

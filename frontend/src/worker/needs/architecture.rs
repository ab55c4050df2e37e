//! What differs between processors: numbers in headers, directories of libraries, what every host has.

use crate::worker::elf::{Elf, Machine};
use crate::worker::path::TreePath;

/// A kind of processor.
struct Architecture {
    /// systemd's name (`src/basic/architecture.c`).
    name: &'static str,
    machine: Machine,
    /// Debian's multiarch tuple.
    tuple: &'static str,
}

/// The machine that programs of an image are for, by systemd's name; `None` when it is not known here.
pub(super) fn machine(name: &str) -> Option<Machine> {
    let known = ARCHITECTURES.binary_search_by(|known| known.name.cmp(name)).ok()?;
    Some(ARCHITECTURES[known].machine)
}

/// Whether a program cannot run on machines of the expected kind. Files that are no programs of the system are
/// let be: firmware, debugging symbols, and what other programs read from `/usr/share`.
pub(super) fn is_foreign(path: &TreePath, elf: &Elf, expected: Machine) -> bool {
    let is_program = elf.is_loaded && (elf.is_dynamic || elf.interpreter.is_some());
    let is_data = DATA.iter().any(|directory| path.below(directory).is_some());
    // 64-bit kernels of x86 run 32-bit programs.
    let runs = elf.machine == expected || (expected == X86_64 && elf.machine == X86);
    is_program && !is_data && !runs
}

/// Words for a machine.
pub(super) fn name(machine: Machine) -> String {
    match ARCHITECTURES.iter().find(|known| known.machine == machine) {
        Some(known) => known.name.to_owned(),
        None => format!("machine {}", machine.number),
    }
}

/// Absolute directories that the loader searches for every program: those of Debian's and of RPM's glibc, each with
/// the variants for newer processors (ld.so(8), "glibc-hwcaps").
pub(super) fn directories(machine: Machine) -> impl Iterator<Item = Vec<u8>> {
    let tuple = ARCHITECTURES.iter().find(|known| known.machine == machine).map(|known| known.tuple);
    let tuple = tuple.map(|tuple| format!("/usr/lib/{tuple}"));
    let wide = machine.is_64.then(|| "/usr/lib64".to_owned());
    let local = ["/usr/lib".to_owned(), "/usr/local/lib".to_owned()];
    let all: Vec<String> = tuple.into_iter().chain(wide).chain(local).collect();
    let levels: Vec<String> = all
        .iter()
        .flat_map(|directory| LEVELS.iter().map(move |level| format!("{directory}/glibc-hwcaps/{level}")))
        .collect();
    all.into_iter().chain(levels).map(String::into_bytes)
}

/// What `$LIB` stands for with Debian's glibc; with others it is `lib64` or `lib`.
pub(super) fn library(machine: Machine) -> &'static str {
    if machine.is_64 { "lib64" } else { "lib" }
}

/// Whether every host has the library: those of glibc, and of GCC for it.
pub(super) fn is_of_hosts(name: &str) -> bool {
    HOSTS.binary_search(&name).is_ok() || name.starts_with("ld-linux") || name.starts_with("ld64.so.")
}

const fn known(
    name: &'static str,
    number: u16,
    is_64: bool,
    is_little: bool,
    tuple: &'static str,
) -> Architecture {
    Architecture { name, machine: Machine { number, is_64, is_little }, tuple }
}

const X86: Machine = Machine { number: 3, is_64: false, is_little: true };
const X86_64: Machine = Machine { number: 62, is_64: true, is_little: true };

/// Sorted by name. Numbers are `EM_…` of `<elf.h>` of glibc 2.41.
static ARCHITECTURES: &[Architecture] = &[
    known("arm", 40, false, true, "arm-linux-gnueabihf"),
    known("arm64", 183, true, true, "aarch64-linux-gnu"),
    known("loongarch64", 258, true, true, "loongarch64-linux-gnu"),
    known("mips64-le", 8, true, true, "mips64el-linux-gnuabi64"),
    known("ppc64-le", 21, true, true, "powerpc64le-linux-gnu"),
    known("riscv64", 243, true, true, "riscv64-linux-gnu"),
    known("s390x", 22, true, false, "s390x-linux-gnu"),
    known("x86", 3, false, true, "i386-linux-gnu"),
    known("x86-64", 62, true, true, "x86_64-linux-gnu"),
];

/// Directories of the processor's levels, best first.
const LEVELS: &[&str] =
    &["x86-64-v4", "x86-64-v3", "x86-64-v2", "power10", "power9", "z16", "z15", "z14", "z13"];

/// Directories of files that the system's own loader does not load.
const DATA: &[&str] = &["usr/lib/debug", "usr/lib/firmware", "usr/share"];

/// Libraries of glibc 2.41 (`shlib-versions`) and `libgcc_s`, sorted.
const HOSTS: &[&str] = &[
    "libBrokenLocale.so.1",
    "libanl.so.1",
    "libc.so.6",
    "libc_malloc_debug.so.0",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libmvec.so.1",
    "libnsl.so.1",
    "libnss_compat.so.2",
    "libnss_dns.so.2",
    "libnss_files.so.2",
    "libnss_hesiod.so.2",
    "libpthread.so.0",
    "libresolv.so.2",
    "librt.so.1",
    "libthread_db.so.1",
    "libutil.so.1",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(ARCHITECTURES.is_sorted_by(|one, other| one.name < other.name));
        assert!(HOSTS.is_sorted());
    }

    #[test]
    fn the_loader_of_every_architecture_is_of_hosts() {
        for name in ["ld-linux-x86-64.so.2", "ld-linux.so.2", "ld64.so.1", "libc.so.6"] {
            assert!(is_of_hosts(name), "{name}");
        }
        assert!(!is_of_hosts("libz.so.1"));
    }

    #[test]
    fn libraries_are_looked_for_where_debian_and_rpm_have_them() {
        let directories: Vec<_> = directories(X86_64).map(|path| String::from_utf8(path).unwrap()).collect();
        assert_eq!(directories[..3], ["/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib"]);
        assert!(directories.contains(&"/usr/lib/x86_64-linux-gnu/glibc-hwcaps/x86-64-v3".to_owned()));
    }
}

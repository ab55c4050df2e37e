//! What `fuzz/` fuzzes, with any compiler and for a while: its functions on its corpus and on changes of it, the same in
//! every run.

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

#[expect(unreachable_pub, reason = "it is the library of the package that cargo-fuzz builds")]
#[path = "../fuzz/src/lib.rs"]
mod bodies;

use bodies::TARGETS;

#[test]
fn bounds_and_names_do_no_harm() {
    run("constraint", 20_000);
}

#[test]
fn specs_do_no_harm() {
    run("decode", 1000);
}

#[test]
fn options_do_no_harm() {
    run("options", 2000);
}

#[test]
fn build_args_do_no_harm() {
    run("substitute", 3000);
}

#[test]
fn marks_of_yaml_do_no_harm() {
    run("yaml", 4000);
}

#[test]
fn every_target_has_its_program_and_its_corpus() {
    let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    let stems = |folder: &str| {
        let entries = fs::read_dir(root().join(folder)).expect("the folder is there");
        let mut stems: Vec<String> = entries
            .map(|entry| entry.expect("an entry").path().file_stem().expect("a name").display().to_string())
            .collect();
        stems.sort();
        stems
    };
    assert_eq!(stems("corpus"), names);
    assert_eq!(stems("fuzz_targets"), names);
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the manifest is there");
    for name in names {
        let program = format!("[[bin]]\nname = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"\n");
        assert!(manifest.contains(&program), "fuzz/Cargo.toml has no program `{name}`");
        let file = root().join(format!("fuzz_targets/{name}.rs"));
        let text = fs::read_to_string(file).expect("the program is there");
        assert!(text.contains(&format!("annex_fuzz::{name}(bytes)")), "{text}");
    }
}

/// Runs a target on each file of its corpus, and on so many changes of these.
fn run(name: &str, changes: usize) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).expect("the target is in the list");
    let corpus = corpus(name);
    assert!(corpus.len() >= 3, "the corpus of `{name}` has {} files", corpus.len());
    for (file, bytes) in &corpus {
        once(*target, bytes, file);
    }
    let files: Vec<&[u8]> = corpus.values().map(Vec::as_slice).collect();
    let mut random = Random(SEED);
    for number in 0..changes {
        let bytes = random.change(&files);
        once(*target, &bytes, &format!("change {number}"));
    }
}

/// Runs a target, and says of which bytes it panics.
fn once(target: fn(&[u8]), bytes: &[u8], what: &str) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target(bytes))) {
        eprintln!("{what}: {:?}", String::from_utf8_lossy(bytes));
        resume_unwind(panic);
    }
}

fn corpus(name: &str) -> BTreeMap<String, Vec<u8>> {
    let folder = root().join("corpus").join(name);
    let entries = fs::read_dir(folder).expect("every target has a corpus");
    let read = |path: &Path| (path.display().to_string(), fs::read(path).expect("it can be read"));
    entries.map(|entry| read(&entry.expect("an entry").path())).collect()
}

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

/// Numbers that look like chance and are the same in every run: `xorshift64`, George Marsaglia, "Xorshift RNGs", 2003.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below another, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("a length fits 64 bits");
        usize::try_from(self.next() % end).expect("it is below a length")
    }

    fn change(&mut self, files: &[&[u8]]) -> Vec<u8> {
        let mut bytes = files[self.below(files.len())].to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            let end = (at + self.below(12)).min(bytes.len());
            match self.below(6) {
                0 => bytes.truncate(at),
                1 => drop(bytes.drain(at..end)),
                2 => bytes.splice(at..at, bytes[at..end].to_vec()).for_each(drop),
                3 => bytes.splice(at..end, WORDS[self.below(WORDS.len())].bytes()).for_each(drop),
                4 => {
                    let other = files[self.below(files.len())];
                    let from = self.below(other.len() + 1);
                    let to = (from + self.below(60)).min(other.len());
                    bytes.splice(at..end, other[from..to].iter().copied()).for_each(drop);
                }
                _ => {
                    let byte = u8::try_from(self.below(256)).expect("it is below 256");
                    bytes.insert(at, byte);
                }
            }
        }
        bytes
    }
}

/// Where the numbers start.
const SEED: u64 = 0x05ee_d0fa_115a_1ad5;

/// What has a meaning somewhere.
const WORDS: &[&str] = &[
    ": ",
    "- ",
    "? ",
    "\n",
    "\n  ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "&a ",
    "*a",
    "<<: ",
    "|\n",
    ">-\n",
    "\"",
    "'",
    "#",
    "---\n",
    "!!str ",
    "~",
    "null",
    "true",
    "0o644",
    "0644",
    "1.10",
    "$A",
    "${A",
    "${A:-",
    "${A##",
    "}",
    "\\",
    "\u{feff}",
    "é",
    "\u{202e}",
    "\0",
    "\u{1b}[",
    "\t",
    "\r\n",
    "../",
    "/",
    ">= ",
    "<<",
    "^",
    "~",
    "=",
    ",",
    "18446744073709551616",
    "-1",
    "x-a",
    "sources",
    "context",
    "inline",
    "targets",
];

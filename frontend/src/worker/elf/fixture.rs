//! ELF files for tests: one segment that holds everything, and what a loader looks for.

use super::Machine;

/// What a file says; empty text and lists are left out.
#[derive(Clone, Debug)]
pub(in crate::worker) struct Program {
    pub(in crate::worker) machine: Machine,
    pub(in crate::worker) interpreter: String,
    pub(in crate::worker) soname: String,
    pub(in crate::worker) needed: Vec<String>,
    pub(in crate::worker) rpath: String,
    pub(in crate::worker) runpath: String,
    pub(in crate::worker) requires: Vec<(String, Vec<String>)>,
    pub(in crate::worker) defines: Vec<String>,
    pub(in crate::worker) dlopen: String,
}

impl Program {
    /// A file for `x86-64` that says nothing.
    pub(in crate::worker) fn new() -> Self {
        Self {
            machine: Machine { number: 62, is_64: true, is_little: true },
            interpreter: String::new(),
            soname: String::new(),
            needed: Vec::new(),
            rpath: String::new(),
            runpath: String::new(),
            requires: Vec::new(),
            defines: Vec::new(),
            dlopen: String::new(),
        }
    }

    /// The file's bytes.
    pub(in crate::worker) fn build(&self) -> Vec<u8> {
        let is_64 = self.machine.is_64;
        let (header, entry, width) = if is_64 { (64, 56, 8) } else { (52, 32, 4) };
        let data = header + 4 * entry;
        let mut names = Names(vec![0]);
        let mut table: Vec<(u64, u64)> = Vec::new();
        for name in &self.needed {
            table.push((1, names.add(name)));
        }
        for (tag, text) in [(14, &self.soname), (15, &self.rpath), (29, &self.runpath)] {
            if !text.is_empty() {
                table.push((tag, names.add(text)));
            }
        }
        let (requires, defines) = (self.requires(&mut names), self.defines(&mut names));
        let note = self.note();
        let interpreter = [self.interpreter.as_bytes(), b"\0"].concat();

        let mut body = Vec::new();
        let mut place = |bytes: &[u8]| {
            body.resize(body.len().next_multiple_of(8), 0);
            let at = (data + body.len()) as u64;
            body.extend_from_slice(bytes);
            (at, bytes.len() as u64)
        };
        let strings = place(&names.0);
        table.push((5, BASE + strings.0));
        if !self.requires.is_empty() {
            table.push((0x6fff_fffe, BASE + place(&requires).0));
            table.push((0x6fff_ffff, self.requires.len() as u64));
        }
        if !self.defines.is_empty() {
            table.push((0x6fff_fffc, BASE + place(&defines).0));
            table.push((0x6fff_fffd, self.defines.len() as u64 + 1));
        }
        table.push((0, 0));
        let mut dynamic = Vec::new();
        for (tag, value) in table {
            self.word(&mut dynamic, tag, width);
            self.word(&mut dynamic, value, width);
        }
        let dynamic = place(&dynamic);
        let note = place(&note);
        let interpreter = place(&interpreter);
        let end = (data + body.len()) as u64;

        let mut out = Vec::from(*b"\x7fELF");
        out.extend([if is_64 { 2 } else { 1 }, if self.machine.is_little { 1 } else { 2 }, 1]);
        out.resize(16, 0);
        for number in [3, u64::from(self.machine.number)] {
            self.word(&mut out, number, 2);
        }
        self.word(&mut out, 1, 4);
        for number in [0, header as u64, 0] {
            self.word(&mut out, number, width);
        }
        self.word(&mut out, 0, 4);
        for number in [header, entry, 4, 0, 0, 0] {
            self.word(&mut out, number as u64, 2);
        }
        assert_eq!(out.len(), header);
        self.segment(&mut out, 1, (0, end));
        self.segment(&mut out, 2, dynamic);
        self.segment(&mut out, if self.dlopen.is_empty() { 0 } else { 4 }, note);
        self.segment(&mut out, if self.interpreter.is_empty() { 0 } else { 3 }, interpreter);
        out.extend(body);
        out
    }

    fn segment(&self, out: &mut Vec<u8>, kind: u64, (offset, size): (u64, u64)) {
        self.word(out, kind, 4);
        if self.machine.is_64 {
            self.word(out, 4, 4);
            for number in [offset, BASE + offset, 0, size, size, 4] {
                self.word(out, number, 8);
            }
        } else {
            for number in [offset, BASE + offset, 0, size, size, 4, 4] {
                self.word(out, number, 4);
            }
        }
    }

    fn requires(&self, names: &mut Names) -> Vec<u8> {
        let mut out = Vec::new();
        for (number, (library, versions)) in self.requires.iter().enumerate() {
            let next = 16 + 16 * versions.len() as u64;
            let next = if number + 1 == self.requires.len() { 0 } else { next };
            self.word(&mut out, 1, 2);
            self.word(&mut out, versions.len() as u64, 2);
            for value in [names.add(library), 16, next] {
                self.word(&mut out, value, 4);
            }
            for (at, version) in versions.iter().enumerate() {
                self.word(&mut out, 0, 4);
                self.word(&mut out, 0, 2);
                self.word(&mut out, 2, 2);
                self.word(&mut out, names.add(version), 4);
                self.word(&mut out, if at + 1 == versions.len() { 0 } else { 16 }, 4);
            }
        }
        out
    }

    fn defines(&self, names: &mut Names) -> Vec<u8> {
        let mut out = Vec::new();
        let own = self.soname.clone();
        let all: Vec<&String> = std::iter::once(&own).chain(&self.defines).collect();
        for (number, name) in all.iter().enumerate() {
            for value in [1, u64::from(number == 0), number as u64 + 1, 1] {
                self.word(&mut out, value, 2);
            }
            let next = if number + 1 == all.len() { 0 } else { 28 };
            for value in [0, 20, next, names.add(name), 0] {
                self.word(&mut out, value, 4);
            }
        }
        out
    }

    fn note(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for value in [4, self.dlopen.len() as u64 + 1, 0x407c_0c0a] {
            self.word(&mut out, value, 4);
        }
        out.extend_from_slice(b"FDO\0");
        out.extend_from_slice(self.dlopen.as_bytes());
        out.push(0);
        out
    }

    fn word(&self, out: &mut Vec<u8>, value: u64, width: usize) {
        if self.machine.is_little {
            out.extend_from_slice(&value.to_le_bytes()[..width]);
        } else {
            out.extend_from_slice(&value.to_be_bytes()[8 - width..]);
        }
    }
}

/// The table of names.
struct Names(Vec<u8>);

impl Names {
    fn add(&mut self, name: &str) -> u64 {
        let at = self.0.len() as u64;
        self.0.extend_from_slice(name.as_bytes());
        self.0.push(0);
        at
    }
}

/// Address of the file's first byte: not zero, so that addresses and offsets differ.
const BASE: u64 = 0x40_0000;

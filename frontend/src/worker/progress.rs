//! What a step says while it runs.

use std::io::{self, Write};

/// Writes a line to standard error, all of it at once.
///
/// BuildKit's client repeats the last lines of a failed step below its progress, yet forgets those that it showed together
/// with a line that had no end yet (`printVtx` in its `util/progress/progressui`). [`eprintln!`] writes the end by itself.
pub fn say(line: &str) {
    // there may be no one to read it
    let _ = write_line(&mut io::stderr(), line);
}

/// [`say`] to another stream.
pub(super) fn write_line(to: &mut dyn Write, line: &str) -> io::Result<()> {
    to.write_all(format!("{line}\n").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written, a write each.
    #[derive(Default)]
    struct Writes(Vec<Vec<u8>>);

    impl Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_is_one_write_with_its_end() {
        let mut writes = Writes::default();
        write_line(&mut writes, "`apt-get update` failed:\nE: no key").unwrap();
        assert_eq!(writes.0, [b"`apt-get update` failed:\nE: no key\n".to_vec()]);
    }
}

//! Runs a command, shows what it says, and keeps it.

use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

use crate::job::{Test, TestStep};

/// A command that has ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// Why it is none that was done, if it is not.
    pub(super) problem: Option<String>,
    /// What it wrote.
    pub(super) stdout: Vec<u8>,
    /// What it complained of.
    pub(super) stderr: Vec<u8>,
}

/// Runs the command of a step.
///
/// # Errors
/// What it says cannot be read or shown.
pub(super) fn run(test: &Test, step: &TestStep) -> io::Result<Ended> {
    let failed = |problem: String| Ended { problem: Some(problem), stdout: Vec::new(), stderr: Vec::new() };
    let Some((program, words)) = step.command.split_first() else {
        return Ok(failed("there is no command".to_owned()));
    };
    let mut command = Command::new(program);
    command.args(words).envs(&test.env).envs(&step.env).current_dir(&test.dir);
    command.stdin(if step.stdin.is_some() { Stdio::piped() } else { Stdio::null() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Ok(failed(format!("it cannot be started in `{}`: {error}", test.dir))),
    };
    let (input, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let said = thread::scope(|scope| {
        scope.spawn(move || {
            if let (Some(mut pipe), Some(text)) = (input, &step.stdin) {
                // Who does not read to the end need not.
                let _ = pipe.write_all(text.as_bytes());
            }
        });
        let stdout = scope.spawn(move || keep(stdout, &mut io::stdout()));
        let stderr = keep(stderr, &mut io::stderr());
        let stdout = stdout.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        stdout.and_then(|stdout| Ok((stdout, stderr?)))
    });
    let (stdout, stderr) = said?;
    Ok(Ended { problem: problem(child.wait()?), stdout, stderr })
}

/// Shows all of a stream and keeps its beginning. What is shown ends with its line, or clients would put the next beside it.
fn keep(stream: Option<impl Read>, shown: &mut dyn Write) -> io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    let mut last = b'\n';
    let Some(mut stream) = stream else { return Ok(kept) };
    let mut buffer = vec![0; BUFFER];
    loop {
        let count = match stream.read(&mut buffer) {
            Ok(0) if last == b'\n' => return Ok(kept),
            Ok(0) => {
                shown.write_all(b"\n")?;
                return Ok(kept);
            }
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let read = &buffer[..count];
        last = read.last().copied().unwrap_or(last);
        kept.extend_from_slice(&read[..count.min(KEPT - kept.len())]);
        shown.write_all(read)?;
        shown.flush()?;
    }
}

fn problem(status: ExitStatus) -> Option<String> {
    if status.success() {
        return None;
    }
    Some(match (status.code(), status.signal()) {
        (Some(code), _) => format!("it ended with exit code {code}"),
        (None, Some(signal)) => format!("it was ended by signal {signal}"),
        (None, None) => "it did not end well".to_owned(),
    })
}

/// Bytes that are read at once.
const BUFFER: usize = 64 << 10;
/// Bytes of what a command says that are looked at, at most.
const KEPT: usize = 32 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_ends_with_its_line_and_what_is_kept_is_what_was_said() {
        for (said, expected) in [("", ""), ("one\ntwo", "one\ntwo\n"), ("one\ntwo\n", "one\ntwo\n")] {
            let mut shown = Vec::new();
            assert_eq!(keep(Some(said.as_bytes()), &mut shown).unwrap(), said.as_bytes());
            assert_eq!(String::from_utf8(shown).unwrap(), expected);
        }
    }
}

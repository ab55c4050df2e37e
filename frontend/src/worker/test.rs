//! `annex worker test`: runs the commands of a test where the package is installed, and looks at what came of them.

mod check;
mod run;

use std::io::{self, Write};
use std::path::Path;

use crate::job::{Test, TestStep};
use crate::worker::progress::write_line;

use self::run::Ended;

/// Runs a test, a [`Test`] in JSON. Everything that is wrong is written to `said`, a line each.
///
/// # Errors
/// Something is wrong, or the test could not be run.
pub fn test(job: &Path, said: &mut dyn Write) -> io::Result<()> {
    let test: Test = serde_json::from_slice(&std::fs::read(job)?)?;
    let failures = failures(&test)?;
    for failure in &failures {
        write_line(said, failure)?;
    }
    match failures.len() {
        0 => Ok(()),
        1 => Err(io::Error::other("the test failed: 1 thing is not as it must be")),
        count => Err(io::Error::other(format!("the test failed: {count} things are not as they must be"))),
    }
}

/// What is not as it must be.
fn failures(test: &Test) -> io::Result<Vec<String>> {
    let mut failures = Vec::new();
    for (step, number) in test.steps.iter().zip(1..) {
        let shown = shown(step);
        let Ended { problem, stdout, stderr } = run::run(test, step)?;
        if let Some(problem) = problem {
            // What comes after it was to find what it did not do.
            failures.push(format!("step {number}, `{shown}`: {problem}"));
            return Ok(failures);
        }
        for (name, content, check) in [("stdout", stdout, &step.stdout), ("stderr", stderr, &step.stderr)] {
            let wrong = check::content(&content, check);
            failures.extend(wrong.into_iter().map(|why| format!("step {number}, `{shown}`: {name} {why}")));
        }
    }
    for (path, check) in &test.files {
        let wrong = check::file(Path::new(path), check);
        failures.extend(wrong.into_iter().map(|why| format!("file `{}`: {why}", path.escape_debug())));
    }
    Ok(failures)
}

fn shown(step: &TestStep) -> String {
    let words: Vec<String> = step.command.iter().map(|word| word.escape_debug().to_string()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use expect_test::{Expect, expect};

    use super::*;
    use crate::job::{ContentCheck, FileCheck};

    fn step(command: &[&str]) -> TestStep {
        TestStep { command: command.iter().map(|word| (*word).to_owned()).collect(), ..TestStep::default() }
    }

    fn check(test: &Test, expected: &Expect) {
        expected.assert_eq(&failures(test).unwrap().join("\n"));
    }

    fn of(steps: Vec<TestStep>) -> Test {
        Test { dir: "/".to_owned(), steps, ..Test::default() }
    }

    fn content(text: &str) -> ContentCheck {
        ContentCheck { equals: Some(text.to_owned()), ..ContentCheck::default() }
    }

    #[test]
    fn commands_get_their_variables_their_input_and_their_directory() {
        let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let print = "cat; echo \"$A $B\"; pwd; echo no >&2";
        let told = TestStep {
            env: BTreeMap::from([variable("B", "of the step")]),
            stdin: Some("input\n".to_owned()),
            stdout: content("input\na of the step\n/usr\n"),
            stderr: content("no\n"),
            ..step(&["sh", "-c", print])
        };
        let test = Test {
            dir: "/usr".to_owned(),
            env: BTreeMap::from([variable("A", "a"), variable("B", "of the test")]),
            ..of(vec![told, TestStep { stdout: content("of the test\n"), ..step(&["sh", "-c", "echo $B"]) }])
        };
        check(&test, &expect![""]);
    }

    #[test]
    fn everything_that_is_wrong_with_what_is_said_is_told() {
        let list = |text: &str| vec![text.to_owned()];
        let stdout = ContentCheck {
            contains: list("absent"),
            empty: true,
            ends_with: Some("end".to_owned()),
            equals: Some("all".to_owned()),
            matches: list("^x+$"),
            starts_with: Some("start".to_owned()),
        };
        let matching = ContentCheck { matches: list("^a.c$"), ..ContentCheck::default() };
        check(
            &of(vec![
                TestStep { stdout, ..step(&["printf", "abc\\033"]) },
                TestStep { stdout: matching, ..step(&["printf", "abc"]) },
            ]),
            &expect![[r#"
                step 1, `printf abc\\033`: stdout is `abc\u{1b}`, it must be empty
                step 1, `printf abc\\033`: stdout is `abc\u{1b}`, it must be `all`
                step 1, `printf abc\\033`: stdout is `abc\u{1b}`, it must start with `start`
                step 1, `printf abc\\033`: stdout is `abc\u{1b}`, it must end with `end`
                step 1, `printf abc\\033`: stdout is `abc\u{1b}`, it must contain `absent`
                step 1, `printf abc\\033`: stdout is `abc\u{1b}`, it must match `^x+$`"#]],
        );
    }

    #[test]
    fn a_command_that_fails_ends_the_test() {
        let files = BTreeMap::from([("/absent".to_owned(), FileCheck::default())]);
        let steps = vec![step(&["sh", "-c", "exit 42"]), step(&["false"])];
        check(&Test { files, ..of(steps) }, &expect!["step 1, `sh -c exit 42`: it ended with exit code 42"]);
        check(
            &of(vec![step(&["/absent/program"])]),
            &expect![
                "step 1, `/absent/program`: it cannot be started in `/`: No such file or directory (os error 2)"
            ],
        );
        check(
            &of(vec![step(&["sh", "-c", "kill -9 $$"])]),
            &expect!["step 1, `sh -c kill -9 $$`: it was ended by signal 9"],
        );
    }

    #[test]
    fn much_that_is_said_is_not_kept_and_input_that_nobody_reads_is_no_failure() {
        let much = step(&["sh", "-c", "head -c 40000000 /dev/zero"]);
        let unread = TestStep { stdin: Some("x".repeat(1 << 20)), ..step(&["true"]) };
        check(
            &of(vec![TestStep { stdout: content("x"), ..much }, unread]),
            &expect![
                "step 1, `sh -c head -c 40000000 /dev/zero`: stdout is binary data of 33554432 bytes, it must be `x`"
            ],
        );
    }

    #[test]
    fn files_are_looked_at_as_the_test_says() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        fs::write(path("file"), "text\n").unwrap();
        fs::set_permissions(path("file"), Permissions::from_mode(0o2640)).unwrap();
        fs::create_dir(path("directory")).unwrap();
        symlink("file", path("link")).unwrap();
        symlink("nowhere", path("dangling")).unwrap();
        let good = FileCheck { permissions: Some(0o640), content: content("text\n"), ..FileCheck::default() };
        let there = FileCheck::default();
        let gone = FileCheck { not_exist: true, ..FileCheck::default() };
        let is_dir = FileCheck { is_dir: true, ..FileCheck::default() };
        let link = |target: &str| FileCheck { link_target: Some(target.to_owned()), ..FileCheck::default() };
        let itself = |check: FileCheck| FileCheck { no_follow: true, ..check };
        let mode = FileCheck { permissions: Some(0o755), content: content("x"), ..FileCheck::default() };
        let found = |checks: &[(&str, &FileCheck)]| {
            let mut all = Vec::new();
            for (name, check) in checks {
                all.extend(check::file(&path(name), check).into_iter().map(|why| format!("{name}: {why}")));
            }
            all.join("\n")
        };
        let right = [
            ("file", &good),
            ("link", &good),
            ("directory", &is_dir),
            ("absent", &gone),
            ("dangling", &gone),
            ("link", &link("file")),
            ("dangling", &itself(link("nowhere"))),
        ];
        assert_eq!(found(&right), "");
        let wrong = [
            ("absent", &there),
            ("dangling", &there),
            ("dangling", &itself(gone.clone())),
            ("file", &gone),
            ("file", &is_dir),
            ("file", &mode),
            ("directory", &there),
            ("link", &link("other")),
            ("file", &link("other")),
            ("dangling", &link("other")),
        ];
        expect![[r#"
            absent: it is not there, it must be
            dangling: it is not there, it must be
            dangling: it is there, it must not be
            file: it is there, it must not be
            file: it is no directory, it must be one
            file: its mode is 0o640, it must be 0o755
            file: its content is `text\u{a}`, it must be `x`
            directory: it is a directory, it must be none
            link: it leads to `file`, it must lead to `other`
            file: it is no link, it must lead to `other`
            dangling: it leads to `nowhere`, it must lead to `other`"#]]
        .assert_eq(&found(&wrong));
    }
}

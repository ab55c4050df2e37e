//! Programs that a package's manager would run: nobody runs them for an extension.

use crate::job::{Finding, Rule};
use crate::worker::archive::{Moment, Scripts};
use crate::worker::finding::{list, warning};

/// Says which programs of a package are not run.
pub(super) fn apply(package: &str, scripts: &Scripts, findings: &mut Vec<Finding>) {
    let matters = scripts.scripts.iter().filter(|script| {
        matches!(script.moment, Moment::AfterInstall | Moment::BeforeInstall) && !is_empty(&script.text)
    });
    let names: Vec<String> = matters
        .map(|script| match &*script.interpreter {
            "" | "/bin/sh" => script.name.to_string(),
            interpreter => format!("{} ({interpreter})", script.name),
        })
        .chain(scripts.activates.iter().map(|name| format!("trigger {name}")))
        .collect();
    if !names.is_empty() {
        let message = format!("{} of `{package}` is not run, as an extension only has files", list(names));
        findings.push(warning(Rule::Script, &[package], message));
    }
}

/// Whether a program does nothing.
fn is_empty(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'\n').all(|line| {
        let line = line.trim_ascii();
        line.starts_with(b"#") || matches!(line, b"" | b"set -e" | b"exit 0" | b":")
    })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::worker::archive::Script;
    use crate::worker::finding::tests::text;

    #[test]
    fn what_does_nothing_is_not_named() {
        let script = |name: &str, moment, text: &str| Script {
            name: name.into(),
            moment,
            interpreter: "/bin/sh".into(),
            text: text.as_bytes().into(),
        };
        let mut findings = Vec::new();
        let empty = script("preinst", Moment::BeforeInstall, "#!/bin/sh\nset -e\n\nexit 0\n");
        let works = script("postinst", Moment::AfterInstall, "#!/bin/sh\nadduser x\n");
        let removes = script("postrm", Moment::AfterRemoval, "#!/bin/sh\nrm -r /var/lib/x\n");
        let scripts = Scripts { scripts: vec![empty, works, removes], activates: vec![] };
        apply("p", &scripts, &mut findings);
        expect![[r#"
            Warning script ["p"]: `postinst` of `p` is not run, as an extension only has files
        "#]]
        .assert_eq(&text(&findings));
    }
}

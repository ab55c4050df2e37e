//! The programs that rpm would run for a package (rpm's `docs/manual/tags.md`, "Scriptlets" and "Triggers").

use crate::worker::archive::rpm::header::Header;
use crate::worker::archive::script::SCRIPT;
use crate::worker::archive::{Budget, Moment, Refusal, Script, Scripts};
use crate::worker::path::printable;

/// Collects them, scriptlets before triggers.
pub(super) fn scripts(header: &Header, budget: &Budget) -> Result<Scripts, Refusal> {
    let mut scripts = Scripts::default();
    for (name, moment, text, program) in SCRIPTLETS {
        // A program without a text is what `%post -p /sbin/ldconfig` gives.
        if header.has(text) || header.has(program) {
            let (text, program) = (header.text(text)?, header.text(program)?);
            scripts.add(script(name, moment, text.unwrap_or_default(), program.unwrap_or(SHELL)), budget)?;
        }
    }
    for triggers in &TRIGGERS {
        add(triggers, header, &mut scripts, budget)?;
    }
    Ok(scripts)
}

/// Tags of one kind of triggers.
struct Triggers {
    prefix: &'static str,
    texts: u32,
    programs: u32,
    /// For each condition, when its trigger is run.
    flags: u32,
    /// For each condition, the number of its trigger.
    indexes: u32,
}

fn add(triggers: &Triggers, header: &Header, scripts: &mut Scripts, budget: &Budget) -> Result<(), Refusal> {
    let Some(texts) = header.texts(triggers.texts)? else { return Ok(()) };
    let programs = header.texts(triggers.programs)?.unwrap_or_default();
    let (flags, indexes) = (header.numbers(triggers.flags)?, header.numbers(triggers.indexes)?);
    let mut conditions = vec![0; texts.len()];
    for (flags, indexes) in flags.iter().zip(&indexes) {
        for place in 0..flags.len().min(indexes.len()) {
            let number = indexes.at(place).and_then(|number| usize::try_from(number).ok());
            if let Some(condition) = number.and_then(|number| conditions.get_mut(number)) {
                *condition |= flags.at(place).unwrap_or_default();
            }
        }
    }
    for (place, text) in texts.into_iter().enumerate() {
        let of_kind = |(flag, ..): &&(u64, &str, Moment)| conditions[place] & flag != 0;
        let (_, name, moment) = WHEN.iter().find(of_kind).unwrap_or(&WHEN[0]);
        let name = format!("%{}trigger{name}", triggers.prefix);
        scripts.add(script(&name, *moment, text, programs.get(place).copied().unwrap_or(SHELL)), budget)?;
    }
    Ok(())
}

fn script(name: &str, moment: Moment, text: &[u8], program: &[u8]) -> Script {
    let text = text.get(..SCRIPT).unwrap_or(text);
    Script { name: name.into(), moment, interpreter: printable(program).into(), text: text.into() }
}

/// What runs a text that names no program.
const SHELL: &[u8] = b"/bin/sh";
/// Names, moments and the tags of text and program (rpm's `include/rpm/rpmtag.h`).
const SCRIPTLETS: [(&str, Moment, u32, u32); 8] = [
    ("%pretrans", Moment::BeforeInstall, 1151, 1153),
    ("%pre", Moment::BeforeInstall, 1023, 1085),
    ("%post", Moment::AfterInstall, 1024, 1086),
    ("%posttrans", Moment::AfterInstall, 1152, 1154),
    ("%preuntrans", Moment::BeforeRemoval, 5103, 5105),
    ("%preun", Moment::BeforeRemoval, 1025, 1087),
    ("%postun", Moment::AfterRemoval, 1026, 1088),
    ("%postuntrans", Moment::AfterRemoval, 5104, 5106),
];
const TRIGGERS: [Triggers; 3] = [
    Triggers { prefix: "", texts: 1065, programs: 1092, flags: 1068, indexes: 1069 },
    Triggers { prefix: "file", texts: 5066, programs: 5067, flags: 5072, indexes: 5070 },
    Triggers { prefix: "transfile", texts: 5076, programs: 5077, flags: 5082, indexes: 5080 },
];
/// `RPMSENSE_TRIGGERIN` and its siblings (rpm's `include/rpm/rpmds.h`).
const WHEN: [(u64, &str, Moment); 4] = [
    (1 << 16, "in", Moment::AfterInstall),
    (1 << 17, "un", Moment::BeforeRemoval),
    (1 << 18, "postun", Moment::AfterRemoval),
    (1 << 25, "prein", Moment::BeforeInstall),
];

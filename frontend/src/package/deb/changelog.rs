//! `debian/changelog`, see Debian Policy 4.4 and deb-changelog(5).

use std::fmt::Write as _;

use crate::package::recipe::{Recipe, date, midnight, month, one_line, person};
use crate::spec::changelog::Change;

/// One entry, since those of a spec have no versions: the newest change, then the others under their days and authors.
pub(super) fn changelog(recipe: &Recipe<'_>, version: &str) -> String {
    let name = &recipe.resolved.name.value;
    let mut text = format!("{name} ({version}) {}; urgency=medium\n\n", recipe.target);
    let mut changes = recipe.resolved.changelog.iter();
    let newest = changes.next();
    match newest.filter(|change| !change.changes.is_empty()) {
        Some(change) => items(&mut text, change),
        None => text.push_str("  * Build of the spec.\n"),
    }
    for change in changes {
        let Change { date, author, .. } = change;
        writeln!(text, "\n  [ {}, {} ]", one_line(&author.value), date.value)
            .expect("a String takes all text");
        items(&mut text, change);
    }
    let author = newest.map_or_else(|| recipe.maintainer(), |change| person(&change.author.value));
    let at = newest.map_or(recipe.epoch, |change| midnight(change.date.value));
    let (day, weekday) = date(at);
    let seconds = at.rem_euclid(86_400);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    writeln!(
        text,
        "\n -- {author}  {}, {:02} {} {:04} {hours:02}:{minutes:02}:{seconds:02} +0000",
        weekday.short(),
        day.day,
        month(day),
        day.year
    )
    .expect("a String takes all text");
    text
}

fn items(text: &mut String, change: &Change) {
    for item in &change.changes {
        writeln!(text, "  * {}", one_line(item)).expect("a String takes all text");
    }
}

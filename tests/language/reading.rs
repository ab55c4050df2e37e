//! From YAML to fields.

use annex::spec::changelog::Date;

use crate::{Client, parse, refused, resolved, spec};

#[test]
fn fields_that_begin_with_x_are_accepted_and_kept() {
    let resolved = resolved("x-a: {version: 1.10, list: [yes, '0644']}\nX-B: text");
    let kept: Vec<_> =
        resolved.extensions.iter().map(|field| format!("{}: {}", field.name.value, field.value)).collect();
    assert_eq!(kept, ["x-a: version: 1.10\nlist:\n  - yes\n  - \"0644\"\n", "X-B: text\n"]);
}

#[test]
fn unknown_fields_are_an_error_at_any_depth() {
    refused("naem: x", "unknown field `naem`");
    refused("sources: {s: {context: {nam: x}}}", "unknown field `nam`");
    refused("y-a: x", "unknown field `y-a`");
    refused("sources: {s: {context: {}, x-a: b}}", "unknown field `x-a`");
}

#[test]
fn an_empty_spec_says_what_it_lacks() {
    for text in ["", "null", "{}", "# nothing\n"] {
        let said = Client::default().try_resolve(text).unwrap_err();
        assert!(said.contains("missing field `name`") && said.contains("missing field `version`"), "{said}");
    }
}

#[test]
fn dates_are_days_of_the_calendar_and_nothing_else() {
    assert_eq!(parse::<Date>("2026-01-31").to_string(), "2026-01-31");
    for text in ["2026-1-31", "2026/01/31", "31 Jan 2026", "2026-01-31T00:00:00Z", "2026-02-29"] {
        let said = Client::default()
            .try_resolve(&spec(&format!("changelog: [{{date: '{text}', author: A, changes: []}}]")));
        assert!(said.is_err(), "{text}");
    }
}

#[test]
fn lists_of_a_target_are_its_own_or_those_of_the_spec() {
    let text = "provides: {a: {version: ['= 1']}}\nreplaces: [b]\nconflicts: [c]\ntargets: {trixie: {provides: {d: {version: ['>= 2']}}, replaces: {}}}";
    let resolved = resolved(text);
    let names = |list: &[annex::resolve::Dependency]| {
        list.iter().map(|entry| entry.name.value.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&resolved.provides), ["d"]);
    assert_eq!(resolved.provides[0].bounds[0].value.version, "2");
    assert_eq!(names(&resolved.replaces), [""; 0]);
    assert_eq!(names(&resolved.conflicts), ["c"]);
}

#[test]
fn a_step_can_be_an_alias_or_have_a_merge_key() {
    let text = "x-step: &step {command: make, env: {A: b}}\nbuild: {steps: [*step, {<<: *step, command: make install}]}";
    let build = resolved(text).build;
    let commands: Vec<_> = build.steps.iter().map(|step| step.command.value.as_str()).collect();
    assert_eq!(commands, ["make", "make install"]);
    assert!(build.steps.iter().all(|step| step.env.len() == 1));
}

#[test]
fn packages_can_be_aliases_or_come_with_merge_keys() {
    let text = "
x-any: &any {version: ['>= 1']}
x-list: &list {b: , c: *any}
x-all: &all {build: *list, runtime: [d]}
dependencies:
  <<: *all
  test: {<<: *list, a: *any, c: {version: ['= 2']}}
";
    let dependencies = resolved(text).dependencies;
    let show = |list: &[annex::resolve::Dependency]| {
        let entry = |entry: &annex::resolve::Dependency| {
            let versions: Vec<_> = entry.bounds.iter().map(|bound| bound.value.to_string()).collect();
            format!("{} {}", entry.name.value, versions.join(", "))
        };
        list.iter().map(entry).collect::<Vec<_>>()
    };
    assert_eq!(show(&dependencies.build), ["b ", "c >= 1"]);
    assert_eq!(show(&dependencies.runtime), ["d "]);
    assert_eq!(show(&dependencies.test), ["a >= 1", "b ", "c = 2"]);
}

#[test]
fn a_list_of_names_is_read_with_the_place_of_each() {
    let text = spec("dependencies: {runtime: [one, two], build: []}");
    let dependencies = Client::default().resolve(&text).dependencies;
    let places: Vec<_> = dependencies.runtime.iter().map(|entry| &text[entry.name.span.range()]).collect();
    assert_eq!(places, ["one", "two"]);
    assert_eq!(dependencies.build, []);
}

#[test]
fn constraints_and_names_of_a_wrong_kind_are_rejected() {
    refused("dependencies: {runtime: {a: {version: 1}}}", "`version` must be a list, not text");
    refused("dependencies: {runtime: {a: [1]}}", "`a` must be a mapping, not a list");
    refused("dependencies: {runtime: {[a]: }}", "a key must be text");
}

#[test]
fn packages_stand_where_they_are_written_and_aliased_values_where_they_are_anchored() {
    let text = spec(
        "x-list: &list {merged: }\nx-bound: &bound {version: ['>= 1']}\ndependencies: {runtime: {<<: *list, own: *bound}}",
    );
    let runtime = Client::default().resolve(&text).dependencies.runtime;
    let line = |at: u32| text[..at as usize].matches('\n').count() + 1;
    let places: Vec<_> =
        runtime.iter().map(|entry| (entry.name.value.as_str(), line(entry.name.span.start))).collect();
    assert_eq!(places, [("merged", 3), ("own", 5)]);
    assert_eq!(line(runtime[1].bounds[0].span.start), 4);
}

#[test]
fn scalars_keep_their_text_where_text_is_meant() {
    let text = "name: n\nversion: 1.10\nrevision: 010\nbuild: {env: {A: 1e3, B: 0644, C: yes, D: True, E: ~, F: 0x1F, G: 1_000}, steps: [{command: x}]}";
    let resolved = Client::default().resolve(text);
    assert_eq!((resolved.version.value.as_str(), resolved.revision.as_str()), ("1.10", "010"));
    let values: Vec<_> = resolved.build.env.values().map(|value| value.value.as_str()).collect();
    assert_eq!(values, ["1e3", "0644", "yes", "True", "", "0x1F", "1_000"]);
}

#[test]
fn modes_are_octal_in_both_notations_and_nothing_is_guessed() {
    let mode = |text: &str| {
        let resolved = resolved(&format!("artifacts: {{docs: {{a: {{permissions: {text}}}}}}}"));
        resolved.artifacts.docs.values().next().unwrap().permissions.unwrap().bits()
    };
    for text in ["0644", "0o644", "\"0644\"", "'0o644'"] {
        assert_eq!(mode(text), 0o644, "{text}");
    }
    let rule = "`permissions` is the mode of a file in octal, such as `0o644`; `644` does not say that it is";
    refused("artifacts: {docs: {a: {permissions: 644}}}", rule);
    let (_, said) =
        Client::default().try_resolve(&spec("artifacts: {docs: {a: {permissions: \"0644\"}}}")).unwrap();
    assert!(said.contains("others read a mode in quotes as a decimal number"), "{said}");
}

#[test]
fn a_second_document_is_an_error() {
    refused("---\nname: other", "a second document starts here");
}

#[test]
fn lines_are_counted_in_the_file_not_in_what_is_left_of_it() {
    let said = Client::default().try_resolve("\n\n\n{name: n, version: 1, nam: x}\n").unwrap_err();
    assert!(said.starts_with("spec.yml:4:23: unknown field `nam`"), "{said}");
}

//! What a target changes.

use annex::resolve::{Dependencies, Dependency, Resolved};
use annex::spec::artifact::Artifacts;

use crate::{Client, spec};

fn both(more: &str) -> (Resolved, Resolved) {
    let text = spec(more);
    let of = |target| Client { target, ..Client::default() }.resolve(&text);
    (of("trixie"), of("noble"))
}

fn names(list: &[Dependency]) -> Vec<&str> {
    list.iter().map(|entry| entry.name.value.as_str()).collect()
}

fn lists(dependencies: &Dependencies) -> [Vec<&str>; 5] {
    let Dependencies { build, extra_repos: _, recommends, runtime, sysext, test } = dependencies;
    [names(build), names(recommends), names(runtime), names(sysext), names(test)]
}

#[test]
fn each_list_of_packages_is_the_targets_or_else_the_specs_and_none_is_lost() {
    let all = |name: &str| {
        format!("build: [{name}], recommends: [{name}], runtime: [{name}], sysext: [{name}], test: [{name}]")
    };
    let global = all("g");
    let (trixie, noble) =
        both(&format!("dependencies: {{{global}}}\ntargets: {{noble: {{dependencies: {{}}}}}}"));
    assert_eq!(lists(&trixie.dependencies), [["g"]; 5]);
    assert_eq!(lists(&noble.dependencies), [["g"]; 5]);
    let own = all("t");
    let (trixie, noble) =
        both(&format!("dependencies: {{{global}}}\ntargets: {{trixie: {{dependencies: {{{own}}}}}}}"));
    assert_eq!(lists(&trixie.dependencies), [["t"]; 5]);
    assert_eq!(lists(&noble.dependencies), [["g"]; 5]);
    for (number, list) in ["build", "recommends", "runtime", "sysext", "test"].into_iter().enumerate() {
        let (trixie, _) = both(&format!(
            "dependencies: {{{global}}}\ntargets: {{trixie: {{dependencies: {{{list}: [t]}}}}}}"
        ));
        let mut expected = [["g"]; 5];
        expected[number] = ["t"];
        assert_eq!(lists(&trixie.dependencies), expected, "{list}");
    }
    let (trixie, noble) = both(&format!("targets: {{trixie: {{dependencies: {{{own}}}}}}}"));
    assert_eq!(lists(&trixie.dependencies), [["t"]; 5]);
    assert_eq!(lists(&noble.dependencies), [[""; 0]; 5]);
}

#[test]
fn repositories_of_a_target_take_the_place_of_the_specs() {
    let repository =
        |name: &str| format!("extra_repos: [{{config: {{{name}: {{inline: {{file: {{}}}}}}}}}}]");
    let text = format!(
        "dependencies: {{{}, build: [g]}}\ntargets: {{trixie: {{dependencies: {{{}}}}}}}",
        repository("global"),
        repository("own")
    );
    let (trixie, noble) = both(&text);
    let config = |resolved: &Resolved| {
        let names = resolved.dependencies.extra_repos.iter().flat_map(|repository| repository.config.keys());
        names.map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!((config(&trixie), config(&noble)), (vec![String::from("own")], vec![String::from("global")]));
    assert_eq!(names(&trixie.dependencies.build), ["g"]);
}

#[test]
fn artifacts_of_a_target_replace_all_that_the_spec_says_of_them() {
    let (trixie, noble) = both(
        "artifacts: {binaries: {a: }, users: [{name: u}], disable_strip: true}\ntargets: {trixie: {artifacts: {docs: {b: }}}}",
    );
    assert!(trixie.artifacts.binaries.is_empty() && trixie.artifacts.users.is_empty());
    assert!(!trixie.artifacts.disable_strip && trixie.artifacts.docs.len() == 1);
    assert!(noble.artifacts.binaries.len() == 1 && noble.artifacts.disable_strip);
    let (trixie, _) = both("artifacts: {binaries: {a: }}\ntargets: {trixie: {artifacts: {}}}");
    assert!(trixie.artifacts.is_empty() && trixie.artifacts != Artifacts::default());
}

#[test]
fn an_image_is_merged_field_by_field() {
    let fields = |value: &str| {
        format!(
            "entrypoint: /{value}, cmd: {value}, working_dir: /{value}, stop_signal: SIG{}, user: {value}, \
             bases: [{{rootfs: {{image: {{ref: {value}}}}}}}], post: {{symlinks: {{/{value}: {{path: /l}}}}}}",
            value.to_uppercase()
        )
    };
    let show = |resolved: &Resolved| {
        let image = &resolved.image;
        [
            image.entrypoint.as_ref().map(ToString::to_string),
            image.cmd.as_ref().map(ToString::to_string),
            image.working_dir.as_ref().map(ToString::to_string),
            image.stop_signal.as_ref().map(|signal| signal.value.as_str().to_owned()),
            image.user.clone(),
            image.post.symlinks.keys().next().map(ToString::to_string),
            image.bases.first().map(|base| format!("{:?}", base.variant).contains("\"t\"").to_string()),
        ]
        .map(Option::unwrap_or_default)
    };
    let (trixie, noble) =
        both(&format!("image: {{{}}}\ntargets: {{trixie: {{image: {{{}}}}}}}", fields("g"), fields("t")));
    assert_eq!(show(&trixie), ["/t", "t", "/t", "SIGT", "t", "/t", "true"]);
    assert_eq!(show(&noble), ["/g", "g", "/g", "SIGG", "g", "/g", "false"]);
    let (trixie, _) =
        both(&format!("image: {{{}}}\ntargets: {{trixie: {{image: {{user: t}}}}}}", fields("g")));
    assert_eq!(show(&trixie), ["/g", "g", "/g", "SIGG", "t", "/g", "false"]);
    let (trixie, noble) = both(&format!("targets: {{trixie: {{image: {{{}}}}}}}", fields("t")));
    assert_eq!(show(&trixie), ["/t", "t", "/t", "SIGT", "t", "/t", "true"]);
    assert_eq!(show(&noble), [""; 7]);
    let (trixie, _) = both("image: {base: g}\ntargets: {trixie: {image: {bases: []}}}");
    assert_eq!(trixie.image.bases, [], "an empty list takes the base away");
}

#[test]
fn variables_labels_and_volumes_of_an_image_are_added_and_the_targets_win() {
    let text = "image: {env: [A=g, B=g], labels: {a: g, b: g}, volumes: {/a: {}}}\ntargets: {trixie: {image: {env: [C=t, A=t], labels: {a: t, c: t}, volumes: {/b: {}}}}}";
    let (trixie, noble) = both(text);
    let env = |resolved: &Resolved| {
        resolved.image.env.iter().map(|variable| variable.value.to_string()).collect::<Vec<_>>()
    };
    let labels = |resolved: &Resolved| {
        let pair = |(name, value): (&_, &annex::span::Spanned<String>)| format!("{name}={}", value.value);
        resolved.image.labels.iter().map(pair).collect::<Vec<_>>()
    };
    assert_eq!(env(&trixie), ["A=t", "B=g", "C=t"], "each variable once");
    assert_eq!(labels(&trixie), ["a=t", "b=g", "c=t"]);
    assert_eq!(trixie.image.volumes.len(), 2);
    assert_eq!(env(&noble), ["A=g", "B=g"], "what one target adds, another does not see");
    assert_eq!(labels(&noble), ["a=g", "b=g"]);
    assert_eq!(noble.image.volumes.len(), 1);
}

#[test]
fn tests_of_a_target_come_after_those_of_the_spec() {
    let (trixie, noble) =
        both("tests: [{name: a, files: {/a: }}]\ntargets: {trixie: {tests: [{name: b, files: {/b: }}]}}");
    let names = |resolved: &Resolved| resolved.tests.iter().map(|test| test.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&trixie), ["a", "b"]);
    assert_eq!(names(&noble), ["a"]);
}

#[test]
fn the_signer_of_a_target_takes_the_place_of_the_specs() {
    let (trixie, noble) = both(
        "package_config: {signer: {image: g, args: {A: b}}}\ntargets: {trixie: {package_config: {signer: {image: t}}}, noble: {package_config: {}}}",
    );
    let image = |resolved: &Resolved| {
        resolved.signer.as_ref().map(|signer| (signer.image.value.to_string(), signer.args.len()))
    };
    assert_eq!(image(&trixie), Some((String::from("t"), 0)));
    assert_eq!(image(&noble), Some((String::from("g"), 1)));
}

#[test]
fn only_its_own_target_has_another_frontend() {
    let (trixie, noble) = both("targets: {trixie: {frontend: {image: other, cmdline: /x}}}");
    let frontend = trixie.frontend.unwrap();
    assert_eq!((frontend.image.value.as_str(), frontend.cmdline.as_deref()), ("other", Some("/x")));
    assert_eq!(noble.frontend, None);
}

#[test]
fn changes_are_sorted_with_the_newest_first() {
    let (resolved, _) = both(
        "changelog: [{date: 2025-01-01, author: A, changes: []}, {date: 2026-01-01, author: B, changes: []}, {date: 2026-01-01, author: C, changes: []}, {date: 2024-01-01, author: D, changes: []}]",
    );
    let authors: Vec<_> = resolved.changelog.iter().map(|change| change.author.value.as_str()).collect();
    assert_eq!(authors, ["B", "C", "A", "D"]);
}

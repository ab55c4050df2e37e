//! What users of the language count on, a line each, and where it is proven: by the name of a test, of a file of
//! `tests/diagnostics` or of a case of `tests/golden`, or why it is not so here.

use std::fs;
use std::path::Path;

use self::Proof::{Case, Not, Problem, Test};
use self::package::{ARTIFACTS, BUILDS, DEB, LINKS, PACKAGES, RPM};

#[path = "map/package.rs"]
mod package;

#[test]
fn everything_that_users_count_on_is_proven_or_has_a_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut sources = String::new();
    for folder in ["tests", "frontend/src", "llb"] {
        read(&root.join(folder), &mut sources);
    }
    let mut missing = Vec::new();
    for (_, behaviours) in MAP {
        for (behaviour, proofs) in *behaviours {
            assert!(!proofs.is_empty(), "{behaviour}");
            for proof in *proofs {
                let found = match proof {
                    Test(name) => sources.contains(&format!("fn {name}(")),
                    Problem(name) => root.join(format!("tests/diagnostics/{name}.txt")).exists(),
                    Case(name) => root.join(format!("tests/golden/{name}")).exists(),
                    Not(reason) => !reason.is_empty(),
                };
                if !found {
                    missing.push(format!("{behaviour}: {proof:?}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

fn read(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).expect("the folder is a part of the repository") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            read(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push_str(&fs::read_to_string(path).expect("it can be read"));
        }
    }
}

/// Where something is proven.
#[derive(Debug)]
enum Proof {
    Case(&'static str),
    Not(&'static str),
    Problem(&'static str),
    Test(&'static str),
}

type Behaviour = (&'static str, &'static [Proof]);

const MAP: &[(&str, &[Behaviour])] = &[
    ("sources", SOURCES),
    ("defaults of sources", DEFAULTS),
    ("reading", READING),
    ("build args", ARGS),
    ("patches, images, builds and artifacts", SECTIONS),
    ("sources as graphs", GRAPHS),
    ("sources on engines", ENGINES),
    ("targets and questions", TARGETS),
    ("what targets change", MERGING),
    ("generators", GENERATORS),
    ("links of an image", LINKS),
    ("packages of rpm", RPM),
    ("packages of Debian", DEB),
    ("what is built", BUILDS),
    ("what a build gives", ARTIFACTS),
    ("what a package is to others", PACKAGES),
];

const SOURCES: &[Behaviour] = &[
    ("no kind", &[Test("a_source_without_a_kind_is_rejected"), Problem("source-without-a-kind")]),
    ("two kinds", &[Test("a_source_of_two_kinds_is_rejected"), Problem("source-of-two-kinds")]),
    ("git with a checksum", &[Test("a_git_source_with_a_checksum_is_accepted")]),
    ("a mount of two kinds or of none", &[Test("a_mount_of_two_kinds_or_of_none_is_rejected")]),
    ("a build of a build", &[Test("a_build_of_a_build_is_rejected_however_deep")]),
    ("a build of an invalid source", &[Test("a_build_of_an_invalid_source_is_rejected")]),
    ("inline with file and dir", &[Test("an_inline_file_and_directory_at_once_are_rejected")]),
    ("a path for an inline file's name", &[Test("a_path_as_the_name_of_an_inline_file_is_rejected")]),
    ("negative owners", &[Test("negative_owners_of_inline_files_and_directories_are_rejected")]),
    ("an inline file with `path`", &[Test("an_inline_file_with_a_path_is_rejected")]),
    ("generators", &[Test("a_generator_without_a_tool_is_rejected_and_every_tool_is_accepted")]),
    ("an image without `path`", &[Test("an_image_source_needs_a_path_with_a_command_and_without")]),
    ("a mount at `/`", &[Test("a_mount_at_the_root_is_rejected")]),
    (
        "a mount below what is taken",
        &[Test("a_mount_below_the_path_that_is_taken_is_rejected_once_args_are_known")],
    ),
    ("a separator in a name", &[Test("a_source_name_with_a_path_separator_is_rejected")]),
    ("content of inline files", &[Test("inline_files_keep_their_contents_modes_and_owners")]),
];

const DEFAULTS: &[Behaviour] = &[
    ("name of a context", &[Test("the_context_of_a_source_is_the_main_one_also_within_mounts")]),
    ("git's auth for modules", &[Test("what_opens_a_repository_opens_the_modules_of_its_host")]),
    ("auth of a host is kept", &[Test("what_is_said_of_a_host_of_modules_is_kept")]),
    ("extra repositories", &[Test("a_repository_is_everywhere_and_its_fetched_keys_can_be_read")]),
];

const READING: &[Behaviour] = &[
    ("`x-` fields", &[Test("fields_that_begin_with_x_are_accepted_and_kept")]),
    ("unknown fields", &[Test("unknown_fields_are_an_error_at_any_depth")]),
    (
        "an `x-` field as a struct",
        &[Not("a service of a library in Go; nothing but `x-annex` is read here, and that strictly")],
    ),
    ("`x-` fields are written again", &[Test("a_spec_with_every_field_loads_resolves_and_prints")]),
    (
        "`null` is an empty spec",
        &[
            Not("nothing can be made of one: it is told what is missing; lists of targets need no spec"),
            Test("an_empty_spec_says_what_it_lacks"),
            Test("what_can_be_built_is_told_whatever_the_spec_is"),
        ],
    ),
    ("dates", &[Test("dates_are_days_of_the_calendar_and_nothing_else")]),
    ("the file of excludes for all sources", &[Test("a_filter_is_a_list_of_patterns"), Case("filtered")]),
    ("lists of a target", &[Test("lists_of_a_target_are_its_own_or_those_of_the_spec")]),
    ("a step that is an alias", &[Test("a_step_can_be_an_alias_or_have_a_merge_key")]),
    ("aliases in packages", &[Test("packages_can_be_aliases_or_come_with_merge_keys")]),
    ("lists of names", &[Test("a_list_of_names_is_read_with_the_place_of_each")]),
    ("constraints of a wrong kind", &[Test("constraints_and_names_of_a_wrong_kind_are_rejected")]),
    ("places", &[Test("packages_stand_where_they_are_written_and_aliased_values_where_they_are_anchored")]),
];

const ARGS: &[Behaviour] = &[
    ("none", &[Test("a_spec_without_args_needs_none")]),
    (
        "one that is not declared",
        &[Test("an_arg_that_is_not_declared_is_unknown_unless_it_is_the_clients_own")],
    ),
    ("where they are replaced", &[Test("args_reach_every_field_that_the_language_lists")]),
    ("behind anchors", &[Problem("args-aliased"), Test("args_reach_every_field_that_the_language_lists")]),
    ("defaults", &[Test("the_declared_default_is_used_when_nothing_is_given_and_is_not_read_again")]),
    ("undeclared in a text", &[Test("an_undeclared_arg_is_an_error_at_each_place_where_it_is_used")]),
    (
        "those of the platform",
        &[Problem("args-opt-in"), Test("platform_args_must_be_declared_and_are_those_of_each_platform")],
    ),
    ("`SOURCE_DATE_EPOCH`", &[Test("the_epoch_is_a_variable_of_the_build_unless_the_spec_sets_it")]),
    (
        "`DALEC_GOMOD_PROXY` is known",
        &[Test("an_arg_that_is_not_declared_is_unknown_unless_it_is_the_clients_own")],
    ),
    ("each platform has its own", &[Test("platform_args_must_be_declared_and_are_those_of_each_platform")]),
    ("`DALEC_TARGET`", &[Test("the_target_is_an_arg_once_it_is_declared")]),
];

const SECTIONS: &[Behaviour] = &[
    ("paths of patches", &[Test("a_patch_from_a_file_has_no_path_and_one_from_a_directory_has_one")]),
    ("`image.base`", &[Test("the_base_of_an_image_is_one_of_its_bases")]),
    (
        "bases and links of images",
        &[
            Problem("image-bases"),
            Test("a_base_is_an_image_and_needs_no_path"),
            Test("links_of_an_image_have_one_place_each"),
        ],
    ),
    ("`path` of links is one of `paths`", &[Test("links_of_an_image_have_one_place_each")]),
    (
        "builds, networks and caches",
        &[
            Test("a_build_is_empty_or_has_steps"),
            Test("a_build_has_a_network_when_it_says_so"),
            Test("caches_are_of_one_kind_each"),
        ],
    ),
    ("capabilities", &[Test("only_programs_have_capabilities_in_the_spec_and_in_targets")]),
];

const GRAPHS: &[Behaviour] = &[
    ("git: commit, part, filters, auth, `.git`", &[Case("sources"), Case("gomods"), Case("patched-sources")]),
    (
        "http: name, digest, as a mount",
        &[Case("sources"), Test("a_mount_is_a_part_of_a_tree_or_what_is_selected_of_it")],
    ),
    (
        "image: its commands, their environment and mounts, the part that is taken",
        &[Case("sources"), Test("commands_run_in_the_environment_of_their_image")],
    ),
    ("context: name, part, what is sent", &[Case("sources"), Case("filtered")]),
    ("inline: modes, owners, order", &[Case("sources"), Case("filtered")]),
    ("build: options, part, filters", &[Case("sources"), Test("images_and_dockerfiles_make_sources")]),
    ("what is left out of all sources", &[Case("filtered")]),
    (
        "paths that begin alike",
        &[Test("a_mount_below_the_path_that_is_taken_is_rejected_once_args_are_known")],
    ),
    ("determinism", &[Test("the_same_bytes_each_time"), Case("DIGESTS")]),
];

const ENGINES: &[Behaviour] = &[
    ("commands in images, images as mounts", &[Test("images_and_dockerfiles_make_sources")]),
    ("Dockerfiles of any path", &[Test("images_and_dockerfiles_make_sources")]),
    ("http: content, another digest", &[Test("files_of_a_server_are_what_their_digest_says")]),
    (
        "git: a tag with its checksum, another checksum",
        &[
            Test("repositories_of_git_are_taken_at_their_commit"),
            Test("another_commit_than_the_checksum_is_refused"),
        ],
    ),
    (
        "modules of Go: patches, paths, replacements",
        &[Test("modules_of_go_are_fetched_and_then_offline"), Case("gomods")],
    ),
    ("crates: the same", &[Test("crates_come_from_the_registry_that_a_patch_names"), Case("cargohome")]),
    ("what is left out of all sources", &[Case("filtered")]),
    ("contexts: whole, a part, filters", &[Test("only_what_is_wanted_of_a_context_is_sent")]),
    (
        "a patch that is none, patches in conflict",
        &[Test("patches_are_applied_in_their_order_or_end_the_build")],
    ),
    (
        "auth of modules: token, header, ssh",
        &[
            Test("a_secret_is_in_no_layer_cache_or_message"),
            Case("gomods"),
            Not("no server of ssh is in the lab: the mount of the agent is seen in the graph"),
        ],
    ),
];

const TARGETS: &[Behaviour] = &[
    ("a route by its path", &[Test("a_route_is_found_by_its_whole_path_only")]),
    (
        "the longest route that begins so",
        &[
            Not("what follows a route's path would be ignored: it is an error with the nearest names"),
            Test("a_part_of_a_path_is_answered_with_what_is_below"),
        ],
    ),
    ("no target", &[Test("without_a_target_the_only_one_of_the_spec_is_meant")]),
    ("an unknown target", &[Test("a_misspelt_target_is_answered_with_the_nearest")]),
    ("the list", &[Test("what_can_be_built_is_told_whatever_the_spec_is")]),
    (
        "other frontends",
        &[
            Test(
                "the_frontend_of_a_target_gets_the_spec_with_args_replaced_once_and_its_answer_is_passed_on",
            ),
            Test("a_spec_that_is_the_same_for_all_platforms_is_sent_once_and_another_for_each"),
            Test("a_remote_context_and_the_ignore_file_of_the_spec_are_handed_over"),
            Test("what_goes_wrong_there_is_told_with_the_frontend_and_its_place"),
            Test("the_targets_of_another_frontend_are_listed_below_the_key_of_its_target"),
            Test("a_target_can_be_built_by_another_image_of_this_frontend"),
        ],
    ),
    (
        "`frontend.dalec.resolve`",
        &[Test("a_spec_with_nothing_left_to_decide_is_an_answer_for_each_platform")],
    ),
    (
        "proxies",
        &[
            Test("build_args_with_a_meaning_are_typed_and_stay_args"),
            Case("gomods"),
            Not("no settings of package managers are written, so there are none to be switched off"),
        ],
    ),
    ("coverage of a test build, file systems of references", &[Not("the insides of another program")]),
];

const MERGING: &[Behaviour] = &[
    (
        "lists of packages, `sysext` too",
        &[Test("each_list_of_packages_is_the_targets_or_else_the_specs_and_none_is_lost")],
    ),
    ("repositories", &[Test("repositories_of_a_target_take_the_place_of_the_specs")]),
    (
        "images",
        &[
            Test("an_image_is_merged_field_by_field"),
            Test("variables_labels_and_volumes_of_an_image_are_added_and_the_targets_win"),
        ],
    ),
];

const GENERATORS: &[Behaviour] = &[
    ("replacements of modules", &[Problem("gomod")]),
    ("`+incompatible`", &[Test("a_version_is_incompatible_where_the_path_has_no_major_one")]),
    ("modules that are dropped", &[Problem("gomod"), Case("gomods")]),
    ("a proxy for modules", &[Case("gomods")]),
    ("Node's registry", &[Test("modules_of_node_are_those_of_the_lock")]),
];

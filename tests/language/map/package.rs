//! Packages that are built of a spec.

use super::Behaviour;
use super::Proof::{Case, Not, Problem, Test};

const NO_CONTAINERS: &str =
    "containers are not made here: a spec's `image` is read and checked, and used by nothing";

pub(super) const LINKS: &[Behaviour] = &[(
    "sorted, with parents and owners, by the engine or by a script",
    &[Not(NO_CONTAINERS), Test("links_of_an_image_have_one_place_each")],
)];

pub(super) const RPM: &[Behaviour] = &[
    (
        "sources: files, directories, what generators add",
        &[
            Test("everything_that_a_spec_says_is_in_the_spec_file"),
            Test("archives_of_equal_trees_are_equal"),
            Case("rpm"),
            Not("no comments tell how a source was made: the build's provenance has each with its digest"),
        ],
    ),
    (
        "owners and capabilities; units and what they do when a package comes and goes; documents, licences, headers, \
         configuration; drop-ins; users, groups; `AutoReq`",
        &[
            Test("everything_that_a_spec_says_is_in_the_spec_file"),
            Test("what_is_not_said_is_left_out"),
            Test("dnf_installs_runs_and_removes_those_of_azure_linux"),
        ],
    ),
    (
        "requirements with versions and architectures",
        &[
            Test("everything_that_a_spec_says_is_in_the_spec_file"),
            Test("a_dependency_is_for_its_architectures_or_for_all"),
        ],
    ),
    ("optional tags", &[Test("what_is_not_said_is_left_out"), Test("what_an_rpm_package_cannot_be_is_told")]),
    ("what scripts need", &[Test("everything_that_a_spec_says_is_in_the_spec_file")]),
    (
        "`disable_strip`; provided and obsolete names, those of targets and none; `user()` and `group()`",
        &[
            Test("what_is_not_said_is_left_out"),
            Test("everything_that_a_spec_says_is_in_the_spec_file"),
            Test("lists_of_a_target_are_its_own_or_those_of_the_spec"),
        ],
    ),
];

pub(super) const DEB: &[Behaviour] = &[
    (
        "patches in their order",
        &[
            Test("patches_are_applied_in_their_order_or_end_the_build"),
            Not("no series of quilt: sources are patched before they are packed, as for rpm"),
        ],
    ),
    ("debhelper's mark in scripts", &[Test("everything_that_a_spec_says_is_in_the_source_package")]),
    (
        "the maintainer: with an address, without, none",
        &[
            Test("everything_that_a_spec_says_is_in_the_source_package"),
            Test("a_person_without_an_address_gets_one_that_is_nobodys"),
            Test("what_a_debian_package_cannot_be_is_told"),
        ],
    ),
    (
        "bounds of versions and architectures",
        &[
            Test("everything_that_a_spec_says_is_in_the_source_package"),
            Test("a_dependency_is_for_its_architectures_or_for_all"),
        ],
    ),
    (
        "names that are replaced, in conflict, provided; those of targets",
        &[
            Test("everything_that_a_spec_says_is_in_the_source_package"),
            Test("lists_of_a_target_are_its_own_or_those_of_the_spec"),
        ],
    ),
    (
        "units: none, one, several, enabled and not",
        &[Test("everything_that_a_spec_says_is_in_the_source_package"), Test("what_is_not_said_is_left_out")],
    ),
    (
        "what is found out of itself, or not: libraries, symbols",
        &[Test("everything_that_a_spec_says_is_in_the_source_package"), Test("what_is_not_said_is_left_out")],
    ),
    (
        "containers: repositories, caches, upgrades",
        &[
            Not(NO_CONTAINERS),
            Case("extra-repositories"),
            Case("build-repositories"),
            Case("cache-namespace"),
        ],
    ),
    (
        "scripts for proxies",
        &[Not("no settings of package managers are written: a proxy is a build argument")],
    ),
];

pub(super) const BUILDS: &[Behaviour] = &[
    ("a step that fails", &[Test("a_failing_step_is_told_with_its_place")]),
    (
        "packages from a context",
        &[
            Test("a_package_that_was_built_before_gives_the_same_extension"),
            Test("a_package_that_was_built_before_is_not_built"),
        ],
    ),
    (
        "source packages can be built again; edits of modules are in them",
        &[
            Test("source_packages_build_the_same_packages"),
            Test("source_packages_of_rpm_build_the_same_packages"),
            Test("modules_of_go_are_fetched_and_then_offline"),
            Case("patched-sources"),
        ],
    ),
    ("a patch of what git takes for binary", &[Test("patches_are_applied_in_their_order_or_end_the_build")]),
    (
        "commands of several lines, and their variables",
        &[
            Test("steps_see_their_variables_and_not_those_of_others"),
            Test("apt_installs_and_purges_what_was_built"),
        ],
    ),
    (
        "several patches, of files and directories; new files may be programs",
        &[Test("patches_are_applied_in_their_order_or_end_the_build")],
    ),
    (
        "where sources are, and their modes",
        &[
            Test("images_and_dockerfiles_make_sources"),
            Test("files_of_a_server_are_what_their_digest_says"),
            Test("only_what_is_wanted_of_a_context_is_sent"),
        ],
    ),
    (
        "modules of Go: edits, vendored, workspaces, several, offline",
        &[
            Test("modules_of_go_are_fetched_and_then_offline"),
            Test("modules_are_asked_for_once_and_then_taken_from_the_cache"),
            Test("edits_of_a_module_reach_its_vendor_directory"),
            Test("a_version_is_incompatible_where_the_path_has_no_major_one"),
            Case("gomods"),
        ],
    ),
    (
        "crates; packages of Python; modules of Node, with a registry",
        &[
            Test("crates_come_from_the_registry_that_a_patch_names"),
            Test("packages_of_python_come_from_the_index_that_is_named"),
            Test("modules_of_node_are_those_of_the_lock"),
            Test("a_build_finds_offline_what_was_fetched"),
        ],
    ),
    (
        "networks: none unless it is said",
        &[
            Test("a_build_has_the_network_that_its_spec_says"),
            Case("network-none"),
            Case("sandbox"),
            Not("proxies are those of the client's build arguments; there is no mode of them"),
        ],
    ),
    (
        "caches: kept, by target, shared; Go's, sccache's, Bazel's",
        &[
            Test("caches_are_of_one_kind_each"),
            Case("cache-namespace"),
            Case("built"),
            Case("rpm"),
            Not("sccache is the distribution's own, verified by its package manager, and no download"),
        ],
    ),
    (
        "another worker; repositories with keys of both forms, without the right one",
        &[
            Test("a_worker_image_is_used_as_it_is"),
            Test("a_build_and_its_tests_use_a_repository_of_the_spec"),
            Test("a_deb_comes_from_a_directory_of_an_image"),
            Test("an_rpm_comes_from_a_repository_with_its_key_in_a_context"),
            Test("a_repository_of_the_spec_is_signed"),
        ],
    ),
    (
        "other platforms: workers and images of each",
        &[
            Test("each_worker_is_replaced_under_its_own_name"),
            Test("several_platforms_are_asked_for_at_once_and_are_one_result"),
            Case("arm64"),
            Not("packages are built on their own platform, so that needs emulation, which the lab has not"),
        ],
    ),
];

pub(super) const ARTIFACTS: &[Behaviour] = &[
    (
        "none; at the root of the sources; those of a target come first",
        &[
            Test("apt_keeps_what_was_changed_and_knows_who_replaces_whom"),
            Test("apt_installs_and_purges_what_was_built"),
            Test("artifacts_of_a_target_replace_all_that_the_spec_says_of_them"),
        ],
    ),
    (
        "programs run; links with owners",
        &[
            Test("apt_installs_and_purges_what_was_built"),
            Test("rpm_installs_and_removes_what_was_built"),
            Test("artifacts_are_installed_as_the_table_says"),
        ],
    ),
    (
        "units and drop-ins: where they are, enabled or not, by another name",
        &[
            Test("apt_installs_and_purges_what_was_built"),
            Test("a_release_has_its_own_versions_and_places"),
            Test("everything_that_a_spec_says_is_in_the_spec_file"),
            Test("a_unit_is_named_by_its_file_or_by_itself"),
        ],
    ),
    (
        "directories, modes, data, `libexec`, `opt`, documents, headers, licences",
        &[
            Test("artifacts_are_installed_as_the_table_says"),
            Test("apt_installs_runs_and_purges_those_of_debian_13"),
            Test("dnf_installs_runs_and_removes_those_of_azure_linux"),
        ],
    ),
    (
        "configuration that was changed stays",
        &[
            Test("apt_keeps_what_was_changed_and_knows_who_replaces_whom"),
            Test("rpm_keeps_what_was_changed_and_knows_who_replaces_whom"),
        ],
    ),
    (
        "libraries: files, directories, both; links",
        &[
            Test("artifacts_are_installed_as_the_table_says"),
            Test("apt_installs_runs_and_purges_those_of_debian_12"),
        ],
    ),
    (
        "users and groups",
        &[
            Test("apt_installs_and_purges_what_was_built"),
            Test("everything_that_a_spec_says_is_in_the_spec_file"),
            Test("the_extension_holds_what_was_built_beside_what_is_listed"),
        ],
    ),
    (
        "symbols are stripped, or not",
        &[Test("apt_installs_and_purges_what_was_built"), Test("what_is_not_said_is_left_out")],
    ),
    (
        "capabilities, with an owner and without; setuid with an owner",
        &[
            Test("apt_installs_and_purges_what_was_built"),
            Test("artifacts_are_installed_as_the_table_says"),
            Test("only_programs_have_capabilities_in_the_spec_and_in_targets"),
        ],
    ),
];

pub(super) const PACKAGES: &[Behaviour] = &[
    (
        "a package of nothing but what it needs",
        &[
            Test("apt_keeps_what_was_changed_and_knows_who_replaces_whom"),
            Test("rpm_keeps_what_was_changed_and_knows_who_replaces_whom"),
        ],
    ),
    (
        "provided, replaced, in conflict, when they are installed",
        &[
            Test("apt_keeps_what_was_changed_and_knows_who_replaces_whom"),
            Test("rpm_keeps_what_was_changed_and_knows_who_replaces_whom"),
        ],
    ),
    (
        "dependencies of the spec and of a target",
        &[Test("each_list_of_packages_is_the_targets_or_else_the_specs_and_none_is_lost")],
    ),
    (
        "versions that a build needs",
        &[
            Test("everything_that_a_spec_says_is_in_the_source_package"),
            Test("what_a_build_needs_is_installed_as_one_package_needs_it"),
        ],
    ),
    (
        "tests: what they mount, their variables, each check and what it says, exit codes",
        &[
            Test("tests_decide_whether_there_is_a_package"),
            Test("tests_run_where_the_package_is_installed"),
            Test("commands_get_their_variables_their_input_and_their_directory"),
            Test("everything_that_is_wrong_with_what_is_said_is_told"),
            Test("a_command_that_fails_ends_the_test"),
            Test("files_are_looked_at_as_the_test_says"),
            Test("a_test_that_fails_ends_the_build_at_its_lines"),
        ],
    ),
    (
        "signing: of the spec, of a target, by a file of a context, with args, not at all",
        &[
            Test("a_signer_gets_the_packages_and_its_answer_is_exported"),
            Test("packages_go_to_the_signer_with_the_clients_options_and_come_back_over_the_others"),
            Test("who_signs_is_said_by_the_target_the_client_or_nobody"),
            Test("a_configuration_of_signing_that_cannot_be_used_is_told"),
            Case("signed"),
            Case("signed-rpm"),
        ],
    ),
    (
        "what only an installation needs, for a package to be installed without it (`depsonly`)",
        &[Not(NO_CONTAINERS)],
    ),
    ("containers, small ones too, and their base packages", &[Not(NO_CONTAINERS), Problem("image-bases")]),
];

//! `docker build` for real: extensions are built by real engines and merged by real systemds.
//!
//! `tests/run.sh` provisions what is needed here. `ANNEX_ENGINES` names the engines (default: `trixie forky`,
//! Docker 26.1 and 28.5 of the lab; `host` is the Docker that runs on this machine). An engine that
//! cannot be had makes its tests fail: a tier that did not run must not look green. What depends on the engine runs on
//! each of them, what only its steps do on the last.
//!
//! What a user reads is compared with `engine/golden/*.txt`; `UPDATE_EXPECT=1` writes those files.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Trial};

use crate::engine::docker::{Engine, engines, engines_with_standins};
use crate::engine::{deb_hostile, messages, rpm_hostile};

mod engine {
    pub(crate) mod build;
    pub(crate) mod checking;
    pub(crate) mod content;
    pub(crate) mod contexts;
    pub(crate) mod deb_hostile;
    pub(crate) mod docker;
    pub(crate) mod examples;
    pub(crate) mod hosts;
    pub(crate) mod image;
    pub(crate) mod listing;
    pub(crate) mod locks;
    pub(crate) mod machines;
    pub(crate) mod merging;
    pub(crate) mod messages;
    pub(crate) mod needs;
    pub(crate) mod oracle;
    pub(crate) mod own_image;
    pub(crate) mod own_repositories;
    pub(crate) mod packages;
    pub(crate) mod questions;
    pub(crate) mod relations;
    pub(crate) mod releases;
    pub(crate) mod repeating;
    pub(crate) mod reporting;
    pub(crate) mod repository;
    pub(crate) mod rpm;
    pub(crate) mod rpm_content;
    pub(crate) mod rpm_hostile;
    pub(crate) mod sources;
    pub(crate) mod standin;
    pub(crate) mod targets;
}

/// Tests that each engine runs, as `engine::module::name`.
macro_rules! each {
    ($($module:ident :: $name:ident),* $(,)?) => {
        [$((concat!(stringify!($module), "::", stringify!($name)), engine::$module::$name as fn(&Engine))),*]
    };
}

/// Tests that run once and choose their engines.
macro_rules! once {
    ($($module:ident :: $name:ident),* $(,)?) => {
        [$((concat!(stringify!($module), "::", stringify!($name)), engine::$module::$name as fn(&[Engine]))),*]
    };
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Most of a test is waiting for the engine, or for nothing.
    arguments.test_threads.get_or_insert(5);

    let mut trials = of_patience();
    for engine in engines() {
        for (name, test) in each![
            checking::a_strict_build_exports_nothing,
            contexts::a_repository_with_file_urls_is_read_from_the_worker,
            contexts::a_worker_image_is_used_as_it_is,
            locks::a_lock_builds_the_same_bytes_without_an_index,
            locks::an_exported_lock_lists_the_exact_packages,
            own_image::it_is_one_static_program_with_the_labels_that_buildkit_reads,
            own_repositories::a_deb_comes_from_a_directory_of_an_image,
            packages::a_failing_step_is_told_with_its_place,
            packages::a_package_that_was_built_before_gives_the_same_extension,
            packages::a_signer_gets_the_packages_and_its_answer_is_exported,
            packages::the_extension_holds_what_was_built_beside_what_is_listed,
            questions::a_spec_with_nothing_left_to_decide_is_an_answer_and_a_file,
            questions::a_warning_has_its_rule_and_is_left_out_where_the_spec_says_so,
            questions::a_wrong_spec_hinders_no_question_that_is_not_about_it,
            questions::answers_are_json_where_that_is_wanted,
            questions::check_tells_everything_that_is_wrong,
            questions::check_finds_nothing_wrong_with_the_example,
            questions::outline_lists_the_arguments,
            questions::targets_are_listed,
            releases::three_platforms_are_built_without_running_what_is_foreign,
            repeating::a_second_build_runs_nothing_yet_asks_the_repository,
            repeating::no_cache_runs_again_and_gives_the_same_bytes,
            sources::a_secret_is_in_no_layer_cache_or_message,
            sources::another_commit_than_the_checksum_is_refused,
            sources::files_of_a_server_are_what_their_digest_says,
            sources::images_and_dockerfiles_make_sources,
            sources::only_what_is_wanted_of_a_context_is_sent,
            sources::patches_are_applied_in_their_order_or_end_the_build,
            sources::repositories_of_git_are_taken_at_their_commit,
            targets::a_spec_on_standard_input,
            targets::a_target_can_be_built_by_another_image_of_this_frontend,
            targets::bake_builds_the_example,
            targets::the_command_of_the_readme_builds_one_file,
            targets::the_frontend_can_be_given_as_a_build_argument,
        ] {
            trials.push(trial(engine, name, move || test(engine)));
        }
        for case in messages::cases() {
            let name = case.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            trials.push(trial(engine, &format!("messages::{name}"), move || messages::check(engine, &case)));
        }
    }
    for (name, test) in once![
        checking::what_breaks_on_a_host_is_found_while_it_is_built,
        examples::apt_installs_runs_and_purges_those_of_debian_12,
        examples::apt_installs_runs_and_purges_those_of_debian_13,
        hosts::a_refresh_shows_the_newer_version,
        hosts::alternatives_lead_to_their_programs,
        hosts::daemons_outlive_an_unmerge_and_come_back,
        hosts::daemons_run_after_boot_with_their_users_and_state,
        hosts::privileges_work_as_on_a_host_that_has_the_packages,
        hosts::systemd_accepts_the_names_that_people_give_it,
        hosts::systemd_finds_the_image_good_and_leaves_nothing_behind,
        machines::linux_6_1_reads_what_its_floor_allows,
        machines::linux_6_12_reads_every_profile_and_programs_run,
        machines::only_what_was_made_and_signed_is_read,
        machines::the_newest_linux_reads_every_profile_and_programs_run,
        merging::a_renamed_file_still_merges,
        merging::its_service_runs_after_boot_and_its_configuration_is_there,
        merging::systemd_252_merges_it_and_shows_its_files,
        merging::systemd_257_merges_it_and_its_programs_run,
        merging::systemd_262_merges_it_and_its_programs_run,
        merging::systemd_262_restarts_the_services_of_a_newer_image,
        merging::systemd_finds_nothing_wrong_with_the_units,
        relations::apt_keeps_what_was_changed_and_knows_who_replaces_whom,
        relations::source_packages_build_the_same_packages,
        releases::debian_11_is_merged_by_systemd_252_and_its_programs_run,
        releases::debian_12_is_merged_by_its_own_systemd_and_its_programs_run,
        repeating::all_engines_give_the_same_bytes,
    ] {
        trials.push(trial_of_all(engines(), name, test));
    }
    trials.extend(of_steps());
    trials.extend(with_standins());
    trials.extend(of_steps_with_standins());
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Tests that do next to nothing for minutes, so that they begin first.
fn of_patience() -> Vec<Trial> {
    let (engine, other) = (engines().last(), engines_with_standins().last());
    let (engine, other) = (engine.expect("there is an engine"), other.expect("there is one with stand-ins"));
    let deb = each![deb_hostile::what_stops_is_not_waited_for_without_end];
    let rpm = each![rpm_hostile::what_stops_is_not_waited_for_without_end];
    let deb = deb.into_iter().map(|(name, test)| trial(engine, name, move || test(engine)));
    deb.chain(rpm.into_iter().map(|(name, test)| trial(other, name, move || test(other)))).collect()
}

/// The tests that need the lab's stand-ins.
fn with_standins() -> Vec<Trial> {
    let mut trials = Vec::new();
    for engine in engines_with_standins() {
        for (name, test) in each![
            own_repositories::a_build_and_its_tests_use_a_repository_of_the_spec,
            own_repositories::a_deb_comes_from_a_repository_with_its_key_in_the_spec,
            own_repositories::an_rpm_comes_from_a_directory_of_a_context,
            own_repositories::an_rpm_comes_from_a_repository_with_its_key_in_a_context,
            packages::rpm_installs_and_removes_what_was_built,
            rpm::a_foreign_platform_gets_its_own_packages,
            rpm::a_lock_names_files_and_keys_and_builds_the_same_bytes_without_an_index,
            rpm::nothing_runs_again_until_the_repository_changes,
            rpm::the_command_that_users_copy_builds_one_file,
        ] {
            trials.push(trial(engine, name, move || test(engine)));
        }
    }
    for (name, test) in once![
        examples::dnf_installs_runs_and_removes_those_of_azure_linux,
        relations::rpm_keeps_what_was_changed_and_knows_who_replaces_whom,
        relations::source_packages_of_rpm_build_the_same_packages,
        rpm::all_engines_give_the_same_bytes,
        rpm::systemd_merges_it_and_its_programs_run
    ] {
        trials.push(trial_of_all(engines_with_standins(), name, test));
    }
    trials
}

/// Tests of what steps do: all engines give the same bytes, which is a test too, so that the newest is enough.
fn of_steps() -> Vec<Trial> {
    let engine = engines().last().expect("the list of engines is not empty");
    let tests = each![
        checking::a_base_decides_whatever_form_it_has,
        checking::a_missing_library_is_told_with_its_package,
        checking::the_c_library_is_not_replaced_unless_it_is_meant,
        checking::what_a_spec_allows_is_not_told,
        checking::with_its_libraries_nothing_is_missing,
        content::a_library_is_itself_and_not_what_it_needs,
        content::a_oneshot_service_is_not_upheld,
        content::nothing_becomes_setuid_root,
        content::the_image_is_exactly_what_the_packages_hold,
        deb_hostile::what_is_only_slow_arrives,
        locks::locks_of_two_platforms_lie_side_by_side,
        needs::an_extension_whose_test_fails_is_not_made,
        packages::a_build_has_the_network_that_its_spec_says,
        packages::a_package_built_twice_is_the_same,
        packages::a_release_has_its_own_versions_and_places,
        packages::apt_installs_and_purges_what_was_built,
        packages::tests_decide_whether_there_is_a_package,
        releases::a_lock_names_the_tools_of_the_worker_that_packs,
        releases::a_stand_in_for_ubuntu_is_built_with_its_updates_and_ports,
        releases::an_extension_for_flatcar_is_for_no_other_host,
        repeating::neither_the_day_nor_the_number_of_cores_shows,
        repeating::source_date_epoch_is_the_time_of_everything,
        reporting::a_report_is_given_of_what_cannot_be_built,
        reporting::a_report_tells_what_is_in_the_image,
        sources::crates_come_from_the_registry_that_a_patch_names,
        sources::modules_of_go_are_fetched_and_then_offline,
        sources::packages_of_python_come_from_the_index_that_is_named,
    ];
    let tests = tests.into_iter().map(|(name, test)| trial(engine, name, move || test(engine)));
    let cases = deb_hostile::CASES.iter().map(|case| {
        let name = format!("deb_hostile::{}", case.fault);
        trial(engine, &name, move || deb_hostile::check(engine, case))
    });
    tests.chain(cases).collect()
}

/// The same of those that need the stand-ins.
fn of_steps_with_standins() -> Vec<Trial> {
    let engine = engines_with_standins().last().expect("there is an engine with stand-ins");
    let tests = each![
        needs::a_build_and_its_tests_use_an_rpm_repository_of_the_spec,
        needs::an_older_deb_is_taken_where_a_build_and_its_tests_ask_for_it,
        needs::an_older_rpm_is_taken_where_a_build_and_its_tests_ask_for_it,
        needs::tests_decide_whether_there_is_an_rpm,
        rpm::all_bounds_of_a_version_hold_at_once,
        rpm::each_distribution_builds_with_its_own_manager,
        rpm::the_newest_version_is_taken_as_rpm_orders_them,
        rpm_content::a_missing_library_is_told_with_the_package_that_provides_it,
        rpm_content::every_way_of_packing_a_payload_is_read,
        rpm_content::files_lie_where_the_host_can_see_them,
        rpm_content::rights_are_kept_where_they_mean_the_same,
        rpm_content::scripts_that_do_not_run_are_said,
        rpm_content::the_image_is_exactly_what_rpm_unpacks,
        rpm_content::which_services_start_is_a_policy,
        rpm_hostile::what_is_only_slow_arrives,
    ];
    let tests = tests.into_iter().map(|(name, test)| trial(engine, name, move || test(engine)));
    let cases = rpm_hostile::CASES.iter().map(|case| {
        let name = format!("rpm_hostile::{}", case.view);
        trial(engine, &name, move || rpm_hostile::check(engine, case))
    });
    tests.chain(cases).collect()
}

/// A test of one engine, which fails when the engine cannot be had.
fn trial(engine: &'static Engine, name: &str, test: impl FnOnce() + Send + 'static) -> Trial {
    let name = format!("{}::{name}", engine.name);
    Trial::test(name.clone(), move || {
        engine.ready()?;
        timed(&name, test);
        Ok(())
    })
}

/// A test of several engines, which fails when one of them cannot be had.
fn trial_of_all(engines: &'static [Engine], name: &'static str, test: fn(&[Engine])) -> Trial {
    Trial::test(String::from(name), move || {
        for engine in engines {
            engine.ready()?;
        }
        timed(name, || test(engines));
        Ok(())
    })
}

/// Says of a slow test how long it took beside the others: these decide how long all of them take.
fn timed(name: &str, test: impl FnOnce()) {
    let began = Instant::now();
    test();
    let took = began.elapsed();
    if took > SLOW {
        eprintln!("{:6.1} s  {name}", took.as_secs_f64());
    }
}

/// A test that takes longer is slow.
const SLOW: Duration = Duration::from_secs(20);

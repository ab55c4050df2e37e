//! What the engine is sent: each `golden/<case>/spec.yml` gives the graphs beside it.
//!
//! `UPDATE_EXPECT=1` writes them. The text of a graph has no digests; `golden/DIGESTS` has that of each
//! result, so that a change which makes every user's cache cold is seen in a review. Beside the spec a
//! case may have `options`, the client's, one `key=value` a line; `engine`, what is different about the
//! engine and its repositories; and folders, the client's directories. Every spec of `examples/` is a
//! case too, by the name of its file or of its folder.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "frontend/builder.rs"]
mod builder;
#[path = "gateway/fake.rs"]
mod fake;
#[path = "golden/rules.rs"]
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use annex::job::{self, Resolution};
use annex::script::{self, Script};
use expect_test::expect_file;
use libtest_mimic::{Arguments, Failed, Trial};

use crate::builder::{Builder, Built, Graph, Request, Step, choice};

fn main() -> ExitCode {
    let cases: Arc<Vec<Case>> = Arc::new(cases());
    let mut trials = Vec::new();
    for number in 0..cases.len() {
        let all = Arc::clone(&cases);
        trials.push(Trial::test(cases[number].name.clone(), move || all[number].check()));
        for (rule, holds) in rules::OF_A_CASE {
            let all = Arc::clone(&cases);
            let name = format!("{}: {rule}", cases[number].name);
            trials.push(Trial::test(name, move || holds(&all[number])));
        }
    }
    let all = Arc::clone(&cases);
    trials.push(Trial::test("digests of the results", move || {
        expect_file![folder().join("DIGESTS")].assert_eq(&digests(&all));
        Ok(())
    }));
    let all = Arc::clone(&cases);
    trials.push(Trial::test("every file belongs to a case", move || no_stale_files(&all)));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// One spec, one client, one engine.
struct Case {
    name: String,
    builder: Builder,
    request: Request,
    /// Where the expected graphs are.
    folder: PathBuf,
    /// Files that the case is made of.
    files: BTreeSet<PathBuf>,
}

impl Case {
    /// The case of a folder; the spec is that of the folder, or else the example of the folder's name.
    fn read(name: &str) -> Self {
        let folder = folder().join(name);
        let own = folder.join("spec.yml");
        let (spec, file) = match fs::read(&own) {
            Ok(spec) => (spec, "spec.yml".to_owned()),
            Err(_) => example(name),
        };
        let mut files = BTreeSet::from([own]);
        let mut line_file = |name: &str| {
            files.insert(folder.join(name));
            let text = fs::read_to_string(folder.join(name)).unwrap_or_default();
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let options = line_file("options");
        let options = options.iter().map(|line| line.split_once('=').expect("an option is KEY=VALUE"));
        let options: Vec<_> = [("filename", &*file)].into_iter().chain(options).collect();
        let mut request = Request::new(&options);
        let mut builder = Builder::default().file("local://dockerfile", &file, spec);
        for line in line_file("engine") {
            builder = different(builder, &mut request, &line);
        }
        for (local, path) in directories(&folder) {
            let content = fs::read(folder.join(&local).join(&path)).unwrap();
            builder = builder.file(&format!("local://{local}"), &path, content);
            files.insert(folder.join(local).join(path));
        }
        Self { name: name.to_owned(), builder, request, folder, files }
    }

    fn build(&self) -> Built {
        self.build_with(&self.request)
    }

    /// The case with another request.
    fn build_with(&self, request: &Request) -> Built {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let built = runtime.block_on(self.builder.clone().build(request));
        if let Some(error) = &built.end.error {
            panic!("{}", error.message);
        }
        built
    }

    fn check(&self) -> Result<(), Failed> {
        fs::create_dir_all(&self.folder)?;
        let mut made = BTreeSet::new();
        for (name, text) in texts(&self.build()) {
            let path = self.folder.join(name);
            expect_file![&path].assert_eq(&text);
            made.insert(path);
        }
        for path in files_below(&self.folder) {
            if !made.contains(&path) && !self.files.contains(&path) {
                return Err(format!("{} is of no use to this case", path.display()).into());
            }
        }
        Ok(())
    }
}

/// The graphs of a build, by the names of their files.
fn texts(built: &Built) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    let steps = built.solved.iter().filter_map(|solved| Some((solved.graph.last_step()?, &solved.graph)));
    let steps: Vec<_> = steps.collect();
    for (step, graph) in &steps {
        let Step::Resolve(job) = step else { continue };
        let list = steps.iter().find(|(step, _)| *step == Step::List(job.architecture.clone()));
        let (_, list) = list.expect("repositories are listed before packages are chosen");
        let text = format!("# list\n{}# resolve\n{}", text(list), text(graph));
        texts.insert(format!("{}.resolve.llb", job.platform.replace('/', "_")), text);
    }
    for (platform, graph) in built.results() {
        let platform = if platform.is_empty() { "linux/amd64" } else { &platform };
        texts.insert(format!("{}.llb", platform.replace('/', "_")), text(&graph));
    }
    texts
}

/// The text of a graph for reviews: our scripts by name, since they are files that are read by
/// themselves, and a line for each value of a job.
fn text(graph: &Graph) -> String {
    let line = |line: &str| if line.is_empty() { "   |\n".to_owned() } else { format!("   | {line}\n") };
    let quoted = |text: &str| text.trim_end().lines().map(line).collect::<String>();
    let named = |script: &Script| format!("   | ({})\n", script.name);
    let text = script::ALL
        .iter()
        .fold(graph.text(), |text, script| text.replace(&quoted(script.text), &named(script)));
    let job = |line: &str| {
        let json = line.strip_prefix("   | ")?.strip_suffix(" (no line feed)")?;
        let job: serde_json::Value = serde_json::from_str(json).ok()?;
        Some(quoted(&serde_json::to_string_pretty(&job).ok()?))
    };
    text.lines().map(|line| job(line).unwrap_or_else(|| format!("{line}\n"))).collect()
}

/// One line for each result: case, platform, digest.
fn digests(cases: &[Case]) -> String {
    let mut lines = String::new();
    for case in cases {
        for (platform, graph) in case.build().results() {
            let platform = if platform.is_empty() { "-" } else { &platform };
            writeln!(lines, "{} {platform} {}", case.name, graph.digest()).unwrap();
        }
    }
    lines
}

/// What `line` of a case's `engine` says.
fn different(builder: Builder, request: &mut Request, line: &str) -> Builder {
    let words: Vec<&str> = line.split(' ').collect();
    match words[..] {
        ["no", "index"] => Builder { indices: Vec::new(), ..builder },
        ["index", address] => {
            let mut builder = builder;
            builder.indices.push(address.to_owned());
            builder
        }
        ["key", address] => {
            let mut builder = builder;
            builder.keys.push(address.to_owned());
            builder
        }
        ["mirrors", address, mirror] => {
            let mut builder = builder.file(address, "index", format!("{mirror}\n"));
            builder.mirrors.push(address.to_owned());
            builder
        }
        ["other", "repository"] => Builder { others: 1, ..builder },
        ["no", "frontend.bin"] => {
            request.frontend = false;
            builder
        }
        ["file", source, path, content] => builder.file(source, path, format!("{content}\n")),
        ["release", release] => Builder { release: release.to_owned(), ..builder },
        ["unreachable", source] => {
            let mut builder = builder;
            builder.unreachable.insert(source.to_owned());
            builder
        }
        ["package", name, "at", url] => {
            let (name, url) = (name.to_owned(), url.to_owned());
            builder.answering(move |step| {
                let Step::Resolve(job) = step else { return None };
                let mut lock = choice(job);
                let package = lock.packages.iter_mut().find(|package| package.name == name)?;
                package.url.clone_from(&url);
                Some(job::to_json(&Resolution {
                    lock: Some(lock),
                    findings: Vec::new(),
                    providers: Vec::new(),
                }))
            })
        }
        _ => panic!("`{line}` of `engine` is not known"),
    }
}

/// All cases, by name: the examples, and the folders with a spec.
fn cases() -> Vec<Case> {
    let paths = |folder: PathBuf| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let examples = paths(examples())
        .filter(|path| path.extension().is_some_and(|end| end == "yml") || path.join("spec.yml").exists());
    let folders = paths(folder()).filter(|path| path.join("spec.yml").exists());
    let names = examples.chain(folders).map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned());
    names.collect::<BTreeSet<_>>().iter().map(|name| Case::read(name)).collect()
}

/// The text of an example and the name of its file.
fn example(name: &str) -> (Vec<u8>, String) {
    let file = format!("{name}.yml");
    match fs::read(examples().join(&file)) {
        Ok(spec) => (spec, file),
        Err(_) => (fs::read(examples().join(name).join("spec.yml")).unwrap(), "spec.yml".to_owned()),
    }
}

/// The files in the client's directories: name of the directory, path in it.
fn directories(folder: &Path) -> Vec<(String, String)> {
    let below = |path: &Path| path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
    let paths = files_below(folder);
    let inner = paths.iter().map(|path| below(path));
    inner.filter_map(|path| path.split_once('/').map(|(a, b)| (a.to_owned(), b.to_owned()))).collect()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}

/// A file beside the folders of the cases, or a folder without a spec, is left over.
fn no_stale_files(cases: &[Case]) -> Result<(), Failed> {
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let known = if path.is_dir() {
            cases.iter().any(|case| case.name == name)
        } else {
            ["DIGESTS", "rules.rs"].contains(&&*name)
        };
        if !known {
            return Err(format!("{} belongs to no case", path.display()).into());
        }
    }
    Ok(())
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden")
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

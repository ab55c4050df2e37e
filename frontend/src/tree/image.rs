//! Sources that are images, or that commands make in images.

use buildkit_llb::{self as llb, Bind, Discard, Exec, State};

use crate::diagnostic::harmless;
use crate::resolve::Source;
use crate::spec::Concrete;
use crate::spec::source::{Command, CommandStep, Image, Mount};
use crate::step::Stage;
use crate::tree::content::Content;
use crate::tree::unmet::Unmet;
use crate::tree::{self, Part, Trees};

impl Trees<'_> {
    /// The tree of an image, or what its commands leave.
    pub(super) fn image(
        &self,
        name: &str,
        image: &Image<Concrete>,
        source: &Source,
        unmet: &mut Unmet,
    ) -> Option<Content> {
        let reference = image.reference.value.as_str();
        let meant = unmet.ask(self.outside.image(reference, self.platform));
        let commands = image.command.as_ref().map(|command| self.mounts(command, unmet));
        let meant = meant?;
        let operation = llb::Image {
            resolve_mode: self.steps.resolve_mode,
            ..llb::Image::new(&*meant.reference, self.platform.clone())
        };
        let root = operation.state().named(format!("[source] {name}: image {reference}"));
        let root = root.located(self.places.location(source.span));
        let Some(command) = &image.command else { return Some(Content::of(root, source)) };
        let made = Made { name, meant: &meant, path: source.path.value.as_str() };
        let tree = self.run(&made, command, &commands?, root);
        // What the commands leave is at the top of a tree of its own, unless all of the image is meant.
        Some(Content { tree, path: String::new(), is_named: false, is_selected: false })
    }

    /// The mounts of each step, those of all steps first.
    fn mounts(&self, command: &Command<Concrete>, unmet: &mut Unmet) -> Vec<Vec<(String, Part)>> {
        let mut of = |mounts: &[Mount<Concrete>]| -> Vec<_> {
            let part = |mount: &Mount<Concrete>| {
                let what = format!("mount at {}", mount.dest.value);
                Some((mount.dest.value.to_string(), self.part(&mount.source, &what, unmet)?))
            };
            mounts.iter().filter_map(part).collect()
        };
        let all = of(&command.mounts);
        let steps = command.steps.iter().map(|step| [all.clone(), of(&step.mounts)].concat());
        steps.collect()
    }

    fn run(
        &self,
        made: &Made<'_>,
        command: &Command<Concrete>,
        mounts: &[Vec<(String, Part)>],
        root: State,
    ) -> State {
        let mut root = root;
        let mut made_here = State::scratch();
        for (step, mounts) in command.steps.iter().zip(mounts) {
            let mut exec = self.command(made, command, step);
            for (dest, part) in mounts {
                exec.mount(dest, Discard(part.tree.clone()).selector(selector(&part.path)));
            }
            let changed = exec.mount("/", Bind(root));
            if made.path.is_empty() {
                root = exec.run().output(changed);
                continue;
            }
            let out = exec.mount(format!("/{}", made.path), Bind(made_here));
            let run = exec.run();
            root = run.output(changed);
            made_here = run.output(out);
        }
        if made.path.is_empty() { root } else { made_here }
    }

    /// One command in the environment of the image, with a network.
    fn command(&self, made: &Made<'_>, command: &Command<Concrete>, step: &CommandStep<Concrete>) -> Exec {
        let text = &step.command.value;
        let first = text.trim().lines().next().unwrap_or_default();
        let title = format!("{}: {}", made.name, harmless(first, MAX_TITLE));
        let mut exec = self.steps.exec(Stage::Source, &title, ["/bin/sh", "-c", text]);
        self.steps.online(&mut exec);
        exec.platform(self.platform).location(self.places.location(step.command.span));
        for (name, value) in &made.meant.env {
            exec.env(name, value);
        }
        for (name, value) in command.env.iter().chain(&step.env) {
            exec.env(name.as_str(), value.value.as_str());
        }
        let said = command.dir.is_said().then(|| format!("/{}", command.dir.as_str()));
        let directory = said.unwrap_or_else(|| made.meant.directory.clone());
        if !directory.is_empty() {
            exec.cwd(directory);
        }
        exec
    }
}

/// What is said of commands beside themselves.
struct Made<'a> {
    name: &'a str,
    meant: &'a tree::Image,
    /// Where they leave their work; empty: the root.
    path: &'a str,
}

/// The path that a mount selects; the root needs none.
fn selector(path: &str) -> &str {
    if path == "/" { "" } else { path }
}

/// Characters of a command in the name of its step, at most.
const MAX_TITLE: usize = 80;

//! Tests as they are written.

use crate::resolve::Test;
use crate::resolve::print::pairs::{Pairs, list, map};
use crate::resolve::print::source;
use crate::spec::Concrete;
use crate::spec::test::{ContentCheck, FileCheck, TestStep};
use crate::spec::tree::Tree;

pub(super) fn tests(tests: &[Test]) -> Tree {
    list(tests, |test| {
        let Test { span: _, name, dir, env, files, mounts, steps } = test;
        let mut pairs = Pairs::default();
        pairs.text("name", name);
        pairs.text("dir", &dir.to_string());
        pairs.environment("env", env);
        pairs.some("mounts", source::mounts(mounts));
        pairs.some("steps", list(steps, step));
        pairs.some("files", map(files, file));
        pairs.into_tree()
    })
}

fn step(step: &TestStep<Concrete>) -> Tree {
    let TestStep { command, env, stdin, stdout, stderr } = step;
    let mut pairs = Pairs::default();
    pairs.text("command", &command.value.to_string());
    pairs.environment("env", env);
    pairs.optional("stdin", stdin.as_ref());
    for (key, check) in [("stdout", stdout), ("stderr", stderr)] {
        let mut content = Pairs::default();
        self::content(&mut content, check);
        pairs.some(key, content.into_tree());
    }
    pairs.into_tree()
}

fn file(check: &FileCheck<Concrete>) -> Tree {
    let FileCheck { content, is_dir, link_target, no_follow, not_exist, permissions } = check;
    let mut pairs = Pairs::default();
    pairs.flag("not_exist", *not_exist);
    pairs.flag("is_dir", *is_dir);
    pairs.mode("permissions", *permissions);
    pairs.optional("link_target", link_target.as_ref());
    pairs.flag("no_follow", *no_follow);
    self::content(&mut pairs, content);
    let tree = pairs.into_tree();
    if tree.is_empty() { Tree::Null } else { tree }
}

fn content(pairs: &mut Pairs, check: &ContentCheck<Concrete>) {
    let ContentCheck { contains, empty, ends_with, equals, matches, starts_with } = check;
    pairs.optional("equals", equals.as_ref());
    pairs.values("contains", contains);
    pairs.values("matches", matches);
    pairs.optional("starts_with", starts_with.as_ref());
    pairs.optional("ends_with", ends_with.as_ref());
    pairs.flag("empty", *empty);
}

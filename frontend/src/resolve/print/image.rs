//! A container as it is written.

use crate::resolve::print::pairs::{Pairs, list, map};
use crate::resolve::print::source;
use crate::resolve::{Image, Source};
use crate::spec::escape;
use crate::spec::image::{Post, Symlinks};
use crate::spec::tree::Tree;

pub(super) fn image(image: &Image) -> Tree {
    let Image {
        span: _,
        bases,
        cmd,
        entrypoint,
        env,
        labels,
        post: Post { symlinks },
        stop_signal,
        user,
        volumes,
        working_dir,
    } = image;
    let mut pairs = Pairs::default();
    let base = |base: &Source| Tree::Map(vec![(String::from("rootfs"), source::source(base))]);
    pairs.some("bases", list(bases, base));
    pairs.text("entrypoint", &entrypoint.as_ref().map_or_else(String::new, ToString::to_string));
    pairs.text("cmd", &cmd.as_ref().map_or_else(String::new, ToString::to_string));
    pairs.some("env", list(env, |variable| Tree::Text(variable.value.to_string())));
    pairs.some("labels", map(labels, |value| Tree::Text(escape(&value.value).into_owned())));
    pairs.some("volumes", map(volumes.iter().map(|path| (path, ())), |()| Tree::Map(Vec::new())));
    pairs.text("working_dir", working_dir.as_ref().map_or("", |path| path.as_str()));
    pairs.text("stop_signal", stop_signal.as_ref().map_or("", |signal| signal.value.as_str()));
    pairs.text("user", user.as_deref().unwrap_or_default());
    let symlink = |Symlinks { paths, user, group }: &Symlinks| {
        let mut pairs = Pairs::default();
        pairs.some("paths", list(paths, |path| Tree::Text(path.to_string())));
        pairs.owners(user.as_ref(), group.as_ref());
        pairs.into_tree()
    };
    let mut post = Pairs::default();
    post.some("symlinks", map(symlinks, symlink));
    pairs.some("post", post.into_tree());
    pairs.into_tree()
}

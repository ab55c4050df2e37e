//! File operations as text.

use std::fmt::{self, Write};

use buildkit_proto::pb::{self, file_action::Action};

use super::{Writer, flag};
use crate::Digest;

impl Writer<'_, '_> {
    pub(super) fn file(&mut self, file: &pb::FileOp) -> fmt::Result {
        writeln!(self.f, "file")?;
        let mut usual = file.actions.first().map_or(-1, |action| action.input);
        let last = file.actions.len().saturating_sub(1);
        if usual >= 0 {
            self.fact("on", self.input(usual))?;
        }
        for (index, action) in file.actions.iter().enumerate() {
            let pb::FileAction { input, secondary_input, output, action } = action;
            let text = match action {
                None => "unknown".to_owned(),
                Some(Action::Copy(copy)) => self.copy(*secondary_input, copy)?,
                Some(Action::Mkdir(mkdir)) => self.mkdir(mkdir)?,
                Some(Action::Mkfile(mkfile)) => self.mkfile(mkfile)?,
                Some(Action::Rm(rm)) => rm_text(rm)?,
                Some(Action::Symlink(symlink)) => self.symlink(symlink)?,
            };
            write!(self.f, "   {text}")?;
            if *input != usual {
                write!(self.f, " on {}", self.step(*input))?;
            }
            if *output != if index == last { 0 } else { -1 } {
                write!(self.f, " -> :{output}")?;
            }
            writeln!(self.f)?;
            usual = i64::try_from(self.inputs.len() + index).unwrap_or(i64::MAX);
            if let Some(Action::Mkfile(mkfile)) = action {
                self.data(&mkfile.data)?;
            }
        }
        Ok(())
    }

    fn copy(&self, from: i64, copy: &pb::FileActionCopy) -> Result<String, fmt::Error> {
        let pb::FileActionCopy {
            src,
            dest,
            owner,
            mode,
            follow_symlink,
            dir_copy_contents,
            attempt_unpack_docker_compatibility,
            create_dest_path,
            allow_wildcard,
            allow_empty_wildcard,
            timestamp,
            include_patterns,
            exclude_patterns,
            always_replace_existing_dest_paths,
            mode_str,
            required_paths,
        } = copy;
        let mut text = format!("copy {}{src} to {dest}", self.prefix(from));
        if !mode_str.is_empty() {
            write!(text, " mode={mode_str}")?;
        } else if *mode != -1 {
            write!(text, " mode={mode:04o}")?;
        }
        self.owner(&mut text, owner.as_ref(), *timestamp)?;
        for (set, word) in [
            (*follow_symlink, " follow-symlink"),
            (*dir_copy_contents, " dir-contents"),
            (*attempt_unpack_docker_compatibility, " unpack"),
            (*create_dest_path, " create-dest"),
            (*allow_wildcard, " wildcard"),
            (*allow_empty_wildcard, " empty-wildcard"),
            (*always_replace_existing_dest_paths, " replace"),
        ] {
            text.push_str(flag(set, word));
        }
        for (word, list) in
            [("include", include_patterns), ("exclude", exclude_patterns), ("required", required_paths)]
        {
            if !list.is_empty() {
                write!(text, " {word}={list:?}")?;
            }
        }
        Ok(text)
    }

    fn mkdir(&self, mkdir: &pb::FileActionMkDir) -> Result<String, fmt::Error> {
        let pb::FileActionMkDir { path, mode, make_parents, owner, timestamp } = mkdir;
        let mut text = format!("mkdir {path} {mode:04o}{}", flag(*make_parents, " parents"));
        self.owner(&mut text, owner.as_ref(), *timestamp)?;
        Ok(text)
    }

    fn mkfile(&self, mkfile: &pb::FileActionMkFile) -> Result<String, fmt::Error> {
        let pb::FileActionMkFile { path, mode, data: _, owner, timestamp } = mkfile;
        let mut text = format!("mkfile {path} {mode:04o}");
        self.owner(&mut text, owner.as_ref(), *timestamp)?;
        Ok(text)
    }

    fn symlink(&self, symlink: &pb::FileActionSymlink) -> Result<String, fmt::Error> {
        let pb::FileActionSymlink { oldpath, newpath, owner, timestamp } = symlink;
        let mut text = format!("symlink {newpath} to {oldpath}");
        self.owner(&mut text, owner.as_ref(), *timestamp)?;
        Ok(text)
    }

    /// A file's content below its line: text if it is short, else its size and the beginning of its digest.
    fn data(&mut self, data: &[u8]) -> fmt::Result {
        match str::from_utf8(data) {
            Ok(text) if data.len() <= SHORT && !text.contains(unprintable) => {
                for line in text.split_inclusive('\n') {
                    match line.strip_suffix('\n') {
                        Some("") => writeln!(self.f, "   |")?,
                        Some(line) => writeln!(self.f, "   | {line}")?,
                        None => writeln!(self.f, "   | {line} (no line feed)")?,
                    }
                }
                Ok(())
            }
            _ => {
                let digest = Digest::of(data).to_string();
                writeln!(self.f, "   {} bytes, {}", data.len(), &digest[..DIGEST])
            }
        }
    }

    fn owner(&self, text: &mut String, owner: Option<&pb::ChownOpt>, timestamp: i64) -> fmt::Result {
        if let Some(pb::ChownOpt { user, group }) = owner {
            write!(text, " owner={}:{}", self.user(user.as_ref()), self.user(group.as_ref()))?;
        }
        if timestamp != -1 {
            write!(text, " time={timestamp}")?;
        }
        Ok(())
    }

    fn user(&self, user: Option<&pb::UserOpt>) -> String {
        match user.and_then(|user| user.user.as_ref()) {
            None => String::new(),
            Some(pb::user_opt::User::ById(id)) => id.to_string(),
            Some(pb::user_opt::User::ByName(pb::NamedUserOpt { name, input })) => {
                format!("{name}({})", self.step(*input))
            }
        }
    }

    /// Where a path is: nothing on scratch, else the file system and a colon.
    fn prefix(&self, number: i64) -> String {
        if number < 0 { "scratch ".to_owned() } else { format!("{} ", self.step(number)) }
    }

    /// An input, or the result of an action for the numbers after them.
    fn step(&self, number: i64) -> String {
        let inputs = i64::try_from(self.inputs.len()).unwrap_or(i64::MAX);
        if number < inputs { self.input(number) } else { format!("action {}", number - inputs) }
    }
}

fn rm_text(rm: &pb::FileActionRm) -> Result<String, fmt::Error> {
    let pb::FileActionRm { path, allow_not_found, allow_wildcard } = rm;
    let mut text = format!("rm {path}");
    write!(text, "{}{}", flag(*allow_not_found, " if-found"), flag(*allow_wildcard, " wildcard"))?;
    Ok(text)
}

fn unprintable(character: char) -> bool {
    character.is_control() && character != '\n' && character != '\t'
}

/// Bytes of a file that are printed.
const SHORT: usize = 4096;

/// Length of the part of a digest that is printed: `sha256:` and twelve digits.
const DIGEST: usize = 19;

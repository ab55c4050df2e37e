//! A definition as text.

mod exec;
mod file;

use std::{
    collections::BTreeMap,
    fmt::{self, Display, Formatter, Write},
};

use buildkit_proto::pb::{self, op::Op};
use prost::Message;

use crate::{Definition, Digest, Platform, Range, metadata::CUSTOM_NAME};

/// Writes vertices in the order of the definition as `v0`, `v1`, …, then the result.
pub(crate) fn write(f: &mut Formatter<'_>, definition: &Definition) -> fmt::Result {
    let ops = definition.ops();
    let names: BTreeMap<_, _> =
        ops.iter().enumerate().map(|(number, (digest, _))| (digest.to_string(), number)).collect();
    for (number, (digest, op)) in ops.iter().enumerate() {
        match pb::Op::decode(&**op) {
            Ok(op) => {
                let inputs =
                    op.inputs.iter().map(|input| output(&names, &input.digest, input.index)).collect();
                Writer { f, inputs }.vertex(number, &op)?;
            }
            Err(_) => writeln!(f, "v{number} unknown ({} bytes)", op.len())?,
        }
        said(f, definition, digest)?;
    }
    match definition.head() {
        Some((digest, index)) => writeln!(f, "root {}", output(&names, &digest.to_string(), index)),
        None => writeln!(f, "root scratch"),
    }
}

/// One operation while it is written; facts are indented below its headline.
struct Writer<'a, 'b> {
    f: &'a mut Formatter<'b>,
    /// Names of the outputs that are its inputs.
    inputs: Vec<String>,
}

impl Writer<'_, '_> {
    fn vertex(&mut self, number: usize, op: &pb::Op) -> fmt::Result {
        write!(self.f, "v{number} ")?;
        match &op.op {
            None => writeln!(self.f, "unknown")?,
            Some(Op::Source(source)) => self.source(source)?,
            Some(Op::Exec(exec)) => self.exec(exec)?,
            Some(Op::File(file)) => self.file(file)?,
            Some(Op::Build(build)) => self.build(build)?,
            Some(Op::Merge(merge)) => self.merge(merge)?,
            Some(Op::Diff(diff)) => self.diff(*diff)?,
            Some(Op::Passthrough(passthrough)) => self.passthrough(passthrough)?,
        }
        if let Some(platform) = &op.platform {
            self.fact("platform", Platform::from(platform))?;
        }
        for filter in op.constraints.iter().flat_map(|constraints| &constraints.filter) {
            self.fact("constraint", filter)?;
        }
        Ok(())
    }

    fn source(&mut self, source: &pb::SourceOp) -> fmt::Result {
        let pb::SourceOp { identifier, attrs } = source;
        writeln!(self.f, "source {identifier}")?;
        self.attrs(attrs)
    }

    fn build(&mut self, build: &pb::BuildOp) -> fmt::Result {
        let pb::BuildOp { builder, inputs, def, attrs } = build;
        writeln!(self.f, "build")?;
        if *builder != -1 {
            self.fact("builder", self.input(*builder))?;
        }
        for (name, pb::BuildInput { input }) in inputs {
            self.fact("input", format_args!("{name} from {}", self.input(*input)))?;
        }
        if let Some(def) = def {
            self.fact("definition", format_args!("{} operations", def.def.len()))?;
        }
        self.attrs(attrs)
    }

    fn merge(&mut self, merge: &pb::MergeOp) -> fmt::Result {
        writeln!(self.f, "merge")?;
        merge.inputs.iter().try_for_each(|input| self.fact("layer", self.input(input.input)))
    }

    fn diff(&mut self, diff: pb::DiffOp) -> fmt::Result {
        let pb::DiffOp { lower, upper } = diff;
        writeln!(self.f, "diff")?;
        self.fact("lower", self.input(lower.map_or(-1, |lower| lower.input)))?;
        self.fact("upper", self.input(upper.map_or(-1, |upper| upper.input)))
    }

    fn passthrough(&mut self, passthrough: &pb::PassthroughOp) -> fmt::Result {
        let pb::PassthroughOp { id, outputs } = passthrough;
        writeln!(self.f, "passthrough {id}")?;
        for (number, input) in outputs.iter().enumerate() {
            self.fact("output", format_args!("{} -> :{number}", self.input(*input)))?;
        }
        for number in 0..i64::try_from(self.inputs.len()).unwrap_or(i64::MAX) {
            if !outputs.contains(&number) {
                self.fact("after", self.input(number))?;
            }
        }
        Ok(())
    }

    fn attrs(&mut self, attrs: &BTreeMap<String, String>) -> fmt::Result {
        attrs.iter().try_for_each(|(key, value)| writeln!(self.f, "   {key}={}", Line(value)))
    }

    /// The name of an input by its number in the operation.
    fn input(&self, number: i64) -> String {
        match usize::try_from(number) {
            Ok(index) => self.inputs.get(index).cloned().unwrap_or_else(|| format!("input {number}")),
            Err(_) => "scratch".to_owned(),
        }
    }

    fn fact(&mut self, key: &str, value: impl Display) -> fmt::Result {
        writeln!(self.f, "   {key} {value}")
    }

    /// A fact unless it is empty.
    fn some(&mut self, key: &str, value: &str) -> fmt::Result {
        if value.is_empty() { Ok(()) } else { self.fact(key, value) }
    }
}

/// What is said about a vertex but its capabilities, which follow from the operation.
fn said(f: &mut Formatter<'_>, definition: &Definition, digest: &Digest) -> fmt::Result {
    let Some(metadata) = definition.metadata(digest) else { return Ok(()) };
    let pb::OpMetadata { ignore_cache, description, export_cache, caps: _, progress_group, linux_resources } =
        metadata;
    for (key, value) in description {
        let value = Line(value);
        match &**key {
            CUSTOM_NAME => writeln!(f, "   name {value}")?,
            key => writeln!(f, "   description {key}={value}")?,
        }
    }
    if let Some(pb::ProgressGroup { id, name, weak }) = progress_group {
        writeln!(f, "   group {id}{} {}", flag(*weak, " weak"), Line(name))?;
    }
    if *ignore_cache {
        writeln!(f, "   ignore-cache")?;
    }
    if let Some(pb::ExportCache { value }) = export_cache {
        writeln!(f, "   export-cache {value}")?;
    }
    if let Some(pb::LinuxResources {
        memory,
        memory_swap,
        cpu_shares,
        cpu_period,
        cpu_quota,
        cpuset_cpus,
        cpuset_mems,
    }) = linux_resources
    {
        let number = |number: &dyn Display| Some(number.to_string()).filter(|number| number != "0");
        let list = |list: &String| Some(list.clone()).filter(|list| !list.is_empty());
        for (key, value) in [
            ("memory", number(memory)),
            ("memory-swap", number(memory_swap)),
            ("cpu-shares", number(cpu_shares)),
            ("cpu-period", number(cpu_period)),
            ("cpu-quota", number(cpu_quota)),
            ("cpuset-cpus", list(cpuset_cpus)),
            ("cpuset-mems", list(cpuset_mems)),
        ] {
            if let Some(value) = value {
                writeln!(f, "   limit {key}={}", Line(&value))?;
            }
        }
    }
    for (info, ranges) in definition.places(digest) {
        for Range { start, end } in ranges {
            write!(f, "   at {}:{}", info.filename, start.line)?;
            if end.line > start.line {
                write!(f, "-{}", end.line)?;
            }
            writeln!(f)?;
        }
    }
    Ok(())
}

/// Text that stays on its line.
struct Line<'a>(&'a str);

impl Display for Line<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if character.is_control() || character == '\\' {
                Display::fmt(&character.escape_default(), f)?;
            } else {
                f.write_char(character)?;
            }
        }
        Ok(())
    }
}

/// The short name of an output.
fn output(names: &BTreeMap<String, usize>, digest: &str, index: i64) -> String {
    match names.get(digest) {
        Some(number) => format!("v{number}:{index}"),
        None => format!("unknown:{index}"),
    }
}

fn flag(set: bool, word: &'static str) -> &'static str {
    if set { word } else { "" }
}

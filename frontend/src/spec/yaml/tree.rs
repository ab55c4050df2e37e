//! From the library's events to the tree.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, StrInput, Tag, options};

use crate::diagnostic::{Diagnostic, Problems, literal};
use crate::nearest::nearest;
use crate::span::Span;
use crate::spec::yaml::extent::Extent;
use crate::spec::yaml::{
    Alias, Child, Entry, Kind, MAX_ALIASED, MAX_BYTES, MAX_DEPTH, Node, Scalar, Style, syntax,
};

/// The document's one value; [`Kind::Null`] when there is none. `None` when the text is no YAML or
/// beyond a limit, with the reason among the problems.
pub fn parse<'t>(text: &'t str, problems: &mut Problems) -> Option<Node<'t>> {
    if text.len() > MAX_BYTES {
        problems.push(
            Diagnostic::error(None, format!("the spec has {} bytes", text.len()))
                .help(format!("a spec has at most {MAX_BYTES} bytes")),
        );
        return None;
    }
    let options = options! {
        emit_comments: false,
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut reader = Reader {
        text,
        events: Parser::new_from_str_with_options(text, options),
        anchors: BTreeMap::new(),
        tag: None,
        aliased: 0,
        problems,
    };
    reader.document().ok()
}

/// The rest of the document cannot be read; why is among the problems.
struct Stop;

struct Reader<'t, 'p> {
    text: &'t str,
    events: Parser<'t, StrInput<'t>>,
    anchors: BTreeMap<usize, Anchor<'t>>,
    /// Place of the last event's tag.
    tag: Option<Span>,
    /// Values that the aliases so far stand for.
    aliased: usize,
    problems: &'p mut Problems,
}

struct Anchor<'t> {
    name: Cow<'t, str>,
    span: Span,
    /// `None` within the value itself.
    node: Option<Rc<Node<'t>>>,
}

/// What stands at the place of a value.
struct Value<'t> {
    child: Child<'t>,
    /// The place of the value or of its alias.
    span: Span,
    /// Whether it is written without marks, as a merge key must be.
    plain: bool,
}

impl<'t> Reader<'t, '_> {
    fn document(&mut self) -> Result<Node<'t>, Stop> {
        let mut root = None;
        while let Some((event, span)) = self.next()? {
            match event {
                Event::DocumentStart(..) if root.is_some() => {
                    self.problems.push(
                        Diagnostic::error(self.visible(span), "a second document starts here")
                            .help("a file holds one spec: put the second in a file of its own"),
                    );
                    return Err(Stop);
                }
                Event::DocumentStart(..) => {
                    let (event, span) = self.more()?;
                    root = Some(self.value(event, span, 0)?.child.node);
                    self.anchors.clear();
                }
                _ => {}
            }
        }
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        let empty = || Node { kind: Kind::Null, span: Span::new(end, end), weight: 1, depth: 0 };
        Ok(root.and_then(Rc::into_inner).unwrap_or_else(empty))
    }

    /// The value that starts with an event, at a depth of collections around it.
    fn value(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Value<'t>, Stop> {
        self.check_depth(depth, span)?;
        let known = event.tag().is_none_or(|tag| self.is_known(tag, &event, self.tag.unwrap_or(span)));
        let anchor = event.anchor_id();
        if let (Some(id), Event::Scalar(..) | Event::SequenceStart(..) | Event::MappingStart(..)) =
            (anchor, &event)
            && let (Event::Anchor(_, name), span) = self.more()?
        {
            self.anchors.insert(id, Anchor { name, span, node: None });
        }
        let mut plain = false;
        let node = match event {
            Event::Alias(id) => {
                let value = self.alias(id, span)?;
                self.check_depth(depth + value.child.node.depth, span)?;
                return Ok(value);
            }
            Event::UnresolvedAlias(name) => self.unresolved(&name, span),
            Event::MappingStart(..) => self.mapping(span, depth)?,
            Event::SequenceStart(..) => self.sequence(span, depth)?,
            Event::Scalar(text, style, _, tag) => {
                plain = style == ScalarStyle::Plain;
                self.scalar(text, style, tag.as_deref(), span)
            }
            // The parser gives no other event where a value starts.
            _ => Node { kind: Kind::Broken, span, weight: 1, depth: 0 },
        };
        let node = if known { node } else { Node { kind: Kind::Broken, ..node } };
        let (span, node) = (node.span, Rc::new(node));
        if let Some(anchor) = anchor.and_then(|id| self.anchors.get_mut(&id)) {
            anchor.node = Some(Rc::clone(&node));
        }
        Ok(Value { child: Child { node, alias: None }, span, plain })
    }

    fn scalar(&self, text: Cow<'t, str>, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Node<'t> {
        let raw = self.text.get(span.range()).unwrap_or_default();
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
            ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
        };
        // The lines after a block belong to its event.
        let raw = if style == Style::Block { raw.trim_end() } else { raw };
        let span = Span::new(span.start, span.start + u32::try_from(raw.len()).unwrap_or_default());
        // A value that is not written comes as `~` without bytes.
        let text = if raw.is_empty() && style == Style::Plain { Cow::Borrowed("") } else { text };
        let null = style == Style::Plain && tag.is_none() && NULLS.contains(&&*text);
        let kind = if null { Kind::Null } else { Kind::Scalar(Scalar { text, raw, style }) };
        let weight = match &kind {
            Kind::Scalar(scalar) => 1 + scalar.text.len() / BYTES_OF_A_VALUE,
            _ => 1,
        };
        Node { kind, span, weight, depth: 0 }
    }

    fn sequence(&mut self, start: Span, depth: usize) -> Result<Node<'t>, Stop> {
        let mut items = Vec::new();
        let mut extent = Extent::new(start);
        loop {
            match self.more()? {
                (Event::SequenceEnd, end) => {
                    // Most are short, and a vector that grew has room for four.
                    items.shrink_to_fit();
                    let kind = Kind::Sequence(items);
                    return Ok(Node {
                        kind,
                        span: extent.end(end),
                        weight: extent.weight,
                        depth: extent.depth,
                    });
                }
                (event, span) => {
                    let value = self.value(event, span, depth + 1)?;
                    extent.hold(value.span, &value.child.node);
                    items.push(value.child);
                }
            }
        }
    }

    fn mapping(&mut self, start: Span, depth: usize) -> Result<Node<'t>, Stop> {
        let mut entries: Vec<Entry<'t>> = Vec::new();
        let mut seen: BTreeMap<Cow<'t, str>, Span> = BTreeMap::new();
        let mut merges = Vec::new();
        let mut extent = Extent::new(start);
        loop {
            let (event, span) = self.more()?;
            if event == Event::MappingEnd {
                extent.span = extent.end(span);
                break;
            }
            let key = self.value(event, span, depth + 1)?;
            let (event, span) = self.more()?;
            let value = self.value(event, span, depth + 1)?;
            extent.hold(key.span, &key.child.node);
            extent.hold(value.span, &value.child.node);
            let Some(scalar) = self.key(&key) else { continue };
            let text = scalar.text.clone();
            if let Some(&first) = seen.get(&text) {
                let message = format!("duplicate key {}", literal(&text));
                self.problems.push(Diagnostic::error(key.span, message).label(first, "first here"));
                continue;
            }
            seen.insert(text.clone(), key.span);
            if text == "<<" && key.plain {
                merges.push(value);
            } else {
                entries.push(Entry { key: scalar, span: key.span, value: value.child, merged: None });
            }
        }
        for merge in merges {
            self.merge(&merge, depth, &mut entries, &mut seen, &mut extent)?;
        }
        entries.shrink_to_fit();
        let Extent { span, weight, depth, .. } = extent;
        Ok(Node { kind: Kind::Mapping(entries), span, weight, depth })
    }

    /// A key, which is text.
    fn key(&mut self, key: &Value<'t>) -> Option<Scalar<'t>> {
        match &key.child.node.kind {
            Kind::Scalar(scalar) => Some(scalar.clone()),
            Kind::Broken => None,
            Kind::Mapping(_) | Kind::Null | Kind::Sequence(_) => {
                let error = Diagnostic::error(self.visible(key.span), "a key must be text");
                let null = matches!(key.child.node.kind, Kind::Null);
                self.problems.push(if null { error.help("put it in quotes") } else { error });
                None
            }
        }
    }

    /// Adds the pairs of a merge key's value that are not yet there
    /// (<https://yaml.org/type/merge.html>).
    fn merge(
        &mut self,
        value: &Value<'t>,
        depth: usize,
        entries: &mut Vec<Entry<'t>>,
        seen: &mut BTreeMap<Cow<'t, str>, Span>,
        extent: &mut Extent,
    ) -> Result<(), Stop> {
        let node = Rc::clone(&value.child.node);
        let sources = match &node.kind {
            Kind::Sequence(items) => items.as_slice(),
            _ => std::slice::from_ref(&value.child),
        };
        for source in sources {
            let alias = source.alias.or(value.child.alias);
            let place = alias.map_or(source.node.span, |alias| alias.span);
            match &source.node.kind {
                Kind::Broken | Kind::Null => {}
                Kind::Mapping(pairs) => {
                    self.spend(source.node.weight, place)?;
                    self.check_depth(depth + source.node.depth, place)?;
                    for pair in pairs {
                        if seen.contains_key(&pair.key.text) {
                            continue;
                        }
                        seen.insert(pair.key.text.clone(), pair.span);
                        extent.weigh(&pair.value.node);
                        entries.push(Entry { merged: pair.merged.or(alias), ..pair.clone() });
                    }
                }
                Kind::Scalar(_) | Kind::Sequence(_) => {
                    self.problems.push(
                        Diagnostic::error(place, "`<<` takes a mapping or a list of mappings")
                            .help("to use a key of this name, write it in quotes"),
                    );
                }
            }
        }
        Ok(())
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<Value<'t>, Stop> {
        let broken = || Rc::new(Node { kind: Kind::Broken, span, weight: 1, depth: 0 });
        let (node, alias) = match self.anchors.get(&id) {
            Some(Anchor { node: Some(node), span: anchor, .. }) => {
                let (node, alias) = (Rc::clone(node), Alias { span, anchor: *anchor });
                self.spend(node.weight, span)?;
                (node, Some(alias))
            }
            Some(Anchor { node: None, span: anchor, name }) => {
                let message = format!("`*{name}` stands within the value that it means");
                self.problems.push(Diagnostic::error(span, message).label(*anchor, "which starts here"));
                (broken(), None)
            }
            None => (broken(), None),
        };
        Ok(Value { child: Child { node, alias }, span, plain: false })
    }

    fn unresolved(&mut self, name: &str, span: Span) -> Node<'t> {
        let message = format!("no anchor {} before this alias", literal(&format!("&{name}")));
        let error = Diagnostic::error(span, message);
        let anchors = self.anchors.values().map(|anchor| &*anchor.name);
        let near = if self.problems.is_full() { None } else { nearest(name, anchors) };
        let error = match near {
            Some(near) => error.help(format!("did you mean `*{near}`?")),
            None => error.help("for text that starts with `*`, put it in quotes"),
        };
        self.problems.push(error);
        Node { kind: Kind::Broken, span, weight: 1, depth: 0 }
    }

    fn check_depth(&mut self, depth: usize, span: Span) -> Result<(), Stop> {
        if depth > MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} collections within each other");
            self.problems.push(Diagnostic::error(span, message));
            return Err(Stop);
        }
        Ok(())
    }

    /// Takes from what aliases may stand for.
    fn spend(&mut self, weight: usize, span: Span) -> Result<(), Stop> {
        self.aliased = self.aliased.saturating_add(weight);
        if self.aliased > MAX_ALIASED {
            let message = format!("the aliases up to this one stand for more than {MAX_ALIASED} values");
            self.problems.push(Diagnostic::error(span, message));
            return Err(Stop);
        }
        Ok(())
    }

    /// Whether a tag says nothing new about its value; others are reported.
    fn is_known(&mut self, tag: &Tag, event: &Event<'_>, span: Span) -> bool {
        let of_kind = match event {
            Event::MappingStart(..) => "map",
            Event::SequenceStart(..) => "seq",
            _ => "str",
        };
        let known = tag.core_suffix() == Some(of_kind) || tag.original() == "!";
        if !known {
            let message = format!("tag {} is not supported here", literal(&tag.original()));
            self.problems.push(Diagnostic::error(self.visible(span), message).help("leave it out"));
        }
        known
    }

    /// The next event, where there must be one.
    fn more(&mut self) -> Result<(Event<'t>, Span), Stop> {
        self.next()?.ok_or(Stop)
    }

    fn next(&mut self) -> Result<Option<(Event<'t>, Span)>, Stop> {
        match self.events.next_event() {
            None => Ok(None),
            Some(Ok((event, span))) => {
                self.tag = span.tag_span().map(|tag| self.span(tag));
                Ok(Some((event, self.span(span))))
            }
            Some(Err(error)) => {
                let mut place = self.span(granit_parser::Span::empty(*error.marker()));
                if let ErrorKind::UnexpectedCharacter { character } = *error.kind() {
                    // Its place is then that of the value it stands in.
                    let rest = self.text.get(place.range().start..).unwrap_or_default();
                    let offset =
                        rest.find(character).and_then(|at| u32::try_from(at).ok()).unwrap_or_default();
                    place = Span::new(place.start + offset, place.start + offset);
                }
                let place = self.visible(place);
                self.problems.push(syntax::diagnostic(error.kind(), place));
                Err(Stop)
            }
        }
    }

    fn span(&self, span: granit_parser::Span) -> Span {
        let range = span.byte_range().expect("parsing from a str gives byte offsets");
        let narrow = |at: usize| u32::try_from(at.min(self.text.len())).unwrap_or(u32::MAX);
        Span::new(narrow(range.start), narrow(range.end.max(range.start)))
    }

    /// The place, or where it is empty the character there.
    fn visible(&self, span: Span) -> Span {
        let rest = self.text.get(span.start as usize..).unwrap_or_default();
        let width =
            rest.chars().next().filter(|&next| next != '\n' && next != '\r').map_or(0, char::len_utf8);
        span.to(Span::new(span.start, span.start + u32::try_from(width).unwrap_or_default()))
    }
}

/// Bytes of text that count as one more value: aliases must not make much of little.
const BYTES_OF_A_VALUE: usize = 64;

/// Plain texts that mean no value (YAML 1.2.2, 10.3.2).
const NULLS: [&str; 5] = ["", "~", "null", "Null", "NULL"];

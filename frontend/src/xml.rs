//! Reads the XML of repositories element by element: the largest indices never are in memory.

use std::io::{self, BufRead, Read};

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

/// Is told of the elements of a document.
pub trait Visitor {
    /// An element begins. The name has no prefix.
    ///
    /// # Errors
    /// The document cannot be used; the reading ends.
    fn open(&mut self, name: &str, attributes: &Attributes<'_>) -> io::Result<()>;

    /// An element ends; `text` is what stood in it since the last beginning or end of an element.
    ///
    /// # Errors
    /// As of [`Visitor::open`].
    fn close(&mut self, name: &str, text: &str) -> io::Result<()>;
}

/// What the tag of an element says.
#[derive(Debug)]
pub struct Attributes<'a>(&'a BytesStart<'a>);

impl Attributes<'_> {
    /// The value of an attribute, by its name with prefix; `None` if there is none or it cannot be read.
    pub fn value(&self, name: &str) -> Option<String> {
        let attribute = self.0.attributes().flatten().find(|attribute| attribute.key.0 == name)?;
        attribute.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
    }
}

/// Tells `visitor` of the elements of a document, in their order. Entities other than those that XML itself has are
/// not known, so that a document cannot grow while it is read.
///
/// # Errors
/// The document cannot be read, is not XML, or `visitor` says so.
pub fn walk(document: impl BufRead, visitor: &mut impl Visitor) -> io::Result<()> {
    let mut reader = Reader::from_reader(Rationed { inner: document, left: ELEMENT });
    let (mut buffer, mut text, mut depth) = (Vec::new(), String::new(), 0_usize);
    loop {
        buffer.clear();
        reader.get_mut().left = ELEMENT;
        match reader.read_event_into(&mut buffer).map_err(failure)? {
            Event::Start(tag) => {
                depth += 1;
                if depth > DEPTH {
                    return Err(invalid("its elements are nested too deeply"));
                }
                text.clear();
                visitor.open(tag.local_name().as_ref(), &Attributes(&tag))?;
            }
            Event::Empty(tag) => {
                text.clear();
                visitor.open(tag.local_name().as_ref(), &Attributes(&tag))?;
                visitor.close(tag.local_name().as_ref(), "")?;
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                visitor.close(tag.local_name().as_ref(), text.trim())?;
                text.clear();
            }
            Event::Text(part) => add(&mut text, &part.xml10_content())?,
            Event::CData(part) => add(&mut text, &part.xml10_content())?,
            Event::GeneralRef(part) => add(&mut text, &entity(&part)?)?,
            Event::Eof if depth > 0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            Event::Eof => return Ok(()),
            Event::Comment(_) | Event::Decl(_) | Event::DocType(_) | Event::PI(_) => {}
        }
    }
}

fn add(text: &mut String, part: &str) -> io::Result<()> {
    if text.len() as u64 + part.len() as u64 > ELEMENT {
        return Err(invalid("an element is too long"));
    }
    text.push_str(part);
    Ok(())
}

/// What a reference such as `&amp;` or `&#38;` stands for.
fn entity(reference: &BytesRef<'_>) -> io::Result<String> {
    if let Some(character) = reference.resolve_char_ref().map_err(failure)? {
        return Ok(character.to_string());
    }
    let name = reference.xml10_content();
    resolve_predefined_entity(&name).map(str::to_owned).ok_or_else(|| invalid("it has an entity of its own"))
}

fn failure(error: quick_xml::Error) -> io::Error {
    match error {
        quick_xml::Error::Io(error) => io::Error::new(error.kind(), error.to_string()),
        other => invalid(&other.to_string()),
    }
}

/// The document is not what it must be.
pub fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// A reader that fails when it gave `left` bytes: what one tag or text may have.
struct Rationed<R> {
    inner: R,
    left: u64,
}

impl<R: BufRead> Read for Rationed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Rationed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(invalid("an element is too long"));
        }
        let available = self.inner.fill_buf()?;
        let allowed = usize::try_from(self.left).unwrap_or(usize::MAX);
        Ok(&available[..available.len().min(allowed)])
    }

    fn consume(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count as u64);
        self.inner.consume(count);
    }
}

/// Bytes of one tag or one text, at most.
const ELEMENT: u64 = 4 << 20;

/// Elements in each other, at most: repositories have six.
const DEPTH: usize = 64;

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    #[derive(Default)]
    struct Record(String);

    impl Visitor for Record {
        fn open(&mut self, name: &str, attributes: &Attributes<'_>) -> io::Result<()> {
            let base = attributes.value("xml:base").map_or(String::new(), |base| format!(" base={base}"));
            write!(self.0, "<{name}{base}>").unwrap();
            Ok(())
        }

        fn close(&mut self, name: &str, text: &str) -> io::Result<()> {
            write!(self.0, "{text}</{name}>").unwrap();
            Ok(())
        }
    }

    fn check(document: &str) -> String {
        let mut record = Record::default();
        walk(document.as_bytes(), &mut record).map_or_else(|error| error.to_string(), |()| record.0)
    }

    #[test]
    fn elements_are_told_with_their_texts() {
        let document = "<?xml version=\"1.0\"?><a xmlns:r='x'><!-- no --><r:b xml:base=\"x&amp;y\"/>\n <c> 1 &lt; \
                        <![CDATA[<2>]]>&#33; </c></a>";
        assert_eq!(check(document), "<a><b base=x&y></b><c>1 < <2>!</c></a>");
    }

    #[test]
    fn hostile_documents_are_refused() {
        let bomb = "<!DOCTYPE a [<!ENTITY x \"xxxxxxxx\">]><a>&x;</a>";
        assert_eq!(check(bomb), "it has an entity of its own");
        assert_eq!(check(&"<a>".repeat(100)), "its elements are nested too deeply");
        assert_eq!(check(&format!("<a>{}</a>", "x".repeat(5 << 20))), "an element is too long");
        assert_eq!(check(&format!("<a x='{}'/>", "x".repeat(5 << 20))), "an element is too long");
        assert_eq!(check("<a><b></b>"), "unexpected end of file");
        assert!(check("<a></b>").contains("expected"), "{}", check("<a></b>"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = walk(bytes.as_slice(), &mut Record::default());
        }

        #[test]
        fn any_tags_are_read(text in "[<>/a&;!\\[\\]\"' =-]{0,40}") {
            let _ = walk(text.as_bytes(), &mut Record::default());
        }
    }
}

//! Reads a small XML document into a flat list of elements. It runs before any
//! signature is checked, on bytes from anybody: it knows no DOCTYPE, expands
//! nothing, and stops at a depth and a number of elements. What is merely odd
//! (a broken character, an unknown entity) is repaired, so that no message is
//! lost for it.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

use super::{is_xml_character, repaired};

/// The deepest message, PUBLISHJOBFINISH, has 5 levels.
pub const MAX_DEPTH: usize = 16;

/// The longest message, MASSSENDJOBFINISH with 8 articles, has fewer than 100.
pub const MAX_ELEMENTS: usize = 1024;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    #[error("内容带有 DOCTYPE 声明，微信从不发送这种内容，多半是攻击（XXE）")]
    Doctype,
    #[error("内容带有 XML 处理指令，微信从不发送这种内容")]
    ProcessingInstruction,
    #[error("XML 嵌套超过 {MAX_DEPTH} 层")]
    TooDeep,
    #[error("XML 元素超过 {MAX_ELEMENTS} 个")]
    TooManyElements,
    #[error("内容是 JSON，不是 XML")]
    Json,
    #[error("内容不是完整的 XML（第 {offset} 字节处）")]
    NotXml { offset: u64 },
}

/// Bytes as text: a broken character becomes U+FFFD, a BOM is left out.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // Twice as fast as the lossy way for what nearly always comes.
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// The elements in the order they open; never empty.
#[derive(Debug)]
pub struct Document<'x> {
    nodes: Vec<Node<'x>>,
}

#[derive(Debug)]
struct Node<'x> {
    name: &'x str,
    text: Cow<'x, str>,
    depth: usize,
}

impl<'x> Document<'x> {
    pub fn read(xml: &'x str) -> Result<Self, XmlError> {
        let mut reader = Reader::from_str(xml);
        reader.config_mut().allow_dangling_amp = true;
        let mut tree = Tree::with_room();
        loop {
            let start = reader.buffer_position();
            let event = reader.read_event().map_err(|_| not_xml(xml, start))?;
            match event {
                Event::Start(tag) => tree.open(name_at(xml, start, tag.name().0.len()))?,
                Event::Empty(tag) => {
                    tree.open(name_at(xml, start, tag.name().0.len()))?;
                    tree.close();
                }
                Event::End(_) => tree.close(),
                Event::Text(text) => tree.add_text(text.xml10_content()),
                Event::CData(text) => tree.add(text.xml10_content()),
                Event::GeneralRef(entity) => tree.add(resolve(&entity)),
                Event::Decl(_) | Event::Comment(_) => {}
                Event::PI(_) => return Err(XmlError::ProcessingInstruction),
                Event::DocType(_) => return Err(XmlError::Doctype),
                Event::Eof => return tree.finish().ok_or_else(|| not_xml(xml, start)),
            }
        }
    }

    pub fn root(&self) -> Element<'_> {
        Element { nodes: &self.nodes }
    }
}

/// One element with everything below it.
#[derive(Clone, Copy, Debug)]
pub struct Element<'d> {
    nodes: &'d [Node<'d>],
}

impl<'d> Element<'d> {
    pub fn text(self) -> &'d str {
        self.nodes.first().map_or("", |node| &node.text)
    }

    /// The text of the first child of this name; empty when there is none, which
    /// WeChat does not tell apart either.
    pub fn field(self, name: &str) -> &'d str {
        self.child(name).map_or("", Self::text)
    }

    /// The first counts: a second one must not replace what was read before.
    pub fn child(self, name: &str) -> Option<Self> {
        self.children(name).next()
    }

    pub fn children(self, name: &str) -> impl Iterator<Item = Self> {
        let depth = self.nodes.first().map_or(0, |node| node.depth + 1);
        let below = self.nodes.get(1..).unwrap_or_default();
        below.iter().enumerate().filter_map(move |(at, node)| {
            if node.depth != depth || node.name != name {
                return None;
            }
            let from_here = below.get(at..)?;
            let end = from_here.iter().skip(1).position(|next| next.depth <= depth);
            Some(Self { nodes: from_here.get(..end.map_or(from_here.len(), |end| end + 1))? })
        })
    }
}

struct Tree<'x> {
    nodes: Vec<Node<'x>>,
    /// Indexes of the elements that are open.
    open: Vec<usize>,
    roots: usize,
    has_text_outside: bool,
}

impl<'x> Tree<'x> {
    /// Most messages have fewer than 16 elements.
    fn with_room() -> Self {
        Self {
            nodes: Vec::with_capacity(16),
            open: Vec::with_capacity(MAX_DEPTH),
            roots: 0,
            has_text_outside: false,
        }
    }

    fn open(&mut self, name: &'x str) -> Result<(), XmlError> {
        if self.open.len() >= MAX_DEPTH {
            return Err(XmlError::TooDeep);
        }
        if self.nodes.len() >= MAX_ELEMENTS {
            return Err(XmlError::TooManyElements);
        }
        self.roots += usize::from(self.open.is_empty());
        self.nodes.push(Node { name, text: Cow::Borrowed(""), depth: self.open.len() });
        self.open.push(self.nodes.len() - 1);
        Ok(())
    }

    fn close(&mut self) {
        self.open.pop();
    }

    /// Line breaks between elements, and around a CDATA section, are layout.
    fn add_text(&mut self, text: Cow<'x, str>) {
        let holds_nothing_yet = self.current().is_none_or(|node| node.text.is_empty());
        let is_layout = || text.chars().all(|c| c.is_whitespace() || !is_xml_character(c));
        if !(holds_nothing_yet && is_layout()) {
            self.add(text);
        }
    }

    fn add(&mut self, text: Cow<'x, str>) {
        let Some(node) = self.current() else {
            self.has_text_outside = true;
            return;
        };
        let text = repaired(text);
        if node.text.is_empty() {
            node.text = text;
        } else {
            node.text.to_mut().push_str(&text);
        }
    }

    fn current(&mut self) -> Option<&mut Node<'x>> {
        let index = *self.open.last()?;
        self.nodes.get_mut(index)
    }

    /// One root element, closed, and no text beside it.
    fn finish(self) -> Option<Document<'x>> {
        (self.roots == 1 && self.open.is_empty() && !self.has_text_outside)
            .then_some(Document { nodes: self.nodes })
    }
}

/// The name of the tag that opens at `start`, borrowed from the document: the
/// reader's own copy does not live long enough.
fn name_at(xml: &str, start: u64, length: usize) -> &str {
    let start = usize::try_from(start).unwrap_or(usize::MAX).saturating_add(1);
    xml.get(start..).and_then(|rest| rest.get(..length)).unwrap_or_default()
}

/// The five entities of XML, and characters by number. Any other stays as it is
/// written: without a DOCTYPE it stands for nothing.
fn resolve<'x>(entity: &BytesRef<'x>) -> Cow<'x, str> {
    match &**entity {
        "lt" => "<".into(),
        "gt" => ">".into(),
        "amp" => "&".into(),
        "quot" => "\"".into(),
        "apos" => "'".into(),
        _ if entity.is_char_ref() => match entity.resolve_char_ref() {
            Ok(Some(c)) => c.to_string().into(),
            Ok(None) | Err(_) => "".into(),
        },
        unknown => format!("&{unknown};").into(),
    }
}

fn not_xml(xml: &str, offset: u64) -> XmlError {
    if xml.trim_start().starts_with(['{', '[']) { XmlError::Json } else { XmlError::NotXml { offset } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(xml: &str) -> Result<String, XmlError> {
        Document::read(xml).map(|document| document.root().field("Content").to_owned())
    }

    const TEXTS: &[(&str, &str, &str)] = &[
        ("CDATA", "<xml><Content><![CDATA[营业时间]]></Content></xml>", "营业时间"),
        ("plain text", "<xml><Content>营业时间</Content></xml>", "营业时间"),
        ("mixed", "<xml><Content>a &amp; <![CDATA[<b>]]>&#33;</Content></xml>", "a & <b>!"),
        ("empty", "<xml><Content></Content></xml>", ""),
        ("empty CDATA", "<xml><Content><![CDATA[]]></Content></xml>", ""),
        ("self-closing", "<xml><Content/></xml>", ""),
        ("absent", "<xml><MsgId>1</MsgId></xml>", ""),
        ("split CDATA", "<xml><Content><![CDATA[a]]]]><![CDATA[>b]]></Content></xml>", "a]]>b"),
        ("layout around CDATA", "<xml>\n <Content>\n<![CDATA[好]]></Content>\n</xml>\n", "好"),
        ("a space between entities", "<xml><Content>&lt; &gt;</Content></xml>", "< >"),
        ("line ends", "<xml><Content><![CDATA[一\r\n二\r三]]></Content></xml>", "一\n二\n三"),
        (
            "raw control characters",
            "<xml><Content><![CDATA[\u{2}问\u{10}\u{1d}\u{0}]]></Content></xml>",
            "问",
        ),
        ("control characters by number", "<xml><Content>&#2;问&#x10;&#x1D;&#0;</Content></xml>", "问"),
        (
            "a number that is no character",
            "<xml><Content>问&#xD800;&#99999999999;&#zz;</Content></xml>",
            "问",
        ),
        ("a control character outside an element", "<xml>\u{2}<Content>问</Content></xml>", "问"),
        ("an unknown entity", "<xml><Content>a&nbsp;b&xxe;</Content></xml>", "a&nbsp;b&xxe;"),
        ("a lone ampersand", "<xml><Content>食宿 & 交通</Content></xml>", "食宿 & 交通"),
        ("the first of two", "<xml><Content>一</Content><Content>二</Content></xml>", "一"),
        ("not one further down", "<xml><X><Content>一</Content></X><Content>二</Content></xml>", "二"),
        (
            "a declaration and a comment",
            "<?xml version=\"1.0\"?><!-- x --><xml><Content>问</Content></xml>",
            "问",
        ),
        ("attributes", "<xml a='1'><Content lang=\"zh\">问</Content></xml>", "问"),
        ("emoji", "<xml><Content>🙂</Content></xml>", "🙂"),
    ];

    #[test]
    fn text_is_read_however_it_is_written() {
        for (case, xml, expected) in TEXTS {
            assert_eq!(content(xml).as_deref(), Ok(*expected), "{case}");
        }
    }

    const REFUSED: &[(&str, &str, XmlError)] = &[
        ("a DOCTYPE", "<!DOCTYPE xml><xml/>", XmlError::Doctype),
        ("a lower-case DOCTYPE", "<!doctype xml><xml/>", XmlError::Doctype),
        ("a processing instruction", "<?php echo 1?><xml/>", XmlError::ProcessingInstruction),
        ("nothing", "", XmlError::NotXml { offset: 0 }),
        ("plain words", "hello", XmlError::NotXml { offset: 5 }),
        ("JSON", "{\"ToUserName\":\"gh_1\"}", XmlError::Json),
        ("an element left open", "<xml><Content>", XmlError::NotXml { offset: 14 }),
        ("a wrong end", "<xml><a></b></xml>", XmlError::NotXml { offset: 8 }),
        ("an end too many", "<xml></xml></xml>", XmlError::NotXml { offset: 11 }),
        ("two roots", "<xml/><xml/>", XmlError::NotXml { offset: 12 }),
        ("words after the root", "<xml/>x", XmlError::NotXml { offset: 7 }),
        ("CDATA before the root", "<![CDATA[x]]><xml/>", XmlError::NotXml { offset: 19 }),
        ("CDATA left open", "<xml><a><![CDATA[x</a></xml>", XmlError::NotXml { offset: 8 }),
    ];

    #[test]
    fn what_is_no_message_is_refused() {
        for (case, xml, expected) in REFUSED {
            assert_eq!(content(xml).as_ref(), Err(expected), "{case}");
        }
    }

    #[test]
    fn depth_is_limited() {
        let nested = |levels: usize| "<a>".repeat(levels) + "</a>".repeat(levels).as_str();

        assert!(Document::read(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(content(&nested(MAX_DEPTH + 1)), Err(XmlError::TooDeep));
        assert_eq!(content(&nested(100_000)), Err(XmlError::TooDeep));
    }

    #[test]
    fn the_number_of_elements_is_limited() {
        let of = |elements: usize| format!("<xml>{}</xml>", "<a/>".repeat(elements - 1));

        assert!(Document::read(&of(MAX_ELEMENTS)).is_ok());
        assert_eq!(content(&of(MAX_ELEMENTS + 1)), Err(XmlError::TooManyElements));
    }

    #[test]
    fn repeated_children_are_all_found() {
        let document =
            Document::read("<xml><L><a>1</a></L><b/><L><a>2</a><a>3</a></L></xml>").expect("well-formed");

        let found: Vec<&str> = document.root().children("L").map(|list| list.field("a")).collect();

        assert_eq!(found, ["1", "2"]);
    }

    #[test]
    fn a_bom_and_broken_characters_are_repaired() {
        assert_eq!(decode(b"\xef\xbb\xbf<xml>\xe4\xbd</xml>"), "<xml>\u{fffd}</xml>");
    }
}

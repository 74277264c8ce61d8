//! The one XML reader and the one XML writer: nothing else in yingda reads or
//! writes XML. What the elements mean is not known here.

mod reader;
mod writer;

use std::borrow::Cow;

pub use reader::{Document, Element, MAX_DEPTH, MAX_ELEMENTS, XmlError, decode};
pub use writer::{Sheet, write};

/// Leaves out what XML 1.0 does not allow in text. Real messages hold control
/// characters (U+0002, U+0010 and U+001D were seen), for which a strict parser
/// refuses the whole message.
fn repaired(text: Cow<'_, str>) -> Cow<'_, str> {
    if needs_no_look(&text) || text.chars().all(is_xml_character) {
        return text;
    }
    Cow::Owned(text.chars().filter(|c| is_xml_character(*c)).collect())
}

/// True for nearly every text, found out 16 bytes at a time: no control byte,
/// and no 0xEF, with which the two other forbidden characters begin.
fn needs_no_look(text: &str) -> bool {
    text.bytes().fold(true, |clean, byte| clean & (byte >= b' ') & (byte != 0xef))
}

fn is_xml_character(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => true,
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => false,
        _ => true,
    }
}

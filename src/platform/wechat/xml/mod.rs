//! The one XML reader and the one XML writer: nothing else in yingda reads or
//! writes XML. What the elements mean is not known here.

mod reader;
mod writer;

pub use reader::{Document, Element, MAX_DEPTH, MAX_ELEMENTS, XmlError, decode};
pub use writer::{Sheet, write};

/// What XML 1.0 allows in text. Real messages hold other control characters
/// (U+0002, U+0010 and U+001D were seen), which a strict parser refuses the
/// whole message for; they are left out instead.
fn is_xml_character(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => true,
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => false,
        _ => true,
    }
}

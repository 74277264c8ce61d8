//! Writes a small XML document. Every value goes through here, so that no text,
//! whoever wrote it, can end its element.

use std::fmt;

use quick_xml::Writer;
use quick_xml::events::{BytesCData, BytesEnd, BytesStart, BytesText, Event};

use super::repaired;

/// `<xml>…</xml>` with what `fill` puts into it.
pub fn write(fill: impl FnOnce(&mut Sheet)) -> Vec<u8> {
    let mut sheet = Sheet { writer: Writer::new(Vec::with_capacity(1024)) };
    sheet.group("xml", fill);
    sheet.writer.into_inner()
}

pub struct Sheet {
    writer: Writer<Vec<u8>>,
}

impl Sheet {
    /// `<name><![CDATA[value]]></name>`; a `]]>` inside is split over two
    /// sections, and what XML cannot hold is left out.
    pub fn text(&mut self, name: &str, value: &str) {
        self.put(Event::Start(BytesStart::new(name)));
        for section in BytesCData::escaped(&repaired(value.into())) {
            self.put(Event::CData(section));
        }
        self.put(Event::End(BytesEnd::new(name)));
    }

    pub fn number(&mut self, name: &str, value: i64) {
        self.put(Event::Start(BytesStart::new(name)));
        self.put(Event::Text(BytesText::from_escaped(value.to_string())));
        self.put(Event::End(BytesEnd::new(name)));
    }

    pub fn group(&mut self, name: &str, fill: impl FnOnce(&mut Self)) {
        self.put(Event::Start(BytesStart::new(name)));
        fill(self);
        self.put(Event::End(BytesEnd::new(name)));
    }

    fn put(&mut self, event: Event<'_>) {
        self.writer.write_event(event).expect("writing into memory cannot fail");
    }
}

impl fmt::Debug for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sheet")
    }
}

#[cfg(test)]
mod tests {
    use super::super::Document;
    use super::*;

    fn written(value: &str) -> String {
        String::from_utf8(write(|sheet| sheet.text("Content", value))).expect("it was text before")
    }

    #[test]
    fn a_cdata_end_in_a_value_is_split() {
        assert_eq!(
            written("a]]></Content><b>"),
            "<xml><Content><![CDATA[a]]]]><![CDATA[></Content><b>]]></Content></xml>"
        );
    }

    #[test]
    fn what_is_written_can_be_read_again() {
        for value in ["", "营业时间", "]]>", "]]]]>>", "<xml>&amp;", "a\nb", "🙂"] {
            let xml = written(value);
            let document = Document::read(&xml).expect("well-formed");

            assert_eq!(document.root().field("Content"), value);
        }
    }

    #[test]
    fn control_characters_are_left_out() {
        assert_eq!(written("a\u{2}\u{fffe}b"), "<xml><Content><![CDATA[ab]]></Content></xml>");
    }

    #[test]
    fn groups_nest() {
        let xml = write(|sheet| {
            sheet.number("ArticleCount", 1);
            sheet.group("Articles", |articles| articles.group("item", |item| item.text("Title", "课程")));
        });

        assert_eq!(
            String::from_utf8_lossy(&xml),
            "<xml><ArticleCount>1</ArticleCount><Articles><item><Title><![CDATA[课程]]></Title></item></Articles></xml>"
        );
    }
}

//! Reads a page the way a strict parser does: every element is closed, every
//! attribute is quoted and appears once.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// What a reader sees, a block a line. Fails when the page is not well-formed.
pub fn text_of(page: &impl AsRef<str>) -> String {
    let mut lines = vec![String::new()];
    read(page.as_ref(), |event| {
        let line = lines.last_mut().expect("never empty");
        match event {
            Event::Text(text) => line.push_str(text),
            Event::GeneralRef(entity) => line.push(character(entity)),
            Event::Start(tag) if name_of(tag) == "dd" => line.push(' '),
            Event::Start(tag) | Event::Empty(tag) if is_block(tag) => lines.push(String::new()),
            _ => {}
        }
    });
    let lines = lines.iter().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Every element's name with its attributes.
pub fn elements_of(page: &impl AsRef<str>) -> Vec<(String, Vec<(String, String)>)> {
    let mut elements = Vec::new();
    read(page.as_ref(), |event| {
        if let Event::Start(tag) | Event::Empty(tag) = event {
            elements.push((name_of(tag), attributes_of(tag)));
        }
    });
    elements
}

fn read(html: &str, mut see: impl FnMut(&Event<'_>)) {
    let mut reader = Reader::from_str(html);
    let mut depth = 0;
    loop {
        let event = reader.read_event().expect("well-formed HTML");
        match &event {
            Event::Start(tag) => {
                depth += 1;
                attributes_of(tag);
            }
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            _ => {}
        }
        see(&event);
    }
    assert_eq!(depth, 0, "an element is not closed:\n{html}");
}

fn character(entity: &BytesRef<'_>) -> char {
    match &**entity {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        _ => entity.resolve_char_ref().expect("a valid number").expect("a character's number"),
    }
}

fn name_of(tag: &BytesStart<'_>) -> String {
    tag.name().as_ref().to_owned()
}

fn attributes_of(tag: &BytesStart<'_>) -> Vec<(String, String)> {
    tag.attributes()
        .map(|attribute| attribute.expect("a quoted attribute, once"))
        .map(|attribute| (attribute.key.as_ref().to_owned(), attribute.value.to_string()))
        .collect()
}

fn is_block(tag: &BytesStart<'_>) -> bool {
    const INLINE: [&str; 9] = ["a", "span", "strong", "em", "dd", "del", "ins", "code", "kbd"];
    !INLINE.contains(&name_of(tag).as_str())
}

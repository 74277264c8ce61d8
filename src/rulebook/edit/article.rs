//! `articles/*.md`: facts about an article between two `+++`, then what its page
//! says.

use std::ops::Range;

use super::super::header;
use super::super::source::Source;
use super::document::{Document, Section};
use super::values::{self, Shape, Values};
use super::{EditError, Saved};

pub const FIELDS: &[(&str, Shape)] = &[
    ("id", Shape::Text),
    ("title", Shape::Text),
    ("source", Shape::Text),
    ("date", Shape::Date),
    ("link", Shape::Text),
    ("cover", Shape::Text),
    ("summary", Shape::Text),
    ("stale_after", Shape::Date),
    ("stale_note", Shape::Text),
    ("owner", Shape::Text),
    ("valid_until", Shape::Date),
];

/// Stands among the values like a key of the header.
pub const BODY: &str = "body";

const NEW_FILE: &[u8] = b"+++\n+++\n";

pub fn read(bytes: &[u8]) -> Result<Values, EditError> {
    let parts = Parts::of(&Saved::open(bytes)?.text)?;
    let mut values = values::read(&parts.header, Section::Top, FIELDS);
    values.insert(BODY, parts.body.trim().to_owned());
    Ok(values)
}

/// None: a new file.
pub fn put(bytes: Option<&[u8]>, values: &Values) -> Result<Vec<u8>, EditError> {
    let saved = Saved::open(bytes.unwrap_or(NEW_FILE))?;
    let mut parts = Parts::of(&saved.text)?;
    values::write(&mut parts.header, Section::Top, FIELDS, values)?;
    if let Some(body) = values.get(BODY).filter(|body| body.trim() != parts.body.trim()) {
        parts.body = format!("{}\n", body.trim());
    }
    Ok(saved.save(&parts.join()))
}

struct Parts {
    opening: String,
    header: Document,
    closing: String,
    body: String,
}

impl Parts {
    fn of(text: &str) -> Result<Self, EditError> {
        let mut problems = Vec::new();
        let source = Source::new("".into(), text.into());
        let parts = header::split(&source, &mut problems).filter(|_| problems.is_empty());
        let parts = parts.ok_or(EditError::ByHandOnly)?;
        let (header, body) = (parts.header.range(), parts.body.range());
        let part = |range: Range<usize>| text.get(range).unwrap_or_default().to_owned();
        Ok(Self {
            opening: part(0..header.start),
            header: Document::parse(part(header.clone()))?,
            closing: part(header.end..body.start),
            body: part(body),
        })
    }

    fn join(&self) -> String {
        [self.opening.as_str(), self.header.text(), &self.closing, &self.body].concat()
    }
}

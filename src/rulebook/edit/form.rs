//! `forms/*.toml`: what a form says, and its steps, each a `[[field]]`.

use super::document::{Document, Section};
use super::values::{self, Shape, Values};
use super::{EditError, Saved};

const STEP: &str = "field";

pub const WORDS: &[(&str, Shape)] = &[
    ("name", Shape::Text),
    ("consent", Shape::Text),
    ("refused", Shape::Text),
    ("done", Shape::Text),
    ("updated", Shape::Text),
];

pub const STEP_FIELDS: &[(&str, Shape)] = &[
    ("id", Shape::Text),
    ("label", Shape::Text),
    ("ask", Shape::Text),
    ("example", Shape::Text),
    ("hint", Shape::Text),
    ("kind", Shape::Text),
    ("required", Shape::Flag),
    ("personal", Shape::Flag),
];

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub words: Values,
    pub steps: Vec<Values>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Up,
    Down,
}

pub fn read(bytes: &[u8]) -> Result<Written, EditError> {
    let document = Document::parse(Saved::open(bytes)?.text)?;
    let steps = 0..document.entries(STEP);
    Ok(Written {
        words: values::read(&document, Section::Top, WORDS),
        steps: steps.map(|index| values::read(&document, Section::Entry(STEP, index), STEP_FIELDS)).collect(),
    })
}

/// Where a new file begins: `make` adds what staff typed.
const NEW: &str = "\
# 在对话里问哪几步、怎么问。一步一节 [[field]]，按写的次序问；要换次序，把整节挪动；不要的，整节删掉。
";

/// A new file: its words, and the step without which nobody can be called back.
pub fn make(words: &Values) -> Result<Vec<u8>, EditError> {
    let phone = [
        ("id", "phone"),
        ("label", "电话"),
        ("ask", "顾问怎么打给您？请留电话。"),
        ("example", "手机，或区号加座机"),
        ("kind", "phone"),
        ("required", "true"),
    ];
    let bytes = put_words(NEW.as_bytes(), words)?;
    put_step(&bytes, None, &phone.into_iter().map(|(key, value)| (key, value.to_owned())).collect())
}

pub fn put_words(bytes: &[u8], values: &Values) -> Result<Vec<u8>, EditError> {
    edit(bytes, |document| values::write(document, Section::Top, WORDS, values))
}

/// `was` is the id under which the step stands; None: a new one at the end.
pub fn put_step(bytes: &[u8], was: Option<&str>, values: &Values) -> Result<Vec<u8>, EditError> {
    edit(bytes, |document| {
        let index = match was {
            Some(id) => find(document, id)?,
            None => document.add_entry(STEP),
        };
        values::write(document, Section::Entry(STEP, index), STEP_FIELDS, values)
    })
}

pub fn remove_step(bytes: &[u8], id: &str) -> Result<Vec<u8>, EditError> {
    edit(bytes, |document| {
        let index = find(document, id)?;
        document.remove_entry(STEP, index)
    })
}

/// The first cannot go up nor the last down: then nothing changes.
pub fn move_step(bytes: &[u8], id: &str, to: Move) -> Result<Vec<u8>, EditError> {
    edit(bytes, |document| {
        let index = find(document, id)?;
        let first = match to {
            Move::Up => index.checked_sub(1),
            Move::Down => Some(index),
        };
        match first.filter(|first| first + 1 < document.entries(STEP)) {
            Some(first) => document.swap_with_next(STEP, first),
            None => Ok(()),
        }
    })
}

fn edit(
    bytes: &[u8],
    change: impl FnOnce(&mut Document) -> Result<(), EditError>,
) -> Result<Vec<u8>, EditError> {
    let saved = Saved::open(bytes)?;
    let mut document = Document::parse(saved.text.clone())?;
    change(&mut document)?;
    Ok(saved.save(document.text()))
}

fn find(document: &Document, id: &str) -> Result<usize, EditError> {
    let is_wanted = |index: &usize| document.value(Section::Entry(STEP, *index), "id").as_deref() == Some(id);
    (0..document.entries(STEP)).find(is_wanted).ok_or(EditError::Gone)
}

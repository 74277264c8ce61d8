//! `contacts.toml`: one `[[contact]]` each, some with opening hours of their own.

use super::document::{Document, Section};
use super::values::{self, Shape, Values};
use super::{EditError, Saved};

const CONTACT: &str = "contact";
const HOURS: &str = "hours";

const FIELDS: &[(&str, Shape)] = &[
    ("name", Shape::Text),
    ("role", Shape::Text),
    ("phone", Shape::Text),
    ("wechat", Shape::Text),
    (HOURS, Shape::Text),
    ("default", Shape::Flag),
    ("owner", Shape::Text),
    ("valid_until", Shape::Date),
];

/// `[contact.hours]`: its keys, and what they are called among the values.
const OPENING: &[(&str, &str)] = &[
    ("mon_fri", "open_mon_fri"),
    ("sat_sun", "open_sat_sun"),
    ("closed", "open_closed"),
    ("extra", "open_extra"),
];

/// In the order of the file.
pub fn list(bytes: &[u8]) -> Result<Vec<Values>, EditError> {
    let document = Document::parse(Saved::open(bytes)?.text)?;
    Ok((0..document.entries(CONTACT)).map(|index| read(&document, index)).collect())
}

/// `was` is the name under which it stands; None: a new one.
pub fn put(bytes: &[u8], was: Option<&str>, values: &Values) -> Result<Vec<u8>, EditError> {
    let saved = Saved::open(bytes)?;
    let mut document = Document::parse(saved.text.clone())?;
    let index = match was {
        Some(name) => find(&document, name)?,
        None => document.add_entry(CONTACT),
    };
    if is_given(values, "default") {
        for other in (0..document.entries(CONTACT)).filter(|other| *other != index) {
            document.set(Section::Entry(CONTACT, other), "default", None)?;
        }
    }
    write(&mut document, index, values)?;
    Ok(saved.save(document.text()))
}

pub fn remove(bytes: &[u8], name: &str) -> Result<Vec<u8>, EditError> {
    let saved = Saved::open(bytes)?;
    let mut document = Document::parse(saved.text.clone())?;
    let index = find(&document, name)?;
    document.remove_entry(CONTACT, index)?;
    Ok(saved.save(document.text()))
}

/// Opening hours that are known exactly stand in place of words about them.
fn write(document: &mut Document, index: usize, values: &Values) -> Result<(), EditError> {
    let (entry, opening) = (Section::Entry(CONTACT, index), Section::Within(CONTACT, index, HOURS));
    let mut values = values.clone();
    let is_exact = OPENING.iter().any(|(_, name)| is_given(&values, name));
    let says_so = OPENING.iter().any(|(_, name)| values.contains_key(name));
    if is_exact {
        values.insert(HOURS, String::new());
    } else if says_so && document.has_section(opening) {
        document.remove_section(opening)?;
    }
    if document.has_section(opening) {
        values.remove(HOURS);
    }
    values::write(document, entry, FIELDS, &values)?;
    for (key, name) in OPENING.iter().filter(|_| is_exact) {
        let written = values.get(name).cloned().unwrap_or_default();
        values::write(document, opening, &[(key, Shape::Lines)], &Values::from([(*key, written)]))?;
    }
    Ok(())
}

fn read(document: &Document, index: usize) -> Values {
    let mut values = values::read(document, Section::Entry(CONTACT, index), FIELDS);
    let opening = Section::Within(CONTACT, index, HOURS);
    values.extend(OPENING.iter().map(|(key, name)| (*name, document.texts(opening, key).join("\n"))));
    values
}

fn find(document: &Document, name: &str) -> Result<usize, EditError> {
    let is_wanted =
        |index: &usize| document.value(Section::Entry(CONTACT, *index), "name").as_deref() == Some(name);
    (0..document.entries(CONTACT)).find(is_wanted).ok_or(EditError::Gone)
}

fn is_given(values: &Values, key: &str) -> bool {
    values.get(key).is_some_and(|text| !text.trim().is_empty())
}

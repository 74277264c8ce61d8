//! `settings.toml`, section by section.

use super::super::keys::{self, Key};
use super::document::{Document, Section};
use super::values::{self, Shape, Values};
use super::{EditError, Saved};

/// A part of the settings that is edited as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Centre,
    Hours,
    Phrases,
    Words,
    Answers,
    Privacy,
}

impl Part {
    pub const ALL: [Self; 6] =
        [Self::Centre, Self::Hours, Self::Phrases, Self::Words, Self::Answers, Self::Privacy];

    /// Its section in the file.
    pub fn key(self) -> &'static str {
        match self {
            Self::Centre => "centre",
            Self::Hours => "hours",
            Self::Phrases => "phrases",
            Self::Words => "words",
            Self::Answers => "answers",
            Self::Privacy => "privacy",
        }
    }

    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.key() == key)
    }

    fn keys(self) -> &'static [Key] {
        match self {
            Self::Centre => keys::CENTRE,
            Self::Hours => keys::HOURS,
            Self::Phrases => keys::PHRASES,
            Self::Words => keys::WORDS,
            Self::Answers => keys::ANSWERS,
            Self::Privacy => keys::PRIVACY,
        }
    }

    pub fn fields(self) -> Vec<(&'static str, Shape)> {
        self.keys().iter().map(|key| (key.name, self.shape(key.name))).collect()
    }

    /// What the key is for, and what holds while it is not written.
    pub fn about(self, key: &str) -> Option<(&'static str, &'static str)> {
        let key = self.keys().iter().find(|known| known.name == key)?;
        Some((key.meaning, key.default))
    }

    fn shape(self, key: &str) -> Shape {
        match (self, key) {
            (Self::Hours, "zone") | (Self::Centre | Self::Phrases, _) => Shape::Text,
            (Self::Hours | Self::Answers, _) => Shape::Lines,
            (Self::Words, _) => Shape::List,
            (Self::Privacy, "updated") => Shape::Date,
            (Self::Privacy, "keep_leads_months") => Shape::Number,
            (Self::Privacy, _) => Shape::Text,
        }
    }
}

pub fn read(bytes: &[u8], part: Part) -> Result<Values, EditError> {
    let document = Document::parse(Saved::open(bytes)?.text)?;
    Ok(values::read(&document, Section::Named(part.key()), &part.fields()))
}

pub fn put(bytes: &[u8], part: Part, values: &Values) -> Result<Vec<u8>, EditError> {
    let saved = Saved::open(bytes)?;
    let mut document = Document::parse(saved.text.clone())?;
    values::write(&mut document, Section::Named(part.key()), &part.fields(), values)?;
    Ok(saved.save(document.text()))
}

//! What a form on a page holds for one thing of the rulebook: texts by key. How
//! each is written into TOML is its `Shape`.

use std::collections::BTreeMap;

use super::super::fields::parse_date;
use super::EditError;
use super::document::{Document, Section};
use super::list::{fresh, quoted};

/// By key; an empty text is the same as none.
pub type Values = BTreeMap<&'static str, String>;

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Text,
    Date,
    Number,
    /// `true`, or not written at all.
    Flag,
    /// Several texts, one a line.
    Lines,
    /// The same, where an empty list means something else than none.
    List,
}

/// As it stands in TOML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Texts(Vec<String>),
    /// A date, a number, `true`.
    Bare(String),
}

impl Value {
    /// None: not to be written. What is no date or number is written as text,
    /// so that it is not lost and the check can say what is wrong with it.
    pub fn of(shape: Shape, written: &str) -> Option<Self> {
        let trimmed = written.trim();
        if trimmed.is_empty() {
            return (shape == Shape::List).then(|| Self::Texts(Vec::new()));
        }
        let bare = |holds: bool| {
            if holds { Self::Bare(trimmed.to_owned()) } else { Self::Text(trimmed.to_owned()) }
        };
        Some(match shape {
            Shape::Text => Self::Text(written.to_owned()),
            Shape::Date => bare(parse_date(trimmed).is_some()),
            Shape::Number => bare(trimmed.parse::<u32>().is_ok_and(|n| n.to_string() == trimmed)),
            Shape::Flag => Self::Bare("true".to_owned()),
            Shape::Lines | Shape::List => Self::Texts(lines(written)),
        })
    }

    pub fn literal(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Bare(bare) => bare.clone(),
            Self::Texts(texts) => fresh(texts),
        }
    }
}

/// Not the empty ones.
pub fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

pub fn read(document: &Document, section: Section<'_>, fields: &[(&'static str, Shape)]) -> Values {
    let value = |key: &'static str, shape| match shape {
        Shape::Lines | Shape::List => document.texts(section, key).join("\n"),
        Shape::Text | Shape::Date | Shape::Number | Shape::Flag => {
            document.value(section, key).unwrap_or_default()
        }
    };
    fields.iter().map(|(key, shape)| (*key, value(key, *shape))).collect()
}

/// Only what is different is touched; what `values` does not name stays.
pub fn write(
    document: &mut Document,
    section: Section<'_>,
    fields: &[(&'static str, Shape)],
    values: &Values,
) -> Result<(), EditError> {
    let before = read(document, section, fields);
    for (key, shape) in fields {
        let Some(wanted) = values.get(key).filter(|wanted| before.get(key) != Some(wanted)) else { continue };
        let is_list = matches!(shape, Shape::Lines | Shape::List);
        if is_list && before.get(key).map(|before| lines(before)) == Some(lines(wanted)) {
            continue;
        }
        document.set(section, key, Value::of(*shape, wanted).as_ref())?;
    }
    Ok(())
}

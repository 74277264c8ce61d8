//! One field of a form: what it is called, how it is filled in, what is wrong
//! with it. `parts/entry.html` draws it.

use super::super::form::{Choice, Field};
use super::super::when;
use super::super::words::{Sentence, Words};
use crate::rulebook::edit::Values;

/// A field as a page lists it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub key: &'static str,
    /// The word for it, another that ends in `_hint` says more; a sentence of the
    /// bot is called by when it is said, in the rulebook's own language.
    pub label: &'static str,
    pub kind: Kind,
    pub need: Need,
    pub place: Place,
    /// What holds while it is empty, word for word.
    pub unwritten: Option<&'static str>,
}

/// Where on the page: most forms are filled in without the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Open,
    Folded,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Optional,
    Required,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Phone,
    Address,
    Number,
    Date,
    /// So many lines high.
    Long(u8),
    Chips,
    YesNo,
    /// Values, each with the word that says what it means.
    Choice(&'static [(&'static str, &'static str)]),
}

#[derive(Debug)]
pub(super) struct Entry {
    pub key: &'static str,
    pub label: Sentence<'static>,
    pub hint: Option<Sentence<'static>>,
    pub drawn: Drawn,
    pub place: Place,
    pub field: Field,
}

#[derive(Debug)]
pub(super) enum Drawn {
    /// An input of this type.
    Input(&'static str),
    Area(u8),
    Chips,
    Select(Vec<Choice>),
}

pub(super) const fn line(key: &'static str, label: &'static str, kind: Kind) -> Line {
    Line { key, label, kind, need: Need::Optional, place: Place::Open, unwritten: None }
}

impl Line {
    pub(super) const fn required(mut self) -> Self {
        self.need = Need::Required;
        self
    }

    /// Out of sight until it is asked for.
    pub(super) const fn folded(mut self) -> Self {
        self.place = Place::Folded;
        self
    }

    pub(super) fn entry(&self, values: &Values, t: &'static Words) -> Entry {
        Entry {
            key: self.key,
            label: t.say(self.label),
            hint: match self.unwritten {
                Some(text) => Some(t.say("catalog.unwritten").with("text", text)),
                None => t.hint(self.label),
            },
            drawn: self.kind.drawn(t),
            place: self.place,
            field: Field::of(values.get(self.key).cloned().unwrap_or_default()),
        }
    }

    /// As it was typed, the way the rulebook wants it.
    pub(super) fn typed(&self, sent: &[(String, String)]) -> Option<String> {
        let (_, value) = sent.iter().find(|(name, _)| name == self.key)?;
        let value = value.replace("\r\n", "\n").replace('\r', "\n");
        Some(match self.kind {
            Kind::Long(_) => value,
            Kind::Text
            | Kind::Phone
            | Kind::Address
            | Kind::Number
            | Kind::Date
            | Kind::Chips
            | Kind::YesNo
            | Kind::Choice(_) => value.trim().to_owned(),
        })
    }

    /// The word that says what is wrong with a value.
    pub(super) fn mistake(&self, value: &str) -> Option<&'static str> {
        let value = value.trim();
        if value.is_empty() {
            return (self.need == Need::Required).then_some("catalog.needed");
        }
        let is_good = match self.kind {
            Kind::Number => value.parse::<u32>().is_ok(),
            Kind::Date => when::day(value).is_some(),
            Kind::Address => is_address(value),
            Kind::Text | Kind::Phone | Kind::Long(_) | Kind::Chips | Kind::YesNo | Kind::Choice(_) => true,
        };
        if is_good {
            return None;
        }
        match self.kind {
            Kind::Number => Some("catalog.bad_number"),
            Kind::Date => Some("catalog.bad_date"),
            _ => Some("catalog.bad_address"),
        }
    }
}

impl Kind {
    fn drawn(self, t: &'static Words) -> Drawn {
        let choice = |value: &str, word: &str| Choice::new(value, t.say(word));
        match self {
            Self::Text => Drawn::Input("text"),
            Self::Phone => Drawn::Input("tel"),
            Self::Address => Drawn::Input("url"),
            // A number field swallows what is no number: the mistake could not be told.
            Self::Number => Drawn::Input("text"),
            Self::Date => Drawn::Input("date"),
            Self::Long(rows) => Drawn::Area(rows),
            Self::Chips => Drawn::Chips,
            Self::YesNo => Drawn::Select(vec![choice("", "catalog.no"), choice("true", "catalog.yes")]),
            Self::Choice(choices) => {
                Drawn::Select(choices.iter().map(|(value, word)| choice(value, word)).collect())
            }
        }
    }
}

fn is_address(text: &str) -> bool {
    let rest = ["https://", "http://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    rest.is_some_and(|rest| !rest.is_empty()) && !text.contains(char::is_whitespace)
}

impl Entry {
    /// Something is in it, or wrong with it: then it is not hidden.
    pub(super) fn is_in_use(&self) -> bool {
        self.field.is_refused() || !self.field.value.is_empty()
    }

    /// For `aria-describedby`.
    pub(super) fn described_by(&self) -> Option<String> {
        (self.field.is_refused() || self.hint.is_some()).then(|| self.field.described_by(self.key))
    }
}

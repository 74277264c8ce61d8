//! A rule as meant: always valid, every pattern compiled, every reference
//! resolved. `check` makes it from what staff wrote.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use regex::Regex;

use super::reply::{Body, Kind, Replies};
use crate::model::{AccountId, FormId, RuleId};
use crate::text::Normalized;

#[derive(Clone, Debug)]
pub struct Rule {
    pub id: RuleId,
    /// What staff call it.
    pub name: Box<str>,
    /// The text of the option when it is offered, where that is not the name.
    pub label: Option<Box<str>>,
    pub group: Option<Box<str>>,
    pub triggers: Vec<Trigger>,
    /// A message that holds one of these is not for this rule.
    pub exclude: Vec<Normalized>,
    /// Sample questions: what `answer` compares a message with, and what must
    /// still win at publish.
    pub questions: Vec<Box<str>>,
    /// Events and media this rule answers.
    pub on: Vec<Occasion>,
    /// Empty: every account.
    pub accounts: Vec<AccountId>,
    pub valid: Validity,
    /// False: staff turned it off. It has no way in, and leads nowhere.
    pub enabled: bool,
    pub owner: Option<Box<str>>,
    pub note: Option<Box<str>>,
    /// Whoever it answers waits for a person from then on: 投诉.
    pub calls_staff: bool,
    pub answer: Answer,
    /// Where it is written, for problems and for the console.
    pub place: Place,
    /// The lines of its file where its reply and its fallback begin; 0: it has none.
    pub words: (u32, u32),
}

#[derive(Clone, Debug)]
pub enum Trigger {
    /// `=价格`: the whole message.
    Equals(Normalized),
    /// `^报名`
    Starts(Normalized),
    /// `费用`, or `车费+报销`: every part, in any order.
    Contains(Vec<Normalized>),
    /// `/第[一二]批/`: tried on the normalised message.
    Pattern(Regex),
}

/// Something other than text that a rule can answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Occasion {
    Subscribe,
    /// `scan:SCENE`, also when the scan made the customer follow. None: any scene.
    Scan(Option<String>),
    /// `click:KEY`. None: any key.
    Click(Option<String>),
    Image,
    Voice,
    Video,
    Location,
    Link,
    File,
    /// A sticker, or a classic face alone.
    Sticker,
    /// Any other event, by its name on the wire, lower case.
    Event(String),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Validity {
    pub from: Option<Date>,
    /// The last day on which it holds.
    pub until: Option<Date>,
}

/// What a rule does once it has won.
#[derive(Clone, Debug)]
pub enum Answer {
    Reply(Replies),
    /// Opens a form; an empty body leaves the words to the settings' phrase.
    Form {
        form: FormId,
        words: Body,
    },
    /// Hands over to a person, with words as above.
    Human {
        words: Body,
    },
    Silence,
    /// Its sample questions are what we do not answer: the stepped fallback.
    NotOurs,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Relative to the rulebook's folder, with `/`.
    pub file: Arc<str>,
    /// 1-based; 0 when the whole file is meant.
    pub line: u32,
}

impl Rule {
    /// A rule that never fires and says nothing, to be filled in.
    pub fn named(id: RuleId, name: &str) -> Self {
        Self {
            id,
            name: name.into(),
            label: None,
            group: None,
            triggers: Vec::new(),
            exclude: Vec::new(),
            questions: Vec::new(),
            on: Vec::new(),
            accounts: Vec::new(),
            valid: Validity::default(),
            enabled: true,
            owner: None,
            note: None,
            calls_staff: false,
            answer: Answer::Reply(Replies::default()),
            place: Place::default(),
            words: (0, 0),
        }
    }

    /// Where the words stand that it sends: its fallback's, while its own are not
    /// finished.
    pub fn place_of_words(&self) -> Place {
        let (reply, fallback) = self.words;
        let sends_fallback = matches!(&self.answer, Answer::Reply(replies) if replies.is_unfinished());
        let lines = if sends_fallback { [fallback, reply] } else { [reply, fallback] };
        let line = lines.into_iter().find(|line| *line > 0).unwrap_or(self.place.line);
        Place { line, ..self.place.clone() }
    }

    /// What the option says when this rule is offered.
    pub fn label(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.name)
    }

    /// Whether it shows the card of this contact.
    pub fn shows_contact(&self, name: &str) -> bool {
        match &self.answer {
            Answer::Reply(Replies { kind: Kind::Contact(shown), .. }) => {
                shown.as_deref().is_none_or(|shown| shown == name)
            }
            Answer::Reply(_)
            | Answer::Form { .. }
            | Answer::Human { .. }
            | Answer::Silence
            | Answer::NotOurs => false,
        }
    }

    pub fn hands_over(&self) -> bool {
        matches!(self.answer, Answer::Human { .. })
    }

    pub fn opens_form(&self) -> bool {
        matches!(self.answer, Answer::Form { .. })
    }

    pub fn serves(&self, account: &AccountId) -> bool {
        self.accounts.is_empty() || self.accounts.contains(account)
    }
}

impl Validity {
    pub fn holds_on(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }

    pub fn overlaps(&self, other: &Self) -> bool {
        let starts_in_time = |a: &Self, b: &Self| match (a.from, b.until) {
            (Some(from), Some(until)) => from <= until,
            (None, _) | (_, None) => true,
        };
        starts_in_time(self, other) && starts_in_time(other, self)
    }
}

/// As staff write it.
impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equals(text) => write!(f, "={text}"),
            Self::Starts(text) => write!(f, "^{text}"),
            Self::Pattern(pattern) => write!(f, "/{pattern}/"),
            Self::Contains(parts) => {
                for (position, part) in parts.iter().enumerate() {
                    let plus = if position == 0 { "" } else { "+" };
                    write!(f, "{plus}{part}")?;
                }
                Ok(())
            }
        }
    }
}

impl Default for Place {
    fn default() -> Self {
        Self { file: Arc::from(""), line: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_validities_overlap_when_a_day_is_in_both() {
        let validity = |from: Option<&str>, until: Option<&str>| Validity {
            from: from.map(|day| day.parse().expect("a date")),
            until: until.map(|day| day.parse().expect("a date")),
        };
        let (march, april) = (Some("2026-03-01"), Some("2026-04-01"));
        let cases = [
            ("always", validity(None, None), validity(None, None), true),
            ("one day in common", validity(None, march), validity(march, None), true),
            ("one after the other", validity(None, march), validity(april, None), false),
            ("inside", validity(march, april), validity(None, None), true),
            ("both begin", validity(march, None), validity(april, None), true),
        ];
        for (case, one, other, expected) in cases {
            assert_eq!(one.overlaps(&other), expected, "{case}");
            assert_eq!(other.overlaps(&one), expected, "{case}, turned round");
        }
    }
}

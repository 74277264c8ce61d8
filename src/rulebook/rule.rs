//! A rule as meant: always valid, every pattern compiled, every reference
//! resolved. `check` makes it from what staff wrote.

use std::path::PathBuf;

use jiff::civil::Date;
use regex::Regex;

use crate::model::{AccountId, FormId, RuleId};
use crate::text::Normalized;

#[derive(Clone, Debug)]
pub struct Rule {
    pub id: RuleId,
    /// What staff call it, and the label of the option when it is offered.
    pub name: String,
    pub triggers: Vec<Trigger>,
    /// A message that holds one of these is not for this rule.
    pub exclude: Vec<Normalized>,
    /// Sample questions: what `answer` compares a message with, and what must
    /// still win at publish.
    pub questions: Vec<String>,
    /// Events and media this rule answers.
    pub on: Vec<Occasion>,
    /// Empty: every account.
    pub accounts: Vec<AccountId>,
    pub valid: Validity,
    pub owner: Option<String>,
    pub answer: Answer,
    /// Where it is written, for problems and for the console.
    pub place: Place,
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

impl Validity {
    pub fn holds_on(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

/// What a rule does once it has won.
#[derive(Clone, Debug)]
pub enum Answer {
    Reply(Replies),
    Form(FormId),
    Human,
    Silence,
    /// Its sample questions are what we do not answer: the stepped fallback.
    NotOurs,
}

/// Filled in with the reply formats (by hours, random variants, kinds).
#[derive(Clone, Debug, Default)]
pub struct Replies {}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub file: PathBuf,
    /// 1-based; 0 when the whole file is meant.
    pub line: usize,
}

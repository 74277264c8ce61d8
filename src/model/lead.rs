//! A lead (线索): what a customer left in a form, so that somebody calls back.
//! Not here: asking for it (conversation::form), keeping it (store::lead).

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::ids::FormId;

/// What the customer is told and says on the telephone: 260412-07. The day, and
/// which lead of that day; unique over the years and over processes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LeadNumber(String);

/// A form as it was handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadForm {
    pub number: LeadNumber,
    pub form: FormId,
    pub answers: Vec<LeadAnswer>,
    pub source: Option<Source>,
    pub consented_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadAnswer {
    /// Its key in the form's file.
    pub field: String,
    /// What staff call it.
    pub label: String,
    /// As understood: 约50人, 4月中旬.
    pub value: String,
    pub kind: AnswerKind,
    pub standing: Standing,
}

/// What an answer is about: how it is understood, and who may see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnswerKind {
    /// 单位: an organisation, nobody's personal data.
    Unit,
    People,
    When,
    Phone,
    /// Somebody's name.
    Name,
    Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    Understood,
    /// 待核实: kept as it was typed, after two tries.
    Unchecked,
    Skipped,
}

/// By what a customer came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// A QR code with this scene.
    Scan(String),
    /// A menu button with this key.
    Menu(String),
    /// A message that fired this rule.
    Rule(String),
}

impl LeadNumber {
    /// The `nth` lead of a day, from a counter.
    pub fn counted(day: Date, nth: u32) -> Self {
        Self(format!("{}-{nth:02}", day.strftime("%y%m%d")))
    }

    /// While no counter can be asked: letters, so that it can never be one that
    /// was counted. `draw` comes from the message, so that a retry draws the same.
    pub fn drawn(day: Date, draw: u64) -> Self {
        // Without I, O and others that are misheard or misread.
        const LETTERS: &[u8; 20] = b"ACDEFGHJKLMNPRTUVWXY";
        let letters = (0..5).scan(draw, |rest, _| {
            let letter = LETTERS.get(usize::try_from(*rest % 20).unwrap_or_default());
            *rest /= 20;
            letter.map(|letter| char::from(*letter))
        });
        Self(format!("{}-{}", day.strftime("%y%m%d"), letters.collect::<String>()))
    }

    /// One that was stored or typed; None when it cannot be one.
    pub fn parse(raw: &str) -> Option<Self> {
        let (day, rest) = raw.split_once('-')?;
        let is_number = day.len() == 6
            && day.bytes().all(|b| b.is_ascii_digit())
            && (2..=10).contains(&rest.len())
            && rest.bytes().all(|b| b.is_ascii_alphanumeric());
        is_number.then(|| Self(raw.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LeadNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AnswerKind {
    /// Leads to a person: encrypted, masked, never in an alert.
    pub fn is_personal(self) -> bool {
        match self {
            Self::Phone | Self::Name => true,
            Self::Unit | Self::People | Self::When | Self::Text => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_counted_or_drawn_and_never_both() {
        let day: Date = "2026-04-12".parse().expect("a date");

        assert_eq!(LeadNumber::counted(day, 7).as_str(), "260412-07");
        assert_eq!(LeadNumber::counted(day, 123).as_str(), "260412-123");
        let drawn = LeadNumber::drawn(day, 1_234_567);
        assert!(drawn.as_str().starts_with("260412-") && drawn.as_str().len() == 12, "{drawn}");
        assert!(!drawn.as_str().bytes().skip(7).any(|b| b.is_ascii_digit()), "{drawn}");
        assert_eq!(LeadNumber::parse(drawn.as_str()), Some(drawn));
        assert_eq!(LeadNumber::parse("0412-07"), None);
    }
}

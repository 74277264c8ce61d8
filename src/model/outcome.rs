//! What became of a message: one word that the log, the store, statistics and
//! `ask --json` share.

use serde::{Deserialize, Serialize};

use super::ids::{FormId, RuleId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A rule answered.
    Answer(RuleId),
    /// Scores were close: the customer is asked which of these was meant.
    Choices(Vec<RuleId>),
    /// A form was opened or went on.
    Form(FormId),
    /// The customer was, or is to be, handed over to a person; by the rule that
    /// led there, where there is one.
    Human(Option<RuleId>),
    /// No rule answered.
    Fallback,
    /// Nothing is said.
    Silence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutcomeKind {
    Answer,
    Choices,
    Form,
    Human,
    Fallback,
    Silence,
}

impl Outcome {
    pub fn kind(&self) -> OutcomeKind {
        match self {
            Self::Answer(_) => OutcomeKind::Answer,
            Self::Choices(_) => OutcomeKind::Choices,
            Self::Form(_) => OutcomeKind::Form,
            Self::Human(_) => OutcomeKind::Human,
            Self::Fallback => OutcomeKind::Fallback,
            Self::Silence => OutcomeKind::Silence,
        }
    }
}

impl OutcomeKind {
    pub const ALL: [Self; 6] =
        [Self::Answer, Self::Choices, Self::Form, Self::Human, Self::Fallback, Self::Silence];

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Choices => "choices",
            Self::Form => "form",
            Self::Human => "human",
            Self::Fallback => "fallback",
            Self::Silence => "silence",
        }
    }
}

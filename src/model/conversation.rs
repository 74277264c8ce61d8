//! Where a customer stands: what a message means depends on it. Small, and
//! stored as JSON with each change; `conversation::decide` alone changes it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::form::{Filling, HandedIn, Paused};
use super::ids::{DeliveryKey, RuleId};
use super::lead::Source;
use super::reply::Text;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conversation {
    #[serde(skip_serializing_if = "Stage::is_idle")]
    pub stage: Stage,
    /// The options offered last: a typed digit counts for these, for a while.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offered: Option<Offered>,
    /// What did not fit into the last reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<More>,
    #[serde(skip_serializing_if = "Misses::is_none")]
    pub misses: Misses,
    /// How often in a row the customer sent only 嗯, 好的 or a sticker.
    #[serde(skip_serializing_if = "is_zero")]
    pub small_talk: u8,
    /// An insult was answered once; the next ones are met with silence.
    #[serde(skip_serializing_if = "is_false")]
    pub warned: bool,
    /// By what the customer came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The enquiry handed in last: the next one may be a correction of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handed_in: Option<HandedIn>,
    /// Since when they wait for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_since: Option<Timestamp>,
    /// When they complained last: what they write next belongs to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complained_at: Option<Timestamp>,
    /// What staff left to be said with the next reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<Box<LeftWords>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftWords {
    pub by: Box<str>,
    pub text: String,
    pub at: Timestamp,
}

/// Who has the conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    #[default]
    Idle,
    Filling(Box<Filling>),
    /// Left lying; everything else goes on as if idle.
    Paused(Box<Paused>),
    WithStaff(Held),
    /// The bot has it back, and will say so before its next reply.
    HandedBack(#[serde(default)] Option<Box<Paused>>),
}

/// Somebody who can answer has the conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub by: Attendant,
    /// When they took it or answered last.
    pub active_at: Timestamp,
    /// What the customer was filling in goes on afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<Box<Paused>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Attendant {
    /// One of our own staff, in the console.
    Staff(Box<str>),
    /// One of WeChat's own agents (`kf_account`).
    Agent(Box<str>),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// In the order shown; the digit 1 is the first.
    pub choices: Vec<Choice>,
    pub until: Timestamp,
    /// The message that was asked back with these: choosing one settles it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_back: Option<DeliveryKey>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub label: String,
    pub rule: RuleId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct More {
    pub text: Text,
    /// The rule whose reply it is.
    pub rule: RuleId,
    pub until: Timestamp,
}

/// Messages in a row that no rule answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misses {
    pub in_a_row: u8,
    /// When the customer was last told so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told_at: Option<Timestamp>,
}

impl Conversation {
    /// What was filled in and not yet handed in, and what staff wrote, may hold a
    /// telephone number, so whoever keeps the conversation keeps it sealed.
    pub fn is_personal(&self) -> bool {
        if self.left.is_some() {
            return true;
        }
        match &self.stage {
            Stage::Filling(filling) => filling.is_personal(),
            Stage::Paused(paused) => paused.is_personal(),
            Stage::WithStaff(Held { paused, .. }) | Stage::HandedBack(paused) => {
                paused.as_ref().is_some_and(|paused| paused.is_personal())
            }
            Stage::Idle => false,
        }
    }

    /// As if nothing had been filled in.
    #[must_use]
    pub fn without_form(self) -> Self {
        let stage = match self.stage {
            Stage::Filling(_) | Stage::Paused(_) => Stage::Idle,
            Stage::WithStaff(held) => Stage::WithStaff(Held { paused: None, ..held }),
            Stage::HandedBack(_) => Stage::HandedBack(None),
            Stage::Idle => Stage::Idle,
        };
        Self { stage, ..self }
    }
}

impl Stage {
    fn is_idle(&self) -> bool {
        match self {
            Self::Idle => true,
            Self::Filling(_) | Self::Paused(_) | Self::WithStaff(_) | Self::HandedBack(_) => false,
        }
    }
}

impl Misses {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(n: &u8) -> bool {
    *n == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(b: &bool) -> bool {
    !*b
}

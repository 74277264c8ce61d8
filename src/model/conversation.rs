//! Where a customer stands: what a message means depends on it. Small, and
//! stored as JSON with each change; `conversation::decide` alone changes it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ids::RuleId;
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
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    #[default]
    Idle,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// In the order shown; the digit 1 is the first.
    pub choices: Vec<Choice>,
    pub until: Timestamp,
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

impl Stage {
    fn is_idle(&self) -> bool {
        match self {
            Self::Idle => true,
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

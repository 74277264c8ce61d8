//! What was decided about a message, and why: nouns only. The sentences for
//! people are in `explain`.

use crate::text::Normalized;

/// A rule's position in the rulebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleIndex(u32);

impl RuleIndex {
    /// A rulebook beyond four billion rules does not fit into memory first.
    pub(super) fn new(position: usize) -> Self {
        Self(u32::try_from(position).unwrap_or(u32::MAX))
    }

    pub fn position(self) -> usize {
        self.0 as usize
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub verdict: Verdict,
    /// The rules that came into question, the best first.
    pub why: Vec<Candidate>,
    pub normalized: Normalized,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Rule(RuleIndex),
    /// Two to five, the likeliest first: the customer is asked which was meant.
    Choices(Vec<RuleIndex>),
    None,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub rule: RuleIndex,
    /// The strongest evidence for it.
    pub step: Step,
    /// The trigger or the sample question that spoke for it.
    pub matched: String,
    /// How sure we are that this is what the customer means, from 0 to 1.
    pub score: f32,
    /// Why it does not answer; None for the rule that does.
    pub lost: Option<Lost>,
}

/// A rung of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    Equals,
    Starts,
    Contains,
    Pattern,
    /// It sounds like a trigger, or is one letter off.
    Pinyin,
    Similar,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Lost {
    /// Another rule is likelier.
    Outscored,
    /// The message holds a word that excludes this rule.
    Excluded(String),
    /// The best there is, but not sure enough to answer without asking.
    TooUnsure,
    /// So little of the message speaks for it; these words do not.
    Uncovered(String),
    /// It reads like what the rulebook says we do not answer.
    NotOurs,
    /// It is about another place or institution.
    Elsewhere(String),
    /// It answers one of two questions that were asked at once.
    OneOfTwo,
    NotForAccount,
    NotValidToday,
}

impl Step {
    /// A stable word for `ask --json`, logs and the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equals => "equals",
            Self::Starts => "starts",
            Self::Contains => "contains",
            Self::Pattern => "pattern",
            Self::Pinyin => "pinyin",
            Self::Similar => "similar",
        }
    }
}

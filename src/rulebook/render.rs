//! A rule's reply at a moment: which part, which variant, which facts still
//! hold. Not here: parsing (`reply`), the wire (platform), cutting what is too
//! long (conversation).

use jiff::Timestamp;

use super::{Phrase, Rule, Rulebook};
use crate::model::conversation::Choice;
use crate::model::{Limits, Reply};

/// All that a reply may depend on beside its rule.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    pub now: Timestamp,
    /// Picks among variants.
    pub draw: u64,
    /// Without it there are no pages to link to.
    pub public_url: Option<&'a str>,
    pub limits: Limits,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    pub reply: Reply,
    /// The rule's own reply could not be sent; this is its fallback.
    pub degraded: bool,
    /// What a typed digit may mean, in the order shown.
    pub choices: Vec<Choice>,
}

impl Rulebook {
    /// What `rule` says now. A rule that says nothing renders `Reply::Silence`.
    pub fn render(&self, rule: &Rule, moment: &Moment<'_>) -> Rendered {
        let _ = (rule, moment);
        Rendered { reply: Reply::Silence, degraded: false, choices: Vec::new() }
    }

    /// One of the bot's own sentences.
    pub fn say(&self, phrase: Phrase, moment: &Moment<'_>) -> Rendered {
        let _ = (phrase, moment);
        Rendered { reply: Reply::Silence, degraded: false, choices: Vec::new() }
    }
}

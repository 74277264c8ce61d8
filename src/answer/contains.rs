//! The rung of keywords: a trigger that occurs anywhere in the message, as
//! written. Not here: keywords that only sound alike (pinyin), and how much a
//! keyword is worth (weigh).

use super::decision::RuleIndex;
use super::phrases::{Phrases, Wanted};
use crate::rulebook::{Rule, Trigger};
use crate::text::Normalized;

pub fn compile(rules: &[Rule]) -> Phrases {
    Phrases::new(keywords(rules).map(|(rule, parts)| Wanted {
        rule,
        shown: shown(parts),
        parts: parts.iter().map(|part| part.as_str().to_owned()).collect(),
    }))
}

/// Each rule's keywords, in parts.
pub fn keywords(rules: &[Rule]) -> impl Iterator<Item = (RuleIndex, &[Normalized])> {
    rules.iter().enumerate().flat_map(|(position, rule)| {
        rule.triggers.iter().filter_map(move |trigger| match trigger {
            Trigger::Contains(parts) => Some((RuleIndex::new(position), parts.as_slice())),
            Trigger::Equals(_) | Trigger::Starts(_) | Trigger::Pattern(_) => None,
        })
    })
}

pub fn shown(parts: &[Normalized]) -> String {
    parts.iter().map(Normalized::as_str).collect::<Vec<_>>().join("+")
}

//! The first rung: the whole message is a trigger (`=`) or a sample question,
//! or it begins with a trigger (`^`). These decide at once; nothing is weighed.

use rustc_hash::FxHashMap;

use super::decision::{RuleIndex, Step};
use crate::rulebook::{Rule, Trigger};
use crate::text::Normalized;

#[derive(Debug, Default)]
pub struct Exact {
    whole: FxHashMap<Box<str>, Vec<Entry>>,
    starts: FxHashMap<Box<str>, Vec<Entry>>,
    /// Lengths in bytes of the texts in `starts`, the longest first.
    start_lengths: Vec<usize>,
}

/// Several rules may share a text when they serve different accounts or dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    rule: RuleIndex,
    step: Step,
}

/// A rule, and the part of the text that it owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'t> {
    pub rule: RuleIndex,
    pub step: Step,
    pub matched: &'t str,
}

impl Exact {
    pub fn new(rules: &[Rule]) -> Self {
        let mut exact = Self::default();
        for (position, rule) in rules.iter().enumerate() {
            exact.add(RuleIndex::new(position), rule);
        }
        exact.start_lengths = exact.starts.keys().map(|text| text.len()).collect();
        exact.start_lengths.sort_unstable_by(|a, b| b.cmp(a));
        exact.start_lengths.dedup();
        // A trigger outranks a sample question of another rule.
        for entries in exact.whole.values_mut() {
            entries.sort_by_key(|entry| entry.step != Step::Equals);
        }
        exact
    }

    fn add(&mut self, rule: RuleIndex, written: &Rule) {
        for trigger in &written.triggers {
            match trigger {
                Trigger::Equals(text) => insert(&mut self.whole, text, Entry { rule, step: Step::Equals }),
                Trigger::Starts(text) => insert(&mut self.starts, text, Entry { rule, step: Step::Starts }),
                Trigger::Contains(_) | Trigger::Pattern(_) => {}
            }
        }
        for question in &written.questions {
            let question = Normalized::new(question);
            insert(&mut self.whole, &question, Entry { rule, step: Step::Similar });
        }
    }

    /// The rule that owns this very text, among those that may answer now.
    pub fn find<'t>(
        &self,
        text: &'t Normalized,
        may_answer: impl Fn(RuleIndex) -> bool,
    ) -> Option<Found<'t>> {
        let text = text.as_str();
        let whole = self.whole.get(text).map(|entries| (text, entries));
        let starts = self.start_lengths.iter().filter_map(|length| {
            let start = text.get(..*length)?;
            Some((start, self.starts.get(start)?))
        });
        whole
            .into_iter()
            .chain(starts)
            .flat_map(|(matched, entries)| entries.iter().map(move |entry| (matched, *entry)))
            .find(|(_, entry)| may_answer(entry.rule))
            .map(|(matched, entry)| Found { rule: entry.rule, step: entry.step, matched })
    }
}

fn insert(into: &mut FxHashMap<Box<str>, Vec<Entry>>, text: &Normalized, entry: Entry) {
    // A trigger of punctuation only normalises to nothing and would match
    // every empty message.
    if text.is_empty() {
        return;
    }
    let entries = into.entry(text.as_str().into()).or_default();
    if !entries.contains(&entry) {
        entries.push(entry);
    }
}

//! The rungs that look for what staff wrote as triggers, brought together as
//! evidence. Misspellings are looked for only in messages that hold no trigger
//! as written.

use super::contains;
use super::decision::{RuleIndex, Step};
use super::pattern::Patterns;
use super::phrases::Phrases;
use super::pinyin::{Likeness, Misspelled};
use crate::rulebook::Rule;
use crate::text::Normalized;

#[derive(Debug, Default)]
pub struct Keywords {
    contains: Phrases,
    /// By number of the phrase in `contains`: how far it can be trusted.
    trust: Vec<f32>,
    patterns: Patterns,
    misspelled: Misspelled,
}

/// Something in the message that speaks for a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence<'k> {
    pub rule: RuleIndex,
    pub step: Step,
    /// The trigger, as staff wrote it.
    pub matched: &'k str,
    /// What the trigger is worth by itself, from 0 to 1.
    pub worth: f32,
    /// Bytes of the normalised message.
    pub start: usize,
    pub end: usize,
}

/// Staff write a pattern for what they mean exactly.
const WORTH_OF_PATTERN: f32 = 0.95;

/// One syllable wrong of four or more.
const WORTH_OF_A_SLIP: f32 = 0.75;

impl Keywords {
    pub fn new(rules: &[Rule]) -> Self {
        let contains = contains::compile(rules);
        let trust = trust(&contains, rules);
        Self { contains, trust, patterns: Patterns::new(rules), misspelled: Misspelled::new(rules) }
    }

    /// `misspelled` is what a keyword that only sounds right is worth, as a
    /// share of the keyword.
    pub fn find(&self, text: &Normalized, misspelled: f32) -> Vec<Evidence<'_>> {
        let mut evidence: Vec<Evidence> = self.written(text).collect();
        if evidence.is_empty() && misspelled > 0.0 {
            evidence.extend(self.heard(text, misspelled));
        }
        evidence
    }

    fn written<'k>(&'k self, text: &Normalized) -> impl Iterator<Item = Evidence<'k>> {
        let contained = self.contains.find(text.as_str()).into_iter().map(|hit| Evidence {
            rule: hit.phrase.rule,
            step: Step::Contains,
            matched: &hit.phrase.shown,
            worth: worth_of_length(hit.phrase.length) * self.trust(hit.phrase.number),
            start: hit.start,
            end: hit.end,
        });
        contained.chain(self.patterns.find(text.as_str()).into_iter().map(|found| Evidence {
            rule: found.rule,
            step: Step::Pattern,
            matched: found.pattern,
            worth: WORTH_OF_PATTERN,
            start: found.start,
            end: found.end,
        }))
    }

    fn trust(&self, phrase: usize) -> f32 {
        self.trust.get(phrase).copied().unwrap_or(1.0)
    }

    fn heard<'k>(&'k self, text: &Normalized, misspelled: f32) -> impl Iterator<Item = Evidence<'k>> {
        self.misspelled.find(text).into_iter().map(move |heard| Evidence {
            rule: heard.rule,
            step: Step::Pinyin,
            matched: heard.shown,
            worth: misspelled
                * match heard.likeness {
                    Likeness::Same | Likeness::Initials => worth_of_length(heard.length),
                    Likeness::OneOff => WORTH_OF_A_SLIP,
                },
            start: heard.start,
            end: heard.end,
        })
    }
}

/// By number of the phrase: the share of sample questions with this keyword
/// that belong to its rule. A keyword no sample question holds is trusted:
/// staff have just thought of it. So is every keyword of a rule that has no
/// sample questions.
fn trust(contains: &Phrases, rules: &[Rule]) -> Vec<f32> {
    let (mut own, mut all) = (vec![1.0_f32; contains.len()], vec![1.0_f32; contains.len()]);
    for (position, rule) in rules.iter().enumerate() {
        for question in rule.questions.iter().map(|question| Normalized::new(question)) {
            let held = contains.find(question.as_str());
            let phrases = held.iter().map(|hit| hit.phrase);
            for phrase in phrases.filter(|phrase| has_samples(rules, phrase.rule)) {
                let share = if phrase.rule.position() == position { 1.0 } else { 0.0 };
                own.get_mut(phrase.number).into_iter().for_each(|own| *own += share);
                all.get_mut(phrase.number).into_iter().for_each(|all| *all += 1.0);
            }
        }
    }
    own.into_iter().zip(all).map(|(own, all)| own / all).collect()
}

fn has_samples(rules: &[Rule], rule: RuleIndex) -> bool {
    rules.get(rule.position()).is_some_and(|rule| !rule.questions.is_empty())
}

/// One character says little, two are a word, more are nearly always meant.
fn worth_of_length(characters: usize) -> f32 {
    match characters {
        0 => 0.0,
        1 => 0.5,
        2 => 0.7,
        3 => 0.85,
        4 => 0.95,
        _ => 1.0,
    }
}

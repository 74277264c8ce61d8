//! Finds which phrases occur in a text, all at once and in one pass however
//! many there are. A phrase is one part, or several that must all occur
//! (`车费+报销`). Knows text only: `contains` gives it triggers as written,
//! `pinyin` as they sound.

use std::fmt;

use daachorse::CharwiseDoubleArrayAhoCorasick;
use rustc_hash::FxHashMap;

use super::decision::RuleIndex;

#[derive(Default)]
pub struct Phrases {
    /// None while there is nothing to look for. Its values are part numbers.
    automaton: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
    /// By part number: the phrases it belongs to.
    members: Vec<Vec<u32>>,
    phrases: Vec<Phrase>,
}

#[derive(Clone, Debug)]
pub struct Phrase {
    pub rule: RuleIndex,
    /// As staff wrote it, for explanations.
    pub shown: Box<str>,
    /// Characters of all parts together.
    pub length: usize,
    /// Its place among the phrases.
    pub number: usize,
    parts: Box<[u32]>,
}

/// One part of a phrase that occurs, all parts of it.
#[derive(Clone, Copy, Debug)]
pub struct Hit<'p> {
    pub phrase: &'p Phrase,
    /// Bytes of the text.
    pub start: usize,
    pub end: usize,
}

/// A phrase to look for.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub rule: RuleIndex,
    pub shown: String,
    pub parts: Vec<String>,
}

impl fmt::Debug for Phrases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Phrases").field("phrases", &self.phrases).finish_non_exhaustive()
    }
}

struct Occurrence {
    part: u32,
    start: usize,
    end: usize,
}

impl Phrases {
    pub fn new(wanted: impl IntoIterator<Item = Wanted>) -> Self {
        let mut numbers: FxHashMap<String, u32> = FxHashMap::default();
        let mut phrases = Self::default();
        for wanted in wanted {
            phrases.add(wanted, &mut numbers);
        }
        phrases.automaton = compile(numbers);
        phrases
    }

    fn add(&mut self, wanted: Wanted, numbers: &mut FxHashMap<String, u32>) {
        // An empty part would occur in every text.
        if wanted.parts.is_empty() || wanted.parts.iter().any(String::is_empty) {
            return;
        }
        let length = wanted.parts.iter().map(|part| part.chars().count()).sum();
        let phrase = position(self.phrases.len());
        let mut parts = Vec::with_capacity(wanted.parts.len());
        for part in wanted.parts {
            let next = position(numbers.len());
            let number = *numbers.entry(part).or_insert(next);
            if number == next {
                self.members.push(Vec::new());
            }
            if let Some(members) = self.members.get_mut(number as usize) {
                members.push(phrase);
            }
            parts.push(number);
        }
        let number = self.phrases.len();
        self.phrases.push(Phrase {
            rule: wanted.rule,
            shown: wanted.shown.into(),
            length,
            number,
            parts: parts.into(),
        });
    }

    /// Every phrase that occurs, with a hit for each of its parts.
    pub fn find<'p>(&'p self, text: &str) -> Vec<Hit<'p>> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let mut occurrences: Vec<Occurrence> = automaton
            .find_overlapping_iter(text)
            .map(|found| Occurrence { part: found.value(), start: found.start(), end: found.end() })
            .collect();
        // A part that occurs twice says no more than once.
        occurrences.sort_by_key(|occurrence| occurrence.part);
        occurrences.dedup_by_key(|occurrence| occurrence.part);
        let occurs = |part: &u32| occurrences.binary_search_by_key(part, |found| found.part).is_ok();
        let mut hits = Vec::with_capacity(occurrences.len());
        for Occurrence { part, start, end } in &occurrences {
            for phrase in self.phrases_with(*part) {
                if phrase.parts.iter().all(occurs) {
                    hits.push(Hit { phrase, start: *start, end: *end });
                }
            }
        }
        hits
    }

    pub fn len(&self) -> usize {
        self.phrases.len()
    }

    fn phrases_with(&self, part: u32) -> impl Iterator<Item = &Phrase> {
        let members = self.members.get(part as usize).map(Vec::as_slice).unwrap_or_default();
        members.iter().filter_map(|phrase| self.phrases.get(*phrase as usize))
    }
}

/// The automaton refuses only an empty set and sizes beyond four billion
/// states: then there is nothing to look for.
fn compile(numbers: FxHashMap<String, u32>) -> Option<CharwiseDoubleArrayAhoCorasick<u32>> {
    CharwiseDoubleArrayAhoCorasick::with_values(numbers).ok()
}

fn position(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrases(written: &[&str]) -> Phrases {
        Phrases::new(written.iter().enumerate().map(|(rule, shown)| Wanted {
            rule: RuleIndex::new(rule),
            shown: (*shown).to_owned(),
            parts: shown.split('+').map(str::to_owned).collect(),
        }))
    }

    fn check(case: &str, written: &[&str], text: &str, expected: &[&str]) {
        let phrases = phrases(written);
        let mut found: Vec<&str> = phrases.find(text).iter().map(|hit| &*hit.phrase.shown).collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{case}");
    }

    #[test]
    fn phrases_are_found_wherever_they_stand() {
        check("one phrase", &["费用"], "大概要多少费用", &["费用"]);
        check("overlapping phrases", &["费用", "培训费用"], "培训费用", &["培训费用", "费用"]);
        check("a part twice is one hit", &["费用"], "费用费用", &["费用"]);
        check("all parts, any order", &["车费+报销"], "报销得了车费吗", &["车费+报销", "车费+报销"]);
        check("a part missing", &["车费+报销"], "车费多少", &[]);
        check("the same part in two phrases", &["车费", "车费+报销"], "车费", &["车费"]);
        check("an empty phrase never occurs", &["", "+费用"], "费用", &[]);
        check("no phrases", &[], "费用", &[]);
    }
}

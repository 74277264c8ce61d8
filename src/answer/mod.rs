//! Chooses the rule that answers a text. Pure, deterministic, explainable.
//! Not here: reading files (rulebook), conversation state (conversation),
//! sending (platform).
//!
//! A ladder. A text that is a trigger or a sample question decides at once
//! (`exact`), with or without 「您好，请问」 before it (`courtesy`). Otherwise every rung adds evidence: triggers that occur in it
//! (`keywords`: `contains`, `pattern`, `pinyin`) for what they are worth in
//! this message (`weigh`), and likeness to sample questions (`similar`:
//! `model`, `learn`). `settle` compares the rules with each other and with
//! 「nothing of ours」, and decides. `weights` holds every number that counts.

mod clauses;
mod contains;
mod courtesy;
mod decision;
mod elsewhere;
mod exact;
mod explain;
mod gate;
mod keywords;
mod learn;
mod live;
pub mod misses;
mod model;
mod occasion;
mod pattern;
mod phrases;
mod pinyin;
mod settle;
mod similar;
mod stand;
mod weigh;
mod weights;

use crate::rulebook::{Occasion, Rulebook};
use crate::text::Normalized;

pub use courtesy::is_courtesy;
pub use decision::{Candidate, Decision, Lost, RuleIndex, Step, Verdict};
pub use explain::explain;
pub use gate::Asked;
pub use live::{Edition, Live};
pub use weights::Weights;

use clauses::two_questions;
use courtesy::without_courtesy;
use elsewhere::Elsewhere;
use exact::{Exact, Found};
use gate::Gates;
use keywords::{Evidence, Keywords};
use occasion::Occasions;
use settle::settle;
use similar::{Likeness, Similar};
use stand::{Findings, Scales};
use weigh::{beside, weigh, whole_message};

/// Longer messages are forwarded texts: their beginning tells what they are.
const MOST_CHARACTERS: usize = 512;

/// Candidates less certain than this are told without the sample question
/// nearest to the message: finding it costs as much as the decision.
const WORTH_EXPLAINING: f32 = 0.1;

/// A rulebook's rules, compiled for answering.
#[derive(Debug)]
pub struct Matcher {
    weights: Weights,
    gates: Gates,
    exact: Exact,
    keywords: Keywords,
    similar: Similar,
    elsewhere: Elsewhere,
    occasions: Occasions,
}

impl Matcher {
    pub fn new(rulebook: &Rulebook) -> Self {
        Self::weighing(rulebook, Weights::default())
    }

    /// With other weights than the ones found best: for measuring what each
    /// rung brings.
    pub fn weighing(rulebook: &Rulebook, weights: Weights) -> Self {
        let rules = &rulebook.rules;
        Self {
            gates: Gates::new(rules),
            exact: Exact::new(rules),
            keywords: Keywords::new(rules),
            similar: Similar::new(rules, weights.nothing),
            elsewhere: Elsewhere::new(&rulebook.settings.answers.elsewhere),
            occasions: Occasions::new(rules),
            weights,
        }
    }

    /// The one way from a text to a rule.
    pub fn answer(&self, text: &str, asked: &Asked) -> Decision {
        self.answer_normalized(text, normalize(text), asked)
    }

    /// The same, for who has normalised the text already.
    pub fn answer_normalized(&self, raw: &str, normalized: Normalized, asked: &Asked) -> Decision {
        let decided = self.decide_by_exact(&normalized, asked);
        let decided = decided.or_else(|| self.decide_both(raw, asked));
        let (verdict, why) = decided.unwrap_or_else(|| self.decide_bare(&normalized, asked));
        Decision { verdict, why, normalized }
    }

    /// The rule for something other than a text.
    pub fn occasion(&self, occasion: &Occasion, asked: &Asked) -> Option<RuleIndex> {
        let nothing_said = Normalized::default();
        self.occasions.find(occasion, |rule| self.gates.bar(rule, &nothing_said, asked).is_none())
    }

    fn decide_by_exact(&self, text: &Normalized, asked: &Asked) -> Option<(Verdict, Vec<Candidate>)> {
        let open = |rule| self.gates.bar(rule, text, asked).is_none();
        self.exact.find(text, open).map(|found| self.decide_at_once(found))
    }

    /// Offers the answers of both questions, where a message asks two and each
    /// has a clear answer of its own.
    fn decide_both(&self, raw: &str, asked: &Asked) -> Option<(Verdict, Vec<Candidate>)> {
        let mut choices = Vec::with_capacity(2);
        let mut why = Vec::with_capacity(2);
        for half in two_questions(beginning(raw))? {
            let decided = self.decide_by_exact(&half, asked);
            let (verdict, candidates) = decided.unwrap_or_else(|| self.decide_bare(&half, asked));
            let Verdict::Rule(rule) = verdict else { return None };
            let winner = candidates.into_iter().find(|candidate| candidate.rule == rule)?;
            choices.push(rule);
            why.push(Candidate { lost: Some(Lost::OneOfTwo), ..winner });
        }
        let differ = choices.first() != choices.last();
        differ.then_some((Verdict::Choices(choices), why))
    }

    /// Decides what is asked, without 「您好，请问」 before it.
    fn decide_bare(&self, text: &Normalized, asked: &Asked) -> (Verdict, Vec<Candidate>) {
        let bare = without_courtesy(text);
        let exact = bare.as_ref().and_then(|bare| self.decide_by_exact(bare, asked));
        exact.unwrap_or_else(|| self.decide_by_evidence(bare.as_ref().unwrap_or(text), asked))
    }

    fn decide_at_once(&self, Found { rule, step, matched }: Found) -> (Verdict, Vec<Candidate>) {
        let (verdict, lost) = if self.gates.is_ours(rule) {
            (Verdict::Rule(rule), None)
        } else {
            (Verdict::None, Some(Lost::NotOurs))
        };
        (verdict, vec![Candidate { rule, step, matched: matched.to_owned(), score: 1.0, lost }])
    }

    fn decide_by_evidence(&self, text: &Normalized, asked: &Asked) -> (Verdict, Vec<Candidate>) {
        let evidence = self.keywords.find(text, self.weights.misspelled);
        let bar = |rule| self.gates.bar(rule, text, asked);
        if let Some(Evidence { rule, step, matched, .. }) =
            whole_message(text.as_str(), &evidence, |rule| bar(rule).is_none())
        {
            return self.decide_at_once(Found { rule: *rule, step: *step, matched });
        }
        let findings = Findings {
            keywords: weigh(text.as_str(), evidence),
            likeness: self.similar.read(text),
            mention: self.elsewhere.find(text),
        };
        let scales = Scales { weights: &self.weights, gates: &self.gates, similar: &self.similar };
        let (standings, against) = (scales.standings(&findings), scales.against(&findings));
        let (verdict, mut why) = settle(standings, &against, &self.weights, bar);
        for candidate in &mut why {
            complete(candidate, text, &findings.likeness);
        }
        (verdict, why)
    }
}

/// The part of a message that is looked at, in the one spelling.
pub fn normalize(text: &str) -> Normalized {
    Normalized::new(beginning(text))
}

/// Adds to a candidate what only explanations need.
fn complete(candidate: &mut Candidate, text: &Normalized, likeness: &Likeness) {
    match candidate.step {
        Step::Similar if candidate.score > WORTH_EXPLAINING => {
            candidate.matched = likeness.nearest(candidate.rule).unwrap_or_default().to_owned();
        }
        Step::Contains if candidate.lost == Some(Lost::TooUnsure) => {
            candidate.lost = Some(Lost::Uncovered(beside(text.as_str(), &candidate.matched)));
        }
        Step::Equals | Step::Starts | Step::Contains | Step::Pattern | Step::Pinyin | Step::Similar => {}
    }
}

fn beginning(text: &str) -> &str {
    text.char_indices().nth(MOST_CHARACTERS).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

#[cfg(test)]
mod tests;

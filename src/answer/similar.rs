//! The rung of similarity: sample questions as evidence. Ties the rules that
//! have sample questions to the learned `Model`, and finds the sample that is
//! most like a message, for explanations.

use super::decision::RuleIndex;
use super::learn::{Sample, learn};
use super::model::{Class, Model, Scores, Sense, Vector};
use crate::rulebook::{Answer, Rule, Trigger};
use crate::text::Normalized;
use crate::text::ngrams::{Kind, Piece, pieces};

#[derive(Debug, Default)]
pub struct Similar {
    by_eye: Model,
    by_ear: Model,
    /// By class.
    known: Vec<Known>,
}

#[derive(Debug)]
struct Known {
    rule: RuleIndex,
    /// False for what the rulebook says we do not answer.
    ours: bool,
    questions: Box<[Question]>,
    /// Which questions hold a piece: piece number and question, in order.
    holders: Box<[(u32, u32)]>,
}

#[derive(Debug)]
struct Question {
    written: Box<str>,
    pieces: usize,
}

/// A message as the model reads it, and what each rule gets for it.
#[derive(Debug)]
pub struct Likeness<'s> {
    similar: &'s Similar,
    seen: Vector,
    scores: Scores,
}

impl Similar {
    /// `nothing` is what every score is measured against.
    pub fn new(rules: &[Rule], nothing: f32) -> Self {
        let asked: Vec<(usize, &Rule)> =
            rules.iter().enumerate().filter(|(_, rule)| !rule.questions.is_empty()).collect();
        let samples: Vec<Sample> = asked
            .iter()
            .enumerate()
            .flat_map(|(class, (_, rule))| {
                let class = Class::try_from(class).unwrap_or(Class::MAX);
                texts(rule).map(move |text| Sample { class, pieces: pieces(&text) })
            })
            .collect();
        let by_eye = learn(&samples, asked.len(), Sense::Reading, nothing);
        let by_ear = learn(&samples, asked.len(), Sense::Hearing, nothing);
        let known = asked.iter().map(|(position, rule)| Known::new(*position, rule, &by_eye)).collect();
        Self { by_eye, by_ear, known }
    }

    pub fn read(&self, text: &Normalized) -> Likeness<'_> {
        // A rulebook of keywords alone has nothing to compare with.
        let pieces = if self.known.is_empty() { Vec::new() } else { pieces(text) };
        let seen = self.by_eye.vector(&pieces);
        let mut scores = Scores::new(self.known.len());
        if is_typed_by_ear(&pieces) {
            self.by_ear.score(&self.by_ear.vector(&pieces), &mut scores);
        } else {
            self.by_eye.score(&seen, &mut scores);
        }
        Likeness { similar: self, seen, scores }
    }

    /// Whether the rule has sample questions.
    pub fn knows(&self, rule: RuleIndex) -> bool {
        self.class_of(rule).is_some()
    }

    fn class_of(&self, rule: RuleIndex) -> Option<usize> {
        self.known.binary_search_by_key(&rule, |known| known.rule).ok()
    }
}

/// Whether more of it is pinyin than characters.
fn is_typed_by_ear(pieces: &[Piece]) -> bool {
    let count = |kind| pieces.iter().filter(|piece| piece.kind == kind).count();
    count(Kind::Heard(1)) > 2 * count(Kind::Written(1))
}

impl Known {
    fn new(position: usize, rule: &Rule, model: &Model) -> Self {
        let mut questions = Vec::with_capacity(rule.questions.len());
        let mut holders = Vec::new();
        for (question, written) in (0..).zip(&rule.questions) {
            let entries = model.vector(&pieces(&Normalized::new(written))).entries;
            holders.extend(entries.iter().map(|(piece, _)| (*piece, question)));
            questions.push(Question { written: written.clone(), pieces: entries.len() });
        }
        holders.sort_unstable();
        Self {
            rule: RuleIndex::new(position),
            ours: !matches!(rule.answer, Answer::NotOurs),
            questions: questions.into(),
            holders: holders.into(),
        }
    }

    /// The question that shares most with a message, discounted for what it
    /// holds besides.
    fn nearest(&self, message: &Vector) -> Option<&str> {
        let mut shared = vec![0.0_f32; self.questions.len()];
        for (piece, value) in &message.entries {
            let first = self.holders.partition_point(|(held, _)| held < piece);
            let holders = self.holders.get(first..).unwrap_or_default();
            for (_, question) in holders.iter().take_while(|(held, _)| held == piece) {
                if let Some(shared) = shared.get_mut(*question as usize) {
                    *shared += value * value;
                }
            }
        }
        let likeness = |(shared, question): &(f32, &Question)| shared / (question.pieces as f32 + 1.0).sqrt();
        let nearest =
            shared.into_iter().zip(&self.questions).max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        nearest.map(|(_, question)| &*question.written)
    }
}

impl<'s> Likeness<'s> {
    /// Our own rules that share anything with the message, in log-odds.
    pub fn ours(&self) -> impl Iterator<Item = (RuleIndex, f32)> {
        self.of(true)
    }

    /// What we do not answer, likewise.
    pub fn not_ours(&self) -> impl Iterator<Item = (RuleIndex, f32)> {
        self.of(false)
    }

    fn of(&self, ours: bool) -> impl Iterator<Item = (RuleIndex, f32)> {
        self.scores.touched().filter_map(move |(class, score)| {
            let known = self.similar.known.get(class as usize)?;
            (known.ours == ours).then_some((known.rule, score))
        })
    }

    /// The sample question of `rule` that shares most with the message.
    pub fn nearest(&self, rule: RuleIndex) -> Option<&'s str> {
        let class = self.similar.class_of(rule)?;
        self.similar.known.get(class)?.nearest(&self.seen)
    }
}

/// What a rule's questions sound like: the samples, and its triggers, which are
/// the shortest questions of all.
fn texts(rule: &Rule) -> impl Iterator<Item = Normalized> {
    let triggers = rule.triggers.iter().filter_map(|trigger| match trigger {
        Trigger::Equals(text) | Trigger::Starts(text) => Some(text.clone()),
        Trigger::Contains(parts) => {
            Some(Normalized::new(&parts.iter().map(Normalized::as_str).collect::<String>()))
        }
        Trigger::Pattern(_) => None,
    });
    let questions = rule.questions.iter().map(|question| Normalized::new(question));
    questions.chain(triggers).filter(|text| !text.is_empty())
}

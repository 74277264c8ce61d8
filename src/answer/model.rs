//! How much a message reads like the sample questions of each rule.
//!
//! A message is the set of its pieces (characters, syllables: `text::ngrams`).
//! A piece is worth more the rarer it is (tf-idf), and all of them are brought
//! to length one, *counting the pieces no sample question has*: the less of a
//! message is known, the less any rule gets. A rule's score is the sum, over
//! the pieces it shares with its own samples, of worth times a learned weight
//! (`learn`). A piece that no sample of a rule holds says nothing about that
//! rule, so the table stays small however many rules there are.

use rustc_hash::FxHashMap;

use crate::text::Normalized;
use crate::text::ngrams::{Kind, Piece, pieces};

/// Position among the rules that have sample questions.
pub type Class = u32;

/// Scores are sums of at most `SCALE`, so that weights stay near one.
const SCALE: f32 = 8.0;

#[derive(Debug, Default)]
pub struct Model {
    pub(super) numbers: FxHashMap<u64, u32>,
    /// By piece number.
    pub(super) worth: Vec<f32>,
    /// The worth of a piece nobody has seen.
    pub(super) worth_unseen: f32,
    /// By piece number: where its weights start; one more entry ends the last.
    pub(super) starts: Vec<u32>,
    pub(super) weights: Vec<Weight>,
    pub(super) classes: usize,
}

#[derive(Clone, Copy, Debug)]
pub struct Weight {
    pub class: Class,
    pub weight: f32,
}

/// A text in known pieces: number and value, in order of number, length one.
#[derive(Clone, Debug, Default)]
pub struct Vector {
    pub entries: Vec<(u32, f32)>,
    /// The share of its worth that no sample holds.
    pub unseen: f32,
}

/// A message, read.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    vector: Vector,
    pub unseen: f32,
    /// By class.
    pub scores: Vec<f32>,
}

impl Model {
    pub fn read(&self, text: &Normalized) -> Reading {
        let mut found = Vec::new();
        pieces(text, &mut found);
        let vector = self.vector(&found);
        let mut scores = vec![0.0; self.classes];
        self.add_scores(&vector, &mut scores);
        Reading { unseen: vector.unseen, vector, scores }
    }

    pub(super) fn vector(&self, found: &[Piece]) -> Vector {
        let mut entries = Vec::with_capacity(found.len());
        let (mut known, mut unknown) = (f32::EPSILON, 0.0);
        for piece in found {
            let number = self.numbers.get(&piece.key).copied();
            match number.and_then(|number| Some((number, self.worth.get(number as usize)?))) {
                Some((number, worth)) => {
                    let value = worth * weight_of(piece.kind);
                    known += value * value;
                    entries.push((number, value));
                }
                None => unknown += (self.worth_unseen * weight_of(piece.kind)).powi(2),
            }
        }
        entries.sort_unstable_by_key(|(number, _)| *number);
        let length = (known + unknown).sqrt();
        for (_, value) in &mut entries {
            *value /= length;
        }
        Vector { entries, unseen: unknown / (known + unknown) }
    }

    pub(super) fn add_scores(&self, vector: &Vector, scores: &mut [f32]) {
        for (number, value) in &vector.entries {
            for weight in self.weights.get(self.range_of(*number)).unwrap_or_default() {
                if let Some(score) = scores.get_mut(weight.class as usize) {
                    *score += SCALE * value * weight.weight;
                }
            }
        }
    }

    pub(super) fn range_of(&self, number: u32) -> std::ops::Range<usize> {
        let bound = |at: usize| self.starts.get(at).map_or(0, |start| *start as usize);
        bound(number as usize)..bound(number as usize + 1)
    }
}

impl Reading {
    /// The known pieces: number and value, in order of number.
    pub fn pieces(&self) -> impl Iterator<Item = (u32, f32)> {
        self.vector.entries.iter().copied()
    }
}

/// Equal: no other balance did better on the labelled sets.
fn weight_of(kind: Kind) -> f32 {
    match kind {
        Kind::Written(_) | Kind::Heard(_) | Kind::Edge => 1.0,
    }
}

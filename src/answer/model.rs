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

use crate::text::ngrams::{Kind, Piece};

/// Position among the rules that have sample questions.
pub type Class = u32;

/// Scores are sums of at most `SCALE`, so that weights stay near one.
const SCALE: f32 = 8.0;

/// What of a text a model takes in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sense {
    /// As written and as heard: homophones still help where characters fail.
    #[default]
    Reading,
    /// As heard alone: for messages typed in pinyin. A model of its own, because
    /// weights that must serve both do worse for the other kind of message.
    Hearing,
}

#[derive(Debug, Default)]
pub struct Model {
    pub(super) sense: Sense,
    pub(super) numbers: FxHashMap<u64, u32>,
    /// By piece number; 0 for pieces that are left out.
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

/// A text in known pieces, number and value, of length one.
#[derive(Clone, Debug, Default)]
pub struct Vector {
    pub entries: Vec<(u32, f32)>,
}

/// What each class gets for a text, in log-odds; nothing for the classes that
/// share no piece with it.
#[derive(Clone, Debug, Default)]
pub struct Scores {
    /// By class; 0 where untouched.
    scores: Vec<f32>,
    touched: Vec<Class>,
}

impl Sense {
    pub fn takes_in(self, kind: Kind) -> bool {
        match (self, kind) {
            (Self::Reading, _) | (Self::Hearing, Kind::Heard(_)) => true,
            (Self::Hearing, Kind::Written(_) | Kind::Edge | Kind::Letters) => false,
        }
    }

    /// How much a piece counts for what it is. A syllable repeats what its
    /// character says, and so does the edge of a text.
    fn share(self, kind: Kind) -> f32 {
        match (self, kind) {
            (Self::Hearing, _) | (Self::Reading, Kind::Written(_)) => 1.0,
            (Self::Reading, Kind::Heard(1)) => 0.5,
            (Self::Reading, Kind::Heard(_)) => 1.0,
            (Self::Reading, Kind::Edge) => 0.3,
            (Self::Reading, Kind::Letters) => 0.7,
        }
    }
}

impl Model {
    pub fn vector(&self, found: &[Piece]) -> Vector {
        let mut entries = Vec::with_capacity(found.len());
        let mut square = f32::EPSILON;
        for piece in found.iter().filter(|piece| self.sense.takes_in(piece.kind)) {
            let number = self.numbers.get(&piece.key).copied();
            let worth = number.and_then(|number| self.worth.get(number as usize)).copied();
            let value = self.sense.share(piece.kind) * worth.unwrap_or(self.worth_unseen);
            square += value * value;
            entries.extend(number.filter(|_| value > 0.0).map(|number| (number, value)));
        }
        let length = square.sqrt();
        for (_, value) in &mut entries {
            *value /= length;
        }
        Vector { entries }
    }

    pub fn score(&self, vector: &Vector, scores: &mut Scores) {
        scores.clear();
        for (number, value) in &vector.entries {
            for Weight { class, weight } in self.weights_of(*number) {
                scores.add(*class, SCALE * value * weight);
            }
        }
    }

    /// How many weights scoring it looks at.
    pub(super) fn work_of(&self, vector: &Vector) -> usize {
        vector.entries.iter().map(|(number, _)| self.range_of(*number).len()).sum()
    }

    pub(super) fn weights_of(&self, number: u32) -> &[Weight] {
        self.weights.get(self.range_of(number)).unwrap_or_default()
    }

    pub(super) fn range_of(&self, number: u32) -> std::ops::Range<usize> {
        let bound = |at: usize| self.starts.get(at).map_or(0, |start| *start as usize);
        bound(number as usize)..bound(number as usize + 1)
    }
}

/// Stands for an untouched class: a score that adding cannot bring about.
const UNTOUCHED: f32 = f32::NEG_INFINITY;

impl Scores {
    pub fn new(classes: usize) -> Self {
        Self { scores: vec![UNTOUCHED; classes], touched: Vec::new() }
    }

    /// The classes that share something with the text.
    pub fn touched(&self) -> impl Iterator<Item = (Class, f32)> {
        self.touched.iter().map(|class| (*class, self.of(*class)))
    }

    pub fn of(&self, class: Class) -> f32 {
        self.scores.get(class as usize).copied().filter(|score| *score > UNTOUCHED).unwrap_or(0.0)
    }

    /// Scores become probabilities (softmax, `nothing` being the score of no
    /// class), and these become errors: how far each is from 1 for `right` and
    /// from 0 for the others.
    pub fn turn_to_errors(&mut self, right: Class, nothing: f32) {
        self.add(right, 0.0);
        let highest = self.touched().map(|(_, score)| score).fold(nothing, f32::max);
        let mut sum = (nothing - highest).exp();
        for class in &self.touched {
            if let Some(score) = self.scores.get_mut(*class as usize) {
                *score = (*score - highest).exp();
                sum += *score;
            }
        }
        for class in &self.touched {
            if let Some(score) = self.scores.get_mut(*class as usize) {
                *score = *score / sum - if *class == right { 1.0 } else { 0.0 };
            }
        }
    }

    fn add(&mut self, class: Class, score: f32) {
        let Some(entry) = self.scores.get_mut(class as usize) else { return };
        if *entry > UNTOUCHED {
            *entry += score;
        } else {
            *entry = score;
            self.touched.push(class);
        }
    }

    fn clear(&mut self) {
        for class in self.touched.drain(..) {
            if let Some(score) = self.scores.get_mut(class as usize) {
                *score = UNTOUCHED;
            }
        }
    }
}

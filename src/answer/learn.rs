//! Learns the weights of a `Model` from sample questions: multinomial logistic
//! regression by stochastic gradient steps (AdaGrad, so that rare pieces learn
//! as fast as common ones). Deterministic: the order of samples comes from a
//! fixed seed, and the number of rounds from the amount of work, never from a
//! clock.

use rustc_hash::FxHashMap;

use super::model::{Class, Model, Vector, Weight};
use crate::text::Normalized;
use crate::text::ngrams::{Kind, Piece, pieces};

/// One text that belongs to a class.
#[derive(Clone, Debug)]
pub struct Sample {
    pub class: Class,
    pub text: Normalized,
}

/// More rounds change little.
const ROUNDS: usize = 10;

const RATE: f32 = 0.5;

/// Longer messages are not typed in pinyin.
const LONGEST_HEARD: usize = 16;

struct Example {
    class: Class,
    pieces: Vec<Piece>,
}

pub fn learn(samples: &[Sample], classes: usize) -> Model {
    let examples = examples(samples);
    let mut model = count(&examples, classes);
    let vectors: Vec<(Class, Vector)> =
        examples.iter().map(|example| (example.class, model.vector(&example.pieces))).collect();
    drop(examples);
    improve(&mut model, &vectors);
    model
}

/// Every sample as written; the short ones also as if typed in pinyin, so that
/// sounds alone learn to carry a message.
fn examples(samples: &[Sample]) -> Vec<Example> {
    let mut examples = Vec::with_capacity(samples.len() * 2);
    let mut found = Vec::new();
    for sample in samples {
        pieces(&sample.text, &mut found);
        let heard: Vec<Piece> =
            found.iter().filter(|piece| matches!(piece.kind, Kind::Heard(_))).copied().collect();
        if sample.text.as_str().chars().count() <= LONGEST_HEARD && !heard.is_empty() {
            examples.push(Example { class: sample.class, pieces: heard });
        }
        if !found.is_empty() {
            examples.push(Example { class: sample.class, pieces: found.clone() });
        }
    }
    examples
}

/// The pieces, their worth, and an empty weight for each class that has one.
fn count(examples: &[Example], classes: usize) -> Model {
    let mut numbers: FxHashMap<u64, u32> = FxHashMap::default();
    let mut pairs: Vec<(u32, Class)> = Vec::new();
    let mut occurrences: Vec<u32> = Vec::new();
    for example in examples {
        for piece in &example.pieces {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            let number = *numbers.entry(piece.key).or_insert(next);
            if number == next {
                occurrences.push(0);
            }
            if let Some(count) = occurrences.get_mut(number as usize) {
                *count += 1;
            }
            pairs.push((number, example.class));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    let mut starts = vec![0_u32; numbers.len() + 1];
    for (at, start) in starts.iter_mut().enumerate() {
        *start =
            u32::try_from(pairs.partition_point(|(number, _)| (*number as usize) < at)).unwrap_or(u32::MAX);
    }
    let total = examples.len() as f32 + 1.0;
    Model {
        numbers,
        worth: occurrences.iter().map(|count| (total / (*count as f32 + 0.5)).ln()).collect(),
        worth_unseen: total.ln(),
        starts,
        weights: pairs.into_iter().map(|(_, class)| Weight { class, weight: 0.0 }).collect(),
        classes,
    }
}

fn improve(model: &mut Model, vectors: &[(Class, Vector)]) {
    let mut order: Vec<usize> = (0..vectors.len()).collect();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut squares = vec![0.1_f32; model.weights.len()];
    let mut errors = vec![0.0; model.classes];
    for _ in 0..ROUNDS {
        dice.shuffle(&mut order);
        for (class, vector) in order.iter().filter_map(|at| vectors.get(*at)) {
            errors.fill(0.0);
            model.add_scores(vector, &mut errors);
            to_probabilities(&mut errors);
            if let Some(error) = errors.get_mut(*class as usize) {
                *error -= 1.0;
            }
            step(model, vector, &errors, &mut squares);
        }
    }
}

fn step(model: &mut Model, vector: &Vector, errors: &[f32], squares: &mut [f32]) {
    for (number, value) in &vector.entries {
        let range = model.range_of(*number);
        let weights = model.weights.get_mut(range.clone()).unwrap_or_default();
        let squares = squares.get_mut(range).unwrap_or_default();
        for (weight, square) in weights.iter_mut().zip(squares) {
            let gradient = value * errors.get(weight.class as usize).copied().unwrap_or(0.0);
            *square += gradient * gradient;
            weight.weight -= RATE * gradient / square.sqrt();
        }
    }
}

/// Softmax, safe for any scores.
fn to_probabilities(scores: &mut [f32]) {
    let highest = scores.iter().copied().fold(f32::MIN, f32::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - highest).exp();
        sum += *score;
    }
    for score in scores.iter_mut() {
        *score /= sum;
    }
}

/// xorshift64: small, fast, the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (sides.max(1) as u64)).unwrap_or(0)
    }

    fn shuffle(&mut self, items: &mut [usize]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.roll(last + 1));
        }
    }
}

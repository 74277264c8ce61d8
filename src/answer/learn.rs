//! Learns the weights of a `Model` from sample questions: multinomial logistic
//! regression by stochastic gradient steps. The steps shrink for each weight by
//! itself (AdaGrad), so that a rare piece learns as fast as a common one.
//!
//! Deterministic: the order of samples comes from a fixed seed, and how much is
//! done from the amount of work, never from a clock. Work is spared where it
//! brings little: pieces that most rules share are left out, and a sample that
//! is right already rests for some rounds. A very large rulebook leaves out more
//! pieces, and gets fewer rounds.

use rustc_hash::FxHashMap;

use super::model::{Class, Model, Scores, Sense, Vector, Weight};
use crate::text::ngrams::Piece;

/// One text that belongs to a class.
#[derive(Clone, Debug)]
pub struct Sample {
    pub class: Class,
    pub pieces: Vec<Piece>,
}

/// On the labelled sets the second round still brings much, the sixth little;
/// a small rulebook learns less in a round and needs more of them.
const MOST_ROUNDS: usize = 30;

/// Weights looked at in all rounds together, at some 10 ns each: a reload of
/// a thousand rules stays within a second.
const MOST_WORK: usize = 20_000_000;

/// A piece that more than this percentage of the classes hold tells none of them
/// apart: 有, 的, 吗. They are most of the work.
const COMMON: usize = 75;

/// Among few classes that says nothing yet.
const FEW_CLASSES: usize = 24;

/// How many classes may share a piece before it is left out to save work.
const SHARED_BY: [usize; 4] = [1024, 256, 64, 16];

/// Small steps: what one sample alone says stays a hint.
const RATE: f32 = 0.3;

/// More than one: 证书 tells more than 有没有, by more than its rarity. Unknown
/// pieces do not get it, or a single misspelling would drown a message.
const RARITY: f32 = 1.8;

/// What AdaGrad starts from: it keeps the first steps small.
const CAUTION: f32 = 0.1;

/// An error below this is not worth a step.
const SMALL: f32 = 0.01;

/// A sample with an error below this rests.
const EASY: f32 = 0.2;

/// Rounds.
const LONGEST_REST: u8 = 4;

/// `nothing` is the score that a right class has to beat as well as the others.
pub fn learn(samples: &[Sample], classes: usize, sense: Sense, nothing: f32) -> Model {
    let (mut model, occurrences) = count(samples, classes, sense);
    leave_out_the_common(&mut model, &occurrences);
    let vectors: Vec<(Class, Vector)> =
        samples.iter().map(|sample| (sample.class, model.vector(&sample.pieces))).collect();
    improve(&mut model, &vectors, nothing);
    model
}

/// The pieces, their worth, an empty weight for each class that has one, and
/// how many samples hold each piece.
fn count(samples: &[Sample], classes: usize, sense: Sense) -> (Model, Vec<usize>) {
    let mut numbers: FxHashMap<u64, u32> = FxHashMap::default();
    let mut pairs: Vec<(u32, Class)> = Vec::new();
    let mut occurrences: Vec<usize> = Vec::new();
    for sample in samples {
        for piece in sample.pieces.iter().filter(|piece| sense.takes_in(piece.kind)) {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            let number = *numbers.entry(piece.key).or_insert(next);
            if number == next {
                occurrences.push(0);
            }
            if let Some(count) = occurrences.get_mut(number as usize) {
                *count += 1;
            }
            pairs.push((number, sample.class));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    let total = samples.len() as f32 + 1.0;
    let model = Model {
        sense,
        starts: starts(&pairs, numbers.len()),
        numbers,
        worth: occurrences
            .iter()
            .map(|count| (total / (*count as f32 + 0.5)).ln().max(0.0).powf(RARITY))
            .collect(),
        worth_unseen: total.ln(),
        weights: pairs.into_iter().map(|(_, class)| Weight { class, weight: 0.0 }).collect(),
        classes,
    };
    (model, occurrences)
}

/// Where the pairs of each piece start, and where the last ones end.
fn starts(pairs: &[(u32, Class)], pieces: usize) -> Vec<u32> {
    let mut starts = vec![0_u32; pieces + 1];
    for (number, _) in pairs {
        if let Some(start) = starts.get_mut(*number as usize + 1) {
            *start += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    starts
}

/// Pieces that too many classes share lose their worth; in a rulebook that is
/// too large for a single round, also those that fewer share.
fn leave_out_the_common(model: &mut Model, occurrences: &[usize]) {
    let shared_by = |number: usize| model.weights_of(u32::try_from(number).unwrap_or(u32::MAX)).len();
    let work_of_a_round = |limit: usize| -> usize {
        let kept = occurrences.iter().enumerate().filter(|(number, _)| shared_by(*number) <= limit);
        kept.map(|(number, count)| count * shared_by(number)).sum()
    };
    let most = FEW_CLASSES.max(model.classes * COMMON / 100);
    let limits = [most].into_iter().chain(SHARED_BY.into_iter().filter(|limit| *limit < most));
    let affordable = limits.into_iter().find(|limit| work_of_a_round(*limit) <= MOST_WORK);
    let limit = affordable.unwrap_or(1);
    let too_common: Vec<usize> = (0..occurrences.len()).filter(|number| shared_by(*number) > limit).collect();
    for number in too_common {
        if let Some(worth) = model.worth.get_mut(number) {
            *worth = 0.0;
        }
    }
}

fn improve(model: &mut Model, vectors: &[(Class, Vector)], nothing: f32) {
    let mut order: Vec<usize> = (0..vectors.len()).collect();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut squares = vec![CAUTION; model.weights.len()];
    let mut scores = Scores::new(model.classes);
    let mut rests = vec![Rest::default(); vectors.len()];
    let mut work_left = MOST_WORK;
    for _ in 0..MOST_ROUNDS {
        dice.shuffle(&mut order);
        let (mut work, mut learned) = (0, false);
        for at in &order {
            let (Some((class, vector)), Some(rest)) = (vectors.get(*at), rests.get_mut(*at)) else {
                continue;
            };
            if !rest.is_over() {
                continue;
            }
            work += model.work_of(vector);
            model.score(vector, &mut scores);
            scores.turn_to_errors(*class, nothing);
            let error = -scores.of(*class);
            rest.after(error);
            if error > SMALL {
                step(model, vector, &scores, &mut squares);
                learned = true;
            }
        }
        // The next round costs no more than this one did.
        work_left = work_left.saturating_sub(work);
        if !learned || work_left < work {
            break;
        }
    }
}

/// How long a sample is left alone: the more often it was right, the longer.
#[derive(Clone, Copy, Debug, Default)]
struct Rest {
    rounds_left: u8,
    times_right: u8,
}

impl Rest {
    /// Asked once a round.
    fn is_over(&mut self) -> bool {
        let is_over = self.rounds_left == 0;
        self.rounds_left = self.rounds_left.saturating_sub(1);
        is_over
    }

    fn after(&mut self, error: f32) {
        self.times_right = if error < EASY { (self.times_right + 1).min(LONGEST_REST) } else { 0 };
        self.rounds_left = self.times_right;
    }
}

fn step(model: &mut Model, vector: &Vector, errors: &Scores, squares: &mut [f32]) {
    for (number, value) in &vector.entries {
        let range = model.range_of(*number);
        let weights = model.weights.get_mut(range.clone()).unwrap_or_default();
        let squares = squares.get_mut(range).unwrap_or_default();
        for (weight, square) in weights.iter_mut().zip(squares) {
            let error = errors.of(weight.class);
            if error.abs() < SMALL {
                continue;
            }
            let gradient = value * error;
            *square += gradient * gradient;
            weight.weight -= RATE * gradient / square.sqrt();
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Normalized;
    use crate::text::ngrams::pieces;

    const NOTHING: f32 = 3.5;

    fn samples(texts: &[(Class, &str)]) -> Vec<Sample> {
        let sample =
            |(class, text): &(Class, &str)| Sample { class: *class, pieces: pieces(&Normalized::new(text)) };
        texts.iter().map(sample).collect()
    }

    fn scores(model: &Model, text: &str) -> Vec<(Class, f32)> {
        let mut scores = Scores::new(model.classes);
        model.score(&model.vector(&pieces(&Normalized::new(text))), &mut scores);
        scores.touched().collect()
    }

    fn best(model: &Model, text: &str) -> Option<(Class, f32)> {
        scores(model, text).into_iter().max_by(|a, b| a.1.total_cmp(&b.1))
    }

    const TWO_TOPICS: &[(Class, &str)] =
        &[(0, "一个人多少钱"), (0, "怎么收费"), (1, "住在哪里"), (1, "几个人一间房"), (1, "住宿怎么样")];

    #[test]
    fn every_sample_beats_the_others_and_nothing() {
        let model = learn(&samples(TWO_TOPICS), 2, Sense::Reading, NOTHING);

        for (class, text) in TWO_TOPICS {
            let (winner, score) = best(&model, text).expect("it shares pieces");
            assert_eq!(winner, *class, "{text}");
            assert!(score > NOTHING + 2.0, "{text}: {score}");
        }
    }

    #[test]
    fn a_text_that_shares_nothing_scores_nothing() {
        let model = learn(&samples(TWO_TOPICS), 2, Sense::Reading, NOTHING);

        assert_eq!(scores(&model, "天气"), []);
        assert_eq!(scores(&learn(&[], 0, Sense::Reading, NOTHING), "天气"), []);
    }

    #[test]
    fn words_that_no_sample_holds_make_a_text_less_certain() {
        let model = learn(&samples(TWO_TOPICS), 2, Sense::Reading, NOTHING);

        let alone = best(&model, "收费").map_or(0.0, |(_, score)| score);
        let among_others = best(&model, "高速公路节假日收费").map_or(0.0, |(_, score)| score);

        assert!(among_others < alone, "{among_others} {alone}");
    }

    #[test]
    fn learning_is_deterministic() {
        let learned = || best(&learn(&samples(TWO_TOPICS), 2, Sense::Hearing, NOTHING), "zhu nali");

        assert_eq!(learned(), learned());
        assert_eq!(learned().map(|(class, _)| class), Some(1));
    }

    #[test]
    fn pieces_that_most_rules_share_are_left_out_of_a_huge_rulebook() {
        let classes: Class = 6_000;
        let texts: Vec<(Class, String)> = (0..classes)
            .map(|class| (class, format!("请问{}", char::from_u32(0x4e00 + class).unwrap_or('一'))))
            .collect();
        let borrowed: Vec<(Class, &str)> =
            texts.iter().map(|(class, text)| (*class, text.as_str())).collect();

        let model = learn(&samples(&borrowed), 6_000, Sense::Reading, NOTHING);

        assert_eq!(scores(&model, "请"), []);
        assert_eq!(best(&model, &texts[70].1).map(|(class, _)| class), Some(70));
    }
}

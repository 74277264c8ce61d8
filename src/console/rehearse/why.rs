//! Why the last message got its answer: the verdict in one sentence, then every
//! rule that came into question, the best first.

use super::super::words::{Sentence, Words};
use super::Played;
use crate::answer::{Candidate, Edition, Lost, Step};
use crate::model::{Outcome, RuleId};
use crate::rehearsal::rule_of;

/// Below this a rule only fills the screen.
const LEAST_TOLD: f32 = 0.01;
const MOST_TOLD: usize = 8;

pub(in crate::console) struct Why {
    pub verdict: Sentence<'static>,
    pub rows: Vec<Told>,
    pub version: i64,
    pub took_us: u128,
}

pub(in crate::console) struct Told {
    pub name: String,
    pub percent: u8,
    pub evidence: Sentence<'static>,
    /// Why it does not answer; none for the rule that does.
    pub fate: Option<Sentence<'static>>,
    /// Where its words stand.
    pub file: String,
    pub line: u32,
}

impl Why {
    pub(super) fn of(played: &Played, t: &'static Words) -> Self {
        Self {
            verdict: verdict(played, t),
            rows: told(&played.decided.why, &played.edition, t),
            version: played.decided.version,
            took_us: played.took.as_micros(),
        }
    }
}

/// The rules that came into question, the best first.
pub(in crate::console) fn told(why: &[Candidate], edition: &Edition, t: &'static Words) -> Vec<Told> {
    let told = why.iter().filter(|candidate| candidate.score >= LEAST_TOLD);
    told.take(MOST_TOLD).filter_map(|candidate| Told::of(candidate, edition, t)).collect()
}

fn verdict(played: &Played, t: &'static Words) -> Sentence<'static> {
    let decided = &played.decided;
    let name = |rule: &RuleId| {
        played.edition.rulebook.rule(rule).map_or_else(String::new, |rule| rule.name.to_string())
    };
    if decided.erases {
        return t.say("why.erases").owned();
    }
    match &decided.outcome {
        Outcome::Choices(rules) => {
            let names: Vec<String> = rules.iter().map(name).collect();
            t.say("why.choices").owned().with("rules", names.join("」「"))
        }
        Outcome::Silence => t.say("why.silence").owned(),
        Outcome::Fallback => miss(played, t),
        outcome @ (Outcome::Answer(_) | Outcome::Form(_) | Outcome::Human(_)) => {
            let rule = rule_of(outcome).map(|rule| name(&rule)).filter(|name| !name.is_empty());
            let best = decided.why.first().and_then(|best| played.edition.rule_at(best.rule));
            let rule = rule.or_else(|| best.map(|rule| rule.name.to_string())).unwrap_or_default();
            let key = match outcome {
                Outcome::Form(_) => "why.form",
                Outcome::Human(_) => "why.human",
                _ => "why.answer",
            };
            t.say(key).owned().with("rule", rule)
        }
    }
}

/// 「没有规则命中，将发兜底1」: which step of the fallback it is.
fn miss(played: &Played, t: &'static Words) -> Sentence<'static> {
    let step = played.decided.conversation.misses.in_a_row;
    let is_counted = step > played.misses_before || (step > 0 && step == 3);
    match is_counted {
        true => t.say("why.miss").owned().with("step", step),
        false => t.say("why.no_rule").owned(),
    }
}

impl Told {
    fn of(candidate: &Candidate, edition: &Edition, t: &'static Words) -> Option<Self> {
        let rule = edition.rule_at(candidate.rule)?;
        let place = rule.place_of_words();
        Some(Self {
            name: rule.name.to_string(),
            percent: percent(candidate.score),
            evidence: evidence(candidate, t),
            fate: candidate.lost.as_ref().map(|lost| fate(lost, t)),
            file: place.file.to_string(),
            line: place.line,
        })
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=100")]
fn percent(score: f32) -> u8 {
    (score * 100.0).round().clamp(0.0, 100.0) as u8
}

fn evidence(candidate: &Candidate, t: &'static Words) -> Sentence<'static> {
    let key = match candidate.step {
        Step::Equals => "why.step_equals",
        Step::Starts => "why.step_starts",
        Step::Contains => "why.step_contains",
        Step::Pattern => "why.step_pattern",
        Step::Pinyin => "why.step_pinyin",
        Step::Similar if candidate.matched.is_empty() => "why.step_a_little_similar",
        Step::Similar => "why.step_similar",
    };
    t.say(key).owned().with("matched", &candidate.matched)
}

fn fate(lost: &Lost, t: &'static Words) -> Sentence<'static> {
    let (key, word) = match lost {
        Lost::Outscored => ("why.lost_outscored", ""),
        Lost::Excluded(word) => ("why.lost_excluded", word.as_str()),
        Lost::TooUnsure => ("why.lost_too_unsure", ""),
        Lost::Uncovered(words) => ("why.lost_uncovered", words.as_str()),
        Lost::NotOurs => ("why.lost_not_ours", ""),
        Lost::Elsewhere(place) => ("why.lost_elsewhere", place.as_str()),
        Lost::OneOfTwo => ("why.lost_one_of_two", ""),
        Lost::NotForAccount => ("why.lost_not_for_account", ""),
        Lost::NotValidToday => ("why.lost_not_valid_today", ""),
    };
    t.say(key).owned().with("word", word)
}

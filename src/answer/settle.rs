//! From evidence to verdict. Keywords and similarity are both log-odds and add
//! up; the rules and 「nothing of ours」 then share one certainty. Clearly one:
//! it answers. A few: the customer is asked. None clear: nobody answers.

use super::decision::{Candidate, Lost, RuleIndex, Step, Verdict};
use super::weights::Weights;

/// What stands for a rule, before it is compared with the others.
#[derive(Clone, Debug)]
pub struct Standing {
    pub rule: RuleIndex,
    pub step: Step,
    pub matched: String,
    /// Log-odds; 0 says nothing either way.
    pub evidence: f32,
    /// Set when it may not answer whatever the evidence.
    pub barred: Option<Lost>,
}

impl Standing {
    pub fn new(rule: RuleIndex, step: Step, matched: &str, evidence: f32) -> Self {
        Self { rule, step, matched: matched.to_owned(), evidence, barred: None }
    }

    /// More evidence; the strongest names the step.
    pub fn add(&mut self, step: Step, matched: &str, evidence: f32) {
        if evidence > self.evidence {
            self.step = step;
            matched.clone_into(&mut self.matched);
        }
        self.evidence += evidence;
    }
}

/// How much speaks for answering nothing, and in whose name.
#[derive(Clone, Debug)]
pub struct Against {
    pub evidence: f32,
    pub elsewhere: Option<String>,
}

const MOST_CHOICES: usize = 5;
const MOST_CANDIDATES: usize = 8;

pub fn settle(
    mut standings: Vec<Standing>,
    against: &Against,
    weights: &Weights,
) -> (Verdict, Vec<Candidate>) {
    standings.sort_by(|a, b| b.evidence.total_cmp(&a.evidence).then(a.rule.cmp(&b.rule)));
    let highest =
        standings.iter().filter(|s| s.barred.is_none()).map(|s| s.evidence).fold(against.evidence, f32::max);
    let odds = |evidence: f32| (evidence - highest).exp();
    let ours: f32 = standings.iter().filter(|s| s.barred.is_none()).map(|s| odds(s.evidence)).sum();
    let nothing = odds(against.evidence) / (odds(against.evidence) + ours);
    let total = odds(against.evidence) + ours;
    let mut candidates: Vec<Candidate> = standings
        .into_iter()
        .take(MOST_CANDIDATES)
        .map(|s| Candidate {
            rule: s.rule,
            step: s.step,
            matched: s.matched,
            score: (odds(s.evidence) / total).min(1.0),
            lost: s.barred,
        })
        .collect();
    let verdict = verdict(&candidates, nothing, weights);
    for candidate in &mut candidates {
        if candidate.lost.is_none() {
            candidate.lost = lost(candidate, &verdict, against);
        }
    }
    (verdict, candidates)
}

fn verdict(candidates: &[Candidate], nothing: f32, weights: &Weights) -> Verdict {
    let open: Vec<&Candidate> = candidates.iter().filter(|c| c.lost.is_none()).collect();
    let Some(best) = open.first() else { return Verdict::None };
    if best.score >= weights.answer {
        return Verdict::Rule(best.rule);
    }
    if nothing > weights.quiet || best.score < weights.ask {
        return Verdict::None;
    }
    let choices: Vec<RuleIndex> =
        open.iter().filter(|c| c.score >= weights.offer).map(|c| c.rule).take(MOST_CHOICES).collect();
    if choices.len() < 2 { Verdict::None } else { Verdict::Choices(choices) }
}

fn lost(candidate: &Candidate, verdict: &Verdict, against: &Against) -> Option<Lost> {
    match verdict {
        Verdict::Rule(rule) if *rule == candidate.rule => None,
        Verdict::Rule(_) => Some(Lost::Outscored),
        Verdict::Choices(_) => Some(Lost::TooUnsure),
        Verdict::None => Some(match &against.elsewhere {
            Some(name) => Lost::Elsewhere(name.clone()),
            None => Lost::TooUnsure,
        }),
    }
}

//! Gathers what a message says for each rule and for answering nothing, in
//! log-odds: keywords for what they are worth, likeness to sample questions,
//! the names of other places. Not here: which of it wins (settle).

use super::decision::{Lost, Step};
use super::elsewhere::Mention;
use super::gate::Gates;
use super::settle::{Against, Standing};
use super::similar::{Likeness, Similar};
use super::weigh::Weighed;
use super::weights::Weights;

/// What was found in a message.
#[derive(Debug)]
pub struct Findings<'m> {
    pub keywords: Vec<Weighed<'m>>,
    pub likeness: Likeness<'m>,
    pub mention: Option<Mention>,
}

/// Turns findings into evidence.
#[derive(Clone, Copy, Debug)]
pub struct Scales<'m> {
    pub weights: &'m Weights,
    pub gates: &'m Gates,
    pub similar: &'m Similar,
}

impl<'m> Scales<'m> {
    /// What stands for each of our rules, in no particular order.
    pub fn standings(&self, findings: &Findings<'m>) -> Vec<Standing<'m>> {
        let alike = findings.likeness.ours().map(|(rule, score)| Standing {
            rule,
            step: Step::Similar,
            matched: "",
            evidence: score * self.weights.similar,
        });
        let mut standings: Vec<Standing> = alike.collect();
        for keyword in findings.keywords.iter().filter(|keyword| self.gates.is_ours(keyword.rule)) {
            let alone = Standing {
                rule: keyword.rule,
                step: keyword.step,
                matched: keyword.matched,
                evidence: self.evidence(keyword),
            };
            match standings.iter_mut().find(|standing| standing.rule == keyword.rule) {
                Some(standing) => *standing = joined(standing, &alone),
                None => standings.push(alone),
            }
        }
        standings
    }

    /// What stands for answering nothing.
    pub fn against(&self, findings: &Findings) -> Against {
        let background = findings.likeness.not_ours().map(|(_, score)| score * self.weights.similar);
        let not_ours = findings.keywords.iter().filter(|keyword| !self.gates.is_ours(keyword.rule));
        let keywords: f32 = not_ours.map(|keyword| self.evidence(keyword)).sum();
        let named = match &findings.mention {
            Some(Mention::Of(_)) => self.weights.elsewhere,
            Some(Mention::BesideUs(_)) => self.weights.elsewhere_and_us,
            None => 0.0,
        };
        let likely = sum_of_odds(background.chain([self.weights.nothing]));
        let reason = match &findings.mention {
            Some(mention) => Lost::Elsewhere(mention.name().to_owned()),
            None if likely + keywords > self.weights.nothing + 1.0 => Lost::NotOurs,
            None => Lost::TooUnsure,
        };
        Against { evidence: likely + keywords + named, reason }
    }

    fn evidence(&self, keyword: &Weighed) -> f32 {
        let has_samples = self.similar.knows(keyword.rule);
        keyword.strength * if has_samples { self.weights.keyword } else { self.weights.keyword_alone }
    }
}

/// Evidence adds up; the stronger names the step.
fn joined<'m>(alike: &Standing<'m>, keyword: &Standing<'m>) -> Standing<'m> {
    let stronger = if keyword.evidence > alike.evidence { keyword } else { alike };
    Standing { evidence: alike.evidence + keyword.evidence, ..*stronger }
}

/// The log-odds of 「any of these」.
fn sum_of_odds(all: impl Iterator<Item = f32>) -> f32 {
    let all: Vec<f32> = all.collect();
    let highest = all.iter().copied().fold(f32::MIN, f32::max);
    highest + all.iter().map(|one| (one - highest).exp()).sum::<f32>().ln()
}

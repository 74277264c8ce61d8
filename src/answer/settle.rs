//! From evidence to verdict. What stands for each rule and what stands for
//! 「nothing of ours」 are log-odds; brought to a sum of one (softmax) they are
//! certainties. One clear rule answers. A few likely ones are offered. Where
//! nothing is likely, nobody answers. Not here: what the evidence is (stand).

use super::decision::{Candidate, Lost, RuleIndex, Step, Verdict};
use super::weights::Weights;

/// What stands for a rule.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'m> {
    pub rule: RuleIndex,
    pub step: Step,
    /// Empty for similarity: its sample question is looked up for few.
    pub matched: &'m str,
    /// Log-odds; 0 says nothing either way.
    pub evidence: f32,
}

/// What stands for answering nothing.
#[derive(Clone, Debug)]
pub struct Against {
    pub evidence: f32,
    /// The strongest reason for it.
    pub reason: Lost,
}

/// Rules further behind cannot win any more.
const MOST_COMPARED: usize = 16;

const FEWEST_CHOICES: usize = 2;
const MOST_CHOICES: usize = 5;

/// So many are told in explanations.
const MOST_CANDIDATES: usize = 8;

/// A rule that was merely outscored, and by this much, explains nothing.
const LEAST_TOLD: f32 = 0.005;

/// `bar` says why a rule may not answer this message, if it may not.
pub fn settle(
    mut standings: Vec<Standing>,
    against: &Against,
    weights: &Weights,
    bar: impl Fn(RuleIndex) -> Option<Lost>,
) -> (Verdict, Vec<Candidate>) {
    keep_the_best(&mut standings);
    let bars: Vec<Option<Lost>> = standings.iter().map(|standing| bar(standing.rule)).collect();
    let open = || standings.iter().zip(&bars).filter(|(_, bar)| bar.is_none());
    let highest = open().map(|(standing, _)| standing.evidence).fold(against.evidence, f32::max);
    let odds = |evidence: f32| (evidence - highest).exp();
    let nothing = odds(against.evidence);
    let total: f32 = nothing + open().map(|(standing, _)| odds(standing.evidence)).sum::<f32>();
    let mut candidates: Vec<Candidate> = standings
        .iter()
        .zip(bars)
        .take(MOST_CANDIDATES)
        .map(|(standing, lost)| Candidate {
            rule: standing.rule,
            step: standing.step,
            matched: standing.matched.to_owned(),
            score: (odds(standing.evidence) / total).min(1.0),
            lost,
        })
        .collect();
    let verdict = verdict(&candidates, nothing / total, weights);
    for candidate in candidates.iter_mut().filter(|candidate| candidate.lost.is_none()) {
        candidate.lost = lost(candidate, &verdict, against);
    }
    let best = candidates.first().map(|candidate| candidate.rule);
    candidates.retain(|candidate| {
        let merely_outscored = candidate.lost == Some(Lost::Outscored);
        Some(candidate.rule) == best || !merely_outscored || candidate.score >= LEAST_TOLD
    });
    (verdict, candidates)
}

/// The strongest first; equal ones in the rulebook's order.
fn keep_the_best(standings: &mut Vec<Standing>) {
    let by_strength =
        |a: &Standing, b: &Standing| b.evidence.total_cmp(&a.evidence).then(a.rule.cmp(&b.rule));
    if standings.len() > MOST_COMPARED {
        standings.select_nth_unstable_by(MOST_COMPARED, by_strength);
        standings.truncate(MOST_COMPARED);
    }
    standings.sort_unstable_by(by_strength);
}

fn verdict(candidates: &[Candidate], nothing: f32, weights: &Weights) -> Verdict {
    let open = || candidates.iter().filter(|candidate| candidate.lost.is_none());
    let Some(best) = open().next() else { return Verdict::None };
    let rival = open().nth(1).map_or(0.0, |second| second.score);
    let is_clear = best.score >= weights.answer && rival <= weights.rival * best.score;
    if is_clear && nothing <= weights.doubt {
        return Verdict::Rule(best.rule);
    }
    if nothing > weights.quiet || best.score < weights.ask {
        return Verdict::None;
    }
    let likely = open().filter(|candidate| candidate.score >= weights.offer).count();
    // A choice of one is no choice: the next best stands beside it.
    let offered = likely.clamp(FEWEST_CHOICES, MOST_CHOICES);
    let choices: Vec<RuleIndex> = open().map(|candidate| candidate.rule).take(offered).collect();
    if choices.len() < FEWEST_CHOICES { Verdict::None } else { Verdict::Choices(choices) }
}

fn lost(candidate: &Candidate, verdict: &Verdict, against: &Against) -> Option<Lost> {
    match verdict {
        Verdict::Rule(winner) if *winner == candidate.rule => None,
        Verdict::Rule(_) => Some(Lost::Outscored),
        Verdict::Choices(_) => Some(Lost::TooUnsure),
        Verdict::None => Some(against.reason.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(evidence: &[f32], against: f32) -> (Verdict, Vec<Candidate>) {
        let standings = evidence.iter().enumerate().map(|(position, evidence)| Standing {
            rule: RuleIndex::new(position),
            step: Step::Contains,
            matched: "费用",
            evidence: *evidence,
        });
        let against = Against { evidence: against, reason: Lost::TooUnsure };
        settle(standings.collect(), &against, &Weights::default(), |rule| {
            (rule.position() == 9).then_some(Lost::NotValidToday)
        })
    }

    fn check(case: &str, evidence: &[f32], against: f32, expected: &Verdict) {
        assert_eq!(&settled(evidence, against).0, expected, "{case}");
    }

    #[test]
    fn a_clear_rule_answers_close_ones_are_offered_weak_ones_are_not() {
        let rule = |position| Verdict::Rule(RuleIndex::new(position));
        let choices =
            |positions: &[usize]| Verdict::Choices(positions.iter().map(|p| RuleIndex::new(*p)).collect());
        check("one clear rule", &[0.0, 5.0, 1.0], 1.0, &rule(1));
        check("two close rules", &[3.0, 0.0, 3.1], 0.0, &choices(&[2, 0]));
        check("at most five are offered", &[3.0; 8], 0.0, &choices(&[0, 1, 2, 3, 4]));
        check("nothing of ours is clear", &[1.0, 0.0], 4.0, &Verdict::None);
        check("one likely rule beside the next best", &[1.5, -9.0, -5.0], 1.0, &choices(&[0, 2]));
        check("one rule that is not clear", &[1.0], 1.0, &Verdict::None);
        check("no rules at all", &[], 1.0, &Verdict::None);
    }

    #[test]
    fn a_rule_that_may_not_answer_leaves_the_place_to_the_next() {
        let mut evidence = [0.0; 10];
        evidence[9] = 8.0;
        evidence[3] = 6.0;
        evidence[5] = 2.0;

        let (verdict, candidates) = settled(&evidence, 0.0);

        assert_eq!(verdict, Verdict::Rule(RuleIndex::new(3)));
        assert_eq!(candidates[0].lost, Some(Lost::NotValidToday));
        assert_eq!(candidates[1].lost, None);
        assert_eq!(candidates[2].lost, Some(Lost::Outscored));
        assert_eq!(candidates.len(), 3, "what is far behind explains nothing");
    }

    #[test]
    fn certainties_never_exceed_one() {
        let (_, candidates) = settled(&[500.0, -500.0], f32::MIN);

        assert!(candidates.iter().all(|candidate| (0.0..=1.0).contains(&candidate.score)));
    }
}

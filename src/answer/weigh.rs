//! What the keywords in a message are worth together, from 0 to 1. The more of
//! the message stands beside them uncovered, the less they say: 「费用」 alone is
//! about fees, 「费用」 somewhere in a forwarded notice is not. Not here: finding
//! keywords (keywords), and deciding (settle).

use super::decision::{RuleIndex, Step};
use super::keywords::Evidence;

/// All the keywords that speak for one rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighed<'k> {
    pub rule: RuleIndex,
    /// Those of its strongest keyword.
    pub step: Step,
    pub matched: &'k str,
    pub strength: f32,
}

/// How many characters beside the keywords halve their worth.
const HALVING: f32 = 30.0;

/// The keyword that is the whole message, if one rule alone has it: nothing is
/// left to be weighed then.
pub fn whole_message<'e, 'k>(
    text: &str,
    evidence: &'e [Evidence<'k>],
    may_answer: impl Fn(RuleIndex) -> bool,
) -> Option<&'e Evidence<'k>> {
    let is_whole = |keyword: &&Evidence| {
        keyword.step == Step::Contains && keyword.start == 0 && keyword.end == text.len()
    };
    let mut whole = evidence.iter().filter(is_whole).filter(|keyword| may_answer(keyword.rule));
    let first = whole.next()?;
    whole.all(|other| other.rule == first.rule).then_some(first)
}

/// Brings together what speaks for the same rule.
pub fn weigh<'k>(text: &str, mut evidence: Vec<Evidence<'k>>) -> Vec<Weighed<'k>> {
    evidence.sort_by(|a, b| a.rule.cmp(&b.rule).then(b.worth.total_cmp(&a.worth)));
    evidence.chunk_by(|a, b| a.rule == b.rule).filter_map(|of_rule| weigh_rule(text, of_rule)).collect()
}

fn weigh_rule<'k>(text: &str, evidence: &[Evidence<'k>]) -> Option<Weighed<'k>> {
    let best = evidence.first()?;
    let mut doubt = 1.0;
    for (number, keyword) in evidence.iter().enumerate() {
        let stronger = evidence.get(..number).unwrap_or_default();
        // 费用 inside 培训费用 adds nothing to it, and the parts of one trigger
        // are worth something together only.
        let adds = stronger.iter().all(|other| !overlap(keyword, other) && keyword.matched != other.matched);
        if adds {
            doubt *= 1.0 - keyword.worth;
        }
    }
    let beside = text.char_indices().filter(|(at, c)| carries_meaning(*c) && !covers(evidence, *at)).count();
    let strength = (1.0 - doubt) / (1.0 + beside as f32 / HALVING);
    Some(Weighed { rule: best.rule, step: best.step, matched: best.matched, strength })
}

fn overlap(a: &Evidence, b: &Evidence) -> bool {
    a.start < b.end && b.start < a.end
}

fn covers(evidence: &[Evidence], at: usize) -> bool {
    evidence.iter().any(|keyword| (keyword.start..keyword.end).contains(&at))
}

/// False for the characters that any question is made of.
fn carries_meaning(c: char) -> bool {
    const COMMON: &str = "的了吗呢吧啊呀嘛么是有没能可以不要想怎什多少哪几请问您你我他她它们这那个一下在和就都还也给到去来会得把跟与或及好啦哦噢哈诶哎喂咋啥";
    !COMMON.contains(c)
}

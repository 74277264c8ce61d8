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

/// The keyword or pattern that is the whole message, if one rule alone has it:
/// nothing is left to be weighed then.
pub fn whole_message<'e, 'k>(
    text: &str,
    evidence: &'e [Evidence<'k>],
    may_answer: impl Fn(RuleIndex) -> bool,
) -> Option<&'e Evidence<'k>> {
    let is_whole = |keyword: &&Evidence| {
        matches!(keyword.step, Step::Contains | Step::Pattern)
            && keyword.start == 0
            && keyword.end == text.len()
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

/// What the message says beside a keyword, for explanations.
pub fn beside(text: &str, keyword: &str) -> String {
    /// Enough to recognise it.
    const MOST_SHOWN: usize = 12;
    let without = keyword.split('+').fold(text.to_owned(), |text, part| text.replace(part, ""));
    without.chars().filter(|c| carries_meaning(*c)).take(MOST_SHOWN).collect()
}

/// False for the characters that any question is made of.
fn carries_meaning(c: char) -> bool {
    const COMMON: &str = "的了吗呢吧啊呀嘛么是有没能可以不要想怎什多少哪几请问您你我他她它们这那个一下在和就都还也给到去来会得把跟与或及好啦哦噢哈诶哎喂咋啥";
    !COMMON.contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyword(rule: usize, matched: &str, start: usize, worth: f32) -> Evidence<'_> {
        let rule = RuleIndex::new(rule);
        Evidence { rule, step: Step::Contains, matched, worth, start, end: start + matched.len() }
    }

    fn strength(text: &str, evidence: &[Evidence<'_>]) -> f32 {
        weigh(text, evidence.to_vec()).first().map_or(0.0, |weighed| weighed.strength)
    }

    #[test]
    fn a_keyword_is_worth_less_the_more_stands_beside_it() {
        let fees = [keyword(0, "费用", 0, 0.7)];
        let alone = strength("费用", &fees);
        let with_particles = strength("费用是多少呢", &fees);
        let in_a_notice = strength(&format!("费用{}", "停水通知".repeat(50)), &fees);

        assert!((alone - 0.7).abs() < 1e-6);
        assert!((with_particles - alone).abs() < 1e-6, "particles say nothing: {with_particles}");
        assert!(in_a_notice < 0.2 * alone, "{in_a_notice}");
    }

    #[test]
    fn keywords_add_up_unless_they_overlap_or_are_parts_of_one() {
        let text = "培训费用报销";
        let one = strength(text, &[keyword(0, "费用", 6, 0.7)]);
        let two = strength(text, &[keyword(0, "费用", 6, 0.7), keyword(0, "报销", 12, 0.7)]);
        let inside = strength(text, &[keyword(0, "培训费用", 0, 0.95), keyword(0, "费用", 6, 0.7)]);
        let whole = strength(text, &[keyword(0, "培训费用", 0, 0.95)]);
        let parts = [
            Evidence { matched: "费用+报销", ..keyword(0, "费用", 6, 0.95) },
            Evidence { matched: "费用+报销", ..keyword(0, "报销", 12, 0.95) },
        ];

        assert!(two > one);
        assert!((inside - whole).abs() < 1e-6);
        assert!(strength(text, &parts) <= 0.95);
    }

    #[test]
    fn each_rule_is_weighed_for_itself() {
        let evidence = vec![keyword(1, "报销", 6, 0.7), keyword(0, "费用", 0, 0.7)];

        let weighed = weigh("费用报销", evidence);

        assert_eq!(weighed.iter().map(|w| w.matched).collect::<Vec<_>>(), ["费用", "报销"]);
    }

    #[test]
    fn what_stands_beside_a_keyword_is_told_shortly() {
        assert_eq!(beside("本小区停水的费用和报销", "费用+报销"), "本小区停水");
        assert_eq!(beside(&"通知".repeat(20), "费用").chars().count(), 12);
    }
}

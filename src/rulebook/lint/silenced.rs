//! A trigger that gets no answer, because the same words are a sample of what
//! is not ours: a sample that is the whole message decides at once.

use rustc_hash::FxHashMap;

use super::super::rule::{Answer, Rule, Trigger};
use super::rivals::{meet, single_text};
use super::{Problem, Seen, called};
use crate::text::Normalized;

pub fn report(seen: &Seen<'_>, problems: &mut Vec<Problem>) {
    let samples = samples_of_what_is_not_ours(seen.rules);
    if samples.is_empty() {
        return;
    }
    for (rule, origin) in seen.pairs().filter(|(rule, _)| is_ours(rule)) {
        for (trigger, at) in rule.triggers.iter().zip(&origin.triggers) {
            // 「完全等于」 goes before every sample.
            let loses = matches!(trigger, Trigger::Contains(_) | Trigger::Starts(_));
            let Some(text) = single_text(trigger).filter(|_| loses) else { continue };
            let silencing = samples.get(text).filter(|other| meet(rule, other));
            if let Some(other) = silencing {
                problems.push(seen.locate(silenced(text, other), origin, *at));
            }
        }
    }
}

fn is_ours(rule: &Rule) -> bool {
    !matches!(rule.answer, Answer::NotOurs)
}

fn samples_of_what_is_not_ours(rules: &[Rule]) -> FxHashMap<String, &Rule> {
    let not_ours = rules.iter().filter(|rule| !is_ours(rule));
    let samples = not_ours.flat_map(|rule| rule.questions.iter().map(move |question| (question, rule)));
    samples.map(|(question, rule)| (Normalized::new(question).as_str().to_owned(), rule)).collect()
}

fn silenced(text: &str, other: &Rule) -> Problem {
    let other = called(other);
    Problem::warning("silenced", format!("只发「{text}」时没有回答：{other}把这句写成了不归我们答的样例。"))
        .remedy("请从那条规则里删掉这句样例；触发词一定要答的，就改成「完全等于」，前面加 = 。")
}

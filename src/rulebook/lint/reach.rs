//! Can a rule fire at all, and does it fire too easily?

use super::super::rule::{Answer, Rule, Trigger};
use super::super::source::Span;
use super::{Origin, Problem, Seen};
use crate::text::Normalized;

pub fn report(seen: &Seen<'_>, rule: &Rule, origin: &Origin, problems: &mut Vec<Problem>) {
    let mut tell = |problem, at: Span| problems.push(seen.locate(problem, origin, at));
    if let Some(last) = rule.valid.until.filter(|last| *last < seen.today) {
        let problem = Problem::warning("expired", format!("这条规则到 {last} 为止，已经过期，不会再命中。"))
            .remedy("请改 until，或删掉这条规则。");
        tell(problem, origin.rule);
    }
    for (trigger, at) in rule.triggers.iter().zip(&origin.triggers) {
        if let Some(word) = single_character(trigger) {
            tell(too_short(word), *at);
        }
    }
    for (question, at) in rule.questions.iter().zip(&origin.questions) {
        if !question.chars().any(char::is_alphanumeric) {
            let problem = Problem::warning("empty-question", format!("样例问题「{question}」没有字。"))
                .remedy("请写一句完整的话，或删掉它。");
            tell(problem, *at);
        }
    }
    if !rule.exclude.is_empty() {
        report_excluded(rule, origin, tell);
    }
}

fn has_no_way_in(rule: &Rule) -> bool {
    rule.triggers.is_empty() && rule.questions.is_empty() && rule.on.is_empty()
}

fn single_character(trigger: &Trigger) -> Option<&Normalized> {
    let Trigger::Contains(parts) = trigger else { return None };
    let [only] = parts.as_slice() else { return None };
    only.as_str().chars().nth(1).is_none().then_some(only)
}

fn too_short(word: &Normalized) -> Problem {
    Problem::warning("single-character", format!("触发词「{word}」只有一个字，会抢走很多别的来信。"))
        .remedy(format!("请写长一点；只想对整句「{word}」回复，就写 \"={word}\"。"))
}

/// Triggers and questions that hold one of the rule's own excluded words.
fn report_excluded(rule: &Rule, origin: &Origin, mut tell: impl FnMut(Problem, Span)) {
    let excluded = |text: &str| rule.exclude.iter().find(|word| text.contains(word.as_str()));
    let mut alive = 0;
    for (trigger, at) in rule.triggers.iter().zip(&origin.triggers) {
        match texts_of(trigger).iter().find_map(|text| excluded(text.as_str())) {
            Some(word) => tell(self_excluded("触发词", &trigger.to_string(), word), *at),
            None => alive += 1,
        }
    }
    // What is not ours is not asked of this rule.
    if matches!(rule.answer, Answer::NotOurs) {
        return;
    }
    for (question, at) in rule.questions.iter().zip(&origin.questions) {
        match excluded(Normalized::new(question).as_str()) {
            Some(word) => tell(self_excluded("样例问题", question, word), *at),
            None => alive += 1,
        }
    }
    if alive == 0 && rule.on.is_empty() && !has_no_way_in(rule) {
        let problem =
            Problem::warning("never-fires", "所有触发词和样例问题都被自己的排除词挡住，这条规则不会命中。")
                .remedy("请改 exclude。");
        tell(problem, origin.rule);
    }
}

fn self_excluded(what: &str, text: &str, word: &Normalized) -> Problem {
    Problem::warning("self-excluded", format!("{what}「{text}」含有排除词「{word}」，永远不会命中。"))
        .remedy("请删掉其中一个。")
}

fn texts_of(trigger: &Trigger) -> &[Normalized] {
    match trigger {
        Trigger::Equals(text) | Trigger::Starts(text) => std::slice::from_ref(text),
        Trigger::Contains(parts) => parts,
        Trigger::Pattern(_) => &[],
    }
}

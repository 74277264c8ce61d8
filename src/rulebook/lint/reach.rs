//! Can a rule fire at all, and does it fire too easily?

use super::super::file::{KindEntry, RuleEntry};
use super::super::rule::{Rule, Trigger};
use super::super::trigger::TriggerEntry;
use super::{Problem, Seen};
use crate::text::Normalized;

pub fn report(seen: &Seen<'_>, rule: &Rule, entry: &RuleEntry, problems: &mut Vec<Problem>) {
    let at = entry.id.as_ref().map_or(entry.span, |id| id.span);
    if let Some(last) = rule.valid.until.filter(|last| *last < seen.today) {
        let problem = Problem::warning("expired", format!("这条规则到 {last} 为止，已经过期，不会再命中。"))
            .remedy("请改 until，或删掉这条规则。");
        problems.push(seen.locate(problem, entry, at));
    }
    if has_no_way_in(rule) {
        let problem =
            Problem::note("no-trigger", "没有触发词、样例问题，也没有 on，只能从别的回复里点进来。")
                .remedy("请写 triggers 或 questions。");
        problems.push(seen.locate(problem, entry, at));
    }
    for (trigger, written) in rule.triggers.iter().zip(&entry.triggers) {
        report_single_character(seen, entry, trigger, written, problems);
    }
    if !rule.exclude.is_empty() {
        report_excluded(seen, rule, entry, problems);
    }
    report_empty_questions(seen, entry, problems);
}

fn has_no_way_in(rule: &Rule) -> bool {
    rule.triggers.is_empty() && rule.questions.is_empty() && rule.on.is_empty()
}

fn report_single_character(
    seen: &Seen<'_>,
    entry: &RuleEntry,
    trigger: &Trigger,
    written: &TriggerEntry,
    problems: &mut Vec<Problem>,
) {
    let Trigger::Contains(parts) = trigger else { return };
    let [only] = parts.as_slice() else { return };
    if only.as_str().chars().nth(1).is_some() {
        return;
    }
    let word = &written.written.text;
    let problem =
        Problem::warning("single-character", format!("触发词「{word}」只有一个字，会抢走很多别的来信。"))
            .remedy(format!("请写长一点；只想对整句「{word}」回复，就写 \"={word}\"。"));
    problems.push(seen.locate(problem, entry, written.written.span));
}

/// A trigger that holds one of the rule's own excluded words.
fn report_excluded(seen: &Seen<'_>, rule: &Rule, entry: &RuleEntry, problems: &mut Vec<Problem>) {
    let excluded = |text: &str| rule.exclude.iter().find(|word| text.contains(word.as_str()));
    let mut alive = 0;
    let mut judge = |what, text: &str, at, word: Option<&Normalized>| match word {
        Some(word) => problems.push(seen.locate(self_excluded(what, text, word), entry, at)),
        None => alive += 1,
    };
    for (trigger, written) in rule.triggers.iter().zip(&entry.triggers) {
        let word = texts_of(trigger).iter().find_map(|text| excluded(text.as_str()));
        judge("触发词", &written.written.text, written.written.span, word);
    }
    for question in entry.questions.iter().filter(|_| !matches!(entry.kind(), KindEntry::NotOurs)) {
        let word = excluded(Normalized::new(&question.text).as_str());
        judge("样例问题", &question.text, question.span, word);
    }
    let all_excluded = alive == 0 && !matches!(entry.kind(), KindEntry::NotOurs);
    if all_excluded && rule.on.is_empty() && !has_no_way_in(rule) {
        let at = entry.id.as_ref().map_or(entry.span, |id| id.span);
        let problem =
            Problem::warning("never-fires", "所有触发词和样例问题都被自己的排除词挡住，这条规则不会命中。")
                .remedy("请改 exclude。");
        problems.push(seen.locate(problem, entry, at));
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

fn report_empty_questions(seen: &Seen<'_>, entry: &RuleEntry, problems: &mut Vec<Problem>) {
    for question in
        entry.questions.iter().filter(|question| !question.text.chars().any(char::is_alphanumeric))
    {
        let problem = Problem::warning("empty-question", format!("样例问题「{}」没有字。", question.text))
            .remedy("请写一句完整的话，或删掉它。");
        problems.push(seen.locate(problem, entry, question.span));
    }
}

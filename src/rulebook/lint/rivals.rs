//! Two rules that claim the same message. Linear in the number of triggers: a
//! rulebook may have a hundred thousand rules.

use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::super::file::RuleEntry;
use super::super::rule::{Occasion, Rule, Trigger};
use super::super::source::Span;
use super::{Problem, Seen, called};
use crate::text::Normalized;

/// How many rules with the same trigger are compared with each other. Beyond
/// it they belong to as many accounts, or are told as a rival of these anyway.
const MAX_COMPARED: usize = 16;

/// The rules that hold a key, by their position.
type Holders<K> = FxHashMap<K, Vec<u32>>;

pub fn report(seen: &Seen<'_>, problems: &mut Vec<Problem>) {
    let mut equals: Holders<&str> = Holders::default();
    let mut starts: Holders<&str> = Holders::default();
    let mut contains: Holders<String> = Holders::default();
    let mut occasions: Holders<&Occasion> = Holders::default();
    for (position, (rule, entry)) in (0..).zip(seen.pairs()) {
        let mut rivals = Rivals { seen, position, rule, entry, problems };
        for occasion in &rule.on {
            rivals.claim(&mut occasions, occasion, Claim::Occasion, entry.span_of_on());
        }
        for (trigger, written) in rule.triggers.iter().zip(&entry.triggers) {
            let at = written.written.span;
            match trigger {
                Trigger::Equals(text) => rivals.claim(&mut equals, text.as_str(), Claim::Equals, at),
                Trigger::Starts(text) => rivals.claim(&mut starts, text.as_str(), Claim::Starts, at),
                Trigger::Contains(parts) => {
                    let mut parts: Vec<&str> = parts.iter().map(Normalized::as_str).collect();
                    parts.sort_unstable();
                    rivals.claim(&mut contains, parts.join("+"), Claim::Contains, at);
                }
                Trigger::Pattern(_) => {}
            }
        }
    }
    report_shadowed(seen, &equals, &starts, problems);
    report_questions(seen, problems);
}

struct Rivals<'r, 'f> {
    seen: &'r Seen<'f>,
    position: u32,
    rule: &'r Rule,
    entry: &'r RuleEntry,
    problems: &'r mut Vec<Problem>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Claim {
    Equals,
    Starts,
    Contains,
    Occasion,
}

impl Rivals<'_, '_> {
    /// Notes that this rule holds `key`, and tells of the first that does too.
    fn claim<K: Hash + Eq>(&mut self, holders: &mut Holders<K>, key: K, claim: Claim, at: Span) {
        let holders = holders.entry(key).or_default();
        if holders.last() == Some(&self.position) {
            return self.problems.push(self.seen.locate(written_twice(claim), self.entry, at));
        }
        let rival = holders
            .iter()
            .filter_map(|other| rule_at(self.seen, *other))
            .find(|other| meet(self.rule, other));
        if let Some(rival) = rival {
            self.problems.push(self.seen.locate(rivalry(claim, rival), self.entry, at));
        }
        if holders.len() < MAX_COMPARED {
            holders.push(self.position);
        }
    }
}

fn rule_at<'f>(seen: &Seen<'f>, position: u32) -> Option<&'f Rule> {
    seen.rules.get(usize::try_from(position).ok()?)
}

/// Whether a message can come to both: on the same day, for the same account.
fn meet(a: &Rule, b: &Rule) -> bool {
    let accounts =
        a.accounts.is_empty() || b.accounts.is_empty() || a.accounts.iter().any(|id| b.accounts.contains(id));
    accounts && a.valid.overlaps(&b.valid)
}

fn written_twice(claim: Claim) -> Problem {
    let what = match claim {
        Claim::Equals | Claim::Starts | Claim::Contains => "这个触发词",
        Claim::Occasion => "这一项",
    };
    Problem::note("written-twice", format!("{what}在这条规则里写了两次。")).remedy("请删掉一个。")
}

fn rivalry(claim: Claim, rival: &Rule) -> Problem {
    let rival = called(rival);
    match claim {
        Claim::Equals => {
            Problem::error("duplicate-trigger", format!("{rival}也有同样的「完全等于」触发词。"))
                .remedy("一句话只能归一条规则，请删掉其中一个。")
        }
        Claim::Starts => Problem::error("duplicate-trigger", format!("{rival}也有同样的「开头是」触发词。"))
            .remedy("一句话只能归一条规则，请删掉其中一个。"),
        Claim::Occasion => Problem::error("duplicate-occasion", format!("{rival}也回复同样的事件。"))
            .remedy("一个事件只能归一条规则，请删掉其中一个。"),
        Claim::Contains => Problem::warning(
            "shared-trigger",
            format!("{rival}也有同样的「含有」触发词，会反问用户是哪一个。"),
        )
        .remedy("请留在更合适的一条里，或用加号写得更细，例如 \"费用+退\"。"),
    }
}

/// A contains or starts trigger whose own words another rule takes at once.
fn report_shadowed(
    seen: &Seen<'_>,
    equals: &Holders<&str>,
    starts: &Holders<&str>,
    problems: &mut Vec<Problem>,
) {
    for (position, (rule, entry)) in (0..).zip(seen.pairs()) {
        for (trigger, written) in rule.triggers.iter().zip(&entry.triggers) {
            let text = match trigger {
                Trigger::Contains(parts) => match parts.as_slice() {
                    [only] => only.as_str(),
                    [] | [_, _, ..] => continue,
                },
                Trigger::Starts(text) => text.as_str(),
                Trigger::Equals(_) | Trigger::Pattern(_) => continue,
            };
            let winner = |holders: &Holders<&str>, key: &str| {
                let others = holders.get(key)?.iter().filter(|other| **other != position);
                others
                    .filter_map(|other| rule_at(seen, *other))
                    .find(|other| meet(rule, other) && takes(other, text))
            };
            let at = written.written.span;
            if let Some(winner) = winner(equals, text) {
                let problem = Problem::note(
                    "shadowed",
                    format!("只发「{text}」归{}，它写的是完全等于。", called(winner)),
                )
                .remedy("本意如此就不用改。");
                problems.push(seen.locate(problem, entry, at));
            }
            if matches!(trigger, Trigger::Contains(_))
                && let Some(winner) = prefixes(text).find_map(|prefix| winner(starts, prefix))
            {
                let problem = Problem::warning(
                    "shadowed",
                    format!("以「{text}」开头的来信归{}，它写的是「开头是」。", called(winner)),
                )
                .remedy("要归这条规则，请改写成更长的「开头是」，或在那条规则里排除它。");
                problems.push(seen.locate(problem, entry, at));
            }
        }
    }
}

/// Whether `text` is not kept from `rule` by an excluded word.
fn takes(rule: &Rule, text: &str) -> bool {
    !rule.exclude.iter().any(|word| text.contains(word.as_str()))
}

fn prefixes(text: &str) -> impl Iterator<Item = &str> {
    let ends = text.char_indices().map(|(start, c)| start + c.len_utf8());
    ends.filter_map(|end| text.get(..end))
}

fn report_questions(seen: &Seen<'_>, problems: &mut Vec<Problem>) {
    let mut holders: FxHashMap<String, u32> = FxHashMap::default();
    for (position, (rule, entry)) in (0..).zip(seen.pairs()) {
        for question in &entry.questions {
            let text = question.text.trim();
            let first = *holders.entry(bare(text)).or_insert(position);
            let Some(rival) = rule_at(seen, first).filter(|rival| first != position && meet(rule, rival))
            else {
                continue;
            };
            let problem =
                Problem::warning("shared-question", format!("样例问题「{text}」在{}里也有。", called(rival)))
                    .remedy("一个问题只能教给一条规则，请删掉其中一个。");
            problems.push(seen.locate(problem, entry, question.span));
        }
    }
}

/// Without punctuation: two questions that differ in it alone are the same.
fn bare(question: &str) -> String {
    question.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl RuleEntry {
    /// `on` as a whole, for its entries need not stand in the rule's order.
    fn span_of_on(&self) -> Span {
        let first = self.rest.as_ref().and_then(|rest| rest.on.first());
        first.map_or(self.span, |written| written.span)
    }
}

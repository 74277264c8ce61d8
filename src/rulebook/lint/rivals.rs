//! Two rules that claim the same message. Linear in the number of triggers: a
//! rulebook may have a hundred thousand rules.

use std::borrow::Cow;
use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::super::rule::{Occasion, Rule, Trigger};
use super::super::source::Span;
use super::{Origin, Problem, Seen, called};
use crate::text::Normalized;

/// How many rules with the same trigger are compared with each other. Beyond
/// it they belong to as many accounts, or are told as a rival of these anyway.
const MAX_COMPARED: usize = 16;

/// Rules by what they claim.
type Holders<K> = FxHashMap<K, Claimed>;

/// Who claims a key, by position. Nearly always one rule does.
#[derive(Default)]
struct Claimed {
    first: Option<u32>,
    more: Vec<u32>,
    /// Where the last of them writes it.
    at: Span,
}

pub fn report(seen: &Seen<'_>, problems: &mut Vec<Problem>) {
    let mut equals: Holders<&str> = Holders::default();
    let mut starts: Holders<&str> = Holders::default();
    let mut contains: Holders<Cow<'_, str>> = Holders::default();
    let mut occasions: Holders<&Occasion> = Holders::default();
    for (position, (rule, origin)) in (0..).zip(seen.pairs()) {
        let mut rivals = Rivals { seen, position, rule, origin, problems };
        for (occasion, at) in rule.on.iter().zip(&origin.on) {
            rivals.claim(&mut occasions, occasion, Claim::Occasion, *at);
        }
        for (trigger, at) in rule.triggers.iter().zip(&origin.triggers) {
            match trigger {
                Trigger::Equals(text) => rivals.claim(&mut equals, text.as_str(), Claim::Equals, *at),
                Trigger::Starts(text) => rivals.claim(&mut starts, text.as_str(), Claim::Starts, *at),
                Trigger::Contains(parts) => {
                    rivals.claim(&mut contains, key_of_parts(parts), Claim::Contains, *at);
                }
                Trigger::Pattern(_) => {}
            }
        }
    }
    report_shadowed(seen, &equals, &starts, problems);
    report_questions(seen, problems);
}

/// The order of the parts does not matter.
fn key_of_parts(parts: &[Normalized]) -> Cow<'_, str> {
    if let [only] = parts {
        return Cow::Borrowed(only.as_str());
    }
    let mut parts: Vec<&str> = parts.iter().map(Normalized::as_str).collect();
    parts.sort_unstable();
    Cow::Owned(parts.join("+"))
}

struct Rivals<'r, 'f> {
    seen: &'r Seen<'f>,
    position: u32,
    rule: &'r Rule,
    origin: &'r Origin,
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
    /// Notes that this rule claims `key`, and tells of the first that does too.
    fn claim<K: Hash + Eq>(&mut self, holders: &mut Holders<K>, key: K, claim: Claim, at: Span) {
        let claimed = holders.entry(key).or_default();
        if claimed.last() == Some(self.position) {
            let spellings = [claimed.at, at].map(|at| self.seen.written(self.origin, at));
            return self.problems.push(self.seen.locate(written_twice(claim, spellings), self.origin, at));
        }
        let rival = claimed
            .rules()
            .filter_map(|other| rule_at(self.seen, other))
            .find(|other| meet(self.rule, other));
        if let Some(rival) = rival {
            self.problems.push(self.seen.locate(rivalry(claim, rival), self.origin, at));
        }
        claimed.push(self.position, at);
    }
}

impl Claimed {
    fn rules(&self) -> impl Iterator<Item = u32> {
        self.first.into_iter().chain(self.more.iter().copied())
    }

    fn last(&self) -> Option<u32> {
        self.more.last().copied().or(self.first)
    }

    fn push(&mut self, position: u32, at: Span) {
        self.at = at;
        if self.first.is_none() {
            self.first = Some(position);
        } else if self.more.len() < MAX_COMPARED {
            self.more.push(position);
        }
    }
}

fn rule_at<'f>(seen: &Seen<'f>, position: u32) -> Option<&'f Rule> {
    seen.rules.get(usize::try_from(position).ok()?)
}

/// Whether a message can come to both: on the same day, for the same account.
pub(super) fn meet(a: &Rule, b: &Rule) -> bool {
    let accounts =
        a.accounts.is_empty() || b.accounts.is_empty() || a.accounts.iter().any(|id| b.accounts.contains(id));
    accounts && a.valid.overlaps(&b.valid)
}

/// The spellings are as the file has them.
fn written_twice(claim: Claim, [first, again]: [&str; 2]) -> Problem {
    let what = match claim {
        Claim::Equals | Claim::Starts | Claim::Contains => "触发词",
        Claim::Occasion => "on 里的",
    };
    let cause = match first == again {
        true => format!("{what}「{again}」写了两次。"),
        false => format!(
            "{what}「{again}」和「{first}」是同一个：大小写、标点、繁简和常见的别称，都当成一种写法。"
        ),
    };
    Problem::note("written-twice", cause).remedy("请删掉一个。")
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
    for (position, (rule, origin)) in (0..).zip(seen.pairs()) {
        for (trigger, at) in rule.triggers.iter().zip(&origin.triggers) {
            let Some(text) = single_text(trigger) else { continue };
            let winner = |holders: &Holders<&str>, key: &str| {
                let others = holders.get(key)?.rules().filter(|other| *other != position);
                let mut others = others.filter_map(|other| rule_at(seen, other));
                others.find(|other| meet(rule, other) && takes(other, text))
            };
            if let Some(winner) = winner(equals, text) {
                problems.push(seen.locate(shadowed_whole(text, winner), origin, *at));
            }
            // Among triggers that both start a message, the longer one wins.
            if matches!(trigger, Trigger::Contains(_))
                && let Some(winner) = prefixes(text).find_map(|prefix| winner(starts, prefix))
            {
                problems.push(seen.locate(shadowed_start(text, winner), origin, *at));
            }
        }
    }
}

pub(super) fn single_text(trigger: &Trigger) -> Option<&str> {
    match trigger {
        Trigger::Contains(parts) => match parts.as_slice() {
            [only] => Some(only.as_str()),
            [] | [_, _, ..] => None,
        },
        Trigger::Starts(text) => Some(text.as_str()),
        Trigger::Equals(_) | Trigger::Pattern(_) => None,
    }
}

fn shadowed_whole(text: &str, winner: &Rule) -> Problem {
    let winner = called(winner);
    Problem::note("shadowed", format!("只发「{text}」时归{winner}，它写的是完全等于。"))
        .remedy("本意如此就不用改。")
}

fn shadowed_start(text: &str, winner: &Rule) -> Problem {
    let winner = called(winner);
    Problem::warning("shadowed", format!("以「{text}」开头的来信归{winner}，它写的是「开头是」。"))
        .remedy("要归这条规则，请改写成更长的「开头是」，或在那条规则里排除它。")
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
    let mut first_with: FxHashMap<String, u32> = FxHashMap::default();
    for (position, (rule, origin)) in (0..).zip(seen.pairs()) {
        for (question, at) in rule.questions.iter().zip(&origin.questions) {
            let first = *first_with.entry(bare(question)).or_insert(position);
            let rival = rule_at(seen, first).filter(|rival| first != position && meet(rule, rival));
            if let Some(rival) = rival {
                let rival = called(rival);
                let problem =
                    Problem::warning("shared-question", format!("样例问题「{question}」在{rival}里也有。"))
                        .remedy("一个问题只能教给一条规则，请删掉其中一个。");
                problems.push(seen.locate(problem, origin, *at));
            }
        }
    }
}

/// Without punctuation: two questions that differ in it alone are the same.
fn bare(question: &str) -> String {
    question.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

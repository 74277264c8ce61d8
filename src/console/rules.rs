//! 回复规则: all rules of a member's draft, to be found by words, state and
//! group. `editor` is one of them; `effect` what it would change for real
//! messages; `shelf` what a draft holds; `figures` what is counted beside it. Not here: files and their syntax (rulebook::edit).

mod clash;
mod editor;
mod effect;
mod entered;
mod figures;
mod live;
mod overtaken;
mod page;
mod preview;
mod refusal;
mod rivals;
mod saving;
mod sayings;
mod shelf;
mod undoing;

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use self::editor::Desk;
use self::figures::Figures;
use self::shelf::Kept;
use super::failure::PageError;
use super::form::{Choice, Field};
use super::frame::{Frame, show as show_page};
use super::pager::{PER_PAGE, Pager};
use super::told::Told;
use super::visit::{Visit, in_address};
use super::words::{Sentence, Words};
use crate::model::{Right, Role};
use crate::rulebook::edit::{WrittenRule, trigger_mode};
use crate::rulebook::{Problem, Rulebook, Severity};
use crate::text::Normalized;

pub(super) use self::editor::{ask_delete, delete, make, preview, show as show_one, show_new, take, undo};
pub(super) use self::figures::FigureCache;
pub(super) use self::live::{publish, switch};
pub(super) use self::shelf::Shelves;

/// Triggers that a row shows; the rest is counted.
const MOST_SHOWN: usize = 3;
/// Of a reply; three lines of a row hold fewer.
const MOST_CHARACTERS: usize = 120;
/// Files that cannot be read and are named one by one.
const MOST_UNREADABLE: usize = 20;
const STATES: [&str; 7] = ["", "on", "off", "expired", "later", "draft", "problem"];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    state: String,
    group: String,
    page: Option<i64>,
}

#[derive(Template)]
#[template(path = "console/pages/rules.html")]
struct RulesPage {
    frame: Frame,
    rows: Vec<Row>,
    search: Field,
    state: Field,
    states: Vec<Choice>,
    group: Field,
    groups: Vec<Choice>,
    total: usize,
    with_problems: usize,
    is_filtered: bool,
    /// There is no rule at all.
    is_empty: bool,
    /// Files that cannot be read, with the first that is wrong in each.
    unreadable: Vec<Told>,
    may_edit: bool,
    pager: Pager,
}

struct Row {
    address: String,
    name: String,
    /// A tone and a word.
    badges: Vec<(&'static str, Sentence<'static>)>,
    group: Option<String>,
    triggers: String,
    reply: String,
    hits: u64,
    changed: String,
}

pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    let desk = Desk::open(&visit).await?;
    let figures = Figures::load(&visit).await?;
    let list = List::of(&visit, &desk, &asked);
    let t = visit.caller.t;
    let total = list.found.len();
    let pager = Pager::new(
        asked.page,
        i64::try_from(total).unwrap_or(i64::MAX),
        "/console/rules",
        &[("q", &asked.q), ("state", &asked.state), ("group", &asked.group)],
    );
    let live = visit.console.live.load_full();
    let skipped = usize::try_from(pager.skipped()).unwrap_or(0);
    let shown = list.found.iter().skip(skipped).take(usize::try_from(PER_PAGE).unwrap_or(50));
    show_page(&RulesPage {
        frame: visit.frame("rules"),
        rows: shown.map(|kept| list.row(kept, &figures, &live.rulebook, t)).collect(),
        states: STATES.iter().map(|state| Choice::new(*state, t.say(word_of(state)))).collect(),
        groups: groups(&desk, t),
        with_problems: list.worst.len(),
        is_filtered: !(asked.q.is_empty() && asked.state.is_empty() && asked.group.is_empty()),
        is_empty: desk.shelf.rules.is_empty(),
        unreadable: unreadable(&desk, visit.staff.role),
        may_edit: visit.staff.role.may(Right::Edit),
        search: Field::of(asked.q.as_str()),
        state: Field::of(asked.state.as_str()),
        group: Field::of(asked.group.as_str()),
        total,
        pager,
    })
}

/// The first problem of each file from which no rule can be read.
fn unreadable(desk: &Desk, reader: Role) -> Vec<Told> {
    let mut files = BTreeSet::new();
    let first = desk.shelf.unreadable().filter(|problem| files.insert(problem.file.as_str()));
    first.take(MOST_UNREADABLE).map(|problem| Told::of(problem, &[], reader)).collect()
}

/// The page of a rule.
fn address_of(id: &str) -> String {
    format!("/console/rules/{}", in_address(id))
}

fn told(problem: &Problem) -> String {
    format!("{}:{} {} {}", problem.file, problem.line, problem.cause, problem.remedy)
}

fn word_of(state: &str) -> &'static str {
    match state {
        "on" => "rules.state_on",
        "off" => "rules.state_off",
        "expired" => "rules.state_expired",
        "later" => "rules.state_later",
        "draft" => "rules.state_draft",
        "problem" => "rules.state_problem",
        _ => "rules.state_all",
    }
}

fn groups(desk: &Desk, t: &'static Words) -> Vec<Choice> {
    let known: BTreeSet<&str> = desk.shelf.rules.iter().map(|kept| kept.rule.text("group")).collect();
    let all = Choice::new("", t.say("rules.group_all"));
    let known = known.into_iter().filter(|group| !group.is_empty());
    std::iter::once(all).chain(known.map(|group| Choice::new(group, group))).collect()
}

/// The rules that were asked for, and what is known about all of them.
struct List<'d> {
    desk: &'d Desk,
    today: Date,
    found: Vec<&'d Kept>,
    /// The worst problem of each rule that has one.
    worst: std::collections::HashMap<&'d str, Severity>,
}

impl<'d> List<'d> {
    fn of(visit: &Visit, desk: &'d Desk, asked: &Asked) -> Self {
        let today = shelf::surroundings(&visit.console).today;
        let rules = desk.shelf.rules.iter();
        let worst = desk
            .shelf
            .worst()
            .filter_map(|(at, worst)| Some((desk.shelf.rules.get(at)?.rule.text("id"), worst)));
        let mut list = Self { desk, today, found: Vec::new(), worst: worst.collect() };
        let words: Vec<Normalized> = asked.q.split_whitespace().map(Normalized::new).collect();
        list.found = rules
            .filter(|kept| asked.group.is_empty() || kept.rule.text("group") == asked.group)
            .filter(|kept| list.is_in(kept, &asked.state))
            .filter(|kept| words.iter().all(|word| holds(&kept.rule, word)))
            .collect();
        list
    }

    fn is_in(&self, kept: &Kept, state: &str) -> bool {
        let rule = &kept.rule;
        match state {
            "on" => rule.is_enabled() && !self.is_expired(rule) && !self.is_later(rule),
            "off" => !rule.is_enabled(),
            "expired" => self.is_expired(rule),
            "later" => self.is_later(rule),
            "draft" => self.is_drafted(kept),
            "problem" => self.worst.contains_key(rule.text("id")),
            _ => true,
        }
    }

    fn is_expired(&self, rule: &WrittenRule) -> bool {
        rule.text("until").parse().is_ok_and(|until: Date| until < self.today)
    }

    fn is_later(&self, rule: &WrittenRule) -> bool {
        rule.text("from").parse().is_ok_and(|from: Date| from > self.today)
    }

    /// Of a table, the rows that changed and no others.
    fn is_drafted(&self, kept: &Kept) -> bool {
        self.desk.draft.changes().contains_key(&*kept.path)
            && self.desk.shelf.is_new(kept, self.desk.draft.live().get(&kept.path))
    }

    fn row(&self, kept: &Kept, figures: &Figures, live: &Rulebook, t: &'static Words) -> Row {
        let rule = &kept.rule;
        let id = rule.text("id");
        Row {
            address: address_of(id),
            name: rule.text("name").to_owned(),
            badges: self.badges(kept, t),
            group: Some(rule.text("group").to_owned()).filter(|group| !group.is_empty()),
            triggers: triggers(rule, t),
            reply: reply(rule, live, t),
            hits: figures.hits(id),
            changed: figures.changed(&kept.path),
        }
    }

    fn badges(&self, kept: &Kept, t: &'static Words) -> Vec<(&'static str, Sentence<'static>)> {
        let worst = self.worst.get(kept.rule.text("id"));
        let known = [
            (self.is_drafted(kept), "warning", "rules.drafted"),
            (!kept.rule.is_enabled(), "plain", "rules.state_off"),
            (self.is_expired(&kept.rule), "plain", "rules.state_expired"),
            (self.is_later(&kept.rule), "plain", "rules.state_later"),
            (worst == Some(&Severity::Error), "error", "rules.has_errors"),
            (worst == Some(&Severity::Warning), "warning", "rules.has_warnings"),
        ];
        let shown = known.into_iter().filter(|(holds, ..)| *holds);
        shown.map(|(_, tone, key)| (tone, t.say(key).owned())).collect()
    }
}

/// A word of the search, wherever the rule says it.
fn holds(rule: &WrittenRule, word: &Normalized) -> bool {
    let says = |text: &str| Normalized::new(text).as_str().contains(word.as_str());
    ["id", "name", "label", "group", "owner", "note"].iter().any(|key| says(rule.text(key)))
        || ["triggers", "questions"].iter().any(|key| rule.list(key).iter().any(|text| says(text)))
        || rule.reply.texts().any(says)
}

fn triggers(rule: &WrittenRule, t: &'static Words) -> String {
    let all = rule.list("triggers");
    let shown: Vec<String> = all.iter().take(MOST_SHOWN).map(|written| trigger_mode(written).1).collect();
    let rest = all.len().saturating_sub(MOST_SHOWN);
    let more =
        if rest > 0 { format!("，{}", t.say("rules.more_triggers").with("n", rest)) } else { String::new() };
    shown.join("、") + &more
}

/// The beginning of what it says, as far as it is known, or its kind.
fn reply(rule: &WrittenRule, live: &Rulebook, t: &'static Words) -> String {
    match rule.reply.texts().next() {
        Some(text) => live.fill_in_lasting(&without_links(text)).chars().take(MOST_CHARACTERS).collect(),
        None => t
            .find(&format!("rules.kind_of.{}", rule.kind()))
            .map_or_else(String::new, |word| word.to_string()),
    }
}

/// `[联系顾问](rule:contact)` as its label.
fn without_links(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, link)) = rest.split_once("](") {
        let label = before.rfind('[').and_then(|at| Some((before.get(..at)?, before.get(at + 1..)?)));
        match (label, link.split_once(')')) {
            (Some((before, label)), Some((_, after))) => {
                shown.push_str(before);
                shown.push_str(label);
                rest = after;
            }
            (_, _) => {
                shown.push_str(before);
                shown.push_str("](");
                rest = link;
            }
        }
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_shows_the_labels_of_links() {
        let cases = [
            ("问[顾问](rule:contact)或[填表](form:enquiry)。", "问顾问或填表。"),
            ("没有链接", "没有链接"),
            ("[没有完](rule:a", "[没有完](rule:a"),
            ("](a)[b](c)", "](a)b"),
        ];
        for (written, shown) in cases {
            assert_eq!(without_links(written), shown);
        }
    }
}

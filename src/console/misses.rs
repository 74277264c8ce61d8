//! 未命中: what we could not answer, alike questions together, counted by
//! people (`groups`): make a rule of it, add it to one (`into_rule`), or ignore it
//! (`deeds`). What a later version answers is shown apart at
//! once, and closed by jobs::misses.

mod deeds;
mod groups;
mod into_rule;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;

use super::failure::PageError;
use super::form::{Choice, Field};
use super::frame::{Frame, show as show_page};
use super::names::Names;
use super::served::Served;
use super::tab::Tab;
use super::visit::{Visit, address, in_address};
use super::when;
use super::words::{Sentence, Words};
use crate::answer::misses::Cluster;
use crate::model::Right;
use crate::spreadsheet::WeekNames as _;
use crate::store::Miss;

pub(super) use deeds::{ignore, reopen};
pub(super) use groups::Kept;
pub(super) use into_rule::add;

use groups::{Grouped, load};

const PATH: &str = "/console/misses";
/// Whoever comes this far down has better things to do first.
const MOST_SHOWN: usize = 50;
/// Sample questions that go along to a new rule.
const MOST_QUESTIONS: usize = 5;
/// Messages of a cluster that are named one by one.
const MOST_NAMED: usize = 8;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// `grudging`, `ignored`; else what no rule answered.
    list: String,
    /// 7 or 30.
    days: String,
    account: String,
}

#[derive(Template)]
#[template(path = "console/pages/misses.html")]
struct MissesPage {
    frame: Frame,
    tabs: Vec<Tab>,
    list: String,
    days: Field,
    spans: Vec<Choice>,
    clusters: Vec<Row>,
    more: usize,
    answered: Vec<Done>,
    needless: Vec<Row>,
    /// That options may still be tapped.
    still_tapping: Option<Sentence<'static>>,
    none: Sentence<'static>,
    may_edit: bool,
    is_ignored: bool,
    account: Field,
    accounts: Vec<Choice>,
    /// What the addresses of forms end with.
    query: String,
    until: i64,
}

struct Row {
    /// One message of it.
    id: String,
    wordings: Vec<String>,
    times: usize,
    people: usize,
    last: String,
    nearest: Option<Nearest>,
    make: String,
    add: String,
    messages: Vec<Line>,
}

/// What the live version answers by now.
struct Done {
    row: Row,
    by: String,
    rule: String,
}

struct Nearest {
    name: String,
    address: String,
}

struct Line {
    at: String,
    text: String,
    /// None for whoever does not work with customers: the wording is enough.
    chat: Option<String>,
}

pub(super) async fn show(
    visit: Visit,
    served: Served,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let t = visit.caller.t;
    let grouped = load(&visit, &served, &asked).await?;
    let names = Names::load(&visit).await?;
    let row = |cluster: &Cluster| Row::of(cluster, &grouped, &names, &visit, &served);
    let answered = grouped.answered.iter().take(MOST_SHOWN).map(|(cluster, rule)| Done {
        row: row(cluster),
        by: names.rule(rule),
        rule: format!("/console/rules/{rule}"),
    });
    let tapping = grouped.still_tapping;
    show_page(&MissesPage {
        frame: visit.frame("misses"),
        tabs: tabs(&asked, &served, grouped.clusters.len(), t),
        clusters: grouped.clusters.iter().take(MOST_SHOWN).map(row).collect(),
        answered: answered.collect(),
        needless: grouped.needless.iter().take(MOST_SHOWN).map(row).collect(),
        still_tapping: (tapping > 0).then(|| t.say("misses.still_tapping").owned().with("n", tapping)),
        more: grouped.clusters.len().saturating_sub(MOST_SHOWN),
        none: t.say(asked.none()).owned(),
        may_edit: visit.staff.role.may(Right::Edit),
        is_ignored: asked.list == "ignored",
        account: served.field(),
        accounts: served.choices.clone(),
        query: served.deed(&address("", &[("list", &asked.list), ("days", &asked.days)])),
        until: visit.now().as_millisecond(),
        days: Field::of(asked.days()),
        spans: ["7", "30"].map(|days| Choice::new(days, t.say("misses.days").with("n", days))).into(),
        list: asked.list,
    })
}

fn tabs(asked: &Asked, served: &Served, count: usize, t: &'static Words) -> Vec<Tab> {
    let tab = |list: &'static str, name: Sentence<'_>| {
        let is_here = asked.list == list;
        Tab {
            name: name.into(),
            count: is_here.then(|| u64::try_from(count).unwrap_or(u64::MAX)),
            address: address(PATH, &[("list", list), ("days", &asked.days), ("account", served.asked())]),
            is_here,
        }
    };
    vec![
        tab("", t.say("misses.missed")),
        tab("grudging", t.say("misses.grudging")),
        tab("ignored", t.say("misses.ignored")),
    ]
}

impl Asked {
    fn days(&self) -> &str {
        if self.days == "30" { "30" } else { "7" }
    }

    fn pairs<'a>(&'a self, served: &'a Served) -> [(&'static str, &'a str); 3] {
        [("list", &self.list), ("days", &self.days), ("account", served.asked())]
    }

    fn none(&self) -> &'static str {
        match (self.list.as_str(), self.days()) {
            ("grudging", _) => "misses.none_grudging",
            ("ignored", _) => "misses.none_ignored",
            (_, "30") => "misses.none_month",
            (_, _) => "misses.none_week",
        }
    }
}

impl Row {
    fn of(cluster: &Cluster, grouped: &Grouped, names: &Names, visit: &Visit, served: &Served) -> Self {
        let members = grouped.members(cluster);
        let last = members.iter().max_by_key(|miss| miss.at);
        let questions: Vec<&str> = cluster.wordings.iter().take(MOST_QUESTIONS).map(String::as_str).collect();
        let questions = questions.join("\n");
        let nearest = last.and_then(|miss| miss.rule.as_ref().or_else(|| Some(&miss.nearest.first()?.0)));
        Self {
            id: last.map(|miss| miss.message.to_string()).unwrap_or_default(),
            wordings: cluster.wordings.clone(),
            times: members.len(),
            people: cluster.people,
            last: last.map(|miss| when::minute(&visit.console, miss.at)).unwrap_or_default(),
            nearest: nearest.map(|rule| Nearest {
                name: names.rule(rule),
                address: into_rule::add_to_rule(rule, &questions),
            }),
            make: into_rule::make_rule(&questions),
            add: into_rule::add_to_any(&questions),
            messages: members.iter().take(MOST_NAMED).map(|miss| Line::of(miss, visit, served)).collect(),
        }
    }
}

impl Line {
    fn of(miss: &Miss, visit: &Visit, served: &Served) -> Self {
        let chat = format!("/console/chats/{}", in_address(miss.whose.as_str()));
        let chat = visit.staff.role.may(Right::Serve).then(|| served.link(&chat));
        Self { at: when::minute(&visit.console, miss.at), text: miss.text.clone(), chat }
    }
}

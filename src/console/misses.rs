//! 未命中: what we could not answer, alike questions together, counted by
//! people: make a rule of it, add it to one, or ignore it. What a later version
//! answers disappears by itself (jobs::misses). Not here: what is alike
//! (answer::misses).

use std::sync::Arc;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::failure::PageError;
use super::form::{Choice, Field};
use super::frame::{Frame, show as show_page};
use super::names::Names;
use super::served::Served;
use super::tab::Tab;
use super::visit::{Sent, Visit, address, go, in_address};
use super::words::{Sentence, Words};
use super::{kept, when};
use crate::answer::misses::{Cluster, Missed, cluster};
use crate::model::{AccountId, DeliveryKey, Right, RuleId};
use crate::spreadsheet::WeekNames as _;
use crate::store::{Closing, Miss};

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

/// A cluster is named by one of its messages: what has come since is not meant.
#[derive(Debug, Deserialize)]
pub(super) struct Chosen {
    message: String,
    until: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Adding {
    /// Empty: still to be chosen.
    rule: String,
    questions: String,
}

#[derive(Template)]
#[template(path = "console/pages/misses_add.html")]
struct AddPage {
    frame: Frame,
    questions: String,
    rule: Field,
    rules: Vec<Choice>,
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

/// By account, list and days.
pub(super) type Kept = kept::Kept<(AccountId, String, String), Grouped>;

/// Messages of a list, grouped.
#[derive(Debug)]
pub(super) struct Grouped {
    misses: Vec<Miss>,
    clusters: Vec<Cluster>,
}

pub(super) async fn show(
    visit: Visit,
    served: Served,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let t = visit.caller.t;
    let grouped = load(&visit, &served, &asked).await?;
    let names = Names::load(&visit).await?;
    let rows = grouped.clusters.iter().take(MOST_SHOWN);
    show_page(&MissesPage {
        frame: visit.frame("misses"),
        tabs: tabs(&asked, &served, grouped.clusters.len(), t),
        clusters: rows.map(|cluster| Row::of(cluster, &grouped.misses, &names, &visit, &served)).collect(),
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

pub(super) async fn ignore(
    visit: Visit,
    served: Served,
    Query(asked): Query<Asked>,
    Sent(chosen): Sent<Chosen>,
) -> Result<Response, PageError> {
    let messages = find(&visit, &served, &asked, &chosen).await?;
    visit.console.store.close_misses(served.id(), &messages, &Closing::Ignored, &visit.act()).await?;
    visit.console.grouped.forget();
    Ok(visit.done(&address(PATH, &asked.pairs(&served)), "misses.ignored_done"))
}

pub(super) async fn reopen(
    visit: Visit,
    served: Served,
    Query(asked): Query<Asked>,
    Sent(chosen): Sent<Chosen>,
) -> Result<Response, PageError> {
    let messages = find(&visit, &served, &asked, &chosen).await?;
    visit.console.store.reopen_misses(served.id(), &messages).await?;
    visit.console.grouped.forget();
    Ok(visit.done(&address(PATH, &asked.pairs(&served)), "misses.reopened_done"))
}

/// 并入: which rule, then on to its editor.
pub(super) async fn add(visit: Visit, Query(adding): Query<Adding>) -> Result<Response, PageError> {
    if let Ok(rule) = RuleId::parse(&adding.rule) {
        return Ok(go(&add_to_rule(&rule, &adding.questions)));
    }
    let edition = visit.console.live.load_full();
    let rules = edition.rulebook.rules.iter();
    show_page(&AddPage {
        frame: visit.frame("misses"),
        questions: adding.questions,
        rule: Field::default(),
        rules: rules.map(|rule| Choice::new(rule.id.as_str(), &*rule.name)).collect(),
    })
}

/// The rule editor, with sample questions a line each.
fn make_rule(questions: &str) -> String {
    format!("/console/rules/new?questions={}", in_address(questions))
}

fn add_to_rule(rule: &RuleId, questions: &str) -> String {
    format!("/console/rules/{rule}?add={}", in_address(questions))
}

async fn find(
    visit: &Visit,
    served: &Served,
    asked: &Asked,
    chosen: &Chosen,
) -> Result<Vec<DeliveryKey>, PageError> {
    let grouped = load(visit, served, asked).await?;
    let Grouped { misses, clusters } = &*grouped;
    let until = Timestamp::from_millisecond(chosen.until).map_err(|_| PageError::Unreadable)?;
    let members = |cluster: &Cluster| -> Vec<&Miss> {
        cluster.messages.iter().filter_map(|at| misses.get(*at)).collect()
    };
    let is_meant = |members: &Vec<&Miss>| members.iter().any(|miss| miss.message.as_str() == chosen.message);
    let found = clusters.iter().map(members).find(is_meant).unwrap_or_default();
    Ok(found.into_iter().filter(|miss| miss.at <= until).map(|miss| miss.message.clone()).collect())
}

async fn load(visit: &Visit, served: &Served, asked: &Asked) -> Result<Arc<Grouped>, PageError> {
    let (store, now) = (&visit.console.store, visit.now());
    let key = (served.id().clone(), asked.list.clone(), asked.days().to_owned());
    if let Some((grouped, _)) = visit.console.grouped.find(&key, now) {
        return Ok(grouped);
    }
    let days = asked.days().parse().unwrap_or(7);
    let since = now.checked_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN);
    // What came in this very moment counts too.
    let until = now.checked_add(SignedDuration::from_secs(1)).unwrap_or(now);
    let misses = match asked.list.as_str() {
        "grudging" => store.list_grudging(served.id(), since, until, now).await?,
        "ignored" => store.list_ignored(served.id(), since).await?,
        _ => store.list_missed(served.id(), since, until).await?,
    };
    let grouping = move || {
        let clusters = group(&misses);
        Grouped { misses, clusters }
    };
    // Thousands of messages take a moment: not on a thread that answers.
    let grouped = tokio::task::spawn_blocking(grouping).await;
    let grouped = grouped.map_err(|failure| PageError::Broken(failure.to_string().into()))?;
    Ok(visit.console.grouped.keep(key, grouped, now))
}

fn group(misses: &[Miss]) -> Vec<Cluster> {
    let missed: Vec<Missed<'_>> =
        misses.iter().map(|miss| Missed { text: &miss.text, whose: miss.whose.as_str() }).collect();
    cluster(&missed)
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
    fn of(cluster: &Cluster, misses: &[Miss], names: &Names, visit: &Visit, served: &Served) -> Self {
        let members: Vec<&Miss> = cluster.messages.iter().filter_map(|at| misses.get(*at)).collect();
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
            nearest: nearest
                .map(|rule| Nearest { name: names.rule(rule), address: add_to_rule(rule, &questions) }),
            make: make_rule(&questions),
            add: address("/console/misses/add", &[("questions", &questions)]),
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

//! 线索: who asked to be called back, how far we are with each, and the list as
//! a file for the weekly meeting. Not here: one of them (lead).

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Deserialize;

use super::failure::PageError;
use super::form::{Choice, Field};
use super::frame::{Frame, show as show_page};
use super::names::Names;
use super::pager::Pager;
use super::served::Served;
use super::sheet::{self, Kind};
use super::tab::Tab;
use super::visit::{Visit, address};
use super::when;
use super::words::{Sentence, Words};
use crate::model::lead::{AnswerKind, Source};
use crate::model::{LeadStatus, Right};
use crate::spreadsheet::{self, LeadNames as _};
use crate::store::{DueBy, Lead, LeadCounts, LeadFilter, LeadOrder, LeadOwner, OperationKind};

const PATH: &str = "/console/leads";
/// Whose owner is nobody yet.
const NOBODY: &str = "-";
/// Between the two columns of a source.
const SOURCE_SIGN: char = ':';

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    status: String,
    owner: String,
    source: String,
    /// `today`: what is to be followed up by then.
    due: String,
    from: String,
    until: String,
    page: Option<i64>,
}

#[derive(Template)]
#[template(path = "console/pages/leads.html")]
struct LeadsPage {
    frame: Frame,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    q: Field,
    owner: Field,
    owners: Vec<Choice>,
    source: Field,
    sources: Vec<Choice>,
    due: Field,
    dues: Vec<Choice>,
    account: Field,
    accounts: Vec<Choice>,
    status: String,
    is_filtered: bool,
    /// There is nothing yet at all.
    is_first_use: bool,
    clear: String,
    /// None for whoever may not take whole numbers out.
    export: Option<String>,
    pager: Pager,
}

struct Row {
    number: String,
    address: String,
    unit: String,
    people: String,
    wanted: String,
    phone: String,
    status: String,
    tone: &'static str,
    owner: String,
    due: Option<Due>,
    source: String,
    at: String,
}

/// When it is to be followed up, in the words of today.
pub(super) struct Due {
    pub words: Sentence<'static>,
    pub tone: &'static str,
}

pub(super) async fn show(
    visit: Visit,
    served: Served,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let (store, t) = (&visit.console.store, visit.caller.t);
    let names = Names::load(&visit).await?;
    let counts = store.count_leads(served.id()).await?;
    let filter = asked.filter(&visit);
    let pairs = asked.pairs(&served);
    let found = store.list_leads(served.id(), &filter, zero_based(asked.page)).await?;
    let total = i64::try_from(found.total).unwrap_or(i64::MAX);
    let pager = Pager::new(asked.page, total, PATH, &pairs);
    let leads = match found.leads.is_empty() && total > 0 {
        true => store.list_leads(served.id(), &filter, zero_based(Some(pager.page))).await?.leads,
        false => found.leads,
    };
    let sources = store.list_lead_sources(served.id()).await?;
    let may_export = visit.staff.role.may(Right::Serve);
    show_page(&LeadsPage {
        frame: visit.frame("leads"),
        tabs: tabs(&asked, &served, &counts, t),
        rows: leads.iter().map(|lead| Row::of(lead, &names, &visit, &served)).collect(),
        owners: owners(&names, t),
        sources: all_and(t, sources.iter().map(|source| Choice::new(word(source), names.source(source)))),
        dues: vec![Choice::new("", t.say("leads.due_any")), Choice::new("today", t.say("leads.due_today"))],
        account: served.field(),
        accounts: served.choices.clone(),
        is_filtered: asked.is_filtered(),
        is_first_use: counts.total() == 0,
        clear: served.link(PATH),
        export: may_export.then(|| address("/console/leads/export", &pairs)),
        status: asked.status,
        q: Field::of(asked.q),
        owner: Field::of(asked.owner),
        source: Field::of(asked.source),
        due: Field::of(asked.due),
        pager,
    })
}

/// Whole numbers leave: it is written down first, here and beside the leads.
pub(super) async fn export(
    visit: Visit,
    served: Served,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let names = Names::load(&visit).await?;
    let filter = asked.filter(&visit);
    let told = address("", &asked.told(&served));
    visit.console.store.note_operation(&visit.does(OperationKind::LeadsExported, &told)).await?;
    let leads = visit.console.store.export_leads(served.id(), &filter, &visit.act()).await?;
    let edition = visit.console.live.load_full();
    let make = move || vec![spreadsheet::leads(&leads, &names, edition.rulebook.settings.hours.zone())];
    sheet::book("yingda-leads", Kind::Xlsx, make).await
}

fn zero_based(page: Option<i64>) -> u32 {
    u32::try_from(page.unwrap_or(1) - 1).unwrap_or(0)
}

fn tabs(asked: &Asked, served: &Served, counts: &LeadCounts, t: &'static Words) -> Vec<Tab> {
    let tab = |word: &'static str, name: String, count: u64| {
        let pairs =
            asked.pairs(served).map(|(key, value)| if key == "status" { (key, word) } else { (key, value) });
        Tab { name, count: Some(count), address: address(PATH, &pairs), is_here: asked.status == word }
    };
    let of_status = |status: LeadStatus| tab(status.as_str(), status_word(status, t), counts.of(status));
    let all = tab("", t.say("leads.all").into(), counts.total());
    std::iter::once(all).chain(LeadStatus::ALL.into_iter().map(of_status)).collect()
}

fn owners(names: &Names, t: &'static Words) -> Vec<Choice> {
    let nobody = Choice::new(NOBODY, t.say("leads.nobody"));
    all_and(t, std::iter::once(nobody).chain(names.active_staff()))
}

fn all_and(t: &'static Words, choices: impl Iterator<Item = Choice>) -> Vec<Choice> {
    std::iter::once(Choice::new("", t.say("leads.all"))).chain(choices).collect()
}

/// A source as a value in an address.
fn word(source: &Source) -> String {
    let (kind, key) = source.parts();
    format!("{kind}{SOURCE_SIGN}{key}")
}

pub(super) fn status_word(status: LeadStatus, t: &'static Words) -> String {
    t.say(&format!("{}.{}", "leads.status", status.as_str())).into()
}

pub(super) fn tone_of(status: LeadStatus) -> &'static str {
    match status {
        LeadStatus::New => "warning",
        LeadStatus::Confirmed | LeadStatus::Held => "success",
        LeadStatus::Contacted | LeadStatus::Proposed | LeadStatus::Lost => "plain",
    }
}

impl Asked {
    fn filter(&self, visit: &Visit) -> LeadFilter {
        let start = |day| when::start_of(&visit.console, day);
        let until = when::day(&self.until).and_then(|day| day.checked_add(1.day()).ok());
        let due = (self.due == "today").then(|| DueBy(when::today(&visit.console, visit.now())));
        LeadFilter {
            status: LeadStatus::parse(&self.status),
            owner: match self.owner.as_str() {
                "" => LeadOwner::Anybody,
                NOBODY => LeadOwner::Nobody,
                id => LeadOwner::Staff(id.to_owned()),
            },
            order: if due.is_some() { LeadOrder::Due } else { LeadOrder::Newest },
            due,
            text: Some(self.q.clone()),
            since: when::day(&self.from).map(start),
            until: until.map(start),
            source: self.source.split_once(SOURCE_SIGN).and_then(|(kind, key)| Source::from_parts(kind, key)),
        }
    }

    /// For the log, from which nothing can be erased: what was searched for may
    /// be somebody's name, so only that something was.
    fn told<'a>(&'a self, served: &'a Served) -> [(&'static str, &'a str); 8] {
        self.pairs(served).map(|(key, value)| match (key, value) {
            ("q", value) if !value.is_empty() => ("q", "given"),
            other => other,
        })
    }

    fn pairs<'a>(&'a self, served: &'a Served) -> [(&'static str, &'a str); 8] {
        [
            ("q", &self.q),
            ("status", &self.status),
            ("owner", &self.owner),
            ("source", &self.source),
            ("due", &self.due),
            ("from", &self.from),
            ("until", &self.until),
            ("account", served.asked()),
        ]
    }

    fn is_filtered(&self) -> bool {
        let filters = [&self.q, &self.status, &self.owner, &self.source, &self.due, &self.from, &self.until];
        filters.into_iter().any(|value| !value.is_empty())
    }
}

impl Row {
    fn of(lead: &Lead, names: &Names, visit: &Visit, served: &Served) -> Self {
        let t = visit.caller.t;
        let phone = lead.answers.iter().find(|answer| answer.kind == AnswerKind::Phone);
        Self {
            number: lead.number.to_string(),
            address: served.link(&format!("{PATH}/{}", lead.number)),
            unit: lead.unit.clone().unwrap_or_default(),
            people: lead.people.clone().unwrap_or_default(),
            wanted: lead.wanted.clone().unwrap_or_default(),
            phone: phone.map(|answer| answer.value.clone()).unwrap_or_default(),
            status: status_word(lead.status, t),
            tone: tone_of(lead.status),
            owner: lead.owner.as_deref().map_or_else(|| t.say("leads.nobody").into(), |id| names.staff(id)),
            due: lead.due_on.map(|day| Due::of(day, lead.status, visit)),
            source: lead.source.as_ref().map(|source| names.source(source)).unwrap_or_default(),
            at: when::minute(&visit.console, lead.handed_in_at),
        }
    }
}

impl Due {
    pub(super) fn of(day: Date, status: LeadStatus, visit: &Visit) -> Self {
        let t = visit.caller.t;
        let days = when::today(&visit.console, visit.now()).until(day).map_or(0, |span| span.get_days());
        if status.is_closed() {
            return Self { words: t.say("leads.due_on").owned().with("day", day), tone: "plain" };
        }
        match days {
            ..0 => Self { words: t.say("leads.due_late").owned().with("n", -days), tone: "error" },
            0 => Self { words: t.say("leads.due_now").owned(), tone: "warning" },
            1 => Self { words: t.say("leads.due_tomorrow").owned(), tone: "plain" },
            _ => Self { words: t.say("leads.due_on").owned().with("day", day), tone: "plain" },
        }
    }
}

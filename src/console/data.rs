//! 数据: what happened in a period, as numbers that each open their list, as
//! charts with their tables (`chart`), and as a file for the weekly meeting.
//! Not here: counting (store::statistics).

mod chart;
mod messages;

use std::sync::Arc;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde::Deserialize;

use super::failure::PageError;
use super::form::{Choice, Field};
use super::frame::{Frame, show as show_page};
use super::names::Names;
use super::served::Served;
use super::visit::{Visit, address};
use super::words::{Sentence, Words};
use super::{kept, sheet, when};
use crate::model::lead::Source;
use crate::model::{AccountId, LeadStatus, OutcomeKind};
use crate::spreadsheet::{self, LeadNames as _, WeekNames as _};
use crate::store::{Outcomes, Period, Statistics};

pub(super) use messages::show as messages;

use chart::Chart;

/// Of an account and a period.
pub(super) type Counted = kept::Kept<(AccountId, Period), Statistics>;

const PATH: &str = "/console/data";
/// A year and a day: beyond it nobody looks, and it would take long.
const MOST_DAYS: i64 = 366;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// Days up to today; or `from` and `until`, both included.
    days: String,
    from: String,
    until: String,
}

/// The days that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Days {
    from: Date,
    until: Date,
}

#[derive(Template)]
#[template(path = "console/pages/data.html")]
struct DataPage {
    frame: Frame,
    span: String,
    spans: Vec<(Sentence<'static>, String, bool)>,
    from: Field,
    until: Field,
    account: Field,
    accounts: Vec<Choice>,
    numbers: Vec<Number>,
    has_messages: bool,
    by_day: Chart,
    by_hour: Chart,
    rules: Vec<Listed>,
    sources: Vec<Came>,
    statuses: Vec<Listed>,
    times: Vec<Listed>,
    export: String,
    counted_at: String,
}

/// A number that opens its list.
struct Number {
    name: Sentence<'static>,
    value: String,
    detail: Option<Sentence<'static>>,
    address: Option<String>,
}

struct Listed {
    name: String,
    count: u64,
    address: Option<String>,
}

struct Came {
    name: String,
    newcomers: u64,
    leads: u64,
    address: Option<String>,
}

pub(super) async fn show(
    visit: Visit,
    served: Served,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let t = visit.caller.t;
    let days = asked.days(&visit);
    let (statistics, counted_at) = count(&visit, &served, days).await?;
    let names = Names::load(&visit).await?;
    let edition = visit.console.live.load_full();
    let zone = edition.rulebook.settings.hours.zone();
    let view = View { days, served: &served, names: &names, t };
    show_page(&DataPage {
        frame: visit.frame("data"),
        span: t.say("data.span_of").with("from", days.from).with("until", days.until).into(),
        spans: spans(&asked, &served, t),
        from: Field::of(days.from.to_string()),
        until: Field::of(days.until.to_string()),
        account: served.field(),
        accounts: served.choices.clone(),
        numbers: view.numbers(&statistics),
        has_messages: statistics.total().total() > 0,
        by_day: Chart::by_day(&statistics.by_day(zone), days.from, days.until, t),
        by_hour: Chart::by_hour(&statistics.by_hour(zone), t),
        rules: view.rules(&statistics),
        sources: view.sources(&statistics),
        statuses: view.statuses(&statistics),
        times: times(&statistics, t),
        export: view.link("/console/data/export", &[]),
        counted_at: when::minute(&visit.console, counted_at),
    })
}

/// The same numbers for the weekly meeting.
pub(super) async fn export(
    visit: Visit,
    served: Served,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let days = asked.days(&visit);
    let (statistics, _) = count(&visit, &served, days).await?;
    let names = Names::load(&visit).await?;
    let edition = visit.console.live.load_full();
    let make = move || spreadsheet::week(&statistics, edition.rulebook.settings.hours.zone(), &names);
    sheet::book(&format!("yingda-{}-{}", days.from, days.until), sheet::Kind::Xlsx, make).await
}

async fn count(
    visit: &Visit,
    served: &Served,
    days: Days,
) -> Result<(Arc<Statistics>, Timestamp), PageError> {
    let key = (served.id().clone(), days.period(visit));
    if let Some(kept) = visit.console.counted.find(&key, visit.now()) {
        return Ok(kept);
    }
    let statistics = visit.console.store.load_statistics(served.id(), key.1).await?;
    Ok((visit.console.counted.keep(key, statistics, visit.now()), visit.now()))
}

/// What the numbers of a page share.
struct View<'a> {
    days: Days,
    served: &'a Served,
    names: &'a Names,
    t: &'static Words,
}

impl View<'_> {
    /// A list of the same days and account.
    fn link(&self, path: &str, pairs: &[(&str, &str)]) -> String {
        let (from, until) = (self.days.from.to_string(), self.days.until.to_string());
        let days = [("from", from.as_str()), ("until", until.as_str()), ("account", self.served.asked())];
        let pairs: Vec<(&str, &str)> = pairs.iter().copied().chain(days).collect();
        address(path, &pairs)
    }

    fn messages(&self, pairs: &[(&str, &str)]) -> Option<String> {
        Some(self.link("/console/data/messages", pairs))
    }

    fn number(&self, key: &str, value: u64, address: Option<String>) -> Number {
        Number { name: self.t.say(key).owned(), value: value.to_string(), detail: None, address }
    }

    fn numbers(&self, statistics: &Statistics) -> Vec<Number> {
        let total = statistics.total();
        let outcome = |kind: OutcomeKind| self.messages(&[("outcome", kind.as_str())]);
        let detailed = |number: Number, key: &str, value: String| Number {
            detail: Some(self.t.say(key).owned().with("value", value)),
            ..number
        };
        let leads: u64 = statistics.leads.iter().map(|(_, count)| count).sum();
        let held = statistics.leads.iter().find(|(status, _)| *status == LeadStatus::Held);
        let waiting = statistics.waiting;
        let median = waiting.median_response.map(|time| minutes(time, self.t));
        vec![
            self.number("data.people", statistics.people, None),
            self.number("data.messages", total.total(), self.messages(&[])),
            detailed(
                self.number("data.answered", total.answered, outcome(OutcomeKind::Answer)),
                "data.rate",
                percent(total.answer_rate()),
            ),
            self.number("data.form", total.form, outcome(OutcomeKind::Form)),
            self.number("data.asked_back", total.asked_back, outcome(OutcomeKind::Choices)),
            detailed(
                self.number("data.missed", total.missed, outcome(OutcomeKind::Fallback)),
                "data.rate_missed",
                percent(total.miss_rate()),
            ),
            detailed(
                self.number("data.handed_over", total.handed_over, outcome(OutcomeKind::Human)),
                "data.first_response",
                median.unwrap_or_else(|| "—".to_owned()),
            ),
            self.number("data.leads", leads, Some(self.link("/console/leads", &[]))),
            self.number(
                "data.held",
                held.map_or(0, |(_, count)| *count),
                Some(self.link("/console/leads", &[("status", LeadStatus::Held.as_str())])),
            ),
        ]
    }

    fn rules(&self, statistics: &Statistics) -> Vec<Listed> {
        let rules = statistics.top_rules.iter();
        rules
            .map(|(rule, count)| Listed {
                name: self.names.rule(rule),
                count: *count,
                address: self.messages(&[("rule", rule.as_str())]),
            })
            .collect()
    }

    /// By what people came, and how many of them left a lead.
    fn sources(&self, statistics: &Statistics) -> Vec<Came> {
        let mut sources: Vec<Option<Source>> = Vec::new();
        for (source, _) in statistics.newcomers.iter().chain(&statistics.leads_by_source) {
            if !sources.contains(source) {
                sources.push(source.clone());
            }
        }
        let count = |of: &[(Option<Source>, u64)], source: &Option<Source>| {
            of.iter().find(|(known, _)| known == source).map_or(0, |(_, count)| *count)
        };
        let came = |source: Option<Source>| Came {
            newcomers: count(&statistics.newcomers, &source),
            leads: count(&statistics.leads_by_source, &source),
            address: source.as_ref().map(|source| {
                let (kind, key) = source.parts();
                self.link("/console/leads", &[("source", &format!("{kind}:{key}"))])
            }),
            name: source.map_or_else(
                || self.t.say("data.source_unknown").into(),
                |source| self.names.source(&source),
            ),
        };
        sources.into_iter().map(came).collect()
    }

    fn statuses(&self, statistics: &Statistics) -> Vec<Listed> {
        let count = |wanted| statistics.leads.iter().find(|(status, _)| *status == wanted);
        let listed = |status: LeadStatus| Listed {
            name: super::leads::status_word(status, self.t),
            count: count(status).map_or(0, |(_, count)| *count),
            address: Some(self.link("/console/leads", &[("status", status.as_str())])),
        };
        LeadStatus::ALL.into_iter().map(listed).collect()
    }
}

fn times(statistics: &Statistics, t: &'static Words) -> Vec<Listed> {
    let buckets = statistics.answer_times.buckets.iter();
    buckets
        .map(|(most, count)| Listed {
            name: match most {
                Some(most) => t.say("data.within").with("time", format!("{most:?}")).into(),
                None => t.say("data.slower").into(),
            },
            count: *count,
            address: None,
        })
        .collect()
}

fn spans(asked: &Asked, served: &Served, t: &'static Words) -> Vec<(Sentence<'static>, String, bool)> {
    let span = |days: &str| {
        let is_here = asked.from.is_empty() && asked.span() == days;
        let address = address(PATH, &[("days", days), ("account", served.asked())]);
        (t.say("misses.days").owned().with("n", days), address, is_here)
    };
    ["7", "30", "90"].map(span).into()
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "—".to_owned(), |share| format!("{:.0}%", share * 100.0))
}

fn minutes(time: std::time::Duration, t: &'static Words) -> String {
    let minutes = time.as_secs().div_ceil(60);
    match minutes {
        0..120 => t.say("data.minutes").with("n", minutes).into(),
        _ => t.say("data.hours").with("n", minutes / 60).into(),
    }
}

impl Asked {
    fn span(&self) -> &str {
        match self.days.as_str() {
            "30" => "30",
            "90" => "90",
            _ => "7",
        }
    }

    fn days(&self, visit: &Visit) -> Days {
        let today = when::today(&visit.console, visit.now());
        let until = when::day(&self.until).unwrap_or(today);
        let back = self.span().parse().unwrap_or(7_i64) - 1;
        let before = |day: Date, days: i64| day.checked_sub(days.days()).unwrap_or(day);
        let from = when::day(&self.from).unwrap_or_else(|| before(until, back));
        Days { from: from.clamp(before(until, MOST_DAYS), until), until }
    }
}

impl Days {
    fn period(self, visit: &Visit) -> Period {
        let after = self.until.tomorrow().unwrap_or(self.until);
        let start = |day| when::start_of(&visit.console, day);
        Period { since: start(self.from), until: start(after) }
    }
}

/// What a chart and its table show of a day or an hour, in the same order.
fn shown(outcomes: Outcomes) -> [u64; 4] {
    [outcomes.answered + outcomes.form, outcomes.asked_back, outcomes.missed, outcomes.handed_over]
}

//! 数据: what happened in a period (`days`), as `numbers` that each open their
//! list, as charts with their tables (`chart`), as `lists`, and as a file for the
//! weekly meeting. Not here: counting (store::statistics).

mod chart;
mod days;
mod lists;
mod messages;
mod numbers;

use std::sync::Arc;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use jiff::Timestamp;

use super::failure::PageError;
use super::form::{Choice, Field};
use super::frame::{Frame, show as show_page};
use super::names::Names;
use super::served::Served;
use super::visit::{Visit, address};
use super::words::{Sentence, Words};
use super::{kept, sheet, when};
use crate::model::AccountId;
use crate::spreadsheet;
use crate::store::{Period, Statistics};

pub(super) use days::Asked;
pub(super) use messages::show as messages;

use chart::Chart;
use days::{Days, spans};
use lists::{Came, Listed, times};
use numbers::Number;

/// Of an account and a period.
pub(super) type Counted = kept::Kept<(AccountId, Period), Statistics>;

const PATH: &str = "/console/data";

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
    /// What the numbers leave out, because it was forgotten.
    forgotten: Option<Sentence<'static>>,
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
        forgotten: forgotten(&visit, days),
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
    let forgotten = days.forgotten_before(&visit);
    let make =
        move || spreadsheet::week(&statistics, edition.rulebook.settings.hours.zone(), &names, forgotten);
    sheet::book(&format!("yingda-{}-{}", days.from, days.until), sheet::Kind::Xlsx, make).await
}

fn forgotten(visit: &Visit, days: Days) -> Option<Sentence<'static>> {
    let day = days.forgotten_before(visit)?;
    let said = visit.caller.t.say("data.forgotten").owned().with("day", day);
    Some(said.with("days", visit.console.keep_messages_days))
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
}

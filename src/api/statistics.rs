//! What is counted, over a period of whole days at the centre.

use std::time::Duration;

use axum::Json;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::client::Client;
use super::problem::{ApiError, Refusals};
use super::sent::Asked;
use super::words::{SourceView, Status};
use crate::store::{Outcomes, Period, Statistics};

/// The last week, today included.
const USUAL_DAYS: i64 = 6;
/// Counting longer would take seconds.
const MOST_DAYS: i32 = 366;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AskedStatistics {
    account: Option<String>,
    /// The first day; where nothing is said, six days before the last.
    #[param(value_type = Option<String>, format = Date)]
    since: Option<Date>,
    /// The last day; where nothing is said, today.
    #[param(value_type = Option<String>, format = Date)]
    until: Option<Date>,
}

/// The numbers of a period, tests left out.
#[derive(Serialize, ToSchema)]
pub(super) struct StatisticsView {
    #[schema(value_type = String, format = Date)]
    since: Date,
    #[schema(value_type = String, format = Date)]
    until: Date,
    /// Who wrote; without those whose messages are older than messages are kept.
    people: u64,
    messages: OutcomesView,
    days: Vec<DayView>,
    /// By the hour of the day, all days together.
    hours: Vec<HourView>,
    newcomers: Vec<SourceCount>,
    leads: Vec<StatusCount>,
    leads_by_source: Vec<SourceCount>,
    top_rules: Vec<RuleCount>,
    waiting: WaitingView,
}

/// Text messages by what became of them.
#[derive(Serialize, ToSchema)]
pub(super) struct OutcomesView {
    answered: u64,
    asked_back: u64,
    form: u64,
    handed_over: u64,
    missed: u64,
    silent: u64,
}

#[derive(Serialize, ToSchema)]
pub(super) struct DayView {
    #[schema(value_type = String, format = Date)]
    day: Date,
    messages: OutcomesView,
}

#[derive(Serialize, ToSchema)]
pub(super) struct HourView {
    #[schema(minimum = 0, maximum = 23)]
    hour: i8,
    messages: OutcomesView,
}

#[derive(Serialize, ToSchema)]
pub(super) struct SourceCount {
    /// Null: nothing is known of it.
    source: Option<SourceView>,
    count: u64,
}

#[derive(Serialize, ToSchema)]
pub(super) struct StatusCount {
    status: Status,
    count: u64,
}

#[derive(Serialize, ToSchema)]
pub(super) struct RuleCount {
    rule: String,
    count: u64,
}

/// Customers who waited for a person.
#[derive(Serialize, ToSchema)]
pub(super) struct WaitingView {
    joined: u64,
    taken: u64,
    /// From waiting to being taken; null while nobody was.
    median_response_seconds: Option<u64>,
}

/// Statistics
#[utoipa::path(
    get, path = "/api/v1/statistics", tag = "statistics", operation_id = "get_statistics",
    params(AskedStatistics),
    responses((status = 200, body = StatisticsView), Refusals),
)]
pub(super) async fn show(
    client: Client,
    Asked(asked): Asked<AskedStatistics>,
) -> Result<Json<StatisticsView>, ApiError> {
    let account = client.api.account(asked.account.as_deref())?;
    let edition = client.api.live.load_full();
    let hours = &edition.rulebook.settings.hours;
    let (since, until) = asked.days(hours.today(client.api.clock.now()))?;
    let after = until.checked_add(1.day()).map_err(|_| out_of_range())?;
    let start_of = |day: Date| hours.instant(day.at(0, 0, 0, 0));
    let period = Period { since: start_of(since), until: start_of(after) };
    let statistics = client.api.store.load_statistics(&account, period).await?;
    Ok(Json(StatisticsView::of(&statistics, since, until, hours.zone())))
}

impl AskedStatistics {
    fn days(&self, today: Date) -> Result<(Date, Date), ApiError> {
        let until = self.until.unwrap_or(today);
        let since = match self.since {
            Some(since) => since,
            None => until.checked_sub(USUAL_DAYS.days()).map_err(|_| out_of_range())?,
        };
        let days = since.until(until).map_err(|_| out_of_range())?.get_days();
        match days {
            0..MOST_DAYS => Ok((since, until)),
            _ => Err(out_of_range()),
        }
    }
}

fn out_of_range() -> ApiError {
    ApiError::unreadable("since 和 until", format!("要按先后，最多 {MOST_DAYS} 天"))
}

impl StatisticsView {
    fn of(statistics: &Statistics, since: Date, until: Date, zone: &jiff::tz::TimeZone) -> Self {
        let by_source = |counts: &[(Option<crate::model::Source>, u64)]| {
            let count = |(source, count): &(Option<crate::model::Source>, u64)| SourceCount {
                source: source.as_ref().map(Into::into),
                count: *count,
            };
            counts.iter().map(count).collect()
        };
        let days = statistics.by_day(zone).into_iter();
        let hours = statistics.by_hour(zone).into_iter();
        let leads = statistics.leads.iter();
        let rules = statistics.top_rules.iter();
        let waiting = statistics.waiting;
        Self {
            since,
            until,
            people: statistics.people,
            messages: statistics.total().into(),
            days: days.map(|(day, outcomes)| DayView { day, messages: outcomes.into() }).collect(),
            hours: hours.map(|(hour, outcomes)| HourView { hour, messages: outcomes.into() }).collect(),
            newcomers: by_source(&statistics.newcomers),
            leads: leads
                .map(|(status, count)| StatusCount { status: (*status).into(), count: *count })
                .collect(),
            leads_by_source: by_source(&statistics.leads_by_source),
            top_rules: rules
                .map(|(rule, count)| RuleCount { rule: rule.to_string(), count: *count })
                .collect(),
            waiting: WaitingView {
                joined: waiting.joined,
                taken: waiting.taken,
                median_response_seconds: waiting.median_response.map(|took: Duration| took.as_secs()),
            },
        }
    }
}

impl From<Outcomes> for OutcomesView {
    fn from(outcomes: Outcomes) -> Self {
        let Outcomes { answered, asked_back, form, handed_over, missed, silent } = outcomes;
        Self { answered, asked_back, form, handed_over, missed, silent }
    }
}

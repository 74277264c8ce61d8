//! The numbers of a period that staff look at, each with the list it opens, and
//! the list of messages behind one.

use std::time::Duration;

use crate::model::{AccountId, CustomerId, LeadStatus, OutcomeKind, RuleId};

use super::inbox::{LastMessage, Row};
use super::lead::LeadFilter;
use super::message::{first_key_at, last_key_at};
use super::statistics::{Period, Statistics};
use super::{Store, StoreError, on_read};

/// Messages of a page.
pub const MESSAGES_PAGE: u32 = 50;
/// Comes after every key: keys are hexadecimal.
pub(super) const NEWEST_KEY: &str = "g";

#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    pub name: FigureName,
    pub count: u64,
    pub opens: Opens,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FigureName {
    Outcome(OutcomeKind),
    Rule(RuleId),
    /// Decisions that took longer than a second and a half.
    Slow,
    Leads,
    LeadsHeld,
    Waited,
}

/// The list behind a number.
#[derive(Clone, Debug, PartialEq)]
pub enum Opens {
    Messages(MessageFilter),
    Leads(LeadFilter),
    Waiting,
}

/// Text messages of a period, tests left out.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageFilter {
    pub period: Period,
    pub outcome: Option<OutcomeKind>,
    pub rule: Option<RuleId>,
    pub slower_than: Option<Duration>,
}

/// WeChat's patience is five seconds, and the way takes time too.
const SLOW: Duration = Duration::from_millis(1_500);

impl Statistics {
    /// The numbers of the period that was counted.
    pub fn figures(&self, period: Period) -> Vec<Figure> {
        let messages = MessageFilter { period, outcome: None, rule: None, slower_than: None };
        let total = self.total();
        let outcomes = OutcomeKind::ALL.into_iter().map(|kind| Figure {
            name: FigureName::Outcome(kind),
            count: total.of(kind),
            opens: Opens::Messages(MessageFilter { outcome: Some(kind), ..messages.clone() }),
        });
        let rules = self.top_rules.iter().map(|(rule, count)| Figure {
            name: FigureName::Rule(rule.clone()),
            count: *count,
            opens: Opens::Messages(MessageFilter { rule: Some(rule.clone()), ..messages.clone() }),
        });
        let slow = Figure {
            name: FigureName::Slow,
            count: self.answer_times.slower_than(SLOW),
            opens: Opens::Messages(MessageFilter { slower_than: Some(SLOW), ..messages.clone() }),
        };
        let waited = Figure { name: FigureName::Waited, count: self.waiting.joined, opens: Opens::Waiting };
        outcomes.chain(rules).chain([slow, waited]).chain(self.lead_figures(period)).collect()
    }

    fn lead_figures(&self, period: Period) -> [Figure; 2] {
        let filter = |status| LeadFilter {
            since: Some(period.since),
            until: Some(period.until),
            status,
            ..LeadFilter::default()
        };
        let count = |wanted: Option<LeadStatus>| {
            let counted = self.leads.iter().filter(|(status, _)| wanted.is_none_or(|w| w == *status));
            counted.map(|(_, count)| count).sum()
        };
        let figure =
            |name, status| Figure { name, count: count(status), opens: Opens::Leads(filter(status)) };
        [figure(FigureName::Leads, None), figure(FigureName::LeadsHeld, Some(LeadStatus::Held))]
    }
}

/// A message in a list, and who wrote it.
pub type Listed = (CustomerId, LastMessage);

const LISTED: &str = "SELECT customer_id, id, received_at, kind, body, outcome, rule_id FROM message \
     WHERE account_id = $1 AND id >= $4 AND id < $5 AND received_at >= $2 AND received_at < $3 \
     AND is_test = 0 AND kind = 'text' AND customer_id IS NOT NULL AND id < $6 \
     AND ($7 IS NULL OR outcome = $7) AND ($8 IS NULL OR rule_id = $8) AND ($9 IS NULL OR took_us > $9) \
     ORDER BY id DESC LIMIT $10";

impl Store {
    /// The newest first; `before` is the cursor of the last one on the page before.
    pub async fn list_messages(
        &self,
        account: &AccountId,
        filter: &MessageFilter,
        before: Option<&str>,
    ) -> Result<Vec<Listed>, StoreError> {
        let Period { since, until } = filter.period;
        let (since, until) = (since.as_millisecond(), until.as_millisecond());
        let slower_than =
            filter.slower_than.map(|limit| i64::try_from(limit.as_micros()).unwrap_or(i64::MAX));
        let rows: Vec<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(LISTED)
                .bind(account.as_str())
                .bind(since)
                .bind(until)
                .bind(first_key_at(since))
                .bind(last_key_at(until))
                .bind(before.unwrap_or(NEWEST_KEY))
                .bind(filter.outcome.map(OutcomeKind::as_str))
                .bind(filter.rule.as_ref().map(RuleId::as_str))
                .bind(slower_than)
                .bind(i64::from(MESSAGES_PAGE))
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter().map(Row::read_with_customer).collect()
    }
}

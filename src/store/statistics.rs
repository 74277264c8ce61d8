//! Counting what happened in a period, tests left out. Rows are found by the
//! time in their key, so no message pays for an index that only counting needs.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::model::clock::from_millis;
use crate::model::lead::Source;
use crate::model::{AccountId, LeadStatus, OutcomeKind, RuleId};

use super::message::{first_key_at, last_key_at};
use super::{Store, StoreError, on_read};

/// Half an hour: some time zones are that much off.
const SLOT_MS: i64 = 30 * 60 * 1_000;
const TOP_RULES: i64 = 20;
/// More than any rulebook has.
const MOST_RULES: i64 = 1_000_000;
/// Waiting times of a period that the median is taken from.
const MOST_WAITS: i64 = 10_000;

/// From `since`, before `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub since: Timestamp,
    pub until: Timestamp,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    /// Text messages by half hour.
    pub slots: BTreeMap<Timestamp, Outcomes>,
    /// People who wrote.
    pub people: u64,
    /// People who followed or scanned for the first time, by what.
    pub newcomers: Vec<(Option<Source>, u64)>,
    pub leads: Vec<(LeadStatus, u64)>,
    pub leads_by_source: Vec<(Option<Source>, u64)>,
    pub top_rules: Vec<(RuleId, u64)>,
    pub waiting: WaitingFigures,
    pub answer_times: AnswerTimes,
}

/// How many messages came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    pub answered: u64,
    pub asked_back: u64,
    pub form: u64,
    pub handed_over: u64,
    pub missed: u64,
    pub silent: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WaitingFigures {
    pub joined: u64,
    pub taken: u64,
    /// From joining to being taken.
    pub median_response: Option<Duration>,
}

/// How long decisions took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerTimes {
    /// At most so long, and how many; None: longer.
    pub buckets: Vec<(Option<Duration>, u64)>,
}

impl Outcomes {
    pub fn total(self) -> u64 {
        self.answered + self.asked_back + self.form + self.handed_over + self.missed + self.silent
    }

    pub fn of(self, outcome: OutcomeKind) -> u64 {
        match outcome {
            OutcomeKind::Answer => self.answered,
            OutcomeKind::Choices => self.asked_back,
            OutcomeKind::Form => self.form,
            OutcomeKind::Human => self.handed_over,
            OutcomeKind::Fallback => self.missed,
            OutcomeKind::Silence => self.silent,
        }
    }

    /// Of the questions, how many a rule answered; None without questions. The
    /// steps of a form and calls for a person are no questions: a form of seven
    /// steps would count as seven good answers.
    pub fn answer_rate(self) -> Option<f64> {
        share(self.answered, self.questions())
    }

    pub fn miss_rate(self) -> Option<f64> {
        share(self.missed, self.questions())
    }

    fn questions(self) -> u64 {
        self.answered + self.asked_back + self.missed
    }

    fn add(&mut self, outcome: OutcomeKind, messages: u64) {
        match outcome {
            OutcomeKind::Answer => self.answered += messages,
            OutcomeKind::Choices => self.asked_back += messages,
            OutcomeKind::Form => self.form += messages,
            OutcomeKind::Human => self.handed_over += messages,
            OutcomeKind::Fallback => self.missed += messages,
            OutcomeKind::Silence => self.silent += messages,
        }
    }

    fn merge(&mut self, other: Self) {
        self.answered += other.answered;
        self.asked_back += other.asked_back;
        self.form += other.form;
        self.handed_over += other.handed_over;
        self.missed += other.missed;
        self.silent += other.silent;
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody counts beyond 2^52 messages")]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

impl AnswerTimes {
    /// `limit` is one of the buckets'.
    pub fn slower_than(&self, limit: Duration) -> u64 {
        let slower = self.buckets.iter().filter(|(most, _)| most.is_none_or(|most| most > limit));
        slower.map(|(_, count)| count).sum()
    }
}

impl Statistics {
    pub fn total(&self) -> Outcomes {
        let mut total = Outcomes::default();
        self.slots.values().for_each(|outcomes| total.merge(*outcomes));
        total
    }

    pub fn by_day(&self, zone: &TimeZone) -> BTreeMap<Date, Outcomes> {
        let mut days: BTreeMap<Date, Outcomes> = BTreeMap::new();
        for (slot, outcomes) in &self.slots {
            days.entry(zone.to_datetime(*slot).date()).or_default().merge(*outcomes);
        }
        days
    }

    /// By the hour of the day, all days together.
    pub fn by_hour(&self, zone: &TimeZone) -> BTreeMap<i8, Outcomes> {
        let mut hours: BTreeMap<i8, Outcomes> = BTreeMap::new();
        for (slot, outcomes) in &self.slots {
            hours.entry(zone.to_datetime(*slot).hour()).or_default().merge(*outcomes);
        }
        hours
    }
}

const IN_PERIOD: &str = "account_id = $1 AND id >= $4 AND id < $5 AND received_at >= $2 AND received_at < $3 \
     AND is_test = 0 AND kind = 'text'";
const NEWCOMERS: &str = "SELECT source_kind, source_key, COUNT(*) FROM customer WHERE account_id = $1 \
     AND first_seen >= $2 AND first_seen < $3 AND is_test = 0 \
     GROUP BY source_kind, source_key ORDER BY COUNT(*) DESC LIMIT 100";
const LEADS: &str = "SELECT status, COUNT(*) FROM lead WHERE account_id = $1 AND created_at >= $2 \
     AND created_at < $3 AND is_test = 0 GROUP BY status";
const LEADS_BY_SOURCE: &str = "SELECT source_kind, source_key, COUNT(*) FROM lead WHERE account_id = $1 \
     AND created_at >= $2 AND created_at < $3 AND is_test = 0 \
     GROUP BY source_kind, source_key ORDER BY COUNT(*) DESC LIMIT 100";
const WAITS: &str = "SELECT taken_at - since FROM waiting WHERE account_id = $1 AND since >= $2 \
     AND since < $3 AND is_test = 0 ORDER BY taken_at - since LIMIT $4";

/// Upper bounds, in microseconds: from a decision in memory to the 5 s after
/// which WeChat gives up.
const TIMES_US: [i64; 8] = [100, 1_000, 5_000, 25_000, 100_000, 500_000, 1_500_000, 5_000_000];

/// Runs a counting query over the messages of a period.
macro_rules! count_messages {
    ($store:expr, $account:expr, $period:expr, $sql:expr) => {{
        let (since, until) = ($period.since.as_millisecond(), $period.until.as_millisecond());
        on_read!(&$store.db, |pool| {
            sqlx::query_as(sqlx::AssertSqlSafe($sql))
                .bind($account.as_str())
                .bind(since)
                .bind(until)
                .bind(first_key_at(since))
                .bind(last_key_at(until))
                .fetch_all(pool)
                .await
        })?
    }};
}

/// The same over a smaller table.
macro_rules! count_rows {
    ($store:expr, $account:expr, $period:expr, $sql:expr) => {
        on_read!(&$store.db, |pool| {
            sqlx::query_as($sql)
                .bind($account.as_str())
                .bind($period.since.as_millisecond())
                .bind($period.until.as_millisecond())
                .fetch_all(pool)
                .await
        })?
    };
}

type BySource = Vec<(Option<String>, Option<String>, i64)>;

impl Store {
    pub async fn load_statistics(
        &self,
        account: &AccountId,
        period: Period,
    ) -> Result<Statistics, StoreError> {
        let newcomers: BySource = count_rows!(self, account, period, NEWCOMERS);
        let leads: Vec<(String, i64)> = count_rows!(self, account, period, LEADS);
        let leads_by_source: BySource = count_rows!(self, account, period, LEADS_BY_SOURCE);
        let known = |(word, count): (String, i64)| Some((LeadStatus::parse(&word)?, count.unsigned_abs()));
        let (slots, people, top_rules, answer_times) = tokio::try_join!(
            self.count_slots(account, period),
            self.count_people(account, period),
            self.count_rules(account, period),
            self.count_times(account, period),
        )?;
        Ok(Statistics {
            slots,
            people,
            newcomers: newcomers.into_iter().map(by_source).collect(),
            leads: leads.into_iter().filter_map(known).collect(),
            leads_by_source: leads_by_source.into_iter().map(by_source).collect(),
            top_rules,
            waiting: self.count_waits(account, period).await?,
            answer_times,
        })
    }

    async fn count_people(&self, account: &AccountId, period: Period) -> Result<u64, StoreError> {
        let sql = format!("SELECT COUNT(DISTINCT customer_id) FROM message WHERE {IN_PERIOD}");
        let rows: Vec<(i64,)> = count_messages!(self, account, period, sql);
        Ok(rows.first().map_or(0, |(people,)| people.unsigned_abs()))
    }

    async fn count_slots(
        &self,
        account: &AccountId,
        period: Period,
    ) -> Result<BTreeMap<Timestamp, Outcomes>, StoreError> {
        let sql = format!(
            "SELECT received_at / {SLOT_MS}, outcome, COUNT(*) FROM message WHERE {IN_PERIOD} \
             GROUP BY received_at / {SLOT_MS}, outcome"
        );
        let rows: Vec<(i64, String, i64)> = count_messages!(self, account, period, sql);
        let mut slots: BTreeMap<Timestamp, Outcomes> = BTreeMap::new();
        for (slot, outcome, count) in rows {
            let Some(outcome) = OutcomeKind::parse(&outcome) else { continue };
            let start = from_millis(slot.saturating_mul(SLOT_MS));
            slots.entry(start).or_default().add(outcome, count.unsigned_abs());
        }
        Ok(slots)
    }

    /// How often each rule answered, the most frequent first.
    pub async fn count_hits(
        &self,
        account: &AccountId,
        period: Period,
    ) -> Result<Vec<(RuleId, u64)>, StoreError> {
        self.count_rules_up_to(account, period, MOST_RULES).await
    }

    async fn count_rules(
        &self,
        account: &AccountId,
        period: Period,
    ) -> Result<Vec<(RuleId, u64)>, StoreError> {
        self.count_rules_up_to(account, period, TOP_RULES).await
    }

    async fn count_rules_up_to(
        &self,
        account: &AccountId,
        period: Period,
        at_most: i64,
    ) -> Result<Vec<(RuleId, u64)>, StoreError> {
        let sql = format!(
            "SELECT rule_id, COUNT(*) FROM message WHERE {IN_PERIOD} AND rule_id IS NOT NULL \
             GROUP BY rule_id ORDER BY COUNT(*) DESC, rule_id LIMIT {at_most}"
        );
        let rows: Vec<(String, i64)> = count_messages!(self, account, period, sql);
        let known = |(id, count): (String, i64)| Some((RuleId::parse(&id).ok()?, count.unsigned_abs()));
        Ok(rows.into_iter().filter_map(known).collect())
    }

    async fn count_waits(&self, account: &AccountId, period: Period) -> Result<WaitingFigures, StoreError> {
        let rows: Vec<(Option<i64>,)> = on_read!(&self.db, |pool| {
            sqlx::query_as(WAITS)
                .bind(account.as_str())
                .bind(period.since.as_millisecond())
                .bind(period.until.as_millisecond())
                .bind(MOST_WAITS)
                .fetch_all(pool)
                .await
        })?;
        let mut taken: Vec<u64> = rows.iter().filter_map(|(took,)| took.map(i64::unsigned_abs)).collect();
        taken.sort_unstable();
        Ok(WaitingFigures {
            joined: u64::try_from(rows.len()).unwrap_or(u64::MAX),
            taken: u64::try_from(taken.len()).unwrap_or(u64::MAX),
            median_response: taken.get(taken.len() / 2).map(|ms| Duration::from_millis(*ms)),
        })
    }

    async fn count_times(&self, account: &AccountId, period: Period) -> Result<AnswerTimes, StoreError> {
        let cases: String = (0_i64..)
            .zip(TIMES_US)
            .map(|(bucket, limit)| format!(" WHEN took_us <= {limit} THEN {bucket}"))
            .collect();
        let sql = format!(
            "SELECT bucket, COUNT(*) FROM (SELECT CASE{cases} ELSE {} END AS bucket FROM message \
             WHERE {IN_PERIOD} AND took_us IS NOT NULL) AS timed GROUP BY bucket ORDER BY bucket",
            TIMES_US.len()
        );
        let rows: Vec<(i32, i64)> = count_messages!(self, account, period, sql);
        let limit = |bucket: i32| {
            let limit = usize::try_from(bucket).ok().and_then(|bucket| TIMES_US.get(bucket));
            limit.map(|us| Duration::from_micros(us.unsigned_abs()))
        };
        let buckets = rows.into_iter().map(|(bucket, count)| (limit(bucket), count.unsigned_abs()));
        Ok(AnswerTimes { buckets: buckets.collect() })
    }
}

fn by_source((kind, key, count): (Option<String>, Option<String>, i64)) -> (Option<Source>, u64) {
    let source = kind.zip(key).and_then(|(kind, key)| Source::from_parts(&kind, &key));
    (source, count.unsigned_abs())
}

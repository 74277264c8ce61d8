//! A form that was handed in becomes a lead, or renews the one that the same
//! customer left lately.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::model::lead::{AnswerKind, LeadAnswer, LeadStatus, Source};
use crate::model::{AccountId, Actor, CustomerId, FormId, LeadForm, LeadNumber};
use crate::store::message::Record;
use crate::store::notice::{self, Kind};
use crate::store::personal::mask_answer;
use crate::store::{Sealer, Store, StoreError, for_both, on, on_read};

use super::seal_row;
use super::trail::{TRAIL, What};

/// A second form in this time is the same enquiry, told better.
pub const SAME_ENQUIRY: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A moment, and the day it is at the centre.
#[derive(Clone, Copy, Debug)]
pub struct LocalTime {
    pub at: Timestamp,
    pub day: Date,
}

/// A number that is taken already gets one of these: a lead must never be lost.
const SUFFIXES: [&str; 4] = ["", "X", "Y", "Z"];

/// The steps, on a connection of either database inside a transaction.
pub(in crate::store) trait HandIn {
    fn was_handed_in(&mut self, record: &Record) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// The lead that a form renews, and its answers so far.
    fn find_same(
        &mut self,
        form: &LeadForm,
        record: &Record,
    ) -> impl Future<Output = Result<Option<Same>, StoreError>> + Send;

    fn renew(
        &mut self,
        number: &str,
        columns: &Columns<'_>,
        record: &Record,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// False when the number is somebody else's.
    fn insert(
        &mut self,
        number: &str,
        columns: &Columns<'_>,
        record: &Record,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    fn note_in_trail(
        &mut self,
        handed_in: &HandedIn,
        record: &Record,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    fn announce(
        &mut self,
        handed_in: &HandedIn,
        record: &Record,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

pub(in crate::store) struct Same {
    number: String,
    answers: String,
}

/// What became of a form.
pub(in crate::store) struct HandedIn {
    number: String,
    answers: String,
    /// Those it replaced.
    before: Option<String>,
}

pub(in crate::store) async fn hand_in<C: HandIn>(
    link: &mut C,
    form: &LeadForm,
    record: &Record,
    sealer: &Sealer,
) -> Result<(), StoreError> {
    if link.was_handed_in(record).await? {
        return Ok(());
    }
    let handed_in = match link.find_same(form, record).await? {
        Some(same) => {
            let columns = Columns::new(form, &same.number, record, sealer);
            link.renew(&same.number, &columns, record).await?;
            HandedIn { number: same.number, answers: columns.answers, before: Some(same.answers) }
        }
        None => insert_somewhere(link, form, record, sealer).await?,
    };
    link.note_in_trail(&handed_in, record).await?;
    if record.is_test {
        return Ok(());
    }
    link.announce(&handed_in, record).await
}

async fn insert_somewhere<C: HandIn>(
    link: &mut C,
    form: &LeadForm,
    record: &Record,
    sealer: &Sealer,
) -> Result<HandedIn, StoreError> {
    for suffix in SUFFIXES {
        let number = format!("{}{suffix}", form.number);
        let columns = Columns::new(form, &number, record, sealer);
        if link.insert(&number, &columns, record).await? {
            return Ok(HandedIn { number, answers: columns.answers, before: None });
        }
    }
    Err(StoreError::corrupt("lead", "its number is taken"))
}

const HANDED_IN_BEFORE: &str = "SELECT 1 FROM lead_trail WHERE account_id = $1 AND id = $2";

/// The lead that a form renews: the one with its number, else the latest of
/// the same form that is still worked on.
const FIND_SAME: &str = "SELECT number, answers FROM lead WHERE account_id = $1 AND customer_id = $2 \
     AND (number = $3 OR (form_id = $4 AND handed_in_at >= $5 AND status NOT IN ('held', 'lost'))) \
     ORDER BY CASE WHEN number = $3 THEN 0 ELSE 1 END, handed_in_at DESC LIMIT 1";

const INSERT: &str = "INSERT INTO lead (account_id, number, told, customer_id, form_id, answers, sealed, \
     unit, people, wanted, status, source_kind, source_key, consented_at, created_at, handed_in_at, \
     updated_at, revision, is_test) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $15, 1, $16) \
     ON CONFLICT DO NOTHING";

const RENEW: &str = "UPDATE lead SET told = COALESCE($3, told), form_id = $4, answers = $5, sealed = $6, \
     unit = $7, people = $8, wanted = $9, source_kind = COALESCE(source_kind, $10), \
     source_key = COALESCE(source_key, $11), consented_at = $12, handed_in_at = $13, updated_at = $13, \
     revision = revision + 1 WHERE account_id = $1 AND number = $2";

/// A form as its columns.
pub(in crate::store) struct Columns<'a> {
    form: &'a str,
    /// The number that the customer was told, where it is another.
    told: Option<&'a str>,
    answers: String,
    sealed: String,
    unit: Option<String>,
    people: Option<&'a str>,
    wanted: Option<&'a str>,
    source: Option<(&'static str, &'a str)>,
    consented_at: i64,
}

impl<'a> Columns<'a> {
    fn new(form: &'a LeadForm, number: &str, record: &Record, sealer: &Sealer) -> Self {
        let masked: Vec<LeadAnswer> = form.answers.iter().map(mask_answer).collect();
        let whole = serde_json::to_string(&form.answers).unwrap_or_default();
        let find = |kind| form.find(kind).map(|answer| answer.value.as_str());
        Self {
            form: form.form.as_str(),
            told: Some(form.number.as_str()).filter(|told| *told != number),
            answers: serde_json::to_string(&masked).unwrap_or_default(),
            sealed: sealer.seal(&whole, &seal_row(record.account.as_str(), number)),
            unit: form.find(AnswerKind::Unit).map(|answer| mask_answer(answer).value),
            people: find(AnswerKind::People),
            wanted: find(AnswerKind::When),
            source: form.source.as_ref().map(Source::parts),
            consented_at: form.consented_at.as_millisecond(),
        }
    }
}

for_both! { impl HandIn {
    async fn was_handed_in(&mut self, record: &Record) -> Result<bool, StoreError> {
        let (account, _) = record.whose();
        let query = sqlx::query(HANDED_IN_BEFORE).bind(account).bind(record.key.as_str());
        Ok(query.fetch_optional(self).await?.is_some())
    }

    async fn find_same(&mut self, form: &LeadForm, record: &Record) -> Result<Option<Same>, StoreError> {
        let (account, customer) = record.whose();
        let since = record.received_at.checked_sub(SAME_ENQUIRY).unwrap_or(Timestamp::MIN);
        let same: Option<(String, String)> = sqlx::query_as(FIND_SAME)
            .bind(account)
            .bind(customer)
            .bind(form.number.as_str())
            .bind(form.form.as_str())
            .bind(since.as_millisecond())
            .fetch_optional(self)
            .await?;
        Ok(same.map(|(number, answers)| Same { number, answers }))
    }

    async fn renew(&mut self, number: &str, columns: &Columns<'_>, record: &Record) -> Result<(), StoreError> {
        sqlx::query(RENEW)
            .bind(record.account.as_str())
            .bind(number)
            .bind(columns.told)
            .bind(columns.form)
            .bind(columns.answers.as_str())
            .bind(columns.sealed.as_str())
            .bind(columns.unit.as_deref())
            .bind(columns.people)
            .bind(columns.wanted)
            .bind(columns.source.map(|(kind, _)| kind))
            .bind(columns.source.map(|(_, key)| key))
            .bind(columns.consented_at)
            .bind(record.received_at.as_millisecond())
            .execute(self)
            .await?;
        Ok(())
    }

    async fn insert(&mut self, number: &str, columns: &Columns<'_>, record: &Record) -> Result<bool, StoreError> {
        let (account, customer) = record.whose();
        let inserted = sqlx::query(INSERT)
            .bind(account)
            .bind(number)
            .bind(columns.told)
            .bind(customer)
            .bind(columns.form)
            .bind(columns.answers.as_str())
            .bind(columns.sealed.as_str())
            .bind(columns.unit.as_deref())
            .bind(columns.people)
            .bind(columns.wanted)
            .bind(LeadStatus::New.as_str())
            .bind(columns.source.map(|(kind, _)| kind))
            .bind(columns.source.map(|(_, key)| key))
            .bind(columns.consented_at)
            .bind(record.received_at.as_millisecond())
            .bind(i64::from(record.is_test))
            .execute(self)
            .await?;
        Ok(inserted.rows_affected() > 0)
    }

    async fn note_in_trail(&mut self, handed_in: &HandedIn, record: &Record) -> Result<(), StoreError> {
        sqlx::query(TRAIL)
            .bind(record.account.as_str())
            .bind(record.key.as_str())
            .bind(handed_in.number.as_str())
            .bind(record.received_at.as_millisecond())
            .bind(Actor::Customer.to_string())
            .bind(if handed_in.before.is_some() { What::Again } else { What::Created }.as_str())
            .bind(handed_in.before.as_deref())
            .bind(handed_in.answers.as_str())
            .bind(None::<&str>)
            .execute(self)
            .await?;
        Ok(())
    }

    async fn announce(&mut self, handed_in: &HandedIn, record: &Record) -> Result<(), StoreError> {
        let kind = if handed_in.before.is_some() { Kind::LeadAgain } else { Kind::Lead };
        sqlx::query(notice::INSERT)
            .bind(record.account.as_str())
            .bind(format!("{}-{}", kind.as_str(), record.key))
            .bind(kind.as_str())
            .bind(handed_in.number.as_str())
            .bind(record.received_at.as_millisecond())
            .execute(self)
            .await?;
        Ok(())
    }
}}

impl Store {
    /// The number for a form that is about to be handed in: that of the lead it
    /// renews, else the next of the day.
    pub async fn lead_number_for(
        &self,
        account: &AccountId,
        customer: &CustomerId,
        form: &FormId,
        now: LocalTime,
    ) -> Result<LeadNumber, StoreError> {
        let since = now.at.checked_sub(SAME_ENQUIRY).unwrap_or(Timestamp::MIN);
        let same: Option<(String, String)> = on_read!(&self.db, |pool| {
            sqlx::query_as(FIND_SAME)
                .bind(account.as_str())
                .bind(customer.as_str())
                .bind("")
                .bind(form.as_str())
                .bind(since.as_millisecond())
                .fetch_optional(pool)
                .await
        })?;
        match same.and_then(|(number, _)| LeadNumber::parse(&number)) {
            Some(number) => Ok(number),
            None => self.next_lead_number(account, now.day).await,
        }
    }

    /// The next number of a day, whichever process asks.
    pub async fn next_lead_number(&self, account: &AccountId, day: Date) -> Result<LeadNumber, StoreError> {
        const SQL: &str = "INSERT INTO lead_counter (account_id, day, given) VALUES ($1, $2, 1) \
             ON CONFLICT (account_id, day) DO UPDATE SET given = lead_counter.given + 1 RETURNING given";
        let (given,): (i64,) = on!(&self.db, |pool| {
            sqlx::query_as(SQL).bind(account.as_str()).bind(day.to_string()).fetch_one(pool).await
        })?;
        Ok(LeadNumber::counted(day, u32::try_from(given).unwrap_or(u32::MAX)))
    }
}

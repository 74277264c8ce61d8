//! Finding leads: lists, counts, one of them.

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::AssertSqlSafe;

use crate::model::lead::{LeadAnswer, Source};
use crate::model::{AccountId, Act, CustomerId, LeadNumber, LeadStatus};
use crate::store::operation::note_in;
use crate::store::personal::as_kept;
use crate::store::privacy::PrivacyAct;
use crate::store::{Operation, Store, StoreError, new_id, on, on_read};

use super::trail::{TRAIL, What};
use super::{COLUMNS, Lead, Row, seal_row};

/// Rows of a page.
pub const PAGE: u32 = 50;
/// An export holds no more than this; at a few a day that is decades.
const MOST_IN_A_LIST: u32 = 20_000;

/// Which leads are wanted; the default is all but tests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeadFilter {
    pub status: Option<LeadStatus>,
    pub owner: LeadOwner,
    pub due: Option<DueBy>,
    /// In the number, the unit or an answer.
    pub text: Option<String>,
    /// First handed in from, and before.
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// By what the customer came.
    pub source: Option<Source>,
    pub order: LeadOrder,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LeadOwner {
    #[default]
    Anybody,
    Nobody,
    Staff(String),
}

/// To be followed up on that day or before; what is closed no longer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueBy(pub Date);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LeadOrder {
    #[default]
    Newest,
    /// What is due first; what has no date last.
    Due,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LeadPage {
    pub leads: Vec<Lead>,
    /// Of all pages.
    pub total: u64,
}

/// Where a page of leads ends, in the order of `LeadOrder::Newest`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadCursor {
    pub at: Timestamp,
    pub number: LeadNumber,
}

/// How many leads stand where, tests left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeadCounts(Vec<(LeadStatus, u64)>);

impl LeadCounts {
    pub fn of(&self, status: LeadStatus) -> u64 {
        self.0.iter().find(|(known, _)| *known == status).map_or(0, |(_, count)| *count)
    }

    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).sum()
    }
}

const WHERE: &str = "WHERE account_id = $1 AND is_test = 0 AND ($2 IS NULL OR status = $2) \
     AND ($3 IS NULL OR COALESCE(owner, '') = $3) AND ($4 IS NULL OR (due_on <= $4 AND status NOT IN ('held', 'lost'))) \
     AND ($5 IS NULL OR LOWER(number) LIKE $5 ESCAPE '!' OR LOWER(COALESCE(told, '')) LIKE $5 ESCAPE '!' \
     OR LOWER(COALESCE(unit, '')) LIKE $5 ESCAPE '!' OR LOWER(answers) LIKE $5 ESCAPE '!') \
     AND created_at >= $6 AND created_at < $7 \
     AND ($8 IS NULL OR (source_kind = $8 AND source_key = $9))";

/// Binds what `WHERE` asks for. A macro: the query types of the two databases
/// share no usable trait.
macro_rules! bind_filter {
    ($query:expr, $account:expr, $filter:expr) => {{
        let filter: &LeadFilter = $filter;
        $query
            .bind($account.as_str())
            .bind(filter.status.map(LeadStatus::as_str))
            .bind(filter.owner_column())
            .bind(filter.due.map(|due| due.0.to_string()))
            .bind(filter.text.as_deref().and_then(|text| like(&as_kept(text))))
            .bind(filter.since.map_or(i64::MIN, Timestamp::as_millisecond))
            .bind(filter.until.map_or(i64::MAX, Timestamp::as_millisecond))
            .bind(filter.source.as_ref().map(|source| source.parts().0))
            .bind(filter.source.as_ref().map(|source| source.parts().1))
    }};
}

impl LeadFilter {
    fn owner_column(&self) -> Option<&str> {
        match &self.owner {
            LeadOwner::Anybody => None,
            LeadOwner::Nobody => Some(""),
            LeadOwner::Staff(id) => Some(id),
        }
    }
}

impl LeadOrder {
    fn sql(self) -> &'static str {
        match self {
            Self::Newest => "ORDER BY handed_in_at DESC, number DESC",
            Self::Due => "ORDER BY COALESCE(due_on, '9999'), handed_in_at DESC, number DESC",
        }
    }
}

/// A pattern that finds `text` anywhere; None for nothing.
pub(in crate::store) fn like(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let escaped = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    (!text.is_empty()).then(|| format!("%{escaped}%"))
}

impl Store {
    /// A page of leads; the first is page 0.
    pub async fn list_leads(
        &self,
        account: &AccountId,
        filter: &LeadFilter,
        page: u32,
    ) -> Result<LeadPage, StoreError> {
        let count = format!("SELECT COUNT(*) FROM lead {WHERE}");
        let (total,): (i64,) = on_read!(&self.db, |pool| {
            let query = sqlx::query_as(AssertSqlSafe(count));
            bind_filter!(query, account, filter).fetch_one(pool).await
        })?;
        let leads = self.load_leads(account, filter, PAGE, page.saturating_mul(PAGE)).await?;
        Ok(LeadPage { leads, total: total.unsigned_abs() })
    }

    /// The newest first, those after `before`: a lead that comes in meanwhile
    /// moves no page.
    pub async fn list_leads_before(
        &self,
        account: &AccountId,
        filter: &LeadFilter,
        before: Option<&LeadCursor>,
        at_most: u32,
    ) -> Result<Vec<Lead>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM lead {WHERE} AND (handed_in_at < $10 OR (handed_in_at = $10 AND number < $11)) \
             {} LIMIT $12",
            LeadOrder::Newest.sql()
        );
        let at = before.map_or(i64::MAX, |before| before.at.as_millisecond());
        let number = before.map_or("", |before| before.number.as_str());
        let rows: Vec<Row> = on_read!(&self.db, |pool| {
            let query = bind_filter!(sqlx::query_as(AssertSqlSafe(sql)), account, filter);
            query.bind(at).bind(number).bind(i64::from(at_most)).fetch_all(pool).await
        })?;
        rows.into_iter().map(Row::read).collect()
    }

    /// Every lead that a filter finds, for an export.
    pub async fn list_all_leads(
        &self,
        account: &AccountId,
        filter: &LeadFilter,
    ) -> Result<Vec<Lead>, StoreError> {
        self.load_leads(account, filter, MOST_IN_A_LIST, 0).await
    }

    /// The same with everything in them readable, once it is written down who
    /// took them.
    pub async fn export_leads(
        &self,
        account: &AccountId,
        filter: &LeadFilter,
        act: &Act,
    ) -> Result<Vec<Lead>, StoreError> {
        let rows = self.load_lead_rows(account, filter, MOST_IN_A_LIST, 0).await?;
        self.note_privacy(account, PrivacyAct::LeadsExported, &rows.len().to_string(), act).await?;
        rows.into_iter().map(|row| self.unseal_lead(row)).collect()
    }

    async fn load_leads(
        &self,
        account: &AccountId,
        filter: &LeadFilter,
        limit: u32,
        offset: u32,
    ) -> Result<Vec<Lead>, StoreError> {
        let rows = self.load_lead_rows(account, filter, limit, offset).await?;
        rows.into_iter().map(Row::read).collect()
    }

    async fn load_lead_rows(
        &self,
        account: &AccountId,
        filter: &LeadFilter,
        limit: u32,
        offset: u32,
    ) -> Result<Vec<Row>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM lead {WHERE} {} LIMIT $10 OFFSET $11", filter.order.sql());
        let rows: Vec<Row> = on_read!(&self.db, |pool| {
            let query = bind_filter!(sqlx::query_as(AssertSqlSafe(sql)), account, filter);
            query.bind(i64::from(limit)).bind(i64::from(offset)).fetch_all(pool).await
        })?;
        Ok(rows)
    }

    pub async fn count_leads(&self, account: &AccountId) -> Result<LeadCounts, StoreError> {
        const SQL: &str =
            "SELECT status, COUNT(*) FROM lead WHERE account_id = $1 AND is_test = 0 GROUP BY status";
        let rows: Vec<(String, i64)> =
            on_read!(&self.db, |pool| sqlx::query_as(SQL).bind(account.as_str()).fetch_all(pool).await)?;
        let known = |(word, count): (String, i64)| Some((LeadStatus::parse(&word)?, count.unsigned_abs()));
        Ok(LeadCounts(rows.into_iter().filter_map(known).collect()))
    }

    /// By what the customers of all leads came, tests left out.
    pub async fn list_lead_sources(&self, account: &AccountId) -> Result<Vec<Source>, StoreError> {
        const SQL: &str = "SELECT DISTINCT source_kind, source_key FROM lead WHERE account_id = $1 \
             AND is_test = 0 AND source_kind IS NOT NULL AND source_key IS NOT NULL \
             ORDER BY source_kind, source_key LIMIT 500";
        let rows: Vec<(String, String)> =
            on_read!(&self.db, |pool| sqlx::query_as(SQL).bind(account.as_str()).fetch_all(pool).await)?;
        Ok(rows.iter().filter_map(|(kind, key)| Source::from_parts(kind, key)).collect())
    }

    pub async fn find_lead(
        &self,
        account: &AccountId,
        number: &LeadNumber,
    ) -> Result<Option<Lead>, StoreError> {
        self.find_lead_row(account, number).await?.map(Row::read).transpose()
    }

    /// A lead with everything in it readable. Who looked is written down first,
    /// beside the lead and in the log.
    pub async fn reveal_lead(
        &self,
        account: &AccountId,
        number: &LeadNumber,
        act: &Act,
        operation: &Operation,
    ) -> Result<Option<Lead>, StoreError> {
        let Some(row) = self.find_lead_row(account, number).await? else { return Ok(None) };
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            sqlx::query(TRAIL)
                .bind(account.as_str())
                .bind(new_id(act.at))
                .bind(number.as_str())
                .bind(act.at.as_millisecond())
                .bind(act.by.to_string())
                .bind(What::Revealed.as_str())
                .bind(None::<&str>)
                .bind(None::<&str>)
                .bind(None::<&str>)
                .execute(&mut *transaction)
                .await?;
            note_in!(&mut *transaction, operation)?;
            transaction.commit().await?;
        });
        self.unseal_lead(row).map(Some)
    }

    /// The leads of a customer, masked, the latest first.
    pub async fn list_leads_of(
        &self,
        account: &AccountId,
        customer: &CustomerId,
    ) -> Result<Vec<Lead>, StoreError> {
        self.load_rows_of(account, customer).await?.into_iter().map(Row::read).collect()
    }

    /// The same with everything readable: for a copy the customer asked for.
    pub(in crate::store) async fn open_leads_of(
        &self,
        account: &AccountId,
        customer: &CustomerId,
    ) -> Result<Vec<Lead>, StoreError> {
        self.load_rows_of(account, customer).await?.into_iter().map(|row| self.unseal_lead(row)).collect()
    }

    async fn load_rows_of(&self, account: &AccountId, customer: &CustomerId) -> Result<Vec<Row>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM lead WHERE account_id = $1 AND customer_id = $2 ORDER BY handed_in_at DESC"
        );
        let rows = on_read!(&self.db, |pool| {
            let query = sqlx::query_as(AssertSqlSafe(sql));
            query.bind(account.as_str()).bind(customer.as_str()).fetch_all(pool).await
        })?;
        Ok(rows)
    }

    /// A row with its answers unsealed.
    pub(super) fn unseal_lead(&self, row: Row) -> Result<Lead, StoreError> {
        let plain = self.sealer.unseal(&row.sealed, &seal_row(&row.account_id, &row.number))?;
        let answers: Vec<LeadAnswer> =
            serde_json::from_str(&plain).map_err(|_| StoreError::corrupt("lead", "answers"))?;
        Ok(Lead { answers, ..row.read()? })
    }

    pub(super) async fn find_lead_row(
        &self,
        account: &AccountId,
        number: &LeadNumber,
    ) -> Result<Option<Row>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM lead WHERE account_id = $1 AND number = $2");
        let row = on_read!(&self.db, |pool| {
            let query = sqlx::query_as(AssertSqlSafe(sql));
            query.bind(account.as_str()).bind(number.as_str()).fetch_optional(pool).await
        })?;
        Ok(row)
    }
}

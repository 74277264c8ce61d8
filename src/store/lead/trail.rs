//! Who did what to a lead, and what staff noted. Rows are only ever added.

use jiff::Timestamp;

use crate::model::clock::from_millis;
use crate::model::{AccountId, Actor, LeadNumber};
use crate::store::{Store, StoreError, on_read};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailEntry {
    pub id: String,
    pub at: Timestamp,
    pub by: Actor,
    pub what: What,
    /// Words, dates and notes as they are stored; answers as JSON, masked.
    pub before: Option<String>,
    pub after: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Created,
    /// The customer handed the form in once more.
    Again,
    Status,
    Owner,
    Due,
    Note,
    /// Somebody looked at what is masked.
    Revealed,
    /// The customer was erased; what they consented to stays.
    Unlinked,
}

impl What {
    const ALL: [Self; 8] = [
        Self::Created,
        Self::Again,
        Self::Status,
        Self::Owner,
        Self::Due,
        Self::Note,
        Self::Revealed,
        Self::Unlinked,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Again => "again",
            Self::Status => "status",
            Self::Owner => "owner",
            Self::Due => "due",
            Self::Note => "note",
            Self::Revealed => "revealed",
            Self::Unlinked => "unlinked",
        }
    }

    /// As staff read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Created => "提交",
            Self::Again => "再次提交",
            Self::Status => "状态",
            Self::Owner => "负责人",
            Self::Due => "下次跟进",
            Self::Note => "备注",
            Self::Revealed => "查看完整信息",
            Self::Unlinked => "对方已取消关注或要求删除",
        }
    }

    pub(in crate::store) fn parse(stored: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.as_str() == stored)
    }
}

pub(in crate::store) const TRAIL: &str = "INSERT INTO lead_trail (account_id, id, number, happened_at, \
     actor, what, value_before, value_after, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    happened_at: i64,
    actor: String,
    what: String,
    value_before: Option<String>,
    value_after: Option<String>,
    sealed: Option<String>,
}

impl Store {
    /// The latest first.
    pub async fn list_lead_trail(
        &self,
        account: &AccountId,
        number: &LeadNumber,
    ) -> Result<Vec<TrailEntry>, StoreError> {
        self.load_trail_rows(account, number).await?.into_iter().map(read).collect()
    }

    /// The same with notes as they were written: for who has just revealed the
    /// lead, which is written down there.
    pub async fn open_lead_trail(
        &self,
        account: &AccountId,
        number: &LeadNumber,
    ) -> Result<Vec<TrailEntry>, StoreError> {
        let rows = self.load_trail_rows(account, number).await?;
        let open = |row: Row| match (What::parse(&row.what), &row.sealed) {
            (Some(What::Note), Some(sealed)) => {
                let original = self.sealer.unseal(sealed, &row.id)?;
                read(Row { value_after: Some(original), ..row })
            }
            (_, _) => read(row),
        };
        rows.into_iter().map(open).collect()
    }

    async fn load_trail_rows(
        &self,
        account: &AccountId,
        number: &LeadNumber,
    ) -> Result<Vec<Row>, StoreError> {
        const SQL: &str = "SELECT id, happened_at, actor, what, value_before, value_after, sealed \
             FROM lead_trail WHERE account_id = $1 AND number = $2 \
             ORDER BY happened_at DESC, id DESC LIMIT 500";
        let rows = on_read!(&self.db, |pool| {
            sqlx::query_as(SQL).bind(account.as_str()).bind(number.as_str()).fetch_all(pool).await
        })?;
        Ok(rows)
    }
}

fn read(row: Row) -> Result<TrailEntry, StoreError> {
    let what = What::parse(&row.what).ok_or_else(|| StoreError::corrupt("lead trail", &row.what))?;
    Ok(TrailEntry {
        id: row.id,
        at: from_millis(row.happened_at),
        by: Actor::read(&row.actor),
        what,
        before: row.value_before,
        after: row.value_after,
    })
}

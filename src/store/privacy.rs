//! Who took personal data out of yingda, or removed it. Names no customer, so
//! it may outlive what it tells of.

use jiff::Timestamp;

use crate::model::clock::from_millis;
use crate::model::{AccountId, Act, Actor};

use super::{Store, StoreError, new_id, on, on_read};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivacyEntry {
    pub at: Timestamp,
    pub by: Actor,
    pub what: PrivacyAct,
    /// A lead's number, a message's key, or how many there were.
    pub subject: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrivacyAct {
    LeadsExported,
    LeadDeleted,
    PersonExported,
    PersonDeleted,
    /// Somebody read a message that is masked.
    MessageRevealed,
}

impl PrivacyAct {
    const ALL: [Self; 5] = [
        Self::LeadsExported,
        Self::LeadDeleted,
        Self::PersonExported,
        Self::PersonDeleted,
        Self::MessageRevealed,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::LeadsExported => "leads-exported",
            Self::LeadDeleted => "lead-deleted",
            Self::PersonExported => "person-exported",
            Self::PersonDeleted => "person-deleted",
            Self::MessageRevealed => "message-revealed",
        }
    }

    /// As staff read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::LeadsExported => "导出线索",
            Self::LeadDeleted => "删除线索",
            Self::PersonExported => "导出个人信息",
            Self::PersonDeleted => "删除个人信息",
            Self::MessageRevealed => "查看消息原文",
        }
    }

    fn parse(stored: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.as_str() == stored)
    }
}

pub(super) const INSERT: &str = "INSERT INTO privacy_log (account_id, id, happened_at, actor, what, subject) \
     VALUES ($1, $2, $3, $4, $5, $6)";

impl Store {
    /// To be called before the data leaves.
    pub async fn note_privacy(
        &self,
        account: &AccountId,
        what: PrivacyAct,
        subject: &str,
        act: &Act,
    ) -> Result<(), StoreError> {
        on!(&self.db, |pool| {
            sqlx::query(INSERT)
                .bind(account.as_str())
                .bind(new_id(act.at))
                .bind(act.at.as_millisecond())
                .bind(act.by.to_string())
                .bind(what.as_str())
                .bind(subject)
                .execute(pool)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// The latest first.
    pub async fn list_privacy_log(&self, account: &AccountId) -> Result<Vec<PrivacyEntry>, StoreError> {
        const SQL: &str = "SELECT happened_at, actor, what, subject FROM privacy_log \
             WHERE account_id = $1 ORDER BY id DESC LIMIT 1000";
        let rows: Vec<(i64, String, String, String)> =
            on_read!(&self.db, |pool| sqlx::query_as(SQL).bind(account.as_str()).fetch_all(pool).await)?;
        let read = |(at, by, what, subject): (i64, String, String, String)| {
            let what = PrivacyAct::parse(&what).ok_or_else(|| StoreError::corrupt("privacy log", &what))?;
            Ok(PrivacyEntry { at: from_millis(at), by: Actor::read(&by), what, subject })
        };
        rows.into_iter().map(read).collect()
    }
}

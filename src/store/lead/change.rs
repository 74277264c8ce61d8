//! Staff at work on a lead. Each change is refused when somebody else changed
//! the lead since, and each leaves its mark in the trail.

use jiff::civil::Date;

use crate::model::{AccountId, Act, LeadNumber, LeadStatus};
use crate::store::personal::Kept;
use crate::store::{Store, StoreError, new_id, on};

use super::Lead;
use super::trail::{TRAIL, What};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeadChange {
    Status(LeadStatus),
    Owner(Option<String>),
    Due(Option<Date>),
    Note(String),
}

/// A lead as it stood when somebody looked.
#[derive(Clone, Copy, Debug)]
pub struct SeenLead<'a> {
    pub account: &'a AccountId,
    pub number: &'a LeadNumber,
    pub revision: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Changed {
    Done(Box<Lead>),
    /// Somebody changed it since; this is how it stands now.
    Stale(Box<Lead>),
    Gone,
}

impl LeadChange {
    fn what(&self) -> What {
        match self {
            Self::Status(_) => What::Status,
            Self::Owner(_) => What::Owner,
            Self::Due(_) => What::Due,
            Self::Note(_) => What::Note,
        }
    }

    fn before(&self, lead: &Lead) -> Option<String> {
        match self {
            Self::Status(_) => Some(lead.status.as_str().to_owned()),
            Self::Owner(_) => lead.owner.clone(),
            Self::Due(_) => lead.due_on.map(|day| day.to_string()),
            Self::Note(_) => None,
        }
    }

    fn after(&self) -> Option<String> {
        match self {
            Self::Status(status) => Some(status.as_str().to_owned()),
            Self::Owner(owner) => owner.clone(),
            Self::Due(day) => day.map(|day| day.to_string()),
            Self::Note(text) => Some(text.clone()),
        }
    }

    fn apply(&self, mut lead: Lead) -> Lead {
        match self {
            Self::Status(status) => lead.status = *status,
            Self::Owner(owner) => lead.owner.clone_from(owner),
            Self::Due(day) => lead.due_on = *day,
            Self::Note(_) => {}
        }
        lead
    }
}

/// Colleagues who note something in the same moment take turns.
const MOST_ATTEMPTS: usize = 16;

const UPDATE: &str = "UPDATE lead SET status = $4, owner = $5, due_on = $6, updated_at = $7, \
     revision = revision + 1 WHERE account_id = $1 AND number = $2 AND revision = $3";

impl Store {
    /// Makes a change to the lead as somebody saw it. A note gets in nobody's
    /// way, so it may be made on an older revision.
    pub async fn change_lead(
        &self,
        seen: SeenLead<'_>,
        change: &LeadChange,
        act: &Act,
    ) -> Result<Changed, StoreError> {
        let SeenLead { account, number, revision } = seen;
        let is_note = matches!(change, LeadChange::Note(_));
        for _ in 0..MOST_ATTEMPTS {
            let Some(lead) = self.find_lead(account, number).await? else { return Ok(Changed::Gone) };
            if lead.revision != revision && !is_note {
                return Ok(Changed::Stale(Box::new(lead)));
            }
            let after = change.apply(lead.clone());
            if self.write_change(&lead, &after, change, act).await? {
                let revision = lead.revision + 1;
                return Ok(Changed::Done(Box::new(Lead { revision, updated_at: act.at, ..after })));
            }
        }
        match self.find_lead(account, number).await? {
            Some(lead) => Ok(Changed::Stale(Box::new(lead))),
            None => Ok(Changed::Gone),
        }
    }

    /// False when somebody was faster.
    async fn write_change(
        &self,
        before: &Lead,
        after: &Lead,
        change: &LeadChange,
        act: &Act,
    ) -> Result<bool, StoreError> {
        let id = new_id(act.at);
        let kept = change.after().map(|text| match change {
            LeadChange::Note(_) => Kept::of(&text, &self.sealer, &id),
            LeadChange::Status(_) | LeadChange::Owner(_) | LeadChange::Due(_) => {
                Kept { shown: text, sealed: None }
            }
        });
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            let updated = sqlx::query(UPDATE)
                .bind(before.account.as_str())
                .bind(before.number.as_str())
                .bind(before.revision)
                .bind(after.status.as_str())
                .bind(after.owner.as_deref())
                .bind(after.due_on.map(|day| day.to_string()))
                .bind(act.at.as_millisecond())
                .execute(&mut *transaction)
                .await?;
            if updated.rows_affected() == 0 {
                return Ok(false);
            }
            sqlx::query(TRAIL)
                .bind(before.account.as_str())
                .bind(id.as_str())
                .bind(before.number.as_str())
                .bind(act.at.as_millisecond())
                .bind(act.by.to_string())
                .bind(change.what().as_str())
                .bind(change.before(before))
                .bind(kept.as_ref().map(|kept| kept.shown.as_str()))
                .bind(kept.as_ref().and_then(|kept| kept.sealed.as_deref()))
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
        });
        Ok(true)
    }
}

//! Everything that is kept of one person, for a copy they may ask for (个人信息保护法,
//! article 45). Not here: erasing them (erasure).

use jiff::Timestamp;
use serde::Serialize;

use crate::model::clock::from_millis;
use crate::model::lead::{LeadAnswer, Source};
use crate::model::{AccountId, Act, CustomerId, Reply};

use super::lead::Lead;
use super::message::said_by;
use super::privacy::PrivacyAct;
use super::{Store, StoreError, on_read};

/// Serialises to the copy that is handed over.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PersonFile {
    pub account: String,
    pub customer: String,
    pub first_seen: Option<Timestamp>,
    pub source: Option<Source>,
    pub messages: Vec<Said>,
    pub leads: Vec<Left>,
    pub notes: Vec<Noted>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Said {
    pub at: Timestamp,
    pub kind: String,
    pub message: Option<String>,
    pub reply: Reply,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Left {
    pub number: String,
    pub consented_at: Timestamp,
    pub handed_in_at: Timestamp,
    pub answers: Vec<LeadAnswer>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Noted {
    pub at: Timestamp,
    pub text: String,
}

impl Store {
    /// Gathers it, originals in full, once it is written down who asked.
    pub async fn export_person(
        &self,
        account: &AccountId,
        customer: &CustomerId,
        act: &Act,
    ) -> Result<PersonFile, StoreError> {
        self.note_privacy(account, PrivacyAct::PersonExported, "1", act).await?;
        let coming = self.find_coming(account, customer).await?;
        Ok(PersonFile {
            account: account.to_string(),
            customer: customer.to_string(),
            first_seen: coming.as_ref().map(|coming| coming.first_seen),
            source: coming.and_then(|coming| coming.source),
            messages: self.said_by(account, customer).await?,
            leads: self.left_by(account, customer).await?,
            notes: self.noted_about(account, customer).await?,
        })
    }

    async fn said_by(&self, account: &AccountId, customer: &CustomerId) -> Result<Vec<Said>, StoreError> {
        const SQL: &str = concat!(
            "SELECT id, received_at, kind, body, sealed, reply FROM message WHERE ",
            said_by!(),
            " ORDER BY received_at, id"
        );
        type Row = (String, i64, String, Option<String>, Option<String>, String);
        let rows: Vec<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(SQL).bind(account.as_str()).bind(customer.as_str()).fetch_all(pool).await
        })?;
        let read = |(id, at, kind, body, sealed, reply): Row| {
            let original = sealed.map(|sealed| self.sealer.unseal(&sealed, &id)).transpose()?;
            let reply = serde_json::from_str(&reply).map_err(|cause| StoreError::corrupt("reply", cause))?;
            Ok(Said { at: from_millis(at), kind, message: original.or(body), reply })
        };
        rows.into_iter().map(read).collect()
    }

    async fn left_by(&self, account: &AccountId, customer: &CustomerId) -> Result<Vec<Left>, StoreError> {
        let leads = self.open_leads_of(account, customer).await?;
        let read = |lead: Lead| Left {
            number: lead.number.to_string(),
            consented_at: lead.consented_at,
            handed_in_at: lead.handed_in_at,
            answers: lead.answers,
        };
        Ok(leads.into_iter().map(read).collect())
    }

    async fn noted_about(
        &self,
        account: &AccountId,
        customer: &CustomerId,
    ) -> Result<Vec<Noted>, StoreError> {
        const SQL: &str = "SELECT id, written_at, body, sealed FROM customer_note \
             WHERE account_id = $1 AND customer_id = $2 ORDER BY written_at, id";
        type Row = (String, i64, String, Option<String>);
        let rows: Vec<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(SQL).bind(account.as_str()).bind(customer.as_str()).fetch_all(pool).await
        })?;
        let read = |(id, at, body, sealed): Row| {
            let original = sealed.map(|sealed| self.sealer.unseal(&sealed, &id)).transpose()?;
            Ok(Noted { at: from_millis(at), text: original.unwrap_or(body) })
        };
        rows.into_iter().map(read).collect()
    }
}

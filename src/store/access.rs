//! What a member made that lets somebody in: links that nobody has used yet, and
//! tokens. It ends with their right to make it, in the same transaction. Not
//! here: how it is made and used (`invitation`, `api_token`).

use jiff::Timestamp;

use crate::model::StaffId;

use super::{Store, StoreError, on_read};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MadeAccess {
    /// For whom.
    pub links: Vec<String>,
    /// Their names.
    pub tokens: Vec<String>,
}

/// Whose access ends; a member who is out must not come back by a link either
/// that somebody else made for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    WhatTheyMade,
    AndWhatWasMadeForThem,
}

pub(super) const TOKENS: &str =
    "SELECT name FROM api_token WHERE made_by_id = $1 AND revoked_at IS NULL ORDER BY made_at, id";
pub(super) const REVOKE: &str =
    "UPDATE api_token SET revoked_at = $2 WHERE made_by_id = $1 AND revoked_at IS NULL";
pub(super) const LINKS: &str = "SELECT note FROM invitation WHERE purpose <> 'setup' \
     AND (made_by_id = $1 OR staff_id = $2) AND ends_at > $3 ORDER BY made_at, hash";
pub(super) const WITHDRAW: &str =
    "DELETE FROM invitation WHERE purpose <> 'setup' AND (made_by_id = $1 OR staff_id = $2)";

/// Writes each of it into the log, too.
macro_rules! end_access_in {
    ($connection:expr, $id:expr, $ends:expr, $operation:expr) => {{
        use $crate::store::access;
        let (id, operation): (&str, &$crate::store::Operation) = ($id.as_str(), $operation);
        let made_for = ($ends == access::Ends::AndWhatWasMadeForThem).then_some(id);
        let now = operation.at.as_millisecond();
        let tokens: Vec<(String,)> =
            sqlx::query_as(access::TOKENS).bind(id).fetch_all(&mut *$connection).await?;
        let links: Vec<(String,)> = sqlx::query_as(access::LINKS)
            .bind(id)
            .bind(made_for)
            .bind(now)
            .fetch_all(&mut *$connection)
            .await?;
        sqlx::query(access::REVOKE).bind(id).bind(now).execute(&mut *$connection).await?;
        sqlx::query(access::WITHDRAW).bind(id).bind(made_for).execute(&mut *$connection).await?;
        for (name,) in &tokens {
            let revoked = operation.along($crate::store::OperationKind::TokenRevoked, name);
            $crate::store::operation::note_in!(&mut *$connection, &revoked)?;
        }
        for (note,) in &links {
            let withdrawn = operation.along($crate::store::OperationKind::InvitationWithdrawn, note);
            $crate::store::operation::note_in!(&mut *$connection, &withdrawn)?;
        }
    }};
}

pub(super) use end_access_in;

impl Store {
    /// What would end with this member's right to administer.
    pub async fn find_made_access(&self, staff: &StaffId, now: Timestamp) -> Result<MadeAccess, StoreError> {
        let tokens: Vec<(String,)> =
            on_read!(&self.db, |pool| sqlx::query_as(TOKENS).bind(staff.as_str()).fetch_all(pool).await)?;
        let links: Vec<(String,)> = on_read!(&self.db, |pool| {
            sqlx::query_as(LINKS)
                .bind(staff.as_str())
                .bind(None::<&str>)
                .bind(now.as_millisecond())
                .fetch_all(pool)
                .await
        })?;
        let names = |rows: Vec<(String,)>| rows.into_iter().map(|(name,)| name).collect();
        Ok(MadeAccess { links: names(links), tokens: names(tokens) })
    }
}

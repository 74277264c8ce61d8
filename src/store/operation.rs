//! The log of what staff did: who, when, from where, what, before and after.
//! Only ever added to; there is no way to change or remove an entry.
//!
//! A change is logged in its own transaction: hand its `Operation` to the
//! store's function, which writes both or neither (`note_in!`).

use jiff::Timestamp;
use uuid::Uuid;

use crate::model::StaffId;
use crate::model::clock::from_millis;

use super::{Store, StoreError, on, on_read};

/// Who did it, as the log will always call them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub staff: Option<StaffId>,
    pub name: String,
    pub ip: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    pub at: Timestamp,
    pub who: String,
    /// The member, for what they make and leave behind. Not kept: None once it is read.
    pub by: Option<StaffId>,
    /// Empty for what was done on the machine itself.
    pub ip: String,
    /// A word of `OperationKind`, or one that a newer program wrote.
    pub kind: String,
    /// What was changed: a member's name, a rule's id.
    pub subject: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident => $word:literal,)*) => {
        /// What can be done. Each has its sentence in `console/words/*/log.toml`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum OperationKind { $($(#[$doc])* $name,)* }

        impl OperationKind {
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// A stable word for the store and for filters.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

kinds! {
    SetUp => "setup",
    LogIn => "login",
    LogInFailed => "login_failed",
    LogOut => "logout",
    Invite => "invite",
    InvitationWithdrawn => "invitation_withdrawn",
    Join => "join",
    RoleChanged => "role",
    Disabled => "disable",
    Enabled => "enable",
    PasswordChanged => "password",
    PasswordReset => "password_reset",
    ResetLinkMade => "reset_link",
    SecondFactorOn => "totp_on",
    SecondFactorOff => "totp_off",
    RecoveryCodeUsed => "recovery_code",
    SessionEnded => "session_end",
    TokenMade => "token",
    TokenRevoked => "token_revoked",
    AccountMade => "account",
    AccountChanged => "account_changed",
    AccountSecretsChanged => "account_secrets",
    AccountRemoved => "account_removed",
    LogExported => "log_export",
    Published => "publish",
    VersionRestored => "restore",
    DraftDiscarded => "draft_discard",
    Proposed => "propose",
    Approved => "approve",
    ProposalWithdrawn => "propose_withdraw",
    LeadsExported => "leads_export",
    LeadRevealed => "lead_reveal",
    LeadDeleted => "lead_delete",
    MessageRevealed => "message_reveal",
    PersonDeleted => "person_delete",
    PersonExported => "person_export",
    PhraseSaved => "phrase",
    PhraseDeleted => "phrase_delete",
}

/// Which entries are wanted. Empty: all.
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    pub who: String,
    pub kind: String,
    pub from: Option<Timestamp>,
    /// Not included.
    pub until: Option<Timestamp>,
}

impl Actor {
    /// What they do now, still without its before and after.
    pub fn does(&self, kind: OperationKind, subject: &str, at: Timestamp) -> Operation {
        Operation {
            at,
            who: self.name.clone(),
            by: self.staff.clone(),
            ip: self.ip.clone(),
            kind: kind.as_str().to_owned(),
            subject: subject.to_owned(),
            before: None,
            after: None,
        }
    }
}

impl Operation {
    /// What goes with it: the same member, at the same time, from the same place.
    pub(super) fn along(&self, kind: OperationKind, subject: &str) -> Self {
        let (kind, subject) = (kind.as_str().to_owned(), subject.to_owned());
        Self { kind, subject, before: None, after: None, ..self.clone() }
    }

    #[must_use]
    pub fn before(mut self, text: impl Into<String>) -> Self {
        self.before = Some(text.into());
        self
    }

    #[must_use]
    pub fn after(mut self, text: impl Into<String>) -> Self {
        self.after = Some(text.into());
        self
    }

    pub(super) fn fresh_id() -> String {
        Uuid::now_v7().simple().to_string()
    }
}

pub(super) const INSERT: &str = "INSERT INTO operation \
     (id, at, who, ip, kind, subject, before_text, after_text) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// Writes an operation with whatever it belongs to.
macro_rules! note_in {
    ($executor:expr, $operation:expr) => {{
        let operation: &$crate::store::Operation = $operation;
        sqlx::query($crate::store::operation::INSERT)
            .bind($crate::store::Operation::fresh_id())
            .bind(operation.at.as_millisecond())
            .bind(operation.who.as_str())
            .bind(operation.ip.as_str())
            .bind(operation.kind.as_str())
            .bind(operation.subject.as_str())
            .bind(operation.before.as_deref())
            .bind(operation.after.as_deref())
            .execute($executor)
            .await
    }};
}

/// Runs one statement and, when it changed anything, notes who did it, both or
/// neither. How many rows were changed.
macro_rules! change_in {
    ($pool:expr, $change:expr, $operation:expr) => {{
        let mut transaction = $pool.begin().await?;
        let changed = $change.execute(&mut *transaction).await?.rows_affected();
        if changed > 0 {
            $crate::store::operation::note_in!(&mut *transaction, $operation)?;
        }
        transaction.commit().await?;
        changed
    }};
}

pub(super) use {change_in, note_in};

const WHERE: &str = "WHERE ($1 = '' OR who = $1) AND ($2 = '' OR kind = $2) AND at >= $3 AND at < $4";

impl Store {
    /// For what changes nothing in the store itself.
    pub async fn note_operation(&self, operation: &Operation) -> Result<(), StoreError> {
        on!(&self.db, |pool| note_in!(pool, operation).map(drop))?;
        Ok(())
    }

    /// The latest first.
    pub async fn find_operations(
        &self,
        filter: &LogFilter,
        skipped: i64,
        at_most: i64,
    ) -> Result<Vec<Operation>, StoreError> {
        type Row = (i64, String, String, String, String, Option<String>, Option<String>);
        let sql = format!(
            "SELECT at, who, ip, kind, subject, before_text, after_text FROM operation {WHERE} \
             ORDER BY at DESC, id DESC LIMIT $5 OFFSET $6"
        );
        let (from, until) = filter.range();
        let rows: Vec<Row> = on_read!(&self.db, |pool| {
            sqlx::query_as(sqlx::AssertSqlSafe(sql))
                .bind(filter.who.as_str())
                .bind(filter.kind.as_str())
                .bind(from)
                .bind(until)
                .bind(at_most)
                .bind(skipped)
                .fetch_all(pool)
                .await
        })?;
        let read = |(at, who, ip, kind, subject, before, after): Row| Operation {
            at: from_millis(at),
            who,
            by: None,
            ip,
            kind,
            subject,
            before,
            after,
        };
        Ok(rows.into_iter().map(read).collect())
    }

    pub async fn count_operations(&self, filter: &LogFilter) -> Result<i64, StoreError> {
        let sql = format!("SELECT COUNT(*) FROM operation {WHERE}");
        let (from, until) = filter.range();
        let count: (i64,) = on_read!(&self.db, |pool| {
            sqlx::query_as(sqlx::AssertSqlSafe(sql))
                .bind(filter.who.as_str())
                .bind(filter.kind.as_str())
                .bind(from)
                .bind(until)
                .fetch_one(pool)
                .await
        })?;
        Ok(count.0)
    }

    /// Everybody who ever did something, for the filter.
    pub async fn list_actors(&self) -> Result<Vec<String>, StoreError> {
        const SQL: &str = "SELECT DISTINCT who FROM operation ORDER BY who";
        let rows: Vec<(String,)> = on_read!(&self.db, |pool| sqlx::query_as(SQL).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(|(who,)| who).collect())
    }
}

impl LogFilter {
    fn range(&self) -> (i64, i64) {
        let ms = |at: Option<Timestamp>, otherwise| at.map_or(otherwise, Timestamp::as_millisecond);
        (ms(self.from, i64::MIN), ms(self.until, i64::MAX))
    }
}

//! Erasing a customer, from every table (DESIGN.md D8). What somebody consented
//! to in a form stays without their name until its time is over, unless staff
//! remove everything.
//!
//! Erasing is a step of the message that asks for it, in its transaction. What
//! the customer wrote before may still lie in the journal of another process;
//! so who was erased is remembered, encrypted, for a while, and `finish_erasing`
//! erases again whatever has turned up since.

use jiff::{SignedDuration, Timestamp};
use tracing::error;

use crate::model::clock::from_millis;
use crate::model::{AccountId, Act, Actor, CustomerId, Reply};

use super::lead::{TRAIL, What};
use super::message::{Record, said_by};
use super::privacy::{self, PrivacyAct};
use super::waiting::Ending;
use super::{Sealer, Store, StoreError, for_both, new_id, on, on_read};

/// A journal that lies longer than this was forgotten; who replays one by hand
/// afterwards erases by hand too.
const REMEMBERED_FOR: SignedDuration = SignedDuration::from_hours(90 * 24);
/// People who are looked for with one connection and erased in one transaction.
const AT_ONCE: usize = 100;

/// What is erased, of whom, up to when.
pub(super) struct Erasing<'a> {
    account: &'a str,
    customer: &'a str,
    /// Milliseconds: what came after it belongs to a new acquaintance.
    until: i64,
    /// The message that asked keeps its reply, for its own retries.
    request: &'a str,
    scope: Scope,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Leads stay, unlinked.
    Conversation,
    Everything,
}

impl Scope {
    fn as_str(self) -> &'static str {
        match self {
            Self::Conversation => "conversation",
            Self::Everything => "everything",
        }
    }
}

pub(super) trait ErasureRows {
    fn erase(&mut self, erasing: &Erasing<'_>) -> impl Future<Output = Result<(), StoreError>> + Send;

    fn remember(
        &mut self,
        erasing: &Erasing<'_>,
        sealed: &str,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

const MESSAGES: &str = concat!(
    "UPDATE message SET customer_id = NULL, body = NULL, sealed = NULL, nearest = NULL, \
     reply = CASE WHEN id = $4 THEN reply ELSE $5 END WHERE ",
    said_by!(),
    " AND received_at <= $3"
);
const WAITING: &str = "UPDATE waiting SET customer_id = NULL, ended_at = COALESCE(ended_at, $3), \
     ended_how = COALESCE(ended_how, $4) WHERE account_id = $1 AND customer_id = $2 AND since <= $3";
const LEADS_GO: &str = "DELETE FROM lead WHERE account_id = $1 AND customer_id = $2 AND created_at <= $3";
const UNLINKED: &str =
    "SELECT number FROM lead WHERE account_id = $1 AND customer_id = $2 AND created_at <= $3";
const UNLINK: &str = "UPDATE lead SET customer_id = NULL, revision = revision + 1 \
     WHERE account_id = $1 AND number = $2";
/// What simply goes. Each takes account, customer and time.
const GONE: [&str; 5] = [
    "DELETE FROM conversation WHERE account_id = $1 AND customer_id = $2 AND changed_at <= $3",
    "DELETE FROM customer_note WHERE account_id = $1 AND customer_id = $2 AND written_at <= $3",
    "DELETE FROM customer_tag WHERE account_id = $1 AND customer_id = $2 AND set_at <= $3",
    "DELETE FROM reply_draft WHERE account_id = $1 AND customer_id = $2 AND changed_at <= $3",
    "DELETE FROM customer WHERE account_id = $1 AND customer_id = $2 AND first_seen <= $3",
];
const REMEMBER: &str = "INSERT INTO erasure (account_id, id, sealed, erased_at, scope) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";

for_both! { impl ErasureRows {
    async fn erase(&mut self, erasing: &Erasing<'_>) -> Result<(), StoreError> {
        let Erasing { account, customer, until, request, scope } = *erasing;
        let silence = serde_json::to_string(&Reply::Silence).unwrap_or_default();
        let messages = sqlx::query(MESSAGES).bind(account).bind(customer).bind(until);
        messages.bind(request).bind(silence).execute(&mut *self).await?;
        let waiting = sqlx::query(WAITING).bind(account).bind(customer).bind(until);
        waiting.bind(Ending::Erased.as_str()).execute(&mut *self).await?;
        for sql in GONE {
            sqlx::query(sql).bind(account).bind(customer).bind(until).execute(&mut *self).await?;
        }
        match scope {
            Scope::Everything => {
                sqlx::query(LEADS_GO).bind(account).bind(customer).bind(until).execute(&mut *self).await?;
            }
            Scope::Conversation => {
                let numbers: Vec<(String,)> = sqlx::query_as(UNLINKED)
                    .bind(account).bind(customer).bind(until).fetch_all(&mut *self).await?;
                for (number,) in numbers {
                    sqlx::query(UNLINK).bind(account).bind(&*number).execute(&mut *self).await?;
                    sqlx::query(TRAIL)
                        .bind(account)
                        .bind(new_id(from_millis(until)))
                        .bind(&*number)
                        .bind(until)
                        .bind(Actor::Customer.to_string())
                        .bind(What::Unlinked.as_str())
                        .bind(None::<&str>)
                        .bind(None::<&str>)
                        .bind(None::<&str>)
                        .execute(&mut *self)
                        .await?;
                }
            }
        }
        Ok(())
    }

    async fn remember(&mut self, erasing: &Erasing<'_>, sealed: &str) -> Result<(), StoreError> {
        sqlx::query(REMEMBER)
            .bind(erasing.account)
            .bind(erasing.request)
            .bind(sealed)
            .bind(erasing.until)
            .bind(erasing.scope.as_str())
            .execute(self)
            .await?;
        Ok(())
    }
}}

/// The step of a message that asks for it, or of 取消关注.
pub(super) async fn erase_by_message<C: ErasureRows>(
    link: &mut C,
    record: &Record,
    sealer: &Sealer,
) -> Result<(), StoreError> {
    let (account, customer) = record.whose();
    let erasing = Erasing {
        account,
        customer,
        until: record.received_at.as_millisecond(),
        request: record.key.as_str(),
        scope: Scope::Conversation,
    };
    link.remember(&erasing, &sealer.seal(customer, &seal_row(account, record.key.as_str()))).await?;
    link.erase(&erasing).await
}

fn seal_row(account: &str, id: &str) -> String {
    format!("erasure:{account}:{id}")
}

impl Store {
    /// Staff remove everything that is known of a customer, leads included, and
    /// it is written down who did. What a process still holds in memory of the
    /// conversation is for the desk to forget.
    pub async fn delete_person(
        &self,
        account: &AccountId,
        customer: &CustomerId,
        act: &Act,
    ) -> Result<(), StoreError> {
        let id = new_id(act.at);
        let erasing = Erasing {
            account: account.as_str(),
            customer: customer.as_str(),
            until: act.at.as_millisecond(),
            request: &id,
            scope: Scope::Everything,
        };
        self.erase_now(&erasing, &act.by).await
    }

    async fn erase_now(&self, erasing: &Erasing<'_>, by: &Actor) -> Result<(), StoreError> {
        let sealed = self.sealer.seal(erasing.customer, &seal_row(erasing.account, erasing.request));
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            transaction.remember(erasing, &sealed).await?;
            transaction.erase(erasing).await?;
            sqlx::query(privacy::INSERT)
                .bind(erasing.account)
                .bind(erasing.request)
                .bind(erasing.until)
                .bind(by.to_string())
                .bind(PrivacyAct::PersonDeleted.as_str())
                .bind("1")
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Erases what turned up late, from a journal, of those who were erased;
    /// and forgets who they were once nothing can turn up any more.
    pub async fn finish_erasing(&self, now: Timestamp) -> Result<(), StoreError> {
        const LATELY: &str = "SELECT account_id, id, sealed, erased_at, scope FROM erasure";
        const FORGET: &str = "DELETE FROM erasure WHERE erased_at < $1";
        let rows: Vec<Row> = on_read!(&self.db, |pool| sqlx::query_as(LATELY).fetch_all(pool).await)?;
        let erased: Vec<Erased> =
            rows.into_iter().filter_map(|row| Erased::read(row, &self.sealer)).collect();
        for some in erased.chunks(AT_ONCE) {
            let late = self.find_late(some).await?;
            if !late.is_empty() {
                self.erase_all(&late).await?;
            }
        }
        let before = now.checked_sub(REMEMBERED_FOR).unwrap_or(Timestamp::MIN).as_millisecond();
        on!(&self.db, |pool| sqlx::query(FORGET).bind(before).execute(pool).await.map(drop))?;
        Ok(())
    }

    /// Those of whom there is a message again: everything else comes with one.
    async fn find_late<'a>(&self, erased: &'a [Erased]) -> Result<Vec<&'a Erased>, StoreError> {
        const SQL: &str =
            concat!("SELECT id FROM message WHERE ", said_by!(), " AND received_at <= $3 LIMIT 1");
        let mut late = Vec::new();
        on_read!(&self.db, |pool| {
            let mut connection = pool.acquire().await?;
            for one in erased {
                let found: Option<(String,)> = sqlx::query_as(SQL)
                    .bind(&*one.account)
                    .bind(&*one.customer)
                    .bind(one.until)
                    .fetch_optional(&mut *connection)
                    .await?;
                late.extend(found.map(|_| one));
            }
        });
        Ok(late)
    }

    async fn erase_all(&self, erased: &[&Erased]) -> Result<(), StoreError> {
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            for one in erased {
                transaction.erase(&one.erasing()).await?;
            }
            transaction.commit().await?;
        });
        Ok(())
    }
}

type Row = (String, String, String, i64, String);

/// Who was erased lately.
struct Erased {
    account: String,
    id: String,
    customer: String,
    until: i64,
    scope: Scope,
}

impl Erased {
    /// A row that cannot be read keeps no other from being erased again.
    fn read((account, id, sealed, until, scope): Row, sealer: &Sealer) -> Option<Self> {
        let scope = if scope == Scope::Everything.as_str() { Scope::Everything } else { Scope::Conversation };
        match sealer.unseal(&sealed, &seal_row(&account, &id)) {
            Ok(customer) => Some(Self { account, id, customer, until, scope }),
            Err(failure) => {
                error!(%failure, account, erasure = id, "Cannot tell who was erased; what turns up late of them stays");
                None
            }
        }
    }

    fn erasing(&self) -> Erasing<'_> {
        let Self { account, id, customer, until, scope } = self;
        Erasing { account, customer, until: *until, request: id, scope: *scope }
    }
}

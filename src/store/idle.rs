//! What names a customer of whom nothing else is kept any more: where they
//! stand, how they came, what staff wrote about them, when they waited. A few at
//! a time, as `retention` does it. Not here: their messages (retention), what
//! they ask to be forgotten (erasure).

use std::fmt::Write as _;

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use super::message::{ACCOUNTS, said_by};
use super::{Store, StoreError, on, on_read};

/// Customers, or places in the line, in one transaction.
const AT_ONCE: u32 = 200;
/// What goes, with the column that says when it was written.
const ROWS: [(&str, &str); 4] = [
    ("conversation", "changed_at"),
    ("customer", "first_seen"),
    ("customer_note", "written_at"),
    ("customer_tag", "set_at"),
];
/// Whatever of this there is keeps the rest. An ended wait keeps nobody.
const KEEPING: [(&str, &str); 4] = [
    // As the index has it: see `said_by`.
    ("message", "AND substr(k.customer_id, -4) = substr(t.customer_id, -4)"),
    ("lead", ""),
    ("reply_draft", ""),
    ("waiting", "AND k.ended_at IS NULL"),
];
const WAITED: &str = "account_id = $1 AND since < $2 AND ended_at < $2 AND customer_id IS NOT NULL";

impl Store {
    /// Forgets the customers who wrote nothing since `before`, of whom no lead is
    /// kept and who wait for nobody; and who it was that waited before. To be
    /// called when the messages of before are forgotten. How many they were.
    pub async fn forget_idle_customers(&self, before: Timestamp) -> Result<u64, StoreError> {
        let accounts: Vec<(String,)> =
            on_read!(&self.db, |pool| sqlx::query_as(ACCOUNTS).fetch_all(pool).await)?;
        let mut forgotten = 0;
        for (account,) in accounts {
            self.forget_who_waited(&account, before).await?;
            for (table, written_at) in ROWS {
                let find = find_in(table, written_at);
                let mut after = String::new();
                loop {
                    let idle = self.find_idle(&find, &account, before, &after).await?;
                    let Some((last,)) = idle.last().cloned() else { break };
                    self.forget_rows(&account, &idle, before).await?;
                    forgotten += idle.len() as u64;
                    after = last;
                }
            }
        }
        Ok(forgotten)
    }

    async fn find_idle(
        &self,
        find: &str,
        account: &str,
        before: Timestamp,
        after: &str,
    ) -> Result<Vec<(String,)>, StoreError> {
        let idle = on_read!(&self.db, |pool| {
            sqlx::query_as(AssertSqlSafe(find))
                .bind(account)
                .bind(before.as_millisecond())
                .bind(after)
                .fetch_all(pool)
                .await
        })?;
        Ok(idle)
    }

    /// Whoever writes at this very moment keeps theirs.
    async fn forget_rows(
        &self,
        account: &str,
        customers: &[(String,)],
        before: Timestamp,
    ) -> Result<(), StoreError> {
        let delete = |(table, written_at): (&str, &str)| {
            format!(
                "DELETE FROM {table} WHERE account_id = $1 AND customer_id = $2 AND {written_at} < $3 \
                 AND (SELECT id FROM message WHERE {} LIMIT 1) IS NULL",
                said_by!()
            )
        };
        let deletes = ROWS.map(delete);
        on!(&self.db, |pool| {
            let mut transaction = pool.begin().await?;
            for (customer,) in customers {
                for sql in &deletes {
                    sqlx::query(AssertSqlSafe(sql.as_str()))
                        .bind(account)
                        .bind(&**customer)
                        .bind(before.as_millisecond())
                        .execute(&mut *transaction)
                        .await?;
                }
            }
            transaction.commit().await?;
        });
        Ok(())
    }

    /// The rows stay, without people in them: who waited stays counted.
    async fn forget_who_waited(&self, account: &str, before: Timestamp) -> Result<(), StoreError> {
        const FORGET: &str =
            "UPDATE waiting SET customer_id = NULL WHERE account_id = $1 AND message_id = $2";
        let find = format!(
            "SELECT message_id FROM waiting WHERE {WAITED} ORDER BY since, message_id LIMIT {AT_ONCE}"
        );
        loop {
            let places: Vec<(String,)> = on_read!(&self.db, |pool| {
                sqlx::query_as(AssertSqlSafe(find.as_str()))
                    .bind(account)
                    .bind(before.as_millisecond())
                    .fetch_all(pool)
                    .await
            })?;
            if places.is_empty() {
                return Ok(());
            }
            on!(&self.db, |pool| {
                let mut transaction = pool.begin().await?;
                for (message,) in &places {
                    sqlx::query(FORGET).bind(account).bind(&**message).execute(&mut *transaction).await?;
                }
                transaction.commit().await?;
            });
        }
    }
}

/// The next few customers with a row in `table` who are idle: nothing keeps them,
/// and nothing about them was written since. Not `NOT EXISTS`: PostgreSQL would
/// join everything with all messages before it stops at a few.
fn find_in(table: &str, written_at: &str) -> String {
    let mut sql = format!(
        "SELECT DISTINCT t.customer_id FROM {table} t WHERE t.account_id = $1 AND t.customer_id > $3 \
         AND t.{written_at} < $2"
    );
    let newer = ROWS.map(|(table, written_at)| (table, format!("AND k.{written_at} >= $2")));
    let kept = KEEPING.into_iter().map(|(table, only)| (table, only.to_owned()));
    for (table, only) in kept.chain(newer) {
        let _ = write!(
            sql,
            " AND (SELECT 1 FROM {table} k WHERE k.account_id = t.account_id \
             AND k.customer_id = t.customer_id {only} LIMIT 1) IS NULL"
        );
    }
    let _ = write!(sql, " ORDER BY t.customer_id LIMIT {AT_ONCE}");
    sql
}

//! The connection that writes messages, and the transactions on it.

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection, PgConnection, SqliteConnection};

use super::batch::{Places, Row, Rows, Texts};
use super::{Committed, Record, Sealer, StoreError};
use crate::store::message;

#[derive(Debug)]
pub enum Writer {
    Sqlite(Link<SqliteConnection>),
    Postgres(Link<PgConnection>),
}

/// A connection that is opened again when it was lost.
#[derive(Debug)]
pub struct Link<C: Connection> {
    options: C::Options,
    connection: Option<C>,
    texts: Texts,
    begin: &'static str,
}

impl<C: Connection> Link<C> {
    async fn ready(&mut self) -> Result<(&mut C, &mut Texts), sqlx::Error> {
        if self.connection.is_none() {
            self.connection = Some(self.options.connect().await?);
        }
        match &mut self.connection {
            Some(connection) => Ok((connection, &mut self.texts)),
            None => Err(sqlx::Error::PoolClosed),
        }
    }
}

/// Runs one body in a transaction on whichever database this is. After an error
/// that is no duplicate the connection is given up: its state is unknown.
macro_rules! in_transaction {
    ($writer:expr, |$transaction:ident, $texts:ident| $body:expr) => {
        match $writer {
            Writer::Sqlite(link) => in_transaction!(link => |$transaction, $texts| $body),
            Writer::Postgres(link) => in_transaction!(link => |$transaction, $texts| $body),
        }
    };
    ($link:ident => |$transaction:ident, $texts:ident| $body:expr) => {{
        let begin = $link.begin;
        let attempt = async {
            let (connection, $texts) = $link.ready().await?;
            let mut $transaction = connection.begin_with(begin).await?;
            match $body.await {
                Ok(done) => {
                    $transaction.commit().await?;
                    Ok(done)
                }
                Err(error) => {
                    // The reason of the failure is what matters, not that undoing it failed too.
                    drop($transaction.rollback().await);
                    Err(error)
                }
            }
        };
        let done: Result<_, StoreError> = attempt.await;
        if done.as_ref().is_err_and(|error| !error.is_duplicate()) {
            $link.connection = None;
        }
        done
    }};
}

/// Inserts the rows of a batch. A macro, not a function: the same body is
/// compiled for both databases, whose query types share no usable trait.
macro_rules! insert_rows {
    ($transaction:ident, $texts:ident, $rows:expr) => {{
        let urls = $rows.iter().filter(|row| row.signed_url.is_some()).count();
        if urls > 0 {
            let mut query = sqlx::query(AssertSqlSafe($texts.insert(Rows::SignedUrls(urls))));
            for row in $rows {
                if let Some(url) = row.signed_url {
                    query = query
                        .bind(row.account)
                        .bind(url.id.as_str())
                        .bind(url.digest.as_str())
                        .bind(row.received_at);
                }
            }
            query.execute(&mut *$transaction).await?;
        }
        let mut query = sqlx::query(AssertSqlSafe($texts.insert(Rows::Messages($rows.len()))));
        for row in $rows {
            query = query
                .bind(row.account)
                .bind(row.id)
                .bind(row.customer)
                .bind(row.received_at)
                .bind(row.kind)
                .bind(row.body.as_deref())
                .bind(row.sealed.as_deref())
                .bind(row.outcome)
                .bind(row.rule)
                .bind(row.version)
                .bind(row.reply.as_str())
                .bind(row.is_test);
        }
        query.execute(&mut *$transaction).await?;
        let changed = $rows.iter().filter(|row| row.conversation.is_some()).count();
        if changed > 0 {
            let mut query = sqlx::query(AssertSqlSafe($texts.insert(Rows::Conversations(changed))));
            for row in $rows {
                if let Some(state) = row.conversation {
                    query = query.bind(row.account).bind(row.customer).bind(state).bind(row.received_at);
                }
            }
            query.execute(&mut *$transaction).await?;
        }
        Ok(())
    }};
}

impl Writer {
    pub async fn open_sqlite(options: SqliteConnectOptions) -> Result<Self, sqlx::Error> {
        let connection = Some(options.connect().await?);
        // IMMEDIATE: a lock that is upgraded later fails at once instead of waiting.
        let begin = "BEGIN IMMEDIATE";
        Ok(Self::Sqlite(Link { options, connection, texts: Texts::new(Places::InOrder), begin }))
    }

    pub async fn open_postgres(options: PgConnectOptions) -> Result<Self, sqlx::Error> {
        let connection = Some(options.connect().await?);
        let texts = Texts::new(Places::Numbered);
        Ok(Self::Postgres(Link { options, connection, texts, begin: "BEGIN" }))
    }

    /// All records in one transaction, or none of them. A row that was there
    /// before makes it fail as a duplicate.
    pub async fn insert_all(&mut self, records: &[Record], sealer: &Sealer) -> Result<(), StoreError> {
        let rows: Vec<Row<'_>> = records.iter().map(|record| Row::new(record, sealer)).collect();
        in_transaction!(self, |transaction, texts| async { insert_rows!(transaction, texts, &rows) })
    }

    /// One record, and whether it, or its signed URL, was there before.
    pub async fn insert_one(&mut self, record: &Record, sealer: &Sealer) -> Result<Committed, StoreError> {
        if let Some(known) = self.find_known(record).await? {
            return Ok(known);
        }
        self.insert_all(std::slice::from_ref(record), sealer).await?;
        Ok(Committed::Stored)
    }

    async fn find_known(&mut self, record: &Record) -> Result<Option<Committed>, StoreError> {
        const DIGEST: &str = "SELECT digest FROM signed_url WHERE account_id = $1 AND id = $2";
        let account = record.account.as_str();
        in_transaction!(self, |transaction, _texts| async {
            if let Some(url) = &record.signed_url {
                let seen: Option<(String,)> = sqlx::query_as(DIGEST)
                    .bind(account)
                    .bind(url.id.as_str())
                    .fetch_optional(&mut *transaction)
                    .await?;
                if seen.is_some_and(|(digest,)| digest != url.digest) {
                    return Ok(Some(Committed::Forged));
                }
            }
            // A retry may come under a new URL: nothing else may come under that one either.
            if let Some(url) = &record.signed_url {
                sqlx::query(message::NOTE_SIGNED_URL)
                    .bind(account)
                    .bind(url.id.as_str())
                    .bind(url.digest.as_str())
                    .bind(record.received_at.as_millisecond())
                    .execute(&mut *transaction)
                    .await?;
            }
            let row: Option<(String, String)> = sqlx::query_as(message::SELECT_REPLY)
                .bind(account)
                .bind(record.key.as_str())
                .fetch_optional(&mut *transaction)
                .await?;
            row.map(|row| message::read_reply(row).map(Committed::Duplicate)).transpose()
        })
    }

    pub async fn close(&mut self) {
        match self {
            Self::Sqlite(link) => {
                if let Some(connection) = link.connection.take() {
                    drop(connection.close().await);
                }
            }
            Self::Postgres(link) => {
                if let Some(connection) = link.connection.take() {
                    drop(connection.close().await);
                }
            }
        }
    }
}

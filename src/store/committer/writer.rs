//! The connection that writes messages, and the transactions on it.

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection, Executor as _, PgConnection, SqliteConnection};

use super::batch::{Places, Row, Rows, Texts};
use super::{Committed, Record, Sealer, StoreError};
use crate::store::{effect, message};

#[derive(Debug)]
pub enum Writer {
    Sqlite(Link<SqliteConnection>),
    Postgres(Link<PgConnection>),
}

/// What goes into one transaction.
struct Batch<'a> {
    rows: Vec<Row<'a>>,
    records: &'a [Record],
    sealer: &'a Sealer,
}

impl Batch<'_> {
    fn has_effects(&self) -> bool {
        self.records.iter().any(|record| !record.effects.is_empty())
    }
}

/// A connection that is opened again when it was lost.
#[derive(Debug)]
pub struct Link<C: Connection> {
    options: C::Options,
    connection: Option<C>,
    texts: Texts,
}

/// Binds the values of all rows to a query. Macros, not functions: the same
/// body is compiled for both databases, whose query types share no usable trait.
macro_rules! bind_signed_urls {
    ($query:expr, $rows:expr) => {{
        let mut query = $query;
        for row in $rows {
            if let Some(url) = row.signed_url {
                query = query.bind(row.account).bind(&*url.id).bind(&*url.digest).bind(row.received_at);
            }
        }
        query
    }};
}

macro_rules! bind_messages {
    ($query:expr, $rows:expr) => {{
        let mut query = $query;
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
                .bind(row.is_test)
                .bind(row.nearest)
                .bind(row.took_us);
        }
        query
    }};
}

macro_rules! bind_conversations {
    ($query:expr, $rows:expr) => {{
        let mut query = $query;
        for row in $rows {
            if let Some(state) = row.conversation {
                query = query.bind(row.account).bind(row.customer).bind(state).bind(row.received_at);
            }
        }
        query
    }};
}

impl Writer {
    pub async fn open_sqlite(options: SqliteConnectOptions) -> Result<Self, sqlx::Error> {
        let connection = Some(options.connect().await?);
        Ok(Self::Sqlite(Link { options, connection, texts: Texts::new(Places::InOrder) }))
    }

    pub async fn open_postgres(options: PgConnectOptions) -> Result<Self, sqlx::Error> {
        let connection = Some(options.connect().await?);
        Ok(Self::Postgres(Link { options, connection, texts: Texts::new(Places::Numbered) }))
    }

    /// All records in one transaction, or none of them. A row that was there
    /// before makes it fail as a duplicate.
    pub async fn insert_all(&mut self, records: &[Record], sealer: &Sealer) -> Result<(), StoreError> {
        let batch =
            Batch { rows: records.iter().map(|record| Row::new(record, sealer)).collect(), records, sealer };
        match self {
            Self::Sqlite(link) => link.insert(&batch).await,
            Self::Postgres(link) => link.insert(&batch).await,
        }
    }

    /// One record, and whether it, or its signed URL, was there before.
    pub async fn insert_one(&mut self, record: &Record, sealer: &Sealer) -> Result<Committed, StoreError> {
        let known = match self {
            Self::Sqlite(link) => link.find_known(record).await?,
            Self::Postgres(link) => link.find_known(record).await?,
        };
        if let Some(known) = known {
            return Ok(known);
        }
        self.insert_all(std::slice::from_ref(record), sealer).await?;
        Ok(Committed::Stored)
    }

    pub async fn close(&mut self) {
        match self {
            Self::Sqlite(link) => link.close().await,
            Self::Postgres(link) => link.close().await,
        }
    }
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

    async fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(connection.close().await);
        }
    }
}

impl Link<SqliteConnection> {
    /// Two calls for a whole transaction: each is a trip to SQLite's thread and
    /// back, which costs more than the insert itself.
    async fn insert(&mut self, batch: &Batch<'_>) -> Result<(), StoreError> {
        let (connection, texts) = self.ready().await?;
        let inserted = insert_in_sqlite(connection, texts, batch).await;
        if let Err(error) = &inserted {
            let undone = connection.execute("ROLLBACK").await;
            if undone.is_err() || !error.is_duplicate() {
                self.connection = None;
            }
        }
        inserted
    }
}

async fn insert_in_sqlite(
    connection: &mut SqliteConnection,
    texts: &mut Texts,
    batch: &Batch<'_>,
) -> Result<(), StoreError> {
    let rows = &batch.rows;
    let count = Rows::count(rows);
    // IMMEDIATE: a lock that is upgraded later fails at once instead of waiting.
    let begin = texts.insert("BEGIN IMMEDIATE; ", Rows { conversations: 0, ..count }, "");
    let query = bind_messages!(bind_signed_urls!(sqlx::query(AssertSqlSafe(begin)), rows), rows);
    query.execute(&mut *connection).await?;
    let conversations = Rows { conversations: count.conversations, ..Rows::default() };
    if batch.has_effects() {
        // Erasing removes conversations, so it comes after them.
        let text = texts.insert("", conversations, "SELECT 1");
        let query = bind_conversations!(sqlx::query(AssertSqlSafe(text)), rows);
        query.execute(&mut *connection).await?;
        effect::apply(&mut *connection, batch.records, batch.sealer).await?;
        connection.execute("COMMIT").await?;
        return Ok(());
    }
    let commit = texts.insert("", conversations, "COMMIT");
    let query = bind_conversations!(sqlx::query(AssertSqlSafe(commit)), rows);
    query.execute(&mut *connection).await?;
    Ok(())
}

impl Link<PgConnection> {
    async fn insert(&mut self, batch: &Batch<'_>) -> Result<(), StoreError> {
        let (connection, texts) = self.ready().await?;
        let inserted = insert_in_postgres(connection, texts, batch).await;
        if inserted.as_ref().is_err_and(|error| !error.is_duplicate()) {
            self.connection = None;
        }
        inserted
    }
}

async fn insert_in_postgres(
    connection: &mut PgConnection,
    texts: &mut Texts,
    batch: &Batch<'_>,
) -> Result<(), StoreError> {
    let rows = &batch.rows;
    let count = Rows::count(rows);
    let mut transaction = connection.begin().await?;
    if count.signed_urls > 0 {
        let text = texts.insert("", Rows { signed_urls: count.signed_urls, ..Rows::default() }, "");
        let query = bind_signed_urls!(sqlx::query(AssertSqlSafe(text)), rows);
        query.execute(&mut *transaction).await?;
    }
    let text = texts.insert("", Rows { messages: count.messages, ..Rows::default() }, "");
    bind_messages!(sqlx::query(AssertSqlSafe(text)), rows).execute(&mut *transaction).await?;
    if count.conversations > 0 {
        let text = texts.insert("", Rows { conversations: count.conversations, ..Rows::default() }, "");
        let query = bind_conversations!(sqlx::query(AssertSqlSafe(text)), rows);
        query.execute(&mut *transaction).await?;
    }
    effect::apply(&mut *transaction, batch.records, batch.sealer).await?;
    // Dropping the transaction on the way out undoes it.
    transaction.commit().await?;
    Ok(())
}

/// What is known of a record that was there before. A macro for the same reason
/// as above.
macro_rules! find_known {
    ($connection:expr, $record:expr) => {{
        const DIGEST: &str = "SELECT digest FROM signed_url WHERE account_id = $1 AND id = $2";
        let account = $record.account.as_str();
        if let Some(url) = &$record.signed_url {
            let seen: Option<(String,)> =
                sqlx::query_as(DIGEST).bind(account).bind(&*url.id).fetch_optional(&mut *$connection).await?;
            if seen.is_some_and(|(digest,)| digest != url.digest) {
                return Ok(Some(Committed::Forged));
            }
            // A retry may come under a new URL: nothing else may come under that one either.
            sqlx::query(message::NOTE_SIGNED_URL)
                .bind(account)
                .bind(&*url.id)
                .bind(&*url.digest)
                .bind($record.received_at.as_millisecond())
                .execute(&mut *$connection)
                .await?;
        }
        let row: Option<(String, String)> = sqlx::query_as(message::SELECT_REPLY)
            .bind(account)
            .bind($record.key.as_str())
            .fetch_optional(&mut *$connection)
            .await?;
        row.map(|row| message::read_reply(row).map(Committed::Duplicate)).transpose()
    }};
}

impl Link<SqliteConnection> {
    async fn find_known(&mut self, record: &Record) -> Result<Option<Committed>, StoreError> {
        let (connection, _) = self.ready().await?;
        find_known!(connection, record)
    }
}

impl Link<PgConnection> {
    async fn find_known(&mut self, record: &Record) -> Result<Option<Committed>, StoreError> {
        let (connection, _) = self.ready().await?;
        find_known!(connection, record)
    }
}

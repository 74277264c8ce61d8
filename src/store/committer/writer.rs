//! The connection that writes messages, and the transactions on it.

use std::sync::Arc;

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection, Executor as _, PgConnection, SqliteConnection};

use super::batch::{Manner, Rows, Table, Texts, by_tail, conversations};
use super::careful::Step;
use super::{Committed, Record, Sealer, StoreError};
use crate::store::journal::entry::{Entry, View};
use crate::store::{effect, message};

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
}

/// How far a journal is in the database: kept in the same transaction, so that
/// each of its entries is applied exactly once.
const NOTE_POSITION: &str = "INSERT INTO journal (id, applied) VALUES ($1, $2) \
     ON CONFLICT (id) DO UPDATE SET applied = excluded.applied WHERE excluded.applied > journal.applied";

/// Rows in one statement. SQLite takes 32 766 values.
const MAX_ROWS: usize = 128;

/// Binds the values of all rows to a query. Macros, not functions: the same
/// body is compiled for both databases, whose query types share no usable trait.
macro_rules! bind_urls {
    ($query:expr, $rows:expr) => {{
        let mut query = $query;
        for row in $rows {
            query = query.bind(row.account).bind(row.id).bind(row.digest).bind(row.seen_at);
        }
        query
    }};
}

macro_rules! bind_messages {
    ($query:expr, $rows:expr) => {{
        let mut query = $query;
        for row in $rows {
            let view = &row.view;
            query = query
                .bind(Arc::<str>::from(view.account))
                .bind(Arc::<str>::from(view.key))
                .bind(Arc::<str>::from(view.customer))
                .bind(view.received_at)
                .bind(Arc::<str>::from(view.kind))
                .bind(row.body.as_deref().map(Arc::<str>::from))
                .bind(row.sealed.as_deref())
                .bind(Arc::<str>::from(view.outcome.as_str()))
                .bind(view.rule.map(Arc::<str>::from))
                .bind(view.version)
                .bind(Arc::<str>::from(view.reply))
                .bind(i64::from(view.is_test))
                .bind(view.nearest)
                .bind(view.took_us);
        }
        query
    }};
}

macro_rules! bind_conversations {
    ($query:expr, $rows:expr) => {{
        let mut query = $query;
        for row in $rows {
            query = query
                .bind(row.account)
                .bind(row.customer)
                .bind(&*row.state)
                .bind(row.changed_at)
                .bind(row.revision);
        }
        query
    }};
}

/// Inserts rows, many in a statement; how many were written.
macro_rules! insert {
    ($connection:expr, $texts:expr, $table:expr, $rows:expr, $bind:ident) => {{
        let (mut rest, mut written): (&[_], u64) = (&$rows, 0);
        while let Some(count) = statement_size(rest.len()) {
            let (rows, later) = rest.split_at(count);
            rest = later;
            let text = $texts.insert($table, rows.len());
            let done = $bind!(sqlx::query(AssertSqlSafe(text)), rows).execute(&mut *$connection).await?;
            written += done.rows_affected();
        }
        written
    }};
}

macro_rules! note_position {
    ($connection:expr, $steps:expr, $journal:expr) => {
        if let Some((last, _)) = $steps.last() {
            sqlx::query(NOTE_POSITION)
                .bind($journal)
                .bind(i64::try_from(*last).unwrap_or(i64::MAX))
                .execute(&mut *$connection)
                .await?;
        }
    };
}

/// Powers of two, so that few texts have to be prepared.
fn statement_size(rows: usize) -> Option<usize> {
    (rows > 0).then(|| 1 << rows.min(MAX_ROWS).ilog2())
}

impl Writer {
    pub fn sqlite(options: SqliteConnectOptions) -> Self {
        Self::Sqlite(Link { options, connection: None, texts: Texts::new(Manner::Behind) })
    }

    /// Writes before the answer.
    pub fn postgres_first(options: PgConnectOptions) -> Self {
        Self::Postgres(Link { options, connection: None, texts: Texts::new(Manner::First) })
    }

    /// Writes what was answered already.
    pub fn postgres_late(options: PgConnectOptions) -> Self {
        Self::Postgres(Link { options, connection: None, texts: Texts::new(Manner::Late) })
    }

    /// What the journal holds, up to a position, in one transaction.
    pub async fn apply(&mut self, steps: &[Step], journal: &str, sealer: &Sealer) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(link) => link.apply(steps, journal, sealer).await,
            Self::Postgres(link) => link.apply(steps, journal, sealer).await,
        }
    }

    /// All records in one transaction, or none of them. A row that was there
    /// before makes it fail as a duplicate, a conversation that went on as stale.
    pub async fn insert_all(&mut self, records: &[Record], sealer: &Sealer) -> Result<(), StoreError> {
        let entries: Vec<Entry> = records.iter().map(Entry::message).collect();
        match self {
            Self::Sqlite(link) => link.insert(&entries, sealer).await,
            Self::Postgres(link) => link.insert(&entries, sealer).await,
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
        match self.insert_all(std::slice::from_ref(record), sealer).await {
            Ok(()) => Ok(Committed::Stored),
            Err(StoreError::Stale) => Ok(Committed::Stale),
            Err(error) => Err(error),
        }
    }

    pub async fn find_position(&mut self, journal: &str) -> Result<u64, StoreError> {
        const SQL: &str = "SELECT applied FROM journal WHERE id = $1";
        let row: Option<(i64,)> = match self {
            Self::Sqlite(link) => {
                sqlx::query_as(SQL).bind(journal).fetch_optional(link.ready().await?.0).await?
            }
            Self::Postgres(link) => {
                sqlx::query_as(SQL).bind(journal).fetch_optional(link.ready().await?.0).await?
            }
        };
        Ok(row.and_then(|(applied,)| u64::try_from(applied).ok()).unwrap_or(0))
    }

    /// Of a journal that is empty and will never be written again.
    pub async fn forget_position(&mut self, journal: &str) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM journal WHERE id = $1";
        match self {
            Self::Sqlite(link) => {
                sqlx::query(SQL).bind(journal).execute(link.ready().await?.0).await?;
            }
            Self::Postgres(link) => {
                sqlx::query(SQL).bind(journal).execute(link.ready().await?.0).await?;
            }
        }
        Ok(())
    }

    /// The connection is not to be trusted any more: a transaction on it was
    /// given up in the middle.
    pub fn abandon(&mut self) {
        match self {
            Self::Sqlite(link) => link.connection = None,
            Self::Postgres(link) => link.connection = None,
        }
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
    async fn apply(&mut self, steps: &[Step], journal: &str, sealer: &Sealer) -> Result<(), StoreError> {
        let (connection, texts) = self.ready().await?;
        let applied = apply_in_sqlite(connection, texts, steps, journal, sealer).await;
        if applied.is_err() {
            let undone = connection.execute("ROLLBACK").await;
            if undone.is_err() {
                self.connection = None;
            }
        }
        applied
    }

    async fn insert(&mut self, entries: &[Entry], sealer: &Sealer) -> Result<(), StoreError> {
        let steps: Vec<Step> = entries.iter().map(|entry| (0, entry.clone())).collect();
        self.apply(&steps, "", sealer).await
    }

    async fn find_known(&mut self, record: &Record) -> Result<Option<Committed>, StoreError> {
        let (connection, _) = self.ready().await?;
        message::find_known!(connection, record)
    }
}

async fn apply_in_sqlite(
    connection: &mut SqliteConnection,
    texts: &mut Texts,
    steps: &[Step],
    journal: &str,
    sealer: &Sealer,
) -> Result<(), StoreError> {
    // IMMEDIATE: a lock that is upgraded later fails at once instead of waiting.
    connection.execute("BEGIN IMMEDIATE").await?;
    for run in steps.split_inclusive(|(_, entry)| ends_a_run(entry)) {
        let entries = || run.iter().map(|(_, entry)| entry);
        for some in by_tail(entries()).chunks(MAX_ROWS) {
            let rows = Rows::of(some.iter().copied(), sealer);
            insert!(connection, texts, Table::SignedUrl, rows.urls, bind_urls);
            insert!(connection, texts, Table::Message, rows.messages, bind_messages);
        }
        let advanced = conversations(entries(), sealer);
        insert!(connection, texts, Table::Conversation, advanced, bind_conversations);
        for record in run.iter().filter_map(|(_, entry)| with_effects(entry)) {
            effect::apply(&mut *connection, &[record], sealer).await?;
        }
    }
    note_position!(connection, steps, journal);
    connection.execute("COMMIT").await?;
    Ok(())
}

impl Link<PgConnection> {
    async fn apply(&mut self, steps: &[Step], journal: &str, sealer: &Sealer) -> Result<(), StoreError> {
        let (connection, texts) = self.ready().await?;
        let applied = apply_in_postgres(connection, texts, steps, journal, sealer).await;
        if applied.is_err() {
            self.connection = None;
        }
        applied
    }

    async fn insert(&mut self, entries: &[Entry], sealer: &Sealer) -> Result<(), StoreError> {
        let (connection, texts) = self.ready().await?;
        let inserted = insert_in_postgres(connection, texts, entries, sealer).await;
        if let Err(failure) = &inserted {
            // A transaction that was dropped is undone by the next command, and holds
            // its locks until then.
            let is_undone = !failure.is_lost_connection() && connection.ping().await.is_ok();
            if !is_undone {
                self.connection = None;
            }
        }
        inserted
    }

    async fn find_known(&mut self, record: &Record) -> Result<Option<Committed>, StoreError> {
        let (connection, _) = self.ready().await?;
        message::find_known!(connection, record)
    }
}

/// One by one: a customer may stand in it several times, and each step has to
/// find what the one before left.
async fn apply_in_postgres(
    connection: &mut PgConnection,
    texts: &mut Texts,
    steps: &[Step],
    journal: &str,
    sealer: &Sealer,
) -> Result<(), StoreError> {
    let mut transaction = connection.begin().await?;
    for (_, entry) in steps {
        let rows = Rows::of(std::iter::once(entry), sealer);
        insert!(transaction, texts, Table::SignedUrl, rows.urls, bind_urls);
        insert!(transaction, texts, Table::Message, rows.messages, bind_messages);
        let advanced = conversations(std::iter::once(entry), sealer);
        insert!(transaction, texts, Table::Conversation, advanced, bind_conversations);
        if let Some(record) = with_effects(entry) {
            effect::apply(&mut *transaction, &[record], sealer).await?;
        }
    }
    note_position!(transaction, steps, journal);
    transaction.commit().await?;
    Ok(())
}

async fn insert_in_postgres(
    connection: &mut PgConnection,
    texts: &mut Texts,
    entries: &[Entry],
    sealer: &Sealer,
) -> Result<(), StoreError> {
    let rows = Rows::of(entries.iter(), sealer).sorted();
    let mut transaction = connection.begin().await?;
    insert!(transaction, texts, Table::SignedUrl, rows.urls, bind_urls);
    insert!(transaction, texts, Table::Message, rows.messages, bind_messages);
    let conversations = conversations(entries.iter(), sealer);
    let advanced = insert!(transaction, texts, Table::Conversation, conversations, bind_conversations);
    if advanced < conversations.len() as u64 {
        // Dropping the transaction on the way out undoes it.
        return Err(StoreError::Stale);
    }
    for record in entries.iter().filter_map(with_effects) {
        effect::apply(&mut *transaction, &[record], sealer).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// After a customer was erased, what they write next must not be erased too.
fn ends_a_run(entry: &Entry) -> bool {
    match entry.view() {
        Some(View::Message(message)) => message.erases(),
        Some(View::SignedUrl(_)) | None => false,
    }
}

fn with_effects(entry: &Entry) -> Option<Record> {
    match entry.view()? {
        View::Message(message) if message.has_effects() => message.record(),
        View::Message(_) | View::SignedUrl(_) => None,
    }
}

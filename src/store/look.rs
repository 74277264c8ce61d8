//! The store, looked at and never changed: no migration, no new file. For
//! commands that ask without changing anything.

use std::path::Path;

use jiff::Timestamp;
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use super::connect::{explain_postgres, explain_sqlite};
use super::open::Location;
use super::schema::{self, Standing};
use super::{
    Db, JobStanding, Lag, NoticeHealth, RecentRefusal, Sealer, StoreError, StoredAccount, Version, on_read,
};
use crate::model::AccountId;

#[derive(Debug)]
pub struct Look {
    db: Db,
}

impl Look {
    pub async fn open(location: &Location) -> Result<Self, StoreError> {
        let db = match location {
            Location::Sqlite { path } => {
                let pool = SqlitePoolOptions::new().max_connections(1);
                let pool =
                    pool.connect_with(read_only(path)).await.map_err(|error| explain_sqlite(path, error))?;
                Db::Sqlite { read: pool.clone(), write: pool, lag: Lag::default() }
            }
            Location::Postgres { url } => {
                let options: PgConnectOptions = url.parse().map_err(explain_postgres)?;
                let options = options
                    .application_name("yingda (doctor)")
                    .options([("default_transaction_read_only", "on")])
                    .disable_statement_logging();
                let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await;
                Db::Postgres(pool.map_err(explain_postgres)?)
            }
        };
        Ok(Self { db })
    }

    /// How far the schema is; refuses one that is too new.
    pub async fn find_standing(&self) -> Result<Standing, StoreError> {
        let step = match &self.db {
            Db::Sqlite { read, .. } => schema::find_sqlite_step(&mut *read.acquire().await?).await?,
            Db::Postgres(pool) => schema::find_postgres_step(&mut *pool.acquire().await?).await?,
        };
        Standing::of(step)
    }

    pub async fn find_newest_version(&self) -> Result<Option<Version>, StoreError> {
        self.db.find_newest_version().await
    }

    pub async fn recent_refusals(&self, since: Timestamp) -> Result<Vec<RecentRefusal>, StoreError> {
        self.db.recent_refusals(since).await
    }

    pub async fn notice_health(&self, now: Timestamp) -> Result<NoticeHealth, StoreError> {
        self.db.notice_health(now).await
    }

    pub async fn list_jobs(&self) -> Result<Vec<JobStanding>, StoreError> {
        self.db.list_jobs().await
    }

    /// Those made in the console.
    pub async fn load_accounts(&self, sealer: &Sealer) -> Result<Vec<StoredAccount>, StoreError> {
        self.db.load_accounts(sealer).await
    }

    pub async fn account_ids(&self) -> Result<Vec<AccountId>, StoreError> {
        const SQL: &str = "SELECT account_id FROM account ORDER BY made_at, account_id";
        let rows: Vec<(String,)> = on_read!(&self.db, |pool| sqlx::query_as(SQL).fetch_all(pool).await)?;
        Ok(rows.iter().filter_map(|(id,)| AccountId::parse(id).ok()).collect())
    }

    /// When the newest message came.
    pub async fn find_latest_message(&self, account: &AccountId) -> Result<Option<Timestamp>, StoreError> {
        self.db.find_latest_message(account).await
    }

    pub async fn close(&self) {
        on_read!(&self.db, |pool| pool.close().await);
    }
}

/// Where no service has the file open there is no log beside it, and SQLite
/// would make one merely to read.
pub(super) fn read_only(path: &Path) -> SqliteConnectOptions {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .immutable(!Path::new(&log).exists())
        .disable_statement_logging()
}

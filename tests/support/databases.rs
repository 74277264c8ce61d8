//! A fresh store on every database there is. SQLite always; PostgreSQL where a
//! server answers, and a line that says so where none does.

use std::sync::OnceLock;

use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;
use yingda::store::{Location, Sealer, SealingKey, Store};
use yingda::telemetry::Metrics;

/// Another server can be named here.
const SERVER_VARIABLE: &str = "YINGDA_TEST_POSTGRES";
const USUAL_SERVER: &str = "postgres://postgres@127.0.0.1:5432/postgres";

/// A store that is gone when the test is over.
pub struct FreshStore {
    pub store: Store,
    pub location: Location,
    _folder: Option<TempDir>,
}

pub fn sealer() -> Sealer {
    Sealer::new(&SealingKey::new([7; 32]), None)
}

pub async fn open(location: &Location) -> Store {
    Store::open(location, sealer(), Metrics::default().store).await.expect("the store opens")
}

/// One store on each database.
pub async fn fresh_stores() -> Vec<FreshStore> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let location = Location::Sqlite { path: folder.path().join("data/yingda.db") };
    let mut stores = vec![FreshStore { store: open(&location).await, location, _folder: Some(folder) }];
    if let Some(location) = fresh_postgres().await {
        stores.push(FreshStore { store: open(&location).await, location, _folder: None });
    }
    stores
}

/// A new, empty database; None where no server answers.
pub async fn fresh_postgres() -> Option<Location> {
    let server = std::env::var(SERVER_VARIABLE).unwrap_or_else(|_| USUAL_SERVER.to_owned());
    let Ok(mut connection) = PgConnection::connect(&server).await else {
        say_once_that_it_is_left_out(&server);
        return None;
    };
    let name = format!("yingda_test_{}", uuid::Uuid::now_v7().simple());
    let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(create).execute(&mut connection).await.expect("may create databases");
    let (base, _) = server.rsplit_once('/').expect("a URL with a database name");
    Some(Location::Postgres { url: format!("{base}/{name}") })
}

fn say_once_that_it_is_left_out(server: &str) {
    static SAID: OnceLock<()> = OnceLock::new();
    SAID.get_or_init(|| {
        eprintln!(
            "LEFT OUT: no PostgreSQL at {server}; the store is tested on SQLite alone. \
             Start one or set {SERVER_VARIABLE}."
        );
    });
}

impl FreshStore {
    pub fn name(&self) -> &'static str {
        match self.location {
            Location::Sqlite { .. } => "SQLite",
            Location::Postgres { .. } => "PostgreSQL",
        }
    }

    /// The same for a store that was opened by hand.
    pub async fn discard_at(store: Store, location: Location) {
        Self { store, location, _folder: None }.discard().await;
    }

    /// Closes it and removes what no folder removes by itself.
    pub async fn discard(self) {
        self.store.close().await;
        drop_database(&self.location).await;
    }
}

/// Removes what no folder removes by itself.
pub async fn drop_database(location: &Location) {
    let Location::Postgres { url } = location else { return };
    let (base, name) = url.rsplit_once('/').expect("a URL with a database name");
    let mut connection =
        PgConnection::connect(&format!("{base}/postgres")).await.expect("it answered before");
    let drop = sqlx::AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    sqlx::query(drop).execute(&mut connection).await.expect("may drop its own database");
}

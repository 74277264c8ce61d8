//! Brings a schema forward without starting a service.

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use super::StoreError;
use super::connect::{explain_postgres, explain_sqlite, prepare_file, prepare_folder};
use super::open::Location;
use super::schema::{self, Dialect};

/// The steps that were taken, by number and name; none when it was as new as
/// this program.
pub async fn bring_forward(location: &Location) -> Result<Vec<(i64, &'static str)>, StoreError> {
    let before = match location {
        Location::Sqlite { path } => {
            prepare_folder(path)?;
            prepare_file(path)?;
            let explain = |error| explain_sqlite(path, error);
            let options = SqliteConnectOptions::new().filename(path).disable_statement_logging();
            let mut connection = options.connect().await.map_err(explain)?;
            let before = schema::find_sqlite_step(&mut connection).await.map_err(|error| match error {
                StoreError::Sql(error) => explain(error),
                other => other,
            })?;
            schema::migrator(Dialect::Sqlite).run(&mut connection).await.map_err(schema::explain)?;
            connection.close().await?;
            before
        }
        Location::Postgres { url } => {
            let options: PgConnectOptions = url.parse().map_err(explain_postgres)?;
            let options = options.application_name("yingda (migrate)").disable_statement_logging();
            let mut connection = options.connect().await.map_err(explain_postgres)?;
            let before = schema::find_postgres_step(&mut connection).await?;
            schema::migrator(Dialect::Postgres).run(&mut connection).await.map_err(schema::explain)?;
            connection.close().await?;
            before
        }
    };
    Ok(schema::steps_after(before.unwrap_or_default()).collect())
}

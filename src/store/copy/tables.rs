//! The tables of a store as its SQLite side describes them: columns, and which
//! tables must be there first.

use std::collections::BTreeSet;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, SqliteConnection};

use super::StoreError;
use crate::store::schema::{self, Dialect};

/// Kept by others: by the migrations, and by a backup about itself.
const NOT_OURS: &[&str] = &["_sqlx_migrations", "backup_manifest"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    /// Tables that its rows refer to.
    parents: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
}

/// The one SQL text knows no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Integer,
}

/// All tables, each after those that it refers to.
pub async fn load_tables(connection: &mut SqliteConnection) -> Result<Vec<Table>, StoreError> {
    const SQL: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' \
         AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    let names: Vec<(String,)> = sqlx::query_as(SQL).fetch_all(&mut *connection).await?;
    let mut tables = Vec::with_capacity(names.len());
    for (name,) in names.into_iter().filter(|(name,)| !NOT_OURS.contains(&name.as_str())) {
        tables.push(load_table(connection, name).await?);
    }
    Ok(parents_first(tables))
}

/// The tables of a store that is as new as this program.
pub async fn newest_tables() -> Result<Vec<Table>, StoreError> {
    let options = SqliteConnectOptions::new().in_memory(true).disable_statement_logging();
    let mut connection = options.connect().await?;
    schema::migrator(Dialect::Sqlite).run(&mut connection).await.map_err(schema::explain)?;
    load_tables(&mut connection).await
}

async fn load_table(connection: &mut SqliteConnection, name: String) -> Result<Table, StoreError> {
    const COLUMNS: &str = "SELECT name, type FROM pragma_table_info($1) ORDER BY cid";
    const PARENTS: &str = "SELECT DISTINCT \"table\" FROM pragma_foreign_key_list($1)";
    let columns: Vec<(String, String)> =
        sqlx::query_as(COLUMNS).bind(&name).fetch_all(&mut *connection).await?;
    let columns: Result<Vec<Column>, StoreError> =
        columns.into_iter().map(|(column, declared)| Column::new(&name, column, &declared)).collect();
    let parents: Vec<(String,)> = sqlx::query_as(PARENTS).bind(&name).fetch_all(&mut *connection).await?;
    let parents = parents.into_iter().map(|(parent,)| parent).filter(|parent| *parent != name).collect();
    Ok(Table { columns: columns?, name, parents })
}

impl Column {
    fn new(table: &str, name: String, declared: &str) -> Result<Self, StoreError> {
        let kind = match declared {
            "TEXT" => Kind::Text,
            "BIGINT" | "INTEGER" => Kind::Integer,
            other => {
                let cause = format!("{table}.{name} 的类型是 {other}，只认识 TEXT 和 BIGINT");
                return Err(StoreError::corrupt("schema", cause));
            }
        };
        Ok(Self { name, kind })
    }
}

/// Tables that refer to each other in a ring come last, and are refused by the
/// database itself.
fn parents_first(mut waiting: Vec<Table>) -> Vec<Table> {
    let mut ordered: Vec<Table> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let is_ready = |table: &Table| {
            table.parents.iter().all(|parent| ordered.iter().any(|placed| placed.name == *parent))
        };
        let (ready, rest): (Vec<Table>, Vec<Table>) = waiting.into_iter().partition(is_ready);
        if ready.is_empty() {
            ordered.extend(rest);
            break;
        }
        ordered.extend(ready);
        waiting = rest;
    }
    ordered
}

impl Table {
    pub fn select(&self) -> String {
        format!("SELECT {} FROM {}", self.column_list(), quoted(&self.name))
    }

    pub fn count(&self) -> String {
        format!("SELECT COUNT(*) FROM {}", quoted(&self.name))
    }

    pub fn insert(&self) -> String {
        format!("INSERT INTO {} ({}) ", quoted(&self.name), self.column_list())
    }

    fn column_list(&self) -> String {
        self.columns.iter().map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ")
    }
}

pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, parents: &[&str]) -> Table {
        let parents = parents.iter().map(|parent| (*parent).to_owned()).collect();
        Table { name: name.to_owned(), columns: Vec::new(), parents }
    }

    #[test]
    fn what_is_referred_to_comes_first_and_a_ring_ends() {
        let tables = vec![
            table("a_child", &["parent", "root"]),
            table("parent", &["root"]),
            table("ring", &["gnir"]),
            table("gnir", &["ring"]),
            table("root", &[]),
        ];

        let ordered = parents_first(tables);

        let names: Vec<&str> = ordered.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names, ["root", "parent", "a_child", "ring", "gnir"]);
    }
}

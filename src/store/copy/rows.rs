//! Rows on their way between two databases that share no types: read in
//! batches, counted, inserted in batches.

use futures_util::{Stream, StreamExt as _};
use sqlx::query_builder::Separated;
use sqlx::{AssertSqlSafe, ColumnIndex, Database, Decode, Encode, QueryBuilder, Type};
use sqlx::{Postgres, Sqlite};

use super::tables::{Column, Kind, Table};
use super::tally::{Count, Tally};
use super::{Hand, StoreError};

/// Rows in one statement: enough that the trips cost little, few enough that a
/// batch of long messages is no burden on memory.
const MAX_BATCH: usize = 500;
/// SQLite takes 32 766 values a statement, PostgreSQL 65 535.
const MAX_VALUES: usize = 30_000;

pub type Row = Vec<Cell>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Text(Option<String>),
    Integer(Option<i64>),
}

/// Hands out every row of a table in batches, and counts them.
pub async fn read(
    hand: &mut Hand<'_>,
    table: &Table,
    each: impl AsyncFnMut(Vec<Row>) -> Result<(), StoreError>,
) -> Result<Tally, StoreError> {
    let query = AssertSqlSafe(table.select());
    match hand {
        Hand::Sqlite(connection) => {
            let rows = sqlx::query(query).fetch(&mut **connection);
            in_batches(table, rows, |row| read_row(row, &table.columns), each).await
        }
        Hand::Postgres(connection) => {
            let rows = sqlx::query(query).fetch(&mut **connection);
            in_batches(table, rows, |row| read_row(row, &table.columns), each).await
        }
    }
}

async fn in_batches<R>(
    table: &Table,
    mut rows: impl Stream<Item = Result<R, sqlx::Error>> + Unpin,
    read_row: impl Fn(&R) -> Result<Row, sqlx::Error>,
    mut each: impl AsyncFnMut(Vec<Row>) -> Result<(), StoreError>,
) -> Result<Tally, StoreError> {
    let most = MAX_BATCH.min(MAX_VALUES / table.columns.len().max(1)).max(1);
    let mut count = Count::default();
    let mut batch = Vec::with_capacity(most);
    while let Some(row) = rows.next().await {
        let row = read_row(&row?)?;
        count.add(&row);
        batch.push(row);
        if batch.len() == most {
            each(std::mem::take(&mut batch)).await?;
        }
    }
    if !batch.is_empty() {
        each(batch).await?;
    }
    Ok(count.finish(&table.name))
}

fn read_row<'r, R>(row: &'r R, columns: &[Column]) -> Result<Row, sqlx::Error>
where
    R: sqlx::Row,
    usize: ColumnIndex<R>,
    Option<String>: Decode<'r, R::Database> + Type<R::Database>,
    Option<i64>: Decode<'r, R::Database> + Type<R::Database>,
{
    let cells = columns.iter().enumerate().map(|(place, column)| match column.kind {
        Kind::Text => row.try_get(place).map(Cell::Text),
        Kind::Integer => row.try_get(place).map(Cell::Integer),
    });
    cells.collect()
}

/// One statement; the caller sees to it that the batch is not too large.
pub async fn insert(hand: &mut Hand<'_>, table: &Table, rows: Vec<Row>) -> Result<(), StoreError> {
    match hand {
        Hand::Sqlite(connection) => {
            let mut query = QueryBuilder::<Sqlite>::new(table.insert());
            query.push_values(rows, bind);
            query.build().execute(&mut **connection).await?;
        }
        Hand::Postgres(connection) => {
            let mut query = QueryBuilder::<Postgres>::new(table.insert());
            query.push_values(rows, bind);
            query.build().execute(&mut **connection).await?;
        }
    }
    Ok(())
}

fn bind<DB: Database>(mut values: Separated<'_, DB, &'static str>, row: Row)
where
    Option<String>: for<'t> Encode<'t, DB> + Type<DB>,
    Option<i64>: for<'t> Encode<'t, DB> + Type<DB>,
{
    for cell in row {
        match cell {
            Cell::Text(text) => values.push_bind(text),
            Cell::Integer(number) => values.push_bind(number),
        };
    }
}

pub async fn count(hand: &mut Hand<'_>, table: &Table) -> Result<u64, StoreError> {
    let query = AssertSqlSafe(table.count());
    let (rows,): (i64,) = match hand {
        Hand::Sqlite(connection) => sqlx::query_as(query).fetch_one(&mut **connection).await?,
        Hand::Postgres(connection) => sqlx::query_as(query).fetch_one(&mut **connection).await?,
    };
    Ok(u64::try_from(rows).unwrap_or_default())
}

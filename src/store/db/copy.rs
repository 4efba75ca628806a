//! Whole tables, out of and into either database: what the two do differently there. The texts are made from the names in
//! the migrations; a row is a JSON array of texts, numbers and nulls, to the letter the same from both.

use futures_util::{StreamExt as _, TryStreamExt as _};
use sqlx::{AssertSqlSafe, Row as _};

use super::schema::{Table, quoted};
use super::{Db, Inner, Pools, Row, StoreError, Tx, sql};

/// So much of SQLite's pages stays in memory while much is written (in KiB, negative as the pragma wants it): what does not
/// fit is written to the log again and again.
const PAGES: &str = "PRAGMA cache_size = -131072";

impl Db {
    /// Begins a transaction that sees the database as it is now, whatever is written meanwhile, and never writes.
    pub(in crate::store) async fn begin_snapshot(&self) -> Result<Tx, StoreError> {
        let inner = match &self.pools {
            Pools::Sqlite { read, .. } => Inner::Sqlite(read.begin().await?),
            Pools::Postgres(pool) => {
                Inner::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        };
        let mut tx = Tx { inner, chain: self.chain.clone() };
        tx.take_time().await?;
        Ok(tx)
    }

    /// Begins the transaction that fills an empty database.
    pub(in crate::store) async fn begin_load(&self) -> Result<Tx, StoreError> {
        let mut tx = self.begin_even_if_read_only().await?;
        tx.take_time().await?;
        if let Inner::Sqlite(tx) = &mut tx.inner {
            sqlx::query(PAGES).execute(&mut **tx).await?;
        }
        Ok(tx)
    }
}

impl Tx {
    /// Lets statements take as long as a table is.
    async fn take_time(&mut self) -> Result<(), StoreError> {
        if matches!(self.inner, Inner::Postgres(_)) {
            self.execute(sql("SET LOCAL statement_timeout = 0")).await?;
        }
        Ok(())
    }

    /// Waits until the end of every transaction that has looked whether it may write; those that come later wait for this
    /// one. With SQLite's one writer that is so anyway.
    pub(in crate::store) async fn wait_for_writers(&mut self) -> Result<(), StoreError> {
        if matches!(self.inner, Inner::Postgres(_)) {
            self.execute(sql("LOCK TABLE read_only IN ACCESS EXCLUSIVE MODE")).await?;
        }
        Ok(())
    }

    /// The version of the schema.
    pub(in crate::store) async fn schema(&mut self) -> Result<i64, StoreError> {
        match self.fetch_optional(sql("SELECT COALESCE(MAX(version), 0) AS version FROM _sqlx_migrations")).await? {
            Some(row) => row.get("version"),
            None => Ok(0),
        }
    }

    /// How many rows a table has.
    pub(in crate::store) async fn count(&mut self, table: &Table) -> Result<i64, StoreError> {
        let text = AssertSqlSafe(format!("SELECT COUNT(*) FROM {}", quoted(&table.name)));
        Ok(match &mut self.inner {
            Inner::Sqlite(tx) => sqlx::query_scalar(text).fetch_one(&mut **tx).await?,
            Inner::Postgres(tx) => sqlx::query_scalar(text).fetch_one(&mut **tx).await?,
        })
    }

    /// Whether a table has the rows of a new database, and no other.
    pub(in crate::store) async fn is_new(&mut self, table: &Table) -> Result<bool, StoreError> {
        Ok(self.count(table).await? == table.first_rows)
    }

    /// Empties a table.
    pub(in crate::store) async fn clear(&mut self, table: &Table) -> Result<(), StoreError> {
        let text = AssertSqlSafe(format!("DELETE FROM {}", quoted(&table.name)));
        match &mut self.inner {
            Inner::Sqlite(tx) => sqlx::query(text).execute(&mut **tx).await.map(|_| ())?,
            Inner::Postgres(tx) => sqlx::query(text).execute(&mut **tx).await.map(|_| ())?,
        }
        Ok(())
    }

    /// Hands every row of a table to `take`, in any order, without holding more than a few.
    pub(in crate::store) async fn rows<E: From<StoreError>>(
        &mut self,
        table: &Table,
        mut take: impl AsyncFnMut(&str) -> Result<(), E>,
    ) -> Result<(), E> {
        let columns: Vec<String> = table.columns.iter().map(|column| quoted(&column.name)).collect();
        let text = AssertSqlSafe(format!("SELECT {} FROM {}", columns.join(", "), quoted(&table.name)));
        let mut rows = match &mut self.inner {
            Inner::Sqlite(tx) => sqlx::query(text).fetch(&mut **tx).map_ok(Row::Sqlite).boxed(),
            Inner::Postgres(tx) => sqlx::query(text).fetch(&mut **tx).map_ok(Row::Postgres).boxed(),
        };
        let mut line = Vec::new();
        while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
            line.clear();
            write_row(&row, table, &mut line)?;
            take(std::str::from_utf8(&line).map_err(|_| StoreError::Corrupt(table.name.clone()))?).await?;
        }
        Ok(())
    }

    /// Inserts the rows of a JSON array of them.
    pub(in crate::store) async fn insert(&mut self, table: &Table, rows: &str) -> Result<(), StoreError> {
        let columns: Vec<String> = table.columns.iter().map(|column| quoted(&column.name)).collect();
        let (name, columns) = (quoted(&table.name), columns.join(", "));
        match &mut self.inner {
            Inner::Sqlite(tx) => {
                let values: Vec<String> = (0..table.columns.len()).map(|at| format!("value ->> {at}")).collect();
                let values = values.join(", ");
                let text = format!("INSERT INTO {name} ({columns}) SELECT {values} FROM json_each($1)");
                sqlx::query(AssertSqlSafe(text)).bind(rows).execute(&mut **tx).await?;
            }
            Inner::Postgres(tx) => {
                let value = |(at, column): (usize, &super::schema::Column)| {
                    format!("(r ->> {at}){}", if column.is_number { "::bigint" } else { "" })
                };
                let values: Vec<String> = table.columns.iter().enumerate().map(value).collect();
                let values = values.join(", ");
                let text =
                    format!("INSERT INTO {name} ({columns}) SELECT {values} FROM jsonb_array_elements($1::jsonb) AS r");
                sqlx::query(AssertSqlSafe(text)).bind(rows).execute(&mut **tx).await?;
            }
        }
        Ok(())
    }
}

/// A value of a row.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum Cell<'r> {
    Text(Option<&'r str>),
    Number(Option<i64>),
}

fn write_row(row: &Row, table: &Table, line: &mut Vec<u8>) -> Result<(), StoreError> {
    let cell = |(at, column): (usize, &super::schema::Column)| -> Result<Cell<'_>, sqlx::Error> {
        Ok(match (row, column.is_number) {
            (Row::Sqlite(row), true) => Cell::Number(row.try_get(at)?),
            (Row::Sqlite(row), false) => Cell::Text(row.try_get(at)?),
            (Row::Postgres(row), true) => Cell::Number(row.try_get(at)?),
            (Row::Postgres(row), false) => Cell::Text(row.try_get(at)?),
        })
    };
    let unreadable = || StoreError::Corrupt(format!("in {}", table.name));
    let cells = table.columns.iter().enumerate().map(cell).collect::<Result<Vec<_>, _>>().map_err(|_| unreadable())?;
    serde_json::to_writer(line, &cells).map_err(|_| unreadable())
}

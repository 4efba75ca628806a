//! Which tables and columns there are at a version of the schema, found out by making them: nobody has to remember to
//! name a new one here.

use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqliteConnection};

use super::{SqliteConnectOptions, StoreError, migrator};

/// Tables that are about one database and not about the installation in it.
const NOT_COPIED: [&str; 2] = ["_sqlx_migrations", "read_only"];

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// How many rows a new database has there.
    pub(super) first_rows: i64,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Whether it is BIGINT, and not TEXT.
    pub is_number: bool,
}

/// The newest version that this binary knows.
pub fn newest() -> i64 {
    migrator().iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Whether this binary can make a database of that version.
pub fn is_known(version: i64) -> bool {
    migrator().version_exists(version)
}

/// The tables of a version that an installation consists of, each after those that it refers to.
pub async fn tables(version: i64) -> Result<Vec<Table>, StoreError> {
    let mut empty = SqliteConnectOptions::new().in_memory(true).connect().await?;
    migrator().run_direct(Some(version), &mut empty, false).await?;
    let names =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY rowid";
    let names: Vec<String> = sqlx::query_scalar(names).fetch_all(&mut empty).await?;
    let mut waiting = Vec::new();
    for name in names.into_iter().filter(|name| !NOT_COPIED.contains(&name.as_str())) {
        let parents: Vec<String> = sqlx::query_scalar("SELECT \"table\" FROM pragma_foreign_key_list($1)")
            .bind(&name)
            .fetch_all(&mut empty)
            .await?;
        waiting.push((table(&mut empty, name).await?, parents));
    }
    empty.close().await?;
    let mut ordered: Vec<Table> = Vec::new();
    while !waiting.is_empty() {
        let is_placed = |ordered: &[Table], name: &String| ordered.iter().any(|table| table.name == *name);
        let next = waiting.iter().position(|(table, parents)| {
            parents.iter().all(|parent| *parent == table.name || is_placed(&ordered, parent))
        });
        let next = next.ok_or_else(|| StoreError::Corrupt("schema: tables that refer to each other".to_owned()))?;
        ordered.push(waiting.remove(next).0);
    }
    Ok(ordered)
}

async fn table(empty: &mut SqliteConnection, name: String) -> Result<Table, StoreError> {
    let rows = sqlx::query("SELECT name, type FROM pragma_table_info($1)").bind(&name).fetch_all(&mut *empty).await?;
    let mut columns = Vec::with_capacity(rows.len());
    for row in rows {
        let (column, kind): (String, String) = (row.try_get("name")?, row.try_get("type")?);
        let is_number = match kind.as_str() {
            "BIGINT" => true,
            "TEXT" => false,
            _ => return Err(StoreError::Corrupt(format!("schema: {name}.{column} is neither TEXT nor BIGINT"))),
        };
        columns.push(Column { name: column, is_number });
    }
    let count = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {}", quoted(&name)));
    let first_rows = sqlx::query_scalar(count).fetch_one(empty).await?;
    Ok(Table { name, columns, first_rows })
}

/// A name from the migrations, for SQL.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

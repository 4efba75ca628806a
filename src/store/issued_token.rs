//! The table `issued_tokens`: the ledger. One statement writes the tokens of many requests, and is their only commit.

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use super::db::{Row, Statement, Value, Writer, sql, sql_in_order};
use super::{Store, StoreError, read_only, time};
use crate::domain::claims::TokenId;
use crate::domain::id::{ClientId, EntityId};
use crate::domain::time::Timestamp;

/// Most tokens that one statement writes.
pub const MOST_AT_ONCE: usize = 256;

/// A token of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedToken {
    /// Its id, which also tells when it was issued.
    pub jti: TokenId,
    /// The credential.
    pub client_id: ClientId,
    /// The credential's entity.
    pub entity_id: EntityId,
    /// When it ends.
    pub expires_at: Timestamp,
    /// From which address it was asked for.
    pub address: IpAddr,
    /// What it is for.
    pub scope: Arc<str>,
}

/// Which tokens are asked for; what is `None` leaves all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// With this id.
    pub jti: Option<TokenId>,
    /// Of this credential.
    pub client_id: Option<ClientId>,
    /// Of this entity.
    pub entity_id: Option<EntityId>,
    /// Issued then or later.
    pub since: Option<Timestamp>,
    /// Issued before then.
    pub until: Option<Timestamp>,
}

/// A statement with room for so many rows. Those that stay empty are not written, so that a few texts do for all numbers.
struct Insert {
    rows: usize,
    numbered: &'static str,
    in_order: &'static str,
}

static INSERTS: LazyLock<[Insert; 9]> = LazyLock::new(|| [1, 2, 4, 8, 16, 32, 64, 128, MOST_AT_ONCE].map(Insert::new));

impl Insert {
    fn new(rows: usize) -> Self {
        let mut number = 0usize;
        let numbered = insert(rows, || {
            number = number.saturating_add(1);
            format!("${number}")
        });
        let in_order = insert(rows, || "?".to_owned());
        Self { rows, numbered: numbered.leak(), in_order: in_order.leak() }
    }
}

fn insert(rows: usize, mut place: impl FnMut() -> String) -> String {
    const COLUMNS: [&str; 7] = ["BIGINT", "TEXT", "TEXT", "TEXT", "BIGINT", "TEXT", "TEXT"];
    let mut row = || {
        let values: Vec<String> = COLUMNS.iter().map(|kind| format!("CAST({} AS {kind})", place())).collect();
        format!("({})", values.join(", "))
    };
    let values: Vec<String> = std::iter::repeat_with(&mut row).take(rows).collect();
    format!(
        "INSERT INTO issued_tokens (issued_at, jti, client_id, entity_id, expires_at, address, scope) SELECT * FROM (VALUES {}) AS new WHERE column1 IS NOT NULL AND NOT EXISTS (SELECT 1 FROM read_only)",
        values.join(", ")
    )
}

/// Writes tokens over one connection.
pub struct TokenWriter {
    writer: Writer,
    store: Store,
}

impl TokenWriter {
    /// Writes `tokens`, at most [`MOST_AT_ONCE`], all or none: they are durable when this returns.
    pub async fn add(&mut self, tokens: &[IssuedToken]) -> Result<(), StoreError> {
        let Some(insert) = INSERTS.iter().find(|insert| insert.rows >= tokens.len()) else {
            return Err(StoreError::Conflict);
        };
        let empty = insert.rows.saturating_sub(tokens.len());
        let statement = tokens.iter().fold(sql_in_order(insert.numbered, insert.in_order), bind);
        let statement = (0..empty).fold(statement, |statement, _| statement.bind_all(nothing()));
        if self.writer.execute(statement).await? > 0 || tokens.is_empty() {
            return Ok(());
        }
        Err(StoreError::ReadOnly(self.store.read_only().await?.unwrap_or(read_only::ReadOnly::Moving)))
    }
}

impl Store {
    /// A connection that writes tokens.
    pub async fn token_writer(&self) -> Result<TokenWriter, StoreError> {
        Ok(TokenWriter { writer: self.db.writer().await?, store: self.clone() })
    }

    /// Tokens of the ledger, the newest first, after the one issued then with this id; at most `limit`.
    pub async fn issued_tokens(
        &self,
        filter: &Filter,
        after: Option<(Timestamp, &str)>,
        limit: i64,
    ) -> Result<Vec<IssuedToken>, StoreError> {
        // The time of an id is one millisecond, by which it is found.
        let at = filter.jti.map(|jti| jti.issued_at());
        let (since, until) = (at.or(filter.since), at.map(|at| at.plus(Duration::from_millis(1))).or(filter.until));
        let (after_at, after_jti) = after.map_or((i64::MAX, ""), |(at, jti)| (at.millis(), jti));
        let text = |id: Option<String>| Value::from(id);
        let query = sql("SELECT issued_at, jti, client_id, entity_id, expires_at, address, scope FROM issued_tokens WHERE issued_at >= $1 AND issued_at < $2 AND (issued_at < $3 OR (issued_at = $3 AND jti < $4)) AND (CAST($5 AS TEXT) IS NULL OR jti = $5) AND (CAST($6 AS TEXT) IS NULL OR client_id = $6) AND (CAST($7 AS TEXT) IS NULL OR entity_id = $7) ORDER BY issued_at DESC, jti DESC LIMIT $8")
            .bind(since.map_or(0, Timestamp::millis))
            .bind(until.map_or(i64::MAX, Timestamp::millis))
            .bind(after_at)
            .bind(after_jti)
            .bind(text(filter.jti.map(|jti| jti.to_string())))
            .bind(text(filter.client_id.as_ref().map(ToString::to_string)))
            .bind(text(filter.entity_id.as_ref().map(ToString::to_string)))
            .bind(limit);
        self.db.fetch_all(query).await?.iter().map(token_of).collect()
    }

    /// Forgets tokens that were issued before `before`; says how many.
    pub async fn purge_issued_tokens(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.purge(|| {
            sql("DELETE FROM issued_tokens WHERE (issued_at, jti) IN (SELECT issued_at, jti FROM issued_tokens WHERE issued_at < $1 ORDER BY issued_at, jti LIMIT $2)")
                .bind(before.millis())
        })
        .await
    }
}

fn bind(statement: Statement, token: &IssuedToken) -> Statement {
    statement
        .bind(token.jti.issued_at().millis())
        .bind(token.jti.to_string())
        .bind(token.client_id.as_str())
        .bind(token.entity_id.as_str())
        .bind(token.expires_at.millis())
        .bind(token.address.to_string())
        .bind(&*token.scope)
}

fn nothing() -> [Value; 7] {
    const TEXT: Value = Value::Text(None);
    [Value::Int(None), TEXT, TEXT, TEXT, Value::Int(None), TEXT, TEXT]
}

fn token_of(row: &Row) -> Result<IssuedToken, StoreError> {
    let jti: String = row.get("jti")?;
    let corrupt = || StoreError::Corrupt(format!("issued_tokens {jti}"));
    Ok(IssuedToken {
        jti: TokenId::parse(&jti).ok_or_else(corrupt)?,
        client_id: ClientId::parse(&row.get::<String>("client_id")?).ok_or_else(corrupt)?,
        entity_id: EntityId::parse(&row.get::<String>("entity_id")?).ok_or_else(corrupt)?,
        expires_at: time(row, "expires_at")?,
        address: row.get::<String>("address")?.parse().map_err(|_| corrupt())?,
        scope: row.get::<String>("scope")?.into(),
    })
}

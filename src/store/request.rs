//! The table `token_requests`: what became of single token requests, for the people of the entity that made them.

use std::net::IpAddr;
use std::sync::Arc;

use super::db::{Row, Statement, Tx, sql};
use super::request_count::{self, NewCount};
use super::{Store, StoreError, mac_text, time};
use crate::domain::id::{ClientId, EntityId};
use crate::domain::secret::{Hint, SecretMac};
use crate::domain::time::Timestamp;
use crate::domain::token::Door;

/// The reason of a request that was refused because its secret has been stopped.
pub const STOPPED_SECRET: &str = "stopped_secret";

/// So many of the newest rows make the median.
const MEDIAN_OF: i64 = 1_000;
/// Most groups and callers told of.
const MOST_GROUPS: i64 = 50;

/// A request to be kept.
#[derive(Clone, Debug)]
pub struct NewRequest {
    /// Its place among all; see [`request_id_at`].
    pub id: i64,
    /// When it was answered.
    pub at: Timestamp,
    /// Whose it is.
    pub entity_id: EntityId,
    /// Which client it named.
    pub client_id: ClientId,
    /// Where it came in.
    pub door: Door,
    /// As in `X-Request-Id`.
    pub request_id: Arc<str>,
    /// The status of its answer.
    pub status: u16,
    /// The code of its answer, empty for a token.
    pub code: &'static str,
    /// Why, for people.
    pub reason: String,
    /// The first characters of the secret, as far as it is one of the credential's.
    pub secret_hint: Hint,
    /// What is remembered of a secret that is none of those accepted: it is named if it has been stopped.
    pub refused: Option<SecretMac>,
    /// From where.
    pub address: IpAddr,
    /// How long its answer took, in microseconds.
    pub micros: u64,
}

/// A request as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRequest {
    /// Its place among all: the newer, the greater.
    pub id: i64,
    /// When it was answered.
    pub at: Timestamp,
    /// Which client it named.
    pub client_id: String,
    /// Where it came in.
    pub door: Door,
    /// As in `X-Request-Id`.
    pub request_id: String,
    /// The status of its answer.
    pub status: i64,
    /// The code of its answer, empty for a token.
    pub code: String,
    /// Why, for people: a word such as `wrong_secret`, or what is wrong with which field; empty if the code says it all.
    pub reason: String,
    /// The first characters of the secret, empty if it never was one of the credential's.
    pub secret_hint: String,
    /// From where.
    pub address: String,
    /// How long its answer took, in microseconds.
    pub micros: i64,
}

/// Which requests of an entity are asked for; what is `None` leaves all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Answered then or later.
    pub since: Option<Timestamp>,
    /// Answered before then.
    pub until: Option<Timestamp>,
    /// With this status.
    pub status: Option<u16>,
    /// Of this client.
    pub client_id: Option<ClientId>,
    /// With this code, empty for a token.
    pub code: Option<String>,
    /// For this reason, exactly.
    pub reason: Option<String>,
    /// With a secret that begins so.
    pub secret_hint: Option<String>,
    /// With exactly this request id, or from exactly this address.
    pub text: Option<String>,
}

/// Failures that have one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The status of their answers.
    pub status: i64,
    /// The code of their answers.
    pub code: String,
    /// Why.
    pub reason: String,
    /// How many rows are kept.
    pub count: i64,
    /// The first of them.
    pub first_at: Timestamp,
    /// The last of them.
    pub last_at: Timestamp,
    /// From how many addresses.
    pub addresses: i64,
    /// One of these.
    pub example_address: String,
    /// The first characters of one of the secrets shown, empty if none is known.
    pub example_secret_hint: String,
}

/// An address that asked for tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The address.
    pub address: String,
    /// When it last did.
    pub last_at: Timestamp,
    /// How many rows of it are kept.
    pub count: i64,
    /// How many of these got a token: the others prove nothing, anybody can make them.
    pub issued: i64,
}

/// The id of a request that was answered at `at`: the millisecond, then 20 bits that tell those of one apart.
pub fn request_id_at(at: Timestamp, number: u64) -> i64 {
    const BITS: u64 = 1 << 20;
    at.millis().saturating_mul(BITS.cast_signed()).saturating_add((number % BITS).cast_signed())
}

impl Store {
    /// Keeps `requests` and adds `counts` up, all or none.
    pub async fn add_token_requests(&self, requests: &[NewRequest], counts: &mut [NewCount]) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        request_count::add(&mut tx, counts).await?;
        for request in requests {
            add(&mut tx, request).await?;
        }
        tx.commit().await
    }

    /// At most `limit` requests of an entity that `filter` lets through and that come before the one with id `before`, the
    /// newest first.
    pub async fn token_requests(
        &self,
        entity_id: &EntityId,
        filter: &Filter,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<TokenRequest>, StoreError> {
        let query = sql(
            "SELECT id, at, client_id, door, request_id, status, code, reason, secret_hint, address, micros FROM token_requests WHERE entity_id = $1 AND id >= $2 AND id < $3 AND ($4 IS NULL OR status = $4) AND ($5 IS NULL OR client_id = $5) AND ($6 IS NULL OR reason = $6) AND ($7 IS NULL OR request_id = $7 OR address = $7) AND ($8 IS NULL OR code = $8) AND ($9 IS NULL OR secret_hint = $9) ORDER BY id DESC LIMIT $10",
        );
        self.db
            .fetch_all(filtered(query, entity_id, filter, (None, before)).bind(limit))
            .await?
            .iter()
            .map(request_of)
            .collect()
    }

    /// The same for those that come after the one with id `after`: those nearest to it, the newest first.
    pub async fn token_requests_after(
        &self,
        entity_id: &EntityId,
        filter: &Filter,
        after: i64,
        limit: i64,
    ) -> Result<Vec<TokenRequest>, StoreError> {
        let query = sql(
            "SELECT id, at, client_id, door, request_id, status, code, reason, secret_hint, address, micros FROM token_requests WHERE entity_id = $1 AND id >= $2 AND id < $3 AND ($4 IS NULL OR status = $4) AND ($5 IS NULL OR client_id = $5) AND ($6 IS NULL OR reason = $6) AND ($7 IS NULL OR request_id = $7 OR address = $7) AND ($8 IS NULL OR code = $8) AND ($9 IS NULL OR secret_hint = $9) ORDER BY id LIMIT $10",
        );
        let after = Some(after.saturating_add(1));
        let rows = self.db.fetch_all(filtered(query, entity_id, filter, (after, None)).bind(limit)).await?;
        rows.iter().rev().map(request_of).collect()
    }

    /// How many kept requests of an entity `filter` lets through.
    pub async fn count_token_requests(&self, entity_id: &EntityId, filter: &Filter) -> Result<i64, StoreError> {
        let query = sql(
            "SELECT COUNT(*) AS count FROM token_requests WHERE entity_id = $1 AND id >= $2 AND id < $3 AND ($4 IS NULL OR status = $4) AND ($5 IS NULL OR client_id = $5) AND ($6 IS NULL OR reason = $6) AND ($7 IS NULL OR request_id = $7 OR address = $7) AND ($8 IS NULL OR code = $8) AND ($9 IS NULL OR secret_hint = $9)",
        );
        let row = self.db.fetch_optional(filtered(query, entity_id, filter, (None, None))).await?;
        row.map_or(Ok(0), |row| row.get("count"))
    }

    /// The failures of an entity since `since` by their cause, the most frequent first.
    pub async fn token_failures(&self, entity_id: &EntityId, since: Timestamp) -> Result<Vec<Failure>, StoreError> {
        let query = sql("SELECT status, code, reason, COUNT(*) AS count, MIN(at) AS first_at, MAX(at) AS last_at, COUNT(DISTINCT address) AS addresses, MAX(address) AS example_address, MAX(secret_hint) AS example_secret_hint FROM token_requests WHERE entity_id = $1 AND id >= $2 AND status <> 200 GROUP BY status, code, reason ORDER BY COUNT(*) DESC, status, code, reason LIMIT $3")
            .bind(entity_id.as_str())
            .bind(request_id_at(since, 0))
            .bind(MOST_GROUPS);
        self.db.fetch_all(query).await?.iter().map(failure_of).collect()
    }

    /// What most failures of an entity from `since` to `until` have as their cause.
    pub async fn main_failure(
        &self,
        entity_id: &EntityId,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Failure>, StoreError> {
        let query = sql("SELECT status, code, reason, COUNT(*) AS count, MIN(at) AS first_at, MAX(at) AS last_at, COUNT(DISTINCT address) AS addresses, MAX(address) AS example_address, MAX(secret_hint) AS example_secret_hint FROM token_requests WHERE entity_id = $1 AND id >= $2 AND id < $3 AND status <> 200 GROUP BY status, code, reason ORDER BY COUNT(*) DESC, status, code, reason LIMIT 1")
            .bind(entity_id.as_str())
            .bind(request_id_at(since, 0))
            .bind(request_id_at(until, 0));
        self.db.fetch_optional(query).await?.as_ref().map(failure_of).transpose()
    }

    /// How long a token took an entity in the median since `since`, in microseconds, of the newest thousand kept.
    pub async fn median_micros(&self, entity_id: &EntityId, since: Timestamp) -> Result<Option<i64>, StoreError> {
        let query = sql("SELECT micros FROM token_requests WHERE entity_id = $1 AND id >= $2 AND status = 200 ORDER BY id DESC LIMIT $3")
            .bind(entity_id.as_str())
            .bind(request_id_at(since, 0))
            .bind(MEDIAN_OF);
        let rows = self.db.fetch_all(query).await?;
        let mut micros = rows.iter().map(|row| row.get("micros")).collect::<Result<Vec<i64>, _>>()?;
        micros.sort_unstable();
        Ok(micros.get(micros.len() / 2).copied())
    }

    /// The addresses that asked for tokens of an entity since `since`, the last one first, at most fifty.
    pub async fn token_callers(&self, entity_id: &EntityId, since: Timestamp) -> Result<Vec<Caller>, StoreError> {
        let query = sql("SELECT address, MAX(at) AS last_at, COUNT(*) AS count, CAST(SUM(CASE WHEN status = 200 THEN 1 ELSE 0 END) AS BIGINT) AS issued FROM token_requests WHERE entity_id = $1 AND id >= $2 GROUP BY address ORDER BY MAX(id) DESC LIMIT $3")
            .bind(entity_id.as_str())
            .bind(request_id_at(since, 0))
            .bind(MOST_GROUPS);
        self.db.fetch_all(query).await?.iter().map(caller_of).collect()
    }

    /// Forgets requests that were answered before `before`; says how many.
    pub async fn purge_token_requests(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.purge(|| {
            sql("DELETE FROM token_requests WHERE id IN (SELECT id FROM token_requests WHERE id < $1 ORDER BY id LIMIT $2)")
                .bind(request_id_at(before, 0))
        })
        .await
    }

    /// Forgets all requests of an entity but the newest `most`; says how many.
    pub async fn purge_token_requests_of(&self, entity_id: &EntityId, most: i64) -> Result<u64, StoreError> {
        let first_too_many =
            sql("SELECT id FROM token_requests WHERE entity_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2")
                .bind(entity_id.as_str())
                .bind(most);
        let Some(row) = self.db.fetch_optional(first_too_many).await? else { return Ok(0) };
        let mut tx = self.db.begin().await?;
        let purge = sql("DELETE FROM token_requests WHERE entity_id = $1 AND id <= $2")
            .bind(entity_id.as_str())
            .bind(row.get::<i64>("id")?);
        let purged = tx.execute(purge).await?;
        tx.commit().await?;
        Ok(purged)
    }
}

async fn add(tx: &mut Tx, request: &NewRequest) -> Result<(), StoreError> {
    let stopped = match &request.refused {
        Some(mac) => stopped_secret(tx, request, mac).await?,
        None => None,
    };
    let (reason, hint) = match &stopped {
        Some(hint) => (STOPPED_SECRET, hint.as_str()),
        None => (request.reason.as_str(), request.secret_hint.as_str()),
    };
    // Two nodes may happen to choose one id: then one row fewer is kept, and the other rows are not lost with it.
    let insert = sql("INSERT INTO token_requests (id, at, entity_id, client_id, door, request_id, status, code, reason, secret_hint, address, micros) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO NOTHING")
        .bind(request.id)
        .bind(request.at.millis())
        .bind(request.entity_id.as_str())
        .bind(request.client_id.as_str())
        .bind(request.door.as_str())
        .bind(&*request.request_id)
        .bind(i64::from(request.status))
        .bind(request.code)
        .bind(reason)
        .bind(hint)
        .bind(request.address.to_string())
        .bind(i64::try_from(request.micros).unwrap_or(i64::MAX));
    tx.execute(insert).await.map(|_| ())
}

/// The first characters of the secret that was shown, if it is one of this client that had been stopped by then.
async fn stopped_secret(tx: &mut Tx, request: &NewRequest, mac: &SecretMac) -> Result<Option<String>, StoreError> {
    let query = sql("SELECT hint FROM secrets WHERE client_id = $1 AND mac = $2 AND stops_at <= $3")
        .bind(request.client_id.as_str())
        .bind(mac_text(mac))
        .bind(request.at.millis());
    tx.fetch_optional(query).await?.map(|row| row.get("hint")).transpose()
}

/// The first nine values of a query for requests of an entity, from the id `first` on and before the
/// id `before`.
fn filtered(
    query: Statement,
    entity_id: &EntityId,
    filter: &Filter,
    (first, before): (Option<i64>, Option<i64>),
) -> Statement {
    let since = filter.since.map_or(i64::MIN, |since| request_id_at(since, 0));
    let until = filter.until.map_or(i64::MAX, |until| request_id_at(until, 0));
    // An address is kept in its one canonical spelling.
    let canonical =
        |text: &String| text.parse::<IpAddr>().map_or_else(|_| text.clone(), |ip| ip.to_canonical().to_string());
    query
        .bind(entity_id.as_str())
        .bind(first.map_or(since, |first| first.max(since)))
        .bind(before.map_or(until, |before| before.min(until)))
        .bind(filter.status.map(i64::from))
        .bind(filter.client_id.as_ref().map(ToString::to_string))
        .bind(filter.reason.clone())
        .bind(filter.text.as_ref().map(canonical))
        .bind(filter.code.clone())
        .bind(filter.secret_hint.clone())
}

fn request_of(row: &Row) -> Result<TokenRequest, StoreError> {
    let door: String = row.get("door")?;
    Ok(TokenRequest {
        id: row.get("id")?,
        at: time(row, "at")?,
        client_id: row.get("client_id")?,
        door: Door::parse(&door).ok_or_else(|| StoreError::Corrupt(format!("token request through {door}")))?,
        request_id: row.get("request_id")?,
        status: row.get("status")?,
        code: row.get("code")?,
        reason: row.get("reason")?,
        secret_hint: row.get("secret_hint")?,
        address: row.get("address")?,
        micros: row.get("micros")?,
    })
}

fn failure_of(row: &Row) -> Result<Failure, StoreError> {
    Ok(Failure {
        status: row.get("status")?,
        code: row.get("code")?,
        reason: row.get("reason")?,
        count: row.get("count")?,
        first_at: time(row, "first_at")?,
        last_at: time(row, "last_at")?,
        addresses: row.get("addresses")?,
        example_address: row.get("example_address")?,
        example_secret_hint: row.get("example_secret_hint")?,
    })
}

fn caller_of(row: &Row) -> Result<Caller, StoreError> {
    Ok(Caller {
        address: row.get("address")?,
        last_at: time(row, "last_at")?,
        count: row.get("count")?,
        issued: row.get("issued")?,
    })
}

//! The table `sessions`.

use super::db::{Row, sql};
use super::event::append;
use super::person::{optional_entity_id, person_of};
use super::{Store, StoreError, mac_text, time};
use crate::domain::event::Event;
use crate::domain::id::{EntityId, PersonId, SessionId};
use crate::domain::person::{MOST_SESSIONS, Person, SESSION_IDLE, SESSION_LIFE, Session};
use crate::domain::secret::SecretMac;
use crate::domain::time::Timestamp;

impl Store {
    /// Adds a session of `person`, in the place of the one used longest ago where there are [`MOST_SESSIONS`].
    pub async fn add_session(
        &self,
        session: &Session,
        person: &PersonId,
        mac: &SecretMac,
        event: &Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let crowded_out = sql("DELETE FROM sessions WHERE person_id = $1 AND id NOT IN (SELECT id FROM sessions WHERE person_id = $1 ORDER BY seen_at DESC, id LIMIT $2)")
            .bind(person.as_str())
            .bind(MOST_SESSIONS.saturating_sub(1));
        tx.execute(crowded_out).await?;
        let insert = sql("INSERT INTO sessions (id, mac, person_id, created_at, seen_at, proven_at, address, agent) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
            .bind(session.id.as_str())
            .bind(mac_text(mac))
            .bind(person.as_str())
            .bind(session.created_at.millis())
            .bind(session.seen_at.millis())
            .bind(session.proven_at.millis())
            .bind(session.address.as_str())
            .bind(session.agent.as_str());
        tx.execute(insert).await?;
        append(&mut tx, event).await?;
        tx.commit().await
    }

    /// The session of this MAC and whose it is. The MAC is keyed, so how long the index takes tells nothing of the cookie.
    pub async fn session(&self, mac: &SecretMac) -> Result<Option<(Session, Person)>, StoreError> {
        let query = sql("SELECT s.id AS session_id, s.created_at AS begun_at, s.seen_at, s.proven_at, s.address, s.agent, s.viewed_entity_id, p.id, p.email, p.name, p.created_at FROM sessions s JOIN people p ON p.id = s.person_id WHERE s.mac = $1")
            .bind(mac_text(mac));
        match self.db.fetch_optional(query).await? {
            Some(row) => Ok(Some((session_of(&row)?, person_of(&row)?))),
            None => Ok(None),
        }
    }

    /// The sessions of a person, the last used first.
    pub async fn sessions(&self, person: &PersonId) -> Result<Vec<Session>, StoreError> {
        let query = sql("SELECT id AS session_id, created_at AS begun_at, seen_at, proven_at, address, agent, viewed_entity_id FROM sessions WHERE person_id = $1 ORDER BY seen_at DESC, id")
            .bind(person.as_str());
        self.db.fetch_all(query).await?.iter().map(session_of).collect()
    }

    /// Notes that a session was used at `now`, if that can be written: while the database is moved, pages can be looked at.
    pub async fn touch_session(&self, id: &SessionId, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = match self.db.begin().await {
            Err(StoreError::ReadOnly(_)) => return Ok(()),
            begun => begun?,
        };
        tx.execute(sql("UPDATE sessions SET seen_at = $1 WHERE id = $2").bind(now.millis()).bind(id.as_str())).await?;
        tx.commit().await
    }

    /// Notes that the password was given at `now`.
    pub async fn prove_session(&self, id: &SessionId, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let update = sql("UPDATE sessions SET proven_at = $1 WHERE id = $2").bind(now.millis()).bind(id.as_str());
        tx.execute(update).await?;
        tx.commit().await
    }

    /// Lets an operator's session look at an entity as its people see it, or at none.
    pub async fn view_entity(
        &self,
        id: &SessionId,
        entity_id: Option<&EntityId>,
        event: Option<&Event>,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let update = sql("UPDATE sessions SET viewed_entity_id = $1 WHERE id = $2")
            .bind(entity_id.map(ToString::to_string))
            .bind(id.as_str());
        tx.execute(update).await?;
        if let Some(event) = event {
            append(&mut tx, event).await?;
        }
        tx.commit().await
    }

    /// Ends a session of `person`. One that has ended already is no error.
    pub async fn end_session(&self, id: &SessionId, person: &PersonId) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let delete =
            sql("DELETE FROM sessions WHERE id = $1 AND person_id = $2").bind(id.as_str()).bind(person.as_str());
        tx.execute(delete).await?;
        tx.commit().await
    }

    /// Ends every session of `person` but the one named `except`.
    pub async fn end_other_sessions(
        &self,
        person: &PersonId,
        except: &SessionId,
        event: &Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let delete =
            sql("DELETE FROM sessions WHERE person_id = $1 AND id <> $2").bind(person.as_str()).bind(except.as_str());
        tx.execute(delete).await?;
        append(&mut tx, event).await?;
        tx.commit().await
    }

    /// Deletes what has ended: sessions, links to set a password, and invitations that are a month old.
    pub async fn purge_sessions(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let idle = sql("DELETE FROM sessions WHERE seen_at < $1 OR created_at < $2")
            .bind(now.minus(SESSION_IDLE).millis())
            .bind(now.minus(SESSION_LIFE).millis());
        tx.execute(idle).await?;
        tx.execute(sql("DELETE FROM password_resets WHERE expires_at < $1").bind(now.millis())).await?;
        let forgotten = now.minus(std::time::Duration::from_secs(30 * 24 * 3600));
        tx.execute(sql("DELETE FROM invitations WHERE expires_at < $1").bind(forgotten.millis())).await?;
        tx.commit().await
    }
}

fn session_of(row: &Row) -> Result<Session, StoreError> {
    let id: String = row.get("session_id")?;
    Ok(Session {
        id: SessionId::parse(&id).ok_or_else(|| StoreError::Corrupt(format!("session {id}")))?,
        created_at: time(row, "begun_at")?,
        seen_at: time(row, "seen_at")?,
        proven_at: time(row, "proven_at")?,
        address: row.get("address")?,
        agent: row.get("agent")?,
        viewed_entity_id: optional_entity_id(row, "viewed_entity_id")?,
    })
}

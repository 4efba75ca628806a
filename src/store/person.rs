//! The tables `people` and `memberships`, and `password_resets`.

use super::db::{Row, Statement, Tx, sql};
use super::event::append;
use super::{Store, StoreError, mac_text, optional_time, time};
use crate::domain::event::Event;
use crate::domain::id::{EntityId, PersonId, SessionId};
use crate::domain::person::{Invitation, Member, Membership, Person, Role};
use crate::domain::secret::SecretMac;
use crate::domain::time::Timestamp;

/// An account and what verifies its password: an Argon2id hash in the PHC string format.
#[derive(Clone)]
pub struct Account {
    /// The account.
    pub person: Person,
    /// What verifies its password.
    pub password_hash: String,
}

/// Why a member was not changed.
#[derive(Debug)]
pub enum MemberError {
    /// There would be no owner left, or no operator.
    LastOne,
    /// The store did not do it; [`StoreError::Conflict`] if there is no such member.
    Store(StoreError),
}

impl From<StoreError> for MemberError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What stands for an entity, or for the platform, in comparisons: NULL equals nothing.
fn place(entity_id: Option<&EntityId>) -> &str {
    entity_id.map_or("", EntityId::as_str)
}

impl Store {
    /// Uses a set-up link up and makes the operator that it is good for, both or neither: an account of this address gets
    /// the password and loses its sessions. [`StoreError::Conflict`] if the link is not there or no longer good.
    pub async fn set_up_operator(
        &self,
        link: &SecretMac,
        account: &Account,
        event: &Event,
    ) -> Result<PersonId, StoreError> {
        let mut tx = self.db.begin().await?;
        let take = sql("DELETE FROM setup_links WHERE mac = $1 AND expires_at > $2")
            .bind(mac_text(link))
            .bind(event.at.millis());
        if tx.execute(take).await? == 0 {
            return Err(StoreError::Conflict);
        }
        let upsert = sql(
            "INSERT INTO people (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (email) DO UPDATE SET name = excluded.name, password_hash = excluded.password_hash RETURNING id",
        );
        let row = tx.fetch_optional(bind_account(upsert, account)).await?;
        let id: String = row.ok_or(StoreError::Conflict)?.get("id")?;
        for delete in [
            sql("DELETE FROM sessions WHERE person_id = $1"),
            sql("DELETE FROM password_resets WHERE person_id = $1"),
            sql("DELETE FROM memberships WHERE person_id = $1 AND entity_id IS NULL"),
        ] {
            tx.execute(delete.bind(id.as_str())).await?;
        }
        let id = PersonId::parse(&id).ok_or_else(|| StoreError::Corrupt(format!("person {id}")))?;
        add_membership(&mut tx, &id, None, Role::Operator, event.at).await?;
        append(&mut tx, event).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Uses an invitation up and makes `account` a member, adding it if it is `new`. [`StoreError::Conflict`] if the
    /// invitation is not there or no longer good; [`StoreError::Duplicate`] if a new address has an account by now.
    pub async fn join(
        &self,
        invitation: &Invitation,
        account: &Account,
        new: bool,
        event: &Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let take = sql("DELETE FROM invitations WHERE id = $1 AND expires_at > $2")
            .bind(invitation.id.as_str())
            .bind(event.at.millis());
        if tx.execute(take).await? == 0 {
            return Err(StoreError::Conflict);
        }
        if new {
            add_person(&mut tx, account).await?;
        }
        let entity_id = invitation.entity_id.as_ref();
        // Who belongs there by now keeps the role: an old invitation takes nothing away.
        let earlier = sql("SELECT role FROM memberships WHERE person_id = $1 AND COALESCE(entity_id, '') = $2")
            .bind(account.person.id.as_str())
            .bind(place(entity_id));
        if tx.fetch_optional(earlier).await?.is_none() {
            add_membership(&mut tx, &account.person.id, entity_id, invitation.role, event.at).await?;
        }
        append(&mut tx, event).await?;
        tx.commit().await
    }

    /// The account of this address.
    pub async fn account(&self, email: &str) -> Result<Option<Account>, StoreError> {
        let query = sql("SELECT id, email, name, password_hash, created_at FROM people WHERE email = $1").bind(email);
        self.db.fetch_optional(query).await?.as_ref().map(account_of).transpose()
    }

    /// The account of this id.
    pub async fn account_of_person(&self, id: &PersonId) -> Result<Option<Account>, StoreError> {
        let query =
            sql("SELECT id, email, name, password_hash, created_at FROM people WHERE id = $1").bind(id.as_str());
        self.db.fetch_optional(query).await?.as_ref().map(account_of).transpose()
    }

    /// What a person may see, the oldest first.
    pub async fn memberships(&self, id: &PersonId) -> Result<Vec<Membership>, StoreError> {
        let query =
            sql("SELECT entity_id, role, seen_at FROM memberships WHERE person_id = $1 ORDER BY created_at, entity_id")
                .bind(id.as_str());
        self.db.fetch_all(query).await?.iter().map(membership_of).collect()
    }

    /// The people of an entity, or the operators, by name.
    pub async fn members(&self, entity_id: Option<&EntityId>) -> Result<Vec<Member>, StoreError> {
        let query = sql("SELECT p.id, p.email, p.name, p.created_at, m.role, m.created_at AS since, m.seen_at FROM memberships m JOIN people p ON p.id = m.person_id WHERE COALESCE(m.entity_id, '') = $1 ORDER BY p.name, p.id")
            .bind(place(entity_id));
        self.db.fetch_all(query).await?.iter().map(member_of).collect()
    }

    /// Gives a member another role.
    pub async fn set_role(
        &self,
        person_id: &PersonId,
        entity_id: Option<&EntityId>,
        role: Role,
        event: &Event,
    ) -> Result<(), MemberError> {
        let mut tx = self.db.begin().await?;
        lock_members(&mut tx, entity_id).await?;
        let update = sql("UPDATE memberships SET role = $1 WHERE person_id = $2 AND COALESCE(entity_id, '') = $3")
            .bind(role.as_str())
            .bind(person_id.as_str())
            .bind(place(entity_id));
        if tx.execute(update).await? == 0 {
            return Err(StoreError::Conflict.into());
        }
        check_one_is_left(&mut tx, entity_id).await?;
        append(&mut tx, event).await?;
        Ok(tx.commit().await?)
    }

    /// Removes a member; an account that belongs to nothing any more is deleted with its sessions.
    pub async fn remove_member(
        &self,
        person_id: &PersonId,
        entity_id: Option<&EntityId>,
        event: &Event,
    ) -> Result<(), MemberError> {
        let mut tx = self.db.begin().await?;
        lock_members(&mut tx, entity_id).await?;
        let delete = sql("DELETE FROM memberships WHERE person_id = $1 AND COALESCE(entity_id, '') = $2")
            .bind(person_id.as_str())
            .bind(place(entity_id));
        if tx.execute(delete).await? == 0 {
            return Err(StoreError::Conflict.into());
        }
        check_one_is_left(&mut tx, entity_id).await?;
        let left = sql("SELECT COUNT(*) AS count FROM memberships WHERE person_id = $1").bind(person_id.as_str());
        let left: i64 = tx.fetch_optional(left).await?.map_or(Ok(0), |row| row.get("count"))?;
        if left == 0 {
            for delete in [
                sql("DELETE FROM sessions WHERE person_id = $1"),
                sql("DELETE FROM password_resets WHERE person_id = $1"),
                sql("DELETE FROM people WHERE id = $1"),
            ] {
                tx.execute(delete.bind(person_id.as_str())).await?;
            }
        }
        append(&mut tx, event).await?;
        Ok(tx.commit().await?)
    }

    /// Changes what people call a person.
    pub async fn rename_person(&self, id: &PersonId, name: &str) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.execute(sql("UPDATE people SET name = $1 WHERE id = $2").bind(name).bind(id.as_str())).await?;
        tx.commit().await
    }

    /// Gives a person another password and ends its sessions, all but `except`, and its links to set one.
    pub async fn set_password(
        &self,
        id: &PersonId,
        password_hash: &str,
        except: &SessionId,
        event: &Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        change_password(&mut tx, id, password_hash, except.as_str()).await?;
        append(&mut tx, event).await?;
        tx.commit().await
    }

    /// The same by a link, which is used up: once, however many use it at the same time. Every session ends.
    /// [`StoreError::Conflict`] if the link is not there or no longer good.
    pub async fn use_password_reset(
        &self,
        link: &SecretMac,
        id: &PersonId,
        password_hash: &str,
        event: &Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let take = sql("DELETE FROM password_resets WHERE mac = $1 AND expires_at > $2")
            .bind(mac_text(link))
            .bind(event.at.millis());
        if tx.execute(take).await? == 0 {
            return Err(StoreError::Conflict);
        }
        change_password(&mut tx, id, password_hash, "").await?;
        append(&mut tx, event).await?;
        tx.commit().await
    }

    /// Whether a person has a link to set a password that is good until `end` or longer.
    pub async fn has_password_reset_until(&self, id: &PersonId, end: Timestamp) -> Result<bool, StoreError> {
        let query = sql("SELECT mac FROM password_resets WHERE person_id = $1 AND expires_at >= $2")
            .bind(id.as_str())
            .bind(end.millis());
        Ok(self.db.fetch_optional(query).await?.is_some())
    }

    /// Notes that a member was seen at `now`, to the minute.
    pub async fn see_member(
        &self,
        id: &PersonId,
        entity_id: Option<&EntityId>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = match self.db.begin().await {
            // As with sessions.
            Err(StoreError::ReadOnly(_)) => return Ok(()),
            begun => begun?,
        };
        let update = sql("UPDATE memberships SET seen_at = $1 WHERE person_id = $2 AND COALESCE(entity_id, '') = $3")
            .bind(now.millis())
            .bind(id.as_str())
            .bind(place(entity_id));
        tx.execute(update).await?;
        tx.commit().await
    }

    /// Remembers a link to set a new password; it takes the place of any other of the person.
    pub async fn add_password_reset(
        &self,
        mac: &SecretMac,
        id: &PersonId,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.execute(sql("DELETE FROM password_resets WHERE person_id = $1").bind(id.as_str())).await?;
        let insert = sql("INSERT INTO password_resets (mac, person_id, expires_at) VALUES ($1, $2, $3)")
            .bind(mac_text(mac))
            .bind(id.as_str())
            .bind(expires_at.millis());
        tx.execute(insert).await?;
        tx.commit().await
    }

    /// The account whose password the link of this MAC may set at `now`.
    pub async fn password_reset(&self, mac: &SecretMac, now: Timestamp) -> Result<Option<Account>, StoreError> {
        let query = sql("SELECT p.id, p.email, p.name, p.password_hash, p.created_at FROM password_resets r JOIN people p ON p.id = r.person_id WHERE r.mac = $1 AND r.expires_at > $2")
            .bind(mac_text(mac))
            .bind(now.millis());
        self.db.fetch_optional(query).await?.as_ref().map(account_of).transpose()
    }
}

async fn add_person(tx: &mut Tx, account: &Account) -> Result<(), StoreError> {
    let insert = sql("INSERT INTO people (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)");
    tx.execute(bind_account(insert, account)).await.map(|_| ())
}

fn bind_account(statement: Statement, account: &Account) -> Statement {
    statement
        .bind(account.person.id.as_str())
        .bind(account.person.email.as_str())
        .bind(account.person.name.as_str())
        .bind(account.password_hash.as_str())
        .bind(account.person.created_at.millis())
}

async fn add_membership(
    tx: &mut Tx,
    person_id: &PersonId,
    entity_id: Option<&EntityId>,
    role: Role,
    at: Timestamp,
) -> Result<(), StoreError> {
    let insert = sql("INSERT INTO memberships (person_id, entity_id, role, created_at) VALUES ($1, $2, $3, $4)")
        .bind(person_id.as_str())
        .bind(entity_id.map(ToString::to_string))
        .bind(role.as_str())
        .bind(at.millis());
    tx.execute(insert).await.map(|_| ())
}

async fn change_password(tx: &mut Tx, id: &PersonId, password_hash: &str, except: &str) -> Result<(), StoreError> {
    let update = sql("UPDATE people SET password_hash = $1 WHERE id = $2").bind(password_hash).bind(id.as_str());
    if tx.execute(update).await? == 0 {
        return Err(StoreError::Conflict);
    }
    let end = sql("DELETE FROM sessions WHERE person_id = $1 AND id <> $2").bind(id.as_str()).bind(except);
    tx.execute(end).await?;
    tx.execute(sql("DELETE FROM password_resets WHERE person_id = $1").bind(id.as_str())).await.map(|_| ())
}

/// Two changes of the same people wait for each other, so that they cannot each leave the other as the last owner.
async fn lock_members(tx: &mut Tx, entity_id: Option<&EntityId>) -> Result<(), StoreError> {
    let lock: Statement = match entity_id {
        Some(id) => sql("UPDATE entities SET updated_at = updated_at WHERE id = $1").bind(id.as_str()),
        None => sql("UPDATE event_head SET seq = seq WHERE id = 1"),
    };
    tx.execute(lock).await.map(|_| ())
}

async fn check_one_is_left(tx: &mut Tx, entity_id: Option<&EntityId>) -> Result<(), MemberError> {
    let count = sql("SELECT COUNT(*) AS count FROM memberships WHERE COALESCE(entity_id, '') = $1 AND role IN ('operator', 'owner')")
        .bind(place(entity_id));
    let count: i64 = tx.fetch_optional(count).await?.map_or(Ok(0), |row| row.get("count"))?;
    if count == 0 { Err(MemberError::LastOne) } else { Ok(()) }
}

pub(super) fn person_of(row: &Row) -> Result<Person, StoreError> {
    let id: String = row.get("id")?;
    Ok(Person {
        id: PersonId::parse(&id).ok_or_else(|| StoreError::Corrupt(format!("person {id}")))?,
        email: row.get("email")?,
        name: row.get("name")?,
        created_at: time(row, "created_at")?,
    })
}

fn account_of(row: &Row) -> Result<Account, StoreError> {
    Ok(Account { person: person_of(row)?, password_hash: row.get("password_hash")? })
}

pub(super) fn role_of(row: &Row) -> Result<Role, StoreError> {
    let word: String = row.get("role")?;
    Role::parse(&word).ok_or_else(|| StoreError::Corrupt(format!("role {word}")))
}

pub(super) fn optional_entity_id(row: &Row, column: &str) -> Result<Option<EntityId>, StoreError> {
    match row.get::<Option<String>>(column)? {
        Some(id) => EntityId::parse(&id).map(Some).ok_or_else(|| StoreError::Corrupt(column.to_owned())),
        None => Ok(None),
    }
}

fn membership_of(row: &Row) -> Result<Membership, StoreError> {
    Ok(Membership {
        entity_id: optional_entity_id(row, "entity_id")?,
        role: role_of(row)?,
        seen_at: optional_time(row, "seen_at")?,
    })
}

fn member_of(row: &Row) -> Result<Member, StoreError> {
    Ok(Member {
        person: person_of(row)?,
        role: role_of(row)?,
        since: time(row, "since")?,
        seen_at: optional_time(row, "seen_at")?,
    })
}

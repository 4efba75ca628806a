//! The table `invitations`.

use super::db::{Row, sql};
use super::event::append;
use super::person::{optional_entity_id, role_of};
use super::{Store, StoreError, mac_text, time};
use crate::domain::event::Event;
use crate::domain::id::{EntityId, InvitationId};
use crate::domain::person::Invitation;
use crate::domain::secret::SecretMac;
use crate::domain::time::Timestamp;

impl Store {
    /// Adds an invitation; it takes the place of an earlier one of the same address to the same entity.
    pub async fn add_invitation(
        &self,
        invitation: &Invitation,
        mac: &SecretMac,
        event: &Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let entity_id = invitation.entity_id.as_ref().map(ToString::to_string);
        let earlier = sql("DELETE FROM invitations WHERE email = $1 AND COALESCE(entity_id, '') = $2")
            .bind(invitation.email.as_str())
            .bind(entity_id.clone().unwrap_or_default());
        tx.execute(earlier).await?;
        let insert = sql("INSERT INTO invitations (id, mac, email, entity_id, role, sent_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)")
            .bind(invitation.id.as_str())
            .bind(mac_text(mac))
            .bind(invitation.email.as_str())
            .bind(entity_id)
            .bind(invitation.role.as_str())
            .bind(invitation.sent_at.millis())
            .bind(invitation.expires_at.millis());
        tx.execute(insert).await?;
        append(&mut tx, event).await?;
        tx.commit().await
    }

    /// The invitation whose link has this MAC, if it is good at `now`.
    pub async fn invitation_of_link(&self, mac: &SecretMac, now: Timestamp) -> Result<Option<Invitation>, StoreError> {
        let query = sql("SELECT id, email, entity_id, role, sent_at, expires_at FROM invitations WHERE mac = $1 AND expires_at > $2")
            .bind(mac_text(mac))
            .bind(now.millis());
        self.db.fetch_optional(query).await?.as_ref().map(invitation_of).transpose()
    }

    /// The invitations to an entity, or to the operators, that nobody has taken yet, the newest first.
    pub async fn invitations(&self, entity_id: Option<&EntityId>) -> Result<Vec<Invitation>, StoreError> {
        let query = sql("SELECT id, email, entity_id, role, sent_at, expires_at FROM invitations WHERE COALESCE(entity_id, '') = $1 ORDER BY sent_at DESC, id")
            .bind(entity_id.map_or("", EntityId::as_str));
        self.db.fetch_all(query).await?.iter().map(invitation_of).collect()
    }

    /// Takes an invitation back. [`StoreError::Conflict`] if there is none of this id.
    pub async fn remove_invitation(&self, id: &InvitationId, event: &Event) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        if tx.execute(sql("DELETE FROM invitations WHERE id = $1").bind(id.as_str())).await? == 0 {
            return Err(StoreError::Conflict);
        }
        append(&mut tx, event).await?;
        tx.commit().await
    }
}

fn invitation_of(row: &Row) -> Result<Invitation, StoreError> {
    let id: String = row.get("id")?;
    Ok(Invitation {
        id: InvitationId::parse(&id).ok_or_else(|| StoreError::Corrupt(format!("invitation {id}")))?,
        email: row.get("email")?,
        entity_id: optional_entity_id(row, "entity_id")?,
        role: role_of(row)?,
        sent_at: time(row, "sent_at")?,
        expires_at: time(row, "expires_at")?,
    })
}

//! Members and invitations, of an entity or of the platform itself.

use std::time::Duration;

use serde_json::json;

use super::clock::{random, random_secret};
use super::sessions::{Browser, wrong_password};
use super::{App, Error};
use crate::domain::entity::Entity;
use crate::domain::event::{Action, Actor, Who};
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::id::{EntityId, InvitationId, PersonId};
use crate::domain::person::{self, INVITATION_LIFE, Invitation, Role};
use crate::domain::secret::PlainSecret;
use crate::store::StoreError;
use crate::store::person::{Account, MemberError};

/// MACs of invitations are kept apart from all others.
const INVITATION_OWNER: &str = "invitation";
/// So long no second mail goes to the same address.
const NOT_AGAIN: Duration = Duration::from_secs(60);
/// Most invitations that wait at the same time, of one entity or of the platform.
const MOST_INVITATIONS: usize = 100;

/// An invitation, sent.
pub struct Invited {
    /// To whom.
    pub email: String,
    /// The link, to be passed on by hand where it was not mailed.
    pub link: String,
    /// Whether the mail server took it; `None` if there is none.
    pub mailed: Option<bool>,
}

impl App {
    /// Invites somebody to `entity`, or to run the platform, perhaps once more.
    pub async fn invite(
        &self,
        actor: &Actor,
        entity: Option<&Entity>,
        email: &str,
        role: Role,
    ) -> Result<Invited, Error> {
        let email = person::email(email).map_err(|fault| Error::Invalid(vec![fault]))?;
        let wrong =
            |field: &str, why: &str| Err(Error::Invalid(vec![FieldFault::new(field, Fault::Rule(why.to_owned()))]));
        if entity.is_none() != (role == Role::Operator) {
            return wrong("role", "is not one that can be given here");
        }
        let entity_id = entity.map(|entity| &entity.id);
        let members = self.store.members(entity_id).await?;
        if members.iter().any(|member| member.person.email == email) {
            return wrong("email", "belongs to one of these people already");
        }
        let waiting = self.store.invitations(entity_id).await?;
        if waiting.len() >= MOST_INVITATIONS && !waiting.iter().any(|invitation| invitation.email == email) {
            return Err(Error::Refused(format!("{MOST_INVITATIONS} invitations wait already; withdraw one first")));
        }
        let now = self.now();
        let is_again =
            |invitation: &&Invitation| invitation.email == email && now.since(invitation.sent_at) < NOT_AGAIN;
        if self.mailer.is_set() && waiting.iter().any(|invitation| is_again(&invitation)) {
            return Err(Error::Refused("a mail has just been sent to this address; wait a minute".to_owned()));
        }
        let invitation = Invitation {
            id: InvitationId::from_random(random()?),
            email: email.clone(),
            entity_id: entity_id.copied(),
            role,
            sent_at: now,
            expires_at: now.plus(INVITATION_LIFE),
        };
        let secret = PlainSecret::link(&random_secret()?);
        let mac = self.vault.secrets.mac(INVITATION_OWNER, secret.expose());
        let detail = json!({"email": email, "role": role.as_str()});
        let event = self.event(actor, Action::PersonInvited, entity_id, invitation.id.as_str(), detail);
        self.store.add_invitation(&invitation, &mac, &event).await?;
        let link = format!("{}/invitation/{}", self.issuer, secret.expose());
        let mailed = if self.mailer.is_set() { Some(self.mail_invitation(&email, entity, &link).await) } else { None };
        Ok(Invited { email, link, mailed })
    }

    async fn mail_invitation(&self, email: &str, entity: Option<&Entity>, link: &str) -> bool {
        let place = entity.map_or("the operators of Passgate", |entity| &entity.name);
        let text = format!(
            "You are invited to join {place} at {issuer}.\n\nSet your password here within 48 hours:\n\n{link}\n",
            issuer = self.issuer
        );
        match self.mailer.send(email, &format!("Invitation to {place}"), text).await {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(%error, "an invitation could not be mailed");
                false
            }
        }
    }

    /// Takes an invitation of `entity`, or of the platform, back.
    pub async fn withdraw_invitation(
        &self,
        actor: &Actor,
        entity_id: Option<&EntityId>,
        id: &str,
    ) -> Result<(), Error> {
        let waiting = self.store.invitations(entity_id).await?;
        let invitation = waiting.iter().find(|invitation| invitation.id.as_str() == id);
        let invitation = invitation.ok_or(Error::NotFound("invitation"))?;
        let detail = json!({"email": invitation.email});
        let event = self.event(actor, Action::InvitationWithdrawn, entity_id, invitation.id.as_str(), detail);
        match self.store.remove_invitation(&invitation.id, &event).await {
            Err(StoreError::Conflict) => Err(Error::NotFound("invitation")),
            other => Ok(other?),
        }
    }

    /// The invitation that a link is good for.
    pub async fn invitation(&self, link: &str) -> Result<Option<Invitation>, Error> {
        let mac = self.vault.secrets.mac(INVITATION_OWNER, link);
        Ok(self.store.invitation_of_link(&mac, self.now()).await?)
    }

    /// Takes an invitation: with a new account, or with the password of the one that the address has. Begins a session.
    pub async fn join(&self, link: &str, name: &str, password: &str, browser: &Browser) -> Result<PlainSecret, Error> {
        let invitation = self.invitation(link).await?.ok_or(Error::NotFound("invitation"))?;
        let has_account = self.store.account(&invitation.email).await?.is_some();
        let account = if has_account {
            let proven = self.prove_account(&invitation.email, password, browser.address).await?;
            proven.ok_or_else(|| Error::Invalid(vec![wrong_password("password")]))?
        } else {
            self.new_account(&invitation.email, name, password).await?
        };
        let Account { person, .. } = &account;
        let actor = Actor::Person(Who {
            is_operator: invitation.role == Role::Operator,
            name: person.name.clone(),
            email: person.email.clone(),
            address: browser.address,
        });
        let detail = json!({"role": invitation.role.as_str()});
        let event = self.event(&actor, Action::PersonJoined, invitation.entity_id.as_ref(), person.id.as_str(), detail);
        match self.store.join(&invitation, &account, !has_account, &event).await {
            Err(StoreError::Conflict | StoreError::Duplicate) => return Err(Error::NotFound("invitation")),
            other => other?,
        }
        self.begin_session(person, browser).await
    }

    /// Gives a member another role.
    pub async fn change_role(
        &self,
        actor: &Actor,
        entity_id: Option<&EntityId>,
        person_id: &str,
        role: Role,
    ) -> Result<(), Error> {
        if entity_id.is_none() || !Role::OF_ENTITY.contains(&role) {
            return Err(Error::NotFound("role"));
        }
        let person_id = PersonId::parse(person_id).ok_or(Error::NotFound("person"))?;
        let detail = json!({"role": role.as_str(), "email": self.email_of(entity_id, &person_id).await?});
        let event = self.event(actor, Action::RoleChanged, entity_id, person_id.as_str(), detail);
        member_error(self.store.set_role(&person_id, entity_id, role, &event).await)
    }

    /// Removes a member.
    pub async fn remove_member(
        &self,
        actor: &Actor,
        entity_id: Option<&EntityId>,
        person_id: &str,
    ) -> Result<(), Error> {
        let person_id = PersonId::parse(person_id).ok_or(Error::NotFound("person"))?;
        let detail = json!({"email": self.email_of(entity_id, &person_id).await?});
        let event = self.event(actor, Action::PersonRemoved, entity_id, person_id.as_str(), detail);
        member_error(self.store.remove_member(&person_id, entity_id, &event).await)
    }

    async fn email_of(&self, entity_id: Option<&EntityId>, person_id: &PersonId) -> Result<String, Error> {
        let members = self.store.members(entity_id).await?;
        let member = members.into_iter().find(|member| member.person.id == *person_id);
        member.map(|member| member.person.email).ok_or(Error::NotFound("person"))
    }
}

fn member_error(changed: Result<(), MemberError>) -> Result<(), Error> {
    match changed {
        Ok(()) => Ok(()),
        Err(MemberError::LastOne) => {
            Err(Error::Refused("there must be at least one owner; make somebody else owner first".to_owned()))
        }
        Err(MemberError::Store(StoreError::Conflict)) => Err(Error::NotFound("person")),
        Err(MemberError::Store(error)) => Err(error.into()),
    }
}

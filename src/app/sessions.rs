//! Signing in and staying so: accounts, passwords, sessions.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::clock::{random, random_secret};
use super::operators::LINK_OWNER;
use super::{App, Error};
use crate::domain::entity::Entity;
use crate::domain::event::{Action, Actor, Who};
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::id::{EntityId, PersonId, SessionId};
use crate::domain::person::{self, Membership, Person, RESET_LIFE, Role, Session};
use crate::domain::secret::PlainSecret;
use crate::store::StoreError;
use crate::store::person::Account;

/// MACs of session cookies and of links to set a password are kept apart from all others.
const SESSION_OWNER: &str = "session";
const RESET_OWNER: &str = "reset";
/// So long no second link to set a password is mailed to the same person.
const NOT_AGAIN: Duration = Duration::from_secs(60);
/// How exactly a session remembers when it was last used.
const TOUCH: Duration = Duration::from_secs(60);
/// Longest name of a browser that is kept, in characters.
const LONGEST_AGENT: usize = 200;

/// From where somebody signs in.
#[derive(Clone, Debug)]
pub struct Browser {
    /// The address.
    pub address: IpAddr,
    /// What the browser calls itself.
    pub agent: String,
}

/// Somebody who has signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub person: Person,
    /// What the person may see.
    pub memberships: Vec<Membership>,
}

impl SignedIn {
    /// Whether the person runs the platform.
    pub fn is_operator(&self) -> bool {
        self.memberships.iter().any(|membership| membership.role == Role::Operator)
    }

    /// What the person is to this entity; `None` if nothing.
    pub fn role_in(&self, entity_id: &EntityId) -> Option<Role> {
        let of_entity = self.memberships.iter().find(|membership| membership.entity_id.as_ref() == Some(entity_id));
        of_entity.map(|membership| membership.role)
    }

    /// Who the log names for what this person does for an entity, or for the platform.
    pub fn actor(&self, is_operator: bool, address: IpAddr) -> Actor {
        who(&self.person, is_operator, address)
    }
}

fn who(person: &Person, is_operator: bool, address: IpAddr) -> Actor {
    Actor::Person(Who { is_operator, name: person.name.clone(), email: person.email.clone(), address })
}

impl App {
    /// Begins a session for whoever knows the password of `email`. Whether there is such an account, the answer does not
    /// tell, nor the time that it takes: `Ok(None)` for both.
    pub async fn sign_in(&self, email: &str, password: &str, browser: &Browser) -> Result<Option<PlainSecret>, Error> {
        let Some(account) = self.prove_account(email, password, browser.address).await? else {
            return Ok(None);
        };
        self.begin_session(&account.person, browser).await.map(Some)
    }

    /// The account of `email` if `password` is its password; throttled.
    pub(super) async fn prove_account(
        &self,
        email: &str,
        password: &str,
        address: IpAddr,
    ) -> Result<Option<Account>, Error> {
        let now = self.now();
        let email = email.trim().to_lowercase();
        let (key, people) = (self.throttle.person(&email, address), self.throttle.people(address));
        self.throttle.check(key, now)?;
        self.throttle.check_unknown(people, now)?;
        // Counted before the password is looked at: attempts that come together are counted together.
        self.throttle.fail(key, now);
        self.throttle.fail(people, now);
        let account = if email.len() > person::LONGEST_EMAIL { None } else { self.store.account(&email).await? };
        let hash = account.as_ref().map(|account| account.password_hash.as_str());
        if self.verify_password(password, hash, address).await? {
            self.throttle.succeed(key);
            self.throttle.forgive(people);
            return Ok(account);
        }
        Ok(None)
    }

    pub(super) async fn begin_session(&self, person: &Person, browser: &Browser) -> Result<PlainSecret, Error> {
        let now = self.now();
        let cookie = PlainSecret::session(&random_secret()?);
        let session = Session {
            id: SessionId::from_random(random()?),
            created_at: now,
            seen_at: now,
            proven_at: now,
            address: browser.address.to_string(),
            agent: browser.agent.chars().filter(|c| !c.is_control()).take(LONGEST_AGENT).collect(),
            viewed_entity_id: None,
        };
        let memberships = self.store.memberships(&person.id).await?;
        let is_operator = memberships.iter().any(|membership| membership.role == Role::Operator);
        // An entity is told of sign-ins of people who belong to nothing else: others may not have come for it.
        let entity_id = match memberships.as_slice() {
            [only] => only.entity_id.as_ref(),
            _ => None,
        };
        let actor = who(person, is_operator, browser.address);
        let event = self.event(&actor, Action::SignedIn, entity_id, person.id.as_str(), json!({}));
        let mac = self.vault.secrets.mac(SESSION_OWNER, cookie.expose());
        self.store.add_session(&session, &person.id, &mac, &event).await?;
        Ok(cookie)
    }

    /// Whose live session this cookie is.
    pub async fn signed_in(&self, cookie: &str) -> Result<Option<SignedIn>, StoreError> {
        if !crate::domain::id::is_well_formed(cookie, "pgb_", 32) {
            return Ok(None);
        }
        let now = self.now();
        let mac = self.vault.secrets.mac(SESSION_OWNER, cookie);
        let Some((session, person)) = self.counted(self.store.session(&mac).await)? else {
            return Ok(None);
        };
        if !session.is_live(now) {
            return Ok(None);
        }
        if now.since(session.seen_at) >= TOUCH {
            self.counted(self.store.touch_session(&session.id, now).await)?;
        }
        let memberships = self.counted(self.store.memberships(&person.id).await)?;
        Ok(Some(SignedIn { session, person, memberships }))
    }

    /// Whether `password` is the one of whoever has signed in; then it counts as given recently. Throttled.
    pub async fn prove_again(&self, signed_in: &SignedIn, password: &str, address: IpAddr) -> Result<bool, Error> {
        let account = self.prove_account(&signed_in.person.email, password, address).await?;
        if account.is_some() {
            self.store.prove_session(&signed_in.session.id, self.now()).await?;
        }
        Ok(account.is_some())
    }

    /// Ends every other session of whoever has signed in.
    pub async fn end_other_sessions(&self, signed_in: &SignedIn, address: IpAddr) -> Result<(), Error> {
        let person = &signed_in.person;
        let actor = signed_in.actor(signed_in.is_operator(), address);
        let event = self.event(&actor, Action::SessionsEnded, None, person.id.as_str(), json!({}));
        Ok(self.store.end_other_sessions(&person.id, &signed_in.session.id, &event).await?)
    }

    /// Gives whoever has signed in and knows the present password another one, and ends the person's other sessions.
    pub async fn change_password(
        &self,
        signed_in: &SignedIn,
        present: &str,
        password: &str,
        address: IpAddr,
    ) -> Result<(), Error> {
        let person = &signed_in.person;
        person::check_password(password, &person.email).map_err(|fault| Error::Invalid(vec![fault]))?;
        if !self.prove_again(signed_in, present, address).await? {
            return Err(Error::Invalid(vec![wrong_password("present_password")]));
        }
        let hash = self.hash_password(password).await?;
        let event =
            self.event(&who(person, false, address), Action::PasswordChanged, None, person.id.as_str(), json!({}));
        Ok(self.store.set_password(&person.id, &hash, &signed_in.session.id, &event).await?)
    }

    /// Mails a link to set a new password, if there is such an account and a mail server. The caller learns neither; the
    /// work goes on after the answer.
    pub fn request_password_reset(self: &Arc<Self>, email: &str, address: IpAddr) -> Result<(), Error> {
        let email = person::email(email).map_err(|fault| Error::Invalid(vec![fault]))?;
        let now = self.now();
        let (key, people) = (self.throttle.person(&email, address), self.throttle.people(address));
        self.throttle.check(key, now)?;
        self.throttle.check_unknown(people, now)?;
        self.throttle.fail(key, now);
        self.throttle.fail(people, now);
        let app = self.clone();
        tokio::spawn(async move {
            if let Err(error) = app.mail_password_reset(&email).await {
                tracing::error!(%error, "a link to set a new password could not be mailed");
            }
        });
        Ok(())
    }

    async fn mail_password_reset(&self, email: &str) -> Result<(), Error> {
        let Some(account) = self.store.account(email).await?.filter(|_| self.mailer.is_set()) else {
            return Ok(());
        };
        let now = self.now();
        let earliest = now.plus(RESET_LIFE).minus(NOT_AGAIN);
        if self.store.has_password_reset_until(&account.person.id, earliest).await? {
            return Ok(());
        }
        let link = PlainSecret::link(&random_secret()?);
        let mac = self.vault.secrets.mac(RESET_OWNER, link.expose());
        self.store.add_password_reset(&mac, &account.person.id, now.plus(RESET_LIFE)).await?;
        let text = format!(
            "Somebody, probably you, asked for a new password at {issuer}.\n\nSet it here within one hour:\n\n{issuer}/reset/{link}\n\nIf it was not you, do nothing: the old password goes on.\n",
            issuer = self.issuer,
            link = link.expose(),
        );
        let sent = self.mailer.send(&account.person.email, "Set a new password", text).await;
        sent.map_err(|error| Error::Refused(error.to_string()))
    }

    /// Whose password the link may set.
    pub async fn password_reset(&self, link: &str) -> Result<Option<Person>, Error> {
        let mac = self.vault.secrets.mac(RESET_OWNER, link);
        Ok(self.store.password_reset(&mac, self.now()).await?.map(|account| account.person))
    }

    /// Sets the password that the link is good for, and begins a session.
    pub async fn reset_password(&self, link: &str, password: &str, browser: &Browser) -> Result<PlainSecret, Error> {
        let person = self.password_reset(link).await?.ok_or(Error::NotFound("link"))?;
        person::check_password(password, &person.email).map_err(|fault| Error::Invalid(vec![fault]))?;
        let hash = self.hash_password(password).await?;
        let actor = who(&person, false, browser.address);
        let event = self.event(&actor, Action::PasswordChanged, None, person.id.as_str(), json!({}));
        let mac = self.vault.secrets.mac(RESET_OWNER, link);
        match self.store.use_password_reset(&mac, &person.id, &hash, &event).await {
            Err(StoreError::Conflict) => return Err(Error::NotFound("link")),
            other => other?,
        }
        self.begin_session(&person, browser).await
    }

    /// Uses a set-up link up: makes an operator with this address and password, and begins a session.
    pub async fn set_up_operator(
        &self,
        link: &str,
        email: &str,
        name: &str,
        password: &str,
        browser: &Browser,
    ) -> Result<PlainSecret, Error> {
        let account = self.new_account(email, name, password).await?;
        let event = self.event(
            &who(&account.person, true, browser.address),
            Action::PersonJoined,
            None,
            account.person.id.as_str(),
            json!({"role": Role::Operator.as_str(), "by": "set-up link"}),
        );
        let mac = self.vault.secrets.mac(LINK_OWNER, link);
        let id = match self.store.set_up_operator(&mac, &account, &event).await {
            Err(StoreError::Conflict) => return Err(Error::NotFound("set-up link")),
            other => other?,
        };
        self.begin_session(&Person { id, ..account.person }, browser).await
    }

    /// A new account whose parts are right; every fault otherwise.
    pub(super) async fn new_account(&self, email: &str, name: &str, password: &str) -> Result<Account, Error> {
        let (email, name) = (person::email(email), person::name(name));
        let password_fault = person::check_password(password, email.as_deref().unwrap_or_default()).err();
        match (email, name, password_fault) {
            (Ok(email), Ok(name), None) => {
                let id = PersonId::from_random(random()?);
                let person = Person { id, email, name, created_at: self.now() };
                Ok(Account { person, password_hash: self.hash_password(password).await? })
            }
            (email, name, password) => {
                let faults = email.err().into_iter().chain(name.err()).chain(password);
                Err(Error::Invalid(faults.collect()))
            }
        }
    }

    /// Lets an operator's session look at `entity` as its people see it, and logs that.
    pub async fn view_entity(&self, signed_in: &SignedIn, entity: &Entity, address: IpAddr) -> Result<(), Error> {
        let actor = signed_in.actor(true, address);
        let event = self.event(&actor, Action::EntityViewed, Some(&entity.id), entity.id.as_str(), json!({}));
        Ok(self.store.view_entity(&signed_in.session.id, Some(&entity.id), Some(&event)).await?)
    }
}

/// The fault of a password that does not open the account.
pub fn wrong_password(field: &str) -> FieldFault {
    FieldFault::new(field, Fault::Rule("is not the password of this account".to_owned()))
}

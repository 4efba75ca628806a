//! Credentials and their secrets: generate, regenerate, revoke, unlock, reveal.

use std::time::Duration;

use serde_json::json;
use zeroize::Zeroizing;

use super::clock::{random, random_secret};
use super::{App, Error};
use crate::config::SecretsReveal;
use crate::domain::authentication::{Authentication, Choice, KeySource};
use crate::domain::credential::{Credential, LONGEST_NAME, Owner, Regeneration, RegenerationRefused};
use crate::domain::entity::Entity;
use crate::domain::event::{Action, Actor};
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::id::{ClientId, SecretId};
use crate::domain::rotation::{Term, TermRefused};
use crate::domain::secret::{NewSecret, PlainSecret, Secret, lookup, sealing_context};
use crate::domain::settings::{LONGEST_GRACE_SECONDS, Settings};
use crate::domain::time::Timestamp;
use crate::store::credential::{AddError, CredentialUse};

/// How often a regeneration without a stated version is tried again when somebody else was faster.
const TRIES: usize = 5;

/// A credential and the secret that has just been made for it.
pub struct Generated {
    /// The credential, its new secret among its secrets.
    pub credential: Credential,
    /// The new secret, to be shown.
    pub secret: PlainSecret,
    /// The settings of its entity, so that showing it needs nothing more from the store: a secret that is kept but cannot
    /// be shown would be lost.
    pub settings: Settings,
}

/// What an operator or an entity chooses for a regeneration; what is left out follows the entity's settings.
#[derive(Clone, Copy, Debug, Default)]
pub struct RegenerationChoice {
    /// How long the old secret goes on.
    pub grace: Option<Duration>,
    /// Whether tokens already issued become void.
    pub voids_tokens: Option<bool>,
    /// When the new secret begins and ends.
    pub term: Term,
}

/// Which of two live secrets goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The one made last.
    New,
    /// The one that it was to replace.
    Old,
}

impl App {
    /// Generates a credential of `entity`, or of a platform API if there is none.
    pub async fn generate_credential(
        &self,
        actor: &Actor,
        entity: Option<&Entity>,
        name: &str,
        expires_at: Option<Timestamp>,
        term: Term,
    ) -> Result<Generated, Error> {
        let now = self.now();
        let most_days = entity.and_then(|entity| entity.settings.secret_lifetime_days);
        let name = name.trim();
        let mut faults = Vec::new();
        if name.is_empty() {
            faults.push(FieldFault::new("name", Fault::Empty));
        } else if name.chars().count() > LONGEST_NAME {
            faults.push(FieldFault::new("name", Fault::TooLong(LONGEST_NAME as u64)));
        } else if name.chars().any(char::is_control) {
            faults.push(FieldFault::new("name", Fault::Rule("must not have control characters".to_owned())));
        }
        if expires_at.is_some_and(|end| end <= now) {
            faults.push(FieldFault::new("expires_at", Fault::Rule("must be in the future".to_owned())));
        }
        let term = term.judge(most_days, now);
        if let Err(why) = term {
            faults.push(term_fault(why, "secret_expires_at"));
        }
        let (Ok(term), true) = (term, faults.is_empty()) else {
            return Err(Error::Invalid(faults));
        };
        let client_id = ClientId::from_random(random()?);
        let (plain, secret) = self.new_secret(&client_id, actor, term, now)?;
        let credential = Credential {
            client_id,
            owner: entity.map_or(Owner::Api, |entity| Owner::Entity(entity.id)),
            name: name.to_owned(),
            authentication: Authentication::ClientSecret,
            revoked_at: None,
            expires_at,
            failed_attempts: 0,
            locked_at: None,
            tokens_void_before: None,
            secrets: vec![secret.secret.clone()],
            version: 1,
            created_at: now,
        };
        let mut detail = json!({"name": name, "secret_id": secret.secret.id});
        tell_term(&mut detail, term);
        let event = self.event(
            actor,
            Action::CredentialGenerated,
            entity.map(|entity| &entity.id),
            credential.client_id.as_str(),
            detail,
        );
        let most = entity.map_or(u32::MAX, |entity| entity.settings.most_credentials);
        match self.store.add_credential(&credential, &secret, most, &event).await {
            Ok(()) => {
                let settings = entity.map(|entity| entity.settings.clone()).unwrap_or_default();
                Ok(Generated { credential, secret: plain, settings })
            }
            Err(AddError::TooMany) => Err(Error::Refused(format!(
                "the entity has {most} credentials already, as many as it may have; revoke one first"
            ))),
            Err(AddError::Store(error)) => Err(error.into()),
        }
    }

    /// The credential of this Client Id, straight from the store.
    pub async fn find_credential(&self, client_id: &str) -> Result<CredentialUse, Error> {
        let client_id = ClientId::parse(client_id).ok_or(Error::NotFound("credential"))?;
        self.store.credential_use(&client_id, self.now()).await?.ok_or(Error::NotFound("credential"))
    }

    /// Gives a credential a new secret. The Client Id stays.
    pub async fn regenerate_credential(
        &self,
        actor: &Actor,
        client_id: &str,
        version: Option<i64>,
        choice: RegenerationChoice,
    ) -> Result<Generated, Error> {
        for _ in 0..TRIES {
            match self.regenerate_once(actor, client_id, version, choice).await {
                Err(Error::Changed) if version.is_none() => {}
                other => return other,
            }
        }
        Err(Error::Changed)
    }

    async fn regenerate_once(
        &self,
        actor: &Actor,
        client_id: &str,
        version: Option<i64>,
        choice: RegenerationChoice,
    ) -> Result<Generated, Error> {
        let now = self.now();
        let mut credential = self.credential_at(client_id, version).await?;
        let settings = self.settings_of(&credential).await?;
        let regeneration = Regeneration {
            grace: choice.grace.unwrap_or(Duration::from_secs(u64::from(settings.regenerate_grace_seconds))),
            voids_tokens: choice.voids_tokens.unwrap_or(settings.regenerate_voids_tokens),
        };
        let term = choice.term.judge(settings.secret_lifetime_days, now);
        let term = term.map_err(|why| Error::Invalid(vec![term_fault(why, "expires_at")]))?;
        let begin = term.not_before.unwrap_or(now);
        let stops_at = regeneration.stops_at(&credential, begin, now).map_err(|why| match why {
            RegenerationRefused::GraceTooLong => {
                let most = Fault::AboveMaximum(LONGEST_GRACE_SECONDS.to_string());
                Error::Invalid(vec![FieldFault::new("grace_seconds", most)])
            }
            RegenerationRefused::TwoLive | RegenerationRefused::Revoked => Error::Refused(why.to_string()),
        })?;
        let (plain, secret) = self.new_secret(&credential.client_id, actor, term, now)?;
        let mut detail =
            json!({"secret_id": secret.secret.id, "old_stops_at": stops_at, "voids_tokens": regeneration.voids_tokens});
        tell_term(&mut detail, term);
        let event = self.event(actor, Action::CredentialRegenerated, entity_of(&credential), client_id, detail);
        let void_before = regeneration.void_before(stops_at, now);
        self.store
            .regenerate_secret(&credential.client_id, credential.version, &secret, stops_at, void_before, &event)
            .await?;
        self.known.forget_credential(&credential.client_id);
        credential.version = credential.version.saturating_add(1);
        for old in &mut credential.secrets {
            old.stops_at = Some(old.stops_at.map_or(stops_at, |earlier| earlier.min(stops_at)));
        }
        credential.secrets.insert(0, secret.secret);
        Ok(Generated { credential, secret: plain, settings })
    }

    /// The settings of a credential's entity; the defaults for a platform API.
    pub async fn settings_of(&self, credential: &Credential) -> Result<Settings, Error> {
        match &credential.owner {
            Owner::Entity(id) => Ok(self.entity(id).await?.map(|entity| entity.settings.clone()).unwrap_or_default()),
            Owner::Api => Ok(Settings::default()),
        }
    }

    /// Revokes a credential for good.
    pub async fn revoke_credential(
        &self,
        actor: &Actor,
        client_id: &str,
        version: Option<i64>,
    ) -> Result<CredentialUse, Error> {
        let credential = self.credential_at(client_id, version).await?;
        if credential.revoked_at.is_none() {
            let event = self.event(actor, Action::CredentialRevoked, entity_of(&credential), client_id, json!({}));
            self.store.revoke_credential(&credential.client_id, version, &event).await?;
            self.known.forget_credential(&credential.client_id);
        }
        self.find_credential(client_id).await
    }

    /// Changes how a credential proves itself. From the next request on only the new way is accepted.
    pub async fn change_authentication(
        &self,
        actor: &Actor,
        client_id: &str,
        version: Option<i64>,
        choice: &Choice,
    ) -> Result<CredentialUse, Error> {
        let authentication = self.judge_authentication(choice)?;
        let credential = self.credential_at(client_id, version).await?;
        if credential.revoked_at.is_some() {
            return Err(Error::Refused("the credential is revoked".to_owned()));
        }
        if authentication != credential.authentication {
            let detail = json!({"from": credential.authentication.method(), "to": authentication.method()});
            let event = self.event(actor, Action::AuthenticationChanged, entity_of(&credential), client_id, detail);
            let id = &credential.client_id;
            self.store.change_authentication(id, credential.version, &authentication, &event).await?;
            self.known.forget_credential(id);
            self.published_keys.forget(id);
        }
        self.find_credential(client_id).await
    }

    /// What was chosen, if it makes sense and this installation can do it.
    pub fn judge_authentication(&self, choice: &Choice) -> Result<Authentication, Error> {
        let authentication = Authentication::choose(choice).map_err(Error::Invalid)?;
        let impossible =
            |field: &str, why: &str| Err(Error::Invalid(vec![FieldFault::new(field, Fault::Rule(why.to_owned()))]));
        match &authentication {
            Authentication::PrivateKeyJwt(KeySource::JwksUri(uri)) if !self.published_keys.may_fetch(uri) => {
                impossible("jwks_uri", "must be an https URL whose host is a name or address of the public Internet")
            }
            Authentication::TlsClientAuth(_) if self.client_authorities.is_none() => impossible(
                "method",
                "is not to be had here: the operator of the platform has set no authority for client certificates (client_ca_file)",
            ),
            other if other.needs_certificate() && !self.config.takes_client_certificates() => impossible(
                "method",
                "is not to be had here: the operator of the platform takes no client certificates (tls_client_certificates, client_certificate_header)",
            ),
            _ => Ok(authentication),
        }
    }

    /// Lifts the Integration Account Lock.
    pub async fn unlock_credential(
        &self,
        actor: &Actor,
        client_id: &str,
        version: Option<i64>,
    ) -> Result<CredentialUse, Error> {
        let credential = self.credential_at(client_id, version).await?;
        if credential.locked_at.is_none() && credential.failed_attempts == 0 {
            return self.find_credential(client_id).await;
        }
        let event = self.event(actor, Action::CredentialUnlocked, entity_of(&credential), client_id, json!({}));
        self.store.unlock_credential(&credential.client_id, version, &event).await?;
        self.known.forget_credential(&credential.client_id);
        self.find_credential(client_id).await
    }

    /// Whether secrets made now can be shown again.
    pub fn keeps_secrets(&self) -> bool {
        self.config.secrets_reveal == SecretsReveal::Always
    }

    /// The newest live secret, if it was kept for showing.
    pub async fn reveal_secret(&self, credential: &Credential) -> Result<Option<PlainSecret>, Error> {
        match credential.live_secrets(self.now()).next() {
            Some(secret) => self.reopen(credential, secret).await,
            None => Ok(None),
        }
    }

    async fn reopen(&self, credential: &Credential, secret: &Secret) -> Result<Option<PlainSecret>, Error> {
        let Some(sealed) = self.store.sealed_secret(&secret.id).await? else {
            return Ok(None);
        };
        let context = sealing_context(&credential.client_id, &secret.id);
        let plain = match self.vault.open_sealed(&context, &sealed) {
            // It may have been sealed with a key that another node has just made.
            Err(_) => {
                self.follow_events().await?;
                self.vault.open_sealed(&context, &sealed)?
            }
            Ok(plain) => plain,
        };
        let text = std::str::from_utf8(&plain).map_err(|_| crate::vault::CannotOpen)?;
        Ok(Some(PlainSecret::reopened(Zeroizing::new(text.to_owned()))))
    }

    /// Shows the newest secret to somebody, live or soon to be, and logs that. `None` if it was not kept for showing.
    pub async fn show_secret(&self, actor: &Actor, credential: &Credential) -> Result<Option<PlainSecret>, Error> {
        let newest = credential.unended_secrets(self.now()).next();
        let secret = match newest {
            Some(newest) => self.reopen(credential, newest).await?,
            None => None,
        };
        let Some(secret) = secret else { return Ok(None) };
        let detail = json!({"secret": secret.hint()});
        let client_id = credential.client_id.as_str();
        let event = self.event(actor, Action::SecretRevealed, entity_of(credential), client_id, detail);
        self.store.log_event(&event).await?;
        Ok(Some(secret))
    }

    /// Ends the overlap of a regeneration: stops the old secret now, or drops the new one and lets the old one go on.
    pub async fn end_rotation(
        &self,
        actor: &Actor,
        client_id: &str,
        version: Option<i64>,
        keep: Keep,
    ) -> Result<(), Error> {
        let credential = self.credential_at(client_id, version).await?;
        let now = self.now();
        let Some((new, old)) = credential.rotation(now) else {
            return Err(Error::Refused("there are no two secrets any more".to_owned()));
        };
        if keep == Keep::New && !new.is_live(now) {
            let begin = new.begins_at();
            return Err(Error::Refused(format!(
                "the new secret is accepted from {begin} on: stopping the old one now would leave none"
            )));
        }
        let (action, stopped, kept) = match keep {
            Keep::New => (Action::SecretStopped, old, new),
            Keep::Old => (Action::RotationCancelled, new, old),
        };
        let detail = json!({"stopped": stopped.hint, "kept": kept.hint});
        let event = self.event(actor, action, entity_of(&credential), client_id, detail);
        self.store.keep_secret(&credential.client_id, credential.version, &kept.id, &event).await?;
        self.known.forget_credential(&credential.client_id);
        Ok(())
    }

    pub(super) async fn credential_at(&self, client_id: &str, version: Option<i64>) -> Result<Credential, Error> {
        let credential = self.find_credential(client_id).await?.credential;
        if version.is_some_and(|version| version != credential.version) {
            return Err(Error::Changed);
        }
        Ok(credential)
    }

    fn new_secret(
        &self,
        client_id: &ClientId,
        actor: &Actor,
        term: Term,
        now: Timestamp,
    ) -> Result<(PlainSecret, NewSecret), Error> {
        let plain = PlainSecret::client(&random_secret()?);
        let id = SecretId::from_random(random()?);
        let sealed = match self.config.secrets_reveal {
            SecretsReveal::Always => {
                Some(self.vault.seal(&sealing_context(client_id, &id), plain.expose().as_bytes(), random()?)?)
            }
            SecretsReveal::Once => None,
        };
        let mac = self.vault.secrets.mac(client_id.as_str(), plain.expose());
        let secret = Secret {
            id,
            mac,
            hint: plain.hint(),
            created_at: now,
            not_before: term.not_before,
            expires_at: term.expires_at,
            stops_at: None,
            tokens_void_before: None,
            last_used_at: None,
            last_used_address: None,
        };
        let lookup = lookup(&self.vault.lookups, plain.expose());
        Ok((plain, NewSecret { secret, sealed, lookup, made_by: actor.name_for_entity().to_owned() }))
    }
}

/// What is wrong with a term; `end` is what its end is called here.
fn term_fault(why: TermRefused, end: &str) -> FieldFault {
    let field = if why == TermRefused::BeginsTooLate { "not_before" } else { end };
    FieldFault::new(field, Fault::Rule(why.to_string()))
}

fn tell_term(detail: &mut serde_json::Value, term: Term) {
    for (name, time) in [("not_before", term.not_before), ("secret_expires_at", term.expires_at)] {
        if let (Some(time), Some(detail)) = (time, detail.as_object_mut()) {
            detail.insert(name.to_owned(), json!(time));
        }
    }
}

pub(super) fn entity_of(credential: &Credential) -> Option<&crate::domain::id::EntityId> {
    match &credential.owner {
        Owner::Entity(id) => Some(id),
        Owner::Api => None,
    }
}

//! One token request, from "who are you" to the signed token. Both doors come through here.

use std::net::IpAddr;
use std::sync::Arc;

use serde_json::json;

use super::clock::random;
use super::throttle::Throttled;
use super::{App, Error};
use crate::domain::claims::{Claims, Confirmation, TokenId};
use crate::domain::credential::{Credential, Owner, Refusal, authenticate};
use crate::domain::entity::Entity;
use crate::domain::event::{Action, Actor};
use crate::domain::id::{ClientId, SecretId};
use crate::domain::secret::{PlainSecret, SecretMac};
use crate::domain::token::Grant;
use crate::store::StoreError;

/// What a client proves itself for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To get a token: only an entity's credential can, and a failure counts towards the Integration Account Lock.
    Token,
    /// To introspect or revoke one.
    Inspection,
}

/// A client that has proven itself.
#[derive(Debug)]
pub struct Proven {
    /// Its credential.
    pub credential: Arc<Credential>,
    /// The secret that it presented.
    pub secret_id: SecretId,
    /// Its entity; `None` for a platform API.
    pub entity: Option<Arc<Entity>>,
}

/// A known client that asked for something, and the secret that it showed: for the log of token requests.
#[derive(Clone, Debug)]
pub struct Asker {
    /// Its credential.
    pub credential: Arc<Credential>,
    /// The secret.
    pub shown: Shown,
}

/// What is known of the secret that a client showed.
#[derive(Clone, Debug)]
pub enum Shown {
    /// It is this one of the credential's.
    Known(SecretId),
    /// It is none that is accepted, but may have been one: it has the form.
    Unknown(SecretMac),
    /// It showed none, or nothing that ever was one.
    Nothing,
}

/// A known client, and whether it is accepted.
struct Seen {
    credential: Arc<Credential>,
    entity: Option<Arc<Entity>>,
    presented: SecretMac,
    verdict: Result<SecretId, Refusal>,
}

/// Why a client has not proven itself.
#[derive(Debug)]
pub enum NotProven {
    /// Too many attempts have failed before this one.
    Throttled(Throttled),
    /// There is no such client.
    UnknownClient,
    /// The credential is not accepted.
    Refused(Refusal, Asker),
    /// The store cannot tell.
    Store(StoreError),
}

impl From<StoreError> for NotProven {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Throttled> for NotProven {
    fn from(throttled: Throttled) -> Self {
        Self::Throttled(throttled)
    }
}

/// A token, issued.
pub struct Issued {
    /// The signed token.
    pub access_token: String,
    /// Seconds until it ends.
    pub expires_in: u64,
    /// The granted scope.
    pub scope: Arc<str>,
}

impl App {
    /// Whether the client is who it says (CONTRACT.md §2): throttle, then known, then status, address and secret.
    pub async fn prove_client(
        &self,
        client_id: &str,
        secret: &str,
        address: IpAddr,
        purpose: Purpose,
    ) -> Result<Proven, NotProven> {
        let now = self.now();
        let key = self.throttle.client(client_id, address);
        self.throttle.check(key, now)?;
        let mut seen = self.look_at(client_id, secret, address, purpose).await?;
        let is_wrong =
            |seen: &Option<Seen>| seen.as_ref().is_some_and(|seen| seen.verdict == Err(Refusal::WrongSecret));
        if is_wrong(&seen) && self.catch_up().await {
            seen = self.look_at(client_id, secret, address, purpose).await?;
        }
        let Some(Seen { credential, entity, presented, verdict }) = seen else {
            let guesses = self.throttle.unknown(address);
            self.throttle.check_unknown(guesses, now)?;
            self.throttle.fail(guesses, now);
            self.throttle.fail(key, now);
            return Err(NotProven::UnknownClient);
        };
        match verdict {
            Ok(secret_id) => {
                self.throttle.succeed(key);
                if purpose == Purpose::Token && credential.failed_attempts > 0 {
                    self.forget_failures(&credential).await;
                }
                Ok(Proven { credential, secret_id, entity })
            }
            Err(refusal) => {
                // Attempts that came together are counted together: those over the limit are told nothing.
                self.throttle.check(key, now)?;
                self.throttle.fail(key, now);
                if let (Purpose::Token, Refusal::WrongSecret, Some(entity)) = (purpose, refusal, &entity) {
                    self.count_failure(&credential, entity).await;
                }
                let shown = match credential.proven_secret(&presented, now) {
                    Some(known) => Shown::Known(known.id.clone()),
                    None if PlainSecret::is_client(secret) => Shown::Unknown(presented),
                    None => Shown::Nothing,
                };
                Err(NotProven::Refused(refusal, Asker { credential, shown }))
            }
        }
    }

    /// What this node knows, or the store tells, of a client and its secret; `None` if there is no such client.
    async fn look_at(
        &self,
        client_id: &str,
        secret: &str,
        address: IpAddr,
        purpose: Purpose,
    ) -> Result<Option<Seen>, StoreError> {
        let now = self.now();
        let Some(client_id) = ClientId::parse(client_id) else {
            return Ok(None);
        };
        let Some(credential) = self.credential(&client_id).await? else {
            return Ok(None);
        };
        let presented = self.vault.secrets.mac(client_id.as_str(), secret);
        let Owner::Entity(entity_id) = &credential.owner else {
            if purpose == Purpose::Token {
                return Ok(None);
            }
            let proven = credential.accepted_secret(&presented, now);
            let verdict = proven.and_then(|secret| credential.standing(now).map(|()| secret.id.clone()));
            return Ok(Some(Seen { credential, entity: None, presented, verdict }));
        };
        let Some(entity) = self.entity(entity_id).await? else {
            return Ok(None);
        };
        let verdict = authenticate(&credential, &entity, &presented, address, now).map(|secret| secret.id.clone());
        Ok(Some(Seen { credential, entity: Some(entity), presented, verdict }))
    }

    /// The token that `grant` decided on, for `audience`, bound to the key that `cnf` names, signed and counted.
    pub fn issue(
        &self,
        proven: &Proven,
        entity: &Entity,
        grant: Grant,
        audience: Arc<str>,
        cnf: Option<Confirmation>,
        address: IpAddr,
    ) -> Result<Issued, Error> {
        let now = self.now();
        let client_id: Arc<str> = proven.credential.client_id.as_str().into();
        let expires_in = grant.lifetime.as_secs();
        let iat = now.seconds();
        let claims = Claims {
            iss: self.issuer.clone(),
            sub: client_id.clone(),
            aud: audience,
            exp: iat.saturating_add(i64::try_from(expires_in).unwrap_or(i64::MAX)),
            iat,
            jti: TokenId::new(now, proven.secret_id.tag(), random()?),
            client_id,
            scope: grant.scope.clone(),
            entity: entity.identifier.as_str().into(),
            cnf,
            mapped: grant.claims,
        };
        let access_token = self.signer.sign(&claims)?;
        self.usage.count(&proven.credential.client_id, &proven.secret_id, address, now);
        Ok(Issued { access_token, expires_in, scope: grant.scope })
    }

    /// Counts towards the Integration Account Lock, if it is on. The caller's answer does not depend on it.
    async fn count_failure(&self, credential: &Credential, entity: &Entity) {
        let Some(lock) = entity.settings.account_lock else { return };
        let detail = json!({"maximum_attempts": lock.maximum_attempts});
        let event = self.event(
            &Actor::System,
            Action::CredentialLocked,
            Some(&entity.id),
            credential.client_id.as_str(),
            detail,
        );
        if let Err(error) = self.counted(self.store.count_failed_attempt(&credential.client_id, lock, &event).await) {
            tracing::warn!(client_id = %credential.client_id, %error, "a failed attempt could not be counted");
        }
        self.known.forget_credential(&credential.client_id);
    }

    async fn forget_failures(&self, credential: &Credential) {
        if let Err(error) = self.counted(self.store.forget_failed_attempts(&credential.client_id).await) {
            tracing::warn!(client_id = %credential.client_id, %error, "failed attempts could not be forgotten");
        }
        self.known.forget_credential(&credential.client_id);
    }
}

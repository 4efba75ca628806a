//! One token request, from "who are you" to the signed token. Both doors come through here.

use std::net::IpAddr;
use std::sync::Arc;

use serde_json::json;

use super::clock::random;
use super::reuse::Asked;
use super::throttle::Throttled;
use super::{App, Error};
use crate::domain::assertion::{Assertion, Refused};
use crate::domain::authentication::{Authentication, KeySource};
use crate::domain::certificate::{Certificate, Thumbprint};
use crate::domain::claims::{Claims, Confirmation, TokenId};
use crate::domain::credential::{Credential, Owner, Refusal, accept, accept_secret, in_time};
use crate::domain::entity::Entity;
use crate::domain::event::{Action, Actor};
use crate::domain::id::{ClientId, SecretId};
use crate::domain::secret::{PlainSecret, SecretMac};
use crate::domain::time::Timestamp;
use crate::domain::token::Grant;
use crate::store::StoreError;
use crate::store::issued_token::IssuedToken;

/// What a client proves itself for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To get a token: only an entity's credential can, and a failure counts towards the Integration Account Lock.
    Token,
    /// To introspect or revoke one.
    Inspection,
}

/// What a client shows to prove itself.
#[derive(Clone, Copy, Debug)]
pub enum Showing<'a> {
    /// Its secret.
    Secret(&'a str),
    /// An assertion, whose signature nobody has looked at yet.
    Assertion(&'a Assertion<'a>),
    /// A certificate, whose key it has proven to have.
    Certificate(&'a Certificate),
}

impl<'a> Showing<'a> {
    /// What nobody else has: one of these tells it from every other.
    pub(super) fn own(self) -> &'a [u8] {
        match self {
            Self::Secret(secret) => secret.as_bytes(),
            Self::Assertion(assertion) => &assertion.signature,
            Self::Certificate(certificate) => certificate.thumbprint.as_bytes(),
        }
    }
}

/// What a client has proven itself with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Proof {
    /// This secret.
    Secret(SecretId),
    /// A key.
    Assertion,
    /// This certificate: tokens are bound to it (RFC 8705 §3).
    Certificate(Thumbprint),
}

impl Proof {
    /// The secret, if it was one.
    pub const fn secret_id(&self) -> Option<&SecretId> {
        match self {
            Self::Secret(id) => Some(id),
            Self::Assertion | Self::Certificate(_) => None,
        }
    }

    /// What tokens issued for it are bound to.
    fn confirmation(&self) -> Option<Confirmation> {
        match self {
            Self::Certificate(thumbprint) => {
                Some(Confirmation { x5t_s256: Some(thumbprint.to_string().into()), ..Confirmation::default() })
            }
            Self::Secret(_) | Self::Assertion => None,
        }
    }
}

/// A client that has proven itself.
#[derive(Debug)]
pub struct Proven {
    /// Its credential.
    pub credential: Arc<Credential>,
    /// What it has proven itself with.
    pub proof: Proof,
    /// Its entity; `None` for a platform API.
    pub entity: Option<Arc<Entity>>,
    /// When it has: its token is issued then.
    pub at: Timestamp,
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
    shown: Shown,
    verdict: Result<Proof, Refusal>,
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
    pub access_token: Arc<str>,
    /// Seconds until it ends.
    pub expires_in: u64,
    /// The granted scope.
    pub scope: Arc<str>,
}

impl App {
    /// Whether the client is who it says (CONTRACT.md §2): throttle, then known, then status, address and proof.
    pub async fn prove_client(
        self: &Arc<Self>,
        client_id: &str,
        showing: Showing<'_>,
        address: IpAddr,
        purpose: Purpose,
    ) -> Result<Proven, NotProven> {
        let mut now = self.now();
        let key = self.throttle.client(client_id, address);
        self.throttle.check(key, now)?;
        self.may_answer().await?;
        let (heard, guess) = (self.follower.seq(), || self.follower.guess(client_id, showing));
        let mut seen = self.look_at(client_id, showing, address, purpose, now).await?;
        let is_wrong = |seen: &Option<Seen>| {
            seen.as_ref().is_some_and(|seen| seen.verdict.as_ref().is_err_and(|refusal| refusal.is_unproven()))
        };
        if is_wrong(&seen) && self.has_news_since(heard, guess()).await {
            now = self.now();
            seen = Box::pin(self.look_at(client_id, showing, address, purpose, now)).await?;
        }
        let Some(Seen { credential, entity, shown, verdict }) = seen else {
            let guesses = self.throttle.unknown(address);
            self.throttle.check_unknown(guesses, now)?;
            self.throttle.fail(guesses, now);
            self.throttle.fail(key, now);
            return Err(NotProven::UnknownClient);
        };
        match verdict {
            Ok(proof) => {
                self.throttle.succeed(key);
                if purpose == Purpose::Token && credential.failed_attempts > 0 {
                    Box::pin(self.forget_failures(&credential)).await;
                }
                Ok(Proven { credential, proof, entity, at: now })
            }
            Err(refusal) => {
                // Attempts that came together are counted together: those over the limit are told nothing.
                self.throttle.check(key, now)?;
                self.throttle.fail(key, now);
                if refusal.is_unproven() {
                    self.follower.note_called_wrong(guess());
                }
                if purpose == Purpose::Token
                    && refusal.is_unproven()
                    && let Some(entity) = &entity
                {
                    Box::pin(self.count_failure(&credential, entity)).await;
                }
                Err(NotProven::Refused(refusal, Asker { credential, shown }))
            }
        }
    }

    /// What this node knows, or the store tells, of a client and what it shows; `None` if there is no such client.
    async fn look_at(
        self: &Arc<Self>,
        client_id: &str,
        showing: Showing<'_>,
        address: IpAddr,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<Option<Seen>, StoreError> {
        let Some(credential) = self.client(client_id).await? else {
            return Ok(None);
        };
        let entity = match &credential.owner {
            Owner::Api if purpose == Purpose::Token => return Ok(None),
            Owner::Api => None,
            Owner::Entity(id) => match self.entity(id).await? {
                Some(entity) => Some(entity),
                None => return Ok(None),
            },
        };
        let accepted = || accept(&credential, entity.as_deref(), address, now);
        let (shown, verdict) = match showing {
            Showing::Secret(secret) => {
                let presented = self.vault.secrets.mac(client_id, secret);
                match credential.proven_secret(&presented, now) {
                    Some(known) => {
                        let verdict = in_time(known, now).and_then(|()| accepted());
                        let verdict = verdict.and_then(|()| accept_secret(&credential, entity.as_deref()));
                        (Shown::Known(known.id), verdict.map(|()| Proof::Secret(known.id)))
                    }
                    None if PlainSecret::is_client(secret) => (Shown::Unknown(presented), Err(Refusal::WrongSecret)),
                    None => (Shown::Nothing, Err(Refusal::WrongSecret)),
                }
            }
            Showing::Assertion(assertion) => {
                let verdict = match (Box::pin(self.is_signed(&credential, assertion)).await, accepted()) {
                    (false, _) => Err(Refusal::WrongAssertion),
                    (true, Err(refusal)) => Err(refusal),
                    (true, Ok(())) => {
                        Box::pin(self.use_up(&credential.client_id, assertion, now)).await?.map_err(Refusal::Assertion)
                    }
                };
                (Shown::Nothing, verdict.map(|()| Proof::Assertion))
            }
            Showing::Certificate(certificate) => {
                let authorities = self.client_authorities.as_ref();
                let is_proven = credential.authentication.is_proven_by(certificate, authorities, now);
                let verdict = if is_proven { accepted() } else { Err(Refusal::WrongCertificate) };
                (Shown::Nothing, verdict.map(|()| Proof::Certificate(certificate.thumbprint)))
            }
        };
        Ok(Some(Seen { credential, entity, shown, verdict }))
    }

    /// Whether a key of the credential has signed `assertion`.
    async fn is_signed(self: &Arc<Self>, credential: &Credential, assertion: &Assertion<'_>) -> bool {
        match &credential.authentication {
            Authentication::PrivateKeyJwt(KeySource::Jwks(keys)) => assertion.is_signed_by(keys),
            Authentication::PrivateKeyJwt(KeySource::JwksUri(uri)) => {
                self.is_signed_by_published(&credential.client_id, uri, assertion).await
            }
            Authentication::ClientSecret
            | Authentication::TlsClientAuth(_)
            | Authentication::SelfSignedTlsClientAuth { .. } => false,
        }
    }

    /// Judges what a signed assertion says, and uses it up. What is refused leaves nothing behind.
    async fn use_up(
        &self,
        client_id: &ClientId,
        assertion: &Assertion<'_>,
        now: Timestamp,
    ) -> Result<Result<(), Refused>, StoreError> {
        let (jti, end) = match assertion.judge(&self.issuer, now) {
            Ok(said) => said,
            Err(refused) => return Ok(Err(refused)),
        };
        self.may_ask_database()?;
        let ends_at = Timestamp::from_millis(end.saturating_mul(1000));
        let is_first = self.counted(self.store.use_assertion(client_id, jti, ends_at).await)?;
        Ok(if is_first { Ok(()) } else { Err(Refused::Replayed) })
    }

    /// The token that `grant` decided on, for `audience`, bound to the key that `cnf` names, signed and counted, and written
    /// down if there is a ledger.
    pub async fn issue(
        &self,
        proven: &Proven,
        entity: &Arc<Entity>,
        grant: Grant,
        audience: Arc<str>,
        cnf: Option<Confirmation>,
        address: IpAddr,
    ) -> Result<Issued, Error> {
        let now = proven.at;
        let cnf = Confirmation::both(proven.proof.confirmation(), cnf);
        let client_id = proven.credential.client_id;
        let asked = Asked {
            client_id,
            proof: proven.proof.clone(),
            scope: grant.scope,
            audience,
            claims: grant.claims,
            cnf,
            address: self.ledger.as_ref().map(|_| address),
        };
        let count = || self.usage.count(&client_id, proven.proof.secret_id(), address, now);
        let again = self.reuse.as_ref().and_then(|reuse| self.reused(reuse, &asked, proven, entity, now));
        if let Some((access_token, expires_in)) = again {
            count();
            return Ok(Issued { access_token, expires_in, scope: asked.scope });
        }
        let reuse = self.reuse.as_ref().map(|reuse| (reuse, asked.clone(), self.signer.key_set()));
        let Asked { scope, audience, claims: mapped, cnf, .. } = asked;
        let expires_in = grant.lifetime.as_secs();
        let iat = now.seconds();
        let claims = Claims {
            iss: self.issuer.clone(),
            sub: client_id,
            aud: audience,
            exp: iat.saturating_add(i64::try_from(expires_in).unwrap_or(i64::MAX)),
            iat,
            jti: TokenId::new(now, proven.proof.secret_id().map_or(0, SecretId::tag), random()?),
            client_id,
            scope: scope.clone(),
            entity: entity.identifier.as_str().into(),
            cnf,
            mapped,
        };
        let access_token = Arc::from(self.signer.sign(&claims)?);
        if let Some(ledger) = &self.ledger {
            let token = IssuedToken {
                jti: claims.jti,
                client_id,
                entity_id: entity.id,
                expires_at: Timestamp::from_millis(claims.exp.saturating_mul(1000)),
                address,
                scope: scope.clone(),
            };
            Box::pin(self.write_down(ledger, token)).await?;
        }
        if let Some((reuse, asked, keys)) = reuse {
            reuse.keep(asked, (proven, entity), (&claims, &access_token), &keys);
        }
        count();
        Ok(Issued { access_token, expires_in, scope })
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
        let counted = match self.may_ask_database() {
            Ok(()) => self.counted(self.store.count_failed_attempt(&credential.client_id, lock, &event).await),
            Err(away) => Err(away),
        };
        self.forget_if_written(counted, credential, "a failed attempt could not be counted");
    }

    async fn forget_failures(&self, credential: &Credential) {
        let forgotten = match self.may_ask_database() {
            Ok(()) => self.counted(self.store.forget_failed_attempts(&credential.client_id).await),
            Err(away) => Err(away),
        };
        self.forget_if_written(forgotten, credential, "failed attempts could not be forgotten");
    }

    /// What could not be written has changed nothing: the client stays known, while the database is away above all.
    fn forget_if_written(&self, written: Result<(), StoreError>, credential: &Credential, if_not: &'static str) {
        match written {
            Ok(()) => self.known.forget_credential(&credential.client_id),
            Err(error) => tracing::warn!(client_id = %credential.client_id, %error, "{if_not}"),
        }
    }
}

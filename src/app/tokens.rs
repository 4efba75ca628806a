//! Tokens in circulation: what one says if it still stands, and how it is revoked.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use serde_json::json;

use super::credentials::entity_of;
use super::dpop::Nonce;
use super::{App, Error};
use crate::domain::claims::{Claims, TokenId};
use crate::domain::credential::Owner;
use crate::domain::dpop::{Asked, Bound, InvalidProof};
use crate::domain::event::{Action, Actor, Event};
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::id::{ClientId, EntityId};
use crate::domain::time::Timestamp;
use crate::domain::token;
use crate::signer::in_force;
use crate::signer::jwt::InvalidToken;
use crate::store::StoreError;

/// Most tokens that a client revokes one by one before they end.
pub const MOST_OF_A_CLIENT: i64 = 10_000;

/// Revocations are remembered so much longer than their tokens live: a clock that was ahead may be set right, here or on
/// another node, and what had ended by it stands once more.
pub const REMEMBERED: Duration = Duration::from_secs(3 * 3600);

/// A token that stands.
pub struct Standing {
    /// What it says.
    pub claims: Arc<Claims>,
    /// The entity that it was issued to.
    pub entity_id: EntityId,
}

/// A token that an operator has revoked.
pub struct RevokedToken {
    /// Its id.
    pub jti: TokenId,
    /// Until when that is remembered: it has ended by then.
    pub expires_at: Timestamp,
    /// Whether it had ended already, so that there was nothing to do.
    pub had_ended: bool,
}

/// How a request presents a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// RFC 6750 §2.1.
    Bearer,
    /// RFC 9449 §7.1.
    Dpop,
}

/// Why a request with a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAccepted {
    /// The token that it presents so is not valid; if it presents none, as Bearer.
    Token(Scheme, InvalidToken),
    /// The token is, and the proof beside it is not.
    Proof(InvalidProof),
}

/// The scheme and the token of the only `Authorization` header, if it has the characters of a token.
pub fn presented(headers: &HeaderMap) -> Option<(Scheme, &str)> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (value, None) = (values.next()?, values.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let scheme = if scheme.eq_ignore_ascii_case("bearer") {
        Scheme::Bearer
    } else if scheme.eq_ignore_ascii_case("dpop") {
        Scheme::Dpop
    } else {
        return None;
    };
    let is_token = !token.is_empty() && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b));
    is_token.then_some((scheme, token))
}

impl App {
    /// The token that a request to `url`, as its client knows it, presents: one that stands, and if it is bound to a
    /// key, with a proof of it. A bound token is never taken as Bearer, nor one that is not bound as DPoP (RFC 9449 §7).
    pub async fn accept_token(
        &self,
        method: &str,
        url: &str,
        headers: &HeaderMap,
    ) -> Result<Result<Standing, NotAccepted>, StoreError> {
        let Some((scheme, token)) = presented(headers) else {
            let is_absent = !headers.contains_key(AUTHORIZATION);
            let why = if is_absent { InvalidToken::Absent } else { InvalidToken::Malformed };
            return Ok(Err(NotAccepted::Token(Scheme::Bearer, why)));
        };
        let standing = match self.standing_token(token).await? {
            Ok(standing) => standing,
            Err(why) => return Ok(Err(NotAccepted::Token(scheme, why))),
        };
        let jkt = standing.claims.cnf.as_ref().and_then(|cnf| cnf.jkt.as_deref());
        let accepted = match (scheme, jkt) {
            (Scheme::Bearer, None) => Ok(()),
            (Scheme::Bearer, Some(_)) => Err(NotAccepted::Token(scheme, InvalidToken::Bound)),
            (Scheme::Dpop, None) => Err(NotAccepted::Token(scheme, InvalidToken::Unbound)),
            (Scheme::Dpop, Some(jkt)) => {
                let asked = Asked { method, url, token: Some(Bound { token, jkt }) };
                self.prove_possession(headers, &standing.entity_id, asked, Nonce::Judged)
                    .map(|_| ())
                    .map_err(NotAccepted::Proof)
            }
        };
        Ok(accepted.map(|()| standing))
    }

    /// What `token` says, if it is one of ours and stands now: signature, end, revocation, credential and entity.
    pub async fn standing_token(&self, token: &str) -> Result<Result<Standing, InvalidToken>, StoreError> {
        self.may_answer().await?;
        let now = self.now();
        let claims = self.verified.claims(token, self.signer.key_set(), || self.signer.read(token));
        let claims = match claims.and_then(|claims| in_force(&claims, &self.issuer, now).map(|()| claims)) {
            Ok(claims) => claims,
            Err(why) => return Ok(Err(why)),
        };
        if self.is_revoked(&claims.jti, now).await? {
            return Ok(Err(InvalidToken::Revoked));
        }
        let Some(credential) = self.client(claims.client_id.as_str()).await? else {
            return Ok(Err(InvalidToken::Revoked));
        };
        let Owner::Entity(entity_id) = &credential.owner else {
            return Ok(Err(InvalidToken::Revoked));
        };
        let Some(entity) = self.entity(entity_id).await? else {
            return Ok(Err(InvalidToken::Revoked));
        };
        if !token::stands(&entity, &credential, &claims.jti, self.revoked.all_void_before(), now) {
            return Ok(Err(InvalidToken::Revoked));
        }
        Ok(Ok(Standing { claims, entity_id: *entity_id }))
    }

    /// Whether this token was revoked by itself. The store is asked only if memory has no room for all of them.
    async fn is_revoked(&self, jti: &TokenId, now: Timestamp) -> Result<bool, StoreError> {
        match self.revoked.contains(jti, now) {
            Some(known) => Ok(known),
            None => Box::pin(self.is_revoked_in_store(jti)).await,
        }
    }

    async fn is_revoked_in_store(&self, jti: &TokenId) -> Result<bool, StoreError> {
        self.may_ask_database()?;
        Ok(self.counted(self.store.revoked_token(jti).await)?.is_some())
    }

    /// Takes in what the store knows of revocations.
    pub(super) async fn load_revocations(&self) -> Result<(), StoreError> {
        let since = self.now().minus(REMEMBERED);
        let tokens = self.counted(self.store.revoked_tokens(since, self.revoked.rows()).await)?;
        self.revoked.extend(tokens);
        self.load_all_void_before().await
    }

    /// Takes in up to which moment all tokens are void.
    pub(super) async fn load_all_void_before(&self) -> Result<(), StoreError> {
        if let Some(before) = self.counted(self.store.all_void_before().await)? {
            self.revoked.void_all(before);
        }
        Ok(())
    }

    /// Revokes a token of `client_id` on its behalf, until it would have ended anyway. Of a client that has revoked
    /// [`MOST_OF_A_CLIENT`] which have not ended yet, every token issued up to now becomes void instead: no customer can fill
    /// the memory of nodes and verifiers, and no revocation is refused.
    pub async fn revoke_own_token(&self, client_id: &ClientId, standing: &Standing) -> Result<(), Error> {
        let actor = Actor::Client(*client_id);
        if self.counted(self.store.has_revoked(client_id, MOST_OF_A_CLIENT, self.now()).await)? {
            return self.void_tokens_of_credential(&actor, client_id.as_str(), None).await.map(|_| ());
        }
        let Claims { jti, exp, .. } = &*standing.claims;
        let end = Timestamp::from_millis(exp.saturating_mul(1000));
        let event = self.revocation(&actor, jti, Some(&standing.entity_id), json!({"client_id": client_id}));
        self.counted(self.store.revoke_token(jti, end, Some(client_id), &event).await)?;
        self.revoked.extend([(*jti, end)]);
        Ok(())
    }

    /// Revokes a token on behalf of the platform. One of ours is enough: it need not stand, so that it does not stand again
    /// when its entity is enabled once more.
    pub async fn revoke_presented_token(&self, actor: &Actor, token: &str) -> Result<RevokedToken, Error> {
        let Ok(claims) = self.signer.read(token) else {
            let why = "is not a token that one of the published keys has signed".to_owned();
            return Err(Error::Invalid(vec![FieldFault::new("token", Fault::Rule(why))]));
        };
        let credential = self.credential(&claims.client_id).await?;
        let entity_id = credential.as_deref().and_then(entity_of);
        let end = Timestamp::from_millis(claims.exp.saturating_mul(1000));
        self.revoke_once(actor, claims.jti, end, entity_id, json!({"client_id": claims.client_id})).await
    }

    /// Revokes the token of this `jti`. `exp`, in seconds since the epoch, says how long that has to be remembered: without
    /// it, as long as any token lives.
    pub async fn revoke_token_by_id(&self, actor: &Actor, jti: &str, exp: Option<i64>) -> Result<RevokedToken, Error> {
        let wrong = || {
            let why = "is not the jti of a token that can have been issued here".to_owned();
            Error::Invalid(vec![FieldFault::new("jti", Fault::Rule(why))])
        };
        let jti = TokenId::parse(jti).ok_or_else(wrong)?;
        let exp = exp.map(|exp| Timestamp::from_millis(exp.saturating_mul(1000)));
        let end = token::ends_by(&jti, exp, self.now()).ok_or_else(wrong)?;
        self.revoke_once(actor, jti, end, None, json!({})).await
    }

    async fn revoke_once(
        &self,
        actor: &Actor,
        jti: TokenId,
        expires_at: Timestamp,
        entity_id: Option<&EntityId>,
        detail: serde_json::Value,
    ) -> Result<RevokedToken, Error> {
        let had_ended = expires_at <= self.now();
        if !had_ended {
            let event = self.revocation(actor, &jti, entity_id, detail);
            self.counted(self.store.revoke_token(&jti, expires_at, None, &event).await)?;
            self.revoked.extend([(jti, expires_at)]);
        }
        Ok(RevokedToken { jti, expires_at, had_ended })
    }

    fn revocation(
        &self,
        actor: &Actor,
        jti: &TokenId,
        entity_id: Option<&EntityId>,
        detail: serde_json::Value,
    ) -> Event {
        self.event(actor, Action::TokenRevoked, entity_id, &jti.to_string(), detail)
    }
}

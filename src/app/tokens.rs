//! Tokens in circulation: what one says if it still stands, and how it is revoked.

use serde_json::json;

use super::{App, Error};
use crate::domain::claims::Claims;
use crate::domain::credential::Owner;
use crate::domain::event::{Action, Actor};
use crate::domain::id::{ClientId, EntityId};
use crate::domain::time::Timestamp;
use crate::domain::token;
use crate::signer::jwt::InvalidToken;
use crate::store::StoreError;

/// A token that stands.
pub struct Standing {
    /// What it says.
    pub claims: Claims,
    /// The entity that it was issued to.
    pub entity_id: EntityId,
}

impl App {
    /// What `token` says, if it is one of ours and stands now: signature, end, revocation, credential and entity.
    pub async fn standing_token(&self, token: &str) -> Result<Result<Standing, InvalidToken>, StoreError> {
        let now = self.now();
        let claims = match self.signer.verify(token, &self.issuer, now) {
            Ok(claims) => claims,
            Err(why) => return Ok(Err(why)),
        };
        if self.revoked.contains(&claims.jti) {
            return Ok(Err(InvalidToken::Revoked));
        }
        let Some(client_id) = ClientId::parse(&claims.client_id) else {
            return Ok(Err(InvalidToken::Claims));
        };
        let Some(credential) = self.credential(&client_id).await? else {
            return Ok(Err(InvalidToken::Revoked));
        };
        let Owner::Entity(entity_id) = &credential.owner else {
            return Ok(Err(InvalidToken::Revoked));
        };
        let Some(entity) = self.entity(entity_id).await? else {
            return Ok(Err(InvalidToken::Revoked));
        };
        if !token::stands(&entity, &credential, &claims.jti, now) {
            return Ok(Err(InvalidToken::Revoked));
        }
        Ok(Ok(Standing { claims, entity_id: entity_id.clone() }))
    }

    /// Revokes one token until it would have ended anyway.
    pub async fn revoke_token(&self, actor: &Actor, standing: &Standing) -> Result<(), Error> {
        let Claims { jti, exp, client_id, .. } = &standing.claims;
        let end = Timestamp::from_millis(exp.saturating_mul(1000));
        let event = self.event(
            actor,
            Action::TokenRevoked,
            Some(&standing.entity_id),
            &jti.to_string(),
            json!({"client_id": client_id}),
        );
        self.counted(self.store.revoke_token(jti, end, &event).await)?;
        self.revoked.extend([(*jti, end)]);
        Ok(())
    }
}

//! Many tokens at once: those of a secret, of a credential, of an entity, of everybody. A moment stands for all that were
//! issued up to it, so that no row is kept for a token.

use serde_json::json;

use super::credentials::entity_of;
use super::{App, Error};
use crate::domain::entity::Entity;
use crate::domain::event::{Action, Actor};
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::id::SecretId;
use crate::domain::secret::FOREVER;
use crate::domain::time::Timestamp;
use crate::domain::token;
use crate::store::credential::CredentialUse;

impl App {
    /// Voids the tokens of a credential issued up to `before`, or up to now; it goes on getting others.
    pub async fn void_tokens_of_credential(
        &self,
        actor: &Actor,
        client_id: &str,
        before: Option<Timestamp>,
    ) -> Result<CredentialUse, Error> {
        let before = self.void_before(before)?;
        let credential = self.credential_at(client_id, None).await?;
        let detail = json!({"tokens_void_before": before});
        let event = self.event(actor, Action::CredentialTokensVoided, entity_of(&credential), client_id, detail);
        self.counted(self.store.void_tokens_of_credential(&credential.client_id, before, &event).await)?;
        self.known.forget_credential(&credential.client_id);
        self.find_credential(client_id).await
    }

    /// The same for all credentials of an entity.
    pub async fn void_tokens_of_entity(
        &self,
        actor: &Actor,
        name: &str,
        before: Option<Timestamp>,
    ) -> Result<Entity, Error> {
        let before = self.void_before(before)?;
        let id = self.find_entity(name).await?.id;
        let detail = json!({"tokens_void_before": before});
        let event = self.event(actor, Action::EntityTokensVoided, Some(&id), id.as_str(), detail);
        self.counted(self.store.void_tokens_of_entity(&id, before, &event).await)?;
        self.known.forget_entity(&id);
        self.find_entity(id.as_str()).await
    }

    /// The same for everybody; gives the moment that holds now.
    pub async fn void_all_tokens(&self, actor: &Actor, before: Option<Timestamp>) -> Result<Timestamp, Error> {
        let before = self.void_before(before)?;
        let detail = json!({"tokens_void_before": before});
        let event = self.event(actor, Action::AllTokensVoided, None, "all", detail);
        self.counted(self.store.void_all_tokens(before, &event).await)?;
        self.revoked.void_all(before);
        Ok(self.revoked.all_void_before().unwrap_or(before))
    }

    /// Stops one secret of a credential, if it has not stopped yet, and voids its tokens: all of them, also those that a node
    /// issues which has not heard of it.
    pub async fn stop_secret(
        &self,
        actor: &Actor,
        client_id: &str,
        secret_id: &str,
        voids_tokens: bool,
    ) -> Result<CredentialUse, Error> {
        let secret_id = SecretId::parse(secret_id).ok_or(Error::NotFound("secret"))?;
        let credential = self.credential_at(client_id, None).await?;
        let hint = self.store.secret_hint(&credential.client_id, &secret_id).await?.ok_or(Error::NotFound("secret"))?;
        let detail = json!({"secret_id": secret_id, "stopped": hint, "voids_tokens": voids_tokens});
        let event = self.event(actor, Action::SecretStopped, entity_of(&credential), client_id, detail);
        let void_before = voids_tokens.then_some(FOREVER);
        self.counted(self.store.stop_secret(&credential.client_id, &secret_id, void_before, &event).await)?;
        self.known.forget_credential(&credential.client_id);
        self.find_credential(client_id).await
    }

    fn void_before(&self, asked: Option<Timestamp>) -> Result<Timestamp, Error> {
        token::void_before(asked, self.now())
            .map_err(|why| Error::Invalid(vec![FieldFault::new("before", Fault::Rule(why.to_string()))]))
    }
}

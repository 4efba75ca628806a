//! Operator tokens, and the set-up link that makes somebody an operator.

use std::time::Duration;

use serde_json::json;

use super::clock::{random, random_secret};
use super::{App, Error};
use crate::domain::event::{Action, Actor, Event};
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::id::OperatorId;
use crate::domain::operator::{LONGEST_LIFE, LONGEST_NAME, OperatorToken};
use crate::domain::secret::{PlainSecret, SecretMac};
use crate::store::StoreError;

/// How long a set-up link is good.
const SETUP_LINK_LIFE: Duration = Duration::from_secs(48 * 3600);
/// MACs of operator tokens and of links are kept apart from those of client secrets, and from each other.
const TOKEN_OWNER: &str = "operator";
pub(super) const LINK_OWNER: &str = "setup";

impl App {
    /// Makes an operator token that lives for `life`, at most a year.
    pub async fn create_operator_token(
        &self,
        actor: &Actor,
        name: &str,
        life: Duration,
    ) -> Result<(OperatorToken, PlainSecret), Error> {
        let (token, secret, mac) = self.new_operator_token(name, life)?;
        let event = self.token_event(actor, &token);
        self.store.add_operator_token(&token, &mac, &event).await?;
        Ok((token, secret))
    }

    /// The operator token that `presented` is, if it is one and has not ended.
    pub async fn operator(&self, presented: &str) -> Result<Option<OperatorToken>, StoreError> {
        if !crate::domain::id::is_well_formed(presented, "pgo_", 32) {
            return Ok(None);
        }
        let token = self.counted(self.store.operator_token(&self.vault.secrets.mac(TOKEN_OWNER, presented)).await)?;
        Ok(token.filter(|token| self.now() < token.expires_at))
    }

    /// Revokes an operator token.
    pub async fn revoke_operator_token(&self, actor: &Actor, id: &str) -> Result<(), Error> {
        let id = OperatorId::parse(id).ok_or(Error::NotFound("operator token"))?;
        let event = self.event(actor, Action::OperatorTokenRevoked, None, id.as_str(), json!({}));
        match self.store.remove_operator_token(&id, &event).await {
            Err(StoreError::Conflict) => Err(Error::NotFound("operator token")),
            other => Ok(other?),
        }
    }

    /// Makes a set-up link, which takes the place of any other, and gives its token.
    pub async fn create_setup_link(&self, actor: &Actor) -> Result<PlainSecret, Error> {
        let link = PlainSecret::link(&random_secret()?);
        let event = self.event(actor, Action::SetupLinkCreated, None, "setup", json!({}));
        let expires_at = event.at.plus(SETUP_LINK_LIFE);
        self.store.add_setup_link(&self.vault.secrets.mac(LINK_OWNER, link.expose()), expires_at, &event).await?;
        Ok(link)
    }

    /// Whether a set-up link is good.
    pub async fn has_setup_link(&self, link: &str) -> Result<bool, StoreError> {
        self.counted(self.store.has_setup_link(&self.vault.secrets.mac(LINK_OWNER, link), self.now()).await)
    }

    fn new_operator_token(&self, name: &str, life: Duration) -> Result<(OperatorToken, PlainSecret, SecretMac), Error> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            let why = format!("must have 1 to {LONGEST_NAME} characters, none of them a control character");
            return Err(Error::Invalid(vec![FieldFault::new("name", Fault::Rule(why))]));
        }
        if life.is_zero() || life > LONGEST_LIFE {
            let why = "must be more than nothing and at most 366 days".to_owned();
            return Err(Error::Invalid(vec![FieldFault::new("expires_in", Fault::Rule(why))]));
        }
        let now = self.now();
        let token = OperatorToken {
            id: OperatorId::from_random(random()?),
            name: name.to_owned(),
            created_at: now,
            expires_at: now.plus(life),
        };
        let secret = PlainSecret::operator(&random_secret()?);
        let mac = self.vault.secrets.mac(TOKEN_OWNER, secret.expose());
        Ok((token, secret, mac))
    }

    fn token_event(&self, actor: &Actor, token: &OperatorToken) -> Event {
        let detail = json!({"name": token.name, "expires_at": token.expires_at});
        self.event(actor, Action::OperatorTokenCreated, None, token.id.as_str(), detail)
    }
}

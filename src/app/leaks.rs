//! Reports of leaked secrets: whoever presents a secret may stop it, and learns nothing by it.

use std::net::IpAddr;

use serde_json::json;

use super::{App, Error};
use crate::domain::event::{Action, Actor};
use crate::domain::id::ClientId;
use crate::domain::leak;
use crate::domain::secret::{PlainSecret, lookup};
use crate::store::rotation::Held;

/// A secret that was stopped because somebody reported it.
pub struct Leak {
    held: Held,
    address: IpAddr,
    place: String,
}

impl App {
    /// Stops `secret` if it is one of ours, whatever its state, and voids its tokens. `None` if it is not, or was reported
    /// before: the caller must tell both apart from nothing.
    pub async fn report_leak(
        &self,
        secret: &str,
        client_id: Option<&str>,
        place: &str,
        address: IpAddr,
    ) -> Result<Option<Leak>, Error> {
        let now = self.now();
        let key = self.throttle.reports(address);
        self.throttle.check_unknown(key, now)?;
        // Every report counts, right or wrong: else the one that comes after the last that is allowed would tell which it was.
        self.throttle.fail(key, now);
        if !PlainSecret::is_client(secret) {
            return Ok(None);
        }
        let client_id = client_id.and_then(ClientId::parse);
        let mac = client_id.as_ref().map(|client_id| self.vault.secrets.mac(client_id.as_str(), secret));
        let lookup = lookup(&self.vault.lookups, secret);
        let found = self.store.secret_reported(&lookup, client_id.as_ref().zip(mac.as_ref())).await;
        let Some(held) = self.counted(found)? else { return Ok(None) };
        let place = leak::place(place, secret);
        let detail = json!({"secret": held.hint, "reported_from": address, "where": place});
        let event =
            self.event(&Actor::System, Action::SecretLeaked, held.entity_id.as_ref(), held.client_id.as_str(), detail);
        if !self.counted(self.store.stop_leaked(&held, &event).await)? {
            return Ok(None);
        }
        self.known.forget_credential(&held.client_id);
        Ok(Some(Leak { held, address, place }))
    }

    /// Tells the owners, loudly, of a secret that was stopped, and what still works.
    pub async fn tell_of_leak(&self, leak: &Leak) {
        if let Err(error) = self.mail_leak(leak).await {
            tracing::error!(client_id = %leak.held.client_id, %error, "the owners could not be told of a leak");
        }
    }

    async fn mail_leak(&self, leak: &Leak) -> Result<(), Error> {
        let Leak { held, address, place } = leak;
        let now = self.now();
        let left = match self.store.credential(&held.client_id, now).await? {
            Some(credential) => credential.unended_secrets(now).map(|secret| format!("{}…", secret.hint)).collect(),
            None => Vec::new(),
        };
        let left = if left.is_empty() {
            "NO SECRET OF THIS CLIENT ID WORKS NOW: your systems get 401 until you regenerate the key.".to_owned()
        } else {
            format!("Still good: {}.", left.join(", "))
        };
        let found = if place.is_empty() {
            String::new()
        } else {
            format!("The reporter, whom Passgate does not know, says it was found here: {place}\n")
        };
        let text = format!(
            "Somebody at {address} presented the Client Secret {hint}… of the credential “{name}” ({client_id}) as leaked.\n{found}\nIt was stopped at once, and every token issued for it is void.\n{left}\n\nRegenerate the key here:\n\n{page}\n",
            hint = held.hint,
            name = held.name,
            client_id = held.client_id,
            page = self.page_of(held.entity_id.as_ref(), held.client_id.as_str()).await?,
        );
        self.mail_owners(held.entity_id.as_ref(), "A leaked Client Secret has been stopped", &text).await
    }
}

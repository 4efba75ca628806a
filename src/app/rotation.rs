//! Beside the requests: reminders before a secret ends, and what makes older secrets findable by a report.

use std::str::from_utf8;

use serde_json::json;

use super::{App, Error};
use crate::domain::event::{Action, Actor};
use crate::domain::id::EntityId;
use crate::domain::person::Role;
use crate::domain::rotation::reminder;
use crate::domain::secret::{lookup, sealing_context};
use crate::store::rotation::Ending;

/// Most secrets that one turn takes on.
const AT_ONCE: i64 = 100;

impl App {
    /// Sends every reminder that is due. Each is claimed before it is sent, by one node, so that none comes twice.
    pub async fn remind(&self) -> Result<(), Error> {
        let due = self.counted(self.store.secrets_to_remind(self.now(), AT_ONCE).await)?;
        for ending in &due {
            let Some(days) = reminder(ending.expires_at.since(self.now())) else { continue };
            let held = &ending.held;
            let detail = json!({"secret": held.hint, "expires_at": ending.expires_at, "days": days});
            let event = self.event(
                &Actor::System,
                Action::SecretEnding,
                held.entity_id.as_ref(),
                held.client_id.as_str(),
                detail,
            );
            if self.counted(self.store.claim_reminder(&held.id, days, &event).await)? {
                self.mail_reminder(ending).await?;
            }
        }
        Ok(())
    }

    async fn mail_reminder(&self, ending: &Ending) -> Result<(), Error> {
        let Ending { held, expires_at } = ending;
        let page = self.page_of(held.entity_id.as_ref(), held.client_id.as_str()).await?;
        let text = format!(
            "The Client Secret {hint}… of the credential “{name}” ({client_id}) ends at {expires_at}.\nFrom then on every request with it is refused.\n\nRegenerate the key before that, with an overlap, and put the new secret into the system that uses it:\n\n{page}\n",
            hint = held.hint,
            name = held.name,
            client_id = held.client_id,
        );
        let subject = format!("A Client Secret ends at {expires_at}");
        self.mail_owners(held.entity_id.as_ref(), &subject, &text).await
    }

    /// The address of the page on which a credential is managed.
    pub(super) async fn page_of(&self, entity_id: Option<&EntityId>, client_id: &str) -> Result<String, Error> {
        let entity = match entity_id {
            Some(id) => self.entity(id).await?,
            None => None,
        };
        Ok(match entity {
            Some(entity) => {
                format!("{}/entities/{}/generate-credentials?credential={client_id}", self.issuer, entity.identifier)
            }
            None => self.issuer.to_string(),
        })
    }

    /// Sends one text to each owner of an entity; to the operators, if it is about none. What the mail server does not take
    /// is logged and not tried again.
    pub(super) async fn mail_owners(
        &self,
        entity_id: Option<&EntityId>,
        subject: &str,
        text: &str,
    ) -> Result<(), Error> {
        if !self.mailer.is_set() {
            return Ok(());
        }
        let members = self.counted(self.store.members(entity_id).await)?;
        for member in members.iter().filter(|member| matches!(member.role, Role::Owner | Role::Operator)) {
            if let Err(error) = self.mailer.send(&member.person.email, subject, text.to_owned()).await {
                tracing::error!(%error, subject, "a mail to an owner could not be sent");
            }
        }
        Ok(())
    }

    /// Makes secrets findable by a report that an older version has made, as far as they were kept for showing.
    pub async fn fill_lookups(&self) -> Result<(), Error> {
        let mut after = String::new();
        loop {
            let some = self.counted(self.store.unfindable_secrets(&after, AT_ONCE).await)?;
            let Some(last) = some.last() else { return Ok(()) };
            last.id.as_str().clone_into(&mut after);
            let found = some.iter().filter_map(|secret| {
                let context = sealing_context(&secret.client_id, &secret.id);
                let plain = self.vault.open_sealed(&context, &secret.sealed).ok()?;
                Some((secret.id, lookup(&self.vault.lookups, from_utf8(&plain).ok()?)))
            });
            let lookups: Vec<_> = found.collect();
            self.counted(self.store.keep_lookups(&lookups).await)?;
        }
    }
}

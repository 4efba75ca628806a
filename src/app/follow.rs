//! Follows the event log: what another node, or the command line, has changed is forgotten here within a second.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::{App, Error};
use crate::domain::claims::TokenId;
use crate::domain::event::Action;
use crate::domain::id::{ClientId, EntityId};
use crate::domain::time::Timestamp;
use crate::store::StoreError;
use crate::store::event::LoggedEvent;
use crate::store::read_only::ReadOnly;

/// Most events read at once.
const BATCH: i64 = 500;

/// Guesses make this node read the log at most this often.
const NOT_AGAIN: Duration = Duration::from_millis(20);

/// How far the log has been followed.
pub struct Follower {
    seq: AtomicI64,
    at: AtomicI64,
}

impl Follower {
    /// Everything up to number `seq` is known at `now`.
    pub fn new(seq: i64, now: Timestamp) -> Self {
        Self { seq: AtomicI64::new(seq), at: AtomicI64::new(now.millis()) }
    }

    /// The number of the last event that has been taken in.
    pub fn seq(&self) -> i64 {
        self.seq.load(Ordering::Relaxed)
    }

    /// How long ago the log was last read to its end.
    pub fn age(&self, now: Timestamp) -> Duration {
        now.since(Timestamp::from_millis(self.at.load(Ordering::Relaxed)))
    }
}

impl App {
    /// Takes in every event since the last call; says whether there was one.
    pub async fn follow_events(&self) -> Result<bool, Error> {
        let mut any = false;
        loop {
            let now = self.now();
            let after = self.follower.seq.load(Ordering::Relaxed);
            let events = self.counted(self.store.events_after(after, BATCH).await)?;
            if events.first().is_some_and(|event| event.seq > after.saturating_add(1)) {
                // Events that this node has not seen were removed because of their age: it forgets everything instead.
                self.forget_everything().await?;
                self.feed.tell_anew();
            }
            for event in &events {
                match self.take_in(event).await {
                    Err(error @ Error::Store(StoreError::Unavailable(_))) => return Err(error),
                    Err(error) => {
                        tracing::error!(seq = event.seq, action = event.action, %error, "an event cannot be followed");
                    }
                    Ok(()) => {}
                }
                self.feed.take_in();
                self.tell_feeds(event).await?;
                self.follower.seq.fetch_max(event.seq, Ordering::Relaxed);
                any = true;
            }
            if events.is_empty() {
                // What is moved away tells nothing new: what this node knows grows old, as if the database were away.
                if let Some(why @ ReadOnly::Moved) = self.counted(self.store.read_only().await)? {
                    return Err(StoreError::ReadOnly(why).into());
                }
                self.follower.at.store(now.millis(), Ordering::Relaxed);
                return Ok(any);
            }
        }
    }

    /// Before a secret is called wrong: it may be one that the command line or another node has just made. Looks at most
    /// once in [`NOT_AGAIN`], however many guess.
    pub(super) async fn catch_up(&self) -> bool {
        self.follower.age(self.now()) >= NOT_AGAIN && matches!(self.follow_events().await, Ok(true))
    }

    async fn take_in(&self, event: &LoggedEvent) -> Result<(), Error> {
        let entity_id = event.entity_id.as_deref().and_then(EntityId::parse);
        let client_id = ClientId::parse(&event.subject);
        match Action::parse(&event.action) {
            Some(
                Action::EntityUpdated
                | Action::EntityTokensVoided
                | Action::ConfigurationImported
                | Action::ParameterSet
                | Action::ParameterRemoved,
            ) => {
                if let Some(id) = &entity_id {
                    self.known.forget_entity(id);
                }
            }
            Some(
                Action::CredentialRegenerated
                | Action::CredentialRevoked
                | Action::CredentialLocked
                | Action::CredentialUnlocked
                | Action::CredentialTokensVoided
                | Action::SecretStopped
                | Action::SecretLeaked
                | Action::RotationCancelled
                | Action::AuthenticationChanged,
            ) => {
                if let Some(id) = &client_id {
                    self.known.forget_credential(id);
                }
            }
            Some(Action::TokenRevoked) => {
                if let Some(jti) = TokenId::parse(&event.subject)
                    && let Some(end) = self.counted(self.store.revoked_token(&jti).await)?
                {
                    self.revoked.extend([(jti, end)]);
                }
            }
            Some(Action::AllTokensVoided) => self.load_all_void_before().await?,
            Some(Action::KeyCreated | Action::KeyRotated | Action::KeyRemoved | Action::KeyVoided) => {
                self.load_keys().await?;
            }
            Some(Action::SealingKeyRotated) => self.reload_vault().await?,
            // What did not exist was not known.
            Some(
                Action::EntityCreated
                | Action::CredentialGenerated
                | Action::MasterKeyRotated
                | Action::MasterKeyRetired
                | Action::OperatorTokenCreated
                | Action::OperatorTokenRevoked
                | Action::SetupLinkCreated
                | Action::SecretRevealed
                | Action::SecretEnding
                | Action::PersonInvited
                | Action::InvitationWithdrawn
                | Action::PersonJoined
                | Action::RoleChanged
                | Action::PersonRemoved
                | Action::PasswordChanged
                | Action::SignedIn
                | Action::SessionsEnded
                | Action::EntityViewed
                | Action::QuotaReached,
            ) => {}
            None => self.forget_everything().await?,
        }
        Ok(())
    }

    async fn forget_everything(&self) -> Result<(), Error> {
        self.known.forget_all();
        self.load_revocations().await?;
        self.load_keys().await
    }
}

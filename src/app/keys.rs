//! Signing keys: made, sealed, loaded, rotated and let go.

use std::time::Duration;

use serde_json::json;

use super::clock::random;
use super::{App, Error};
use crate::domain::event::{Action, Actor};
use crate::domain::key::{Algorithm, KeyFacts, State, is_due, successor};
use crate::domain::time::Timestamp;
use crate::signer::key::Key;
use crate::store::StoreError;
use crate::store::signing_key::StoredKey;

/// How often a withdrawal is tried again when somebody else has just changed the keys.
const TRIES: usize = 5;

impl App {
    /// Makes the keys of a new installation, and the next key whenever there is none of the configured algorithm.
    pub(super) async fn ensure_keys(&self) -> Result<(), Error> {
        let algorithm = self.config.signing_algorithm;
        let keys = self.store.signing_keys().await?;
        let in_state = |state| keys.iter().find(|key| key.facts.state == state);
        if in_state(State::Signing).is_none() {
            // Nobody can hold a key set without it yet.
            self.add_key(self.new_key(algorithm, State::Signing, Timestamp::from_millis(0))?).await?;
        }
        let published_at = if keys.is_empty() { Timestamp::from_millis(0) } else { self.now() };
        match in_state(State::Next) {
            None => self.add_key(self.new_key(algorithm, State::Next, published_at)?).await?,
            Some(next) if next.facts.algorithm != algorithm => {
                let key = self.new_key(algorithm, State::Next, published_at)?;
                let event = self.key_event(&Actor::System, Action::KeyCreated, &key);
                match self.store.replace_next_key(&next.facts.kid, &key, &event).await {
                    Ok(()) | Err(StoreError::Conflict) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Some(_) => {}
        }
        self.load_keys().await
    }

    /// Puts the store's keys into the signer. One that cannot be opened is left out, and `Err`: the others are as the store
    /// has them.
    pub async fn load_keys(&self) -> Result<(), Error> {
        let mut keys = Vec::new();
        let mut outcome = Ok(());
        for stored in self.counted(self.store.signing_keys().await)? {
            let Some(sealed) = &stored.sealed_private else { continue };
            match self.open_key(&stored.facts, sealed) {
                Ok(key) => keys.push((stored.facts.state, key)),
                Err(error) => outcome = Err(error),
            }
        }
        self.signer.install(keys);
        outcome
    }

    fn open_key(&self, facts: &KeyFacts, sealed: &str) -> Result<Key, Error> {
        let pkcs8 = self.vault.open_sealed(&context(&facts.kid), sealed)?;
        Ok(Key::from_pkcs8(facts.algorithm, &pkcs8)?)
    }

    /// Lets the next key sign and makes another next key. `forced` even if verifiers may not have seen it yet.
    pub async fn rotate_keys(&self, actor: &Actor, forced: bool) -> Result<KeyFacts, Error> {
        let now = self.now();
        let keys: Vec<KeyFacts> = self.store.signing_keys().await?.into_iter().map(|key| key.facts).collect();
        let kid = successor(&keys, now, forced).map_err(|why| Error::Refused(why.to_string()))?;
        let next = self.new_key(self.config.signing_algorithm, State::Next, now)?;
        let event =
            self.event(actor, Action::KeyRotated, None, &kid, json!({"next": next.facts.kid, "forced": forced}));
        self.store.rotate_signing_key(&kid, &next, &event).await?;
        self.load_keys().await?;
        let signing = self.store.signing_keys().await?.into_iter().map(|key| key.facts).find(|key| key.kid == kid);
        signing.ok_or(Error::NotFound("key"))
    }

    /// Rotates if the settings' period is over and no verifier would meet a key that it does not know. Of nodes that try at
    /// the same time one succeeds.
    pub async fn rotate_keys_if_due(&self) -> Result<(), Error> {
        let days = u64::from(self.config.signing_key_rotation_days);
        if days == 0 {
            return Ok(());
        }
        let keys: Vec<KeyFacts> =
            self.counted(self.store.signing_keys().await)?.into_iter().map(|key| key.facts).collect();
        if !is_due(&keys, self.now(), Duration::from_secs(days.saturating_mul(86_400))) {
            return Ok(());
        }
        match self.rotate_keys(&Actor::System, false).await {
            // Another node was faster: by now the next key is one that is too new, or was.
            Ok(_) | Err(Error::Changed | Error::Refused(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Withdraws a key at once: it is published no longer, its private half is deleted, and tokens that it has signed are not
    /// accepted any more. If it was the one that signs, the next one takes its place, or a new one if there is none.
    pub async fn void_key(&self, actor: &Actor, kid: &str) -> Result<(), Error> {
        for _ in 0..TRIES {
            match self.void_key_once(actor, kid).await {
                Err(Error::Changed) => {}
                other => return other,
            }
        }
        Err(Error::Changed)
    }

    async fn void_key_once(&self, actor: &Actor, kid: &str) -> Result<(), Error> {
        let (now, algorithm) = (self.now(), self.config.signing_algorithm);
        let keys = self.counted(self.store.all_signing_keys().await)?;
        let key = keys.iter().find(|key| key.facts.kid == kid).ok_or(Error::NotFound("key"))?;
        let next = keys.iter().find(|key| key.facts.state == State::Next).map(|key| key.facts.kid.as_str());
        let (promoted, added) = match key.facts.state {
            State::Gone => return Err(Error::Refused("the key is gone already".to_owned())),
            State::Retiring => (None, Vec::new()),
            State::Next => (None, vec![self.new_key(algorithm, State::Next, now)?]),
            State::Signing if next.is_some() => (next, vec![self.new_key(algorithm, State::Next, now)?]),
            State::Signing => {
                (None, vec![self.new_key(algorithm, State::Signing, now)?, self.new_key(algorithm, State::Next, now)?])
            }
        };
        let signing =
            promoted.or(added.iter().find(|key| key.facts.state == State::Signing).map(|key| key.facts.kid.as_str()));
        let detail = json!({"state": key.facts.state, "signing": signing});
        let event = self.event(actor, Action::KeyVoided, None, kid, detail);
        self.counted(self.store.void_signing_key(&key.facts, promoted, &added, &event).await)?;
        self.load_keys().await
    }

    /// Lets keys go whose last token has ended.
    pub async fn remove_spent_keys(&self) -> Result<(), Error> {
        let now = self.now();
        let spent = self.counted(self.store.signing_keys().await)?.into_iter().filter(|key| key.facts.is_spent(now));
        for key in spent {
            match self
                .store
                .remove_signing_key(&key.facts.kid, &self.key_event(&Actor::System, Action::KeyRemoved, &key))
                .await
            {
                Ok(()) => self.load_keys().await?,
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn new_key(&self, algorithm: Algorithm, state: State, published_at: Timestamp) -> Result<StoredKey, Error> {
        let pkcs8 = Key::generate(algorithm)?;
        let key = Key::from_pkcs8(algorithm, &pkcs8)?;
        let sealed = self.vault.seal(&context(key.kid()), &pkcs8, random()?)?;
        let facts = KeyFacts { kid: key.kid().to_owned(), algorithm, state, published_at, since: self.now() };
        Ok(StoredKey { facts, sealed_private: Some(sealed), public_jwk: key.public_jwk().clone() })
    }

    /// Adds a key, unless another node was faster.
    async fn add_key(&self, key: StoredKey) -> Result<(), Error> {
        match self.store.add_signing_key(&key, &self.key_event(&Actor::System, Action::KeyCreated, &key)).await {
            Ok(()) | Err(StoreError::Duplicate) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn key_event(&self, actor: &Actor, action: Action, key: &StoredKey) -> crate::domain::event::Event {
        let detail = json!({"algorithm": key.facts.algorithm, "state": key.facts.state});
        self.event(actor, action, None, &key.facts.kid, detail)
    }
}

/// The text that binds a sealed private key to its row.
pub(super) fn context(kid: &str) -> String {
    format!("key:{kid}")
}

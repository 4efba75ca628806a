//! The master key, replaced while servers run: first the roots are sealed under both keys, then under the new one only.
//! After that everything sealed can be sealed anew, so that what the old key gave away opens nothing that is kept from then on.

use std::path::Path;

use serde_json::json;

use super::clock::{random, random_secret};
use super::keys::context as key_context;
use super::open::master_key;
use super::{App, Error};
use crate::domain::event::{Action, Actor};
use crate::domain::secret::sealing_context;
use crate::store::vault::SealedRoots;
use crate::vault::{MasterKey, MasterKeyError, Vault};

/// Most secrets that are sealed anew in one transaction.
const BATCH: i64 = 200;

impl App {
    /// Seals the roots under the key in `new_key_file` as well, which is made if it is not there. Until
    /// [`App::retire_master_key`] an installation opens with either key. Running servers notice nothing. To be done again,
    /// with the same file, if it was interrupted; `replaces` lets another new key take the place of one not retired to yet.
    pub async fn rotate_master_key(&self, actor: &Actor, new_key_file: &Path, replaces: bool) -> Result<(), Error> {
        let (old, roots) = self.opened_roots().await?;
        if Vault::open(&old, &roots.current).is_err() {
            return Err(Error::Refused("the master key in use is the new one already; retire the old one".to_owned()));
        }
        let new = match MasterKey::load(new_key_file)? {
            Some(key) => key,
            None => MasterKey::create(new_key_file, random_secret()?)?,
        };
        if Vault::open(&new, &roots.current).is_ok() {
            return Err(Error::Refused("the key in that file is the master key already".to_owned()));
        }
        match &roots.next {
            Some(next) if Vault::open(&new, next).is_ok() => return Ok(()),
            Some(_) if !replaces => {
                let why = "a rotation to another key is under way: put that key in place and retire the old one, or, if it is lost, replace it";
                return Err(Error::Refused(why.to_owned()));
            }
            Some(_) | None => {}
        }
        let next = Vault::under(&old, &roots.current, &new, random()?)?;
        let event = self.event(actor, Action::MasterKeyRotated, None, "master_key", json!({}));
        let both = SealedRoots { next: Some(next), ..roots.clone() };
        Ok(self.counted(self.store.replace_sealed_roots(&roots, &both, &event).await)?)
    }

    /// Lets only the new key open the roots. The settings must name it already.
    pub async fn retire_master_key(&self, actor: &Actor) -> Result<(), Error> {
        let (key, roots) = self.opened_roots().await?;
        let Some(next) = roots.next.clone() else {
            return Err(Error::Refused("no rotation of the master key is under way".to_owned()));
        };
        if Vault::open(&key, &next).is_err() {
            let why = "the settings still name the old master key; put the new one in its place first";
            return Err(Error::Refused(why.to_owned()));
        }
        let event = self.event(actor, Action::MasterKeyRetired, None, "master_key", json!({}));
        let new = SealedRoots { current: next, next: None };
        Ok(self.counted(self.store.replace_sealed_roots(&roots, &new, &event).await)?)
    }

    /// Lets everything be sealed with a fresh key from now on. Does nothing if that was begun and not finished.
    pub async fn begin_resealing(&self, actor: &Actor) -> Result<(), Error> {
        let (key, roots) = self.roots_to_reseal().await?;
        if let Some(current) = Vault::with_fresh_sealing(&key, &roots.current, &random_secret()?, random()?)? {
            self.put_roots(actor, &roots, current, false).await?;
        }
        self.reload_vault().await
    }

    /// Seals anew, in batches, what was sealed before the fresh key; says how much that was.
    pub async fn reseal(&self) -> Result<usize, Error> {
        let mut count = 0usize;
        let mut after = String::new();
        loop {
            let page = self.counted(self.store.sealed_secrets_after(&after, BATCH).await)?;
            let Some((_, last, _)) = page.last() else { break };
            after = last.to_string();
            let mut resealed = Vec::new();
            for (client_id, id, old) in page {
                if let Some(new) = self.vault.renew(&sealing_context(&client_id, &id), &old, random()?)? {
                    resealed.push((id, old, new));
                }
            }
            self.counted(self.store.reseal_secrets(&resealed).await)?;
            count = count.saturating_add(resealed.len());
        }
        for key in self.counted(self.store.signing_keys().await)? {
            let Some(old) = key.sealed_private else { continue };
            let kid = &key.facts.kid;
            if let Some(new) = self.vault.renew(&key_context(kid), &old, random()?)? {
                self.counted(self.store.reseal_signing_key(kid, &old, &new).await)?;
                count = count.saturating_add(1);
            }
        }
        Ok(count)
    }

    /// Forgets the key that sealed before, once nothing is sealed with it any more.
    pub async fn finish_resealing(&self, actor: &Actor) -> Result<(), Error> {
        while self.reseal().await? > 0 {}
        let (key, roots) = self.roots_to_reseal().await?;
        let current = Vault::without_old_sealing(&key, &roots.current, random()?)?;
        self.put_roots(actor, &roots, current, true).await?;
        self.reload_vault().await
    }

    /// Takes in the sealing keys that the store has. If this node's master key does not open them any more, it seals nothing
    /// until it is started with the right one: what it sealed could not be opened by others.
    pub(super) async fn reload_vault(&self) -> Result<(), Error> {
        match self.opened_roots().await {
            Ok((key, roots)) => {
                let sealed = [Some(&roots.current), roots.next.as_ref()].into_iter().flatten();
                let newer = sealed.into_iter().find_map(|sealed| Vault::open(&key, sealed).ok());
                self.vault.adopt(&newer.ok_or(crate::vault::CannotOpen)?);
                Ok(())
            }
            Err(error @ Error::Store(_)) => Err(error),
            Err(error) => {
                self.vault.stop_sealing();
                Err(error)
            }
        }
    }

    async fn put_roots(&self, actor: &Actor, old: &SealedRoots, current: String, is_over: bool) -> Result<(), Error> {
        let event = self.event(actor, Action::SealingKeyRotated, None, "sealing_key", json!({"finished": is_over}));
        let new = SealedRoots { current, next: None };
        Ok(self.counted(self.store.replace_sealed_roots(old, &new, &event).await)?)
    }

    async fn roots_to_reseal(&self) -> Result<(MasterKey, SealedRoots), Error> {
        let (key, roots) = self.opened_roots().await?;
        if roots.next.is_some() {
            let why = "a rotation of the master key is under way: retire the old one first, or it would open the fresh key too";
            return Err(Error::Refused(why.to_owned()));
        }
        Ok((key, roots))
    }

    /// The roots, and the master key that the settings name and that opens one of them.
    async fn opened_roots(&self) -> Result<(MasterKey, SealedRoots), Error> {
        let key = master_key(&self.config)?;
        let roots = self.counted(self.store.sealed_roots().await)?;
        let (Some(key), Some(roots)) = (key, roots) else {
            return Err(Error::Refused("the master key or the root that it opens is missing".to_owned()));
        };
        let opens = |sealed: &String| Vault::open(&key, sealed).is_ok();
        if opens(&roots.current) || roots.next.as_ref().is_some_and(opens) {
            return Ok((key, roots));
        }
        Err(Error::Refused("the master key that the settings name does not open this database any more".to_owned()))
    }
}

impl From<MasterKeyError> for Error {
    fn from(error: MasterKeyError) -> Self {
        Self::Refused(error.to_string())
    }
}

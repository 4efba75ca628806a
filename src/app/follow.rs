//! Follows the event log: what another node, or the command line, has changed is forgotten here within a second.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard, watch};

use super::issue::Showing;
use super::{App, Error};
use crate::domain::claims::TokenId;
use crate::domain::event::Action;
use crate::domain::id::{ClientId, EntityId};
use crate::store::StoreError;
use crate::store::event::{LoggedEvent, News};
use crate::store::read_only::ReadOnly;

/// Most events read at once.
const BATCH: i64 = 500;

/// Who calls a secret wrong waits so long before the log is read, so that one reading does for many.
const GATHER: Duration = Duration::from_millis(1);

/// Places to note what was called wrong. They are shared by chance, and nobody can aim for another's.
const PLACES: usize = 4096;

/// A client and what it has shown, hashed under a key of this process.
#[derive(Clone, Copy)]
pub(super) struct Guess(u64);

/// A database that has not answered for so long is away: nobody waits for it to answer for an unknown client.
const AWAY: Duration = Duration::from_secs(2);

/// How far the log has been followed.
pub struct Follower {
    seq: AtomicI64,
    /// When the log was last read to its end, in milliseconds of [`super::clock::Clock::uptime`].
    current_at: AtomicU64,
    /// Whether reading it failed the last time.
    failing: AtomicBool,
    /// How many readings have begun.
    begun: AtomicU64,
    /// The number of the last one that has ended.
    ended: watch::Sender<u64>,
    /// Held by the one that reads.
    turn: Mutex<()>,
    /// What was called wrong although the log had been read.
    called_wrong: Box<[AtomicU64]>,
    hasher: RandomState,
}

impl Follower {
    /// Everything up to number `seq` is known at `uptime`.
    pub fn new(seq: i64, uptime: Duration) -> Self {
        Self {
            seq: AtomicI64::new(seq),
            current_at: AtomicU64::new(millis(uptime)),
            failing: AtomicBool::new(false),
            begun: AtomicU64::new(0),
            ended: watch::Sender::new(0),
            turn: Mutex::default(),
            called_wrong: std::iter::repeat_with(AtomicU64::default).take(PLACES).collect(),
            hasher: RandomState::new(),
        }
    }

    /// What `client_id` has shown.
    pub(super) fn guess(&self, client_id: &str, showing: Showing<'_>) -> Guess {
        Guess(self.hasher.hash_one((client_id, showing.own())))
    }

    fn place(&self, guess: Guess) -> Option<&AtomicU64> {
        self.called_wrong.get(usize::try_from(guess.0.checked_rem(PLACES as u64)?).ok()?)
    }

    fn was_called_wrong(&self, guess: Guess) -> bool {
        self.place(guess).is_some_and(|place| place.load(Ordering::Relaxed) == guess.0)
    }

    /// Notes what was called wrong.
    pub(super) fn note_called_wrong(&self, guess: Guess) {
        if let Some(place) = self.place(guess) {
            place.store(guess.0, Ordering::Relaxed);
        }
    }

    /// The number of the last event that has been taken in.
    pub fn seq(&self) -> i64 {
        self.seq.load(Ordering::Relaxed)
    }

    /// How long ago, at `uptime`, the log was last read to its end.
    pub fn age(&self, uptime: Duration) -> Duration {
        uptime.saturating_sub(Duration::from_millis(self.current_at.load(Ordering::Relaxed)))
    }

    /// Whether the log could not be read the last time.
    pub fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
    }
}

fn millis(uptime: Duration) -> u64 {
    u64::try_from(uptime.as_millis()).unwrap_or(u64::MAX)
}

impl App {
    /// How old what this node knows of the others' changes is. In ordinary times it is some 100 ms.
    pub fn knowledge_age(&self) -> Duration {
        self.follower.age(self.clock.uptime())
    }

    /// For how long this node goes on with what it knows while its database is away.
    pub fn outage_tolerance(&self) -> Duration {
        Duration::from_secs(self.config.outage_tolerance_seconds.into())
    }

    /// Takes in every event since the last call.
    pub async fn follow_events(&self) -> Result<(), Error> {
        let turn = self.follower.turn.lock().await;
        Box::pin(self.follow(turn)).await
    }

    /// `Err` once this node has not heard of the others' changes for longer than `outage_tolerance_seconds`: what it knows
    /// is too old to go by.
    pub(super) async fn may_answer(&self) -> Result<(), StoreError> {
        let tolerance = self.outage_tolerance();
        if self.knowledge_age() <= tolerance { Ok(()) } else { Box::pin(self.follow_if_older(tolerance)).await }
    }

    /// Whether the database answers, as far as the last reading of the log tells.
    pub async fn has_database(&self) -> bool {
        self.follow_if_older(AWAY).await.is_ok()
    }

    /// `Err` while the database is away, so that nobody waits for it in vain.
    pub(super) fn may_ask_database(&self) -> Result<(), StoreError> {
        let is_away = self.follower.is_failing() && self.knowledge_age() > AWAY;
        if is_away { Err(StoreError::Behind) } else { Ok(()) }
    }

    /// Reads the log if this was last done longer ago than `age`. While that fails, it is left to the job, which tries
    /// again and again.
    async fn follow_if_older(&self, age: Duration) -> Result<(), StoreError> {
        if self.follower.is_failing() {
            return Err(StoreError::Behind);
        }
        if self.knowledge_age() <= age {
            return Ok(());
        }
        let turn = self.follower.turn.lock().await;
        if self.follower.is_failing() {
            return Err(StoreError::Behind);
        }
        if self.knowledge_age() > age {
            Box::pin(self.follow(turn)).await.map_err(|_| StoreError::Behind)?;
        }
        Ok(())
    }

    async fn follow(&self, turn: MutexGuard<'_, ()>) -> Result<(), Error> {
        let number = self.follower.begun.fetch_add(1, Ordering::SeqCst).saturating_add(1);
        let followed = self.read_events().await;
        self.follower.failing.store(followed.is_err(), Ordering::Relaxed);
        drop(turn);
        self.follower.ended.send_replace(number);
        followed
    }

    async fn read_events(&self) -> Result<(), Error> {
        loop {
            let begun = self.clock.uptime();
            let after = self.follower.seq.load(Ordering::Relaxed);
            let News { events, read_only } = self.counted(self.store.news_after(after, BATCH).await)?;
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
            }
            if events.is_empty() {
                // What is moved away tells nothing new: what this node knows grows old, as if the database were away.
                if let Some(why @ ReadOnly::Moved) = read_only {
                    return Err(StoreError::ReadOnly(why).into());
                }
                self.follower.current_at.fetch_max(millis(begun), Ordering::Relaxed);
                return Ok(());
            }
        }
    }

    /// Before a secret is called wrong: whether there is news since event `heard`, as it may be one that the command line or
    /// another node has just made. The log is read after this was asked, once for all who ask meanwhile. For one that was
    /// called wrong before ([`Follower::note_called_wrong`]) it is not: whoever could show it was not shown it later. However
    /// many guess, one connection at most is busy with them.
    pub(super) async fn has_news_since(&self, heard: i64, guess: Guess) -> bool {
        if self.follower.was_called_wrong(guess) {
            return false;
        }
        let asked = self.follower.begun.load(Ordering::SeqCst);
        let mut ended = self.follower.ended.subscribe();
        while !self.follower.is_failing() && *ended.borrow_and_update() <= asked {
            // Who reads may be called off; then the job, which reads again and again, wakes those who wait.
            match self.follower.turn.try_lock() {
                Ok(turn) => {
                    tokio::time::sleep(GATHER).await;
                    let _ = Box::pin(self.follow(turn)).await;
                }
                Err(_) => {
                    let _ = ended.changed().await;
                }
            }
        }
        self.follower.seq() != heard
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

//! The feed of revocations: what is void now, then what becomes void or good again, each client's state whole. The
//! follower of the event log works out what one event means, once for every feed; while nobody listens, not at all.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};

use super::{App, Error};
use crate::domain::claims::TokenId;
use crate::domain::credential::Owner;
use crate::domain::event::Action;
use crate::domain::id::{ClientId, EntityId};
use crate::domain::time::Timestamp;
use crate::domain::voided::{Voided, just_after};
use crate::store::StoreError;
use crate::store::event::LoggedEvent;

/// Most feeds of a node.
const MOST_FEEDS: usize = 256;
/// Changes that a feed may be behind before it is told everything anew.
const BACKLOG: usize = 256;
/// Most events that a returning listener is told one by one.
const MOST_MISSED: i64 = 500;
/// Most single tokens that a feed tells of: no listener remembers more.
const MOST_TOKENS: i64 = 1_000_000;
/// Clients read from an index at once.
const PAGE: i64 = 500;
/// No token lives longer, however clocks differ.
const LONGEST_TOKEN: Duration = Duration::from_secs(25 * 3600);
/// How long what was read of everything serves other feeds, if no event came after it.
const SHARED: Duration = Duration::from_secs(60);

/// How long a feed may go on: what expires later than [`LONGEST_TOKEN`] after its beginning has not been told.
pub const LONGEST_FEED: Duration = Duration::from_secs(12 * 3600);

/// What is void, of everything or of what has changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Statements {
    /// Of everything: tokens issued before this moment are void.
    pub not_before: Option<Timestamp>,
    /// Of each client, its whole state.
    pub clients: Vec<(ClientId, Voided)>,
    /// Single tokens, and when they end.
    pub tokens: Vec<(TokenId, Timestamp)>,
    /// The `kid`s of every key that is published, if that is stated: what another key has signed is void.
    pub kids: Option<Vec<String>>,
}

/// How far a feed has told: an event, by its number and by its moment. After a restore of an older backup other events get
/// the same numbers; whoever heard those is told everything anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its number; 0 before the first one.
    pub seq: i64,
    /// When it was, in milliseconds since the epoch.
    pub at: i64,
}

impl Mark {
    /// The mark that this text is.
    pub fn parse(text: &str) -> Option<Self> {
        let (seq, at) = text.split_once('.')?;
        Some(Self { seq: seq.parse().ok()?, at: at.parse().ok()? })
    }
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.seq, self.at)
    }
}

/// What a feed is told.
#[derive(Clone, Debug)]
pub enum Told {
    /// What became of this event.
    Change(Mark, Arc<Statements>),
    /// Something that this version does not know has happened: everything is to be stated anew.
    Anew,
}

/// Everyone who listens.
pub struct Feed {
    told: Mutex<Option<broadcast::Sender<Told>>>,
    seats: Arc<Semaphore>,
    /// How many events were taken in: what was read before one of them is not shared after it.
    taken_in: AtomicU64,
    everything: tokio::sync::Mutex<Option<Everything>>,
}

/// Everything that is void, as it was read.
struct Everything {
    taken_in: u64,
    mark: Mark,
    at: Timestamp,
    statements: Arc<Statements>,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            told: Mutex::new(Some(broadcast::channel(BACKLOG).0)),
            seats: Arc::new(Semaphore::new(MOST_FEEDS)),
            taken_in: AtomicU64::new(0),
            everything: tokio::sync::Mutex::default(),
        }
    }
}

/// A place among the listeners.
pub struct Listener {
    /// What is told from now on.
    pub told: broadcast::Receiver<Told>,
    _seat: OwnedSemaphorePermit,
}

/// How a feed begins.
pub enum Beginning {
    /// With everything that is void.
    Everything(Mark, Arc<Statements>),
    /// With what has changed since the listener went away.
    Since(Mark, Statements),
}

impl Feed {
    /// A place to listen from; `None` if all are taken or the server is stopping.
    pub fn listen(&self) -> Option<Listener> {
        let seat = self.seats.clone().try_acquire_owned().ok()?;
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner).as_ref()?.subscribe();
        Some(Listener { told, _seat: seat })
    }

    /// Ends every feed: the server is stopping.
    pub fn end(&self) {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// An event was taken in: nothing that was read before is shared from now on.
    pub(super) fn take_in(&self) {
        self.taken_in.fetch_add(1, Ordering::SeqCst);
    }

    /// Has every feed state everything anew.
    pub(super) fn tell_anew(&self) {
        self.take_in();
        if let Some(feeds) = self.listeners() {
            let _ = feeds.send(Told::Anew);
        }
    }

    /// Where to tell, if anybody listens.
    fn listeners(&self) -> Option<broadcast::Sender<Told>> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.as_ref().filter(|told| told.receiver_count() > 0).cloned()
    }
}

/// Whose state an event has changed.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Subject {
    Client(ClientId),
    Entity(EntityId),
    Token(TokenId),
    Everybody,
    Keys,
}

/// Which clients are stated.
enum Which {
    /// Those of which something is void, or will be, between these moments.
    Voided(Timestamp, Timestamp),
    /// Those that expire between these moments.
    Expiring(Timestamp, Timestamp),
    /// All of an entity.
    Of(EntityId),
}

/// What an event has changed of what is void; `Err` if this version cannot tell.
fn subject(event: &LoggedEvent) -> Result<Option<Subject>, ()> {
    match Action::parse(&event.action).ok_or(())? {
        Action::EntityUpdated | Action::EntityTokensVoided | Action::ConfigurationImported => {
            Ok(event.entity_id.as_deref().and_then(EntityId::parse).map(Subject::Entity))
        }
        Action::CredentialGenerated
        | Action::CredentialRegenerated
        | Action::CredentialRevoked
        | Action::CredentialTokensVoided
        | Action::SecretStopped
        | Action::SecretLeaked
        | Action::RotationCancelled => Ok(ClientId::parse(&event.subject).map(Subject::Client)),
        Action::TokenRevoked => Ok(TokenId::parse(&event.subject).map(Subject::Token)),
        Action::AllTokensVoided => Ok(Some(Subject::Everybody)),
        Action::KeyCreated | Action::KeyRotated | Action::KeyRemoved | Action::KeyVoided => Ok(Some(Subject::Keys)),
        Action::EntityCreated
        | Action::ParameterSet
        | Action::ParameterRemoved
        | Action::CredentialLocked
        | Action::CredentialUnlocked
        | Action::OperatorTokenCreated
        | Action::OperatorTokenRevoked
        | Action::SetupLinkCreated
        | Action::SecretRevealed
        | Action::PersonInvited
        | Action::InvitationWithdrawn
        | Action::PersonJoined
        | Action::RoleChanged
        | Action::PersonRemoved
        | Action::PasswordChanged
        | Action::SignedIn
        | Action::SessionsEnded
        | Action::EntityViewed
        | Action::SecretEnding
        | Action::AuthenticationChanged
        | Action::QuotaReached
        | Action::MasterKeyRotated
        | Action::MasterKeyRetired
        | Action::SealingKeyRotated => Ok(None),
    }
}

impl App {
    /// Tells every feed what has become of this event. `Err` only if the store cannot answer: it is told again later.
    pub(super) async fn tell_feeds(&self, event: &LoggedEvent) -> Result<(), Error> {
        let Some(feeds) = self.feed.listeners() else { return Ok(()) };
        let told = match subject(event) {
            Err(()) => Told::Anew,
            Ok(subject) => {
                let mut statements = Statements::default();
                match subject {
                    None => return Ok(()),
                    Some(subject) => match self.state(subject, &mut statements).await {
                        Ok(()) if statements == Statements::default() => return Ok(()),
                        Ok(()) => Told::Change(Mark { seq: event.seq, at: event.at.millis() }, Arc::new(statements)),
                        Err(error @ StoreError::Unavailable(_)) => return Err(error.into()),
                        Err(error) => {
                            tracing::error!(seq = event.seq, %error, "an event cannot be told to the feeds");
                            Told::Anew
                        }
                    },
                }
            }
        };
        // That the last of them has just gone is no failure.
        let _ = feeds.send(told);
        Ok(())
    }

    /// How the feed of a listener begins that has been told everything up to event `last`, if it has listened before.
    /// It must listen already.
    pub async fn begin_feed(&self, last: Option<Mark>) -> Result<Beginning, StoreError> {
        if last.is_some_and(|last| last.seq > self.follower.seq()) {
            // Another node has told more than this one knows. It catches up, or the listener has to go back there; if the log
            // itself has less, it was restored, and everything is stated as it is now.
            self.follow_events().await.map_err(|_| StoreError::Behind)?;
        }
        if let Some(last) = last
            && self.counted(self.mark(last.seq).await)? == last
            && let Some((mark, statements)) = self.stated_since(last).await?
        {
            return Ok(Beginning::Since(mark, statements));
        }
        self.state_everything().await.map(|(mark, statements)| Beginning::Everything(mark, statements))
    }

    /// What has changed since event `last`, as far as that can be told one by one.
    async fn stated_since(&self, last: Mark) -> Result<Option<(Mark, Statements)>, StoreError> {
        let mark = self.counted(self.mark(self.follower.seq()).await)?;
        if !(0..=mark.seq).contains(&last.seq) {
            return Ok(None);
        }
        let events = self.counted(self.store.news_after(last.seq, MOST_MISSED.saturating_add(1)).await)?.events;
        let is_gapless = events.first().map_or(last == mark, |event| event.seq == last.seq.saturating_add(1));
        if !is_gapless || events.len() > usize::try_from(MOST_MISSED).unwrap_or(0) {
            return Ok(None);
        }
        let mut subjects = HashSet::new();
        for event in &events {
            match subject(event) {
                Ok(subject) => subjects.extend(subject),
                Err(()) => return Ok(None),
            }
        }
        let mut statements = Statements::default();
        let now = self.now();
        let soon = now.plus(LONGEST_TOKEN);
        self.state_clients(&mut statements, Which::Expiring(now, soon)).await?;
        for subject in subjects {
            self.state(subject, &mut statements).await?;
        }
        Ok(Some((mark, statements)))
    }

    /// The mark of event `seq`.
    async fn mark(&self, seq: i64) -> Result<Mark, StoreError> {
        let at = self.store.event_moment(seq).await?;
        Ok(Mark { seq, at: at.map_or(0, Timestamp::millis) })
    }

    /// Everything that is void and may not have ended, and the event up to which it is told. Feeds that begin together
    /// share it.
    pub async fn state_everything(&self) -> Result<(Mark, Arc<Statements>), StoreError> {
        let mut shared = self.feed.everything.lock().await;
        let now = self.now();
        let taken_in = self.feed.taken_in.load(Ordering::SeqCst);
        let seq = self.follower.seq();
        if let Some(known) = &*shared
            && known.taken_in == taken_in
            && now.since(known.at) < SHARED
        {
            return Ok((known.mark, known.statements.clone()));
        }
        let mark = self.counted(self.mark(seq).await)?;
        let tokens = match self.revoked.all(now) {
            Some(tokens) => tokens,
            None => self.counted(self.store.revoked_tokens(now, MOST_TOKENS.saturating_add(1)).await)?,
        };
        if i64::try_from(tokens.len()).is_ok_and(|told| told > MOST_TOKENS) {
            tracing::error!(
                "more than {MOST_TOKENS} tokens are revoked one by one: void those of a client, or of everybody"
            );
            return Err(StoreError::Behind);
        }
        let not_before = self.revoked.all_void_before().map(just_after);
        let kids = Some(self.signer.kids());
        let mut statements = Statements { not_before, tokens, kids, ..Statements::default() };
        let (since, until) = (now.minus(LONGEST_TOKEN), now.plus(LONGEST_TOKEN));
        self.state_clients(&mut statements, Which::Voided(since, until)).await?;
        let statements = Arc::new(statements);
        *shared = Some(Everything { taken_in, mark, at: now, statements: statements.clone() });
        Ok((mark, statements))
    }

    async fn state(&self, subject: Subject, statements: &mut Statements) -> Result<(), StoreError> {
        match subject {
            Subject::Client(id) => self.state_client(id, statements).await,
            Subject::Entity(id) => self.state_clients(statements, Which::Of(id)).await,
            Subject::Token(jti) => {
                let end = self.counted(self.store.revoked_token(&jti).await)?;
                statements.tokens.extend(end.map(|end| (jti, end)));
                Ok(())
            }
            Subject::Everybody => {
                statements.not_before = self.revoked.all_void_before().map(just_after);
                Ok(())
            }
            Subject::Keys => {
                statements.kids = Some(self.signer.kids());
                Ok(())
            }
        }
    }

    async fn state_clients(&self, statements: &mut Statements, which: Which) -> Result<(), StoreError> {
        let mut after = String::new();
        loop {
            let page = match &which {
                Which::Voided(since, until) => self.store.voided_clients(&after, *since, *until, PAGE).await,
                Which::Expiring(since, until) => self.store.expiring_clients(&after, *since, *until, PAGE).await,
                Which::Of(entity_id) => self.store.clients_of(entity_id, &after, PAGE).await,
            };
            let ids = self.counted(page)?;
            let Some(last) = ids.last() else { return Ok(()) };
            after = last.to_string();
            for id in ids {
                self.state_client(id, statements).await?;
            }
        }
    }

    async fn state_client(&self, id: ClientId, statements: &mut Statements) -> Result<(), StoreError> {
        let Some(credential) = self.counted(self.store.credential(&id, self.now()).await)? else { return Ok(()) };
        let Owner::Entity(entity_id) = &credential.owner else { return Ok(()) };
        let voided = match self.entity(entity_id).await? {
            Some(entity) => Voided::of(&entity, &credential),
            None => Voided { entirely: true, ..Voided::default() },
        };
        statements.clients.push((id, voided));
        Ok(())
    }
}

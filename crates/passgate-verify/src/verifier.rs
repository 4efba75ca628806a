//! The verifier: keys in memory, fetched in the background; what is void in memory, told by the feed; and the judgement of
//! one token, which waits for nobody unless its key is unknown.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use tokio::sync::{Mutex, Notify, OnceCell, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::claims::{Rules, Token};
use crate::clock::now_millis;
use crate::fetch::{self, Places};
use crate::jwks::{self, Algorithm, Keys};
use crate::jwt::Unverified;
use crate::void::Void;
use crate::{Builder, Refused, StartError, feed};

/// After a failure the keys are fetched again this soon, and then ever later up to the ordinary interval.
const SOON: Duration = Duration::from_secs(2);
/// Longest wait for the first contact.
const FIRST_CONTACT: Duration = Duration::from_secs(30);

/// Verifies access tokens of one issuer. Cheap to clone; ends its background work with its last clone.
#[derive(Clone)]
pub struct Verifier(Arc<Running>);

struct Running {
    inner: Arc<Inner>,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// What the background work and the judgement share.
pub(crate) struct Inner {
    rules: Rules,
    scope: String,
    algorithms: Vec<Algorithm>,
    refresh: Duration,
    refetch_pause: Duration,
    longest_silence: Duration,
    pub(crate) http: reqwest::Client,
    places: OnceCell<Places>,
    longest_keys_age: Duration,
    /// The keys, and when they were fetched.
    keys: RwLock<Option<(Arc<Keys>, Instant)>>,
    /// When the keys were last asked for. Whoever holds it fetches.
    asked_at: Mutex<Option<Instant>>,
    /// What became of the last fetch in the background.
    fetched: watch::Sender<Option<Result<(), StartError>>>,
    fetch_soon: Notify,
    listens: bool,
    /// `None` until the first snapshot.
    void: RwLock<Option<Void>>,
    /// The moment up to which everything that is void is known.
    current_at: watch::Sender<Option<Instant>>,
}

impl Verifier {
    /// A verifier of the tokens of Passgate at this public URL, to be told what else it shall check and started.
    ///
    /// ```no_run
    /// # async fn start() -> Result<(), passgate_verify::StartError> {
    /// use passgate_verify::Verifier;
    ///
    /// let verifier = Verifier::new("https://pass.example.com").scope("orders:read").start().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[expect(clippy::new_ret_no_self, reason = "it has to be started, which can fail")]
    pub fn new(issuer: &str) -> Builder {
        Builder::new(issuer)
    }

    pub(crate) fn launch(builder: Builder) -> Result<Self, StartError> {
        let inner = Arc::new(Inner {
            rules: builder.rules(),
            scope: builder.scope,
            algorithms: builder.algorithms,
            refresh: builder.refresh,
            refetch_pause: builder.refetch_pause,
            longest_silence: builder.longest_silence,
            longest_keys_age: builder.longest_keys_age,
            http: match builder.http {
                Some(http) => http,
                None => fetch::client()?,
            },
            places: OnceCell::new(),
            keys: RwLock::new(None),
            asked_at: Mutex::new(None),
            fetched: watch::channel(None).0,
            fetch_soon: Notify::new(),
            listens: builder.feed.is_some(),
            void: RwLock::new(None),
            current_at: watch::channel(None).0,
        });
        let runtime = tokio::runtime::Handle::try_current()
            .map_err(|_| StartError::Settings("there is no Tokio runtime".to_owned()))?;
        let mut tasks = vec![runtime.spawn(refresh(inner.clone()))];
        if let Some((client_id, secret)) = builder.feed {
            tasks.push(runtime.spawn(feed::listen(inner.clone(), client_id, secret)));
        }
        Ok(Self(Arc::new(Running { inner, tasks })))
    }

    pub(crate) async fn first_contact(&self) -> Result<(), StartError> {
        let inner = &self.0.inner;
        let mut fetched = inner.fetched.subscribe();
        if let Ok(fetched) = fetched.wait_for(Option::is_some).await {
            fetched.clone().unwrap_or(Ok(()))?;
        }
        if inner.listens {
            let mut current = inner.current_at.subscribe();
            let heard = tokio::time::timeout(FIRST_CONTACT, current.wait_for(Option::is_some)).await;
            if !matches!(heard, Ok(Ok(_))) {
                return Err(StartError::Away("its feed of revocations is not heard; see the log for why".to_owned()));
            }
        }
        Ok(())
    }

    /// What `token` says, if it is good now.
    ///
    /// # Errors
    ///
    /// Why it is not, or [`Refused::Unavailable`] if that cannot be told.
    pub async fn verify(&self, token: &str) -> Result<Token, Refused> {
        let inner = &self.0.inner;
        let unverified = Unverified::parse(token)?;
        let kid = unverified.kid.clone();
        let known = inner.keys().ok_or(Refused::Unavailable)?;
        let claims = if let Some(key) = known.get(&unverified.kid) {
            unverified.verify(key)?
        } else {
            inner.refetch().await;
            let known = inner.keys().ok_or(Refused::Unavailable)?;
            unverified.verify(known.get(&unverified.kid).ok_or(Refused::UnknownKey)?)?
        };
        let now = now_millis();
        let token = Token::judge(claims, &inner.rules, now)?;
        if inner.listens {
            if inner.age().is_none_or(|age| age > inner.longest_silence) {
                return Err(Refused::Unavailable);
            }
            let void = inner.void.read().unwrap_or_else(PoisonError::into_inner);
            let void = void.as_ref().ok_or(Refused::Unavailable)?;
            if void.covers_key(&kid) {
                return Err(Refused::UnknownKey);
            }
            if void.covers(token.client_id(), token.id(), now) {
                return Err(Refused::Revoked);
            }
        }
        token.require(&inner.scope)?;
        Ok(token)
    }

    /// What the token in the header `Authorization: Bearer` says, if it is good now (RFC 6750 §2.1).
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify`], and [`Refused::NoToken`] or [`Refused::BadRequest`] if there is not one token.
    pub async fn verify_headers(&self, headers: &HeaderMap) -> Result<Token, Refused> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let Some(value) = values.next() else { return Err(Refused::NoToken) };
        if values.next().is_some() {
            return Err(Refused::BadRequest);
        }
        let value = value.to_str().map_err(|_| Refused::BadRequest)?;
        let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Refused::NoToken);
        }
        let token = token.trim_matches(' ');
        if token.is_empty() || token.contains([' ', ',']) {
            return Err(Refused::BadRequest);
        }
        self.verify(token).await
    }

    /// How long ago everything that is void was known; `None` before the feed was first heard, or if there is none.
    /// In ordinary times it is less than two seconds.
    pub fn revocations_age(&self) -> Option<Duration> {
        self.0.inner.age()
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier").field("rules", &self.0.inner.rules).finish_non_exhaustive()
    }
}

impl Inner {
    /// The keys, unless they were fetched so long ago that they may be withdrawn by now.
    fn keys(&self) -> Option<Arc<Keys>> {
        let held = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        held.as_ref()
            .filter(|(_, fetched_at)| fetched_at.elapsed() <= self.longest_keys_age)
            .map(|(keys, _)| keys.clone())
    }

    /// Where things are, once that is known.
    pub(crate) async fn places(&self) -> Result<Places, StartError> {
        self.places.get_or_try_init(|| fetch::discover(&self.http, &self.rules.issuer)).await.cloned()
    }

    /// Fetches the keys. If that fails, those that were known stay.
    async fn fetch_keys(&self) -> Result<(), StartError> {
        let mut asked_at = self.asked_at.lock().await;
        *asked_at = Some(Instant::now());
        self.fetch_keys_now().await
    }

    async fn fetch_keys_now(&self) -> Result<(), StartError> {
        let places = self.places().await?;
        let asked_at = Instant::now();
        let document = fetch::document(&self.http, &places.jwks).await?;
        let keys = jwks::read(&document, &self.algorithms)
            .ok_or_else(|| StartError::Unexpected("the key set has no key that could be used".to_owned()))?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Some((Arc::new(keys), asked_at));
        Ok(())
    }

    /// Fetches the keys for a token whose key is unknown: one at a time, and no more often than allowed. Who waited for
    /// another's fetch does not fetch again.
    async fn refetch(&self) {
        let mut asked_at = self.asked_at.lock().await;
        if asked_at.is_some_and(|at| at.elapsed() < self.refetch_pause) {
            return;
        }
        *asked_at = Some(Instant::now());
        if let Err(error) = self.fetch_keys_now().await {
            tracing::warn!(%error, "the keys could not be fetched for a token with an unknown kid");
        }
    }

    /// Has the keys fetched in the background, now.
    pub(crate) fn fetch_soon(&self) {
        self.fetch_soon.notify_one();
    }

    /// Everything that is void at this moment is known.
    pub(crate) fn is_current(&self, at: Option<Instant>) {
        if self.void.read().unwrap_or_else(PoisonError::into_inner).is_some() {
            self.current_at.send_replace(at);
        }
    }

    pub(crate) fn replace_void(&self, void: Void) {
        *self.void.write().unwrap_or_else(PoisonError::into_inner) = Some(void);
    }

    pub(crate) fn change_void<T>(&self, change: impl FnOnce(&mut Void) -> T) -> T {
        change(self.void.write().unwrap_or_else(PoisonError::into_inner).get_or_insert_default())
    }

    fn age(&self) -> Option<Duration> {
        self.current_at.borrow().map(|at| at.elapsed())
    }
}

/// Fetches the keys for ever: soon after a failure, else at the ordinary interval or when told to.
async fn refresh(inner: Arc<Inner>) {
    let mut failures = 0_u32;
    loop {
        let fetched = inner.fetch_keys().await;
        let pause = match &fetched {
            Ok(()) => {
                failures = 0;
                inner.refresh
            }
            Err(error) => {
                failures = failures.saturating_add(1);
                tracing::warn!(%error, "the keys could not be fetched; those that are known stay");
                SOON.saturating_mul(1 << failures.min(6)).min(inner.refresh)
            }
        };
        inner.fetched.send_replace(Some(fetched));
        let _ = tokio::time::timeout(pause, inner.fetch_soon.notified()).await;
    }
}

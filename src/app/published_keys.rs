//! Keys that clients publish at their `jwks_uri`: fetched when no known one has signed an assertion, at most once a minute
//! for a credential, whoever asks, remembered for an hour. What is fetched comes from the public Internet, whatever a customer writes down: each
//! address is judged after its name was resolved and before it is connected to, and is then the one connected to.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use ipnet::IpNet;
use quick_cache::sync::Cache;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Certificate, Client, Url};

use super::App;
use crate::domain::assertion::Assertion;
use crate::domain::id::ClientId;
use crate::domain::network::is_public;
use crate::domain::public_key::{PublicKey, published};
use crate::domain::time::Timestamp;

/// Most credentials whose published keys are remembered.
const MOST_CREDENTIALS: usize = 10_000;
/// Most bytes of a published set.
const MOST_BYTES: usize = 64 * 1024;
/// Longest time that fetching may take, from the look-up of the name to the last byte.
const LONGEST: Duration = Duration::from_secs(5);
/// A set is fetched at most so often for one credential.
const NOT_AGAIN: Duration = Duration::from_secs(60);
/// A set of this age is fetched again beside the request that uses it, so that keys that are withdrawn go.
const STALE: Duration = Duration::from_secs(5 * 60);
/// A set of this age is not believed any more.
const OLDEST: Duration = Duration::from_secs(60 * 60);
/// So many sets are fetched at the same time.
const AT_ONCE: usize = 16;

/// The keys of a credential as they were fetched.
#[derive(Clone, Default)]
struct Fetched {
    uri: String,
    keys: Arc<[PublicKey]>,
    at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
}

#[derive(Default)]
struct Slot {
    fetched: Mutex<Fetched>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// Whether so much time has gone by since `at`. What is yet to come was told by a clock that was ahead, and is old.
fn is_older(at: Timestamp, span: Duration, now: Timestamp) -> bool {
    at > now || now.since(at) >= span
}

impl Slot {
    /// What is known of this address at `now`.
    fn known(&self, uri: &str, now: Timestamp) -> Fetched {
        let mut fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        if fetched.uri != uri || fetched.at.is_some_and(|at| is_older(at, OLDEST, now)) {
            let tried_at = fetched.tried_at.filter(|_| fetched.uri == uri);
            *fetched = Fetched { uri: uri.to_owned(), tried_at, ..Fetched::default() };
        }
        fetched.clone()
    }

    /// Whether nobody has tried within a minute of `now`; whoever is told so tries.
    fn may_try(&self, now: Timestamp) -> bool {
        let mut fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        let may = fetched.tried_at.is_none_or(|at| is_older(at, NOT_AGAIN, now));
        if may {
            fetched.tried_at = Some(now);
        }
        may
    }

    fn learn(&self, uri: &str, keys: Vec<PublicKey>, now: Timestamp) {
        let mut fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        if fetched.uri == uri {
            fetched.keys = keys.into();
            fetched.at = Some(now);
        }
    }
}

/// Why a set was not fetched. For the log.
#[derive(Debug, thiserror::Error)]
enum NotFetched {
    #[error("the URL is not one that is fetched from")]
    Url,
    #[error("there is no HTTP client: {0}")]
    NoClient(String),
    #[error("the server cannot be reached, or its name leads to an address that is not public: {0}")]
    Http(#[from] reqwest::Error),
    #[error("the server answered {0}")]
    Status(u16),
    #[error("the answer is not application/json or application/jwk-set+json")]
    MediaType,
    #[error("the answer has more than {MOST_BYTES} bytes")]
    TooLong,
    #[error("the keys {0}")]
    Keys(#[from] crate::domain::public_key::BadKeys),
    #[error("no answer in time")]
    TooSlow,
}

/// Sets that were fetched, and how they are.
pub struct PublishedKeys {
    slots: Cache<ClientId, Arc<Slot>>,
    turns: tokio::sync::Semaphore,
    allowed: Arc<[IpNet]>,
    authorities: Vec<Certificate>,
    client: OnceLock<Result<Client, String>>,
}

impl PublishedKeys {
    /// Fetches from public addresses and from the networks `allowed`; believes servers that the system or one of
    /// `authorities` vouches for.
    pub fn new(allowed: &[IpNet], authorities: Vec<Certificate>) -> Self {
        Self {
            slots: Cache::new(MOST_CREDENTIALS),
            turns: tokio::sync::Semaphore::new(AT_ONCE),
            allowed: allowed.into(),
            authorities,
            client: OnceLock::new(),
        }
    }

    /// Whether this URL might be fetched from, as far as can be told before its name is resolved.
    pub fn may_fetch(&self, uri: &str) -> bool {
        self.url(uri).is_ok()
    }

    /// Forgets the keys of a credential.
    pub fn forget(&self, client_id: &ClientId) {
        self.slots.remove(client_id);
    }

    fn url(&self, uri: &str) -> Result<Url, NotFetched> {
        let url = Url::parse(uri).map_err(|_| NotFetched::Url)?;
        let host = url.host_str().unwrap_or_default();
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        // An address needs no resolver, so it is judged here.
        let is_out = bare.parse::<IpAddr>().is_ok_and(|address| !may_reach(address, &self.allowed));
        if url.scheme() != "https"
            || bare.is_empty()
            || is_out
            || !url.username().is_empty()
            || url.password().is_some()
        {
            return Err(NotFetched::Url);
        }
        Ok(url)
    }

    async fn fetch(&self, uri: &str) -> Result<Vec<PublicKey>, NotFetched> {
        let url = self.url(uri)?;
        let client = self.client.get_or_init(|| self.make_client()).as_ref();
        let client = client.map_err(|why| NotFetched::NoClient(why.clone()))?;
        let Ok(_turn) = self.turns.acquire().await else { return Err(NotFetched::TooSlow) };
        let mut response =
            client.get(url).header("accept", "application/jwk-set+json, application/json").send().await?;
        if response.status() != 200 {
            return Err(NotFetched::Status(response.status().as_u16()));
        }
        let media_type =
            response.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if !["application/json", "application/jwk-set+json"].contains(&media_type.as_str()) {
            return Err(NotFetched::MediaType);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len().saturating_add(chunk.len()) > MOST_BYTES {
                return Err(NotFetched::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(published(&body)?)
    }

    fn make_client(&self) -> Result<Client, String> {
        let made = super::http_client::client(|builder| {
            builder
                .dns_resolver(Arc::new(Judging(self.allowed.clone())))
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .https_only(true)
                .timeout(LONGEST)
                .pool_max_idle_per_host(0)
                .tls_certs_merge(self.authorities.clone())
                .user_agent("passgate")
        });
        made.map_err(|error| error.to_string())
    }
}

fn may_reach(address: IpAddr, allowed: &[IpNet]) -> bool {
    is_public(address) || allowed.iter().any(|network| network.contains(&address.to_canonical()))
}

/// Resolves names to addresses that may be reached. If one of a name's may not, none may.
struct Judging(Arc<[IpNet]>);

impl Resolve for Judging {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.0.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if found.iter().any(|address| !may_reach(address.ip(), &allowed)) {
                return Err("it is not an address of the public Internet".into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

impl App {
    /// Whether a key that is published at `uri` has signed `assertion`. A key that is known needs no fetching.
    pub(super) async fn is_signed_by_published(
        self: &Arc<Self>,
        client_id: &ClientId,
        uri: &str,
        assertion: &Assertion<'_>,
    ) -> bool {
        let now = self.now();
        let Ok(slot) = self.published_keys.slots.get_or_insert_with(client_id, || Ok::<_, Infallible>(Arc::default()));
        let known = slot.known(uri, now);
        if assertion.is_signed_by(&known.keys) {
            if known.at.is_some_and(|at| is_older(at, STALE, now)) && slot.may_try(now) {
                let (app, client_id, uri) = (self.clone(), *client_id, uri.to_owned());
                tokio::spawn(async move { app.refresh(&slot, &client_id, &uri).await });
            }
            return true;
        }
        // Also if it names a known `kid`: the key may have been replaced under the same one.
        // One fetches; who came meanwhile finds what was fetched. It goes on though whoever asked goes away: nobody can use
        // up the tries of a client and have nothing fetched.
        let turn = slot.turn.clone().lock_owned().await;
        if slot.may_try(now) {
            let (app, slot, client_id, uri) = (self.clone(), slot.clone(), *client_id, uri.to_owned());
            let fetching = tokio::spawn(async move {
                app.refresh(&slot, &client_id, &uri).await;
                drop(turn);
            });
            let _ = fetching.await;
        }
        assertion.is_signed_by(&slot.known(uri, now).keys)
    }

    async fn refresh(&self, slot: &Slot, client_id: &ClientId, uri: &str) {
        let fetched = tokio::time::timeout(LONGEST, self.published_keys.fetch(uri)).await;
        match fetched.unwrap_or(Err(NotFetched::TooSlow)) {
            Ok(keys) => slot.learn(uri, keys, self.now()),
            Err(why) => tracing::info!(%client_id, %why, "the keys of a client could not be fetched"),
        }
    }
}

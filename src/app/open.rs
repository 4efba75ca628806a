//! Opening an installation: data directory, database, master key, vault, keys. Each failure is one clear sentence.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::clock::{Clock, random, random_secret};
use super::dpop::Used;
use super::feed::Feed;
use super::follow::Follower;
use super::known::Known;
use super::ledger::Ledger;
use super::mail::Mailer;
use super::metrics::Metrics;
use super::passwords::Passwords;
use super::published_keys::PublishedKeys;
use super::quotas::Quotas;
use super::refusals::Refusals;
use super::requests::Requests;
use super::reuse::Reuse;
use super::revoked::Revoked;
use super::throttle::Throttle;
use super::usage::Usage;
use super::verified::Verified;
use super::{App, Error};
use crate::config::{self, Config};
use crate::domain::certificate::Authorities;
use crate::signer::Signer;
use crate::store::db::Location;
use crate::store::read_only::ReadOnly;
use crate::store::vault::SealedRoots;
use crate::store::{Store, StoreError};
use crate::vault::{MasterKey, MasterKeyError, Vault};

/// Why an installation cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data directory cannot be made or written.
    #[error("cannot write to the data directory {path}: {cause}")]
    DataDirectory {
        /// Which.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// Nothing has been served from here yet.
    #[error(
        "there is no installation in {0}; make one with passgate serve or passgate quickstart, or name another with --data-dir or PASSGATE_DATABASE_URL"
    )]
    NoInstallation(String),
    /// The master key is not to be had.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// The database was made with another master key.
    #[error("the master key {0} is not the one that this database was made with; put the right one back")]
    WrongMasterKey(String),
    /// The database was made with a master key that is not there any more.
    #[error("the master key {0} is missing, and the database cannot be read without it; put it back")]
    MissingMasterKey(String),
    /// The database cannot be opened.
    #[error("cannot open the database {place}: {cause}")]
    Database {
        /// A file, or `PostgreSQL`: never the URL, which may hold a password.
        place: String,
        /// What the database says.
        cause: StoreError,
    },
    /// The installation is in another database now.
    #[error(
        "the installation has been moved out of the database {0}; let the settings name the other one, or run passgate migrate --reopen"
    )]
    MovedAway(String),
    /// The mail server's URL cannot be used.
    #[error(transparent)]
    Mail(#[from] super::mail::BadMailSettings),
    /// A file of certificates cannot be read.
    #[error("{0} {1} has no certificates in PEM that can be read")]
    Certificates(&'static str, PathBuf),
    /// Something else.
    #[error(transparent)]
    Other(#[from] Error),
}

/// What to do when there is no installation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    Make,
    Refuse,
}

impl App {
    /// Opens the installation that `config` describes in order to serve it at `bound`, making what is missing.
    pub async fn open(config: Config, clock: Clock, bound: SocketAddr) -> Result<Arc<Self>, OpenError> {
        let (_, place) = location(&config);
        let app = Box::pin(Self::attach(config, clock, bound, Missing::Make)).await?;
        let read_only = app.store.read_only().await;
        if read_only.map_err(|cause| OpenError::Database { place: place.clone(), cause })? == Some(ReadOnly::Moved) {
            return Err(OpenError::MovedAway(place));
        }
        app.ensure_keys().await?;
        Ok(app)
    }

    /// Opens an installation that is there, in order to look into it or to change something. `bound` is where it is
    /// served.
    pub async fn open_existing(config: Config, clock: Clock, bound: SocketAddr) -> Result<Arc<Self>, OpenError> {
        let app = Box::pin(Self::attach(config, clock, bound, Missing::Refuse)).await?;
        app.load_keys().await?;
        Ok(app)
    }

    async fn attach(config: Config, clock: Clock, bound: SocketAddr, missing: Missing) -> Result<Arc<Self>, OpenError> {
        let (location, place) = location(&config);
        if let Location::Sqlite(path) = &location
            && missing == Missing::Refuse
            && !path.exists()
        {
            return Err(OpenError::NoInstallation(config.data_dir.display().to_string()));
        }
        if missing == Missing::Make && (config.database_url.is_none() || config.keeps_master_key()) {
            prepare_directory(&config.data_dir)?;
        }
        let database = |cause| OpenError::Database { place: place.clone(), cause };
        let store = Store::open(&location, config.database_connections).await.map_err(database)?;
        let vault = open_vault(&config, &store, &clock, missing).await?;
        store.chain_with(vault.audit.clone());
        let seq = store.last_event().await.map_err(database)?;
        let uptime = clock.uptime();
        let issuer: Arc<str> = config.public_url(bound).into();
        let revoked = Revoked::new(config.cached_revocations);
        let client_authorities = config.client_ca_file.as_ref().map(client_authorities).transpose()?;
        let published_keys = published_keys(&config)?;
        let app = Self {
            client_authorities,
            published_keys,
            audience: config.token_audience.as_deref().map_or_else(|| issuer.clone(), Arc::from),
            issuer,
            known: Known::new(config.cached_credentials),
            throttle: Throttle::new(config.throttle_burst, config.throttle_refill_seconds),
            quotas: Quotas::new(config.cached_credentials),
            ledger: (config.ledger == config::Ledger::Durable).then(|| Ledger::start(store.clone())),
            reuse: Reuse::new(config.token_reuse_percent),
            mailer: Mailer::new(&config)?,
            passwords: Passwords::default(),
            config,
            store,
            signer: Signer::default(),
            verified: Verified::default(),
            vault,
            revoked,
            used_proofs: Used::default(),
            usage: Usage::default(),
            requests: Requests::default(),
            refusals: Refusals::default(),
            writing: tokio::sync::Mutex::default(),
            metrics: Metrics::default(),
            clock,
            follower: Follower::new(seq, uptime),
            feed: Feed::default(),
            draining: AtomicBool::new(false),
        };
        app.load_revocations().await.map_err(database)?;
        Ok(Arc::new(app))
    }
}

/// Where the database is, and how messages call that: never by the URL, which may hold a password.
pub(super) fn location(config: &Config) -> (Location, String) {
    match &config.database_url {
        Some(url) => (Location::Postgres(url.clone()), "in PostgreSQL".to_owned()),
        None => {
            let path = config.data_dir.join("passgate.db");
            let place = path.display().to_string();
            (Location::Sqlite(path), place)
        }
    }
}

fn client_authorities(path: &PathBuf) -> Result<Authorities, OpenError> {
    let text = std::fs::read_to_string(path).ok();
    text.and_then(|text| Authorities::from_pem(&text))
        .ok_or_else(|| OpenError::Certificates("client_ca_file", path.clone()))
}

fn published_keys(config: &Config) -> Result<PublishedKeys, OpenError> {
    let authorities = match &config.jwks_uri_ca_file {
        None => Vec::new(),
        Some(path) => {
            let bundle = std::fs::read(path).ok().and_then(|text| reqwest::Certificate::from_pem_bundle(&text).ok());
            let unreadable = || OpenError::Certificates("jwks_uri_ca_file", path.clone());
            bundle.filter(|all| !all.is_empty()).ok_or_else(unreadable)?
        }
    };
    Ok(PublishedKeys::new(&config.jwks_uri_allowed_networks, authorities))
}

pub(super) fn prepare_directory(path: &std::path::Path) -> Result<(), OpenError> {
    let unwritable = |cause| OpenError::DataDirectory { path: path.to_path_buf(), cause };
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path).map_err(unwritable)?;
    let probe = path.join(".writable");
    std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe)).map_err(unwritable)
}

/// A sealed root without its key is never replaced: that would make every secret in the database worthless.
async fn open_vault(config: &Config, store: &Store, clock: &Clock, missing: Missing) -> Result<Vault, OpenError> {
    let path = config.master_key_path();
    let place =
        if config.master_key.is_some() { "in PASSGATE_MASTER_KEY".to_owned() } else { path.display().to_string() };
    let database = |cause| OpenError::Database { place: store.name().to_owned(), cause };
    let given = master_key(config)?;
    let sealed = store.sealed_roots().await.map_err(database)?;
    let master = match (given, &sealed) {
        (Some(_), None) if missing == Missing::Refuse => {
            return Err(OpenError::NoInstallation(store.name().to_owned()));
        }
        (Some(master), _) => master,
        (None, Some(_)) => return Err(OpenError::MissingMasterKey(place)),
        (None, None) if missing == Missing::Refuse => return Err(OpenError::NoInstallation(store.name().to_owned())),
        (None, None) => MasterKey::create(&path, random_secret().map_err(Error::from)?)?,
    };
    let sealed = match sealed {
        Some(sealed) => sealed,
        None => {
            let root = random_secret().map_err(Error::from)?;
            let (_, fresh) = Vault::create(&master, &root, random().map_err(Error::from)?).map_err(Error::from)?;
            store.keep_sealed_root(&fresh, clock.now()).await.map_err(database)?;
            store.sealed_roots().await.map_err(database)?.unwrap_or(SealedRoots { current: fresh, next: None })
        }
    };
    // While the master key is rotated, the old one and the new one open it.
    let opened = Vault::open(&master, &sealed.current).ok();
    let opened = opened.or_else(|| sealed.next.and_then(|next| Vault::open(&master, &next).ok()));
    opened.ok_or(OpenError::WrongMasterKey(place))
}

/// The master key that the settings name; `None` if there is no such file.
pub(super) fn master_key(config: &Config) -> Result<Option<MasterKey>, MasterKeyError> {
    match &config.master_key {
        Some(text) => MasterKey::parse(text, "PASSGATE_MASTER_KEY").map(Some),
        None => MasterKey::load(&config.master_key_path()),
    }
}

//! Counters for Prometheus. Every one of the token path is made at start, so that counting is one atomic addition.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::durations::Durations;
use crate::domain::token::Door;

/// How a token request ended. The word is the contract's `code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words are the contract's codes")]
pub enum Outcome {
    Issued,
    InvalidScope,
    InvalidCredentials,
    ClientNotFound,
    InvalidArguments,
    Unavailable,
    Throttled,
    OverQuota,
}

impl Outcome {
    const ALL: [Self; 8] = [
        Self::Issued,
        Self::InvalidScope,
        Self::InvalidCredentials,
        Self::ClientNotFound,
        Self::InvalidArguments,
        Self::Unavailable,
        Self::Throttled,
        Self::OverQuota,
    ];

    /// The label's value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidCredentials => "invalid_credentials",
            Self::ClientNotFound => "client_not_found",
            Self::InvalidArguments => "invalid_arguments",
            Self::Unavailable => "unavailable",
            Self::Throttled => "too_many_attempts",
            Self::OverQuota => "over_quota",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    door: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResultLabels {
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StatusLabels {
    status: u16,
}

/// What is counted.
pub struct Metrics {
    registry: Registry,
    tokens: [[Counter; 8]; 2],
    seconds: Durations,
    responses: Family<StatusLabels, Counter>,
    successes: Counter,
    forward_auth: Family<StatusLabels, Counter>,
    cache_hits: Counter,
    cache_misses: Counter,
    database_errors: Counter,
    open_connections: Gauge,
    known_credentials: Gauge,
    database_connections: Gauge,
    database_idle: Gauge,
    database_up: Gauge,
    event_lag: Gauge<f64, AtomicU64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("passgate");
        let tokens = Family::<OutcomeLabels, Counter>::default();
        registry.register("token_requests", "Token requests by door and outcome", tokens.clone());
        let of_door = |door| {
            Outcome::ALL.map(|outcome| tokens.get_or_create_owned(&OutcomeLabels { door, outcome: outcome.as_str() }))
        };
        let handles = [Door::Integration, Door::OAuth].map(|door| of_door(door.as_str()));
        let seconds = Durations::default();
        registry.register_with_unit(
            "request_duration",
            "Time from the request's head to its answer",
            Unit::Seconds,
            seconds.clone(),
        );
        let responses = Family::<StatusLabels, Counter>::default();
        registry.register("responses", "Answers by status", responses.clone());
        let forward_auth = Family::<StatusLabels, Counter>::default();
        registry.register("forward_auth", "Answers to gateways by status", forward_auth.clone());
        let cache = Family::<ResultLabels, Counter>::default();
        registry.register("credential_cache", "Look-ups of credentials in memory", cache.clone());
        let database_errors = Counter::default();
        registry.register("database_errors", "Requests that the database could not serve", database_errors.clone());
        let mut gauge = |name: &str, help: &str| {
            let gauge = Gauge::<i64>::default();
            registry.register(name, help, gauge.clone());
            gauge
        };
        let open_connections = gauge("open_connections", "Client connections");
        let known_credentials = gauge("known_credentials", "Credentials in memory");
        let database_connections = gauge("database_connections", "Connections to the database");
        let database_idle = gauge("database_idle_connections", "Connections to the database that wait for work");
        let database_up = gauge("database_up", "Whether the database answered when the event log was last followed");
        let event_lag = Gauge::<f64, AtomicU64>::default();
        registry.register_with_unit(
            "event_follow_age",
            "Time since the event log was last followed",
            Unit::Seconds,
            event_lag.clone(),
        );
        Self {
            tokens: handles,
            seconds,
            successes: responses.get_or_create_owned(&StatusLabels { status: 200 }),
            responses,
            forward_auth,
            cache_hits: cache.get_or_create_owned(&ResultLabels { result: "hit" }),
            cache_misses: cache.get_or_create_owned(&ResultLabels { result: "miss" }),
            database_errors,
            open_connections,
            known_credentials,
            database_connections,
            database_idle,
            database_up,
            event_lag,
            registry,
        }
    }
}

/// What only the moment of reading knows.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// Credentials in memory.
    pub known_credentials: usize,
    /// Connections to the database, and how many of them are idle.
    pub database: (u32, usize),
    /// Whether the database answered then.
    pub has_database: bool,
    /// Since the event log was last followed.
    pub followed: Duration,
}

impl Metrics {
    /// Counts the end of a token request.
    pub fn token(&self, door: Door, outcome: Outcome) {
        let [integration, oauth] = &self.tokens;
        let counters = match door {
            Door::Integration => integration,
            Door::OAuth => oauth,
        };
        if let Some(counter) = counters.get(outcome as usize) {
            counter.inc();
        }
    }

    /// Counts an answer.
    pub fn answered(&self, status: u16, took: Duration) {
        self.seconds.observe(took);
        match status {
            200 => self.successes.inc(),
            _ => self.responses.get_or_create(&StatusLabels { status }).inc(),
        };
    }

    /// Counts an answer to a gateway.
    pub fn forward_auth(&self, status: u16) {
        self.forward_auth.get_or_create(&StatusLabels { status }).inc();
    }

    /// Counts a look-up of a credential.
    pub fn looked_up(&self, found: bool) {
        if found {
            self.cache_hits.inc()
        } else {
            self.cache_misses.inc()
        };
    }

    /// Counts a failure of the database.
    pub fn database_failed(&self) {
        self.database_errors.inc();
    }

    /// Counts connections: `1` for one opened, `-1` for one closed.
    pub fn connection(&self, change: i64) {
        self.open_connections.inc_by(change);
    }

    /// Everything in the OpenMetrics text format.
    pub fn render(&self, now: Now) -> String {
        self.known_credentials.set(i64::try_from(now.known_credentials).unwrap_or(i64::MAX));
        self.database_connections.set(i64::from(now.database.0));
        self.database_idle.set(i64::try_from(now.database.1).unwrap_or(i64::MAX));
        self.database_up.set(i64::from(now.has_database));
        self.event_lag.set(now.followed.as_secs_f64());
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            Err(_) => String::new(),
        }
    }
}

//! What a verifier is told before it starts.

use std::fmt;
use std::time::Duration;

use reqwest::Url;

use crate::claims::Rules;
use crate::jwks::Algorithm;
use crate::{StartError, Verifier};

/// A secret that is not printed.
#[derive(Clone)]
pub(crate) struct Secret(pub(crate) String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What a verifier shall check; made by [`Verifier::new`].
#[derive(Clone, Debug)]
pub struct Builder {
    pub(crate) issuer: String,
    pub(crate) audiences: Vec<String>,
    pub(crate) scope: String,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) leeway: Duration,
    pub(crate) refresh: Duration,
    pub(crate) refetch_pause: Duration,
    pub(crate) feed: Option<(String, Secret)>,
    pub(crate) longest_silence: Duration,
    pub(crate) longest_keys_age: Duration,
    pub(crate) http: Option<reqwest::Client>,
    pub(crate) allows_http: bool,
}

impl Builder {
    pub(crate) fn new(issuer: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            audiences: Vec::new(),
            scope: String::new(),
            algorithms: Algorithm::ALL.to_vec(),
            leeway: Duration::from_secs(30),
            refresh: Duration::from_secs(240),
            refetch_pause: Duration::from_secs(5),
            feed: None,
            longest_silence: Duration::from_secs(300),
            longest_keys_age: Duration::from_secs(3600),
            http: None,
            allows_http: false,
        }
    }

    /// A token must be for this audience, or one of several if this is called more than once. Default: the issuer, which is
    /// Passgate's own default.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// A token must have every word of this scope, whatever the call. Default: none.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = scope.into();
        self
    }

    /// Keys of other algorithms are not taken. Default: all of [`Algorithm::ALL`]. Whichever are taken, a key is good for the
    /// algorithm that its own `alg` names and no other.
    #[must_use]
    pub fn algorithms(mut self, algorithms: &[Algorithm]) -> Self {
        self.algorithms = algorithms.to_vec();
        self
    }

    /// How far ahead Passgate's clock may be of this one: for `iat` and `nbf`. Default: 30 seconds; at most 5 minutes. A
    /// token that has ended is refused at once, whatever this is.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// How often the keys are fetched. Default: every 4 minutes, less than the 5 for which Passgate publishes a key before
    /// it signs; at most that.
    #[must_use]
    pub fn refresh(mut self, every: Duration) -> Self {
        self.refresh = every;
        self
    }

    /// Tokens with an unknown `kid` make the keys be fetched at most this often, however many come. Default: 5 seconds; at
    /// least 1.
    #[must_use]
    pub fn refetch_pause(mut self, pause: Duration) -> Self {
        self.refetch_pause = pause;
        self
    }

    /// Listens to Passgate's feed of revocations with the credential of a registered API, so that a revoked token is refused
    /// within two seconds without a call for each request.
    #[must_use]
    pub fn revocations(mut self, client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        self.feed = Some((client_id.into(), Secret(client_secret.into())));
        self
    }

    /// When the feed has been silent for so long, every token is answered [`crate::Refused::Unavailable`] (503) until it is heard again.
    /// Default: 5 minutes, so that a restart of Passgate stops nobody; `Duration::MAX` for never.
    #[must_use]
    pub fn refuse_after_silence(mut self, silence: Duration) -> Self {
        self.longest_silence = silence;
        self
    }

    /// When the keys could not be fetched for so long, every token is answered [`crate::Refused::Unavailable`] (503) until they are:
    /// one of them may have been withdrawn. Default: 1 hour; more than [`Builder::refresh`].
    #[must_use]
    pub fn refuse_after_keys_age(mut self, age: Duration) -> Self {
        self.longest_keys_age = age;
        self
    }

    /// Fetches with this client instead of one of its own: for roots of trust and proxies of your own. It should follow no
    /// redirect and have no total timeout, which would cut the feed of revocations.
    #[must_use]
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// Takes an issuer at an `http://` address that is not this machine. Whoever sits between can then sign tokens.
    #[must_use]
    pub fn allow_http(mut self) -> Self {
        self.allows_http = true;
        self
    }

    /// Starts, once the keys have been fetched and, if it listens to revocations, all that is void is known.
    ///
    /// Must be called within a Tokio runtime, as [`Builder::start_without_waiting`].
    ///
    /// # Errors
    ///
    /// [`StartError::Settings`] if a setting is impossible, [`StartError::Unexpected`] if what answers is not this issuer,
    /// [`StartError::Away`] if it does not answer or its feed is not heard within 30 seconds.
    pub async fn start(self) -> Result<Verifier, StartError> {
        let verifier = self.start_without_waiting()?;
        verifier.first_contact().await?;
        Ok(verifier)
    }

    /// Starts at once. Until Passgate has been heard, every token is answered [`crate::Refused::Unavailable`] (503).
    ///
    /// # Errors
    ///
    /// [`StartError::Settings`] if a setting is impossible; nothing else.
    pub fn start_without_waiting(mut self) -> Result<Verifier, StartError> {
        if self.audiences.is_empty() {
            self.audiences.push(self.issuer.clone());
        }
        self.check().map_err(|why| StartError::Settings(why.to_owned()))?;
        Verifier::launch(self)
    }

    fn check(&self) -> Result<(), &'static str> {
        let url = Url::parse(&self.issuer).map_err(|_| "the issuer is not a URL")?;
        let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        match url.scheme() {
            "https" => {}
            "http" if is_here || self.allows_http => {}
            "http" => return Err("the issuer is at an http address; use https, or allow_http()"),
            _ => return Err("the issuer is not an https address"),
        }
        if url.query().is_some() || url.fragment().is_some() || self.issuer.ends_with('/') {
            return Err("the issuer must be exactly Passgate's public URL, without a slash at its end");
        }
        if self.audiences.iter().any(String::is_empty) {
            return Err("an audience is empty");
        }
        if self.algorithms.is_empty() {
            return Err("no algorithm is taken");
        }
        if self.leeway > Duration::from_secs(300) {
            return Err("the leeway is more than 5 minutes");
        }
        if self.refresh > Duration::from_secs(300) || self.refresh < Duration::from_secs(1) {
            return Err("the keys must be fetched every 1 second to 5 minutes");
        }
        if self.longest_keys_age <= self.refresh {
            return Err("the keys would be too old before they are fetched again");
        }
        if self.refetch_pause < Duration::from_secs(1) {
            return Err("the pause between fetches must be 1 second at least");
        }
        Ok(())
    }

    pub(crate) fn rules(&self) -> Rules {
        Rules { issuer: self.issuer.clone(), audiences: self.audiences.clone(), leeway: self.leeway }
    }
}

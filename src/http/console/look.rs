//! How a visitor wants to see pages: language and theme, from cookies and from what the browser says.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::header::{ACCEPT, ACCEPT_LANGUAGE, COOKIE};
use http::request::Parts;
use http::{HeaderMap, Uri};

use super::words::{Language, Words};

/// Cookie of the chosen language.
pub const LANGUAGE_COOKIE: &str = "passgate-language";
/// Cookie of the chosen theme.
pub const THEME_COOKIE: &str = "passgate-theme";

/// Cookie of what the next page is to tell.
pub const NOTICE_COOKIE: &str = "passgate-notice";

/// What a page may tell of the step before it: keys of messages. The first two are the contract's (CONTRACT.md §1).
pub const NOTICES: [&str; 27] = [
    "notice-regenerated",
    "notice-settings-updated",
    "notice-rotation-cancelled",
    "notice-secret-stopped",
    "notice-revoked",
    "notice-unlocked",
    "notice-invited",
    "notice-withdrawn",
    "notice-role-changed",
    "notice-removed",
    "notice-name-changed",
    "notice-password-changed",
    "notice-sessions-ended",
    "notice-saved",
    "notice-authentication-changed",
    "notice-keys-rotated",
    "notice-imported",
    "notice-entity-created",
    "notice-entity-disabled",
    "notice-entity-restored",
    "notice-parameter-saved",
    "notice-parameter-removed",
    "notice-token-revoked",
    "notice-access-token-revoked",
    "notice-access-token-ended",
    "notice-tokens-voided",
    "notice-key-voided",
];

/// Where programs call: answers there are never pages.
const NOT_PAGES: [&str; 9] = [
    "/api/",
    "/admin/",
    "/oauth/",
    "/forward-auth",
    "/.well-known/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/openapi.json",
];

/// A colour scheme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Whatever the system says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// Every theme, in the order of the choice.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The word for it in forms, cookies and `data-theme`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == word)
    }
}

/// How a visitor wants to see pages.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// Speaks the visitor's language.
    pub words: Words,
    /// The colours.
    pub theme: Theme,
    /// What the page is to tell of the step before it.
    pub notice: Option<&'static str>,
}

impl Look {
    /// What these headers ask for.
    pub fn of(headers: &HeaderMap) -> Self {
        let chosen = cookie(headers, LANGUAGE_COOKIE).and_then(Language::of_tag);
        let accepted = || Language::accepted(headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?);
        Self {
            words: Words(chosen.or_else(accepted).unwrap_or_default()),
            theme: cookie(headers, THEME_COOKIE).and_then(Theme::parse).unwrap_or_default(),
            notice: cookie(headers, NOTICE_COOKIE).and_then(|key| NOTICES.into_iter().find(|notice| *notice == key)),
        }
    }

    /// The same, if the request is one of a person's browser for a page.
    pub fn of_page(uri: &Uri, headers: &HeaderMap) -> Option<Self> {
        let wants_html = headers
            .get(ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"));
        let is_page = !NOT_PAGES.iter().any(|prefix| uri.path().starts_with(prefix));
        (wants_html && is_page).then(|| Self::of(headers))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Look {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// The value of a cookie (RFC 6265 §5.4).
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

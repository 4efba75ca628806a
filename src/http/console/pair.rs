//! A credential as *Generate Credentials* shows it: the pair, whether two secrets work, and the table of its secrets.

use std::time::Duration;

use super::client_authentication::method_name;
use super::visitor::Insider;
use super::words::{Text, Words};
use crate::app::App;
use crate::domain::event::OPERATOR_OF_PLATFORM;
use crate::domain::rotation::{Retirement, retirement};
use crate::domain::secret;
use crate::domain::time::Timestamp;
use crate::http::error::Problem;
use crate::store::credential::CredentialUse;
use crate::store::secret::SecretFacts;

/// How long a stopped secret stays in the table.
const HISTORY: Duration = Duration::from_secs(30 * 24 * 3600);

/// A credential as *Generate Credentials* shows it.
pub struct Pair {
    /// Its Client Id.
    pub client_id: String,
    /// What people call it.
    pub name: String,
    /// The version that a form is of.
    pub version: i64,
    /// Where its forms go.
    pub path: String,
    /// The page with it.
    pub here: String,
    /// The same, to put more into the query.
    pub here_with: String,
    /// What the newest secret begins with.
    pub hint: String,
    /// Whether it has a secret that works.
    pub is_live: bool,
    /// Whether two secrets work, and the newest is the new one.
    pub is_new: bool,
    /// Since when it is locked.
    pub locked_at: Option<String>,
    /// From when on the newest secret is accepted, if it is not yet.
    pub begins_at: Option<String>,
    /// Until when the old secret goes on beside the new one.
    pub overlap_until: Option<String>,
    /// Whether the old secret is safe to retire, and why.
    pub retirement: Option<(bool, Text)>,
    /// When and from where the newest secret was last used.
    pub last_used: Option<Text>,
    /// How it proves itself.
    pub method: &'static str,
    /// Every secret that works, or stopped lately.
    pub secrets: Vec<Secret>,
}

/// A secret in the table.
pub struct Secret {
    /// What it begins with.
    pub hint: String,
    /// When it was made.
    pub created: Text,
    /// By whom.
    pub made_by: Option<String>,
    /// When it was last used.
    pub last_used: Option<Text>,
    /// From where.
    pub address: Option<String>,
    /// When it begins, if it has not.
    pub begins_at: Option<String>,
    /// When it stops or stopped.
    pub stops_at: Option<Text>,
    /// Whether it was reported as leaked.
    pub is_leaked: bool,
    /// Whether it came to its end, and was not stopped before.
    pub has_expired: bool,
    /// Whether it works, or will.
    pub is_live: bool,
    /// Whether it works beside a newer one.
    pub is_old: bool,
}

/// The credentials of an entity that are not revoked, the oldest first.
pub async fn credentials(app: &App, insider: &Insider) -> Result<Vec<CredentialUse>, Problem> {
    Ok(app.store.credentials_in_use(&insider.entity.id, app.now()).await?)
}

/// The page with this credential.
pub fn here(insider: &Insider, client_id: &str) -> String {
    insider.path(&format!("generate-credentials?credential={client_id}"))
}

impl Pair {
    /// The credential as it is now.
    pub async fn of(app: &App, insider: &Insider, used: &CredentialUse) -> Result<Self, Problem> {
        let (w, now, credential) = (insider.visitor.look.words, app.now(), &used.credential);
        let history = app.store.secret_history(&credential.client_id, now.minus(HISTORY)).await?;
        let goes_on = |secret: &SecretFacts| secret.ends_at().is_none_or(|end| now < end);
        let unended: Vec<&SecretFacts> = history.iter().filter(|secret| goes_on(secret)).collect();
        let (newest, old) = (unended.first(), unended.get(1));
        let begins_at =
            |secret: &SecretFacts| secret.not_before.filter(|begin| now < *begin).map(|at| w.moment_text(at));
        let row = |secret: &SecretFacts| Secret {
            hint: secret.hint.clone(),
            created: w.moment(secret.created_at),
            made_by: secret.made_by.clone().map(|by| match by.as_str() {
                OPERATOR_OF_PLATFORM => w.plain("operator-of-platform"),
                _ => by,
            }),
            last_used: secret.last_used_at.map(|at| w.ago(at, now)),
            address: secret.last_used_address.clone(),
            begins_at: begins_at(secret),
            stops_at: secret.ends_at().map(|at| w.moment(at)),
            is_leaked: secret.leaked_at.is_some(),
            has_expired: secret.stops_at.is_none(),
            is_live: goes_on(secret),
            is_old: old.is_some_and(|old| old.created_at == secret.created_at && old.hint == secret.hint),
        };
        let lock = insider.entity.settings.account_lock.zip(credential.locked_at);
        let client_id = credential.client_id.as_str();
        let newest_used = newest.and_then(|secret| Some((secret.last_used_at?, secret)));
        let last_used = newest_used.map(|(at, secret)| {
            let address = secret.last_used_address.as_deref().unwrap_or_default();
            w.with("last-used-from", [("time", &w.moment_text(at)), ("address", &address)])
        });
        Ok(Self {
            client_id: client_id.to_owned(),
            name: credential.name.clone(),
            version: credential.version,
            path: insider.path(&format!("generate-credentials/{client_id}")),
            here: here(insider, client_id),
            here_with: format!("{}&", here(insider, client_id)),
            hint: newest.map_or_else(|| "pgs_".to_owned(), |secret| secret.hint.clone()),
            is_live: newest.is_some(),
            is_new: old.is_some(),
            locked_at: lock.filter(|(lock, at)| lock.holds(*at, now)).map(|(_, at)| w.moment_text(at)),
            begins_at: newest.filter(|_| old.is_some()).and_then(|newest| begins_at(newest)),
            overlap_until: old.and_then(|old| old.ends_at()).map(|at| w.moment_text(at)),
            retirement: credential.rotation(now).map(|(new, old)| retiring(w, new, old, now)),
            last_used,
            method: method_name(credential.authentication.method()),
            secrets: history.iter().map(row).collect(),
        })
    }
}

/// Whether the old secret may go; if not, what uses it or what is waited for.
fn retiring(w: Words, new: &secret::Secret, old: &secret::Secret, now: Timestamp) -> (bool, Text) {
    let since = old.last_used_at.filter(|at| *at >= new.begins_at());
    match (retirement(new, old, now), since) {
        (Retirement::Safe, _) => (true, w.text("rotation-safe")),
        (_, Some(at)) => {
            let address = old.last_used_address.map(|address| address.to_string()).unwrap_or_default();
            (false, w.with("old-still-in-use", [("time", &w.moment_text(at)), ("address", &address)]))
        }
        (Retirement::NewUnused, None) => (false, w.text("rotation-new-unused")),
        (Retirement::Wait(silence), None) => (false, w.with("rotation-wait", [("span", &w.span(silence))])),
    }
}

//! *Token Timeout* (CONTRACT.md §1): time limit, Integration Account Lock, allowed addresses, and what regenerating does.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::form::{Form, Query};
use super::frame::{Frame, on_to, page, page_with};
use super::graces::{GRACES, grace_name};
use super::look::Theme;
use super::pair::credentials;
use super::step_up::recent;
use super::visitor::Insider;
use super::words::{Text, Words};
use crate::app::App;
use crate::domain::authentication::Authentication;
use crate::domain::entity::Change;
use crate::domain::event::Action;
use crate::domain::settings::{
    self, AccountLock, LONGEST_TIMEOUT_MINUTES, MOST_LOCK_ATTEMPTS, MOST_NETWORKS, Settings, parse_network,
};
use crate::http::error::Problem;
use crate::store::credential::CredentialUse;
use crate::store::request::Caller;

/// Callers of so long ago count as recent.
/// Attempts that are proposed while the lock is off (CONTRACT.md §1).
const FIVE: &str = "5";
const RECENT: Duration = Duration::from_secs(7 * 24 * 3600);
/// After how many minutes an account may unlock by itself.
const UNLOCKS: [u32; 4] = [15, 30, 60, 1440];

#[derive(Template)]
#[template(path = "token_timeout.html")]
struct TokenTimeout {
    frame: Frame,
    path: String,
    may_manage: bool,
    version: i64,
    typed: Typed,
    faults: Faults,
    locked: Vec<(String, String, String)>,
    unlocks: Vec<(String, String, bool)>,
    graces: Vec<(u32, String, bool)>,
    coverage: Option<(bool, Text)>,
    asks_anyway: bool,
    probe: Option<(bool, Text)>,
    last_changed: Option<Text>,
    by_secret: Vec<String>,
}

/// What stands in the form.
#[derive(Default)]
struct Typed {
    timeout: String,
    is_hours: bool,
    locks: bool,
    attempts: String,
    unlock: String,
    addresses: String,
    grace: u32,
    voids_tokens: bool,
    requires_dpop: bool,
    forbids_secrets: bool,
    probe: String,
}

/// What is wrong, each beside its field.
#[derive(Default)]
struct Faults {
    timeout: Option<Text>,
    attempts: Option<Text>,
    addresses: Option<Text>,
}

impl Typed {
    fn of_settings(settings: &Settings) -> Self {
        let minutes = settings.token_timeout_minutes;
        let is_hours = minutes >= 60 && minutes.is_multiple_of(60);
        let lock = settings.account_lock;
        let networks: Vec<String> = settings.ip_allowlist.iter().map(|network| short(&network.to_string())).collect();
        Self {
            timeout: if is_hours { minutes.div_euclid(60) } else { minutes }.to_string(),
            is_hours,
            locks: lock.is_some(),
            attempts: lock.map_or_else(|| FIVE.to_owned(), |lock| lock.maximum_attempts.to_string()),
            unlock: lock.and_then(|lock| lock.unlock_after_minutes).map(|it| it.to_string()).unwrap_or_default(),
            addresses: networks.join("\n"),
            grace: settings.regenerate_grace_seconds,
            voids_tokens: settings.regenerate_voids_tokens,
            requires_dpop: settings.require_dpop,
            forbids_secrets: settings.forbid_plain_secrets,
            probe: String::new(),
        }
    }

    fn of_form(form: &Form) -> Self {
        Self {
            timeout: form.field("timeout").chars().take(10).collect(),
            is_hours: form.field("unit") == "hours",
            locks: form.has("lock"),
            // A browser leaves out what is disabled, as this is while the lock is off.
            attempts: if form.has("attempts") {
                form.field("attempts").chars().take(10).collect()
            } else {
                FIVE.to_owned()
            },
            unlock: form.field("unlock").chars().take(10).collect(),
            addresses: form.field("addresses").replace('\r', ""),
            grace: form.number("grace").unwrap_or(0),
            voids_tokens: form.field("issued") == "stop",
            requires_dpop: form.has("dpop"),
            forbids_secrets: form.has("forbid"),
            probe: form.field("probe").trim().chars().take(64).collect(),
        }
    }

    /// The change that it asks for, or what is wrong with it.
    fn change(&self, w: Words) -> Result<settings::Change, Faults> {
        let mut faults = Faults::default();
        let (unit, most) =
            if self.is_hours { (60, LONGEST_TIMEOUT_MINUTES.div_euclid(60)) } else { (1, LONGEST_TIMEOUT_MINUTES) };
        let timeout = whole(&self.timeout, most);
        if timeout.is_none() {
            faults.timeout = Some(w.with("whole-number", [("most", &most)]));
        }
        let attempts = whole(&self.attempts, MOST_LOCK_ATTEMPTS);
        if self.locks && attempts.is_none() {
            faults.attempts = Some(w.with("whole-number", [("most", &MOST_LOCK_ATTEMPTS)]));
        }
        let lines: Vec<&str> = self.addresses.lines().collect();
        let odd = (1..).zip(&lines).find(|(_, line)| !line.trim().is_empty() && parse_network(line).is_none());
        if let Some((line, _)) = odd {
            faults.addresses = Some(w.with("line-not-an-address", [("line", &line)]));
        }
        let networks: Vec<String> =
            lines.iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
        if networks.len() > MOST_NETWORKS {
            faults.addresses = Some(w.with("too-many-ranges", [("most", &MOST_NETWORKS)]));
        }
        if faults.timeout.is_some() || faults.attempts.is_some() || faults.addresses.is_some() {
            return Err(faults);
        }
        let lock = attempts.filter(|_| self.locks).map(|maximum_attempts| AccountLock {
            maximum_attempts,
            unlock_after_minutes: whole(&self.unlock, LONGEST_TIMEOUT_MINUTES),
        });
        Ok(settings::Change {
            token_timeout_minutes: timeout.map(|timeout| timeout.saturating_mul(unit)),
            account_lock: Some(lock),
            ip_allowlist: Some(networks),
            regenerate_grace_seconds: Some(self.grace),
            regenerate_voids_tokens: Some(self.voids_tokens),
            require_dpop: Some(self.requires_dpop),
            forbid_plain_secrets: Some(self.forbids_secrets),
            ..settings::Change::default()
        })
    }
}

/// A whole number from 1 to `most`.
fn whole(text: &str, most: u32) -> Option<u32> {
    text.trim().parse().ok().filter(|number| (1..=most).contains(number))
}

/// A network of one address, as that address.
fn short(network: &str) -> String {
    network.strip_suffix("/32").or_else(|| network.strip_suffix("/128")).unwrap_or(network).to_owned()
}

/// The page. With `?clear` its form is empty.
pub async fn get(State(app): State<Arc<App>>, insider: Insider, query: Query) -> Result<Response, Problem> {
    let typed =
        if query.get("clear").is_some() { Typed::default() } else { Typed::of_settings(&insider.entity.settings) };
    let shown = build(&app, &insider, typed, Faults::default(), false).await?;
    Ok(page(&app, insider.visitor.look, &shown))
}

/// Saves the settings, or tests an address against what stands in the form.
pub async fn post(State(app): State<Arc<App>>, insider: Insider, form: Form) -> Result<Response, Problem> {
    let (w, typed) = (insider.visitor.look.words, Typed::of_form(&form));
    if form.field("do") == "probe" {
        let faults = typed.change(w).err().unwrap_or_default();
        let shown = build(&app, &insider, typed, faults, false).await?;
        return Ok(page(&app, insider.visitor.look, &shown));
    }
    insider.manages()?;
    let version = form
        .number("version")
        .ok_or_else(|| Problem::Malformed("The form does not say which version it is of.".to_owned()))?;
    let change = match typed.change(w) {
        Ok(change) => change,
        Err(faults) => return refused(&app, &insider, typed, faults, false).await,
    };
    let settings = match insider.entity.settings.clone().change(change.clone()) {
        Ok(settings) => settings,
        Err(faults) => return Err(Problem::InvalidFields(faults)),
    };
    let is_new = settings.ip_allowlist != insider.entity.settings.ip_allowlist;
    let here = insider.path("token-timeout");
    let is_guarded = is_new || settings.forbid_plain_secrets != insider.entity.settings.forbid_plain_secrets;
    if is_guarded && let Err(asked) = recent(&app, &insider, &form, here.clone(), here).await? {
        return Ok(asked);
    }
    if is_new && !form.has("anyway") && !shut_out(&settings, &callers(&app, &insider).await?).is_empty() {
        return refused(&app, &insider, typed, Faults::default(), true).await;
    }
    let change = Change { settings: change, ..Change::default() };
    app.update_entity(&insider.actor(), insider.entity.id.as_str(), Some(version), change).await?;
    Ok(on_to(&app, &insider.path("token-timeout"), "notice-settings-updated"))
}

/// Lifts the lock of a credential of the entity.
pub async fn unlock(State(app): State<Arc<App>>, insider: Insider, form: Form) -> Result<Response, Problem> {
    insider.manages()?;
    let used = app.find_credential(form.field("client_id")).await?;
    insider.owns(&used.credential)?;
    app.unlock_credential(&insider.actor(), used.credential.client_id.as_str(), None).await?;
    Ok(on_to(&app, &insider.path("token-timeout"), "notice-unlocked"))
}

async fn refused(
    app: &App,
    insider: &Insider,
    typed: Typed,
    faults: Faults,
    asks_anyway: bool,
) -> Result<Response, Problem> {
    let shown = build(app, insider, typed, faults, asks_anyway).await?;
    Ok(page_with(app, insider.visitor.look, StatusCode::UNPROCESSABLE_ENTITY, &shown))
}

/// Who has got a token lately, and from where.
async fn callers(app: &App, insider: &Insider) -> Result<Vec<Caller>, Problem> {
    let callers = app.store.token_callers(&insider.entity.id, app.now().minus(RECENT)).await?;
    Ok(callers.into_iter().filter(|caller| caller.issued > 0).collect())
}

fn shut_out<'c>(settings: &Settings, callers: &'c [Caller]) -> Vec<&'c Caller> {
    let is_out = |caller: &&Caller| caller.address.parse().is_ok_and(|address| !settings.allows(address));
    callers.iter().filter(is_out).collect()
}

async fn build(
    app: &App,
    insider: &Insider,
    typed: Typed,
    faults: Faults,
    asks_anyway: bool,
) -> Result<TokenTimeout, Problem> {
    let (w, now, saved) = (insider.visitor.look.words, app.now(), &insider.entity.settings);
    let asked = typed.change(w).ok().and_then(|change| saved.clone().change(change).ok());
    let callers = callers(app, insider).await?;
    let locked = |used: &CredentialUse| {
        let lock = saved.account_lock.zip(used.credential.locked_at).filter(|(lock, at)| lock.holds(*at, now));
        lock.map(|(_, at)| (used.credential.client_id.to_string(), used.credential.name.clone(), w.moment_text(at)))
    };
    let mut unlocks: Vec<u32> = UNLOCKS.to_vec();
    unlocks.extend(typed.unlock.parse::<u32>().ok().filter(|minutes| !UNLOCKS.contains(minutes)));
    unlocks.sort_unstable();
    let unlock = |minutes: &u32| {
        let name = w.plain_with("unlock-after", [("span", &w.minutes(*minutes))]);
        (minutes.to_string(), name, typed.unlock == minutes.to_string())
    };
    let mut graces: Vec<u32> = GRACES.to_vec();
    graces.extend(Some(typed.grace).filter(|grace| !GRACES.contains(grace)));
    graces.sort_unstable();
    let credentials = credentials(app, insider).await?;
    let proves_by_secret = |used: &&CredentialUse| used.credential.authentication == Authentication::ClientSecret;
    Ok(TokenTimeout {
        by_secret: credentials.iter().filter(proves_by_secret).map(|used| used.credential.name.clone()).collect(),
        frame: Frame::of_entity(app, insider, "token-timeout").await?,
        path: insider.path("token-timeout"),
        may_manage: insider.role.may_manage(),
        version: insider.entity.version,
        locked: credentials.iter().filter_map(locked).collect(),
        unlocks: unlocks.iter().map(unlock).collect(),
        graces: graces.iter().map(|grace| (*grace, grace_name(w, *grace), *grace == typed.grace)).collect(),
        coverage: asked.as_ref().and_then(|settings| coverage(w, settings, &callers)),
        probe: asked.as_ref().and_then(|settings| probed(w, settings, &typed.probe)),
        last_changed: last_changed(app, insider).await?,
        asks_anyway,
        typed,
        faults,
    })
}

/// Whether the allowlist lets everybody in who has got a token lately.
fn coverage(w: Words, settings: &Settings, callers: &[Caller]) -> Option<(bool, Text)> {
    if settings.ip_allowlist.is_empty() || callers.is_empty() {
        return None;
    }
    let out = shut_out(settings, callers);
    if out.is_empty() {
        return Some((true, w.with("covers-all", [("count", &callers.len())])));
    }
    let named: Vec<String> = out.iter().map(|caller| caller.address.clone()).collect();
    let arguments: [super::words::Argument<'_>; 3] =
        [("out", &out.len()), ("count", &callers.len()), ("addresses", &named.join(", "))];
    Some((false, w.with("would-shut-out", arguments)))
}

/// What would become of a request from the address that somebody typed.
fn probed(w: Words, settings: &Settings, address: &str) -> Option<(bool, Text)> {
    if address.is_empty() {
        return None;
    }
    Some(match address.parse::<IpAddr>() {
        Err(_) => (false, w.text("probe-not-an-address")),
        Ok(parsed) if settings.allows(parsed.to_canonical()) => {
            (true, w.with("probe-allowed", [("address", &address)]))
        }
        Ok(_) => (false, w.with("probe-refused", [("address", &address)])),
    })
}

/// When the settings were last changed, and by whom; what an operator is called is not for the entity.
async fn last_changed(app: &App, insider: &Insider) -> Result<Option<Text>, Problem> {
    let w = insider.visitor.look.words;
    let events = app.store.events_before(i64::MAX, Some(insider.entity.id.as_str()), 50).await?;
    let event = events.into_iter().find(|event| event.action == Action::EntityUpdated.as_str());
    Ok(event.map(|event| {
        let person = event.actor.strip_prefix("person:").and_then(|actor| actor.split(" <").next());
        let time = w.moment_text(event.at);
        match person {
            Some(name) => w.with("last-changed-by", [("time", &time), ("name", &name)]),
            None => w.with("last-changed-by-operator", [("time", &time)]),
        }
    }))
}

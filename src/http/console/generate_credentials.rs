//! *Generate Credentials* (CONTRACT.md §1): the pair, the eye, Regenerate key, the overlap, and the button for a leak.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::header::ACCEPT;
use http::{HeaderMap, StatusCode};

use super::faults::Faults;
use super::form::{Form, Query};
use super::frame::{Frame, HIDDEN_AFTER_SECONDS, html, key, on_to, page, page_with_secret};
use super::guard::HoldsSecret;
use super::look::Theme;
use super::step_up::recent;
use super::visitor::Insider;
use super::words::Text;
use crate::app::credentials::{Keep, RegenerationChoice};
use crate::app::{App, Error};
use crate::domain::credential::{Credential, Owner};
use crate::domain::entity::Status;
use crate::domain::secret::PlainSecret;
use crate::domain::time::Timestamp;
use crate::http::admin::read::InPath;
use crate::http::envelope::never_stored;
use crate::http::error::Problem;
use crate::store::credential::CredentialUse;
use crate::store::secret::SecretFacts;

/// How long a stopped secret stays in the table.
const HISTORY: Duration = Duration::from_secs(30 * 24 * 3600);
/// What Regenerate key offers, in seconds.
pub const GRACES: [u32; 5] = [0, 3600, 24 * 3600, 72 * 3600, 7 * 24 * 3600];
/// What the first credential is called.
const FIRST_NAME: &str = "Default";

/// A question over the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialog {
    Regenerate,
    Leak,
    Add,
    Revoke,
}

#[derive(Template)]
#[template(path = "generate_credentials.html")]
struct GenerateCredentials {
    frame: Frame,
    lede: Text,
    path: String,
    entity: String,
    is_disabled: bool,
    may_manage: bool,
    can_reveal: bool,
    tabs: Vec<(String, String, bool)>,
    chosen: Option<Chosen>,
    secret: Option<String>,
    hidden_after: u32,
    scope: String,
    lifetime: String,
    addresses: Text,
    lock: Text,
    most: u32,
    voids_tokens: bool,
    graces: Vec<Grace>,
    dialog: Option<Dialog>,
    faults: Faults,
    name: String,
    onward: String,
}

/// The credential that is shown.
struct Chosen {
    client_id: String,
    name: String,
    version: i64,
    path: String,
    here: String,
    here_with: String,
    hint: String,
    is_live: bool,
    is_new: bool,
    locked_at: Option<String>,
    overlap_until: Option<String>,
    old_in_use: bool,
    last_used: Option<Text>,
    secrets: Vec<Row>,
}

/// A secret in the table.
struct Row {
    hint: String,
    created: Text,
    made_by: Option<String>,
    last_used: Option<Text>,
    address: Option<String>,
    stops_at: Option<Text>,
    is_live: bool,
    is_old: bool,
}

/// A choice of how long the old secret goes on.
struct Grace {
    seconds: u32,
    name: String,
    end: String,
    is_default: bool,
}

/// What a handler adds to the page.
#[derive(Default)]
struct Moment<'a> {
    client_id: Option<&'a str>,
    secret: Option<&'a PlainSecret>,
    notice: Option<&'static str>,
    dialog: Option<Dialog>,
    faults: Faults,
    name: String,
}

/// The credentials of an entity that are not revoked, the oldest first.
pub async fn credentials(app: &App, insider: &Insider) -> Result<Vec<CredentialUse>, Problem> {
    let owner = Owner::Entity(insider.entity.id.clone());
    let first = (Timestamp::from_millis(i64::MIN), "");
    let all = app.store.credentials_after(&owner, first, 2000, app.now()).await?;
    Ok(all.into_iter().filter(|used| used.credential.revoked_at.is_none()).collect())
}

/// The page.
pub async fn get(State(app): State<Arc<App>>, insider: Insider, query: Query) -> Result<Response, Problem> {
    let dialog = match query.value("dialog") {
        "regenerate" => Some(Dialog::Regenerate),
        "leak" => Some(Dialog::Leak),
        "add" => Some(Dialog::Add),
        "revoke" => Some(Dialog::Revoke),
        _ => None,
    };
    let dialog = dialog.filter(|_| insider.role.may_manage());
    let moment = Moment { client_id: query.get("credential"), dialog, ..Moment::default() };
    let shown = build(&app, &insider, moment).await?;
    Ok(page(&app, insider.visitor.look, &shown))
}

/// Generates a credential and shows its secret.
pub async fn generate(State(app): State<Arc<App>>, insider: Insider, form: Form) -> Result<Response, Problem> {
    insider.manages()?;
    let there = credentials(&app, &insider).await?.len();
    if form.number::<usize>("expected") != Some(there) {
        // The page was sent once more: what it asked for is there already.
        return Ok(Redirect::to(&insider.path("generate-credentials")).into_response());
    }
    let (path, back) = (insider.path("generate-credentials/generate"), insider.path("generate-credentials"));
    if let Err(asked) = recent(&app, &insider, &form, path, back).await? {
        return Ok(asked);
    }
    let name = if there == 0 { FIRST_NAME } else { form.field("name") };
    match app.generate_credential(&insider.actor(), Some(&insider.entity), name, None).await {
        Ok(generated) => {
            let client_id = generated.credential.client_id.as_str();
            let moment = Moment { client_id: Some(client_id), secret: Some(&generated.secret), ..Moment::default() };
            with_secret(&app, &insider, moment).await
        }
        Err(Error::Invalid(faults)) => {
            let faults = Faults(faults);
            let moment = Moment { dialog: Some(Dialog::Add), faults, name: name.to_owned(), ..Moment::default() };
            Ok(html(StatusCode::UNPROCESSABLE_ENTITY, &build(&app, &insider, moment).await?))
        }
        Err(error) => Err(error.into()),
    }
}

/// Shows the secret on the page, or gives it as text to the Copy button.
pub async fn show(
    State(app): State<Arc<App>>,
    insider: Insider,
    InPath((_, client_id)): InPath<(String, String)>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let credential = managed(&app, &insider, &client_id).await?;
    let (path, back) = (action(&insider, &client_id, "show"), here(&insider, &client_id));
    if let Err(asked) = recent(&app, &insider, &form, path, back).await? {
        return Ok(asked);
    }
    let secret = app.show_secret(&insider.actor(), &credential).await?;
    let secret = secret.ok_or_else(|| {
        Problem::Refused(
            "This secret was shown when it was made and is not kept. Regenerate the key for another.".to_owned(),
        )
    })?;
    if headers.get(ACCEPT).is_some_and(|accept| accept == "text/plain") {
        let mut response = secret.expose().to_owned().into_response();
        response.extensions_mut().insert(HoldsSecret);
        never_stored(response.headers_mut());
        return Ok(response);
    }
    let moment = Moment { client_id: Some(&client_id), secret: Some(&secret), ..Moment::default() };
    with_secret(&app, &insider, moment).await
}

/// Regenerates the key and shows the new secret.
pub async fn regenerate(
    State(app): State<Arc<App>>,
    insider: Insider,
    InPath((_, client_id)): InPath<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    managed(&app, &insider, &client_id).await?;
    let (path, back) = (action(&insider, &client_id, "regenerate"), here(&insider, &client_id));
    if let Err(asked) = recent(&app, &insider, &form, path, back).await? {
        return Ok(asked);
    }
    let voids_tokens = form.has("leak").then(|| form.has("void"));
    let choice = RegenerationChoice { grace: form.number("grace").map(Duration::from_secs), voids_tokens };
    let version = version_in(&form)?;
    let generated = app.regenerate_credential(&insider.actor(), &client_id, Some(version), choice).await?;
    let moment = Moment {
        client_id: Some(&client_id),
        secret: Some(&generated.secret),
        notice: Some("notice-regenerated"),
        ..Moment::default()
    };
    with_secret(&app, &insider, moment).await
}

/// Stops the old secret now, or cancels the rotation.
pub async fn end_rotation(
    State(app): State<Arc<App>>,
    insider: Insider,
    InPath((_, client_id)): InPath<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    managed(&app, &insider, &client_id).await?;
    let (keep, notice) = match form.field("keep") {
        "new" => (Keep::New, key("notice-secret-stopped")),
        "old" => (Keep::Old, key("notice-rotation-cancelled")),
        _ => return Err(Problem::Malformed("The form does not say which secret goes on.".to_owned())),
    };
    app.end_rotation(&insider.actor(), &client_id, Some(version_in(&form)?), keep).await?;
    Ok(on_to(&app, &here(&insider, &client_id), notice))
}

/// Revokes a credential for good.
pub async fn revoke(
    State(app): State<Arc<App>>,
    insider: Insider,
    InPath((_, client_id)): InPath<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    managed(&app, &insider, &client_id).await?;
    let (path, back) = (action(&insider, &client_id, "revoke"), here(&insider, &client_id));
    if let Err(asked) = recent(&app, &insider, &form, path, back).await? {
        return Ok(asked);
    }
    app.revoke_credential(&insider.actor(), &client_id, Some(version_in(&form)?)).await?;
    Ok(on_to(&app, &insider.path("generate-credentials"), "notice-revoked"))
}

/// Lifts the Integration Account Lock.
pub async fn unlock(
    State(app): State<Arc<App>>,
    insider: Insider,
    InPath((_, client_id)): InPath<(String, String)>,
    _: Form,
) -> Result<Response, Problem> {
    managed(&app, &insider, &client_id).await?;
    app.unlock_credential(&insider.actor(), &client_id, None).await?;
    Ok(on_to(&app, &here(&insider, &client_id), "notice-unlocked"))
}

/// A credential of the entity, for somebody who may manage it.
async fn managed(app: &App, insider: &Insider, client_id: &str) -> Result<Credential, Problem> {
    insider.manages()?;
    let used = app.find_credential(client_id).await?;
    insider.owns(&used.credential)?;
    Ok(used.credential)
}

fn version_in(form: &Form) -> Result<i64, Problem> {
    form.number("version").ok_or_else(|| Problem::Malformed("The form does not say which version it is of.".to_owned()))
}

fn action(insider: &Insider, client_id: &str, verb: &str) -> String {
    insider.path(&format!("generate-credentials/{client_id}/{verb}"))
}

fn here(insider: &Insider, client_id: &str) -> String {
    insider.path(&format!("generate-credentials?credential={client_id}"))
}

async fn with_secret(app: &App, insider: &Insider, moment: Moment<'_>) -> Result<Response, Problem> {
    let shown = build(app, insider, moment).await?;
    let then = shown.chosen.as_ref().map_or_else(|| insider.path("generate-credentials"), |it| it.here.clone());
    Ok(page_with_secret(app, insider.visitor.look, &shown, &then))
}

async fn build(app: &App, insider: &Insider, moment: Moment<'_>) -> Result<GenerateCredentials, Problem> {
    let (entity, w, now) = (&insider.entity, insider.visitor.look.words, app.now());
    let all = credentials(app, insider).await?;
    let chosen = match moment.client_id {
        Some(client_id) => {
            let named = all.iter().find(|used| used.credential.client_id.as_str() == client_id);
            Some(named.ok_or(Problem::NotFound("page"))?)
        }
        None => all.first(),
    };
    let tab = |used: &CredentialUse| {
        let client_id = used.credential.client_id.as_str();
        let is_current = chosen.is_some_and(|chosen| chosen.credential.client_id == used.credential.client_id);
        (used.credential.name.clone(), here(insider, client_id), is_current)
    };
    let tabs = all.iter().map(tab).collect();
    let shown = match chosen {
        Some(used) => {
            let history = app.store.secret_history(&used.credential.client_id, now.minus(HISTORY)).await?;
            Some(choose(insider, used, &history, now))
        }
        None => None,
    };
    let settings = &entity.settings;
    let platform = app.config.platform_name.as_deref();
    let mut frame = Frame::of_entity(app, insider, "generate-credentials").await?;
    frame.notice = moment.notice.or(frame.notice);
    Ok(GenerateCredentials {
        frame,
        lede: match platform {
            Some(platform) => w.with("generate-lede-platform", [("platform", &platform)]),
            None => w.text("generate-lede"),
        },
        path: insider.path("generate-credentials"),
        entity: entity.name.clone(),
        is_disabled: entity.status == Status::Disabled,
        may_manage: insider.role.may_manage(),
        can_reveal: app.keeps_secrets(),
        tabs,
        onward: shown.as_ref().map_or_else(
            || insider.path("get-access-token"),
            |it| insider.path(&format!("get-access-token?credential={}", it.client_id)),
        ),
        chosen: shown,
        secret: moment.secret.map(|secret| secret.expose().to_owned()),
        hidden_after: HIDDEN_AFTER_SECONDS,
        scope: entity.scopes.all().to_string(),
        lifetime: w.minutes(settings.token_timeout_minutes),
        addresses: match settings.ip_allowlist.len() {
            0 => w.text("from-anywhere"),
            count => w.with("ranges", [("count", &count)]),
        },
        lock: match settings.account_lock {
            Some(lock) => w.with("after-failures", [("count", &lock.maximum_attempts)]),
            None => w.text("off"),
        },
        most: settings.most_credentials,
        voids_tokens: settings.regenerate_voids_tokens,
        graces: graces(insider, now),
        dialog: moment.dialog,
        faults: moment.faults,
        name: moment.name,
    })
}

fn choose(insider: &Insider, used: &CredentialUse, history: &[SecretFacts], now: Timestamp) -> Chosen {
    let (w, credential) = (insider.visitor.look.words, &used.credential);
    let is_live = |secret: &SecretFacts| secret.stops_at.is_none_or(|end| now < end);
    let live: Vec<&SecretFacts> = history.iter().filter(|secret| is_live(secret)).collect();
    let (newest, old) = (live.first(), live.get(1));
    let row = |secret: &SecretFacts| Row {
        hint: secret.hint.clone(),
        created: w.moment(secret.created_at),
        made_by: secret.made_by.clone(),
        last_used: secret.last_used_at.map(|at| w.ago(at, now)),
        address: secret.last_used_address.clone(),
        stops_at: secret.stops_at.map(|at| w.moment(at)),
        is_live: is_live(secret),
        is_old: old.is_some_and(|old| old.created_at == secret.created_at && old.hint == secret.hint),
    };
    let lock = insider.entity.settings.account_lock.zip(credential.locked_at);
    let client_id = credential.client_id.as_str();
    let last_used = used.last_used_at.map(|at| {
        let address = used.last_used_address.as_deref().unwrap_or_default();
        w.with("last-used-from", [("time", &w.moment_text(at)), ("address", &address)])
    });
    Chosen {
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
        overlap_until: old.and_then(|old| old.stops_at).map(|at| w.moment_text(at)),
        old_in_use: old.zip(newest).is_some_and(|(old, new)| old.last_used_at.is_some_and(|at| at >= new.created_at)),
        last_used,
        secrets: history.iter().map(row).collect(),
    }
}

fn graces(insider: &Insider, now: Timestamp) -> Vec<Grace> {
    let (w, default) = (insider.visitor.look.words, insider.entity.settings.regenerate_grace_seconds);
    let mut all = GRACES.to_vec();
    all.push(default);
    all.sort_unstable();
    all.dedup();
    let choice = |seconds: u32| {
        let span = Duration::from_secs(u64::from(seconds));
        let end = now.plus(span);
        Grace {
            seconds,
            name: if seconds == 0 { w.plain("grace-none") } else { grace_name(w, seconds) },
            end: match seconds {
                0 => w.plain("stops-now"),
                1..86_400 => w.clock(end),
                _ => w.day(end),
            },
            is_default: seconds == default,
        }
    };
    all.into_iter().map(choice).collect()
}

/// "24 hours", "72 hours", "7 days": as the contract counts them.
pub fn grace_name(w: super::words::Words, seconds: u32) -> String {
    match seconds {
        0 => w.plain("grace-none"),
        ..604_800 if seconds.is_multiple_of(3600) => w.plain_with("hours", [("count", &(seconds / 3600))]),
        _ => w.span(Duration::from_secs(u64::from(seconds))),
    }
}

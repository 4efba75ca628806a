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
use super::graces::Grace;
use super::guard::HoldsSecret;
use super::look::Theme;
use super::pair::{Pair, credentials, here};
use super::step_up::recent;
use super::visitor::Insider;
use super::words::Text;
use crate::app::credentials::{Keep, RegenerationChoice};
use crate::app::{App, Error};
use crate::domain::credential::Credential;
use crate::domain::entity::Status;
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::rotation::Term;
use crate::domain::secret::PlainSecret;
use crate::domain::time::Timestamp;
use crate::http::admin::read::InPath;
use crate::http::envelope::never_stored;
use crate::http::error::Problem;
use crate::store::credential::CredentialUse;

/// What the first credential is called.
const FIRST_NAME: &str = "Default";

/// A question over the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialog {
    Regenerate,
    Leak,
    Add,
    Revoke,
    Void,
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
    chosen: Option<Pair>,
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
    not_before: String,
    expires_at: String,
    ends_help: Text,
    leak_report: String,
    onward: String,
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
    not_before: String,
    expires_at: String,
}

/// The page.
pub async fn get(State(app): State<Arc<App>>, insider: Insider, query: Query) -> Result<Response, Problem> {
    let dialog = match query.value("dialog") {
        "regenerate" => Some(Dialog::Regenerate),
        "leak" => Some(Dialog::Leak),
        "add" => Some(Dialog::Add),
        "revoke" => Some(Dialog::Revoke),
        "void" => Some(Dialog::Void),
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
    // Forms that come at the same time find each other in the store.
    let mut entity = insider.entity.clone();
    let expires_at = moment_in(&form, "secret_expires_at");
    let one_more = u32::try_from(there).unwrap_or(u32::MAX).saturating_add(1);
    entity.settings.most_credentials = entity.settings.most_credentials.min(one_more);
    let generated = match expires_at {
        Ok(expires_at) => {
            let term = Term { not_before: None, expires_at };
            app.generate_credential(&insider.actor(), Some(&entity), name, None, term).await
        }
        Err(fault) => Err(Error::Invalid(vec![fault])),
    };
    match generated {
        Ok(generated) => {
            let client_id = generated.credential.client_id.as_str();
            let moment = Moment { client_id: Some(client_id), secret: Some(&generated.secret), ..Moment::default() };
            with_secret(&app, &insider, moment).await
        }
        Err(Error::Invalid(faults)) => {
            let faults = Faults(faults);
            let moment = Moment {
                dialog: Some(Dialog::Add),
                faults,
                name: name.to_owned(),
                expires_at: typed(&form, "secret_expires_at"),
                ..Moment::default()
            };
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
    let credential = match managed_lately(&app, &insider, &client_id, "show", &form).await? {
        Ok(credential) => credential,
        Err(asked) => return Ok(asked),
    };
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
    if let Err(asked) = managed_lately(&app, &insider, &client_id, "regenerate", &form).await? {
        return Ok(asked);
    }
    let voids_tokens = form.has("leak").then(|| form.has("void"));
    let version = version_in(&form)?;
    let generated = match term_in(&form) {
        Ok(term) => {
            let grace = form.number("grace").map(Duration::from_secs);
            let choice = RegenerationChoice { grace, voids_tokens, term };
            app.regenerate_credential(&insider.actor(), &client_id, Some(version), choice).await
        }
        Err(faults) => Err(Error::Invalid(faults)),
    };
    let generated = match generated {
        Err(Error::Invalid(faults)) if faults.iter().all(|fault| TERM.contains(&fault.field.as_str())) => {
            let moment = Moment {
                client_id: Some(&client_id),
                dialog: Some(Dialog::Regenerate),
                faults: Faults(faults),
                not_before: typed(&form, "not_before"),
                expires_at: typed(&form, "expires_at"),
                ..Moment::default()
            };
            return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, &build(&app, &insider, moment).await?));
        }
        other => other?,
    };
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
    let credential = managed(&app, &insider, &client_id).await?;
    if form.field("keep") == "new-without-tokens" {
        let old = credential.live_secrets(app.now()).nth(1).map(|secret| secret.id);
        if let Some(old) = old.filter(|_| form.number("version") == Some(credential.version)) {
            app.stop_secret(&insider.actor(), &client_id, old.as_str(), true).await?;
            return Ok(on_to(&app, &here(&insider, &client_id), key("notice-secret-stopped")));
        }
        return Err(Problem::Changed);
    }
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
    if let Err(asked) = managed_lately(&app, &insider, &client_id, "revoke", &form).await? {
        return Ok(asked);
    }
    app.revoke_credential(&insider.actor(), &client_id, Some(version_in(&form)?)).await?;
    Ok(on_to(&app, &insider.path("generate-credentials"), "notice-revoked"))
}

/// Stops the tokens that a credential has got so far.
pub async fn void_tokens(
    State(app): State<Arc<App>>,
    insider: Insider,
    InPath((_, client_id)): InPath<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    if let Err(asked) = managed_lately(&app, &insider, &client_id, "void-tokens", &form).await? {
        return Ok(asked);
    }
    app.void_tokens_of_credential(&insider.actor(), &client_id, None).await?;
    Ok(on_to(&app, &here(&insider, &client_id), "notice-tokens-voided"))
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

/// The same for somebody who gave the password lately; else the page that asks for it and comes back with `verb`.
async fn managed_lately(
    app: &App,
    insider: &Insider,
    client_id: &str,
    verb: &str,
    form: &Form,
) -> Result<Result<Credential, Response>, Problem> {
    let credential = managed(app, insider, client_id).await?;
    let path = insider.path(&format!("generate-credentials/{client_id}/{verb}"));
    Ok(recent(app, insider, form, path, here(insider, client_id)).await?.map(|()| credential))
}

/// The fields that say when a new secret begins and ends.
const TERM: [&str; 2] = ["not_before", "expires_at"];

fn term_in(form: &Form) -> Result<Term, Vec<FieldFault>> {
    let [not_before, expires_at] = TERM.map(|field| moment_in(form, field));
    match (not_before, expires_at) {
        (Ok(not_before), Ok(expires_at)) => Ok(Term { not_before, expires_at }),
        (not_before, expires_at) => Err(not_before.err().into_iter().chain(expires_at.err()).collect()),
    }
}

/// A time in UTC, as browsers write it: to the minute, without a zone.
fn moment_in(form: &Form, field: &str) -> Result<Option<Timestamp>, FieldFault> {
    let text = form.field(field).trim();
    if text.is_empty() {
        return Ok(None);
    }
    let whole = [":00Z", "Z", ""].into_iter().find_map(|end| format!("{text}{end}").parse().ok());
    whole.map(Some).ok_or_else(|| {
        FieldFault::new(field, Fault::Rule("must be a date and time in UTC such as 2027-01-31T12:00".to_owned()))
    })
}

/// What was typed into a field of a time, to be shown again.
fn typed(form: &Form, field: &str) -> String {
    form.field(field).chars().take(30).collect()
}

fn version_in(form: &Form) -> Result<i64, Problem> {
    form.number("version").ok_or_else(|| Problem::Malformed("The form does not say which version it is of.".to_owned()))
}

async fn with_secret(app: &App, insider: &Insider, moment: Moment<'_>) -> Result<Response, Problem> {
    let shown = build(app, insider, moment).await?;
    let then = shown.chosen.as_ref().map_or_else(|| insider.path("generate-credentials"), |it| it.here.clone());
    Ok(page_with_secret(app, insider.visitor.look, &shown, &then))
}

async fn build(app: &App, insider: &Insider, moment: Moment<'_>) -> Result<GenerateCredentials, Problem> {
    let (entity, w) = (&insider.entity, insider.visitor.look.words);
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
        Some(used) => Some(Pair::of(app, insider, used).await?),
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
        graces: Grace::all(insider, app.now()),
        dialog: moment.dialog,
        faults: moment.faults,
        name: moment.name,
        not_before: moment.not_before,
        expires_at: moment.expires_at,
        ends_help: match settings.secret_lifetime_days {
            Some(days) => w.with("new-ends-help-days", [("count", &days)]),
            None => w.text("new-ends-help"),
        },
        leak_report: format!("{}/leak-report", app.issuer),
    })
}

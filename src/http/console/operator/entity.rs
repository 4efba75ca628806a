//! The page of one entity: how it stands, what it is, its credentials, its people, and how to move and stop it.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::entity_form::Typed;
use super::entity_path;
use super::link::Link;
use super::standing::{Day, Made, Standing, day, made};
use crate::app::App;
use crate::domain::entity::Entity;
use crate::domain::person::Role;
use crate::domain::quota;
use crate::domain::time::Timestamp;
use crate::http::admin::read::InPath;
use crate::http::console::events::role_name;
use crate::http::console::faults::Faults;
use crate::http::console::form::Query;
use crate::http::console::frame::{Frame, page_with};
use crate::http::console::look::Theme;
use crate::http::console::members::{InvitationRow, PersonRow, members};
use crate::http::console::moments::grouped;
use crate::http::console::usage::{QuotaLine, quota_lines};
use crate::http::console::visitor::Operator;
use crate::http::console::words::{Text, sentence};
use crate::http::error::Problem;
use crate::store::credential::CredentialUse;
use crate::store::request_count::Span;

#[derive(Template)]
#[template(path = "operator/entity.html")]
struct EntityPage {
    frame: Frame,
    faults: Faults,
    path: String,
    name: String,
    identifier: String,
    version: i64,
    quotas: Vec<QuotaLine>,
    over: Option<String>,
    standing: Standing,
    stops: String,
    day: Day,
    made: Option<Made>,
    typed: Typed,
    updated: String,
    was_changed: bool,
    refused: Option<Text>,
    credentials: Vec<CredentialRow>,
    people: Vec<PersonRow>,
    waiting: Vec<InvitationRow>,
    roles: [(Role, Text); 3],
    link: Option<Link>,
    email: String,
    role: Role,
    configuration: String,
    configuration_faults: Vec<Text>,
    asks_to_disable: bool,
    asks_to_void: bool,
}

/// A credential of the entity.
struct CredentialRow {
    client_id: String,
    name: String,
    locked_at: Option<Text>,
    is_rotating: bool,
    ends: Option<String>,
    has_expired: bool,
    tokens: String,
    last_used: Option<Text>,
    address: Option<String>,
}

/// What a handler adds to the page.
#[derive(Default)]
pub struct Moment {
    /// What is wrong with what was typed.
    pub faults: Faults,
    /// What was typed, if it is not to be lost.
    pub typed: Option<Typed>,
    /// Whether somebody else has changed the entity meanwhile.
    pub was_changed: bool,
    /// Why something was not done.
    pub refused: Option<String>,
    /// An invitation's link, to be passed on.
    pub link: Option<Link>,
    /// The address that was typed into the invitation.
    pub email: String,
    /// The role that was chosen there.
    pub role: Option<Role>,
    /// The configuration that was pasted.
    pub configuration: String,
    /// What is wrong with it.
    pub configuration_faults: Vec<String>,
    /// Whether the question stands over the page.
    pub asks_to_disable: bool,
    /// Whether the question about its tokens does.
    pub asks_to_void: bool,
}

/// The page.
pub async fn get(
    State(app): State<Arc<App>>,
    operator: Operator,
    InPath(name): InPath<String>,
    query: Query,
) -> Result<Response, Problem> {
    let entity = app.find_entity(&name).await?;
    let asked = query.value("dialog");
    let moment = Moment { asks_to_disable: asked == "disable", asks_to_void: asked == "void", ..Moment::default() };
    show_with(&app, &operator, &entity, StatusCode::OK, moment).await
}

/// The page with what a handler adds to it.
pub async fn show_with(
    app: &App,
    operator: &Operator,
    entity: &Entity,
    status: StatusCode,
    moment: Moment,
) -> Result<Response, Problem> {
    let (w, now) = (operator.0.look.words, app.now());
    let ids = [entity.id];
    let holding = app.store.holdings(&ids, now).await?.into_iter().next().unwrap_or_default();
    let activity = app.store.activity(&ids, now).await?;
    let (issued, failed) = activity.first().map_or((0, 0), |activity| (activity.issued, activity.failed));
    let held = app.store.credentials_in_use(&entity.id, now).await?;
    let (people, waiting) = members(app, &operator.0, Some(&entity.id)).await?;
    let standing = Standing::of(entity.status, entity.settings.account_lock, &holding, now);
    let shown = EntityPage {
        frame: Frame::of_operator(app, operator, "entities").await?,
        path: entity_path(entity),
        name: entity.name.clone(),
        identifier: entity.identifier.clone(),
        version: entity.version,
        standing,
        stops: standing.until().map(|end| w.moment_text(end)).unwrap_or_default(),
        quotas: quota_lines(app, w, entity).await?,
        over: over(app, entity, now).await?.map(|count| grouped(count, w)),
        day: day(w, issued, failed),
        made: holding.secret_made_at.map(|at| made(w, at, now)),
        updated: w.moment_text(entity.updated_at),
        was_changed: moment.was_changed,
        refused: moment.refused.map(|why| w.english(&sentence(&why))),
        credentials: held.iter().filter_map(|used| credential_row(entity, used, operator, now)).collect(),
        role: moment.role.unwrap_or(if people.is_empty() && waiting.is_empty() {
            Role::Owner
        } else {
            Role::Developer
        }),
        people,
        waiting,
        roles: Role::OF_ENTITY.map(|role| (role, w.text(role_name(role)))),
        link: moment.link,
        email: moment.email,
        configuration: moment.configuration,
        configuration_faults: moment.configuration_faults.iter().map(|fault| w.english(fault)).collect(),
        asks_to_disable: moment.asks_to_disable,
        asks_to_void: moment.asks_to_void,
        typed: moment.typed.unwrap_or_else(|| Typed::of(entity)),
        faults: moment.faults,
    };
    Ok(page_with(app, operator.0.look, status, &shown))
}

/// In a dry run: how many tokens of the last 24 hours would have been refused by the limits of an hour or of today.
async fn over(app: &App, entity: &Entity, now: Timestamp) -> Result<Option<i64>, Problem> {
    let Some(quota) = entity.settings.quota.filter(|quota| quota.dry_run) else { return Ok(None) };
    let since = now.hour().minus(Duration::from_secs(23 * 3600));
    let hours = app.store.token_request_counts(&entity.id, Span::Hour, since).await?;
    let over = |issued: i64, limit: u32| issued.saturating_sub(limit.into()).max(0);
    let in_hours = quota.tokens_per_hour.map_or(0, |limit| hours.iter().map(|hour| over(hour.issued, limit)).sum());
    let standings = app.quota_standings(entity).await?;
    let in_day = standings.iter().find(|standing| standing.span == quota::Span::Day).map_or(0, quota::Standing::over);
    Ok(Some(in_hours.max(in_day.into())))
}

/// A credential that is not revoked.
fn credential_row(entity: &Entity, used: &CredentialUse, operator: &Operator, now: Timestamp) -> Option<CredentialRow> {
    let (w, credential) = (operator.0.look.words, &used.credential);
    if credential.revoked_at.is_some() {
        return None;
    }
    let lock = entity.settings.account_lock.zip(credential.locked_at);
    Some(CredentialRow {
        client_id: credential.client_id.to_string(),
        name: credential.name.clone(),
        locked_at: lock.filter(|(lock, at)| lock.holds(*at, now)).map(|(_, at)| w.moment(at)),
        is_rotating: credential.rotation(now).is_some(),
        ends: credential.secrets.first().and_then(|newest| newest.expires_at).map(|end| w.moment_text(end)),
        has_expired: credential.expires_at.is_some_and(|end| end <= now),
        tokens: grouped(used.token_count, w),
        last_used: used.last_used_at.map(|at| w.ago(at, now)),
        address: used.last_used_address.clone(),
    })
}

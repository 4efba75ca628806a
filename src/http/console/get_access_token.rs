//! *Get Access Token* (CONTRACT.md §1): the request, the responses, the same request as code, and Send request.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde_json::Value;

use super::code;
use super::example::{BodyType, Example};
use super::form::{Form, Query};
use super::frame::{Frame, page, page_with_secret};
use super::generate_credentials::credentials;
use super::look::Theme;
use super::responses::{FIRST, Panel, panels};
use super::sample::{Language, sample};
use super::send::{Outcome, send as send_request};
use super::step_up::recent;
use super::take_away::{self, Download};
use super::text::text_of;
use super::visitor::Insider;
use super::words::{Text, Words};
use crate::app::App;
use crate::domain::credential::Credential;
use crate::domain::definition::{Definition, Kind};
use crate::domain::entity::Entity;
use crate::domain::parameter::Parameter;
use crate::domain::settings::UnknownParameters;
use crate::domain::time::Timestamp;
use crate::http::admin::read::InPath;
use crate::http::error::Problem;

/// What stands in the place of the secret.
const MASK: &str = "pgs_••••••••";

#[derive(Template)]
#[template(path = "get_access_token.html")]
struct GetAccessToken {
    frame: Frame,
    entity: String,
    lifetime: String,
    shown: Option<Shown>,
    generate: String,
    timeout: String,
}

/// What the page shows for a credential.
struct Shown {
    post_url: String,
    credentials: Vec<(String, String, bool)>,
    body_types: Vec<(&'static str, String, bool)>,
    media_type: &'static str,
    is_schema: bool,
    example_link: String,
    schema_link: String,
    example: Text,
    action: String,
    can_send: bool,
    asks_secret: bool,
    inputs: Vec<Input>,
    changed: Vec<(String, String)>,
    mandatory: Vec<String>,
    rows: Vec<Row>,
    takes_unknown: bool,
    panels: Vec<(Panel, String)>,
    result: Option<Sent>,
    languages: Vec<(&'static str, String, bool)>,
    sample: Text,
    sample_title: &'static str,
    downloads: Vec<(&'static str, String)>,
}

/// A value that may be changed before sending.
struct Input {
    name: String,
    value: String,
    values: Vec<String>,
    is_required: bool,
    message: Option<String>,
}

/// A row of the schema.
struct Row {
    name: String,
    kind: Text,
    is_required: bool,
    value: Text,
    description: String,
    message: Option<String>,
}

/// What came back.
struct Sent {
    status: u16,
    at: String,
    millis: String,
    request_link: String,
    repairs: Vec<Input>,
    kept: Vec<(String, String)>,
    detail: String,
    ends: Option<String>,
    header: Vec<Claim>,
    claims: Vec<Claim>,
}

/// A member of the token.
struct Claim {
    name: String,
    value: String,
    meaning: Text,
}

/// What the URL says.
struct Chosen {
    body_type: BodyType,
    language: Language,
    is_schema: bool,
    response: u16,
}

impl Chosen {
    fn of(query: &Query) -> Self {
        Self {
            body_type: BodyType::parse(query.value("body")).unwrap_or(BodyType::Json),
            language: Language::parse(query.value("lang")).unwrap_or(Language::Curl),
            is_schema: query.value("tab") == "schema",
            response: query.value("response").parse().unwrap_or(FIRST),
        }
    }
}

/// The page.
pub async fn get(State(app): State<Arc<App>>, insider: Insider, query: Query) -> Result<Response, Problem> {
    let shown = build(&app, &insider, &query, None, None).await?;
    Ok(page(&app, insider.visitor.look, &shown))
}

/// Sends the request and shows what came back.
pub async fn send(
    State(app): State<Arc<App>>,
    insider: Insider,
    query: Query,
    form: Form,
) -> Result<Response, Problem> {
    insider.manages()?;
    let Some(credential) = chosen_credential(&app, &insider, &query).await? else {
        return Err(Problem::NotFound("page"));
    };
    let path = insider.path("get-access-token");
    if let Err(asked) = recent(&app, &insider, &form, query.link(&path, &[]), query.link(&path, &[])).await? {
        return Ok(asked);
    }
    let typed = form.field("client_secret");
    let stored = if typed.is_empty() { app.reveal_secret(&credential).await? } else { None };
    let secret = stored.as_ref().map_or(typed, |secret| secret.expose());
    let example = example_of(&app, &insider.entity, &credential, Some(&form));
    let chosen = Chosen::of(&query);
    let body = match chosen.body_type {
        BodyType::Json => example.json(secret),
        BodyType::Form => example.form(secret),
    };
    let outcome = send_request(&app, insider.visitor.browser.address, chosen.body_type, body).await?;
    let shown = build(&app, &insider, &query, Some(&form), Some(&outcome)).await?;
    // The answer holds a token: it is not compressed, and not left standing for ever.
    let then = query.link(&path, &[]);
    let mut response = page_with_secret(&app, insider.visitor.look, &shown, &then);
    response.headers_mut().remove("refresh");
    Ok(response)
}

/// A file to take away.
pub async fn download(
    State(app): State<Arc<App>>,
    insider: Insider,
    InPath((_, slug)): InPath<(String, String)>,
    query: Query,
) -> Result<Response, Problem> {
    let download = Download::parse(&slug).ok_or(Problem::NotFound("page"))?;
    let credential = chosen_credential(&app, &insider, &query).await?.ok_or(Problem::NotFound("page"))?;
    let entity = &insider.entity;
    let example = example_of(&app, entity, &credential, None);
    let text = match download {
        Download::OpenApi => take_away::openapi(entity, &example, &app.issuer),
        Download::PostmanCollection => take_away::postman_collection(entity, &example, &app.issuer),
        Download::PostmanEnvironment => take_away::postman_environment(entity, &example),
        Download::Http => take_away::http_file(entity, &example, &app.issuer),
        Download::Markdown => markdown(&app, entity, &example).await?,
    };
    let disposition = format!("attachment; filename=\"{}\"", download.file_name(entity));
    Ok(([(CONTENT_TYPE, download.media_type().to_owned()), (CONTENT_DISPOSITION, disposition)], text).into_response())
}

async fn markdown(app: &App, entity: &Entity, example: &Example) -> Result<String, Problem> {
    let panels = panels(app, entity, FIRST, None).await?;
    let headers: Vec<Vec<(&str, &str)>> = panels
        .iter()
        .map(|panel| panel.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect())
        .collect();
    let responses: Vec<take_away::Response<'_>> = panels
        .iter()
        .zip(&headers)
        .map(|(panel, headers)| take_away::Response {
            status: panel.status,
            title: &panel.title,
            body: &panel.body,
            headers,
            cause: panel.cause,
            remedy: panel.remedy,
        })
        .collect();
    Ok(take_away::markdown(entity, example, &responses, MASK))
}

async fn chosen_credential(app: &App, insider: &Insider, query: &Query) -> Result<Option<Credential>, Problem> {
    let all = credentials(app, insider).await?;
    match query.get("credential") {
        Some(client_id) => {
            let named = all.into_iter().find(|used| used.credential.client_id.as_str() == client_id);
            named.map(|used| Some(used.credential)).ok_or(Problem::NotFound("page"))
        }
        None => Ok(all.into_iter().next().map(|used| used.credential)),
    }
}

/// The example with what somebody typed in the place of its values. An empty value is left out.
fn example_of(app: &App, entity: &Entity, credential: &Credential, form: Option<&Form>) -> Example {
    let post_url = format!("{}/api/v1/access-token", app.issuer);
    let mut example = Example::of(entity, credential.client_id.as_str(), &post_url);
    if let Some(form) = form {
        let typed = |parameter: &Parameter| {
            let text = form.field(&format!("value.{}", parameter.name()));
            let is_there = form.has(&format!("value.{}", parameter.name()));
            match (is_there, text.is_empty()) {
                (true, true) => None,
                (true, false) => Some((parameter.name().to_owned(), typed_value(parameter.definition(), text))),
                (false, _) => example.fields.iter().find(|(name, _)| name == parameter.name()).cloned(),
            }
        };
        let fields = entity.parameters.iter().filter_map(typed).collect();
        example.fields = fields;
        example.needs_value.clear();
    }
    example
}

/// What was typed, in the type that the parameter has if it can be read as that; else as text, which the server refuses.
fn typed_value(definition: &Definition, text: &str) -> Value {
    let read = || match definition.kind {
        Kind::Integer | Kind::Number | Kind::Boolean => serde_json::from_str::<Value>(text.trim()).ok(),
        Kind::String | Kind::DateTime | Kind::Enum => None,
    };
    read().filter(|value| value.is_number() || value.is_boolean()).unwrap_or_else(|| text.into())
}

async fn build(
    app: &App,
    insider: &Insider,
    query: &Query,
    form: Option<&Form>,
    outcome: Option<&Outcome>,
) -> Result<GetAccessToken, Problem> {
    let (entity, w) = (&insider.entity, insider.visitor.look.words);
    let shown = match chosen_credential(app, insider, query).await? {
        Some(credential) => Some(show(app, insider, query, &credential, form, outcome).await?),
        None => None,
    };
    let suffix = query.get("credential").map(|client_id| format!("?credential={client_id}")).unwrap_or_default();
    Ok(GetAccessToken {
        frame: Frame::of_entity(app, insider, "get-access-token").await?,
        entity: entity.name.clone(),
        lifetime: w.minutes(entity.settings.token_timeout_minutes),
        shown,
        generate: insider.path(&format!("generate-credentials{suffix}")),
        timeout: insider.path("token-timeout"),
    })
}

async fn show(
    app: &App,
    insider: &Insider,
    query: &Query,
    credential: &Credential,
    form: Option<&Form>,
    outcome: Option<&Outcome>,
) -> Result<Shown, Problem> {
    let (entity, w, chosen) = (&insider.entity, insider.visitor.look.words, Chosen::of(query));
    let path = insider.path("get-access-token");
    let link = |changes: &[(&str, &str)]| query.link(&path, changes);
    let example = example_of(app, entity, credential, form);
    let faults = outcome.map(Outcome::faults).unwrap_or_default();
    let message = |name: &str| faults.iter().find(|(field, _)| field == name).map(|(_, message)| message.clone());
    let inputs: Vec<Input> = entity.parameters.iter().map(|parameter| input(&example, parameter, &message)).collect();
    let changed = form.map(|form| {
        let typed = form.others(&["client_secret", "password", "username"]);
        typed.into_iter().filter(|(name, _)| name.starts_with("value.")).collect::<Vec<_>>()
    });
    let changed = changed.unwrap_or_default();
    let selected = outcome.map_or(chosen.response, |outcome| outcome.status);
    let panels = panels(app, entity, selected, outcome).await?;
    let all = credentials(app, insider).await?;
    let tab = |used: &crate::store::credential::CredentialUse| {
        let client_id = used.credential.client_id.as_str();
        (
            used.credential.name.clone(),
            link(&[("credential", client_id)]),
            used.credential.client_id == credential.client_id,
        )
    };
    let dynamic = entity.parameters.iter().filter(|parameter| parameter.definition().required);
    let keeps_secrets = app.keeps_secrets();
    Ok(Shown {
        post_url: example.post_url.clone(),
        credentials: all.iter().map(tab).collect(),
        body_types: BodyType::ALL
            .map(|body| (body.title(), link(&[("body", body.slug())]), body == chosen.body_type))
            .to_vec(),
        media_type: chosen.body_type.media_type(),
        is_schema: chosen.is_schema,
        example_link: link(&[("tab", "example")]),
        schema_link: link(&[("tab", "schema")]),
        example: code::body(&example.shown(chosen.body_type, MASK), chosen.body_type == BodyType::Json),
        action: link(&[]),
        can_send: insider.role.may_manage(),
        asks_secret: !keeps_secrets,
        mandatory: dynamic.map(|parameter| parameter.name().to_owned()).collect(),
        rows: rows(w, entity, &message),
        takes_unknown: entity.settings.unknown_parameters == UnknownParameters::Ignore,
        panels: panels
            .into_iter()
            .map(|panel| {
                let status = panel.status.to_string();
                (panel, link(&[("response", &status)]))
            })
            .collect(),
        result: outcome.map(|outcome| sent(app, insider, w, outcome, &example, &changed)),
        languages: Language::ALL
            .iter()
            .map(|language| {
                let link = format!("{}#as-code", link(&[("lang", language.slug())]));
                (language.title(), link, *language == chosen.language)
            })
            .collect(),
        sample: code::sample(&sample(chosen.language, chosen.body_type, &example), chosen.language),
        sample_title: chosen.language.title(),
        downloads: Download::ALL
            .map(|download| (download.title(), query.link(&format!("{path}/{}", download.slug()), &[])))
            .to_vec(),
        inputs,
        changed,
    })
}

fn input(example: &Example, parameter: &Parameter, message: &impl Fn(&str) -> Option<String>) -> Input {
    let definition = parameter.definition();
    let value = example.fields.iter().find(|(name, _)| name == parameter.name()).map(|(_, value)| text_of(value));
    Input {
        name: parameter.name().to_owned(),
        value: value.unwrap_or_default(),
        values: definition.values.clone(),
        is_required: definition.required,
        message: message(parameter.name()),
    }
}

fn rows(w: Words, entity: &Entity, message: &impl Fn(&str) -> Option<String>) -> Vec<Row> {
    let fixed = |name: &str, value: Text| Row {
        name: name.to_owned(),
        kind: w.text("type-string"),
        is_required: true,
        value,
        description: String::new(),
        message: message(name),
    };
    let mut rows =
        vec![fixed("client_id", w.text("your-client-id")), fixed("client_secret", w.text("your-client-secret"))];
    rows.extend(entity.parameters.iter().map(|parameter| {
        let definition = parameter.definition();
        Row {
            name: definition.name.clone(),
            kind: kind(w, definition.kind),
            is_required: definition.required,
            value: limits(w, entity, definition),
            description: definition.description.clone(),
            message: message(&definition.name),
        }
    }));
    rows
}

/// A parameter's type in words.
pub fn kind(w: Words, kind: Kind) -> Text {
    match kind {
        Kind::String => w.text("type-string"),
        Kind::Integer => w.text("type-integer"),
        Kind::Number => w.text("type-number"),
        Kind::Boolean => w.text("type-boolean"),
        Kind::DateTime => w.text("type-date-time"),
        Kind::Enum => w.text("type-enum"),
    }
}

/// A parameter's limits and default in words.
pub fn limits(w: Words, entity: &Entity, definition: &Definition) -> Text {
    let mut parts = Vec::new();
    if !definition.values.is_empty() {
        parts.push(w.with("limit-values", [("values", &definition.values.join(", "))]).to_string());
    }
    match (&definition.minimum, &definition.maximum) {
        (Some(least), Some(most)) => parts.push(w.with("limit-range", [("least", least), ("most", most)]).to_string()),
        (Some(least), None) => parts.push(w.with("limit-least", [("least", least)]).to_string()),
        (None, Some(most)) => parts.push(w.with("limit-most", [("most", most)]).to_string()),
        (None, None) => {}
    }
    if let Some(least) = definition.min_length {
        parts.push(w.with("limit-min-length", [("least", &least)]).to_string());
    }
    if let Some(most) = definition.max_length {
        parts.push(w.with("limit-max-length", [("most", &most)]).to_string());
    }
    if let Some(pattern) = &definition.pattern {
        parts.push(w.with("limit-pattern", [("pattern", pattern)]).to_string());
    }
    if definition.name == "scope" {
        parts.push(w.with("limit-default", [("default", entity.scopes.all())]).to_string());
    } else if let Some(default) = &definition.default {
        parts.push(w.with("limit-default", [("default", &text_of(default))]).to_string());
    }
    if parts.is_empty() {
        parts.push(w.text("limit-none").to_string());
    }
    Text::trusted(parts.join(" "))
}

fn sent(
    app: &App,
    insider: &Insider,
    w: Words,
    outcome: &Outcome,
    example: &Example,
    changed: &[(String, String)],
) -> Sent {
    let faults = outcome.faults();
    let repair = |(field, message): &(String, String)| {
        let parameter = insider.entity.parameters.iter().find(|parameter| parameter.name() == field)?;
        Some(Input { message: Some(message.clone()), ..input(example, parameter, &|_| None) })
    };
    let decoded = outcome.decoded();
    let claim = |(name, value): &(String, String)| Claim {
        meaning: meaning(w, &insider.entity, name, value),
        name: name.clone(),
        value: value.clone(),
    };
    Sent {
        status: outcome.status,
        at: w.moment_text(app.now()),
        millis: format!("{}.{}", outcome.micros.div_euclid(1000), outcome.micros.rem_euclid(1000).div_euclid(100)),
        request_link: insider.path(&format!("requests?request={}", outcome.request_id())),
        repairs: faults.iter().filter_map(repair).collect(),
        kept: {
            let is_repaired = |name: &str| faults.iter().any(|(field, _)| name == format!("value.{field}"));
            changed.iter().filter(|(name, _)| !is_repaired(name)).cloned().collect()
        },
        detail: outcome.detail(),
        ends: decoded.as_ref().map(|decoded| {
            let end = Timestamp::from_millis(decoded.ends_at.saturating_mul(1000));
            // The token has just been issued: its end is told as the whole span.
            let left = end.since(app.now()).as_secs().saturating_add(1).div_euclid(60);
            let span = w.span(Duration::from_secs(left.saturating_mul(60).max(60)));
            w.plain_with("ends-in", [("span", &span), ("time", &w.moment_text(end))])
        }),
        header: decoded.iter().flat_map(|decoded| decoded.header.iter().map(claim)).collect(),
        claims: decoded.iter().flat_map(|decoded| decoded.claims.iter().map(claim)).collect(),
    }
}

/// What a member of a token means.
fn meaning(w: Words, entity: &Entity, name: &str, value: &str) -> Text {
    match name {
        "alg" => w.text("claim-alg"),
        "typ" => w.text("claim-typ"),
        "kid" => w.text("claim-kid"),
        "iss" => w.text("claim-iss"),
        "sub" | "client_id" => w.text("claim-sub"),
        "aud" => w.text("claim-aud"),
        "entity" => Text::trusted(super::words::escaped(&entity.name)),
        "scope" => w.text("claim-scope"),
        "iat" | "exp" => match value.parse::<i64>() {
            Ok(seconds) => w.moment(Timestamp::from_millis(seconds.saturating_mul(1000))),
            Err(_) => w.text("claim-other"),
        },
        "jti" => w.text("claim-jti"),
        claim => {
            let of_claim = |parameter: &&Parameter| parameter.definition().claim.as_deref() == Some(claim);
            match entity.parameters.iter().find(of_claim) {
                Some(parameter) => w.with("claim-parameter", [("name", &parameter.name())]),
                None => w.text("claim-other"),
            }
        }
    }
}

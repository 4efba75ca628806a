//! *Get Access Token* (CONTRACT.md §1): the request, the responses, the same request as code, and Send request.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};

use super::code;
use super::example::{BodyType, Example, MASK};
use super::form::{Form, Query};
use super::frame::{Frame, page, page_with_secret};
use super::look::Theme;
use super::pair::credentials;
use super::responses::{FIRST, Panel, panels};
use super::sample::{Language, sample};
use super::schema;
use super::send::{Outcome, send as send_request};
use super::sent::Sent;
use super::step_up::recent;
use super::take_away::{self, Download};
use super::values::{Input, example_of};
use super::visitor::Insider;
use super::words::Text;
use crate::app::App;
use crate::domain::credential::{Credential, accept_secret};
use crate::domain::entity::Entity;
use crate::domain::settings::UnknownParameters;
use crate::http::admin::read::InPath;
use crate::http::error::Problem;

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
    refuses_secret: bool,
    authentication: String,
    inputs: Vec<Input>,
    changed: Vec<(String, String)>,
    mandatory: Vec<String>,
    rows: Vec<schema::Row>,
    takes_unknown: bool,
    panels: Vec<(Panel, String)>,
    result: Option<Sent>,
    languages: Vec<(&'static str, String, bool)>,
    sample: Text,
    sample_title: &'static str,
    downloads: Vec<(&'static str, String)>,
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
        Download::OpenApi => take_away::openapi(entity, &example, credential.client_id, &app.issuer),
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
    let inputs: Vec<Input> =
        entity.parameters.iter().map(|parameter| Input::of(&example, parameter, message(parameter.name()))).collect();
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
        refuses_secret: accept_secret(credential, Some(entity)).is_err(),
        authentication: insider.path(&format!("generate-credentials/{}/authentication", credential.client_id)),
        mandatory: dynamic.map(|parameter| parameter.name().to_owned()).collect(),
        rows: schema::rows(w, entity, &message),
        takes_unknown: entity.settings.unknown_parameters == UnknownParameters::Ignore,
        panels: panels
            .into_iter()
            .map(|panel| {
                let status = panel.status.to_string();
                (panel, link(&[("response", &status)]))
            })
            .collect(),
        result: outcome.map(|outcome| Sent::of(app, insider, outcome, &example, &changed)),
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

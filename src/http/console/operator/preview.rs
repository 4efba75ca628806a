//! What the people of an entity will see of a parameter while it is being edited: made by the same code that judges
//! requests, in a page of its own that stands in a frame.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use super::draft::Draft;
use crate::app::App;
use crate::domain::entity::Entity;
use crate::domain::fault::FieldFault;
use crate::domain::token::{Grant, Refusal};
use crate::http::admin::read::InPath;
use crate::http::console::code;
use crate::http::console::example::{Example, MASK, object};
use crate::http::console::form::{Form, Query};
use crate::http::console::frame::{Frame, html, key};
use crate::http::console::guard::MayBeFramed;
use crate::http::console::look::Theme;
use crate::http::console::schema;
use crate::http::console::text::json_text;
use crate::http::console::visitor::Operator;
use crate::http::console::words::{Text, Words};
use crate::http::error::{Problem, ProblemBody};

/// The views and their words in the query.
const VIEWS: [(&str, &str); 4] = [
    ("example", key("example")),
    ("schema", key("schema")),
    ("412", key("op-view-412")),
    ("token", key("op-view-token")),
];
/// What stands for the Client Id.
const CLIENT_ID: &str = "pgc_…";
/// A link that carries the fields may be as long as servers and browsers take without a word.
const LONGEST_LINK: usize = 6000;

#[derive(Template)]
#[template(path = "operator/preview.html")]
struct Preview {
    frame: Frame,
    name: String,
    faults: Vec<Text>,
    views: Vec<View>,
    example: Text,
    marked: String,
    rows: Vec<schema::Row>,
    refusal: Option<Text>,
    token: Option<Text>,
    is_carried: bool,
}

struct View {
    word: &'static str,
    name: Text,
    href: String,
    is_current: bool,
}

/// The preview of what is saved, or of what the query carries.
pub async fn saved(
    State(app): State<Arc<App>>,
    operator: Operator,
    InPath(name): InPath<String>,
    query: Query,
) -> Result<Response, Problem> {
    let entity = app.find_entity(&name).await?;
    let view = query.value("view");
    if query.has("name") {
        let pairs: Vec<(String, String)> = query.pairs().iter().filter(|(name, _)| name != "view").cloned().collect();
        let draft = Draft::read(|field| query.value(field));
        return Ok(show(&app, &operator, &entity, Some(draft), query.value("was"), &pairs, view));
    }
    let edited = entity.parameters.iter().find(|parameter| parameter.name() == query.value("edit"));
    let draft = edited.map(|parameter| Draft::of(parameter.definition()));
    let was = query.value("edit");
    Ok(show(&app, &operator, &entity, draft, was, &[("edit".to_owned(), was.to_owned())], view))
}

/// The preview of what is typed.
pub async fn edited(
    State(app): State<Arc<App>>,
    operator: Operator,
    InPath(name): InPath<String>,
    form: Form,
) -> Result<Response, Problem> {
    let entity = app.find_entity(&name).await?;
    let draft = Draft::read(|field| form.field(field));
    let pairs = form.others(&["version", "view"]);
    Ok(show(&app, &operator, &entity, Some(draft), form.field("was"), &pairs, form.field("view")))
}

fn show(
    app: &App,
    operator: &Operator,
    saved: &Entity,
    draft: Option<Draft>,
    was: &str,
    pairs: &[(String, String)],
    view: &str,
) -> Response {
    let w = operator.0.look.words;
    let (entity, marked, faults) = match draft.map(|draft| with(app, saved, draft, was)) {
        Some(Ok((entity, name))) => (entity, name, Vec::new()),
        Some(Err(faults)) => (saved.clone(), String::new(), faults),
        None => (saved.clone(), String::new(), Vec::new()),
    };
    let request = example(&entity, &marked);
    let token = request.grant(&entity).map(|granted| claims(&entity, &granted));
    let claim = entity.parameters.iter().find(|parameter| parameter.name() == marked);
    let claim = claim.and_then(|parameter| parameter.definition().claim.clone());
    let shown = Preview {
        frame: Frame::door(app, operator.0.look),
        name: entity.name.clone(),
        views: views(w, pairs, view),
        example: code::lines(&request.json(MASK), &marked),
        rows: schema::rows(w, &entity, &|_| None),
        refusal: refusal(app, &entity, &marked),
        is_carried: claim.is_some(),
        token: token.map(|claims| code::lines(&claims, claim.as_deref().unwrap_or_default())),
        faults: faults.iter().map(|fault| w.english(&format!("{}.", fault.message()))).collect(),
        marked,
    };
    let mut response = html(StatusCode::OK, &shown);
    response.extensions_mut().insert(MayBeFramed);
    response
}

/// The entity as it would be with this draft saved, and the name of the parameter.
fn with(app: &App, entity: &Entity, draft: Draft, was: &str) -> Result<(Entity, String), Vec<FieldFault>> {
    let draft = if was.is_empty() { draft } else { Draft { name: was.to_owned(), ..draft } };
    let parameter = draft.define()?;
    let name = parameter.name().to_owned();
    Ok((entity.clone().with_parameter(app.now(), parameter)?, name))
}

/// A request with every value that people will see, and one of the parameter that is edited.
fn example(entity: &Entity, marked: &str) -> Example {
    // Where it is sent is not shown.
    Example::with(entity, marked, CLIENT_ID, "")
}

/// What the token says that this entity gets.
fn claims(entity: &Entity, granted: &Grant) -> String {
    let fixed = [("client_id", CLIENT_ID), ("scope", &*granted.scope), ("entity", entity.identifier.as_str())];
    let fixed = fixed.map(|(name, text)| (name, json_text(&text.into())));
    object(fixed.into_iter().chain(granted.claims.iter().map(|(name, value)| (name.as_str(), json_text(value)))))
}

/// What the server answers a request that leaves the parameter out, if it is mandatory, or sends a value of no type.
fn refusal(app: &App, entity: &Entity, marked: &str) -> Option<Text> {
    let mut request = example(entity, marked);
    let needed = |name: &str| {
        let named = entity.parameters.iter().find(|parameter| parameter.name() == name);
        named.is_some_and(|parameter| parameter.definition().required)
    };
    if needed(marked) {
        request.fields.retain(|(name, _)| name != marked);
    } else if marked.is_empty() {
        request.fields.push(("client_colour".to_owned(), Value::from("blue")));
    } else {
        for (_, value) in request.fields.iter_mut().filter(|(name, _)| name == marked) {
            *value = Value::Array(Vec::new());
        }
    }
    let Some(Err(refusal @ Refusal::Arguments(_))) = request.decide(entity) else { return None };
    let problem = Problem::of_grant(refusal, entity);
    let body = serde_json::to_string_pretty(&ProblemBody::of(&problem, &app.issuer, "req_…")).unwrap_or_default();
    Some(code::lines(&body, marked))
}

fn views(w: Words, pairs: &[(String, String)], view: &str) -> Vec<View> {
    let current = VIEWS.iter().find(|(word, _)| *word == view).map_or("example", |(word, _)| *word);
    let known: Vec<(&str, &str)> = pairs.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let one = |(word, name): &(&'static str, &'static str)| {
        let mut changes = known.clone();
        changes.push(("view", word));
        let full = Query::default().link("", &changes);
        let href = if full.len() > LONGEST_LINK { format!("?view={word}") } else { full };
        View { word, name: w.text(name), href, is_current: *word == current }
    };
    VIEWS.iter().map(one).collect()
}

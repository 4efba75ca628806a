//! What the people of an entity will see of a parameter while it is being edited: made by the same code that judges
//! requests, in a page of its own that stands in a frame.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use super::draft::Draft;
use super::parameters::kind_name;
use super::sample::{CLIENT_ID, Pairs, code, example, fields};
use crate::app::App;
use crate::domain::definition::Kind;
use crate::domain::entity::Entity;
use crate::domain::fault::FieldFault;
use crate::domain::token::{Door, Refusal, grant};
use crate::http::admin::read::InPath;
use crate::http::console::form::{Form, Query};
use crate::http::console::frame::{Frame, html, key};
use crate::http::console::guard::MayBeFramed;
use crate::http::console::look::Theme;
use crate::http::console::visitor::Operator;
use crate::http::console::words::{Text, Words};
use crate::http::error::{Problem, ProblemBody};

/// The views and their words in the query.
const VIEWS: [(&str, &str); 4] = [
    ("example", key("op-view-example")),
    ("schema", key("op-view-schema")),
    ("412", key("op-view-412")),
    ("token", key("op-view-token")),
];
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
    edited: Vec<Row>,
    all: Vec<Row>,
    refusal: Option<Text>,
    token: Option<Text>,
    is_carried: bool,
    has_edited: bool,
}

struct View {
    word: &'static str,
    name: Text,
    href: String,
    is_current: bool,
}

/// A line of the schema.
#[derive(Clone)]
struct Row {
    name: String,
    kind: String,
    is_needed: bool,
    value: String,
    description: String,
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
    let rows = rows(w, &entity);
    let granted = grant(&entity, &fields(&request.0), Door::Integration).ok();
    let token = granted.map(|granted| {
        let mut claims = vec![
            ("client_id".to_owned(), Value::from(CLIENT_ID)),
            ("scope".to_owned(), Value::from(&*granted.scope)),
            ("entity".to_owned(), Value::from(entity.identifier.as_str())),
        ];
        claims.extend(granted.claims);
        Pairs(claims)
    });
    let claim = entity.parameters.iter().find(|parameter| parameter.name() == marked);
    let claim = claim.and_then(|parameter| parameter.definition().claim.clone());
    let shown = Preview {
        frame: Frame::door(app, operator.0.look),
        name: entity.name.clone(),
        views: views(w, pairs, view),
        example: code(&request, &marked),
        edited: rows.iter().filter(|row| row.name == marked).cloned().collect(),
        has_edited: !marked.is_empty(),
        all: rows,
        refusal: refusal(app, &entity, &marked),
        is_carried: claim.is_some(),
        token: token.map(|claims| code(&claims, claim.as_deref().unwrap_or_default())),
        faults: faults.iter().map(|fault| w.english(&format!("{}.", fault.message()))).collect(),
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

/// What the server answers a request that leaves the parameter out, if it is mandatory, or sends a value of no type.
fn refusal(app: &App, entity: &Entity, marked: &str) -> Option<Text> {
    let mut request = example(entity, marked);
    let needed = |name: &str| {
        let named = entity.parameters.iter().find(|parameter| parameter.name() == name);
        named.is_some_and(|parameter| parameter.definition().required)
    };
    if needed(marked) {
        request.0.retain(|(name, _)| name != marked);
    } else if marked.is_empty() {
        request.0.push(("client_colour".to_owned(), Value::from("blue")));
    } else {
        for (_, value) in request.0.iter_mut().filter(|(name, _)| name == marked) {
            *value = Value::Array(Vec::new());
        }
    }
    let Err(Refusal::Arguments(faults)) = grant(entity, &fields(&request.0), Door::Integration) else {
        return None;
    };
    let problem = Problem::InvalidArguments(faults);
    let (status, code_word, title) = problem.kind();
    let body = ProblemBody {
        r#type: format!("{}/problems/{}", app.issuer, code_word.replace('_', "-")),
        status: status.as_u16(),
        title,
        code: code_word,
        detail: problem.detail(),
        request_id: "req_…",
        errors: problem.errors(),
        error: None,
        error_description: None,
    };
    Some(code(&body, marked))
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

/// The properties of the schema that judges a request, the parameters in their order.
fn rows(w: Words, entity: &Entity) -> Vec<Row> {
    let schema = entity.request_schema();
    let is_needed = |name: &str| {
        let required = schema.get("required").and_then(Value::as_array);
        required.is_some_and(|required| required.iter().any(|needed| needed == name))
    };
    let fixed = ["client_id", "client_secret"].map(|name| (name, kind_name(w, Kind::String)));
    let defined =
        entity.parameters.iter().map(|parameter| (parameter.name(), kind_name(w, parameter.definition().kind)));
    let row = |(name, kind): (&str, String)| {
        let property = schema.pointer(&format!("/properties/{name}")).cloned().unwrap_or_default();
        let text = |member: &str| property.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
        Row {
            name: name.to_owned(),
            kind,
            is_needed: is_needed(name),
            value: limits(w, &property),
            description: text("description"),
        }
    };
    fixed.into_iter().chain(defined).map(row).collect()
}

/// What a property's schema says of its values, in words.
fn limits(w: Words, property: &Value) -> String {
    let shown = |member: &str| {
        property.get(member).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    let mut parts = Vec::new();
    if let Some(values) = property.get("enum").and_then(Value::as_array) {
        let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
        parts.push(values.join(", "));
    }
    match (shown("minLength").filter(|least| least != "0"), shown("maxLength")) {
        (Some(least), Some(most)) => {
            parts.push(w.plain_with("op-characters-from-to", [("least", &least), ("most", &most)]));
        }
        (None, Some(most)) => parts.push(w.plain_with("op-characters-at-most", [("most", &most)])),
        (Some(_) | None, None) => {}
    }
    match (shown("minimum"), shown("maximum")) {
        (Some(least), Some(most)) => parts.push(w.plain_with("op-from-to", [("least", &least), ("most", &most)])),
        (Some(least), None) => parts.push(w.plain_with("op-at-least", [("least", &least)])),
        (None, Some(most)) => parts.push(w.plain_with("op-at-most", [("most", &most)])),
        (None, None) => {}
    }
    if let Some(pattern) = shown("pattern") {
        parts.push(w.plain_with("op-of-the-form", [("pattern", &pattern)]));
    }
    if let Some(default) = shown("default") {
        parts.push(w.plain_with("op-default-is", [("default", &default)]));
    }
    parts.join(". ")
}

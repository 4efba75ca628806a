//! `GET /.well-known/oauth-protected-resource` (RFC 9728): the metadata of an API, for its gateway to pass on.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Uri};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::domain::resource::is_url;
use crate::http::error::{Problem, ProblemBody};
use crate::http::parse::form::decode;

/// Where it is, and what the path of a resource stands behind.
const PATH: &str = "/.well-known/oauth-protected-resource";

/// The metadata of a protected resource (RFC 9728 §2).
#[derive(Serialize, ToSchema)]
#[schema(as = ProtectedResourceMetadata)]
pub struct Answer {
    /// The API: the audience of its tokens.
    #[schema(example = "https://api.example.com/orders")]
    resource: String,
    /// Where its tokens come from: this installation.
    #[schema(value_type = Vec<String>)]
    authorization_servers: [Arc<str>; 1],
    /// Only `header`.
    #[schema(value_type = Vec<String>)]
    bearer_methods_supported: [&'static str; 1],
    /// The words that its gateway requires; left out if none are named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    scopes_supported: Vec<String>,
}

/// Describe an API whose tokens come from here, as the API itself or its gateway passes it on.
///
/// Without `resource` it is the default audience, if that is a URL; with a path behind the well-known one, that path at the
/// origin of the default audience (RFC 9728 §3.1), and then there is no query: a gateway that passes the path on would pass
/// its client's query on with it.
#[utoipa::path(
    get,
    path = "/.well-known/oauth-protected-resource",
    tag = "Gateways",
    operation_id = "protectedResourceMetadata",
    params(
        ("resource" = Option<String>, Query, description = "URL of the API, without query and fragment", nullable = false),
        ("scope" = Option<String>, Query, description = "Words of scope that it takes; repeat for more", nullable = false),
    ),
    responses(
        (status = 200, description = "The metadata", body = Answer),
        (status = 400, description = "The query cannot be read, or stands beside a path", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "No resource is named, and the default audience is not a URL", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn get(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, Problem> {
    let path = uri.path().strip_prefix(PATH).unwrap_or_default();
    let query = uri.query().unwrap_or_default();
    if !path.is_empty() && !query.is_empty() {
        return Err(Problem::Malformed("The path names the resource; there must be no query beside it.".to_owned()));
    }
    let (resource, scopes_supported) = read(query).map_err(Problem::Malformed)?;
    let resource = resource.or_else(|| at(&app.audience, path)).ok_or(Problem::NotFound("resource"))?;
    let answer = Answer {
        resource,
        authorization_servers: [app.issuer.clone()],
        bearer_methods_supported: ["header"],
        scopes_supported,
    };
    let body = serde_json::to_vec(&answer).map_err(|error| Problem::Internal(error.to_string()))?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
    ];
    Ok((headers, body).into_response())
}

/// The resource at `path` of an API whose audience is `audience`; `None` if that is not a URL.
fn at(audience: &str, path: &str) -> Option<String> {
    let (scheme, rest) = audience.split_once("://")?;
    let resource = match rest.split('/').next() {
        Some(authority) if !path.is_empty() => format!("{scheme}://{authority}{path}"),
        _ => audience.to_owned(),
    };
    is_url(&resource).then_some(resource)
}

/// The resource and the words of scope that a query names. A gateway may append its client's query to its own: that
/// becomes an unknown parameter or a resource with a question mark, and neither is taken.
fn read(query: &str) -> Result<(Option<String>, Vec<String>), String> {
    let (mut resource, mut scopes) = (None, Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = decode(value).ok_or("The query is not URL-encoded UTF-8.")?;
        match name {
            "resource" if resource.is_none() && is_url(&value) && !value.contains('?') => {
                resource = Some(value.into_owned());
            }
            "resource" => return Err("resource must be one URL without query and fragment.".to_owned()),
            "scope" => {
                let words = value.split(' ').filter(|word| !word.is_empty()).map(str::to_owned);
                for word in words {
                    if !scopes.contains(&word) {
                        scopes.push(word);
                    }
                }
            }
            _ => return Err("The query may have resource and scope, and nothing else.".to_owned()),
        }
    }
    Ok((resource, scopes))
}

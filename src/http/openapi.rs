//! `GET /openapi.json`: the OpenAPI 3.1 document of every JSON endpoint, made from the code.

use std::sync::{Arc, OnceLock};

use axum::extract::State;
use axum::routing::{MethodRouter, get};
use bytes::Bytes;
use http::header;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::server::Server;
use utoipa::openapi::{Components, Header, OpenApi as Document, RefOr};
use utoipa::{Modify, OpenApi};

use super::{admin, gateway, integration, leak_report, oauth, operations};
use crate::app::App;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Passgate",
        description = "API credentials and access tokens for the business entities of a B2B platform. Every answer carries X-Request-Id; errors are problems (RFC 9457), or RFC 6749 JSON at the OAuth 2.0 endpoints.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    paths(
        integration::access_token::post,
        integration::whoami::get,
        leak_report::post,
        oauth::metadata::get,
        oauth::metadata::get_as_openid_configuration,
        oauth::jwks::get,
        oauth::token::post,
        oauth::introspect::post,
        oauth::revoke::post,
        gateway::forward_auth::get,
        gateway::protected_resource::get,
        oauth::revocations::get,
        admin::entities::list,
        admin::entities::create,
        admin::entities::show,
        admin::entities::update,
        admin::entities::request_schema,
        admin::parameters::list,
        admin::parameters::set,
        admin::parameters::remove,
        admin::credentials::list,
        admin::credentials::generate,
        admin::credentials::list_apis,
        admin::credentials::generate_api,
        admin::credentials::show,
        admin::credentials::regenerate,
        admin::credentials::revoke,
        admin::credentials::unlock,
        admin::revocation::void_of_credential,
        admin::revocation::stop_secret,
        admin::revocation::void_of_entity,
        admin::revocation::void_all,
        admin::revocation::revoke,
        admin::authentication::change,
        admin::ledger::list,
        admin::keys::list,
        admin::keys::rotate,
        admin::keys::void,
        admin::events::list,
        admin::events::download,
        admin::events::head,
        operations::healthz,
        operations::readyz,
    ),
    components(schemas(oauth::error::ErrorBody)),
    modifiers(&SecuritySchemes, &Headers)
)]
struct Api;

struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_with(Components::new);
        let scheme = |scheme, words: &str| {
            let mut http = Http::new(scheme);
            http.description = Some(words.to_owned());
            SecurityScheme::Http(http)
        };
        components.add_security_scheme("access_token", scheme(HttpAuthScheme::Bearer, "An access token"));
        components.add_security_scheme(
            "operator_token",
            scheme(HttpAuthScheme::Bearer, "An operator token (pgo_…), made by: passgate operator token"),
        );
        components.add_security_scheme("client_secret_basic", scheme(HttpAuthScheme::Basic, "Client Id and Client Secret, form-encoded (RFC 6749 §2.3.1); or client_id and client_secret in the body"));
    }
}

/// The headers that answers carry whatever the endpoint.
struct Headers;

impl Modify for Headers {
    fn modify(&self, document: &mut Document) {
        let operations = document.paths.paths.iter_mut().flat_map(|(path, item)| {
            let is_token = matches!(path.as_str(), "/api/v1/access-token" | "/oauth/token");
            let all = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
            all.into_iter().flatten().map(move |operation| (is_token, operation))
        });
        let responses = operations
            .flat_map(|(is_token, operation)| operation.responses.responses.iter_mut().map(move |one| (is_token, one)));
        for (is_token, (status, response)) in responses {
            let RefOr::T(response) = response else { continue };
            let mut add = |name: &str, description: &str| {
                let mut header = Header::default();
                header.description = Some(description.to_owned());
                response.headers.insert(name.to_owned(), header.into());
            };
            add("X-Request-Id", "Names the request in the log");
            match status.as_str() {
                "201" => {
                    add("Location", "Where the new thing is");
                    add("ETag", "Its version, for If-Match");
                }
                "401" => add("WWW-Authenticate", "How to prove oneself"),
                "405" => add("Allow", "The methods that the path takes"),
                "429" | "503" => add("Retry-After", "Seconds to wait, at most 900"),
                _ => {}
            }
            if is_token && matches!(status.as_str(), "200" | "429") {
                add("RateLimit-Policy", "The limits, if the entity has a quota: \"hour\";q=100;w=3600");
                add("RateLimit", "What is left of each, and for how many seconds: \"hour\";r=50;t=1800");
            }
        }
    }
}

/// The document of an installation with this public URL.
pub fn document(public_url: &str) -> Document {
    let mut document = Api::openapi();
    document.servers = Some(vec![Server::new(public_url)]);
    document
}

/// Serves the document, which is made when it is first asked for: no start waits for it.
pub fn route() -> MethodRouter<Arc<App>> {
    let made: Arc<OnceLock<Bytes>> = Arc::default();
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=300")];
    get(async move |State(app): State<Arc<App>>| {
        let body = made.get_or_init(|| serde_json::to_vec(&document(&app.issuer)).unwrap_or_default().into());
        (headers, body.clone())
    })
}

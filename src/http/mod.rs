//! The callers that speak HTTP. One router; each room adds its routes.

pub mod admin;
pub mod auth;
pub mod body;
pub mod busy;
pub mod client_certificate;
pub mod console;
pub mod envelope;
pub mod error;
pub mod export;
pub mod front;
pub mod gateway;
pub mod integration;
pub mod leak_report;
pub mod oauth;
pub mod openapi;
pub mod operations;
pub mod origin;
pub mod parse;
mod patience;
pub mod problems;
pub mod quota;
pub mod serve;
pub mod stall;
pub mod tls;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get, post};
use http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::CorsLayer;

use crate::app::App;
use crate::app::dpop;
use busy::Busy;
use error::Problem;

fn router(app: &Arc<App>) -> Router {
    let mut token_endpoints = Router::new()
        .route(Busy::AccessToken.path(), Busy::AccessToken.route())
        .route("/api/v1/whoami", get(integration::whoami::get))
        .route(Busy::Token.path(), Busy::Token.route())
        .route(Busy::Introspect.path(), Busy::Introspect.route())
        .route("/oauth/revoke", post(oauth::revoke::post))
        .route("/.well-known/oauth-authorization-server", get(oauth::metadata::get))
        .route("/.well-known/openid-configuration", get(oauth::metadata::get_as_openid_configuration))
        .route("/.well-known/oauth-protected-resource", get(gateway::protected_resource::get))
        .route("/.well-known/oauth-protected-resource/{*path}", get(gateway::protected_resource::get))
        .route("/.well-known/jwks.json", get(oauth::jwks::get));
    if !app.config.cors_origins.is_empty() {
        // Before the layer, so that a preflight request meets the layer and not the fallback.
        token_endpoints =
            token_endpoints.method_not_allowed_fallback(method_not_allowed).layer(cors(&app.config.cors_origins));
    }
    let mut router = token_endpoints
        .route("/leak-report", post(leak_report::post))
        .merge(admin::routes())
        .merge(console::routes(app))
        .route(Busy::ForwardAuth.path(), Busy::ForwardAuth.route())
        .route("/forward-auth/prefix", any(gateway::forward_auth::prefixed))
        .route("/forward-auth/prefix/", any(gateway::forward_auth::prefixed))
        .route("/forward-auth/prefix/{*path}", any(gateway::forward_auth::prefixed))
        .route("/oauth/revocations", get(oauth::revocations::get))
        .route("/openapi.json", openapi::route())
        .route("/healthz", get(operations::healthz))
        .route("/readyz", get(operations::readyz));
    if app.config.metrics_listen.is_none() {
        router = router.route("/metrics", get(operations::local_metrics));
    }
    enveloped(router, app)
}

fn metrics_router(app: &Arc<App>) -> Router {
    enveloped(Router::new().route("/metrics", get(operations::metrics)), app)
}

fn enveloped(router: Router<Arc<App>>, app: &Arc<App>) -> Router {
    router
        .fallback(async || Problem::NotFound("path"))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(app.clone(), envelope::wrap))
        .with_state(app.clone())
}

async fn method_not_allowed() -> Problem {
    Problem::MethodNotAllowed
}

fn cors(origins: &[String]) -> CorsLayer {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
    let exposed: [HeaderName; 4] =
        [envelope::X_REQUEST_ID, header::RETRY_AFTER, header::WWW_AUTHENTICATE, oauth::dpop::DPOP_NONCE];
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, dpop::HEADER])
        .expose_headers(exposed)
}

//! `GET /.well-known/oauth-authorization-server` (RFC 8414), and the same where gateways look for OpenID providers.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde::Serialize;
use utoipa::ToSchema;

use super::client_auth::methods;
use crate::app::App;
use crate::domain::dpop;
use crate::domain::public_key::SigningAlgorithm;
use crate::http::error::Problem;

/// Where everything is, and what it takes.
#[derive(Serialize, ToSchema)]
#[schema(as = AuthorizationServerMetadata)]
pub struct Answer {
    /// The issuer of every token, to the letter.
    #[schema(value_type = String)]
    issuer: Arc<str>,
    /// RFC 6749 §3.2.
    token_endpoint: String,
    /// RFC 7517 §5.
    jwks_uri: String,
    /// RFC 7662.
    introspection_endpoint: String,
    /// RFC 7009.
    revocation_endpoint: String,
    /// What is void, as server-sent events, for registered APIs.
    revocation_feed_endpoint: String,
    /// None: there is no authorization endpoint.
    response_types_supported: [&'static str; 0],
    /// `client_credentials`.
    grant_types_supported: [&'static str; 1],
    /// RFC 6749 §2.3.1, OpenID Connect Core §9, RFC 8705 §2.
    token_endpoint_auth_methods_supported: Vec<&'static str>,
    /// What `private_key_jwt` may be signed with.
    token_endpoint_auth_signing_alg_values_supported: [&'static str; 4],
    /// The same.
    introspection_endpoint_auth_methods_supported: Vec<&'static str>,
    /// What `private_key_jwt` may be signed with.
    introspection_endpoint_auth_signing_alg_values_supported: [&'static str; 4],
    /// RFC 9449 §5.1.
    dpop_signing_alg_values_supported: [&'static str; 5],
    /// RFC 9701 §7: the `alg` of signed introspection answers.
    introspection_signing_alg_values_supported: Vec<&'static str>,
    /// The same.
    revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    /// What `private_key_jwt` may be signed with.
    revocation_endpoint_auth_signing_alg_values_supported: [&'static str; 4],
    /// Whether tokens issued for a client certificate are bound to it (RFC 8705 §3.3).
    tls_client_certificate_bound_access_tokens: bool,
    /// The OpenAPI document.
    service_documentation: String,
}

/// Describe the authorization server, where gateways look for the keys of OpenID providers.
#[utoipa::path(
    get,
    path = "/.well-known/openid-configuration",
    tag = "OAuth 2.0",
    operation_id = "openidConfiguration",
    responses((status = 200, description = "The same metadata", body = Answer))
)]
pub async fn get_as_openid_configuration(app: State<Arc<App>>) -> Result<Response, Problem> {
    get(app).await
}

/// Describe the authorization server.
#[utoipa::path(
    get,
    path = "/.well-known/oauth-authorization-server",
    tag = "OAuth 2.0",
    operation_id = "oauthMetadata",
    responses((status = 200, description = "The metadata", body = Answer))
)]
pub async fn get(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let at = |path: &str| format!("{}{path}", app.issuer);
    let answer = Answer {
        issuer: app.issuer.clone(),
        token_endpoint: at("/oauth/token"),
        jwks_uri: at("/.well-known/jwks.json"),
        introspection_endpoint: at("/oauth/introspect"),
        revocation_endpoint: at("/oauth/revoke"),
        revocation_feed_endpoint: at("/oauth/revocations"),
        response_types_supported: [],
        grant_types_supported: ["client_credentials"],
        dpop_signing_alg_values_supported: dpop::ALGORITHMS,
        introspection_signing_alg_values_supported: app.signer.algorithms(),
        token_endpoint_auth_methods_supported: methods(&app),
        token_endpoint_auth_signing_alg_values_supported: SigningAlgorithm::ALL.map(SigningAlgorithm::as_str),
        introspection_endpoint_auth_methods_supported: methods(&app),
        introspection_endpoint_auth_signing_alg_values_supported: SigningAlgorithm::ALL.map(SigningAlgorithm::as_str),
        revocation_endpoint_auth_methods_supported: methods(&app),
        revocation_endpoint_auth_signing_alg_values_supported: SigningAlgorithm::ALL.map(SigningAlgorithm::as_str),
        tls_client_certificate_bound_access_tokens: app.config.takes_client_certificates(),
        service_documentation: at("/openapi.json"),
    };
    let body = serde_json::to_vec(&answer).map_err(|error| Problem::Internal(error.to_string()))?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
    ];
    Ok((headers, body).into_response())
}

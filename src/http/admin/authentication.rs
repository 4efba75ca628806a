//! `/admin/v1/credentials/{client_id}/authentication`: how a credential proves itself.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::credentials::{UseBody, shown};
use super::read::{IfMatch, InPath, Json};
use crate::app::App;
use crate::domain::authentication::{Authentication, Choice, KeySource};
use crate::domain::certificate::Subject;
use crate::domain::fault::{Fault, FieldFault};
use crate::http::auth::Operator;
use crate::http::error::{AdminErrors, BodyErrors, ConflictErrors, FieldErrors, MissingErrors, Problem, VersionErrors};

/// How a credential proves itself: a method, and what it is known by.
#[derive(Serialize, ToSchema)]
#[schema(as = Authentication)]
pub struct AuthenticationBody {
    /// `client_secret`, `private_key_jwt`, `tls_client_auth` or `self_signed_tls_client_auth`.
    #[schema(example = "client_secret")]
    method: &'static str,
    /// The public keys, of `private_key_jwt`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false)]
    jwks: Option<Value>,
    /// Where they are published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    jwks_uri: Option<String>,
    /// The name of the certificate, of `tls_client_auth`: a member of RFC 8705 §2.1.2.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    subject: Option<Subject>,
    /// SHA-256 of the certificates or their keys in base64url, of `self_signed_tls_client_auth`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    thumbprints: Option<Vec<String>>,
}

impl From<&Authentication> for AuthenticationBody {
    fn from(authentication: &Authentication) -> Self {
        let mut body =
            Self { method: authentication.method(), jwks: None, jwks_uri: None, subject: None, thumbprints: None };
        match authentication {
            Authentication::ClientSecret => {}
            Authentication::PrivateKeyJwt(KeySource::Jwks(keys)) => {
                body.jwks = Some(json!({"keys": keys.iter().cloned().map(Value::from).collect::<Vec<_>>()}));
            }
            Authentication::PrivateKeyJwt(KeySource::JwksUri(uri)) => body.jwks_uri = Some(uri.clone()),
            Authentication::TlsClientAuth(subject) => body.subject = Some(subject.clone()),
            Authentication::SelfSignedTlsClientAuth { thumbprints } => {
                body.thumbprints = Some(thumbprints.iter().map(ToString::to_string).collect());
            }
        }
        body
    }
}

/// How a credential shall prove itself. Each method takes what is its own, and nothing else.
#[derive(Deserialize, ToSchema)]
#[schema(as = AuthenticationChange)]
#[serde(deny_unknown_fields)]
pub struct ChangeBody {
    /// `client_secret`, `private_key_jwt`, `tls_client_auth` or `self_signed_tls_client_auth`.
    #[schema(example = "private_key_jwt")]
    method: String,
    /// With `private_key_jwt`: a JWK Set, or a string with public keys in PEM.
    #[schema(value_type = Option<Object>)]
    jwks: Option<Value>,
    /// With `private_key_jwt`, instead: the https URL at which the client publishes its JWK Set.
    #[schema(max_length = 500)]
    jwks_uri: Option<String>,
    /// With `tls_client_auth`: the subject, as RFC 4514 writes it. One of five.
    #[schema(max_length = 500)]
    tls_client_auth_subject_dn: Option<String>,
    /// Or a DNS name of the certificate.
    #[schema(max_length = 500)]
    tls_client_auth_san_dns: Option<String>,
    /// Or a URI.
    #[schema(max_length = 500)]
    tls_client_auth_san_uri: Option<String>,
    /// Or an IP address.
    #[schema(max_length = 500)]
    tls_client_auth_san_ip: Option<String>,
    /// Or an e-mail address.
    #[schema(max_length = 500)]
    tls_client_auth_san_email: Option<String>,
    /// With `self_signed_tls_client_auth`: certificates in PEM, or SHA-256 thumbprints of certificates or of their keys.
    #[schema(max_items = 10)]
    certificates: Option<Vec<String>>,
}

impl TryFrom<ChangeBody> for Choice {
    type Error = Problem;

    fn try_from(body: ChangeBody) -> Result<Self, Problem> {
        let names = [
            ("dn", body.tls_client_auth_subject_dn),
            ("dns", body.tls_client_auth_san_dns),
            ("uri", body.tls_client_auth_san_uri),
            ("ip", body.tls_client_auth_san_ip),
            ("email", body.tls_client_auth_san_email),
        ];
        let mut names = names.into_iter().filter_map(|(kind, name)| Some((kind.to_owned(), name?)));
        let subject = names.next();
        if names.next().is_some() {
            let why = "must be one name: exactly one of the members that begin with tls_client_auth_";
            return Err(Problem::InvalidFields(vec![FieldFault::new("subject", Fault::Rule(why.to_owned()))]));
        }
        Ok(Self {
            method: body.method,
            jwks: match body.jwks {
                None => String::new(),
                Some(Value::String(pem)) => pem,
                Some(set) => set.to_string(),
            },
            jwks_uri: body.jwks_uri.unwrap_or_default(),
            subject,
            certificates: body.certificates.unwrap_or_default(),
        })
    }
}

/// Change how a credential proves itself. From the next request on nothing else is accepted.
#[utoipa::path(
    put, path = "/admin/v1/credentials/{client_id}/authentication", tag = "Admin", operation_id = "changeAuthentication",
    security(("operator_token" = [])),
    params(("client_id" = String, Path, description = "The Client Id"), ("If-Match" = Option<String>, Header, nullable = false, pattern = "^(\\*|\"[0-9]+\")$", description = "The ETag that the change is based on")),
    request_body = ChangeBody,
    responses(
        (status = 200, description = "The credential as it is now", body = UseBody),
        AdminErrors,
        MissingErrors,
        BodyErrors,
        FieldErrors,
        VersionErrors,
        ConflictErrors,
    )
)]
pub async fn change(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    InPath(client_id): InPath<String>,
    IfMatch(version): IfMatch,
    Json(body): Json<ChangeBody>,
) -> Result<Response, Problem> {
    let choice = Choice::try_from(body)?;
    shown(&app, &app.change_authentication(&actor, &client_id, version, &choice).await?).await
}

//! *Client authentication* of a credential: by its secret, by signed assertions or by a certificate; chosen by the entity.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::faults::Faults;
use super::form::Form;
use super::frame::{Frame, key, on_to, page, page_with};
use super::look::Theme;
use super::pair::here;
use super::step_up::recent;
use super::visitor::Insider;
use super::words::{Text, Words};
use crate::app::{App, Error};
use crate::domain::authentication::{Authentication, Choice, KeySource};
use crate::domain::certificate::Subject;
use crate::domain::credential::Credential;
use crate::http::admin::read::InPath;
use crate::http::error::Problem;

#[derive(Template)]
#[template(path = "client_authentication.html")]
struct ClientAuthentication {
    frame: Frame,
    faults: Faults,
    others: Vec<Text>,
    path: String,
    back: String,
    client_id: String,
    name: String,
    version: i64,
    may_manage: bool,
    forbids_secrets: bool,
    now: &'static str,
    registered: Vec<(String, String)>,
    methods: Vec<Method>,
    typed: Typed,
    kinds: Vec<(&'static str, &'static str, bool)>,
    issuer: String,
    token_endpoint: String,
}

/// A method to choose.
struct Method {
    word: &'static str,
    name: &'static str,
    explained: &'static str,
    is_chosen: bool,
    is_possible: bool,
}

/// What stands in the form again. Keys and certificates do not: who pastes the wrong half shall not see it twice.
#[derive(Default)]
struct Typed {
    method: String,
    jwks_uri: String,
    kind: String,
    subject: String,
}

impl Typed {
    fn of(authentication: &Authentication) -> Self {
        let (jwks_uri, (kind, subject)) = match authentication {
            Authentication::PrivateKeyJwt(KeySource::JwksUri(uri)) => (uri.clone(), ("dn", String::new())),
            Authentication::TlsClientAuth(subject) => (String::new(), subject.parts()),
            Authentication::ClientSecret
            | Authentication::PrivateKeyJwt(KeySource::Jwks(_))
            | Authentication::SelfSignedTlsClientAuth { .. } => (String::new(), ("dn", String::new())),
        };
        Self { method: authentication.method().to_owned(), jwks_uri, kind: kind.to_owned(), subject }
    }

    fn of_form(form: &Form) -> Self {
        let text = |name| form.field(name).trim().chars().take(600).collect();
        Self {
            method: text("method"),
            jwks_uri: text("jwks_uri"),
            kind: text("subject_kind"),
            subject: text("subject"),
        }
    }
}

/// What a method is called.
pub fn method_name(method: &str) -> &'static str {
    match method {
        "private_key_jwt" => key("auth-private-key-jwt"),
        "tls_client_auth" => key("auth-tls"),
        "self_signed_tls_client_auth" => key("auth-self-signed"),
        _ => key("auth-secret"),
    }
}

/// The page.
pub async fn get(
    State(app): State<Arc<App>>,
    insider: Insider,
    InPath((_, client_id)): InPath<(String, String)>,
) -> Result<Response, Problem> {
    let credential = owned(&app, &insider, &client_id).await?;
    let typed = Typed::of(&credential.authentication);
    let shown = build(&app, &insider, &credential, typed, Faults::default()).await?;
    Ok(page(&app, insider.visitor.look, &shown))
}

/// Changes how the credential proves itself.
pub async fn post(
    State(app): State<Arc<App>>,
    insider: Insider,
    InPath((_, client_id)): InPath<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    insider.manages()?;
    let credential = owned(&app, &insider, &client_id).await?;
    let choice = choice(&form);
    // Before the password is asked for: what is wrong is not carried through another page.
    if let Err(error) = app.judge_authentication(&choice) {
        let Error::Invalid(faults) = error else { return Err(error.into()) };
        let shown = build(&app, &insider, &credential, Typed::of_form(&form), Faults(faults)).await?;
        return Ok(page_with(&app, insider.visitor.look, StatusCode::UNPROCESSABLE_ENTITY, &shown));
    }
    let path = path(&insider, &client_id);
    if let Err(asked) = recent(&app, &insider, &form, path.clone(), path.clone()).await? {
        return Ok(asked);
    }
    let version = form.number("version");
    let version =
        version.ok_or_else(|| Problem::Malformed("The form does not say which version it is of.".to_owned()))?;
    app.change_authentication(&insider.actor(), &client_id, Some(version), &choice).await?;
    Ok(on_to(&app, &path, "notice-authentication-changed"))
}

fn path(insider: &Insider, client_id: &str) -> String {
    insider.path(&format!("generate-credentials/{client_id}/authentication"))
}

async fn owned(app: &App, insider: &Insider, client_id: &str) -> Result<Credential, Problem> {
    let used = app.find_credential(client_id).await?;
    insider.owns(&used.credential)?;
    Ok(used.credential)
}

/// The fields of the chosen method; those of the others stand in the form too, and count for nothing.
fn choice(form: &Form) -> Choice {
    let text = |name: &str| form.field(name).trim().to_owned();
    let of_none = Choice { method: text("method"), ..Choice::default() };
    match of_none.method.as_str() {
        "private_key_jwt" => Choice { jwks: text("jwks"), jwks_uri: text("jwks_uri"), ..of_none },
        "tls_client_auth" => Choice { subject: Some((text("subject_kind"), text("subject"))), ..of_none },
        "self_signed_tls_client_auth" => Choice { certificates: vec![text("certificates")], ..of_none },
        _ => of_none,
    }
}

async fn build(
    app: &App,
    insider: &Insider,
    credential: &Credential,
    typed: Typed,
    faults: Faults,
) -> Result<ClientAuthentication, Problem> {
    let w = insider.visitor.look.words;
    let client_id = credential.client_id.as_str();
    let takes_certificates = app.config.takes_client_certificates();
    let method = |word: &'static str, explained, is_possible| Method {
        word,
        name: method_name(word),
        explained,
        is_chosen: typed.method == word,
        is_possible,
    };
    let kind_names =
        [key("subject-dn"), key("subject-dns"), key("subject-uri"), key("subject-ip"), key("subject-email")];
    Ok(ClientAuthentication {
        frame: Frame::of_entity(app, insider, "generate-credentials").await?,
        others: faults.others(w, &["jwks", "jwks_uri", "subject", "certificates"]),
        path: path(insider, client_id),
        back: here(insider, client_id),
        client_id: client_id.to_owned(),
        name: credential.name.clone(),
        version: credential.version,
        may_manage: insider.role.may_manage() && credential.revoked_at.is_none(),
        forbids_secrets: insider.entity.settings.forbid_plain_secrets,
        now: method_name(credential.authentication.method()),
        registered: registered(w, &credential.authentication),
        methods: vec![
            method("client_secret", key("auth-secret-explained"), true),
            method("private_key_jwt", key("auth-private-key-jwt-explained"), true),
            method("tls_client_auth", key("auth-tls-explained"), app.client_authorities.is_some()),
            method("self_signed_tls_client_auth", key("auth-self-signed-explained"), takes_certificates),
        ],
        kinds: Subject::KINDS
            .into_iter()
            .zip(kind_names)
            .map(|(kind, name)| (kind, name, typed.kind == kind))
            .collect(),
        issuer: app.issuer.to_string(),
        token_endpoint: format!("{}/oauth/token", app.issuer),
        typed,
        faults,
    })
}

/// What is registered: what it is, and its text.
fn registered(w: Words, authentication: &Authentication) -> Vec<(String, String)> {
    match authentication {
        Authentication::ClientSecret => Vec::new(),
        Authentication::PrivateKeyJwt(KeySource::Jwks(keys)) => {
            keys.iter().map(|key| (key.kind(), key.kid().to_owned())).collect()
        }
        Authentication::PrivateKeyJwt(KeySource::JwksUri(uri)) => vec![("jwks_uri".to_owned(), uri.clone())],
        Authentication::TlsClientAuth(subject) => {
            let (kind, text) = subject.parts();
            vec![(kind.to_uppercase(), text)]
        }
        Authentication::SelfSignedTlsClientAuth { thumbprints } => {
            thumbprints.iter().map(|it| (w.plain("thumbprint"), it.to_string())).collect()
        }
    }
}

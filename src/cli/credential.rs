//! `passgate credential …`

use std::time::Duration;

use clap::{Args, Subcommand};

use super::output::{argument_or_stdin, json, say, span, table};
use super::{Failure, Outcome};
use crate::app::App;
use crate::app::credentials::{Generated, RegenerationChoice};
use crate::domain::authentication as domain;
use crate::domain::credential::Owner;
use crate::domain::event::Actor;
use crate::domain::rotation::{Retirement, Term, retirement};
use crate::domain::secret::Secret;
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;
use crate::http::admin::credentials::{CredentialBody, GeneratedBody, UseBody};
use crate::store::credential::CredentialUse;

/// Client Ids and Client Secrets.
#[derive(Subcommand)]
pub enum Credential {
    /// Generate a Client Id and Client Secret
    Generate {
        /// The entity's id or identifier
        #[arg(required_unless_present = "api")]
        entity: Option<String>,
        /// For a platform API instead: it may introspect every token, and gets none
        #[arg(long, conflicts_with = "entity")]
        api: bool,
        /// What people call it
        #[arg(long, default_value = "Default")]
        name: String,
        /// When it ends, such as 2027-01-31T00:00:00Z [default: never]
        #[arg(long, value_name = "TIME")]
        expires_at: Option<Timestamp>,
        /// When its first secret ends [default: as the entity's setting says, which is never]
        #[arg(long, value_name = "TIME")]
        secret_expires: Option<Timestamp>,
    },
    /// Make a new Client Secret; the Client Id stays
    Regenerate {
        /// The Client Id
        client_id: String,
        /// How long the old secret goes on, such as 24h, at most 7d [default: the entity's setting, which is to stop at once]
        #[arg(long, value_parser = span)]
        grace: Option<Duration>,
        /// Make every token issued so far void
        #[arg(long)]
        void_tokens: bool,
        /// From when on the new secret is accepted, at most 7 days ahead; the grace period begins then [default: at once]
        #[arg(long, value_name = "TIME")]
        not_before: Option<Timestamp>,
        /// When the new secret ends, such as 2027-01-31T00:00:00Z [default: as the entity's setting says, which is never]
        #[arg(long, value_name = "TIME")]
        expires: Option<Timestamp>,
    },
    /// List the credentials of an entity, or of platform APIs
    List {
        /// The entity's id or identifier
        #[arg(required_unless_present = "api")]
        entity: Option<String>,
        /// Of platform APIs instead
        #[arg(long, conflicts_with = "entity")]
        api: bool,
    },
    /// Stop one secret at once and void the tokens that it got
    StopSecret {
        /// The Client Id
        client_id: String,
        /// The secret's id (pgk_…): see passgate credential list --json
        secret_id: String,
        /// Let the tokens that it got stand until they end
        #[arg(long)]
        keep_tokens: bool,
    },
    /// Revoke a credential and its tokens for good
    Revoke {
        /// The Client Id
        client_id: String,
    },
    /// Lift the Integration Account Lock
    Unlock {
        /// The Client Id
        client_id: String,
    },
    /// Change how a credential proves itself; its secret is refused while it is another way than client_secret
    Authentication(Authentication),
}

/// A method, and what the client is known by.
#[derive(Args)]
pub struct Authentication {
    /// The Client Id
    client_id: String,
    /// How it proves itself
    #[arg(value_parser = domain::Authentication::METHODS)]
    method: String,
    /// With private_key_jwt: file with a JWK Set, or public keys in PEM; - for standard input
    #[arg(long, value_name = "FILE")]
    jwks: Option<String>,
    /// With private_key_jwt, instead: where the client publishes its JWK Set
    #[arg(long, value_name = "URL")]
    jwks_uri: Option<String>,
    /// With tls_client_auth: the certificate's name, such as dn=CN=erp,O=Northwind or dns=, uri=, ip=, email=
    #[arg(long, value_name = "KIND=NAME")]
    subject: Option<String>,
    /// With self_signed_tls_client_auth: file with a certificate in PEM; repeat for more
    #[arg(long = "certificate", value_name = "FILE")]
    certificates: Vec<String>,
    /// With self_signed_tls_client_auth: SHA-256 of a certificate or of its public key; repeat for more
    #[arg(long = "thumbprint", value_name = "SHA-256")]
    thumbprints: Vec<String>,
}

impl Authentication {
    fn choice(self) -> Result<domain::Choice, Failure> {
        let file = |path: &String| -> Result<String, Failure> {
            if path == "-" {
                return argument_or_stdin(path);
            }
            std::fs::read_to_string(path).map_err(|error| format!("cannot read {path}: {error}").into())
        };
        let subject = match &self.subject {
            None => None,
            Some(text) => {
                let (kind, name) =
                    text.split_once('=').ok_or("--subject must be dn=, dns=, uri=, ip= or email= and a name")?;
                Some((kind.to_owned(), name.to_owned()))
            }
        };
        let mut certificates = self.certificates.iter().map(file).collect::<Result<Vec<_>, _>>()?;
        certificates.extend(self.thumbprints);
        Ok(domain::Choice {
            method: self.method,
            jwks: self.jwks.as_ref().map(file).transpose()?.unwrap_or_default(),
            jwks_uri: self.jwks_uri.unwrap_or_default(),
            subject,
            certificates,
        })
    }
}

impl Credential {
    pub(super) async fn run(self, app: &App, as_json: bool) -> Outcome {
        let actor = Actor::Cli;
        match self {
            Self::Generate { entity, name, expires_at, secret_expires, .. } => {
                let entity = match entity {
                    Some(entity) => Some(app.find_entity(&entity).await?),
                    None => None,
                };
                let term = Term { not_before: None, expires_at: secret_expires };
                let made = app.generate_credential(&actor, entity.as_ref(), &name, expires_at, term).await?;
                generated(app, &made, false, as_json)
            }
            Self::Regenerate { client_id, grace, void_tokens, not_before, expires } => {
                let term = Term { not_before, expires_at: expires };
                let choice = RegenerationChoice { grace, voids_tokens: void_tokens.then_some(true), term };
                generated(app, &app.regenerate_credential(&actor, &client_id, None, choice).await?, true, as_json)
            }
            Self::List { entity, .. } => {
                let owner = match entity {
                    Some(entity) => Owner::Entity(app.find_entity(&entity).await?.id),
                    None => Owner::Api,
                };
                list(app, &all(app, &owner).await?, as_json).await
            }
            Self::StopSecret { client_id, secret_id, keep_tokens } => {
                list(app, &[app.stop_secret(&actor, &client_id, &secret_id, !keep_tokens).await?], as_json).await
            }
            Self::Revoke { client_id } => {
                list(app, &[app.revoke_credential(&actor, &client_id, None).await?], as_json).await
            }
            Self::Unlock { client_id } => {
                list(app, &[app.unlock_credential(&actor, &client_id, None).await?], as_json).await
            }
            Self::Authentication(authentication) => {
                let client_id = authentication.client_id.clone();
                let changed = app.change_authentication(&actor, &client_id, None, &authentication.choice()?).await?;
                list(app, &[changed], as_json).await
            }
        }
    }
}

async fn all(app: &App, owner: &Owner) -> Result<Vec<CredentialUse>, Failure> {
    let mut credentials: Vec<CredentialUse> = Vec::new();
    loop {
        let last = credentials.last().map(|used| (used.credential.created_at, used.credential.client_id.to_string()));
        let (time, client_id) = last.unwrap_or((Timestamp::from_millis(i64::MIN), String::new()));
        let page = app.store.credentials_after(owner, (time, &client_id), 500, app.now()).await?;
        if page.is_empty() {
            return Ok(credentials);
        }
        credentials.extend(page);
    }
}

fn generated(app: &App, generated: &Generated, replaces: bool, as_json: bool) -> Outcome {
    let now = app.now();
    let credential = CredentialBody::new(&generated.credential, &generated.settings, now);
    if as_json {
        return json(&GeneratedBody { credential, client_secret: generated.secret.expose() });
    }
    let newest = generated.credential.secrets.first();
    let begins = newest.and_then(|secret| secret.not_before).map(|time| format!("\nAccepted from  {time}"));
    let ends = newest.and_then(|secret| secret.expires_at).map(|time| format!("\nEnds           {time}"));
    let old = match generated.credential.rotation(now) {
        Some((_, old)) => format!("\nOld secret     {}", told(&generated.credential, old, now)),
        None if replaces => "\nOld secret     refused from now on".to_owned(),
        None => String::new(),
    };
    say(&format!(
        "Client Id      {}\nClient Secret  {}{}{}{}",
        generated.credential.client_id,
        generated.secret.expose(),
        begins.unwrap_or_default(),
        ends.unwrap_or_default(),
        old
    ))
}

/// A secret by its first characters, and what there is to know of it.
fn told(credential: &crate::domain::credential::Credential, secret: &Secret, now: Timestamp) -> String {
    let is_safe = credential
        .rotation(now)
        .is_some_and(|(new, old)| old.id == secret.id && retirement(new, old, now) == Retirement::Safe);
    let note = match (secret.is_live(now), secret.ends_at()) {
        (false, _) => format!(" (from {})", secret.begins_at()),
        (true, _) if is_safe => " (safe to retire)".to_owned(),
        (true, Some(end)) => format!(" (until {end})"),
        (true, None) => String::new(),
    };
    format!("{}{note}", secret.hint)
}

async fn list(app: &App, credentials: &[CredentialUse], as_json: bool) -> Outcome {
    let now = app.now();
    let settings = match credentials.first() {
        Some(used) => app.settings_of(&used.credential).await?,
        None => Settings::default(),
    };
    if as_json {
        return json(&credentials.iter().map(|used| UseBody::new(used, &settings, now)).collect::<Vec<_>>());
    }
    let row = |used: &CredentialUse| {
        let secrets: Vec<String> =
            used.credential.unended_secrets(now).map(|it| told(&used.credential, it, now)).collect();
        [
            used.credential.client_id.to_string(),
            used.credential.name.clone(),
            CredentialBody::new(&used.credential, &settings, now).status().to_owned(),
            used.credential.authentication.method().to_owned(),
            secrets.join(", "),
            used.token_count.to_string(),
            used.last_used_at.map_or_else(|| "never".to_owned(), |time| time.to_string()),
        ]
    };
    table(
        ["CLIENT ID", "NAME", "STATUS", "AUTHENTICATION", "SECRETS", "TOKENS", "LAST USED"],
        &credentials.iter().map(row).collect::<Vec<_>>(),
    )
}

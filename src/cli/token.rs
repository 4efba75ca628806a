//! `passgate token …`

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Subcommand;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::output::{argument_or_stdin, complain, json, say, table};
use super::{Failure, Outcome};
use crate::app::App;
use crate::config::{Config, Ledger, Sources};
use crate::domain::claims::TokenId;
use crate::domain::event::Actor;
use crate::domain::id::ClientId;
use crate::domain::time::{Timestamp, bound};
use crate::http::admin::ledger::IssuedBody;
use crate::http::admin::revocation::{AllVoidBody, RevokedBody};
use crate::store::issued_token::Filter;

/// Access tokens.
#[derive(Subcommand)]
pub enum Token {
    /// Ask a server for a token. The Client Secret comes from PASSGATE_SECRET or standard input
    Get {
        /// The Client Id
        client_id: String,
        /// The server [default: this installation's public URL]
        #[arg(long)]
        url: Option<String>,
        /// The scope to ask for [default: all]
        #[arg(long)]
        scope: Option<String>,
        /// A dynamic parameter; repeat for more
        #[arg(long = "parameter", value_name = "NAME=VALUE")]
        parameters: Vec<String>,
    },
    /// Show what a token says, without verifying it
    Decode {
        /// The token, or - for standard input
        token: String,
    },
    /// Revoke one token, whoever it was issued to
    Revoke {
        /// The token, or - for standard input, which keeps it out of the list of processes
        #[arg(required_unless_present = "jti")]
        token: Option<String>,
        /// Its jti, if the token itself is not at hand
        #[arg(long, conflicts_with = "token")]
        jti: Option<String>,
        /// Its exp, in seconds since the epoch [default: as long as any token lives]
        #[arg(long, requires = "jti", value_name = "SECONDS")]
        exp: Option<i64>,
    },
    #[command(group(clap::ArgGroup::new("whose").required(true).args(["credential", "entity", "all"])))]
    /// Void the tokens issued up to a moment, of a credential, of an entity or of everybody
    Void {
        /// Those of this Client Id
        #[arg(long, value_name = "CLIENT ID")]
        credential: Option<String>,
        /// Those of this entity, by its id or identifier
        #[arg(long)]
        entity: Option<String>,
        /// Those of everybody
        #[arg(long)]
        all: bool,
        /// The moment, such as 2026-01-31T12:00:00Z, not in the future [default: now]
        #[arg(long, value_name = "TIME")]
        before: Option<Timestamp>,
    },
    /// List the tokens of the durable ledger, the newest first
    List {
        /// The one of this jti
        #[arg(long)]
        jti: Option<String>,
        /// Those of this Client Id
        #[arg(long, value_name = "CLIENT ID")]
        credential: Option<String>,
        /// Those of this entity, by its id or identifier
        #[arg(long)]
        entity: Option<String>,
        /// Those issued from this moment on: a date and time, or a date (UTC)
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
        /// Those issued before this moment, or up to the end of this date (UTC)
        #[arg(long, value_name = "TIME")]
        to: Option<String>,
        /// Most tokens
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
    },
    /// Say whether a token stands: signature, end and revocation
    Verify {
        /// The token, or - for standard input
        token: String,
        /// Ask this server [default: look into this installation]
        #[arg(long)]
        url: Option<String>,
    },
}

impl Token {
    pub(super) async fn run(self, sources: &Sources, as_json: bool) -> Outcome {
        match self {
            Self::Get { client_id, url, scope, parameters } => {
                let url = url_or_own(url, sources)?;
                let secret = match std::env::var("PASSGATE_SECRET") {
                    Ok(secret) => Zeroizing::new(secret),
                    Err(_) => Zeroizing::new(argument_or_stdin("-")?),
                };
                let mut form =
                    vec![("client_id".to_owned(), client_id), ("client_secret".to_owned(), secret.to_string())];
                form.extend(scope.map(|scope| ("scope".to_owned(), scope)));
                for parameter in parameters {
                    let (name, value) =
                        parameter.split_once('=').ok_or_else(|| format!("{parameter} is not NAME=VALUE"))?;
                    form.push((name.to_owned(), value.to_owned()));
                }
                let answer = answer(client()?.post(format!("{url}/api/v1/access-token")).form(&form)).await?;
                if as_json {
                    json(&answer)
                } else {
                    say(answer.get("access_token").and_then(Value::as_str).unwrap_or_default())
                }
            }
            Self::Decode { token } => {
                let token = argument_or_stdin(&token)?;
                let mut parts = token.split('.').map(|part| {
                    URL_SAFE_NO_PAD.decode(part).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
                });
                match (parts.next().flatten(), parts.next().flatten(), token.split('.').count()) {
                    (Some(header), Some(claims), 3) => {
                        json(&serde_json::json!({"verified": false, "header": header, "claims": claims}))
                    }
                    _ => Err("this is not a token: it must be three parts of base64url with dots between".into()),
                }
            }
            Self::Revoke { token, jti, exp } => {
                let app = super::installation(sources).await?;
                let revoked = match (token, jti) {
                    (_, Some(jti)) => app.revoke_token_by_id(&Actor::Cli, &jti, exp).await?,
                    (token, None) => {
                        let token = Zeroizing::new(argument_or_stdin(token.as_deref().unwrap_or("-"))?);
                        app.revoke_presented_token(&Actor::Cli, &token).await?
                    }
                };
                if as_json {
                    return json(&RevokedBody::from(revoked));
                }
                let how = if revoked.had_ended { "had ended already" } else { "is void" };
                say(&format!("The token {} {how}", revoked.jti))
            }
            Self::Void { credential, entity, before, .. } => {
                let app = super::installation(sources).await?;
                void(&app, credential, entity, before, as_json).await
            }
            Self::List { jti, credential, entity, from, to, limit } => {
                let app = super::installation(sources).await?;
                let entity_id = match entity {
                    Some(name) => Some(app.find_entity(&name).await?.id),
                    None => None,
                };
                let filter = Filter {
                    jti: known(jti.as_deref(), TokenId::parse, "is not the id of a token")?,
                    client_id: known(credential.as_deref(), ClientId::parse, "is not a Client Id")?,
                    entity_id,
                    since: moment("--from", from, false)?,
                    until: moment("--to", to, true)?,
                };
                if filter.since.zip(filter.until).is_some_and(|(since, until)| until <= since) {
                    return Err("--to is not after --from".into());
                }
                let tokens = app.store.issued_tokens(&filter, None, limit.saturating_add(1)).await?;
                let most = usize::try_from(limit)?;
                if tokens.len() > most {
                    complain(&format!(
                        "There are more than these {limit}: narrow them down, or choose another --limit"
                    ));
                }
                if app.config.ledger == Ledger::Counted {
                    complain("Tokens that are issued now are not written down: the setting ledger is counted");
                }
                let tokens: Vec<IssuedBody> = tokens.into_iter().take(most).map(IssuedBody::from).collect();
                if as_json {
                    return json(&tokens);
                }
                let row = |token: &IssuedBody| {
                    let IssuedBody { jti, client_id, entity_id, issued_at, expires_at, address, scope } = token;
                    let texts = [jti, client_id, entity_id, address, scope].map(String::clone);
                    let [jti, client_id, entity_id, address, scope] = texts;
                    [issued_at.to_string(), jti, client_id, entity_id, address, expires_at.to_string(), scope]
                };
                table(
                    ["ISSUED", "JTI", "CLIENT ID", "ENTITY", "ADDRESS", "ENDS", "SCOPE"],
                    &tokens.iter().map(row).collect::<Vec<_>>(),
                )
            }
            Self::Verify { token, url } => {
                let token = argument_or_stdin(&token)?;
                match url {
                    Some(url) => json(
                        &answer(client()?.get(format!("{}/api/v1/whoami", origin(&url))).bearer_auth(token)).await?,
                    ),
                    None => {
                        let app = super::installation(sources).await?;
                        match app.standing_token(&token).await? {
                            Ok(standing) => json(&*standing.claims),
                            Err(why) => Err(format!("the token is not valid: {why}").into()),
                        }
                    }
                }
            }
        }
    }
}

/// The moment that the argument `name` says.
fn moment(name: &str, text: Option<String>, is_end: bool) -> Result<Option<Timestamp>, Failure> {
    let read =
        |text: String| bound(&text, is_end).map_err(|error| format!("{name} {text} is {error}, or a date").into());
    text.map(read).transpose()
}

/// What `text` names, if there is any.
fn known<T>(text: Option<&str>, parse: impl Fn(&str) -> Option<T>, if_not: &str) -> Result<Option<T>, Failure> {
    text.map(|text| parse(text).ok_or_else(|| format!("{text} {if_not}").into())).transpose()
}

/// Everybody's if neither a credential nor an entity is named.
async fn void(
    app: &App,
    credential: Option<String>,
    entity: Option<String>,
    before: Option<Timestamp>,
    as_json: bool,
) -> Outcome {
    let (whose, moment) = match (credential, entity) {
        (Some(client_id), _) => {
            let used = app.void_tokens_of_credential(&Actor::Cli, &client_id, before).await?;
            (client_id, used.credential.tokens_void_before)
        }
        (None, Some(entity)) => {
            let entity = app.void_tokens_of_entity(&Actor::Cli, &entity, before).await?;
            (entity.identifier, entity.tokens_void_before)
        }
        (None, None) => ("everybody".to_owned(), Some(app.void_all_tokens(&Actor::Cli, before).await?)),
    };
    let tokens_void_before = moment.ok_or("the tokens were not made void")?;
    if as_json {
        return json(&AllVoidBody { tokens_void_before });
    }
    say(&format!("The tokens of {whose} issued up to {tokens_void_before} are void"))
}

fn url_or_own(url: Option<String>, sources: &Sources) -> Result<String, Failure> {
    match url {
        Some(url) => Ok(origin(&url)),
        None => {
            let config = Config::load(sources)?;
            Ok(config.public_url(config.listen))
        }
    }
}

fn origin(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}

fn client() -> Result<reqwest::Client, Failure> {
    let set = |builder: reqwest::ClientBuilder| {
        builder.timeout(Duration::from_secs(30)).redirect(reqwest::redirect::Policy::none())
    };
    Ok(crate::app::http_client::client(set)?)
}

/// An error and everything behind it; the outermost alone says only that sending failed.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// The JSON of a successful answer, or the problem in a sentence.
async fn answer(request: reqwest::RequestBuilder) -> Result<Map<String, Value>, Failure> {
    let response = request.send().await.map_err(|error| format!("the server cannot be reached: {}", causes(&error)))?;
    let status = response.status();
    let body: Map<String, Value> =
        response.json().await.map_err(|_| format!("the server answered {status}, and not with JSON"))?;
    if status.is_success() {
        return Ok(body);
    }
    let text = |name| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let title = text("title").trim_end_matches('.');
    Err(format!("{status}: {title}. {} (request {})", text("detail"), text("request_id")).into())
}

//! `passgate operator …`

use std::time::Duration;

use clap::Subcommand;

use super::Outcome;
use super::output::{json, say, span, table};
use crate::app::App;
use crate::domain::event::Actor;
use crate::domain::operator::OperatorToken;

/// Operator tokens and the set-up link.
#[derive(Subcommand)]
pub enum Operator {
    /// Make an operator token for the admin API; it is shown once
    Token {
        /// What it is for
        #[arg(long, default_value = "operator")]
        name: String,
        /// When it ends, such as 24h or 90d, at most 366d
        #[arg(long, value_parser = span, default_value = "90d")]
        expires_in: Duration,
    },
    /// List the operator tokens
    List,
    /// Revoke an operator token
    Revoke {
        /// Its id
        id: String,
    },
    /// Make a set-up link, good once and for 48 hours; it takes the place of any other
    SetupLink,
}

impl Operator {
    pub(super) async fn run(self, app: &App, as_json: bool) -> Outcome {
        match self {
            Self::Token { name, expires_in } => {
                let (token, secret) = app.create_operator_token(&Actor::Cli, &name, expires_in).await?;
                if as_json {
                    return json(
                        &serde_json::json!({"id": token.id, "name": token.name, "expires_at": token.expires_at, "operator_token": secret.expose()}),
                    );
                }
                say(secret.expose())
            }
            Self::List => list(&app.store.operator_tokens().await?, as_json),
            Self::Revoke { id } => {
                app.revoke_operator_token(&Actor::Cli, &id).await?;
                list(&app.store.operator_tokens().await?, as_json)
            }
            Self::SetupLink => {
                let url = format!("{}/setup/{}", app.issuer, app.create_setup_link(&Actor::Cli).await?.expose());
                if as_json { json(&serde_json::json!({"setup_url": url})) } else { say(&url) }
            }
        }
    }
}

fn list(tokens: &[OperatorToken], as_json: bool) -> Outcome {
    if as_json {
        let item = |token: &OperatorToken| serde_json::json!({"id": token.id, "name": token.name, "created_at": token.created_at, "expires_at": token.expires_at});
        return json(&tokens.iter().map(item).collect::<Vec<_>>());
    }
    let row = |token: &OperatorToken| {
        [token.id.to_string(), token.name.clone(), token.created_at.to_string(), token.expires_at.to_string()]
    };
    table(["ID", "NAME", "CREATED", "EXPIRES"], &tokens.iter().map(row).collect::<Vec<_>>())
}

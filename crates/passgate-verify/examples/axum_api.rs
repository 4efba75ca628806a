//! An API that takes tokens of Passgate. Start one with `passgate quickstart`, then:
//!
//!     PASSGATE_URL=http://127.0.0.1:8080 cargo run -p passgate-verify --features axum --example axum_api
//!
//! With `API_ID` and `API_SECRET` of a registered API (`passgate credential generate --api`), a revoked token is refused
//! within two seconds.

use axum::Router;
use axum::routing::get;
use passgate_verify::{Refused, Token, Verifier};

/// Anybody with a good token.
async fn me(token: Token) -> String {
    format!("{} of {}", token.client_id(), token.entity().unwrap_or("nobody"))
}

/// Only with the words of this scope.
async fn webhooks(token: Token) -> Result<&'static str, Refused> {
    token.require("Webhooks access")?;
    Ok("no webhooks yet")
}

/// A part of an API that a layer guards as a whole.
fn reports(verifier: &Verifier) -> Router<Verifier> {
    Router::new().route("/reports", get(async || "no reports yet")).layer(verifier.layer().scope("reports:read"))
}

/// The whole API.
pub fn api(verifier: Verifier) -> Router {
    let reports = reports(&verifier);
    Router::new().route("/me", get(me)).route("/webhooks", get(webhooks)).merge(reports).with_state(verifier)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut builder = Verifier::new(&std::env::var("PASSGATE_URL")?);
    if let (Ok(client_id), Ok(secret)) = (std::env::var("API_ID"), std::env::var("API_SECRET")) {
        builder = builder.revocations(client_id, secret);
    }
    let verifier = builder.start().await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    #[expect(clippy::print_stdout, reason = "it says where it is")]
    {
        println!("http://{}", listener.local_addr()?);
    }
    axum::serve(listener, api(verifier)).await?;
    Ok(())
}

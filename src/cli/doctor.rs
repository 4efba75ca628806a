//! `passgate doctor`: what is wrong with this installation, and what to do about it.

use std::time::Duration;

use serde::Serialize;

use super::Outcome;
use super::output::{json, say};
use crate::config::{Config, Sources};

/// One thing looked at.
#[derive(Serialize)]
struct Finding {
    check: &'static str,
    status: Status,
    detail: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ok,
    Warning,
    Error,
}

/// Looks at everything; fails if anything is an error.
pub async fn run(sources: &Sources, as_json: bool) -> Outcome {
    let findings = look(sources).await;
    if as_json {
        json(&findings)?;
    } else {
        for Finding { check, status, detail } in &findings {
            let mark = match status {
                Status::Ok => "ok",
                Status::Warning => "warning",
                Status::Error => "ERROR",
            };
            say(&format!("{mark:<8} {check:<12} {detail}"))?;
        }
    }
    if findings.iter().any(|finding| finding.status == Status::Error) {
        Err("something is wrong with this installation".into())
    } else {
        Ok(())
    }
}

async fn look(sources: &Sources) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut found = |check, status, detail: String| findings.push(Finding { check, status, detail });
    let config = match Config::load(sources) {
        Ok(config) => config,
        Err(error) => {
            found("settings", Status::Error, error.to_string());
            return findings;
        }
    };
    found("settings", Status::Ok, "valid".to_owned());
    match &config.public_url {
        None => found(
            "public_url",
            Status::Warning,
            format!("not set; tokens will say {}", config.public_url(config.listen)),
        ),
        Some(url) if url.starts_with("http://") => {
            found("public_url", Status::Warning, format!("{url} is not HTTPS; secrets travel in the clear"));
        }
        Some(url) => found("public_url", Status::Ok, url.clone()),
    }
    if let (Some(certificate), Some(key)) = (&config.tls_certificate_file, &config.tls_key_file) {
        match crate::http::tls::Tls::load(certificate, key, false) {
            Ok(_) => found("tls", Status::Ok, "certificate and key fit together".to_owned()),
            Err(error) => found("tls", Status::Error, error.to_string()),
        }
    }
    let url = config.public_url(config.listen);
    match super::installation(sources).await {
        Err(error) => found("installation", Status::Error, error.to_string()),
        Ok(app) => {
            found("database", Status::Ok, format!("{} answers, its schema is up to date", app.store.name()));
            match app.store.read_only().await {
                Ok(None) => {}
                Ok(Some(why)) => found("read_only", Status::Error, why.to_string()),
                Err(error) => found("read_only", Status::Error, error.to_string()),
            }
            match app.store.sealed_roots().await {
                Ok(Some(roots)) if roots.next.is_some() => found(
                    "master_key",
                    Status::Warning,
                    "an old and a new one open the database; run: passgate master-key retire".to_owned(),
                ),
                Ok(_) => found("master_key", Status::Ok, "opens the database".to_owned()),
                Err(error) => found("master_key", Status::Error, error.to_string()),
            }
            match app.store.signing_keys().await {
                Ok(keys) => found(
                    "keys",
                    if app.signer.can_sign() { Status::Ok } else { Status::Error },
                    format!(
                        "{} published, signing with {}",
                        keys.len(),
                        app.signer.algorithms().first().unwrap_or(&"nothing")
                    ),
                ),
                Err(error) => found("keys", Status::Error, error.to_string()),
            }
            match app.store.events_before(i64::MAX, None, 1).await {
                Ok(events) if events.iter().any(|event| event.at > app.now().plus(Duration::from_secs(60))) => {
                    found(
                        "clock",
                        Status::Error,
                        "the last change was logged in the future: this machine's clock is behind".to_owned(),
                    );
                }
                Ok(_) => found("clock", Status::Ok, app.now().to_string()),
                Err(error) => found("clock", Status::Error, error.to_string()),
            }
        }
    }
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build();
    let answer = match client {
        Ok(client) => client.get(format!("{url}/readyz")).send().await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(answer) if answer.status().is_success() => match answer.json::<serde_json::Value>().await {
            Ok(said) if said.get("status").is_some_and(|status| status == "degraded") => {
                found("server", Status::Warning, format!("{url} answers from memory: its database is away"));
            }
            Ok(_) | Err(_) => found("server", Status::Ok, format!("{url} is ready")),
        },
        Ok(answer) => found("server", Status::Error, format!("{url}/readyz answers {}", answer.status())),
        Err(_) => found("server", Status::Warning, format!("nothing answers at {url}")),
    }
    findings
}

//! Changes everything that can be changed, by admin API, OAuth door and command line, until it gets no answer.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use super::figures::below;
use super::ledger::{Account, Change, Client, Secret, Token};
use super::node::{Answer, Door, Installation, answer};

/// Most credentials of an entity; then the writer takes another.
const MOST_CLIENTS: usize = 6;
/// One change in so many is made by the command line.
const BY_COMMAND: u64 = 40;

/// One writer and its entity. What it wrote before is kept, too.
pub struct Writer {
    pub name: String,
    pub account: Option<Account>,
    pub archive: Vec<Account>,
    pub acknowledged: u64,
    made: u32,
}

/// Why a writer has stopped.
pub enum Stopped {
    /// The answer to this change did not come, or was 5xx.
    Lost(Option<Change>),
    /// It was told to.
    Enough,
}

impl Writer {
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), account: None, archive: Vec::new(), acknowledged: 0, made: 0 }
    }

    /// Goes on until an answer does not come, or `enough` says so.
    pub async fn write(
        &mut self,
        installation: &Arc<Installation>,
        door: &Door,
        operator: &str,
        enough: impl Fn() -> bool,
    ) -> Stopped {
        while !enough() {
            if self.account.as_ref().is_none_or(|account| account.clients.len() >= MOST_CLIENTS) {
                self.archive.extend(self.account.take());
                self.made += 1;
                let entity = format!("{}-{}", self.name, self.made);
                let body = json!({"identifier": entity, "name": entity, "settings": {"token_timeout_minutes": 1440, "most_credentials": 50}});
                let made = answer(door.post("/admin/v1/entities").bearer_auth(operator).json(&body)).await;
                match made {
                    Some(made) if made.status == 201 => {
                        self.acknowledged += 1;
                        self.account = Some(Account { entity, is_disabled: false, version: 1, clients: Vec::new() });
                    }
                    Some(made) if made.status < 500 => panic!("{made:?}"),
                    _ => return Stopped::Lost(None),
                }
            }
            let Some(account) = &mut self.account else { continue };
            match step(account, installation, door, operator).await {
                Step::Done => self.acknowledged += 1,
                Step::Nothing => {}
                Step::Lost(change) => return Stopped::Lost(change),
            }
        }
        Stopped::Enough
    }
}

enum Step {
    Done,
    Nothing,
    Lost(Option<Change>),
}

/// One random change, or one token.
async fn step(account: &mut Account, installation: &Arc<Installation>, door: &Door, operator: &str) -> Step {
    let post = |path: String, body: Value| door.post(&path).bearer_auth(operator).json(&body);
    let usable: Vec<usize> = (0..account.clients.len()).filter(|at| !account.clients[*at].is_revoked).collect();
    let kind = below(100);
    let at = match usable.get(usize::try_from(below(usable.len() as u64)).unwrap()) {
        Some(at) if kind >= 8 => *at,
        _ => {
            let generated =
                answer(post(format!("/admin/v1/entities/{}/credentials", account.entity), json!({"name": "a"}))).await;
            let client = generated.as_ref().filter(|answer| answer.status == 201).map(Client::from_answer);
            return settled(account, generated.as_ref(), Change::Generated(client));
        }
    };
    let client = &account.clients[at];
    let path = format!("/admin/v1/credentials/{}", client.client_id);
    let works: Vec<&Secret> = client.secrets.iter().filter(|secret| secret.works).collect();
    let newest = works.iter().copied().find(|secret| !secret.secret.is_empty());
    match (kind, newest) {
        (8..35, _) => {
            let (has_grace, voids_tokens) = (kind.is_multiple_of(2) && works.len() < 2, kind.is_multiple_of(3));
            let grace = if has_grace { 86_400 } else { 0 };
            let regenerated = if below(BY_COMMAND) == 0 {
                by_command(installation, &client.client_id, has_grace, voids_tokens).await
            } else {
                let body = json!({"grace_seconds": grace, "void_tokens": voids_tokens});
                answer(post(format!("{path}/regenerate"), body)).await
            };
            let secret = regenerated.as_ref().filter(|answer| answer.status == 200).map(Secret::from_answer);
            settled(account, regenerated.as_ref(), Change::Regenerated { client: at, secret, has_grace, voids_tokens })
        }
        (35..40, _) if works.len() == 2 && !works[1].id.is_empty() => {
            let secret_id = works[1].id.clone();
            let stopped = answer(post(format!("{path}/secrets/{secret_id}/stop"), json!({}))).await;
            settled(account, stopped.as_ref(), Change::Stopped { client: at, secret_id })
        }
        (40..43, _) => {
            let revoked = answer(door.post(&format!("{path}/revoke")).bearer_auth(operator)).await;
            settled(account, revoked.as_ref(), Change::Revoked { client: at })
        }
        (43..50, _) => {
            let voided = answer(post(format!("{path}/void-tokens"), json!({}))).await;
            settled(account, voided.as_ref(), Change::ClientVoided { client: at })
        }
        (50..53, _) => {
            let voided = answer(post(format!("/admin/v1/entities/{}/void-tokens", account.entity), json!({}))).await;
            settled(account, voided.as_ref(), Change::EntityVoided)
        }
        (53..58, _) => {
            let is_disabled = !account.is_disabled;
            let body = json!({"status": if is_disabled { "disabled" } else { "active" }});
            let entity = format!("/admin/v1/entities/{}", account.entity);
            let switched = answer(door.request(Method::PATCH, &entity).bearer_auth(operator).json(&body)).await;
            settled(account, switched.as_ref(), Change::Switched { is_disabled })
        }
        (58..75, Some(secret)) if !account.is_disabled && client.tokens.iter().any(|token| token.stands) => {
            let token = client.tokens.iter().position(|token| token.stands).unwrap();
            let text = &client.tokens[token].token;
            let revoked = if kind.is_multiple_of(2) {
                let request = door.post("/oauth/revoke");
                answer(request.basic_auth(&client.client_id, Some(&secret.secret)).form(&[("token", text)])).await
            } else {
                answer(post("/admin/v1/tokens/revoke".to_owned(), json!({"token": text}))).await
            };
            settled(account, revoked.as_ref(), Change::TokenRevoked { client: at, token })
        }
        (_, Some(secret)) if !account.is_disabled => {
            let body = json!({"client_id": client.client_id, "client_secret": secret.secret});
            let Some(issued) = answer(door.post("/api/v1/access-token").json(&body)).await else {
                return Step::Lost(None);
            };
            let Some(token) = issued.body["access_token"].as_str() else {
                assert!(issued.status >= 500, "{issued:?}");
                return Step::Lost(None);
            };
            let token = Token { token: token.to_owned(), secret_id: secret.id.clone(), stands: true };
            account.clients[at].tokens.insert(0, token);
            account.clients[at].tokens.truncate(5);
            Step::Nothing
        }
        _ => Step::Nothing,
    }
}

fn settled(account: &mut Account, answer: Option<&Answer>, change: Change) -> Step {
    match answer {
        Some(answer) if answer.status < 300 => {
            account.apply(change);
            Step::Done
        }
        Some(answer) if answer.status < 500 => panic!("{change:?}: {answer:?}"),
        _ => Step::Lost(Some(change)),
    }
}

/// The same by the command line, as a process of its own.
async fn by_command(
    installation: &Arc<Installation>,
    client_id: &str,
    has_grace: bool,
    voids_tokens: bool,
) -> Option<Answer> {
    let (installation, client_id) = (installation.clone(), client_id.to_owned());
    let output = tokio::task::spawn_blocking(move || {
        let grace: &[&str] = if has_grace { &["--grace", "24h"] } else { &["--grace", "0s"] };
        let void: &[&str] = if voids_tokens { &["--void-tokens"] } else { &[] };
        installation.run(&[&["credential", "regenerate", &client_id, "--json"], grace, void].concat())
    });
    let output = output.await.unwrap();
    let body = serde_json::from_slice(&output.stdout).ok().filter(|_| output.status.success())?;
    Some(Answer { status: 200, retry_after: false, has_quota: false, body })
}

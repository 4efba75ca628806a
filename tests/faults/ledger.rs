//! What a writer was told is done, and what must be found afterwards: every acknowledged change, and of a change that was
//! not acknowledged all or nothing.

use serde_json::json;

use super::node::{Answer, Door, Installation, answer};

/// A business entity of a writer.
#[derive(Clone, Debug)]
pub struct Account {
    pub entity: String,
    pub is_disabled: bool,
    pub version: i64,
    pub clients: Vec<Client>,
}

/// A credential.
#[derive(Clone, Debug)]
pub struct Client {
    pub client_id: String,
    pub is_revoked: bool,
    pub version: i64,
    /// The newest first.
    pub secrets: Vec<Secret>,
    pub tokens: Vec<Token>,
}

/// A secret; without text if its answer was lost.
#[derive(Clone, Debug, Default)]
pub struct Secret {
    pub id: String,
    pub secret: String,
    pub works: bool,
}

#[derive(Clone, Debug)]
pub struct Token {
    pub token: String,
    pub secret_id: String,
    pub stands: bool,
}

/// What a change makes different, once it has happened. The client is meant by its place.
#[derive(Clone, Debug)]
pub enum Change {
    /// A new credential, if it is known.
    Generated(Option<Client>),
    /// A new secret, if it is known.
    Regenerated { client: usize, secret: Option<Secret>, has_grace: bool, voids_tokens: bool },
    /// One secret is stopped, and its tokens are void.
    Stopped { client: usize, secret_id: String },
    /// The credential is revoked.
    Revoked { client: usize },
    /// One token is revoked.
    TokenRevoked { client: usize, token: usize },
    /// The tokens of a credential are void.
    ClientVoided { client: usize },
    /// The tokens of the entity are void.
    EntityVoided,
    /// The entity is disabled or enabled.
    Switched { is_disabled: bool },
}

impl Client {
    pub fn from_answer(answer: &Answer) -> Self {
        let client_id = answer.body["client_id"].as_str().unwrap().to_owned();
        Self {
            client_id,
            is_revoked: false,
            version: 1,
            secrets: vec![Secret::from_answer(answer)],
            tokens: Vec::new(),
        }
    }

    pub fn void_tokens(&mut self, secret_id: Option<&str>) {
        let of_secret = |token: &&mut Token| secret_id.is_none_or(|id| id == token.secret_id);
        self.tokens.iter_mut().filter(of_secret).for_each(|token| token.stands = false);
    }
}

impl Secret {
    pub fn from_answer(answer: &Answer) -> Self {
        Self {
            id: answer.body["secrets"][0]["id"].as_str().unwrap().to_owned(),
            secret: answer.body["client_secret"].as_str().unwrap().to_owned(),
            works: true,
        }
    }
}

impl Account {
    /// Writes down that `change` has happened.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Generated(client) => self.clients.extend(client),
            Change::Regenerated { client, secret, has_grace, voids_tokens } => {
                let client = &mut self.clients[client];
                client.version += 1;
                client.secrets.iter_mut().for_each(|old| old.works = old.works && has_grace);
                if voids_tokens {
                    client.void_tokens(None);
                }
                client.secrets.insert(0, secret.unwrap_or(Secret { works: true, ..Secret::default() }));
                client.secrets.truncate(4);
            }
            Change::Stopped { client, secret_id } => {
                let client = &mut self.clients[client];
                client.version += 1;
                client
                    .secrets
                    .iter_mut()
                    .filter(|secret| secret.id == secret_id)
                    .for_each(|secret| secret.works = false);
                client.void_tokens(Some(&secret_id));
            }
            Change::Revoked { client } => {
                self.clients[client].version += 1;
                self.clients[client].is_revoked = true;
            }
            Change::TokenRevoked { client, token } => self.clients[client].tokens[token].stands = false,
            Change::ClientVoided { client } => {
                self.clients[client].version += 1;
                self.clients[client].void_tokens(None);
            }
            Change::EntityVoided => {
                self.version += 1;
                self.clients.iter_mut().for_each(|client| client.void_tokens(None));
            }
            Change::Switched { is_disabled } => {
                self.version += 1;
                self.is_disabled = is_disabled;
            }
        }
    }

    /// Finds out whether a change happened whose answer was lost, and writes that down.
    pub async fn settle(&mut self, door: &Door, operator: &str, change: Change) -> Result<bool, String> {
        let version = async |path: String| {
            let shown = answer(door.get(&path).bearer_auth(operator)).await.ok_or("no answer")?;
            shown.body["version"].as_i64().ok_or(format!("{path}: {}", shown.body))
        };
        let (before, now) = match &change {
            // Nobody can know it; that it is whole is seen in the tables.
            Change::Generated(_) => return Ok(false),
            Change::TokenRevoked { client, token } => {
                let whoami = door.get("/api/v1/whoami").bearer_auth(&self.clients[*client].tokens[*token].token);
                let stands = answer(whoami).await.ok_or("no answer")?.status == 200;
                (0, i64::from(!stands))
            }
            Change::EntityVoided | Change::Switched { .. } => {
                (self.version, version(format!("/admin/v1/entities/{}", self.entity)).await?)
            }
            Change::Regenerated { client, .. }
            | Change::Stopped { client, .. }
            | Change::Revoked { client }
            | Change::ClientVoided { client } => {
                let client = &self.clients[*client];
                (client.version, version(format!("/admin/v1/credentials/{}", client.client_id)).await?)
            }
        };
        match now - before {
            0 => Ok(false),
            1 => {
                self.apply(change);
                Ok(true)
            }
            _ => Err(format!("{change:?}: version {now}, and {before} was acknowledged")),
        }
    }

    /// Everything that is not as it was acknowledged.
    pub async fn losses(&self, door: &Door) -> Vec<String> {
        let mut losses = Vec::new();
        for client in &self.clients {
            for secret in client.secrets.iter().filter(|secret| !secret.secret.is_empty()) {
                let body = json!({"client_id": client.client_id, "client_secret": secret.secret});
                let status = answer(door.post("/api/v1/access-token").json(&body)).await;
                let expected = if secret.works && !client.is_revoked && !self.is_disabled { 200 } else { 401 };
                if status.as_ref().map(|answer| answer.status) != Some(expected) {
                    losses.push(format!("secret {} of {} {expected}: {status:?}", secret.id, client.client_id));
                }
            }
            for token in &client.tokens {
                let status = answer(door.get("/api/v1/whoami").bearer_auth(&token.token)).await;
                let expected = if token.stands && !client.is_revoked && !self.is_disabled { 200 } else { 401 };
                if status.as_ref().map(|answer| answer.status) != Some(expected) {
                    losses.push(format!("a token of {} {expected}: {status:?}", client.client_id));
                }
            }
        }
        losses
    }
}

/// What is half-written, as seen in the tables: rows without their event, events without their row.
pub async fn half_written(installation: &Installation) -> Vec<String> {
    let mut found = Vec::new();
    for (what, query) in [
        (
            "credentials whose version is not the number of their events",
            "SELECT COUNT(*) FROM credentials c LEFT JOIN (SELECT subject, COUNT(*) AS n FROM events WHERE action LIKE 'credential.%' OR action = 'secret.stopped' GROUP BY subject) e ON e.subject = c.client_id WHERE c.version <> COALESCE(e.n, 0)",
        ),
        (
            "credentials with more or fewer secrets than were made",
            "SELECT COUNT(*) FROM credentials c LEFT JOIN (SELECT subject, COUNT(*) AS n FROM events WHERE action IN ('credential.generated', 'credential.regenerated') GROUP BY subject) e ON e.subject = c.client_id LEFT JOIN (SELECT client_id, COUNT(*) AS n FROM secrets GROUP BY client_id) s ON s.client_id = c.client_id WHERE COALESCE(s.n, 0) <> COALESCE(e.n, 0)",
        ),
        (
            "credentials revoked without an event, or the other way round",
            "SELECT COUNT(*) FROM credentials c LEFT JOIN (SELECT subject, COUNT(*) AS n FROM events WHERE action = 'credential.revoked' GROUP BY subject) e ON e.subject = c.client_id WHERE (c.revoked_at IS NOT NULL) <> (COALESCE(e.n, 0) = 1)",
        ),
        (
            "entities whose version is not the number of their events",
            "SELECT COUNT(*) FROM entities c LEFT JOIN (SELECT subject, COUNT(*) AS n FROM events WHERE action LIKE 'entity.%' GROUP BY subject) e ON e.subject = c.id WHERE c.version <> COALESCE(e.n, 0)",
        ),
        (
            "revoked tokens without an event",
            "SELECT COUNT(*) FROM revoked_tokens t LEFT JOIN (SELECT subject FROM events WHERE action = 'token.revoked') e ON e.subject = t.jti WHERE e.subject IS NULL",
        ),
        (
            "events of tokens that are not revoked",
            "SELECT COUNT(*) FROM events e LEFT JOIN revoked_tokens t ON t.jti = e.subject WHERE e.action = 'token.revoked' AND t.jti IS NULL",
        ),
        (
            "events of what does not exist",
            "SELECT COUNT(*) FROM events e LEFT JOIN credentials c ON c.client_id = e.subject WHERE e.action LIKE 'credential.%' AND c.client_id IS NULL",
        ),
        (
            "secrets of nobody",
            "SELECT COUNT(*) FROM secrets s LEFT JOIN credentials c ON c.client_id = s.client_id WHERE c.client_id IS NULL",
        ),
        ("gaps in the log", "SELECT MAX(seq) - COUNT(*) FROM events"),
        ("events beyond the head", "SELECT (SELECT seq FROM event_head) - (SELECT MAX(seq) FROM events)"),
    ] {
        let number = installation.number(query).await;
        if number != 0 {
            found.push(format!("{what}: {number}"));
        }
    }
    found
}

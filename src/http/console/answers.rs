//! An example of every answer, written by what writes the real ones.

use std::time::Duration;

use serde::Serialize;

use super::example::Example;
use crate::domain::claims::{Claims, TokenId};
use crate::domain::credential::Refusal;
use crate::domain::entity::Entity;
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::id::ClientId;
use crate::domain::time::Timestamp;
use crate::http::error::{Problem, ProblemBody};
use crate::http::integration::{access_token, whoami};
use crate::signer::jwt::InvalidToken;

pub(super) const TOKEN: &str = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiJodHRwcyJ9.c2lnbmF0dXJl";
pub(super) const REQUEST_ID: &str = "req_3d7e05936b0bf8fbfe4fff04c37d3316";
/// When the example happens: 2026-01-31T12:00:00Z.
const NOW: Timestamp = Timestamp::from_millis(1_769_860_800_000);

/// A body of each status that `POST /api/v1/access-token` documents, as indented JSON.
pub fn of_access_token(entity: &Entity, public_url: &str) -> Vec<(u16, String)> {
    let lifetime = entity.settings.token_lifetime().as_secs();
    let issued = pretty(&access_token::Answer::of(TOKEN, lifetime, entity.scopes.all()));
    let problems = [
        Problem::InvalidScope { title: entity.scopes.title() },
        Problem::InvalidCredentials { reason: Refusal::WrongSecret.reason(), hint: Refusal::WrongSecret.hint() },
        Problem::ClientNotFound,
        Problem::BodyTooSlow,
        Problem::InvalidArguments(vec![FieldFault::new("client_id", Fault::Missing)]),
        Problem::BodyTooLarge,
        Problem::TooManyAttempts(Duration::from_secs(60)),
        Problem::Unavailable(String::new()),
    ];
    std::iter::once((200, issued)).chain(problems.iter().map(|problem| of_problem(problem, public_url))).collect()
}

/// A body of each status that `GET /api/v1/whoami` documents, as indented JSON.
pub fn of_whoami(entity: &Entity, example: &Example, client_id: ClientId, public_url: &str) -> Vec<(u16, String)> {
    let lifetime = i64::try_from(entity.settings.token_lifetime().as_secs()).unwrap_or(i64::MAX);
    let claims = Claims {
        iss: public_url.into(),
        sub: client_id,
        aud: public_url.into(),
        exp: NOW.seconds().saturating_add(lifetime),
        iat: NOW.seconds(),
        jti: TokenId::new(NOW, 0, [0; 10]),
        client_id,
        scope: entity.scopes.all().clone(),
        entity: entity.identifier.as_str().into(),
        cnf: None,
        mapped: example.grant(entity).map(|grant| grant.claims).unwrap_or_default(),
    };
    let problems = [Problem::InvalidToken(InvalidToken::Absent), Problem::Unavailable(String::new())];
    std::iter::once((200, pretty(&whoami::Answer::of(&claims, NOW))))
        .chain(problems.iter().map(|problem| of_problem(problem, public_url)))
        .collect()
}

fn of_problem(problem: &Problem, public_url: &str) -> (u16, String) {
    let body = ProblemBody::of(problem, public_url, REQUEST_ID);
    (body.status, pretty(&body))
}

fn pretty(body: &impl Serialize) -> String {
    serde_json::to_string_pretty(body).unwrap_or_default()
}

//! What came back of a request that was sent from the page: how long it took, the token decoded, the fields to correct.

use std::time::Duration;

use super::example::Example;
use super::request::millis;
use super::send::Outcome;
use super::values::Input;
use super::visitor::Insider;
use super::words::{Text, Words, escaped};
use crate::app::App;
use crate::domain::entity::Entity;
use crate::domain::parameter::Parameter;
use crate::domain::time::Timestamp;

/// What came back.
pub struct Sent {
    /// The status.
    pub status: u16,
    /// When it was sent.
    pub at: String,
    /// How long the answer took, in milliseconds.
    pub millis: String,
    /// The same in Requests.
    pub request_link: String,
    /// The fields at fault, to be sent again.
    pub repairs: Vec<Input>,
    /// What was typed into the others.
    pub kept: Vec<(String, String)>,
    /// What the answer says.
    pub detail: String,
    /// When the token ends.
    pub ends: Option<String>,
    /// The header of the token.
    pub header: Vec<Claim>,
    /// Its claims.
    pub claims: Vec<Claim>,
}

/// A member of the token.
pub struct Claim {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// What it means.
    pub meaning: Text,
}

impl Sent {
    /// What came back of `example`, of which `changed` was typed.
    pub fn of(
        app: &App,
        insider: &Insider,
        outcome: &Outcome,
        example: &Example,
        changed: &[(String, String)],
    ) -> Self {
        let w = insider.visitor.look.words;
        let faults = outcome.faults();
        let repair = |(field, message): &(String, String)| {
            let parameter = insider.entity.parameters.iter().find(|parameter| parameter.name() == field)?;
            Some(Input::of(example, parameter, Some(message.clone())))
        };
        let decoded = outcome.decoded();
        let claim = |(name, value): &(String, String)| Claim {
            meaning: meaning(w, &insider.entity, name, value),
            name: name.clone(),
            value: value.clone(),
        };
        Self {
            status: outcome.status,
            at: w.moment_text(app.now()),
            millis: millis(w, i64::try_from(outcome.micros).unwrap_or(i64::MAX)),
            request_link: insider.path(&format!("requests?request={}", outcome.request_id())),
            repairs: faults.iter().filter_map(repair).collect(),
            kept: {
                let is_repaired = |name: &str| faults.iter().any(|(field, _)| name == format!("value.{field}"));
                changed.iter().filter(|(name, _)| !is_repaired(name)).cloned().collect()
            },
            detail: outcome.detail(),
            ends: decoded.as_ref().map(|decoded| {
                let end = Timestamp::from_millis(decoded.ends_at.saturating_mul(1000));
                // The token has just been issued: its end is told as the whole span.
                let left = end.since(app.now()).as_secs().saturating_add(1).div_euclid(60);
                let span = w.span(Duration::from_secs(left.saturating_mul(60).max(60)));
                w.plain_with("ends-in", [("span", &span), ("time", &w.moment_text(end))])
            }),
            header: decoded.iter().flat_map(|decoded| decoded.header.iter().map(claim)).collect(),
            claims: decoded.iter().flat_map(|decoded| decoded.claims.iter().map(claim)).collect(),
        }
    }
}

/// What a member of a token means.
fn meaning(w: Words, entity: &Entity, name: &str, value: &str) -> Text {
    match name {
        "alg" => w.text("claim-alg"),
        "typ" => w.text("claim-typ"),
        "kid" => w.text("claim-kid"),
        "iss" => w.text("claim-iss"),
        "sub" | "client_id" => w.text("claim-sub"),
        "aud" => w.text("claim-aud"),
        "entity" => Text::trusted(escaped(&entity.name)),
        "scope" => w.text("claim-scope"),
        "iat" | "exp" => match value.parse::<i64>() {
            Ok(seconds) => w.moment(Timestamp::from_millis(seconds.saturating_mul(1000))),
            Err(_) => w.text("claim-other"),
        },
        "jti" => w.text("claim-jti"),
        claim => {
            let of_claim = |parameter: &&Parameter| parameter.definition().claim.as_deref() == Some(claim);
            match entity.parameters.iter().find(of_claim) {
                Some(parameter) => w.with("claim-parameter", [("name", &parameter.name())]),
                None => w.text("claim-other"),
            }
        }
    }
}

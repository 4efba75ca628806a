//! `/problems/{kind}`: the page behind the `type` of a problem (RFC 9457 §3.1.1): what causes it and what mends it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::admin::read::InPath;
use super::console::failure::Plain;
use super::console::frame::{Frame, html};
use super::console::look::Look;
use super::console::words::Text;
use super::error::Problem;
use crate::app::App;

/// Code, cause and remedy of each kind of problem.
const KINDS: [(&str, &str, &str); 23] = [
    (
        "invalid_scope",
        "The scope asked for is not made of the scopes that the business entity has.",
        "Ask for the scope that the title names, all of its words, in any order; or leave scope out to get everything.",
    ),
    (
        "invalid_credentials",
        "The Client Secret is not the one of this Client Id, or it is right and not accepted: the detail says which.",
        "Copy the secret again from Generate Credentials. After Regenerate key, only the new one is accepted.",
    ),
    (
        "client_not_found",
        "There is no such Client Id.",
        "Copy it again from Generate Credentials. It begins with pgc_ and has 32 characters.",
    ),
    (
        "invalid_arguments",
        "Something in the request's content is wrong: a mandatory field is missing or empty, a value is of the wrong type or out of its limits, a field is unknown, or the body cannot be read.",
        "Mend every field that errors lists. The Schema tab of Get Access Token shows what each takes.",
    ),
    (
        "unavailable",
        "The server cannot answer now.",
        "Your request was not at fault. Send it again after the time in Retry-After.",
    ),
    (
        "too_many_attempts",
        "Too many attempts have failed from this address.",
        "Wait for the time in Retry-After, and check Client Id and Client Secret meanwhile. Other clients and other addresses are not affected.",
    ),
    (
        "over_quota",
        "All the tokens that the business entity may get in this hour or day have been issued.",
        "Keep a token until it ends instead of asking for one for each call. If that is not enough, ask the operator of the platform for more. The header RateLimit says when the next ones can be had.",
    ),
    (
        "invalid_token",
        "No access token was sent, or it is malformed, expired or revoked.",
        "Send Authorization: Bearer and the token. When it has expired, get another.",
    ),
    (
        "invalid_dpop_proof",
        "The access token is bound to a key, and the proof of that key is missing, used before, or not one for this request.",
        "Make a proof for each request, with its method, its address, the time and the hash of the token (RFC 9449). The detail says what is wrong; DPoP-Nonce has the nonce to use.",
    ),
    (
        "insufficient_scope",
        "The access token is valid and does not have the scope that is required here.",
        "Get a token with the scope that WWW-Authenticate names; if you cannot, ask the operator for it.",
    ),
    ("forbidden", "The caller is known, and may not do this.", "Ask somebody who may: the detail says who."),
    ("method_not_allowed", "The path does not take this method.", "Use one of those that the Allow header names."),
    ("body_too_large", "The body has more than 65,536 bytes.", "Send less."),
    (
        "body_too_slow",
        "The body did not arrive in time.",
        "Send the request again; if it happens often, look at the network between.",
    ),
    (
        "body_incomplete",
        "The body broke off before its end.",
        "Send the request again, with a Content-Length that fits.",
    ),
    ("not_found", "There is no such path, or nothing behind it.", "Compare the path with /openapi.json."),
    (
        "operator_token_needed",
        "The admin API was called without a valid operator token.",
        "Make one with: passgate operator token",
    ),
    (
        "malformed_request",
        "The request cannot be read.",
        "The detail says where; /openapi.json says what the endpoint takes.",
    ),
    ("invalid_fields", "Fields of the request are at fault.", "Mend every field that errors lists."),
    ("taken", "Another one has this name already.", "Choose another name."),
    ("conflict", "The state of the thing does not allow this now.", "The detail says why and what to do first."),
    (
        "changed",
        "Somebody else has changed it since you read it.",
        "Read it again, and send your change with the new ETag in If-Match.",
    ),
    ("internal", "A defect of the server.", "Tell the operator the request id."),
];

/// What causes a kind of problem, and what mends it.
pub fn explained(code: &str) -> (&'static str, &'static str) {
    KINDS.iter().find(|(known, ..)| *known == code).map_or(("", ""), |(_, cause, remedy)| (cause, remedy))
}

/// A paragraph that begins with its name.
fn headed(name: &Text, text: &Text) -> Text {
    Text::trusted(format!("<b>{name}.</b> {text}"))
}

/// A code as a title: "Invalid arguments".
fn titled(code: &str) -> String {
    let words = code.replace('_', " ");
    words.get(..1).map_or_else(String::new, str::to_uppercase) + words.get(1..).unwrap_or_default()
}

/// The page of one kind.
pub async fn get(State(app): State<Arc<App>>, look: Look, InPath(kind): InPath<String>) -> Result<Response, Problem> {
    let found = KINDS.iter().find(|(code, ..)| code.replace('_', "-") == kind);
    let (code, cause, remedy) = found.ok_or(Problem::NotFound("kind of problem"))?;
    let w = look.words;
    let shown = Plain {
        frame: Frame::door(&app, look),
        title: titled(code),
        paragraphs: vec![headed(&w.text("cause"), &w.english(cause)), headed(&w.text("remedy"), &w.english(remedy))],
        request_id: None,
    };
    Ok(html(StatusCode::OK, &shown))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dpop::InvalidProof;
    use crate::signer::jwt::InvalidToken;
    use std::time::Duration;

    #[test]
    fn every_kind_of_problem_has_a_page() {
        let text = String::new;
        let all = [
            Problem::InvalidScope { title: text() },
            Problem::InvalidCredentials { reason: "", hint: text() },
            Problem::ClientNotFound,
            Problem::InvalidArguments(vec![]),
            Problem::Unavailable(text()),
            Problem::TooManyAttempts(Duration::ZERO),
            Problem::OverQuota { standings: vec![], now: crate::domain::time::Timestamp::from_millis(0) },
            Problem::InvalidToken(InvalidToken::Malformed),
            Problem::InvalidProof(InvalidProof::Absent),
            Problem::InsufficientScope,
            Problem::Forbidden(""),
            Problem::MethodNotAllowed,
            Problem::BodyTooLarge,
            Problem::BodyTooSlow,
            Problem::BodyBroken,
            Problem::NotFound(""),
            Problem::OperatorTokenNeeded,
            Problem::Malformed(text()),
            Problem::InvalidFields(vec![]),
            Problem::Taken(""),
            Problem::Refused(text()),
            Problem::Changed,
            Problem::Internal(text()),
        ];
        let kinds: Vec<&str> = all.iter().map(|problem| problem.kind().1).collect();
        assert_eq!(kinds, KINDS.map(|(code, ..)| code));
    }
}

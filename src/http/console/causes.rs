//! Why a token request failed, in plain words, and what mends it. The reasons themselves are the words that the log of
//! token requests keeps.

use super::frame::key;
use super::visitor::Insider;
use super::words::{Text, Words};
use crate::domain::time::Timestamp;
use crate::http::error::Problem;
use crate::http::problems;
use crate::store::request::{Failure, STOPPED_SECRET};
use crate::store::secret::SecretFacts;

/// A failure that is older does not tell what goes on now.
const STILL: std::time::Duration = std::time::Duration::from_secs(24 * 3600);

/// What is told of failures.
pub struct Told {
    /// Why.
    pub cause: Text,
    /// What to do.
    pub remedy: Text,
    /// Where.
    pub href: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    StoppedSecret,
    NotYet,
    SecretExpired,
    WrongSecret,
    NoSecret,
    SecretNotAccepted,
    WrongAssertion,
    WrongCertificate,
    Assertion,
    Address,
    Locked,
    Disabled,
    Revoked,
    Expired,
    Arguments,
    Scope,
    GrantType,
    Proof,
    Nonce,
    TooMany,
    Quota,
    Unavailable,
    Other,
}

/// The cause that a code and a reason name; the standard door has codes of its own (RFC 6749 §5.2).
fn cause(code: &str, reason: &str) -> Cause {
    match (code, reason) {
        (_, STOPPED_SECRET) => Cause::StoppedSecret,
        (_, "secret_not_yet") => Cause::NotYet,
        (_, "secret_expired") => Cause::SecretExpired,
        (_, "wrong_secret" | "unknown_client") => Cause::WrongSecret,
        (_, "no_credentials") => Cause::NoSecret,
        (_, "secret_not_accepted") => Cause::SecretNotAccepted,
        (_, "wrong_assertion" | "malformed_assertion") => Cause::WrongAssertion,
        (_, "wrong_certificate") => Cause::WrongCertificate,
        (_, reason) if reason.starts_with("assertion_") => Cause::Assertion,
        (_, "address_not_allowed") => Cause::Address,
        (_, "account_locked") => Cause::Locked,
        (_, "entity_disabled") => Cause::Disabled,
        (_, "credential_revoked") => Cause::Revoked,
        (_, "credential_expired") => Cause::Expired,
        ("invalid_dpop_proof", _) | (_, "dpop_required") => Cause::Proof,
        ("use_dpop_nonce", _) => Cause::Nonce,
        ("too_many_attempts", _) | (_, "too_many_attempts") => Cause::TooMany,
        ("over_quota", _) | (_, "over_quota") => Cause::Quota,
        ("invalid_scope", _) => Cause::Scope,
        ("unsupported_grant_type", _) => Cause::GrantType,
        ("unavailable" | "temporarily_unavailable" | "internal" | "server_error", _) => Cause::Unavailable,
        // A reason of one word is a code: a body that was too large, a method that is not taken.
        ("invalid_arguments" | "invalid_request", reason) if reason.contains(' ') => Cause::Arguments,
        _ => Cause::Other,
    }
}

/// The cause of a failure in two or three words.
pub fn short(failure: &Failure) -> &'static str {
    match cause(&failure.code, &failure.reason) {
        Cause::StoppedSecret => key("short-stopped-secret"),
        Cause::NotYet => key("short-not-yet"),
        Cause::SecretExpired => key("short-secret-expired"),
        Cause::WrongSecret | Cause::NoSecret => key("short-wrong-secret"),
        Cause::SecretNotAccepted => key("short-secret-not-accepted"),
        Cause::WrongAssertion | Cause::Assertion => key("short-assertion"),
        Cause::WrongCertificate => key("short-certificate"),
        Cause::Address => key("short-address"),
        Cause::Locked => key("short-locked"),
        Cause::Disabled => key("short-disabled"),
        Cause::Revoked | Cause::Expired => key("short-revoked"),
        Cause::Arguments | Cause::GrantType => key("short-arguments"),
        Cause::Scope => key("short-scope"),
        Cause::Proof | Cause::Nonce => key("short-proof"),
        Cause::TooMany => key("short-too-many"),
        Cause::Quota => key("short-quota"),
        Cause::Unavailable => key("short-unavailable"),
        Cause::Other => key("short-other"),
    }
}

/// The title of an answer with this code, as its caller saw it.
pub fn title(insider: &Insider, code: &str) -> String {
    let problem = match code {
        "" => return "Successfully done".to_owned(),
        "invalid_scope" => return insider.entity.scopes.title(),
        "invalid_credentials" => Problem::InvalidCredentials { reason: "", hint: String::new() },
        "invalid_arguments" => Problem::InvalidArguments(Vec::new()),
        "unavailable" => Problem::Unavailable(String::new()),
        "too_many_attempts" => Problem::TooManyAttempts(STILL),
        "over_quota" => Problem::OverQuota { standings: Vec::new(), now: Timestamp::from_millis(0) },
        "method_not_allowed" => Problem::MethodNotAllowed,
        "body_too_large" => Problem::BodyTooLarge,
        "body_too_slow" => Problem::BodyTooSlow,
        "body_incomplete" => Problem::BodyBroken,
        _ => return code.to_owned(),
    };
    problem.kind().2.to_owned()
}

/// Why, in a few words, for a row of the log.
pub fn why(w: Words, code: &str, reason: &str) -> Text {
    match cause(code, reason) {
        Cause::StoppedSecret => w.text("why-stopped-secret"),
        Cause::NotYet => w.text("why-not-yet"),
        Cause::SecretExpired => w.text("why-secret-expired"),
        Cause::WrongSecret => w.text("why-wrong-secret"),
        Cause::NoSecret => w.text("why-no-secret"),
        Cause::SecretNotAccepted => w.text("why-secret-not-accepted"),
        Cause::WrongAssertion => w.text("why-wrong-assertion"),
        Cause::WrongCertificate => w.text("why-wrong-certificate"),
        Cause::Assertion => w.text(match reason {
            "assertion_audience" => key("why-assertion-audience"),
            "assertion_ended" => key("why-assertion-ended"),
            "assertion_too_long" => key("why-assertion-too-long"),
            "assertion_not_yet" => key("why-assertion-not-yet"),
            "assertion_replayed" => key("why-assertion-replayed"),
            _ => key("why-assertion-incomplete"),
        }),
        Cause::Address => w.text("why-address"),
        Cause::Locked => w.text("why-locked"),
        Cause::Disabled => w.text("why-disabled"),
        Cause::Revoked => w.text("why-revoked"),
        Cause::Expired => w.text("why-expired"),
        Cause::Arguments => w.english(reason),
        Cause::Scope => w.text("why-scope"),
        Cause::GrantType => w.text("why-grant-type"),
        Cause::Proof if reason.contains(' ') => w.english(reason),
        Cause::Proof => w.text("why-proof"),
        Cause::Nonce => w.text("why-nonce"),
        Cause::TooMany => w.text("why-too-many"),
        Cause::Quota => w.text("why-quota"),
        Cause::Unavailable => w.text("why-unavailable"),
        Cause::Other => {
            let (cause, _) = problems::explained(if reason.is_empty() { code } else { reason });
            if cause.is_empty() { w.english(reason) } else { w.english(cause) }
        }
    }
}

/// Everything to be told of failures with one cause. `secrets` are those of the entity.
pub fn told(insider: &Insider, failure: &Failure, secrets: &[SecretFacts], now: Timestamp) -> Told {
    let w = insider.visitor.look.words;
    let Failure { code, reason, .. } = failure;
    let credentials = || Some(insider.path("generate-credentials"));
    let (remedy, href) = match cause(code, reason) {
        Cause::StoppedSecret => (w.text("remedy-current-secret"), credentials()),
        Cause::NotYet => (w.text("remedy-previous-secret"), credentials()),
        Cause::SecretExpired => (w.text("remedy-regenerate"), credentials()),
        Cause::WrongSecret | Cause::TooMany => (w.text("remedy-copy-secret"), credentials()),
        Cause::Quota => (w.text("remedy-quota"), Some(insider.path("usage"))),
        Cause::NoSecret => (w.text("remedy-send-secret"), Some(insider.path("get-access-token"))),
        Cause::SecretNotAccepted | Cause::WrongAssertion | Cause::WrongCertificate | Cause::Assertion => {
            (w.text("remedy-client-authentication"), credentials())
        }
        Cause::Address => (w.text("remedy-allow-address"), Some(insider.path("token-timeout#addresses"))),
        Cause::Locked => (w.text("remedy-unlock"), credentials()),
        Cause::Disabled => (w.text("remedy-ask-operator"), None),
        Cause::Revoked | Cause::Expired => (w.text("remedy-other-credential"), credentials()),
        Cause::Arguments => (fields(insider, reason), Some(insider.path("get-access-token?tab=schema"))),
        Cause::Scope => {
            let names: Vec<String> = insider.entity.scopes.names().iter().map(|name| format!("“{name}”")).collect();
            let remedy = w.with("remedy-scope", [("scopes", &names.join(", "))]);
            (remedy, Some(insider.path("get-access-token?response=400")))
        }
        Cause::Proof => (w.text("remedy-proof"), Some(insider.path("token-timeout#bound"))),
        Cause::Nonce => (w.text("remedy-nonce"), None),
        Cause::GrantType => (w.text("remedy-grant-type"), Some(insider.path("get-access-token?tab=schema"))),
        Cause::Unavailable => (w.text("remedy-again"), None),
        Cause::Other => {
            let kind = if reason.is_empty() { code } else { reason };
            match problems::explained(kind) {
                ("", _) => (w.text("remedy-schema"), Some(insider.path("get-access-token?tab=schema"))),
                (_, remedy) => (w.english(remedy), Some(format!("/problems/{}", kind.replace('_', "-")))),
            }
        }
    };
    Told { cause: at_length(w, failure, secrets, now), remedy, href }
}

/// Why, with what is known of it: which secret, from where, since when.
fn at_length(w: Words, failure: &Failure, secrets: &[SecretFacts], now: Timestamp) -> Text {
    let Failure { addresses, example_address: address, example_secret_hint: hint, .. } = failure;
    let others = addresses.saturating_sub(1);
    let from = w.plain_with("from-addresses", [("address", address), ("others", &others)]);
    match cause(&failure.code, &failure.reason) {
        Cause::StoppedSecret => {
            let stopped = secrets.iter().find(|secret| secret.hint == *hint).and_then(|secret| secret.stops_at);
            let is_still = now.since(failure.last_at) < STILL;
            let use_ = w.plain_with(
                if is_still { key("still-used-by") } else { key("was-used-by") },
                [("address", address), ("others", &others)],
            );
            match stopped {
                Some(at) => {
                    w.with("cause-stopped-secret", [("hint", hint), ("time", &w.moment_text(at)), ("use", &use_)])
                }
                None => w.with("cause-stopped-some-time", [("hint", hint), ("use", &use_)]),
            }
        }
        Cause::WrongSecret => w.with("cause-wrong-secret", [("from", &from)]),
        Cause::Address => w.with("cause-address", [("address", address), ("others", &others)]),
        Cause::TooMany => w.with("cause-too-many", [("from", &from)]),
        _ => why(w, &failure.code, &failure.reason),
    }
}

/// "See what depot takes", if the reason names one parameter of the entity.
fn fields(insider: &Insider, reason: &str) -> Text {
    let w = insider.visitor.look.words;
    let first = reason.split(' ').next().unwrap_or_default();
    let is_ours = insider.entity.parameters.iter().any(|parameter| parameter.name() == first);
    if is_ours && !reason.contains("; ") {
        w.with("remedy-field", [("field", &first)])
    } else {
        w.text("remedy-schema")
    }
}

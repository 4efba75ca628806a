//! What an event of the log says, in a sentence of the visitor's language, and who it says did it.

use serde_json::Value;

use super::frame::key;
use super::words::{Text, Words};
use crate::domain::event::Action;
use crate::domain::person::Role;
use crate::domain::quota::Span;
use crate::domain::time::Timestamp;
use crate::store::event::LoggedEvent;

/// A message with what stands in it, not yet in a language.
#[derive(Clone)]
pub struct Sentence {
    key: &'static str,
    arguments: [(&'static str, String); 2],
}

impl Sentence {
    fn new(key: &'static str) -> Self {
        Self { key, arguments: [("a", String::new()), ("b", String::new())] }
    }

    fn one(key: &'static str, name: &'static str, text: impl Into<String>) -> Self {
        Self { key, arguments: [(name, text.into()), ("b", String::new())] }
    }

    fn arguments(&self) -> [super::words::Argument<'_>; 2] {
        let [(a, first), (b, second)] = &self.arguments;
        [(*a, first), (*b, second)]
    }

    /// For a page.
    pub fn text(&self, w: Words) -> Text {
        w.with(self.key, self.arguments())
    }

    /// For a file.
    pub fn plain(&self, w: Words) -> String {
        w.plain_with(self.key, self.arguments())
    }
}

/// What an event says.
pub struct Said {
    /// What was done.
    pub what: Sentence,
    /// Its details.
    pub more: Vec<Sentence>,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// Somebody who runs the platform, by whatever means.
    Operator,
    /// Passgate itself.
    Passgate,
    /// One of an entity's people: name and e-mail address.
    Person(String, String),
    /// A client, by its Client Id.
    Client(String),
}

impl By {
    /// Reads the actor of an event ([`crate::domain::event::Actor::to_text`]).
    pub fn of(actor: &str) -> Self {
        match actor.split_once(':') {
            Some(("person", who)) => {
                let (name, email) = who.rsplit_once(" <").unwrap_or((who, ""));
                Self::Person(name.to_owned(), email.trim_end_matches('>').to_owned())
            }
            Some(("client", client_id)) => Self::Client(client_id.to_owned()),
            None if actor == "system" => Self::Passgate,
            // What is not known is kept from an entity like an operator's name.
            Some(_) | None => Self::Operator,
        }
    }
}

/// The name of a role.
pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Operator => key("role-operator"),
        Role::Owner => key("role-owner"),
        Role::Developer => key("role-developer"),
        Role::Viewer => key("role-viewer"),
    }
}

fn text<'e>(event: &'e LoggedEvent, name: &str) -> &'e str {
    event.detail.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// What an event says.
pub fn said(w: Words, event: &LoggedEvent) -> Said {
    let Some(action) = Action::parse(&event.action) else {
        return Said { what: Sentence::one(key("event-unknown"), "action", &event.action), more: Vec::new() };
    };
    Said { what: what(action, event), more: more(w, action, event) }
}

fn what(action: Action, event: &LoggedEvent) -> Sentence {
    let subject = event.subject.as_str();
    match action {
        Action::EntityCreated => Sentence::new(key("event-entity-created")),
        Action::EntityUpdated => match text(event, "status") {
            "active" => Sentence::new(key("event-entity-enabled")),
            "disabled" => Sentence::new(key("event-entity-disabled")),
            _ => Sentence::new(key("event-entity-updated")),
        },
        Action::ConfigurationImported => Sentence::new(key("event-configuration-imported")),
        Action::EntityViewed => Sentence::new(key("event-entity-viewed")),
        Action::ParameterSet => Sentence::one(key("event-parameter-set"), "name", subject),
        Action::ParameterRemoved => Sentence::one(key("event-parameter-removed"), "name", subject),
        Action::CredentialGenerated => Sentence::one(key("event-credential-generated"), "name", text(event, "name")),
        Action::CredentialRegenerated => Sentence::new(key("event-credential-regenerated")),
        Action::CredentialRevoked => Sentence::new(key("event-credential-revoked")),
        Action::CredentialLocked => Sentence::new(key("event-credential-locked")),
        Action::CredentialUnlocked => Sentence::new(key("event-credential-unlocked")),
        Action::SecretRevealed => Sentence::one(key("event-secret-revealed"), "hint", text(event, "secret")),
        Action::SecretStopped => Sentence::one(key("event-secret-stopped"), "hint", text(event, "stopped")),
        Action::RotationCancelled => Sentence::new(key("event-rotation-cancelled")),
        Action::SecretEnding => Sentence::one(key("event-secret-ending"), "hint", text(event, "secret")),
        Action::SecretLeaked => Sentence::one(key("event-secret-leaked"), "hint", text(event, "secret")),
        Action::TokenRevoked => Sentence::new(key("event-token-revoked")),
        Action::CredentialTokensVoided => Sentence::new(key("event-credential-tokens-voided")),
        Action::EntityTokensVoided => Sentence::new(key("event-entity-tokens-voided")),
        Action::AllTokensVoided => Sentence::new(key("event-all-tokens-voided")),
        Action::KeyVoided => Sentence::new(key("event-key-voided")),
        Action::MasterKeyRotated => Sentence::new(key("event-master-key-rotated")),
        Action::MasterKeyRetired => Sentence::new(key("event-master-key-retired")),
        Action::SealingKeyRotated => Sentence::new(key("event-sealing-key-rotated")),
        Action::KeyCreated => Sentence::new(key("event-key-created")),
        Action::KeyRotated => Sentence::new(key("event-key-rotated")),
        Action::KeyRemoved => Sentence::new(key("event-key-removed")),
        Action::OperatorTokenCreated => Sentence::new(key("event-operator-token-created")),
        Action::OperatorTokenRevoked => Sentence::new(key("event-operator-token-revoked")),
        Action::SetupLinkCreated => Sentence::new(key("event-setup-link-created")),
        Action::PersonInvited => Sentence::one(key("event-person-invited"), "email", text(event, "email")),
        Action::InvitationWithdrawn => Sentence::one(key("event-invitation-withdrawn"), "email", text(event, "email")),
        Action::PersonJoined => Sentence::new(key("event-person-joined")),
        Action::RoleChanged => Sentence::one(key("event-role-changed"), "email", text(event, "email")),
        Action::PersonRemoved => Sentence::one(key("event-person-removed"), "email", text(event, "email")),
        Action::PasswordChanged => Sentence::new(key("event-password-changed")),
        Action::SignedIn => Sentence::new(key("event-signed-in")),
        Action::SessionsEnded => Sentence::new(key("event-sessions-ended")),
        Action::QuotaReached => {
            let share = event.detail.get("percent").and_then(Value::as_u64).unwrap_or_default().to_string();
            let is_hour = event.subject == Span::Hour.as_str();
            Sentence::one(if is_hour { key("event-quota-hour") } else { key("event-quota-day") }, "percent", share)
        }
        Action::AuthenticationChanged => {
            Sentence::one(key("event-authentication-changed"), "method", text(event, "to"))
        }
    }
}

fn more(w: Words, action: Action, event: &LoggedEvent) -> Vec<Sentence> {
    let of_client = || Sentence::one(key("event-of-client"), "client", &event.subject);
    match action {
        Action::EntityUpdated => changed(w, event),
        Action::CredentialRevoked
        | Action::CredentialUnlocked
        | Action::SecretRevealed
        | Action::AuthenticationChanged => vec![of_client()],
        Action::CredentialGenerated => term(w, event).into_iter().chain([of_client()]).collect(),
        Action::CredentialRegenerated => {
            regenerated(w, event).into_iter().chain(term(w, event)).chain([of_client()]).collect()
        }
        Action::SecretEnding => {
            time_of(w, event, "expires_at", key("event-secret-ends-at")).into_iter().chain([of_client()]).collect()
        }
        Action::SecretLeaked => leaked(event).into_iter().chain([of_client()]).collect(),
        Action::CredentialLocked => {
            let most = event.detail.get("maximum_attempts").and_then(Value::as_i64).unwrap_or_default();
            vec![Sentence::one(key("event-locked-after"), "count", most.to_string()), of_client()]
        }
        Action::SecretStopped => {
            let kept = Some(text(event, "kept")).filter(|kept| !kept.is_empty());
            let goes_on = kept.map(|kept| Sentence::one(key("event-goes-on"), "hint", kept));
            goes_on.into_iter().chain(tokens_stopped(event)).chain([of_client()]).collect()
        }
        Action::CredentialTokensVoided => issued_until(w, event).into_iter().chain([of_client()]).collect(),
        Action::EntityTokensVoided | Action::AllTokensVoided => issued_until(w, event).into_iter().collect(),
        Action::RotationCancelled => vec![
            Sentence {
                key: key("event-stopped-and-goes-on"),
                arguments: [("stopped", text(event, "stopped").to_owned()), ("kept", text(event, "kept").to_owned())],
            },
            of_client(),
        ],
        Action::TokenRevoked => vec![Sentence::one(key("event-of-client"), "client", text(event, "client_id"))],
        Action::PersonInvited | Action::PersonJoined | Action::RoleChanged => {
            let role = Role::parse(text(event, "role")).map(|role| w.plain(role_name(role)));
            role.map(|role| Sentence::one(key("event-as"), "role", role)).into_iter().collect()
        }
        Action::EntityCreated
        | Action::ConfigurationImported
        | Action::EntityViewed
        | Action::ParameterSet
        | Action::ParameterRemoved
        | Action::InvitationWithdrawn
        | Action::PersonRemoved
        | Action::PasswordChanged
        | Action::SignedIn
        | Action::QuotaReached
        | Action::SessionsEnded => Vec::new(),
        Action::KeyCreated
        | Action::KeyRotated
        | Action::KeyRemoved
        | Action::KeyVoided
        | Action::MasterKeyRotated
        | Action::MasterKeyRetired
        | Action::SealingKeyRotated
        | Action::OperatorTokenCreated
        | Action::OperatorTokenRevoked
        | Action::SetupLinkCreated => vec![Sentence::one(key("event-subject"), "subject", &event.subject)],
    }
}

/// When the old secret stops, and what becomes of tokens.
fn regenerated(w: Words, event: &LoggedEvent) -> Vec<Sentence> {
    let stops_at: Option<Timestamp> = text(event, "old_stops_at").parse().ok();
    let old = stops_at.map(|at| {
        if at <= event.at {
            Sentence::new(key("event-old-stopped"))
        } else {
            Sentence::one(key("event-old-stops-at"), "time", w.moment_text(at))
        }
    });
    old.into_iter().chain(tokens_stopped(event)).collect()
}

fn tokens_stopped(event: &LoggedEvent) -> Option<Sentence> {
    let voids = event.detail.get("voids_tokens").and_then(Value::as_bool) == Some(true);
    voids.then(|| Sentence::new(key("event-tokens-stopped")))
}

/// Up to which moment tokens became void.
fn issued_until(w: Words, event: &LoggedEvent) -> Option<Sentence> {
    let before: Option<Timestamp> = text(event, "tokens_void_before").parse().ok();
    before.map(|before| Sentence::one(key("event-issued-until"), "time", w.moment_text(before)))
}

/// A time that the event tells of, in a sentence.
fn time_of(w: Words, event: &LoggedEvent, name: &str, key: &'static str) -> Option<Sentence> {
    let at: Timestamp = text(event, name).parse().ok()?;
    Some(Sentence::one(key, "time", w.moment_text(at)))
}

/// When a new secret begins and ends.
fn term(w: Words, event: &LoggedEvent) -> Vec<Sentence> {
    let begins = time_of(w, event, "not_before", key("event-secret-begins-at"));
    let ends = time_of(w, event, "secret_expires_at", key("event-secret-ends-at"));
    begins.into_iter().chain(ends).collect()
}

/// Who reported a leak, and where it was found.
fn leaked(event: &LoggedEvent) -> Vec<Sentence> {
    let from = Sentence::one(key("event-reported-from"), "address", text(event, "reported_from"));
    let place = text(event, "where");
    let place = (!place.is_empty()).then(|| Sentence::one(key("event-found-at"), "place", place));
    std::iter::once(from).chain(place).collect()
}

/// The names of what was changed.
fn changed(w: Words, event: &LoggedEvent) -> Vec<Sentence> {
    let fields = event.detail.get("changed").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let names: Vec<String> = fields
        .iter()
        .filter_map(Value::as_str)
        .filter(|field| *field != "status")
        .map(|field| field_name(field).map_or_else(|| field.to_owned(), |name| w.plain(name)))
        .collect();
    if names.is_empty() { Vec::new() } else { vec![Sentence::one(key("event-changed"), "fields", names.join(", "))] }
}

fn field_name(field: &str) -> Option<&'static str> {
    Some(match field {
        "identifier" => key("field-identifier"),
        "name" => key("field-name"),
        "description" => key("field-description"),
        "scopes" => key("field-scopes"),
        "settings" => key("field-settings"),
        "token_timeout_minutes" => key("time-limit"),
        "unknown_parameters" => key("field-unknown-parameters"),
        "account_lock" => key("account-lock"),
        "ip_allowlist" => key("allowed-addresses"),
        "regenerate_grace_seconds" => key("field-grace"),
        "regenerate_voids_tokens" => key("field-voids-tokens"),
        "most_credentials" => key("field-most-credentials"),
        "require_dpop" => key("bound-tokens"),
        "resources" => key("field-resources"),
        "secret_lifetime_days" => key("field-secret-lifetime"),
        "quota" => key("field-quota"),
        "forbid_plain_secrets" => key("plain-secrets"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_has_no_name_here() {
        for actor in ["cli", "operator:ci", "operator:Tomas <tomas@dlat.example>", "robot:new", "nonsense"] {
            assert_eq!(By::of(actor), By::Operator, "{actor}");
        }
        assert_eq!(By::of("system"), By::Passgate);
        assert_eq!(By::of("person:A <b> <a@b.c>"), By::Person("A <b>".to_owned(), "a@b.c".to_owned()));
    }
}

//! Events: what has been changed, by whom and when. One is written in the transaction of every change; they are the
//! audit trail, and what other nodes follow to forget what they know of it.

use std::net::IpAddr;

use serde_json::Value;

use super::id::{ClientId, EntityId};
use super::time::Timestamp;

/// Who made a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody at the machine, through the command line.
    Cli,
    /// An operator token, by its name, and from where it was used.
    Operator(String, IpAddr),
    /// Somebody who has signed in.
    Person(Who),
    /// A client, through the OAuth door.
    Client(ClientId),
    /// Passgate itself.
    System,
}

/// A person as the log remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// Whether it acted for the platform, not for an entity.
    pub is_operator: bool,
    /// Its name.
    pub name: String,
    /// Its e-mail address.
    pub email: String,
    /// From where.
    pub address: IpAddr,
}

/// What an entity's people are told of whoever runs the platform.
pub const OPERATOR_OF_PLATFORM: &str = "Operator of the platform";

impl Actor {
    /// The text that the log keeps.
    pub fn to_text(&self) -> String {
        match self {
            Self::Cli => "cli".to_owned(),
            Self::Operator(name, _) => format!("operator:{name}"),
            Self::Person(who) if who.is_operator => format!("operator:{} <{}>", who.name, who.email),
            Self::Person(who) => format!("person:{} <{}>", who.name, who.email),
            Self::Client(client_id) => format!("client:{client_id}"),
            Self::System => "system".to_owned(),
        }
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        match self {
            Self::Cli => "Command line",
            Self::Operator(name, _) => name,
            Self::Person(who) => &who.name,
            Self::Client(client_id) => client_id.as_str(),
            Self::System => "Passgate",
        }
    }

    /// What an entity's people are told: they never learn who runs the platform.
    pub fn name_for_entity(&self) -> &str {
        match self {
            Self::Cli | Self::Operator(..) => OPERATOR_OF_PLATFORM,
            Self::Person(who) if who.is_operator => OPERATOR_OF_PLATFORM,
            Self::Person(_) | Self::Client(_) | Self::System => self.name(),
        }
    }

    /// From where it acted, if over the network.
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Operator(_, address) => Some(*address),
            Self::Person(who) => Some(who.address),
            Self::Cli | Self::Client(_) | Self::System => None,
        }
    }
}

/// What kind of change it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// An entity was made.
    EntityCreated,
    /// An entity, its settings or its scopes were changed.
    EntityUpdated,
    /// A parameter was defined or redefined.
    ParameterSet,
    /// A parameter was removed.
    ParameterRemoved,
    /// A credential was generated.
    CredentialGenerated,
    /// A credential got a new secret.
    CredentialRegenerated,
    /// A credential was revoked for good.
    CredentialRevoked,
    /// The Integration Account Lock fell.
    CredentialLocked,
    /// The Integration Account Lock was lifted.
    CredentialUnlocked,
    /// A single token was revoked.
    TokenRevoked,
    /// The tokens of a credential issued so far became void.
    CredentialTokensVoided,
    /// The tokens of an entity issued so far became void.
    EntityTokensVoided,
    /// All tokens issued so far became void.
    AllTokensVoided,
    /// A signing key was made.
    KeyCreated,
    /// The next key became the signing key.
    KeyRotated,
    /// A retired key was removed.
    KeyRemoved,
    /// A signing key was withdrawn at once, and with it every token that it had signed.
    KeyVoided,
    /// The root was sealed under another master key as well.
    MasterKeyRotated,
    /// The master key before the last rotation opens nothing any more.
    MasterKeyRetired,
    /// What is kept sealed began to be sealed with a fresh key, or all of it is.
    SealingKeyRotated,
    /// An operator token was made.
    OperatorTokenCreated,
    /// An operator token was revoked.
    OperatorTokenRevoked,
    /// A set-up link was made.
    SetupLinkCreated,
    /// A secret was shown.
    SecretRevealed,
    /// One secret was stopped before its time.
    SecretStopped,
    /// The new secret was dropped and the old one goes on.
    RotationCancelled,
    /// Somebody was asked to join, perhaps once more.
    PersonInvited,
    /// An invitation was taken back.
    InvitationWithdrawn,
    /// Somebody joined.
    PersonJoined,
    /// A person's role was changed.
    RoleChanged,
    /// A person was removed.
    PersonRemoved,
    /// A person's password was changed.
    PasswordChanged,
    /// Somebody signed in.
    SignedIn,
    /// Sessions of a person were ended.
    SessionsEnded,
    /// An operator began to look at an entity as its people see it.
    EntityViewed,
    /// An entity was made or replaced from a file with its configuration.
    ConfigurationImported,
    /// The people of a secret were reminded that it ends.
    SecretEnding,
    /// A secret was reported as leaked, and stopped.
    SecretLeaked,
    /// A share of a quota was reached.
    QuotaReached,
    /// How a credential proves itself was changed.
    AuthenticationChanged,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 40] = [
        Self::EntityCreated,
        Self::EntityUpdated,
        Self::ParameterSet,
        Self::ParameterRemoved,
        Self::CredentialGenerated,
        Self::CredentialRegenerated,
        Self::CredentialRevoked,
        Self::CredentialLocked,
        Self::CredentialUnlocked,
        Self::TokenRevoked,
        Self::CredentialTokensVoided,
        Self::EntityTokensVoided,
        Self::AllTokensVoided,
        Self::KeyCreated,
        Self::KeyRotated,
        Self::KeyRemoved,
        Self::KeyVoided,
        Self::MasterKeyRotated,
        Self::MasterKeyRetired,
        Self::SealingKeyRotated,
        Self::OperatorTokenCreated,
        Self::OperatorTokenRevoked,
        Self::SetupLinkCreated,
        Self::SecretRevealed,
        Self::SecretStopped,
        Self::RotationCancelled,
        Self::PersonInvited,
        Self::InvitationWithdrawn,
        Self::PersonJoined,
        Self::RoleChanged,
        Self::PersonRemoved,
        Self::PasswordChanged,
        Self::SignedIn,
        Self::SessionsEnded,
        Self::EntityViewed,
        Self::ConfigurationImported,
        Self::SecretEnding,
        Self::SecretLeaked,
        Self::QuotaReached,
        Self::AuthenticationChanged,
    ];

    /// The word for it in rows and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EntityCreated => "entity.created",
            Self::EntityUpdated => "entity.updated",
            Self::ParameterSet => "parameter.set",
            Self::ParameterRemoved => "parameter.removed",
            Self::CredentialGenerated => "credential.generated",
            Self::CredentialRegenerated => "credential.regenerated",
            Self::CredentialRevoked => "credential.revoked",
            Self::CredentialLocked => "credential.locked",
            Self::CredentialUnlocked => "credential.unlocked",
            Self::TokenRevoked => "token.revoked",
            Self::CredentialTokensVoided => "credential.tokens_voided",
            Self::EntityTokensVoided => "entity.tokens_voided",
            Self::AllTokensVoided => "tokens.voided",
            Self::KeyCreated => "key.created",
            Self::KeyRotated => "key.rotated",
            Self::KeyRemoved => "key.removed",
            Self::KeyVoided => "key.voided",
            Self::MasterKeyRotated => "master_key.rotated",
            Self::MasterKeyRetired => "master_key.retired",
            Self::SealingKeyRotated => "sealing_key.rotated",
            Self::OperatorTokenCreated => "operator_token.created",
            Self::OperatorTokenRevoked => "operator_token.revoked",
            Self::SetupLinkCreated => "setup_link.created",
            Self::SecretRevealed => "secret.revealed",
            Self::SecretStopped => "secret.stopped",
            Self::RotationCancelled => "rotation.cancelled",
            Self::PersonInvited => "person.invited",
            Self::InvitationWithdrawn => "invitation.withdrawn",
            Self::PersonJoined => "person.joined",
            Self::RoleChanged => "person.role_changed",
            Self::PersonRemoved => "person.removed",
            Self::PasswordChanged => "person.password_changed",
            Self::SignedIn => "person.signed_in",
            Self::SessionsEnded => "person.sessions_ended",
            Self::EntityViewed => "entity.viewed",
            Self::ConfigurationImported => "configuration.imported",
            Self::SecretEnding => "secret.ending",
            Self::SecretLeaked => "secret.leaked",
            Self::QuotaReached => "quota.reached",
            Self::AuthenticationChanged => "credential.authentication_changed",
        }
    }

    /// The action that `word` names; `None` for one that a newer version wrote.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == word)
    }
}

/// A change to be logged.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: Actor,
    /// What.
    pub action: Action,
    /// Of which entity, if of one.
    pub entity_id: Option<EntityId>,
    /// The id of the thing changed: a Client Id, a parameter's name, a kid, a `jti` …
    pub subject: String,
    /// Details for people. Never a secret.
    pub detail: Value,
}

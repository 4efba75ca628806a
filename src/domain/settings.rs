//! What an entity may choose about its tokens and secrets (CONTRACT.md §1, Token Timeout).

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::fault::{Fault, FieldFault};
use super::quota::{MOST_TOKENS, Quota, Span};
use super::resource::{LONGEST_RESOURCE, MOST_RESOURCES, is_resource};
use super::rotation::LONGEST_LIFE_DAYS;
use super::time::Timestamp;

/// Longest token timeout, in minutes: a day.
pub const LONGEST_TIMEOUT_MINUTES: u32 = 1440;
/// Longest time that an old secret goes on after a regeneration, in seconds: seven days.
pub const LONGEST_GRACE_SECONDS: u32 = 7 * 24 * 3600;
/// Most failed attempts that an Integration Account Lock may allow.
pub const MOST_LOCK_ATTEMPTS: u32 = 9;
/// Most networks on an allowlist.
pub const MOST_NETWORKS: usize = 100;
/// Most credentials that an operator may allow an entity.
pub const MOST_CREDENTIALS: u32 = 1000;

/// What becomes of a parameter that the entity does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum UnknownParameters {
    /// The request is answered 412.
    #[default]
    Refuse,
    /// It is left out of account.
    Ignore,
}

/// Integration Account Lock Settings, when switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountLock {
    /// Consecutive failed token requests after which the account is locked: 1 to 9.
    #[schema(minimum = 1, maximum = 9)]
    #[serde(default = "five")]
    pub maximum_attempts: u32,
    /// Minutes after which it unlocks by itself; never if `None`.
    #[schema(minimum = 1, maximum = 1440)]
    #[serde(default)]
    pub unlock_after_minutes: Option<u32>,
}

/// Attempts before the lock falls, when nobody says otherwise (CONTRACT.md §1).
const fn five() -> u32 {
    5
}

impl AccountLock {
    /// Locks that fell up to this moment have opened by itself at `now`.
    pub fn opened_before(&self, now: Timestamp) -> Option<Timestamp> {
        self.unlock_after_minutes.map(|minutes| now.minus(Duration::from_secs(u64::from(minutes) * 60)))
    }

    /// Whether a lock that fell at `locked_at` still holds.
    pub fn holds(&self, locked_at: Timestamp, now: Timestamp) -> bool {
        self.opened_before(now).is_none_or(|opened| opened < locked_at)
    }
}

/// Everything an entity may choose. New settings get a default, so that old rows stay readable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Lifetime of a token in minutes: 1 to 1440.
    pub token_timeout_minutes: u32,
    /// What becomes of parameters that the entity does not have.
    pub unknown_parameters: UnknownParameters,
    /// The Integration Account Lock; off if `None`.
    pub account_lock: Option<AccountLock>,
    /// Networks that may ask for tokens; everyone if empty.
    pub ip_allowlist: Vec<IpNet>,
    /// How long the old secret goes on after a regeneration that does not say, in seconds: 0 to 604800.
    pub regenerate_grace_seconds: u32,
    /// Whether a regeneration that does not say voids the tokens already issued.
    pub regenerate_voids_tokens: bool,
    /// Most credentials that the entity may have at once.
    pub most_credentials: u32,
    /// Whether every token must be bound to a key (DPoP, RFC 9449).
    pub require_dpop: bool,
    /// The APIs beside the default audience that its tokens may be for (RFC 8707), at most 20, each an absolute URI.
    pub resources: Vec<Arc<str>>,
    /// How many days a new secret lives at most, and does unless it is given less: 1 to 3650; for ever if `None`.
    pub secret_lifetime_days: Option<u32>,
    /// How many tokens it may get, as an operator decides; as many as it asks for if `None`.
    pub quota: Option<Quota>,
    /// Whether no secret is accepted of any credential: only signed assertions and certificates.
    pub forbid_plain_secrets: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            token_timeout_minutes: 10,
            unknown_parameters: UnknownParameters::Refuse,
            account_lock: None,
            ip_allowlist: Vec::new(),
            regenerate_grace_seconds: 0,
            regenerate_voids_tokens: false,
            most_credentials: 10,
            require_dpop: false,
            resources: Vec::new(),
            secret_lifetime_days: None,
            quota: None,
            forbid_plain_secrets: false,
        }
    }
}

impl Settings {
    /// The token timeout as a span of time.
    pub fn token_lifetime(&self) -> Duration {
        Duration::from_secs(u64::from(self.token_timeout_minutes) * 60)
    }

    /// Whether a request may come from `address`.
    pub fn allows(&self, address: IpAddr) -> bool {
        self.ip_allowlist.is_empty() || self.ip_allowlist.iter().any(|network| network.contains(&address))
    }

    /// The settings with `change` made. `Err` lists every field at fault.
    pub fn change(mut self, change: Change) -> Result<Self, Vec<FieldFault>> {
        let mut faults = Vec::new();
        if let Some(texts) = change.ip_allowlist {
            if texts.len() > MOST_NETWORKS {
                let why = format!("must have at most {MOST_NETWORKS} networks");
                return Err(vec![FieldFault::new("ip_allowlist", Fault::Rule(why))]);
            }
            self.ip_allowlist.clear();
            for (position, text) in (1..).zip(&texts) {
                match parse_network(text) {
                    Some(network) => self.ip_allowlist.push(network),
                    None => {
                        let why = format!(
                            "has at position {position} what is neither an address nor a network such as 203.0.113.0/24"
                        );
                        faults.push(FieldFault::new("ip_allowlist", Fault::Rule(why)));
                    }
                }
            }
        }
        self.token_timeout_minutes = change.token_timeout_minutes.unwrap_or(self.token_timeout_minutes);
        self.unknown_parameters = change.unknown_parameters.unwrap_or(self.unknown_parameters);
        self.account_lock = change.account_lock.unwrap_or(self.account_lock);
        self.regenerate_grace_seconds = change.regenerate_grace_seconds.unwrap_or(self.regenerate_grace_seconds);
        self.regenerate_voids_tokens = change.regenerate_voids_tokens.unwrap_or(self.regenerate_voids_tokens);
        self.most_credentials = change.most_credentials.unwrap_or(self.most_credentials);
        self.require_dpop = change.require_dpop.unwrap_or(self.require_dpop);
        if let Some(resources) = change.resources {
            faults.extend(resource_fault(&resources));
            self.resources = resources.into_iter().map(Into::into).collect();
        }
        self.secret_lifetime_days = change.secret_lifetime_days.unwrap_or(self.secret_lifetime_days);
        self.quota = change.quota.unwrap_or(self.quota);
        self.forbid_plain_secrets = change.forbid_plain_secrets.unwrap_or(self.forbid_plain_secrets);
        faults.extend(self.faults());
        if faults.is_empty() { Ok(self) } else { Err(faults) }
    }

    /// Everything out of its limits, each under the name that the admin API gives it.
    fn faults(&self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        let mut within = |field: &str, value: u32, least: u32, most: u32| {
            if value < least {
                faults.push(FieldFault::new(field, Fault::BelowMinimum(least.to_string())));
            } else if value > most {
                faults.push(FieldFault::new(field, Fault::AboveMaximum(most.to_string())));
            }
        };
        within("token_timeout_minutes", self.token_timeout_minutes, 1, LONGEST_TIMEOUT_MINUTES);
        within("regenerate_grace_seconds", self.regenerate_grace_seconds, 0, LONGEST_GRACE_SECONDS);
        within("most_credentials", self.most_credentials, 1, MOST_CREDENTIALS);
        if let Some(days) = self.secret_lifetime_days {
            within("secret_lifetime_days", days, 1, LONGEST_LIFE_DAYS);
        }
        if let Some(lock) = self.account_lock {
            within("account_lock.maximum_attempts", lock.maximum_attempts, 1, MOST_LOCK_ATTEMPTS);
            if let Some(minutes) = lock.unlock_after_minutes {
                within("account_lock.unlock_after_minutes", minutes, 1, LONGEST_TIMEOUT_MINUTES);
            }
        }
        if let Some(quota) = self.quota {
            for (field, span) in [("quota.tokens_per_hour", Span::Hour), ("quota.tokens_per_day", Span::Day)] {
                if let Some(limit) = quota.limit(span) {
                    within(field, limit, 1, MOST_TOKENS);
                }
            }
            if quota.tokens_per_hour.is_none() && quota.tokens_per_day.is_none() {
                let why = "must have tokens_per_hour or tokens_per_day; null switches it off".to_owned();
                faults.push(FieldFault::new("quota", Fault::Rule(why)));
            }
        }
        faults
    }
}

/// What to change of the settings: every `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    /// See [`Settings::token_timeout_minutes`].
    pub token_timeout_minutes: Option<u32>,
    /// See [`Settings::unknown_parameters`].
    pub unknown_parameters: Option<UnknownParameters>,
    /// See [`Settings::account_lock`]; `Some(None)` switches it off.
    pub account_lock: Option<Option<AccountLock>>,
    /// See [`Settings::ip_allowlist`]; as text, one network each.
    pub ip_allowlist: Option<Vec<String>>,
    /// See [`Settings::regenerate_grace_seconds`].
    pub regenerate_grace_seconds: Option<u32>,
    /// See [`Settings::regenerate_voids_tokens`].
    pub regenerate_voids_tokens: Option<bool>,
    /// See [`Settings::most_credentials`].
    pub most_credentials: Option<u32>,
    /// See [`Settings::forbid_plain_secrets`].
    pub forbid_plain_secrets: Option<bool>,
    /// See [`Settings::quota`]; `Some(None)` switches it off.
    pub quota: Option<Option<Quota>>,
    /// See [`Settings::secret_lifetime_days`]; `Some(None)` lets secrets live for ever.
    pub secret_lifetime_days: Option<Option<u32>>,
    /// See [`Settings::require_dpop`].
    pub require_dpop: Option<bool>,
    /// See [`Settings::resources`].
    pub resources: Option<Vec<String>>,
}

/// What is wrong with a list of resources.
fn resource_fault(resources: &[String]) -> Option<FieldFault> {
    let rule = |why: String| Some(FieldFault::new("resources", Fault::Rule(why)));
    if resources.len() > MOST_RESOURCES {
        return rule(format!("must have at most {MOST_RESOURCES} resources"));
    }
    for (position, resource) in (1..).zip(resources) {
        if !is_resource(resource) {
            return rule(format!(
                "must have at position {position} an absolute URI without a fragment, of at most {LONGEST_RESOURCE} characters, such as https://api.example.com/orders"
            ));
        }
        if resources.iter().filter(|other| *other == resource).count() > 1 {
            return rule(format!("has the one at position {position} more than once"));
        }
    }
    None
}

/// Reads one line of an allowlist: a network in CIDR notation or a single address. Host bits are dropped.
pub fn parse_network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    let network = match text.parse::<IpNet>() {
        Ok(network) => network.trunc(),
        Err(_) => IpNet::from(text.parse::<IpAddr>().ok()?.to_canonical()),
    };
    Some(unmapped(network).unwrap_or(network))
}

/// An IPv4 network written as a part of `::ffff:0:0/96`, as IPv4: addresses are compared in that form.
fn unmapped(network: IpNet) -> Option<IpNet> {
    let IpNet::V6(network) = network else { return None };
    let address = network.network().to_ipv4_mapped()?;
    IpNet::new(address.into(), network.prefix_len().checked_sub(96)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowlist_is_written_in_many_ways() {
        for (text, network) in [
            ("203.0.113.7", "203.0.113.7/32"),
            (" 203.0.113.7/24 ", "203.0.113.0/24"),
            ("2001:db8::1", "2001:db8::1/128"),
            ("::ffff:203.0.113.7", "203.0.113.7/32"),
            ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
            ("::/0", "::/0"),
        ] {
            assert_eq!(parse_network(text).unwrap().to_string(), network);
        }
        for text in ["", "x", "203.0.113.7/33", "203.0.113", "203.0.113.7/-1"] {
            assert_eq!(parse_network(text), None, "{text}");
        }
    }
}

//! What is void, as the feed of revocations has told. Nothing of it needs to be known for longer than a token lives.

use std::collections::{HashMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

/// No token of Passgate lives longer, however clocks differ, in milliseconds.
const LONGEST_TOKEN: i64 = 25 * 3_600_000;
/// Most clients and single tokens that are remembered.
const MOST: usize = 1_000_000;

/// A `jti` of Passgate: 48 bits of the millisecond, 32 bits of the secret's tag, 80 random bits.
type TokenId = [u8; 20];

/// The data of an event `snapshot` or `change`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Statements {
    pub(crate) more: bool,
    pub(crate) keys_changed: bool,
    not_before: Option<i64>,
    kids: Option<HashSet<String>>,
    clients: Vec<Client>,
    tokens: Vec<Single>,
}

#[derive(Debug, Deserialize)]
struct Client {
    client_id: String,
    #[serde(flatten)]
    state: State,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct State {
    void: bool,
    expires_at: Option<i64>,
    not_before: Option<i64>,
    secrets: Vec<Secret>,
    #[serde(skip)]
    told_at: i64,
}

#[derive(Debug, Deserialize)]
struct Secret {
    tag: u32,
    not_before: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Single {
    jti: String,
    exp: i64,
}

/// More was told than is remembered.
#[derive(Debug)]
pub(crate) struct TooMuch;

/// Everything that is void.
#[derive(Debug, Default)]
pub(crate) struct Void {
    not_before: Option<i64>,
    /// Every published key, if that was told.
    kids: Option<HashSet<String>>,
    clients: HashMap<String, State>,
    tokens: HashMap<TokenId, i64>,
}

impl Void {
    /// Takes in what was told at `now`, in milliseconds since the epoch.
    pub(crate) fn learn(&mut self, told: Statements, now: i64) -> Result<(), TooMuch> {
        self.not_before = self.not_before.max(told.not_before);
        // A server that does not name them yet says only that they have changed.
        if told.kids.is_some() || told.keys_changed {
            self.kids = told.kids;
        }
        for Client { client_id, state } in told.clients {
            if state.says_nothing() {
                self.clients.remove(&client_id);
            } else {
                self.clients.insert(client_id, State { told_at: now, ..state });
            }
        }
        self.tokens.extend(told.tokens.into_iter().filter_map(|token| Some((token_id(&token.jti)?, token.exp))));
        if self.clients.len().saturating_add(self.tokens.len()) > MOST { Err(TooMuch) } else { Ok(()) }
    }

    /// Forgets what only concerns tokens that have ended by `now`.
    pub(crate) fn forget(&mut self, now: i64) {
        self.tokens.retain(|_, exp| exp.saturating_mul(1000) > now);
        self.clients.retain(|_, state| {
            let last = state.expires_at.unwrap_or(0).max(state.told_at);
            last.saturating_add(LONGEST_TOKEN) > now
        });
    }

    /// Whether this key is published no longer, whatever a cached key set says.
    pub(crate) fn covers_key(&self, kid: &str) -> bool {
        self.kids.as_ref().is_some_and(|kids| !kids.contains(kid))
    }

    /// Whether the token of this client and `jti` is void at `now`. One whose `jti` is not Passgate's cannot be told, and is.
    pub(crate) fn covers(&self, client_id: &str, jti: &str, now: i64) -> bool {
        let Some(id) = token_id(jti) else { return true };
        let number = |bytes: &[u8]| bytes.iter().fold(0_i64, |number, byte| number << 8 | i64::from(*byte));
        let issued_at = number(id.get(..6).unwrap_or_default());
        let tag = number(id.get(6..10).unwrap_or_default());
        let issued_before = |moment: i64| issued_at < moment;
        self.not_before.is_some_and(issued_before)
            || self.tokens.contains_key(&id)
            || self.clients.get(client_id).is_some_and(|state| {
                state.void
                    || state.expires_at.is_some_and(|end| end <= now)
                    || state.not_before.is_some_and(issued_before)
                    || state
                        .secrets
                        .iter()
                        .any(|secret| i64::from(secret.tag) == tag && secret.not_before.is_none_or(issued_before))
            })
    }
}

impl State {
    fn says_nothing(&self) -> bool {
        !self.void && self.expires_at.is_none() && self.not_before.is_none() && self.secrets.is_empty()
    }
}

fn token_id(jti: &str) -> Option<TokenId> {
    URL_SAFE_NO_PAD.decode(jti).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    fn jti(issued_at: i64, tag: u32) -> String {
        let time = issued_at.to_be_bytes();
        URL_SAFE_NO_PAD.encode([&time[2..], &tag.to_be_bytes(), &[7; 10]].concat())
    }

    fn void(told: &[&str]) -> Void {
        let mut void = Void::default();
        for told in told {
            void.learn(serde_json::from_str(told).unwrap(), NOW).unwrap();
        }
        void
    }

    #[test]
    fn each_way_of_being_void_covers_what_it_says_and_nothing_else() {
        let of = |void: &Void, client: &str, at: i64, tag: u32| void.covers(client, &jti(at, tag), NOW);
        let all = void(&[r#"{"clients":[{"client_id":"a","void":true}]}"#]);
        assert!(of(&all, "a", NOW, 1) && !of(&all, "b", NOW, 1));
        let early = void(&[r#"{"clients":[{"client_id":"a","not_before":1799999999000}]}"#]);
        assert!(of(&early, "a", NOW - 1001, 1) && !of(&early, "a", NOW - 1000, 1));
        let secrets =
            r#"{"clients":[{"client_id":"a","secrets":[{"tag":4294967295},{"tag":2,"not_before":1799999999000}]}]}"#;
        let secrets = void(&[secrets]);
        assert!(of(&secrets, "a", NOW, u32::MAX) && !of(&secrets, "a", NOW, 1));
        assert!(of(&secrets, "a", NOW - 1001, 2) && !of(&secrets, "a", NOW - 1000, 2));
        let expired = void(&[
            r#"{"clients":[{"client_id":"a","expires_at":1800000000000},{"client_id":"b","expires_at":1800000000001}]}"#,
        ]);
        assert!(of(&expired, "a", NOW - 5, 1) && !of(&expired, "b", NOW - 5, 1));
        let everyone = void(&[r#"{"not_before":1799999999000}"#]);
        assert!(of(&everyone, "x", NOW - 1001, 1) && !of(&everyone, "x", NOW - 1000, 1));
        let one = void(&[&format!(r#"{{"tokens":[{{"jti":"{}","exp":1800000001}}]}}"#, jti(NOW, 9))]);
        assert!(of(&one, "a", NOW, 9) && !of(&one, "a", NOW + 1, 9));
        assert!(Void::default().covers("a", "not-one-of-passgate", NOW));
    }

    #[test]
    fn keys_are_those_that_were_named_last_and_unknown_once_they_have_changed_unnamed() {
        let named = r#"{"kids":["a"]}"#;
        assert!(!void(&[named]).covers_key("a") && void(&[named]).covers_key("b"));
        assert!(!void(&[named, r#"{"keys_changed":true}"#]).covers_key("b"));
        assert!(void(&[named, r#"{"keys_changed":true,"kids":["b"]}"#]).covers_key("a"));
    }

    #[test]
    fn what_is_told_later_replaces_what_was_told_and_all_is_forgotten_in_the_end() {
        let token = format!(r#"{{"tokens":[{{"jti":"{}","exp":1800000600}}]}}"#, jti(NOW, 9));
        let client = r#"{"clients":[{"client_id":"a","void":true}]}"#;
        let expiring = r#"{"clients":[{"client_id":"b","expires_at":1800086400000}]}"#;
        let mut known = void(&[client, expiring, &token]);
        assert!(!void(&[client, r#"{"clients":[{"client_id":"a"}]}"#]).covers("a", &jti(NOW, 1), NOW));
        known.forget(NOW + 599_999);
        assert_eq!((known.tokens.len(), known.clients.len()), (1, 2));
        known.forget(NOW + LONGEST_TOKEN);
        assert_eq!((known.tokens.len(), known.clients.len()), (0, 1));
        known.forget(NOW + 86_400_000 + LONGEST_TOKEN);
        assert_eq!(known.clients.len(), 0);
    }
}

//! People who sign in: what an account is, what a member of an entity may do, and which passwords are taken.

use std::time::Duration;

use super::entity::LONGEST_NAME;
use super::fault::{Fault, FieldFault};
use super::id::{EntityId, InvitationId, PersonId, SessionId};
use super::time::Timestamp;

/// Longest e-mail address, in bytes (RFC 5321 §4.5.3.1.3, less the angle brackets).
pub const LONGEST_EMAIL: usize = 254;
/// Fewest characters of a password. Length is what counts; no rule says which characters.
pub const SHORTEST_PASSWORD: usize = 12;
/// Most bytes of a password that are hashed.
pub const LONGEST_PASSWORD: usize = 512;
/// Fewest different characters of a password.
const FEWEST_DIFFERENT: usize = 5;

/// How long a session lives without a request.
pub const SESSION_IDLE: Duration = Duration::from_secs(30 * 60);
/// How long a session lives at most.
pub const SESSION_LIFE: Duration = Duration::from_secs(12 * 3600);
/// Most sessions that one person has at once; with one more, the one used longest ago ends.
pub const MOST_SESSIONS: i64 = 20;
/// How long a password counts as recent: to show a secret or to replace it.
pub const RECENT: Duration = Duration::from_secs(10 * 60);
/// How long an invitation is good.
pub const INVITATION_LIFE: Duration = Duration::from_secs(48 * 3600);
/// How long a link to set a new password is good.
pub const RESET_LIFE: Duration = Duration::from_secs(3600);

/// What a person is to an entity, or to the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Runs the platform: manages every entity.
    Operator,
    /// Of an entity: everything that a developer may, and its people.
    Owner,
    /// Of an entity: its credentials and settings.
    Developer,
    /// Of an entity: sees everything but secrets, changes nothing.
    Viewer,
}

impl Role {
    /// The roles that an entity's people may have.
    pub const OF_ENTITY: [Self; 3] = [Self::Owner, Self::Developer, Self::Viewer];

    /// The word for it in rows, forms and texts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Owner => "owner",
            Self::Developer => "developer",
            Self::Viewer => "viewer",
        }
    }

    /// The role that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Operator, Self::Owner, Self::Developer, Self::Viewer].into_iter().find(|role| role.as_str() == word)
    }

    /// Whether it may generate, show, regenerate and stop secrets, send requests and change settings.
    pub const fn may_manage(self) -> bool {
        matches!(self, Self::Owner | Self::Developer)
    }

    /// Whether it may invite and remove people.
    pub const fn may_manage_people(self) -> bool {
        matches!(self, Self::Owner | Self::Operator)
    }
}

/// An account.
#[derive(Clone, Debug)]
pub struct Person {
    /// Names it.
    pub id: PersonId,
    /// Where it gets mail and what it signs in with, in lower case.
    pub email: String,
    /// What people call it.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a person may see.
#[derive(Clone, Debug)]
pub struct Membership {
    /// Of which entity; `None` for the platform.
    pub entity_id: Option<EntityId>,
    /// As what.
    pub role: Role,
    /// When the person was last on a page of it, to the minute.
    pub seen_at: Option<Timestamp>,
}

/// A person and since when it belongs to an entity, or to the operators.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who.
    pub person: Person,
    /// As what.
    pub role: Role,
    /// Since when.
    pub since: Timestamp,
    /// When it was last on a page of it, to the minute.
    pub seen_at: Option<Timestamp>,
}

/// Somebody who was asked to join and has not yet.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Names it.
    pub id: InvitationId,
    /// To whom, in lower case.
    pub email: String,
    /// To which entity; `None` to run the platform.
    pub entity_id: Option<EntityId>,
    /// As what.
    pub role: Role,
    /// When it was last sent.
    pub sent_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// A browser that somebody has signed in with.
#[derive(Clone, Debug)]
pub struct Session {
    /// Names it; it proves nothing.
    pub id: SessionId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// When the password was last given.
    pub proven_at: Timestamp,
    /// From where it began.
    pub address: String,
    /// With what, as the browser says.
    pub agent: String,
    /// The entity that an operator looks at as its people see it.
    pub viewed_entity_id: Option<EntityId>,
}

impl Session {
    /// Whether it still counts.
    pub fn is_live(&self, now: Timestamp) -> bool {
        now.since(self.seen_at) < SESSION_IDLE && now.since(self.created_at) < SESSION_LIFE
    }

    /// Whether the password was given recently.
    pub fn is_recent(&self, now: Timestamp) -> bool {
        now.since(self.proven_at) < RECENT
    }
}

/// An e-mail address in the form in which it is kept and compared; what is wrong with it otherwise.
pub fn email(text: &str) -> Result<String, FieldFault> {
    let text = text.trim();
    let wrong = |fault| Err(FieldFault::new("email", fault));
    if text.is_empty() {
        return wrong(Fault::Empty);
    }
    if text.len() > LONGEST_EMAIL {
        return wrong(Fault::TooLong(LONGEST_EMAIL as u64));
    }
    let is_address = text.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.starts_with('.') && !domain.ends_with('.')
    });
    let is_plain = text.chars().all(|c| !c.is_whitespace() && !is_unseen(c) && !"<>(),;:\\\"[]".contains(c));
    if is_address && is_plain && text.matches('@').count() == 1 {
        Ok(text.to_lowercase())
    } else {
        wrong(Fault::Rule("must be an e-mail address such as maya@northwind.example".to_owned()))
    }
}

/// Characters that cannot be seen, or that make what follows them look like something else.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A person's name; what is wrong with it otherwise.
pub fn name(text: &str) -> Result<String, FieldFault> {
    let text = text.trim();
    if text.is_empty() {
        Err(FieldFault::new("name", Fault::Empty))
    } else if text.chars().count() > LONGEST_NAME {
        Err(FieldFault::new("name", Fault::TooLong(LONGEST_NAME as u64)))
    } else if text.chars().any(is_unseen) {
        Err(FieldFault::new("name", Fault::Rule("must not have characters that cannot be seen".to_owned())))
    } else {
        Ok(text.to_owned())
    }
}

/// Whether `password` is taken for the account of `email`: length over rules (NIST SP 800-63B §3.1.1).
pub fn check_password(password: &str, email: &str) -> Result<(), FieldFault> {
    let wrong = |fault| Err(FieldFault::new("password", fault));
    let mut different: Vec<char> = password.chars().collect();
    different.sort_unstable();
    different.dedup();
    if password.is_empty() {
        wrong(Fault::Empty)
    } else if password.chars().count() < SHORTEST_PASSWORD {
        wrong(Fault::TooShort(SHORTEST_PASSWORD as u64))
    } else if password.len() > LONGEST_PASSWORD {
        wrong(Fault::TooLong(LONGEST_PASSWORD as u64))
    } else if different.len() < FEWEST_DIFFERENT {
        wrong(Fault::Rule(format!("must have at least {FEWEST_DIFFERENT} different characters")))
    } else if password.to_lowercase() == email {
        wrong(Fault::Rule("must not be the e-mail address".to_owned()))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_in_lower_case_and_nothing_else_is_one() {
        assert_eq!(email(" Maya@Northwind.Example ").unwrap(), "maya@northwind.example");
        for odd in ["", "maya", "@x", "a@", "a@b@c", "a b@c", "a@.c", "a@c.", "<a@b.c>", "a@b.c\r\nBcc: d@e.f"] {
            assert!(email(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_password_is_long_and_not_all_the_same() {
        assert!(check_password("correct horse", "a@b.c").is_ok());
        for odd in ["", "short", "elevenchars", "aaaaaaaaaaaaaaaa", "maya@northwind.example", &"ab1!".repeat(200)] {
            assert!(check_password(odd, "maya@northwind.example").is_err(), "{odd}");
        }
    }
}

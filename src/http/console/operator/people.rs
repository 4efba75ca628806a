//! People and invitations as both the page of an entity and that of the operators show them.

use crate::app::App;
use crate::app::people::Invited;
use crate::domain::id::EntityId;
use crate::domain::person::{Invitation, Member, Role};
use crate::http::console::visitor::Operator;
use crate::http::console::words::{Text, Words};
use crate::http::error::Problem;

/// A member.
pub struct PersonRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its address.
    pub email: String,
    /// What it is.
    pub role: Role,
    /// When it was last here; `None` if nobody remembers.
    pub seen: Option<Text>,
    /// Whether it is who looks.
    pub is_me: bool,
}

/// An invitation that waits.
pub struct InvitationRow {
    /// Its id.
    pub id: String,
    /// To whom.
    pub email: String,
    /// As what.
    pub role: Role,
    /// The same as people call it.
    pub called: Text,
    /// Until when it is good.
    pub until: String,
    /// Whether it is good no more.
    pub has_ended: bool,
}

/// A link to be passed on by hand.
pub struct Link {
    /// To whom.
    pub email: String,
    /// The link.
    pub url: String,
    /// Whether there is a mail server and it did not take it.
    pub mail_failed: bool,
}

impl Link {
    /// The link of an invitation that no mail brings.
    pub fn of(invited: Invited) -> Self {
        Self { email: invited.email, url: invited.link, mail_failed: invited.mailed.is_some() }
    }
}

/// What a role is called.
pub fn role_name(w: Words, role: Role) -> Text {
    match role {
        Role::Operator => w.text("role-operator"),
        Role::Owner => w.text("op-role-owner"),
        Role::Developer => w.text("op-role-developer"),
        Role::Viewer => w.text("op-role-viewer"),
    }
}

/// The people of an entity, or the operators; and who is invited.
pub async fn people(
    app: &App,
    operator: &Operator,
    entity_id: Option<&EntityId>,
) -> Result<(Vec<PersonRow>, Vec<InvitationRow>), Problem> {
    let (w, now) = (operator.0.look.words, app.now());
    let members = app.store.members(entity_id).await?;
    let waiting = app.store.invitations(entity_id).await?;
    let person = |member: Member| PersonRow {
        id: member.person.id.to_string(),
        is_me: member.person.id == operator.0.signed_in.person.id,
        name: member.person.name,
        email: member.person.email,
        role: member.role,
        seen: member.seen_at.map(|at| w.ago(at, now)),
    };
    let invitation = |invitation: Invitation| InvitationRow {
        id: invitation.id.to_string(),
        email: invitation.email,
        role: invitation.role,
        called: role_name(w, invitation.role),
        until: w.moment_text(invitation.expires_at),
        has_ended: invitation.expires_at <= now,
    };
    Ok((members.into_iter().map(person).collect(), waiting.into_iter().map(invitation).collect()))
}

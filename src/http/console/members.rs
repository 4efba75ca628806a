//! Who belongs to an entity, or runs the platform, and who is invited: the rows of every page that shows them.

use super::events::role_name;
use super::visitor::Visitor;
use super::words::Text;
use crate::app::App;
use crate::domain::id::EntityId;
use crate::domain::person::{Invitation, Member, Role};
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
    /// The same as people call it.
    pub called: Text,
    /// When it was last here; `None` if nobody remembers.
    pub seen: Option<Text>,
    /// Whether it is who looks.
    pub is_you: bool,
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
    pub is_over: bool,
}

/// The members of an entity, or without one the operators; and who is invited.
pub async fn members(
    app: &App,
    visitor: &Visitor,
    entity_id: Option<&EntityId>,
) -> Result<(Vec<PersonRow>, Vec<InvitationRow>), Problem> {
    let (w, now) = (visitor.look.words, app.now());
    let members = app.store.members(entity_id).await?;
    let invitations = app.store.invitations(entity_id).await?;
    let person = |member: Member| PersonRow {
        id: member.person.id.to_string(),
        is_you: member.person.id == visitor.signed_in.person.id,
        name: member.person.name,
        email: member.person.email,
        role: member.role,
        called: w.text(role_name(member.role)),
        seen: member.seen_at.map(|at| w.ago(at, now)),
    };
    let invitation = |invitation: Invitation| InvitationRow {
        id: invitation.id.to_string(),
        email: invitation.email,
        role: invitation.role,
        called: w.text(role_name(invitation.role)),
        until: w.moment_text(invitation.expires_at),
        is_over: invitation.expires_at <= now,
    };
    Ok((members.into_iter().map(person).collect(), invitations.into_iter().map(invitation).collect()))
}

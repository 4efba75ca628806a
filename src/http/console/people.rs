//! *People*: who may open the pages of an entity, and who is invited. Owners invite, change roles and remove; the others
//! read.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::events::role_name;
use super::faults::Faults;
use super::form::{Form, Query};
use super::frame::{Frame, key, on_to, page, page_with};
use super::guard::HoldsSecret;
use super::look::Theme;
use super::visitor::{Insider, session_cookie, with_cookie};
use super::words::Text;
use crate::app::people::Invited;
use crate::app::{App, Error};
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::person::{Invitation, Member, Role};
use crate::domain::time::Timestamp;
use crate::http::admin::read::InPath;
use crate::http::error::Problem;

#[derive(Template)]
#[template(path = "people.html")]
struct People {
    frame: Frame,
    entity: String,
    path: String,
    may_manage: bool,
    owners: String,
    members: Vec<Person>,
    invitations: Vec<Waiting>,
    roles: Vec<(&'static str, Text, bool)>,
    email: String,
    faults: Faults,
    refused: Option<Text>,
    invited: Option<Fresh>,
    dialog: Option<Dialog>,
}

/// A member.
struct Person {
    id: String,
    name: String,
    email: String,
    role: Text,
    is_you: bool,
    seen: Option<Text>,
}

/// Somebody invited.
struct Waiting {
    id: String,
    email: String,
    role: &'static str,
    role_name: Text,
    until: Text,
    is_over: bool,
}

/// An invitation whose link is to be passed on by hand.
struct Fresh {
    explained: Text,
    link: String,
}

/// A question over the page.
struct Dialog {
    is_removal: bool,
    id: String,
    name: String,
    is_you: bool,
    roles: Vec<(&'static str, Text, Text, bool)>,
}

/// What a handler adds to the page.
#[derive(Default)]
struct Moment {
    dialog: Option<(bool, String)>,
    email: String,
    role: Option<Role>,
    faults: Faults,
    refused: Option<Text>,
    invited: Option<Fresh>,
}

/// The page.
pub async fn get(State(app): State<Arc<App>>, insider: Insider, query: Query) -> Result<Response, Problem> {
    let dialog = match query.value("dialog") {
        "remove" => Some((true, query.value("person").to_owned())),
        "role" => Some((false, query.value("person").to_owned())),
        _ => None,
    };
    let moment = Moment { dialog: dialog.filter(|_| insider.manages_people().is_ok()), ..Moment::default() };
    Ok(page(&app, insider.visitor.look, &build(&app, &insider, moment).await?))
}

/// Invites somebody, perhaps once more. Where no mail went out, the answer shows the link: here, and never again.
pub async fn invite(State(app): State<Arc<App>>, insider: Insider, form: Form) -> Result<Response, Problem> {
    insider.manages_people()?;
    let (w, email) = (insider.visitor.look.words, form.field("email"));
    let role = Role::parse(form.field("role"));
    let invited = match role {
        Some(role) => app.invite(&insider.actor(), Some(&insider.entity), email, role).await,
        None => Err(Error::Invalid(vec![FieldFault::new("role", Fault::Missing)])),
    };
    let typed = |faults, refused| Moment {
        email: email.chars().take(254).collect(),
        role,
        faults,
        refused,
        ..Moment::default()
    };
    match invited {
        Ok(Invited { mailed: Some(true), .. }) => Ok(on_to(&app, &insider.path("people"), "notice-invited")),
        Ok(Invited { email, link, mailed }) => {
            let why = if mailed.is_none() { key("invited-no-mail") } else { key("invited-mail-failed") };
            let fresh = Fresh { explained: w.with(why, [("email", &email)]), link };
            let shown = build(&app, &insider, Moment { invited: Some(fresh), ..Moment::default() }).await?;
            let mut response = page(&app, insider.visitor.look, &shown);
            response.extensions_mut().insert(HoldsSecret);
            Ok(response)
        }
        Err(Error::Invalid(faults)) => {
            again(&app, &insider, StatusCode::UNPROCESSABLE_ENTITY, typed(Faults(faults), None)).await
        }
        Err(Error::Refused(why)) => {
            let moment = typed(Faults::default(), Some(w.english(&sentence(&why))));
            again(&app, &insider, StatusCode::CONFLICT, moment).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Takes an invitation back.
pub async fn withdraw(
    State(app): State<Arc<App>>,
    insider: Insider,
    InPath((_, invitation)): InPath<(String, String)>,
    _: Form,
) -> Result<Response, Problem> {
    insider.manages_people()?;
    app.withdraw_invitation(&insider.actor(), Some(&insider.entity.id), &invitation).await?;
    Ok(on_to(&app, &insider.path("people"), "notice-withdrawn"))
}

/// Gives a member another role.
pub async fn change_role(
    State(app): State<Arc<App>>,
    insider: Insider,
    InPath((_, person)): InPath<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    insider.manages_people()?;
    let role = Role::parse(form.field("role")).ok_or(Problem::NotFound("role"))?;
    match app.change_role(&insider.actor(), Some(&insider.entity.id), &person, role).await {
        Ok(()) => Ok(on_to(&app, &insider.path("people"), "notice-role-changed")),
        Err(Error::Refused(_)) => last_owner(&app, &insider).await,
        Err(error) => Err(error.into()),
    }
}

/// Removes a member; who removes themselves has no business here any more.
pub async fn remove(
    State(app): State<Arc<App>>,
    insider: Insider,
    InPath((_, person)): InPath<(String, String)>,
    _: Form,
) -> Result<Response, Problem> {
    insider.manages_people()?;
    let signed_in = &insider.visitor.signed_in;
    let is_you = signed_in.person.id.as_str() == person;
    match app.remove_member(&insider.actor(), Some(&insider.entity.id), &person).await {
        Ok(()) if is_you => {
            let gone = on_to(&app, "/", "notice-removed");
            // An account that belongs to nothing any more is deleted, and its sessions are.
            let is_deleted = signed_in.memberships.len() == 1;
            Ok(if is_deleted { with_cookie(&app, gone, session_cookie(&app), "", Some(0)) } else { gone })
        }
        Ok(()) => Ok(on_to(&app, &insider.path("people"), "notice-removed")),
        Err(Error::Refused(_)) => last_owner(&app, &insider).await,
        Err(error) => Err(error.into()),
    }
}

/// The only thing that is refused of members: that nobody is left who may manage them.
async fn last_owner(app: &App, insider: &Insider) -> Result<Response, Problem> {
    let refused = Some(insider.visitor.look.words.text("last-owner"));
    again(app, insider, StatusCode::CONFLICT, Moment { refused, ..Moment::default() }).await
}

async fn again(app: &App, insider: &Insider, status: StatusCode, moment: Moment) -> Result<Response, Problem> {
    Ok(page_with(app, insider.visitor.look, status, &build(app, insider, moment).await?))
}

/// A refusal as a sentence.
fn sentence(why: &str) -> String {
    let mut letters = why.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str())
}

async fn build(app: &App, insider: &Insider, moment: Moment) -> Result<People, Problem> {
    let (w, now, entity) = (insider.visitor.look.words, app.now(), &insider.entity);
    let members = app.store.members(Some(&entity.id)).await?;
    let invitations = app.store.invitations(Some(&entity.id)).await?;
    let owners: Vec<&str> =
        members.iter().filter(|member| member.role == Role::Owner).map(|member| member.person.name.as_str()).collect();
    let chosen = moment.role.unwrap_or(Role::Viewer);
    Ok(People {
        frame: Frame::of_entity(app, insider, "people").await?,
        entity: entity.name.clone(),
        path: insider.path("people"),
        may_manage: insider.manages_people().is_ok(),
        owners: owners.join(", "),
        dialog: moment.dialog.and_then(|(is_removal, id)| dialog(insider, &members, is_removal, &id)),
        members: members.iter().map(|member| person(insider, member, now)).collect(),
        invitations: invitations.iter().map(|invitation| waiting(insider, invitation, now)).collect(),
        roles: Role::OF_ENTITY.map(|role| (role.as_str(), w.text(role_name(role)), role == chosen)).into(),
        email: moment.email,
        faults: moment.faults,
        refused: moment.refused,
        invited: moment.invited,
    })
}

fn person(insider: &Insider, member: &Member, now: Timestamp) -> Person {
    let w = insider.visitor.look.words;
    Person {
        id: member.person.id.to_string(),
        name: member.person.name.clone(),
        email: member.person.email.clone(),
        role: w.text(role_name(member.role)),
        is_you: member.person.id == insider.visitor.signed_in.person.id,
        seen: member.seen_at.map(|at| w.ago(at, now)),
    }
}

fn waiting(insider: &Insider, invitation: &Invitation, now: Timestamp) -> Waiting {
    let w = insider.visitor.look.words;
    let is_over = invitation.expires_at <= now;
    let until = if is_over { key("ran-out-on") } else { key("valid-until") };
    Waiting {
        id: invitation.id.to_string(),
        email: invitation.email.clone(),
        role: invitation.role.as_str(),
        role_name: w.text(role_name(invitation.role)),
        until: w.with(until, [("time", &w.moment_text(invitation.expires_at))]),
        is_over,
    }
}

fn dialog(insider: &Insider, members: &[Member], is_removal: bool, id: &str) -> Option<Dialog> {
    let w = insider.visitor.look.words;
    let member = members.iter().find(|member| member.person.id.as_str() == id)?;
    let explained = |role| match role {
        Role::Owner | Role::Operator => key("role-owner-explained"),
        Role::Developer => key("role-developer-explained"),
        Role::Viewer => key("role-viewer-explained"),
    };
    let choice = |role: Role| (role.as_str(), w.text(role_name(role)), w.text(explained(role)), role == member.role);
    Some(Dialog {
        is_removal,
        id: id.to_owned(),
        name: member.person.name.clone(),
        is_you: member.person.id == insider.visitor.signed_in.person.id,
        roles: Role::OF_ENTITY.map(choice).into(),
    })
}

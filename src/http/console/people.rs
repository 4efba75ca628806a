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
use super::members::{InvitationRow, PersonRow, members};
use super::step_up::recent;
use super::visitor::{Insider, session_cookie, with_cookie};
use super::words::{Text, Words, sentence};
use crate::app::people::Invited;
use crate::app::{App, Error};
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::person::Role;
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
    members: Vec<PersonRow>,
    invitations: Vec<InvitationRow>,
    roles: Vec<(&'static str, Text, bool)>,
    email: String,
    faults: Faults,
    refused: Option<Text>,
    invited: Option<Fresh>,
    dialog: Option<Dialog>,
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
    let here = insider.path("people");
    if let Err(asked) = recent(&app, &insider, &form, format!("{here}/invite"), here).await? {
        return Ok(asked);
    }
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
        // With a mail server only the address gets the link: who invites must not be able to take its place.
        Ok(Invited { email, mailed: Some(false), .. }) => {
            let refused = Some(w.with("invited-mail-failed", [("email", &email)]));
            again(&app, &insider, StatusCode::BAD_GATEWAY, Moment { refused, ..Moment::default() }).await
        }
        Ok(Invited { email, link, .. }) => {
            let fresh = Fresh { explained: w.with("invited-no-mail", [("email", &email)]), link };
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
    let here = insider.path("people");
    if let Err(asked) = recent(&app, &insider, &form, format!("{here}/{person}/role"), here).await? {
        return Ok(asked);
    }
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

async fn build(app: &App, insider: &Insider, moment: Moment) -> Result<People, Problem> {
    let (w, entity) = (insider.visitor.look.words, &insider.entity);
    let (members, invitations) = members(app, &insider.visitor, Some(&entity.id)).await?;
    let owners = members.iter().filter(|member| member.role == Role::Owner);
    let owners: Vec<&str> = owners.map(|member| member.name.as_str()).collect();
    let chosen = moment.role.unwrap_or(Role::Viewer);
    Ok(People {
        frame: Frame::of_entity(app, insider, "people").await?,
        entity: entity.name.clone(),
        path: insider.path("people"),
        may_manage: insider.manages_people().is_ok(),
        owners: owners.join(", "),
        dialog: moment.dialog.and_then(|(is_removal, id)| dialog(w, &members, is_removal, &id)),
        members,
        invitations,
        roles: Role::OF_ENTITY.map(|role| (role.as_str(), w.text(role_name(role)), role == chosen)).into(),
        email: moment.email,
        faults: moment.faults,
        refused: moment.refused,
        invited: moment.invited,
    })
}

fn dialog(w: Words, members: &[PersonRow], is_removal: bool, id: &str) -> Option<Dialog> {
    let member = members.iter().find(|member| member.id == id)?;
    let explained = |role| match role {
        Role::Owner | Role::Operator => key("role-owner-explained"),
        Role::Developer => key("role-developer-explained"),
        Role::Viewer => key("role-viewer-explained"),
    };
    let choice = |role: Role| (role.as_str(), w.text(role_name(role)), w.text(explained(role)), role == member.role);
    Some(Dialog {
        is_removal,
        id: id.to_owned(),
        name: member.name.clone(),
        is_you: member.is_you,
        roles: Role::OF_ENTITY.map(choice).into(),
    })
}

//! Who looks at a page. A permission is an extractor: a handler that asks for one is not reached without it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{SET_COOKIE, USER_AGENT};
use http::request::Parts;
use http::{HeaderValue, Method};

use super::look::{Look, cookie};
use super::text::form_text;
use crate::app::App;
use crate::app::sessions::{Browser, SignedIn};
use crate::domain::credential::Credential;
use crate::domain::entity::Entity;
use crate::domain::event::Actor;
use crate::domain::person::{Membership, Role};
use crate::http::error::Problem;
use crate::http::origin::Origin;

/// How exactly it is remembered when a member was last seen.
const SEEN: Duration = Duration::from_secs(60);

/// The browser of anybody, signed in or not.
pub struct Guest {
    /// From where.
    pub browser: Browser,
    /// How it wants pages.
    pub look: Look,
    /// The session cookie, if there is one.
    pub session: Option<String>,
}

impl FromRequestParts<Arc<App>> for Guest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let Origin { address, .. } = Origin::from_request_parts(parts, app).await?;
        let agent = parts.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        Ok(Self {
            browser: Browser { address, agent: agent.to_owned() },
            look: Look::of(&parts.headers),
            session: cookie(&parts.headers, session_cookie(app)).map(str::to_owned),
        })
    }
}

/// Somebody who has signed in; others are sent to the sign-in page and come back.
pub struct Visitor {
    /// Who.
    pub signed_in: SignedIn,
    /// From where.
    pub browser: Browser,
    /// How the visitor wants pages.
    pub look: Look,
}

impl FromRequestParts<Arc<App>> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let Guest { browser, look, session: value } =
            Guest::from_request_parts(parts, app).await.map_err(IntoResponse::into_response)?;
        let signed_in = match &value {
            Some(value) => app.signed_in(value).await.map_err(|error| Problem::from(error).into_response())?,
            None => None,
        };
        signed_in.map(|signed_in| Self { signed_in, browser, look }).ok_or_else(|| {
            // After a form, back to the page that it stood on.
            let back = if parts.method == Method::GET {
                parts.uri.path_and_query().map_or("/", |it| it.as_str())
            } else {
                parts.uri.path()
            };
            let ended = if value.is_some() { "&ended=1" } else { "" };
            Redirect::to(&format!("/sign-in?next={}{ended}", form_text(back))).into_response()
        })
    }
}

/// Somebody who runs the platform. To others these pages do not exist.
pub struct Operator(pub Visitor);

impl FromRequestParts<Arc<App>> for Operator {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        let of_platform = |membership: &&Membership| membership.role == Role::Operator;
        let Some(membership) = visitor.signed_in.memberships.iter().find(of_platform) else {
            return Err(Problem::NotFound("page").into_response());
        };
        if membership.seen_at.is_none_or(|seen_at| app.now().since(seen_at) >= SEEN) {
            let seen = app.store.see_member(&visitor.signed_in.person.id, None, app.now()).await;
            seen.map_err(|error| Problem::from(error).into_response())?;
        }
        Ok(Self(visitor))
    }
}

impl Operator {
    /// Who the log names.
    pub fn actor(&self) -> Actor {
        self.0.signed_in.actor(true, self.0.browser.address)
    }
}

/// One of an entity's people, on one of its pages; or an operator who looks at them. To all others, whether the entity
/// exists or not, the page does not.
pub struct Insider {
    /// Who.
    pub visitor: Visitor,
    /// The entity that the path names.
    pub entity: Entity,
    /// What the visitor is to it.
    pub role: Role,
    /// Whether an operator looks, who may read all but secrets, and change nothing.
    pub is_viewing: bool,
}

impl FromRequestParts<Arc<App>> for Insider {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        let nothing = || Problem::NotFound("page").into_response();
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| nothing())?;
        let name =
            params.iter().find(|(key, _)| *key == "entity").map(|(_, name)| name.to_owned()).ok_or_else(nothing)?;
        let (entity, role) =
            own_entity(app, &visitor, &name).await.map_err(IntoResponse::into_response)?.ok_or_else(nothing)?;
        Ok(Self { is_viewing: role.is_none(), role: role.unwrap_or(Role::Viewer), visitor, entity })
    }
}

/// The entity of this identifier or id among those that the visitor may see, and the visitor's role; none for an operator
/// who looks at it. Others are not even looked up, so that time tells nothing of them.
async fn own_entity(app: &App, visitor: &Visitor, name: &str) -> Result<Option<(Entity, Option<Role>)>, Problem> {
    let signed_in = &visitor.signed_in;
    let own = signed_in.memberships.iter().filter_map(|membership| {
        membership.entity_id.as_ref().map(|id| (id, Some(membership.role), membership.seen_at))
    });
    let viewed = signed_in.session.viewed_entity_id.as_ref().filter(|_| signed_in.is_operator());
    for (id, role, seen_at) in own.chain(viewed.map(|id| (id, None, None))) {
        let Some(entity) = app.entity(id).await? else { continue };
        if entity.identifier != name && entity.id.as_str() != name {
            continue;
        }
        if role.is_some() && seen_at.is_none_or(|seen_at| app.now().since(seen_at) >= SEEN) {
            app.store.see_member(&signed_in.person.id, Some(id), app.now()).await?;
        }
        return Ok(Some((Entity::clone(&entity), role)));
    }
    Ok(None)
}

impl Insider {
    /// Who the log names.
    pub fn actor(&self) -> Actor {
        self.visitor.signed_in.actor(false, self.visitor.browser.address)
    }

    /// Goes on only for somebody who may manage credentials and settings.
    pub fn manages(&self) -> Result<(), Problem> {
        if self.role.may_manage() {
            Ok(())
        } else {
            Err(Problem::Forbidden(
                "Only owners and developers of this business entity may do this. Ask one of its owners.",
            ))
        }
    }

    /// Goes on only for somebody who may manage the entity's people.
    pub fn manages_people(&self) -> Result<(), Problem> {
        if self.role.may_manage_people() {
            Ok(())
        } else {
            Err(Problem::Forbidden("Only owners of this business entity may do this."))
        }
    }

    /// Goes on only with a credential of this entity.
    pub fn owns(&self, credential: &Credential) -> Result<(), Problem> {
        match &credential.owner {
            crate::domain::credential::Owner::Entity(id) if *id == self.entity.id => Ok(()),
            _ => Err(Problem::NotFound("credential")),
        }
    }

    /// The path of one of this entity's pages.
    pub fn path(&self, page: &str) -> String {
        format!("/entities/{}/{page}", self.entity.identifier)
    }
}

/// The name of the session cookie: over HTTPS one that no other host or path can have set.
pub fn session_cookie(app: &App) -> &'static str {
    if is_https(app) { "__Host-passgate" } else { "passgate" }
}

/// Whether browsers come over HTTPS.
pub fn is_https(app: &App) -> bool {
    app.issuer.starts_with("https://")
}

/// The answer with a cookie. `max_age` in seconds; without one it ends with the browser.
pub fn with_cookie(app: &App, mut response: Response, name: &str, value: &str, max_age: Option<u32>) -> Response {
    let secure = if is_https(app) { "; Secure" } else { "" };
    let max_age = max_age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{max_age}");
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// Where to go next: a path of ours, or `/`.
pub fn next_path(text: &str) -> &str {
    let is_ours =
        text.starts_with('/') && !text.starts_with("//") && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if is_ours { text } else { "/" }
}

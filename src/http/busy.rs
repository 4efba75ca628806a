//! What machines ask thousands of times a day. These endpoints are found without the router, and their requests are taken
//! apart once: `front` looks here first. The router has them too, for what needs its layers (CORS) and for other methods.

use std::pin::pin;
use std::sync::Arc;

use axum::body::HttpBody;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any, post};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, Uri};

use super::body::Payload;
use super::client_certificate::Shown;
use super::envelope::{self, Facts, Head};
use super::front::Connected;
use super::gateway::forward_auth;
use super::integration::access_token;
use super::oauth::{introspect, token};
use super::origin::Origin;
use crate::app::App;

/// An endpoint that is asked often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Busy {
    /// `POST /api/v1/access-token`
    AccessToken,
    /// `POST /oauth/token`
    Token,
    /// `POST /oauth/introspect`
    Introspect,
    /// `/forward-auth`, with whatever method
    ForwardAuth,
}

/// What a request brings beside its body.
pub struct Received {
    /// Where it comes from.
    pub origin: Origin,
    /// The certificate that its client shows.
    pub shown: Shown,
    /// What it asks for.
    pub uri: Uri,
    /// Its headers.
    pub headers: HeaderMap,
}

impl Busy {
    /// Every one of them.
    pub const ALL: [Self; 4] = [Self::AccessToken, Self::Token, Self::Introspect, Self::ForwardAuth];

    /// Where it is.
    pub const fn path(self) -> &'static str {
        match self {
            Self::AccessToken => "/api/v1/access-token",
            Self::Token => "/oauth/token",
            Self::Introspect => "/oauth/introspect",
            Self::ForwardAuth => "/forward-auth",
        }
    }

    /// The one that this is a request to.
    pub fn find(method: &Method, path: &str) -> Option<Self> {
        let found = Self::ALL.into_iter().find(|busy| busy.path() == path)?;
        (found == Self::ForwardAuth || *method == Method::POST).then_some(found)
    }

    /// The same for the router.
    pub fn route(self) -> MethodRouter<Arc<App>> {
        let routed = async move |State(app): State<Arc<App>>, request: Request| -> Response {
            let (mut parts, body) = request.into_parts();
            let origin = match Origin::from_request_parts(&mut parts, &app).await {
                Ok(origin) => origin,
                Err(problem) => return problem.into_response(),
            };
            let Ok(shown) = Shown::from_request_parts(&mut parts, &app).await;
            self.answer(&app, Received { origin, shown, uri: parts.uri, headers: parts.headers }, body).await
        };
        if self == Self::ForwardAuth { any(routed) } else { post(routed) }
    }

    /// Its answer to a request that has not been through the router, with everything around.
    pub async fn direct<B>(self, app: &Arc<App>, connected: &Connected, parts: Parts, body: B) -> Response
    where
        B: HttpBody<Data = Bytes> + Unpin,
    {
        let facts = Arc::new(Facts::default());
        let Parts { method, uri, headers, .. } = parts;
        let origin = Origin::of(app, connected.peer, &headers, facts.clone());
        let shown = Shown::of(app, Some(connected.peer), connected.certificates.as_ref(), &headers);
        let head = Head {
            method: envelope::method_of(&method),
            path: self.path(),
            is_oauth: envelope::is_oauth(self.path()),
            page: None,
        };
        let answered = pin!(self.answer(app, Received { origin, shown, uri, headers }, body));
        envelope::around(app, &facts, head, answered).await
    }

    /// Its answer.
    async fn answer<B>(self, app: &Arc<App>, received: Received, body: B) -> Response
    where
        B: HttpBody<Data = Bytes> + Unpin,
    {
        match self {
            Self::AccessToken => {
                let payload = Payload::read(&received.headers, body).await;
                access_token::post(app, &received, payload).await.into_response()
            }
            Self::Token => {
                let payload = Payload::read(&received.headers, body).await;
                token::post(app, received, payload).await.into_response()
            }
            Self::Introspect => {
                let payload = Payload::read(&received.headers, body).await;
                introspect::post(app, received, payload).await.into_response()
            }
            Self::ForwardAuth => forward_auth::get(app, received).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_without_the_router_is_what_the_router_would_find() {
        for busy in Busy::ALL {
            assert_eq!(Busy::find(&Method::POST, busy.path()), Some(busy));
            assert_eq!(Busy::find(&Method::GET, busy.path()), Some(busy).filter(|busy| *busy == Busy::ForwardAuth));
            assert_eq!(Busy::find(&Method::POST, &format!("{}/", busy.path())), None);
        }
    }
}

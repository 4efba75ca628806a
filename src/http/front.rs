//! The front of the house: each request of a connection comes here first, and what machines ask often does not go through
//! the router.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use http::Request;
use hyper::body::Incoming;
use tower::Service as _;

use super::busy::Busy;
use super::client_certificate::PeerCertificates;
use super::origin::Peer;
use super::{metrics_router, router};
use crate::app::App;

/// What one address serves.
#[derive(Clone)]
pub struct Front {
    app: Arc<App>,
    router: Router,
    /// Whether busy endpoints are answered without the router.
    is_direct: bool,
}

/// Who is at the other end of a connection.
#[derive(Clone)]
pub struct Connected {
    /// Its address.
    pub peer: Peer,
    /// The certificates of its handshake.
    pub certificates: Option<PeerCertificates>,
}

impl Front {
    /// Everything that the main address serves.
    pub fn main(app: &Arc<App>) -> Self {
        // Who is called by other origins' pages answers with the headers of a layer of the router.
        Self { app: app.clone(), router: router(app), is_direct: app.config.cors_origins.is_empty() }
    }

    /// What the separate metrics address serves.
    pub fn metrics(app: &Arc<App>) -> Self {
        Self { app: app.clone(), router: metrics_router(app), is_direct: false }
    }

    /// The application.
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// The answer to a request.
    pub async fn answer(&self, connected: &Connected, mut request: Request<Incoming>) -> Response {
        let busy = if self.is_direct { Busy::find(request.method(), request.uri().path()) } else { None };
        if let Some(busy) = busy {
            let (parts, body) = request.into_parts();
            return busy.direct(&self.app, connected, parts, body).await;
        }
        request.extensions_mut().insert(connected.peer);
        if let Some(certificates) = &connected.certificates {
            request.extensions_mut().insert(certificates.clone());
        }
        self.router.clone().call(request.map(Body::new)).await.unwrap_or_else(|never| match never {})
    }
}

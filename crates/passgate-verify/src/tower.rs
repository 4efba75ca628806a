//! A [tower](https://docs.rs/tower) layer that lets nobody through without a good token.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use crate::{Refused, Token, Verifier};

/// Lets only requests with a good token through, and puts the [`Token`] into their extensions; answers the others itself
/// (RFC 6750 §3). Made by [`Verifier::layer`].
#[derive(Clone, Debug)]
pub struct RequireToken {
    verifier: Verifier,
    scope: String,
}

impl Verifier {
    /// A layer that lets only requests with a good token through.
    pub fn layer(&self) -> RequireToken {
        RequireToken { verifier: self.clone(), scope: String::new() }
    }
}

impl RequireToken {
    /// Every word of `scope` is needed as well.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = scope.into();
        self
    }
}

impl<S> Layer<S> for RequireToken {
    type Service = Guarded<S>;

    fn layer(&self, service: S) -> Guarded<S> {
        Guarded { service, require: self.clone() }
    }
}

/// A service behind [`RequireToken`].
#[derive(Clone, Debug)]
pub struct Guarded<S> {
    service: S,
    require: RequireToken,
}

impl<S, B, R> Service<Request<B>> for Guarded<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        // The one that was asked whether it is ready is the one to call.
        let next = self.service.clone();
        let mut ready = std::mem::replace(&mut self.service, next);
        let RequireToken { verifier, scope } = self.require.clone();
        Box::pin(async move {
            let headers = request.headers().clone();
            match verified(&verifier, &headers, &scope).await {
                Ok(token) => {
                    request.extensions_mut().insert(token);
                    ready.call(request).await
                }
                Err(refused) => Ok(refused.response()),
            }
        })
    }
}

async fn verified(verifier: &Verifier, headers: &http::HeaderMap, scope: &str) -> Result<Token, Refused> {
    let token = verifier.verify_headers(headers).await?;
    token.require(scope)?;
    Ok(token)
}

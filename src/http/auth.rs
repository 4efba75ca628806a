//! Who may: a permission is an extractor.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::error::Problem;
use super::origin::Origin;
use crate::app::App;
use crate::app::tokens::{Scheme, presented};
use crate::domain::event::Actor;

/// An operator, proven by an operator token.
pub struct Operator(pub Actor);

impl FromRequestParts<Arc<App>> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let Origin { address, .. } = Origin::from_request_parts(parts, app).await?;
        let now = app.now();
        let key = app.throttle.operator(address);
        let Some((Scheme::Bearer, presented)) = presented(&parts.headers) else {
            return Err(Problem::OperatorTokenNeeded);
        };
        if let Some(operator) = app.operator(presented).await? {
            return Ok(Self(Actor::Operator(operator.name, address)));
        }
        app.throttle.check(key, now)?;
        app.throttle.fail(key, now);
        Err(Problem::OperatorTokenNeeded)
    }
}

//! DPoP at this door (RFC 9449 §5): the key that a token is to be bound to, and the nonce in the answer.

use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::error::OAuthError;
use crate::app::App;
use crate::app::dpop::{HEADER, Nonce};
use crate::domain::claims::Confirmation;
use crate::domain::dpop::{Asked, InvalidProof};
use crate::domain::entity::Entity;

/// The header that gives out a nonce.
pub const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// The key that the token of this request is to be bound to: none, if the request brings no proof and its entity asks for none.
pub fn confirmation(app: &App, headers: &HeaderMap, entity: &Entity) -> Result<Option<Confirmation>, OAuthError> {
    if !headers.contains_key(HEADER) && !entity.settings.require_dpop {
        return Ok(None);
    }
    let url = format!("{}/oauth/token", app.issuer);
    let asked = Asked { method: "POST", url: &url, token: None };
    let proof = app.prove_possession(headers, &entity.id, asked, Nonce::Demanded)?;
    Ok(Some(Confirmation { jkt: Some(proof.jkt.into()), ..Confirmation::default() }))
}

/// The answer with the nonce for the next proof (RFC 9449 §8.2).
pub fn with_nonce(app: &App, mut answer: Response) -> Response {
    if let Ok(nonce) = HeaderValue::from_str(&app.dpop_nonce()) {
        answer.headers_mut().insert(DPOP_NONCE, nonce);
    }
    answer
}

impl From<InvalidProof> for OAuthError {
    fn from(why: InvalidProof) -> Self {
        match why {
            InvalidProof::Unremembered => Self::Unavailable(why.words().to_owned()),
            _ => Self::InvalidProof(why),
        }
    }
}

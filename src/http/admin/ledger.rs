//! `GET /admin/v1/tokens`: the durable ledger, for who wants to know which tokens were issued.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::page::{Asked, Page, PageQuery};
use crate::app::{App, Error};
use crate::domain::claims::TokenId;
use crate::domain::id::ClientId;
use crate::domain::time::{Timestamp, bound};
use crate::http::auth::Operator;
use crate::http::envelope::private_json;
use crate::http::error::{AdminErrors, MissingErrors, PageErrors, Problem};
use crate::store::issued_token::{Filter, IssuedToken};

/// A token that was issued.
#[derive(Serialize, ToSchema)]
#[schema(as = IssuedToken)]
pub struct IssuedBody {
    /// Its id, by which it can be revoked.
    #[schema(example = "AZ9kq0Xo3q2-7wAAAAAAAAAAAAA")]
    pub jti: String,
    /// The credential.
    pub client_id: String,
    /// The credential's entity.
    pub entity_id: String,
    /// When it was issued.
    #[schema(value_type = String, format = DateTime)]
    pub issued_at: Timestamp,
    /// When it ends, if it is not revoked before.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// From which address it was asked for.
    pub address: String,
    /// What it is for.
    #[schema(example = "DLAT access Webhooks")]
    pub scope: String,
}

impl From<IssuedToken> for IssuedBody {
    fn from(token: IssuedToken) -> Self {
        Self {
            jti: token.jti.to_string(),
            client_id: token.client_id.to_string(),
            entity_id: token.entity_id.to_string(),
            issued_at: token.jti.issued_at(),
            expires_at: token.expires_at,
            address: token.address.to_string(),
            scope: token.scope.as_ref().to_owned(),
        }
    }
}

/// Which tokens are asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the query is read name by name; this documents it")]
pub struct FilterQuery {
    /// With this id.
    jti: Option<String>,
    /// Of this Client Id.
    credential: Option<String>,
    /// Of this entity: id or identifier.
    entity: Option<String>,
    /// Issued from this moment on: a date and time, or a date (UTC). Give it with a credential or an entity: all tokens of
    /// the time are looked through.
    from: Option<String>,
    /// Before this moment, or up to the end of this date (UTC).
    to: Option<String>,
}

/// The page of tokens that a request asks for.
pub struct AskedTokens {
    asked: Asked,
    filter: Filter,
}

impl FromRequestParts<Arc<App>> for AskedTokens {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let (mut filter, mut entity) = (Filter::default(), None);
        let malformed = |why: &str| Problem::Malformed(why.to_owned());
        let asked = Asked::read(parts, app, |name, text| {
            let time = |is_end| bound(text, is_end).map_err(|error| Problem::Malformed(format!("{name} is {error}.")));
            match name {
                "jti" => {
                    let jti = TokenId::parse(text).ok_or_else(|| malformed("jti is not the id of a token."))?;
                    filter.jti = Some(jti);
                }
                "credential" => {
                    let id = ClientId::parse(text).ok_or_else(|| malformed("credential is not a Client Id."))?;
                    filter.client_id = Some(id);
                }
                "entity" => entity = Some(text.to_owned()),
                "from" => filter.since = Some(time(false)?),
                "to" => filter.until = Some(time(true)?),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        if filter.since.zip(filter.until).is_some_and(|(since, until)| until <= since) {
            return Err(malformed("to is not after from."));
        }
        if let Some(name) = entity {
            filter.entity_id = Some(match app.find_entity(&name).await {
                Ok(entity) => entity.id,
                Err(Error::NotFound(what)) => return Err(Problem::NotFound(what)),
                Err(error) => return Err(error.into()),
            });
        }
        Ok(Self { asked, filter })
    }
}

/// List the tokens of the durable ledger, the newest first.
///
/// Only tokens that were issued while the setting `ledger` was `durable` are there.
#[utoipa::path(
    get, path = "/admin/v1/tokens", tag = "Admin", operation_id = "listIssuedTokens",
    security(("operator_token" = [])), params(PageQuery, FilterQuery),
    responses(
        (status = 200, description = "A page of tokens", body = Page<IssuedBody>),
        AdminErrors,
        PageErrors,
        MissingErrors,
    )
)]
pub async fn list(
    State(app): State<Arc<App>>,
    _: Operator,
    AskedTokens { asked, filter }: AskedTokens,
) -> Result<Response, Problem> {
    let after = asked.cursor::<2>().and_then(|[at, jti]| Some((at.parse().ok()?, jti.as_str())));
    let after = after.map(|(millis, jti)| (Timestamp::from_millis(millis), jti));
    let tokens = app.store.issued_tokens(&filter, after, asked.fetch()).await?;
    let key = |token: &IssuedToken| vec![token.jti.issued_at().millis().to_string(), token.jti.to_string()];
    Ok(private_json(StatusCode::OK, &asked.page(&app, tokens, key, IssuedBody::from)))
}

//! `/setup/{link}`: the operator set-up link, exchanged once for an operator token.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::admin::read::InPath;
use super::error::Problem;
use super::origin::Origin;
use super::page::page;
use crate::app::{self, App};

/// Shows what the link is good for. Opening it uses nothing up, so a mail scanner cannot spoil it.
pub async fn get(
    State(app): State<Arc<App>>,
    Origin { address, .. }: Origin,
    InPath(link): InPath<String>,
) -> Result<Response, Problem> {
    let key = app.throttle.operator(address);
    app.throttle.check(key, app.now())?;
    if !app.has_setup_link(&link).await? {
        app.throttle.fail(key, app.now());
        return Ok(spent());
    }
    let body = "<p>This link makes you an operator of this installation: it gives you an operator token for the admin API and its scripts. It works once.</p>\
                <form method=\"post\"><button>Give me the operator token</button></form>";
    Ok(page(StatusCode::OK, "Set up Passgate", body))
}

/// Uses the link up and shows the token, once.
pub async fn post(
    State(app): State<Arc<App>>,
    Origin { address, .. }: Origin,
    InPath(link): InPath<String>,
) -> Result<Response, Problem> {
    let key = app.throttle.operator(address);
    app.throttle.check(key, app.now())?;
    let (token, secret) = match app.use_setup_link(&link).await {
        Ok(made) => made,
        Err(app::Error::NotFound(_)) => {
            app.throttle.fail(key, app.now());
            return Ok(spent());
        }
        Err(error) => return Err(error.into()),
    };
    let body = format!(
        "<p>Keep it like a password: it is not shown again. It ends on {}.</p><pre>{}</pre>\
         <p>Try it:</p><pre>curl {}/admin/v1/entities -H \"Authorization: Bearer $OPERATOR_TOKEN\"</pre>",
        token.expires_at,
        secret.expose(),
        super::page::escaped(&app.issuer),
    );
    Ok(page(StatusCode::OK, "Your operator token", &body))
}

fn spent() -> Response {
    let body = "<p>It has been used, has ended, or a newer one was made. On the machine that runs Passgate, make another:</p>\
                <pre>passgate operator setup-link</pre>";
    page(StatusCode::NOT_FOUND, "This link is not valid", body)
}

//! Around every page: requests that change something come from a page of ours, and answers carry the headers that keep
//! strangers out of them.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, ORIGIN, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    VARY, X_FRAME_OPTIONS,
};
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, Version};

use super::visitor::is_https;
use crate::app::App;
use crate::http::error::Problem;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
/// The same for the preview, which stands in a frame of ours.
const FRAMED_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'none'; frame-ancestors 'self'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// Marks an answer that shows a secret: it is not compressed, so that its length tells nothing of it (BREACH).
#[derive(Clone, Copy)]
pub struct HoldsSecret;

/// Marks an answer that a page of ours may show in a frame.
#[derive(Clone, Copy)]
pub struct MayBeFramed;

/// Whether an answer is compressed: text without a secret.
pub fn is_compressible(_: StatusCode, _: Version, headers: &HeaderMap, extensions: &Extensions) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|content_type| content_type.to_str().ok());
    content_type.is_some_and(|it| it.starts_with("text/") || it.starts_with("image/svg"))
        && extensions.get::<HoldsSecret>().is_none()
}

/// Wraps one request.
pub async fn wrap(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let scheme = if is_https(&app) { "https" } else { "http" };
    if !request.method().is_safe() && !is_from_here(request.headers(), scheme) {
        return Problem::Forbidden("This request does not come from a page of this installation. Open the page here and press the button again.").into_response();
    }
    let mut response = next.run(request).await;
    let may_be_framed = response.extensions().get::<MayBeFramed>().is_some();
    seal(response.headers_mut(), may_be_framed);
    if is_https(&app) {
        response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}

/// The headers of every page.
pub fn seal(headers: &mut HeaderMap, may_be_framed: bool) {
    let policy = if may_be_framed { FRAMED_POLICY } else { POLICY };
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static(if may_be_framed { "SAMEORIGIN" } else { "DENY" }));
    // Under "no-referrer" a browser would send "Origin: null" with our own forms.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(
        PERMISSIONS_POLICY,
        HeaderValue::from_static("camera=(), microphone=(), geolocation=(), payment=(), clipboard-write=(self)"),
    );
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.append(VARY, HeaderValue::from_static("Cookie"));
    }
}

/// Whether a browser says that a page of ours sent the request. One that says nothing is not believed.
fn is_from_here(headers: &HeaderMap, scheme: &str) -> bool {
    if let Some(site) = headers.get(FETCH_SITE) {
        return site == "same-origin";
    }
    let (Some(origin), Some(host)) = (headers.get(ORIGIN), headers.get(HOST)) else {
        return false;
    };
    let named = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    named.is_some_and(|(its_scheme, authority)| {
        its_scheme == scheme && host.to_str().is_ok_and(|host| host.eq_ignore_ascii_case(authority))
    })
}

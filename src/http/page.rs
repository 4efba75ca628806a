//! A plain HTML page: one column, no script, one style sheet whose hash the content security policy names.

use std::sync::LazyLock;

use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use http::{StatusCode, header};

const STYLE: &str = "body{font:16px/1.6 system-ui,sans-serif;max-width:40rem;margin:10vh auto;padding:0 1.25rem;color:#1a1a17;background:#fff}\
code,pre{font:14px/1.6 ui-monospace,monospace;background:#f6f5f1;border:1px solid #dddbd3;border-radius:6px;padding:.15em .4em;overflow-wrap:anywhere}\
pre{padding:.8em 1em;white-space:pre-wrap}button{font:inherit;font-weight:600;color:#fff;background:#2a45c8;border:0;border-radius:6px;padding:.6em 1.1em}\
@media(prefers-color-scheme:dark){body{color:#ecebe6;background:#161613}code,pre{background:#22221e;border-color:#3a3a34}button{background:#8ea2ff;color:#161613}}";

static POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, STYLE.as_bytes());
    let hash = base64::engine::general_purpose::STANDARD.encode(digest);
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
});

/// Text as HTML.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A page. `title` is text, `body` is HTML.
pub fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let title = escaped(title);
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title} · Passgate</title><style>{STYLE}</style></head><body><main><h1>{title}</h1>{body}</main></body></html>"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY.as_str()),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, html).into_response()
}

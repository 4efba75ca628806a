//! The style sheet, the script and the mark, each under a name that changes with its content, so that browsers keep them.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::http::error::Problem;

const STYLE: &str = include_str!("../../../assets/console.css");
const SCRIPT: &str = include_str!("../../../assets/console.js");
const MARK: &str = include_str!("../../../assets/mark.svg");

/// Where each is found.
pub struct Links {
    /// The style sheet.
    pub style: String,
    /// The script.
    pub script: String,
    /// The mark.
    pub mark: String,
}

/// The links of this build.
pub static LINKS: LazyLock<Links> = LazyLock::new(|| {
    let named =
        |content: &str, extension: &str| format!("/assets/{:08x}.{extension}", crc32fast::hash(content.as_bytes()));
    Links { style: named(STYLE, "css"), script: named(SCRIPT, "js"), mark: named(MARK, "svg") }
});

/// One of them, by its name. An older name gives the new content, for pages that were open during an update.
pub async fn get(Path(name): Path<String>) -> Result<Response, Problem> {
    let (content, content_type, link) = match name.rsplit_once('.') {
        Some((_, "css")) => (STYLE, "text/css; charset=utf-8", &LINKS.style),
        Some((_, "js")) => (SCRIPT, "text/javascript; charset=utf-8", &LINKS.script),
        Some((_, "svg")) => (MARK, "image/svg+xml", &LINKS.mark),
        _ => return Err(Problem::NotFound("path")),
    };
    let is_current = link.strip_prefix("/assets/") == Some(name.as_str());
    let caching = if is_current { "public, max-age=31536000, immutable" } else { "no-cache" };
    Ok(([(CONTENT_TYPE, content_type), (CACHE_CONTROL, caching)], content).into_response())
}

//! From a body's bytes to [`Fields`]: JSON, form and multipart mean the same (CONTRACT.md §2). Pure, fuzzed, and unable
//! to repeat a value in an error.

pub mod assertion;
pub mod basic;
pub mod form;
pub mod json;
pub mod media_type;
pub mod multipart;

use bytes::Bytes;
use http::HeaderMap;

use crate::domain::fault::{Fault, FieldFault};
use crate::domain::presented::Fields;
use media_type::MediaType;

/// The fields of a request to the integration endpoint, in whichever of the three formats it says it is.
pub async fn fields<'b>(headers: &HeaderMap, body: &'b Bytes) -> Result<Fields<'b>, Vec<FieldFault>> {
    match media_type::of(headers).map_err(|fault| vec![fault])? {
        MediaType::Json => json::fields(body),
        // What `curl -d` sends when its sender has forgotten the header.
        MediaType::Form if body.trim_ascii_start().starts_with(b"{") => {
            let why = "says that this is a form, but the body looks like JSON; send Content-Type: application/json";
            Err(vec![FieldFault::new("Content-Type", Fault::Unsupported(why.to_owned()))])
        }
        MediaType::Form => form::fields(body),
        MediaType::Multipart { boundary } => multipart::fields(body, &boundary).await,
    }
}

/// The body as a whole cannot be read.
fn malformed(why: impl Into<String>) -> Vec<FieldFault> {
    vec![FieldFault::new("body", Fault::Malformed(why.into()))]
}

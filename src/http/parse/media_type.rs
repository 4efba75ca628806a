//! `Content-Type` (RFC 9110 §8.3): one of three, or none, which means JSON.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

use crate::domain::fault::{Fault, FieldFault};

/// What a body is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// `application/json`, or nothing said.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `multipart/form-data`.
    Multipart {
        /// What separates its parts (RFC 2046 §5.1.1).
        boundary: String,
    },
}

/// What the headers say the body is.
pub fn of(headers: &HeaderMap) -> Result<MediaType, FieldFault> {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let Some(value) = values.next() else {
        return Ok(MediaType::Json);
    };
    if values.next().is_some() {
        return Err(FieldFault::new("Content-Type", Fault::Duplicate));
    }
    let unsupported = || {
        let why = "must be application/json, application/x-www-form-urlencoded or multipart/form-data, in UTF-8";
        FieldFault::new("Content-Type", Fault::Unsupported(why.to_owned()))
    };
    let text = value.to_str().map_err(|_| unsupported())?;
    let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
    let charset = parameters
        .split(';')
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    if charset.is_some_and(|(_, charset)| !charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")) {
        return Err(unsupported());
    }
    let is = |media_type| essence.trim().eq_ignore_ascii_case(media_type);
    if is("application/x-www-form-urlencoded") {
        Ok(MediaType::Form)
    } else if is("application/json") {
        Ok(MediaType::Json)
    } else if is("multipart/form-data") {
        match multer::parse_boundary(text) {
            Ok(boundary) if (1..=70).contains(&boundary.len()) => Ok(MediaType::Multipart { boundary }),
            _ => Err(FieldFault::new(
                "Content-Type",
                Fault::Malformed("must name a boundary of 1 to 70 characters".to_owned()),
            )),
        }
    } else {
        Err(unsupported())
    }
}

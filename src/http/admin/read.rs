//! What a request of the admin API carries, read strictly: path, query, JSON body, `If-Match`; and the ETag of answers.

use std::fmt;
use std::marker::PhantomData;

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::response::Response;
use http::header::{ETAG, IF_MATCH};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};

use crate::domain::fault::may_hold_secret;
use crate::http::body::Payload;
use crate::http::error::Problem;
use crate::http::parse::media_type::{self, MediaType};

/// A JSON body. An empty one counts as `{}`, and so does `null`.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !matches!(media_type::of(request.headers()), Ok(MediaType::Json)) {
            return Err(Problem::Malformed("Content-Type must be application/json.".to_owned()));
        }
        let Payload(body) = Payload::from_request(request, state).await?;
        let body = if matches!(body.trim_ascii(), b"" | b"null") { b"{}".as_slice() } else { &body };
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        let read = object(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
        read.map(Self).map_err(|error| Problem::Malformed(describe(&error)))
    }
}

/// Reads an object and nothing else: serde would take an array for one, its items in the order of the fields.
pub fn object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Object<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a JSON object")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }

    deserializer.deserialize_map(Object(PhantomData))
}

/// Where the body went wrong, without repeating what stands there.
fn describe(error: &serde_json::Error) -> String {
    let place = format!("line {}, column {}", error.line(), error.column());
    let text = error.to_string();
    let names_a_field =
        text.starts_with("unknown field") || text.starts_with("missing field") || text.starts_with("duplicate field");
    let is_plain =
        text.bytes().all(|b| b.is_ascii_graphic() || b == b' ') && text.len() <= 600 && !may_hold_secret(&text);
    if names_a_field && is_plain {
        return format!("The body is not what this endpoint takes: {text}.");
    }
    format!("The body is not the JSON that this endpoint takes ({place}); see /openapi.json.")
}

/// The variables of the path.
pub struct InPath<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for InPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Path::from_request_parts(parts, state)
            .await
            .map(|Path(value)| Self(value))
            .map_err(|_| Problem::NotFound("path"))
    }
}

/// The version that `If-Match` names (RFC 9110 §13.1.1); `None` if there is none or it is `*`.
pub struct IfMatch(pub Option<i64>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        version_in(&parts.headers).map(Self)
    }
}

fn version_in(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let mut values = headers.get_all(IF_MATCH).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let tag = value.to_str().map_err(|_| Problem::Changed)?.trim();
    if tag == "*" && values.next().is_none() {
        return Ok(None);
    }
    let version = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).and_then(|tag| tag.parse().ok());
    version.filter(|_| values.next().is_none()).map(Some).ok_or(Problem::Changed)
}

/// The answer with the ETag of this version.
pub fn tagged(version: i64, mut response: Response) -> Response {
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

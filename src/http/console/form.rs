//! What a page sends: the fields of a form and the names of a query, each a text.

use std::convert::Infallible;

use axum::extract::{FromRequest, FromRequestParts, Request};
use http::request::Parts;
use zeroize::Zeroizing;

use super::text::form_text;
use crate::domain::fault::summarize;
use crate::domain::presented::Field;
use crate::http::body::Payload;
use crate::http::error::Problem;
use crate::http::parse::form;
use crate::http::parse::media_type::{self, MediaType};

/// The fields of a posted form; wiped when dropped, since one may be a password.
pub struct Form(Vec<(String, Zeroizing<String>)>);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !matches!(media_type::of(request.headers()), Ok(MediaType::Form)) {
            return Err(Problem::Malformed("A page's form must be sent URL-encoded.".to_owned()));
        }
        let Payload(body) = Payload::from_request(request, state).await?;
        let fields = form::fields(&body).map_err(|faults| Problem::Malformed(summarize(&faults)))?;
        if fields.iter().any(|field| has_nul(field)) {
            return Err(Problem::Malformed("A form must not have the character NUL.".to_owned()));
        }
        let text = |field: &Field<'_>| {
            (field.name.to_string(), Zeroizing::new(field.value.as_text().unwrap_or_default().to_owned()))
        };
        Ok(Self(fields.iter().map(text).collect()))
    }
}

impl Form {
    /// The text of a field; empty if it was not sent.
    pub fn field(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, text)| text)
    }

    /// Whether a check box is ticked or a button was pressed.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| field == name)
    }

    /// A number; `None` if it is not one.
    pub fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.field(name).trim().parse().ok()
    }

    /// Every field but those named, to be sent once more.
    pub fn others(&self, names: &[&str]) -> Vec<(String, String)> {
        let others = self.0.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        others.map(|(name, text)| (name.clone(), text.to_string())).collect()
    }
}

/// The names of a query. What cannot be read counts as not there: a page is shown rather than an error.
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts.uri.query().unwrap_or_default()))
    }
}

impl Query {
    /// Reads what stands behind the question mark.
    pub fn of(query: &str) -> Self {
        let read = form::fields(query.as_bytes()).unwrap_or_default();
        Self(
            read.iter()
                .filter(|field| !has_nul(field))
                .map(|field| (field.name.to_string(), field.value.as_text().unwrap_or_default().to_owned()))
                .collect(),
        )
    }

    /// The text of a name; empty if it is not there.
    pub fn value(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text)
    }

    /// The same, unless empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        Some(self.value(name)).filter(|text| !text.is_empty())
    }

    /// Whether a name is there, with a text or without.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Every name with its text.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// A link to `path` with this query, in which `changes` stand for what they name; an empty text removes a name.
    pub fn link(&self, path: &str, changes: &[(&str, &str)]) -> String {
        let kept = self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        let kept = kept.filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let pairs = kept.chain(changes.iter().copied()).filter(|(_, text)| !text.is_empty());
        let query: Vec<String> = pairs.map(|(name, text)| format!("{}={}", form_text(name), form_text(text))).collect();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
    }
}

/// PostgreSQL keeps no NUL in a text.
fn has_nul(field: &Field<'_>) -> bool {
    field.name.contains('\0') || field.value.as_text().is_some_and(|text| text.contains('\0'))
}

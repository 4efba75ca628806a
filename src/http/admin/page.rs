//! Cursor pagination: a page, and a cursor for the next that nobody else can have made.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::request::Parts;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::domain::fault::{Fault, FieldFault, summarize};
use crate::domain::secret::SecretMac;
use crate::http::error::Problem;
use crate::http::parse::form;

const DEFAULT_LIMIT: i64 = 50;
const MOST: i64 = 200;

/// Which page is asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the query is read name by name; this documents it")]
pub struct PageQuery {
    /// Most items on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Asks for the next page; `null` on the last.
    #[schema(required = true)]
    pub next_cursor: Option<String>,
}

/// The page that a request asks for, its cursor checked.
pub struct Asked {
    /// Most items on it.
    pub limit: i64,
    /// The texts that the cursor holds.
    pub after: Option<Vec<String>>,
    list: String,
}

impl FromRequestParts<Arc<App>> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        Self::read(parts, app, |_, _| Ok(false))
    }
}

impl Asked {
    /// Reads the query; `own` takes the names that this list has beside those of every page, and says which it knows.
    pub fn read(
        parts: &Parts,
        app: &App,
        mut own: impl FnMut(&str, &str) -> Result<bool, Problem>,
    ) -> Result<Self, Problem> {
        let list = parts.uri.path().to_owned();
        let query = form::fields(parts.uri.query().unwrap_or_default().as_bytes())
            .map_err(|faults| Problem::Malformed(format!("The query cannot be read: {}.", summarize(&faults))))?;
        let mut asked = Self { limit: DEFAULT_LIMIT, after: None, list };
        for field in query.iter() {
            let text = field.value.as_text().unwrap_or_default();
            match &*field.name {
                "limit" => {
                    let limit = text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
                    asked.limit = limit.ok_or_else(|| Problem::Malformed(format!("limit must be 1 to {MOST}.")))?;
                }
                "cursor" => {
                    let cursor = open(app, &asked.list, text);
                    asked.after = Some(cursor.ok_or_else(|| {
                        Problem::Malformed("cursor must be the next_cursor of the page before.".to_owned())
                    })?);
                }
                name if own(name, text)? => {}
                name => {
                    let which = FieldFault::presented(name, field.position, Fault::Unknown).field;
                    let why = format!(
                        "The query takes limit, cursor and the names that /openapi.json lists only, and not {which}."
                    );
                    return Err(Problem::Malformed(why));
                }
            }
        }
        Ok(asked)
    }

    /// One more than the page has, to see whether another follows.
    pub fn fetch(&self) -> i64 {
        self.limit.saturating_add(1)
    }

    /// The texts of the cursor, if it has exactly `N`.
    pub fn cursor<const N: usize>(&self) -> Option<&[String; N]> {
        self.after.as_deref().and_then(|after| after.try_into().ok())
    }

    /// The page of what was fetched; `key` gives the texts by which the next page goes on after an item.
    pub fn page<T, W>(
        &self,
        app: &App,
        mut fetched: Vec<T>,
        key: impl Fn(&T) -> Vec<String>,
        wire: impl Fn(T) -> W,
    ) -> Page<W> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = fetched.len() > limit;
        fetched.truncate(limit);
        let next_cursor = fetched.last().filter(|_| more).map(|last| seal(app, &self.list, &key(last)));
        Page { items: fetched.into_iter().map(wire).collect(), next_cursor }
    }
}

fn seal(app: &App, list: &str, key: &[String]) -> String {
    let text = serde_json::json!(key).to_string();
    let mac = app.vault.cursors.mac(list, &text);
    format!("{}.{}", URL_SAFE_NO_PAD.encode(text), URL_SAFE_NO_PAD.encode(mac.as_bytes()))
}

fn open(app: &App, list: &str, cursor: &str) -> Option<Vec<String>> {
    let (text, mac) = cursor.split_once('.')?;
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let mac = SecretMac::from_bytes(URL_SAFE_NO_PAD.decode(mac).ok()?.try_into().ok()?);
    if !app.vault.cursors.mac(list, &text).matches(&mac) {
        return None;
    }
    serde_json::from_str(&text).ok()
}

//! Events as a file of any length: read and sent a batch at a time, the newest first.

use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};

use super::error::Problem;
use crate::app::App;
use crate::store::StoreError;
use crate::store::event::{Filter, ToldEvent};

/// Events in memory at once.
const BATCH: i64 = 500;

/// What the lines of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    JsonLines,
    /// Comma-separated values (RFC 4180).
    Csv,
}

impl Format {
    /// The format that a word names.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "jsonl" => Some(Self::JsonLines),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }

    const fn parts(self) -> (&'static str, &'static str) {
        match self {
            Self::JsonLines => ("jsonl", "application/jsonl"),
            Self::Csv => ("csv", "text/csv; charset=utf-8"),
        }
    }
}

/// The events that `filter` lets through, each as the line that `line` makes of it, after `head`. A failure on the way
/// breaks the answer off, so that nobody takes a part for the whole.
pub async fn events(
    app: Arc<App>,
    filter: Filter,
    (name, format, head): (&str, Format, String),
    line: impl Fn(&ToldEvent) -> String + Send + Sync + 'static,
) -> Result<Response, Problem> {
    let (ending, content_type) = format.parts();
    let disposition = format!("attachment; filename=\"{name}.{ending}\"");
    // The first batch is read before the answer begins, so that a store that is away is answered 503.
    let first = app.counted(app.store.events_told(i64::MAX, &filter, BATCH).await)?;
    let lines = stream::try_unfold((Some(first), head), move |(events, head)| {
        let (app, filter) = (app.clone(), filter.clone());
        let text = events.as_ref().map(|events| events.iter().map(&line).fold(head, |text, line| text + &line));
        async move {
            let (Some(events), Some(text)) = (events, text) else { return Ok(None) };
            let next = match events.last() {
                Some(last) => Some(app.counted(app.store.events_told(last.event.seq, &filter, BATCH).await)?),
                None => None,
            };
            Ok::<_, StoreError>(Some((text, (next, String::new()))))
        }
    });
    let headers = [
        (CONTENT_TYPE, content_type.to_owned()),
        (CONTENT_DISPOSITION, disposition),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(lines)).into_response())
}

/// A JSON object and the end of its line.
pub fn json_line(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).map_or_else(|_| String::new(), |line| line + "\n")
}

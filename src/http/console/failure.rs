//! A problem as a page, for people; programs get the same as JSON.

use askama::Template;
use axum::response::Response;
use http::HeaderMap;

use super::frame::{Frame, html};
use super::guard::seal;
use super::look::{Look, Theme};
use super::words::Text;
use crate::app::App;
use crate::http::error::Problem;

/// A page of a title and a few sentences.
#[derive(Template)]
#[template(path = "plain.html")]
pub struct Plain {
    /// What stands around it.
    pub frame: Frame,
    /// Its title.
    pub title: String,
    /// Its sentences.
    pub paragraphs: Vec<Text>,
    /// The id under which the log knows the request.
    pub request_id: Option<String>,
}

/// The page of a problem.
pub fn page(app: &App, look: Look, problem: &Problem, id: &str, bare: &HeaderMap) -> Response {
    let w = look.words;
    let (status, _, title) = problem.kind();
    let (title, text) = match problem {
        Problem::NotFound(_) => (w.plain("not-found"), w.text("not-found-explained")),
        Problem::Unavailable(_) => (w.plain("unavailable"), w.text("unavailable-explained")),
        Problem::ReadOnly(_) => (w.plain("unavailable"), w.text("read-only-explained")),
        other => (title.to_owned(), w.english(&other.detail())),
    };
    let page = Plain {
        frame: Frame::door(app, Look { notice: None, ..look }),
        title,
        paragraphs: vec![text],
        request_id: Some(id.to_owned()),
    };
    let mut response = html(status, &page);
    for name in [http::header::ALLOW, http::header::SET_COOKIE] {
        for value in bare.get_all(&name) {
            response.headers_mut().append(&name, value.clone());
        }
    }
    seal(response.headers_mut(), false);
    response
}

//! What an integrator takes home: files made from the same definitions that the server enforces. None has a secret.

mod http_file;
mod markdown;
mod openapi;
mod postman;

pub use http_file::http_file;
pub use markdown::{Response, markdown};
pub use openapi::openapi;
pub use postman::{postman_collection, postman_environment};

use super::text::{escaped_json, is_odd};
use crate::domain::entity::Entity;

/// A file to take away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Download {
    /// The OpenAPI 3.1 document of what this entity meets.
    OpenApi,
    /// A Postman collection v2.1.
    PostmanCollection,
    /// The Postman environment that goes with it.
    PostmanEnvironment,
    /// Requests for VS Code REST Client, Visual Studio and the HTTP client of JetBrains.
    Http,
    /// The page itself.
    Markdown,
}

impl Download {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 5] =
        [Self::OpenApi, Self::PostmanCollection, Self::PostmanEnvironment, Self::Http, Self::Markdown];

    /// The word for it in URLs.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::OpenApi => "openapi",
            Self::PostmanCollection => "postman-collection",
            Self::PostmanEnvironment => "postman-environment",
            Self::Http => "http",
            Self::Markdown => "markdown",
        }
    }

    /// The name that people read.
    pub const fn title(self) -> &'static str {
        match self {
            Self::OpenApi => "OpenAPI 3.1",
            Self::PostmanCollection => "Postman collection",
            Self::PostmanEnvironment => "Postman environment",
            Self::Http => ".http file",
            Self::Markdown => "Markdown",
        }
    }

    /// What `Content-Type` says.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::OpenApi | Self::PostmanCollection | Self::PostmanEnvironment => "application/json",
            Self::Http => "text/plain; charset=utf-8",
            Self::Markdown => "text/markdown; charset=utf-8",
        }
    }

    /// What the file is called. An identifier has only characters that a file name and a header can carry.
    pub fn file_name(self, entity: &Entity) -> String {
        let ending = match self {
            Self::OpenApi => "openapi.json",
            Self::PostmanCollection => "postman_collection.json",
            Self::PostmanEnvironment => "postman_environment.json",
            Self::Http => "http",
            Self::Markdown => "md",
        };
        format!("passgate-{}.{ending}", entity.identifier)
    }

    /// The download of this slug.
    pub fn parse(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.slug() == slug)
    }
}

/// Where a token is asked about itself.
fn whoami_url(public_url: &str) -> String {
    format!("{public_url}/api/v1/whoami")
}

/// A JSON document, indented, with a line end.
fn document(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

/// A value as JSON in which a client finds no `{{name}}` to replace.
fn without_variables(value: &serde_json::Value) -> String {
    escaped_json(value, |c| is_odd(c) || c == '{')
}

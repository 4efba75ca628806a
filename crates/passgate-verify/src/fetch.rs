//! Documents of Passgate, fetched with a cap on their size and time. No redirect is followed.

use std::time::Duration;

use reqwest::{Client, Response, StatusCode, Url};
use serde::Deserialize;

use crate::StartError;

/// Most bytes of a document.
const MOST_BYTES: usize = 256 * 1024;
/// Longest time for a document.
const LONGEST: Duration = Duration::from_secs(10);

/// Where things are.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    pub(crate) jwks: Url,
    pub(crate) feed: Url,
}

/// A client that follows no redirect: keys come from where they were said to be.
pub(crate) fn client() -> Result<Client, StartError> {
    let client = Client::builder().redirect(reqwest::redirect::Policy::none()).connect_timeout(LONGEST);
    client.build().map_err(|error| StartError::Settings(error.to_string()))
}

/// A document that is answered 200.
pub(crate) async fn document(http: &Client, url: &Url) -> Result<Vec<u8>, StartError> {
    document_if_there(http, url).await?.ok_or_else(|| StartError::Unexpected(format!("{url} answers 404")))
}

async fn document_if_there(http: &Client, url: &Url) -> Result<Option<Vec<u8>>, StartError> {
    let away = |error: reqwest::Error| StartError::Away(error.without_url().to_string());
    let read = async {
        let mut response: Response = http.get(url.clone()).send().await.map_err(away)?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            status if status.is_server_error() => return Err(StartError::Away(format!("{url} answers {status}"))),
            status => return Err(StartError::Unexpected(format!("{url} answers {status}"))),
        }
        let mut document = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(away)? {
            document.extend_from_slice(&chunk);
            if document.len() > MOST_BYTES {
                return Err(StartError::Unexpected(format!("{url} has more than {MOST_BYTES} bytes")));
            }
        }
        Ok(Some(document))
    };
    tokio::time::timeout(LONGEST, read).await.unwrap_or_else(|_| Err(StartError::Away(format!("{url} takes too long"))))
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
    revocation_feed_endpoint: Option<String>,
}

/// Where the issuer says that things are (RFC 8414), or where they are if it says nothing. The issuer must be the one that
/// was asked for, to the letter (RFC 8414 §3.3).
pub(crate) async fn discover(http: &Client, issuer: &str) -> Result<Places, StartError> {
    let at = |path: &str| url(&format!("{issuer}{path}"));
    let Some(document) = document_if_there(http, &at("/.well-known/oauth-authorization-server")?).await? else {
        return Ok(Places { jwks: at("/.well-known/jwks.json")?, feed: at("/oauth/revocations")? });
    };
    let metadata: Metadata = serde_json::from_slice(&document)
        .map_err(|_| StartError::Unexpected("the metadata is not that of an authorization server".to_owned()))?;
    if metadata.issuer != issuer {
        return Err(StartError::Unexpected("the metadata names another issuer".to_owned()));
    }
    let feed = match metadata.revocation_feed_endpoint {
        Some(feed) => url(&feed)?,
        None => at("/oauth/revocations")?,
    };
    let places = Places { jwks: url(&metadata.jwks_uri)?, feed };
    let origin = at("/")?.origin();
    if places.feed.origin() != origin {
        return Err(StartError::Unexpected("the feed is at another origin, which must not see the secret".to_owned()));
    }
    if at("/")?.scheme() == "https" && places.jwks.scheme() != "https" {
        return Err(StartError::Unexpected("the keys are not at an https address".to_owned()));
    }
    Ok(places)
}

fn url(text: &str) -> Result<Url, StartError> {
    Url::parse(text).map_err(|_| StartError::Unexpected("an address in the metadata is none".to_owned()))
}

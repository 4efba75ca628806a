//! The requests that are measured: one for each client, as each door takes them.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::ceiling::Client;
use crate::wire;

/// Many requests, to be sent in turn.
pub type Requests = Arc<Vec<Vec<u8>>>;

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
/// Where a token is asked for by the contract.
pub const INTEGRATION: &str = "/api/v1/access-token";
/// Where by the standard.
pub const OAUTH: &str = "/oauth/token";

fn each(clients: &[Client], request: impl Fn(&Client) -> Vec<u8>) -> Requests {
    Arc::new(clients.iter().map(request).collect())
}

/// A token by a form.
pub fn form(path: &str, clients: &[Client]) -> Requests {
    each(clients, |client| {
        let body = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}",
            client.client_id, client.client_secret
        );
        wire::request("POST", path, &[FORM], body.as_bytes())
    })
}

/// A token by JSON.
pub fn json(clients: &[Client]) -> Requests {
    each(clients, |client| {
        let Client { client_id, client_secret, .. } = client;
        let body = serde_json::json!({"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret});
        wire::request("POST", INTEGRATION, &[("Content-Type", "application/json")], body.to_string().as_bytes())
    })
}

/// A token by multipart/form-data.
pub fn multipart(clients: &[Client]) -> Requests {
    let part =
        |name, value: &str| format!("--part\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    each(clients, |client| {
        let parts = [
            part("grant_type", "client_credentials"),
            part("client_id", &client.client_id),
            part("client_secret", &client.client_secret),
            "--part--\r\n".to_owned(),
        ];
        let headers = [("Content-Type", "multipart/form-data; boundary=part")];
        wire::request("POST", INTEGRATION, &headers, parts.concat().as_bytes())
    })
}

/// A token with the client in the header.
pub fn basic(clients: &[Client]) -> Requests {
    each(clients, |client| {
        let headers = [("Authorization", basic_of(client)), (FORM.0, FORM.1.to_owned())];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        wire::request("POST", OAUTH, &headers, b"grant_type=client_credentials")
    })
}

/// The form of every client, with the secret of another; so many others take turns.
pub fn refused(clients: &[Client], others: usize) -> Requests {
    let swapped = (1..=others).flat_map(|by| {
        let others = clients.iter().cycle().skip(by);
        let swap = |(client, other): (&Client, &Client)| Client {
            client_secret: other.client_secret.clone(),
            ..client.clone()
        };
        clients.iter().zip(others).map(swap)
    });
    form(INTEGRATION, &swapped.collect::<Vec<_>>())
}

/// Shows each token at `path`.
pub fn bearer(path: &str, tokens: &[String]) -> Requests {
    let of = |token: &String| wire::request("GET", path, &[("Authorization", &format!("Bearer {token}"))], b"");
    Arc::new(tokens.iter().map(of).collect())
}

/// Has `api` introspect each token.
pub fn introspection(api: &Client, tokens: &[String]) -> Requests {
    let authorization = basic_of(api);
    let of = |token: &String| {
        let headers = [("Authorization", authorization.as_str()), FORM];
        wire::request("POST", "/oauth/introspect", &headers, format!("token={token}").as_bytes())
    };
    Arc::new(tokens.iter().map(of).collect())
}

fn basic_of(client: &Client) -> String {
    format!("Basic {}", STANDARD.encode(format!("{}:{}", client.client_id, client.client_secret)))
}

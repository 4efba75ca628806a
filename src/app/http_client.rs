//! HTTP clients that believe the authorities of the system; where it has none, as in a container with nothing but this
//! binary, those that are compiled in.

use std::time::Duration;

use reqwest::{Certificate, Client, ClientBuilder, blocking};

/// A client with what `set` sets.
pub fn client(set: impl Fn(ClientBuilder) -> ClientBuilder) -> reqwest::Result<Client> {
    // Without a single authority no client can be built, not even one for plain HTTP.
    set(Client::builder()).build().or_else(|_| set(Client::builder()).tls_certs_only(compiled_in()).build())
}

/// A client for a thread that may wait.
pub fn blocking_client(timeout: Duration) -> reqwest::Result<blocking::Client> {
    let builder = || blocking::Client::builder().timeout(timeout);
    builder().build().or_else(|_| builder().tls_certs_only(compiled_in()).build())
}

fn compiled_in() -> impl Iterator<Item = Certificate> {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().filter_map(|der| Certificate::from_der(der).ok())
}

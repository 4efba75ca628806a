//! Where a request comes from: the socket's peer, or what named proxies say of it (CONTRACT.md §5.2).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::request::Parts;

use super::envelope::Facts;
use super::error::Problem;
use crate::app::App;
use crate::app::issue::{Asker, NotProven, Proven, Purpose, Showing, Shown};
use crate::domain::id::ClientId;
use crate::domain::token::Door;

/// The peer of the connection that a request came through.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Who a request comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The client's address.
    pub address: IpAddr,
    /// Whether the connection is from a proxy that the operator has named.
    pub is_proxied: bool,
    facts: Arc<Facts>,
}

impl Origin {
    /// Where a request with these headers comes from, that `peer` has sent.
    pub fn of(app: &App, Peer(peer): Peer, headers: &HeaderMap, facts: Arc<Facts>) -> Self {
        let trusted = |address: IpAddr| app.config.trusted_proxies.iter().any(|network| network.contains(&address));
        let peer = peer.ip().to_canonical();
        let address = client_address(peer, headers, trusted);
        let _ = facts.address.set(address);
        Self { address, is_proxied: trusted(peer), facts }
    }

    /// Notes for the log which client the caller says it is, if that is an id at all.
    pub fn presents(&self, client_id: &str) {
        if self.facts.client_id.get().is_none()
            && let Some(client_id) = ClientId::parse(client_id)
        {
            let _ = self.facts.client_id.set(client_id);
        }
    }

    /// Notes that this is a token request: whatever becomes of it is logged for its entity.
    pub fn asks_for_token(&self, door: Door) {
        let _ = self.facts.door.set(door);
    }

    /// Has the client proven ([`App::prove_client`]), and notes who it was seen to be.
    pub async fn prove(
        &self,
        app: &Arc<App>,
        client_id: &str,
        showing: Showing<'_>,
        purpose: Purpose,
    ) -> Result<Proven, NotProven> {
        let proven = app.prove_client(client_id, showing, self.address, purpose).await;
        let asker = match &proven {
            Ok(Proven { credential, proof, .. }) => {
                let shown = proof.secret_id().map_or(Shown::Nothing, |id| Shown::Known(*id));
                Some(Asker { credential: credential.clone(), shown })
            }
            Err(NotProven::Refused(_, asker)) => Some(asker.clone()),
            Err(NotProven::Throttled(_) | NotProven::UnknownClient | NotProven::Store(_)) => None,
        };
        match asker {
            Some(asker) => {
                let _ = self.facts.asker.set(asker);
            }
            None => self.presents(client_id),
        }
        proven
    }
}

impl FromRequestParts<Arc<App>> for Origin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        match (parts.extensions.get::<Peer>(), parts.extensions.get::<Arc<Facts>>()) {
            (Some(peer), Some(facts)) => Ok(Self::of(app, *peer, &parts.headers, facts.clone())),
            _ => Err(Problem::Internal("a request without a peer".to_owned())),
        }
    }
}

/// Goes back from the peer through the proxies that are trusted, to the first address that is not one of them. What
/// stands beyond it, anybody could have written.
fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: impl Fn(IpAddr) -> bool) -> IpAddr {
    if !trusted(peer) {
        return peer;
    }
    let mut address = peer;
    let forwarded: Vec<&[u8]> = headers
        .get_all("x-forwarded-for")
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .collect();
    for hop in forwarded.iter().rev() {
        if !trusted(address) {
            break;
        }
        match std::str::from_utf8(hop).ok().and_then(|hop| address_of(hop.trim())) {
            Some(hop) => address = hop.to_canonical(),
            None => break,
        }
    }
    address
}

fn address_of(text: &str) -> Option<IpAddr> {
    let bare = text.parse().ok().or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok());
    bare.or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_proxies_are_believed() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let proxy = |address: IpAddr| address.to_string().starts_with("10.");
        let headers =
            |value: &'static str| HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), value.parse().unwrap())]);
        let from = |peer: &str, value| client_address(ip(peer), &headers(value), proxy).to_string();
        assert_eq!(from("192.0.2.1", "203.0.113.9"), "192.0.2.1");
        assert_eq!(from("10.0.0.1", "203.0.113.9"), "203.0.113.9");
        assert_eq!(from("10.0.0.1", "198.51.100.1, 203.0.113.9, 10.0.0.2"), "203.0.113.9");
        assert_eq!(from("10.0.0.1", "[2001:db8::1]:443"), "2001:db8::1");
        assert_eq!(from("10.0.0.1", "203.0.113.9, nonsense"), "10.0.0.1");
        assert_eq!(from("10.0.0.1", "::ffff:203.0.113.9"), "203.0.113.9");
        let odd = HeaderMap::from_iter([(
            "x-forwarded-for".parse().unwrap(),
            http::HeaderValue::from_bytes(b"\xe9, 203.0.113.9").unwrap(),
        )]);
        assert_eq!(client_address(ip("10.0.0.1"), &odd, proxy).to_string(), "203.0.113.9");
    }
}

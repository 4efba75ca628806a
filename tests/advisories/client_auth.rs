//! The advisories about clients that prove themselves by a signed assertion (RFC 7523) or a certificate (RFC 8705).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{CertificateParams, KeyPair};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::server::{Answer, Customer, Server};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A client that signs assertions.
struct Client {
    customer: Customer,
    pair: EcdsaKeyPair,
}

async fn authenticate_by(server: &Server, customer: &Customer, how: Value) -> Answer {
    let path = format!("/credentials/{}/authentication", customer.client_id);
    server.admin(Method::PUT, &path, Some(how)).await
}

impl Client {
    async fn new(server: &Server) -> Self {
        let customer = server.customer().await;
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let point = pair.public_key().as_ref();
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
        let jwk = json!({"kty": "EC", "crv": "P-256", "kid": "k1", "alg": "ES256", "use": "sig", "x": x, "y": y});
        let how = json!({"method": "private_key_jwt", "jwks": {"keys": [jwk]}});
        let changed = authenticate_by(server, &customer, how).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        Self { customer, pair }
    }

    /// What a good assertion says.
    fn claims(&self, server: &Server, jti: &str) -> Value {
        let (id, now) = (&self.customer.client_id, server.app.now().seconds());
        json!({"iss": id, "sub": id, "aud": &*server.app.issuer, "iat": now, "exp": now + 60, "jti": jti})
    }

    fn assertion(&self, claims: &Value) -> String {
        let header = json!({"alg": "ES256", "kid": "k1"}).to_string();
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = self.pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

async fn present(server: &Server, endpoint: &str, assertion: &str) -> Answer {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion),
        ("token", "x"),
    ];
    Answer::of(server.post(&format!("/oauth/{endpoint}")).form(&form).send().await.unwrap()).await
}

/// CVE-2023-2422 (Keycloak, GHSL-2023-083): whoever had some certificate could be any client, by putting that client's
/// certificate behind its own in the chain. Here the certificate that counts is the first, and it must be the one of this client.
#[tokio::test]
async fn cve_2023_2422_the_certificate_of_another_client_is_refused() {
    let settings = [("client_certificate_proxies", "127.0.0.1"), ("client_certificate_header", "Client-Cert")];
    let server = Server::start_with(&settings).await;
    let mut clients = Vec::new();
    for name in ["one", "other"] {
        let customer = server.customer_named(name).await;
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![format!("{name}.example")]).unwrap().self_signed(&key).unwrap();
        let how = json!({"method": "self_signed_tls_client_auth", "certificates": [certificate.pem()]});
        let changed = authenticate_by(&server, &customer, how).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        clients.push((customer, format!(":{}:", STANDARD.encode(certificate.der()))));
    }
    let ask = async |client: &Customer, certificate: &str, chain: Option<&str>| {
        let form = [("grant_type", "client_credentials"), ("client_id", client.client_id.as_str())];
        let mut request = server.post("/oauth/token").form(&form).header("client-cert", certificate);
        if let Some(chain) = chain {
            request = request.header("client-cert-chain", chain);
        }
        Answer::of(request.send().await.unwrap()).await
    };
    let [(one, ones), (other, others)] = clients.try_into().ok().unwrap();
    assert_eq!(ask(&one, &ones, None).await.status, 200);
    assert_eq!(ask(&other, &others, None).await.status, 200);
    for (client, certificate, chain) in
        [(&one, &others, None), (&other, &ones, None), (&one, &others, Some(&*ones)), (&other, &ones, Some(&*others))]
    {
        let refused = ask(client, certificate, chain).await;
        assert_eq!((refused.status, refused.code()), (401, "invalid_client"), "{}", refused.text);
    }
}

/// CVE-2025-2559 (Keycloak): the ids of used assertions were kept until the assertions ended, which their clients could put days
/// ahead, until memory was full. Here one that ends more than minutes ahead is refused, and not remembered.
#[tokio::test]
async fn cve_2025_2559_an_assertion_that_ends_far_ahead_is_refused_and_not_remembered() {
    let server = Server::start_with(&[("throttle_burst", "1000")]).await;
    let client = Client::new(&server).await;
    let now = server.app.now().seconds();
    for (number, end) in [now + 3600, now + 24 * 3600, now + 10 * 366 * 24 * 3600, i64::MAX].into_iter().enumerate() {
        let mut claims = client.claims(&server, &format!("id-{number}"));
        claims["exp"] = end.into();
        assert_eq!(present(&server, "token", &client.assertion(&claims)).await.status, 401, "{end}");
        let short = client.claims(&server, &format!("id-{number}"));
        assert_eq!(present(&server, "token", &client.assertion(&short)).await.status, 200, "its id is still free");
    }
}

/// GHSA-3p3g-vpw6-4w66 (Ory Hydra): an assertion could be replayed, since its `jti` was not looked at. Here it is taken once:
/// again, at another endpoint, fifty times at once, and after a restart.
#[tokio::test]
async fn ghsa_3p3g_vpw6_4w66_an_assertion_is_taken_once() {
    let server = Server::start_with(&[("throttle_burst", "1000")]).await;
    let client = Client::new(&server).await;
    let first = client.assertion(&client.claims(&server, "first"));
    assert_eq!(present(&server, "token", &first).await.status, 200);
    for endpoint in ["token", "introspect", "revoke"] {
        assert_eq!(present(&server, endpoint, &first).await.status, 401, "{endpoint}");
    }
    let again = client.assertion(&client.claims(&server, "again"));
    let asked = (0..50).map(|_| present(&server, "token", &again));
    let answers = futures_util::future::join_all(asked).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    let address = server.app.issuer.to_string();
    let restarted = Server::start_in(&server.place, &[("public_url", &address)]).await;
    for used in [&first, &again] {
        assert_eq!(present(&restarted, "token", used).await.status, 401);
    }
}

/// CVE-2026-55669 (ZITADEL, GHSA-g5h5-m4hm-xjrr): of a JWT from a trusted issuer the signature was checked, and not `aud`, so one that was
/// made for another service was accepted. Here `aud` must be there, and be the issuer and nothing else; so must `exp`.
#[tokio::test]
async fn cve_2026_55669_an_assertion_without_audience_or_end_is_refused() {
    let server = Server::start_with(&[("throttle_burst", "1000")]).await;
    let client = Client::new(&server).await;
    let issuer = server.app.issuer.to_string();
    let good = |number: usize| client.claims(&server, &format!("id-{number}"));
    let mut odd: Vec<Value> = Vec::new();
    for name in ["aud", "exp", "jti", "iss", "sub"] {
        for value in [None, Some(Value::Null), Some(json!("")), Some(json!([])), Some(json!({}))] {
            let mut claims = good(odd.len());
            match value {
                Some(value) => claims[name] = value,
                None => drop(claims.as_object_mut().unwrap().remove(name)),
            }
            odd.push(claims);
        }
    }
    for audience in [
        json!("https://elsewhere.example"),
        json!([issuer, "https://elsewhere.example"]),
        json!(format!("{issuer}.evil")),
    ] {
        let mut claims = good(odd.len());
        claims["aud"] = audience;
        odd.push(claims);
    }
    let mut claims = good(odd.len());
    claims["exp"] = claims["exp"].to_string().into();
    odd.push(claims);
    for claims in &odd {
        let refused = present(&server, "token", &client.assertion(claims)).await;
        assert!(matches!(refused.status, 400 | 401), "{claims}: {}", refused.text);
    }
    assert_eq!(present(&server, "token", &client.assertion(&good(odd.len()))).await.status, 200);
}

/// CVE-2026-27945 (ZITADEL): a URL in a configuration could point to local hosts, and the server fetched it for whoever may configure.
/// Here the address of a client's keys never makes the server connect to a private one.
#[tokio::test]
async fn cve_2026_27945_a_url_does_not_lead_into_the_private_network() {
    let server = Server::start_with(&[("throttle_burst", "1000")]).await;
    let client = Client::new(&server).await;
    let inside = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = inside.local_addr().unwrap().port();
    for host in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0.0.0.0",
        "user@127.0.0.1",
        "169.254.169.254",
        "10.0.0.1",
        "[fd00::1]",
        "[64:ff9b::7f00:1]",
    ] {
        for scheme in ["https", "http", "file", "gopher"] {
            let uri = format!("{scheme}://{host}:{port}/jwks");
            let how = json!({"method": "private_key_jwt", "jwks_uri": uri});
            let changed = authenticate_by(&server, &client.customer, how).await;
            assert!(matches!(changed.status, 200 | 422), "{uri}: {}", changed.text);
            if changed.status == 200 {
                let assertion = client.assertion(&client.claims(&server, &uri));
                assert_eq!(present(&server, "token", &assertion).await.status, 401, "{uri}");
            }
        }
    }
    let connected = tokio::time::timeout(std::time::Duration::from_millis(200), inside.accept()).await;
    assert!(connected.is_err(), "somebody inside was asked");
}

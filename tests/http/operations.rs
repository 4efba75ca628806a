//! Health, metrics, documents, TLS, CORS, limits and shutdown.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::server::{Answer, Place, Server};

#[tokio::test]
async fn metrics_count_tokens_by_door_and_outcome_and_name_no_client() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.token(&customer).await;
    server.ask(json!({})).await;
    server.oauth("token", &customer, &[("grant_type", "client_credentials")]).await;
    let metrics = server.get("/metrics").send().await.unwrap().text().await.unwrap();
    for line in [
        "passgate_token_requests_total{door=\"integration\",outcome=\"issued\"} 1",
        "passgate_token_requests_total{door=\"integration\",outcome=\"invalid_arguments\"} 1",
        "passgate_token_requests_total{door=\"oauth\",outcome=\"issued\"} 1",
        "passgate_credential_cache_total{result=\"hit\"} 1",
        "passgate_credential_cache_total{result=\"miss\"} 1",
        "passgate_request_duration_seconds_count",
        "passgate_database_connections",
        "passgate_database_up 1",
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
    assert!(!metrics.contains("pgc_") && !metrics.contains("northwind"));
}

#[tokio::test]
async fn metrics_are_for_this_machine_and_for_operators() {
    let server = Server::start_with(&[("trusted_proxies", "127.0.0.1")]).await;
    let from_afar = || server.get("/metrics").header("x-forwarded-for", "203.0.113.1");
    assert_eq!(from_afar().send().await.unwrap().status(), 401);
    assert_eq!(from_afar().bearer_auth(&server.operator_token).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn metrics_can_have_an_address_of_their_own() {
    let server = Server::start_with(&[("metrics_listen", "127.0.0.1:0")]).await;
    assert_eq!(server.get("/metrics").send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn every_answer_of_every_door_carries_a_request_id() {
    let server = Server::start().await;
    let mut seen = std::collections::HashSet::new();
    for path in [
        "/healthz",
        "/nothing",
        "/api/nothing",
        "/admin/v1/entities",
        "/oauth/token",
        "/openapi.json",
        "/.well-known/jwks.json",
        "/problems/taken",
        "/setup/x",
        "/metrics",
    ] {
        let answer = Answer::of(server.get(path).send().await.unwrap()).await;
        assert!(seen.insert(answer.header("x-request-id").to_owned()), "{path}");
        assert!(answer.header("x-request-id").starts_with("req_"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    Answer::of(server.get("/api/nothing").send().await.unwrap()).await.assert_problem(404, "not_found");
}

#[tokio::test]
async fn the_openapi_document_is_a_promise() {
    let server = Server::start_with(&[("public_url", "https://pass.example.com")]).await;
    let document: Value = server.get("/openapi.json").send().await.unwrap().json().await.unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    insta::with_settings!({prepend_module_to_snapshot => false}, { insta::assert_json_snapshot!("openapi", document) });
}

#[tokio::test]
async fn every_problem_has_a_page_that_its_type_leads_to() {
    let server = Server::start().await;
    let answer = server.ask(json!({})).await;
    let path = answer.body["type"].as_str().unwrap().strip_prefix(&*server.app.issuer).unwrap().to_owned();
    let page = server.get(&path).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    assert!(page.text().await.unwrap().contains("Remedy"));
}

#[tokio::test]
async fn pages_of_other_origins_may_call_only_if_the_operator_lists_them() {
    let preflight = async |server: &Server, origin: &str| {
        let request = server
            .request(Method::OPTIONS, "/api/v1/access-token")
            .header("origin", origin)
            .header("access-control-request-method", "POST");
        Answer::of(request.send().await.unwrap()).await
    };
    let closed = Server::start().await;
    let answer = preflight(&closed, "https://app.example.com").await;
    assert_eq!(answer.status, 405);
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
    let open = Server::start_with(&[("cors_origins", "https://app.example.com")]).await;
    assert_eq!(
        preflight(&open, "https://app.example.com").await.header("access-control-allow-origin"),
        "https://app.example.com"
    );
    assert!(!preflight(&open, "https://evil.example.com").await.headers.contains_key("access-control-allow-origin"));
}

/// These endpoints go through the router only then.
#[tokio::test]
async fn with_other_origins_allowed_every_busy_endpoint_answers_as_without() {
    let origin = "https://app.example.com";
    for settings in [&[][..], &[("cors_origins", origin)]] {
        let server = Server::start_with(settings).await;
        let (customer, api) = (server.customer().await, server.api().await);
        let token = server.token(&customer).await;
        let grant = server.oauth("token", &customer, &[("grant_type", "client_credentials")]).await;
        assert_eq!((grant.status, grant.header("cache-control")), (200, "no-store"));
        assert!(grant.header("x-request-id").starts_with("req_"));
        assert_eq!(server.oauth("introspect", &api, &[("token", &token)]).await.body["active"], true);
        assert_eq!(server.get("/forward-auth").bearer_auth(&token).send().await.unwrap().status(), 200);
        let wrong = serde_json::json!({"client_id": customer.client_id, "client_secret": "wrong"});
        let asked = server.post("/api/v1/access-token").header("origin", origin).json(&wrong).send().await.unwrap();
        let refused = Answer::of(asked).await;
        refused.assert_problem(401, "invalid_credentials");
        assert_eq!(refused.headers.contains_key("access-control-allow-origin"), !settings.is_empty());
        let wrong = server.oauth("token", &api, &[("grant_type", "client_credentials")]).await;
        assert_eq!((wrong.status, wrong.code()), (401, "invalid_client"));
        assert_eq!(server.get("/oauth/token").send().await.unwrap().status(), 405);
    }
}

fn write_certificate(place: &Place, name: &str) -> String {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    std::fs::write(place.path().join("tls.key"), made.signing_key.serialize_pem()).unwrap();
    std::fs::write(place.path().join("tls.pem"), made.cert.pem()).unwrap();
    made.cert.pem()
}

#[tokio::test]
async fn tls_is_served_and_a_new_certificate_is_taken_up_without_a_restart() {
    let place = Place::new().await;
    let first = write_certificate(&place, "localhost");
    let (certificate, key) =
        (place.path().join("tls.pem").display().to_string(), place.path().join("tls.key").display().to_string());
    let server = Server::start_in(&place, &[("tls_certificate_file", &certificate), ("tls_key_file", &key)]).await;
    let url = format!("https://localhost:{}/healthz", server.address.port());
    let trusting = |pem: &str| {
        let root = reqwest::Certificate::from_pem(pem.as_bytes()).unwrap();
        reqwest::Client::builder().tls_certs_only([root]).pool_max_idle_per_host(0).build().unwrap()
    };
    assert_eq!(trusting(&first).get(&url).send().await.unwrap().status(), 200);
    assert!(server.app.issuer.starts_with("https://"));
    let second = write_certificate(&place, "localhost");
    let client = trusting(&second);
    let taken_up = async {
        while client.get(&url).send().await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), taken_up).await.expect("the new certificate is not served");
    assert!(trusting(&first).get(&url).send().await.is_err());
}

#[tokio::test]
async fn connections_over_the_limit_wait_for_their_turn() {
    let server = Server::start_with(&[("max_connections", "1")]).await;
    let first = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let waiting = server.get("/healthz").send();
    tokio::pin!(waiting);
    let early = tokio::time::timeout(Duration::from_millis(300), &mut waiting).await;
    assert!(early.is_err(), "served beside the one connection that there may be");
    drop(first);
    assert_eq!(waiting.await.unwrap().status(), 200);
}

#[tokio::test]
async fn what_is_in_flight_is_finished_after_the_signal_to_stop() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let body = customer.body().to_string();
    let (first, second) = body.split_at(10);
    let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let head =
        format!("POST /api/v1/access-token HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{first}", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(server.get("/healthz").send().await.unwrap().status(), 200);
    server.stop();
    let refused = async {
        while tokio::net::TcpStream::connect(server.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), refused).await.expect("still accepting");
    stream.write_all(second.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

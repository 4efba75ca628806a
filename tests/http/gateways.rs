//! What gateways ask: forward-auth, resources (RFC 8707), their metadata (RFC 9728), signed introspection (RFC 9701).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};

use crate::server::{Answer, Customer, NOW, Server};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");
const ORDERS: &str = "https://api.example.com/orders";

async fn forward(server: &Server, query: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = server.get(&format!("/forward-auth{query}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(request.send().await.unwrap()).await
}

/// The answer of forward-auth to this token.
async fn judged(server: &Server, token: &str, query: &str) -> Answer {
    forward(server, query, &[("authorization", &format!("Bearer {token}"))]).await
}

/// A token of the OAuth door with these parameters beside the grant.
async fn token_with(server: &Server, customer: &Customer, more: &[(&str, &str)]) -> String {
    let form: Vec<(&str, &str)> = std::iter::once(GRANT).chain(more.iter().copied()).collect();
    let answer = server.oauth("token", customer, &form).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body["access_token"].as_str().unwrap().to_owned()
}

fn part(jwt: &str, position: usize) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(jwt.split('.').nth(position).unwrap()).unwrap()).unwrap()
}

#[tokio::test]
async fn a_valid_token_passes_and_the_api_is_told_who_calls() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    let answer = judged(&server, &token, "").await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    assert_eq!(answer.header("x-passgate-client-id"), customer.client_id);
    assert_eq!(answer.header("x-passgate-entity"), "northwind");
    assert_eq!(answer.header("x-passgate-scope"), "DLAT access Webhooks");
    assert_eq!(answer.header("cache-control"), "no-store");
    for spelling in ["bearer", "BEARER"] {
        let header = format!("{spelling} {token}");
        assert_eq!(forward(&server, "", &[("authorization", &header)]).await.status, 200);
    }
}

#[tokio::test]
async fn every_method_means_the_same_and_so_does_any_path_under_the_prefix() {
    let server = Server::start().await;
    let token = server.token(&server.customer().await).await;
    for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS]
    {
        for path in [
            "/forward-auth",
            "/forward-auth/prefix",
            "/forward-auth/prefix/",
            "/forward-auth/prefix/orders/7",
            "/forward-auth/prefix//a%2f%ff?scope=nobody:has&odd=%zz",
        ] {
            let request = server.request(method.clone(), path).bearer_auth(&token);
            assert_eq!(request.send().await.unwrap().status(), 200, "{method} {path}");
            let request = server.request(method.clone(), path).header("accept", "text/html").body("{}");
            let refused = request.send().await.unwrap();
            assert_eq!(refused.status(), 401, "{method} {path}");
            assert_eq!(refused.headers()["content-type"], "application/problem+json");
        }
    }
    assert_eq!(judged(&server, &token, "/?scope=x").await.status, 404);
    let head = format!("HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n");
    let climbing = server.raw(format!("GET /forward-auth/prefix/../../admin/v1/entities {head}").as_bytes()).await;
    assert!(climbing.starts_with("HTTP/1.1 200") && climbing.contains("x-passgate-client-id"), "{climbing}");
}

#[tokio::test]
async fn without_a_good_authorization_header_it_is_401_with_a_challenge() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    let none = forward(&server, "", &[]).await;
    none.assert_problem(401, "invalid_token");
    assert_eq!(none.header("www-authenticate"), "Bearer realm=\"passgate\"");
    let good = format!("Bearer {token}");
    let mut bad: Vec<String> =
        ["", "Bearer", "Bearer ", "Basic eDp5", "Bearer a b", "Bearer \u{e9}"].map(str::to_owned).to_vec();
    bad.extend([format!("Bearer{token}"), format!("{good},{good}"), format!("{good}."), token.clone()]);
    for header in &bad {
        let refused = forward(&server, "", &[("authorization", header)]).await;
        refused.assert_problem(401, "invalid_token");
        assert_eq!(
            refused.header("www-authenticate"),
            "Bearer realm=\"passgate\", error=\"invalid_token\"",
            "{header}"
        );
    }
    let twice = forward(&server, "", &[("authorization", &good), ("authorization", &good)]).await;
    twice.assert_problem(401, "invalid_token");
    assert_eq!(forward(&server, "", &[("cookie", &format!("token={token}"))]).await.status, 401);
}

#[tokio::test]
async fn every_word_of_every_scope_is_required() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.change(&customer, json!({"scopes": ["orders:read", "orders:write", "reports"]})).await;
    let token = token_with(&server, &customer, &[("scope", "orders:read reports")]).await;
    for passes in [
        "?scope=orders:read",
        "?scope=reports%20orders:read",
        "?scope=reports+orders:read",
        "?scope=reports&scope=orders%3Aread",
        "?scope=",
        "?",
    ] {
        assert_eq!(judged(&server, &token, passes).await.status, 200, "{passes}");
    }
    for fails in [
        "?scope=orders:write",
        "?scope=orders:read+orders:write",
        "?scope=reports&scope=orders:write",
        "?scope=orders",
        "?scope=ORDERS:READ",
        "?scope=x%0d%0aX-Evil:1",
        "?scope=%22",
    ] {
        let refused = judged(&server, &token, fails).await;
        assert_eq!((refused.status, refused.code()), (403, "insufficient_scope"), "{fails}");
        assert!(refused.header("www-authenticate").contains("error=\"insufficient_scope\""));
        assert!(!refused.headers.contains_key("x-evil"));
    }
    let refused = judged(&server, &token, "?scope=orders:write&scope=reports").await;
    assert_eq!(
        refused.header("www-authenticate"),
        "Bearer realm=\"passgate\", error=\"insufficient_scope\", scope=\"orders:write reports\""
    );
    assert!(!refused.headers.contains_key("x-passgate-client-id"));
    let long = format!("?scope={}", "orders:read+".repeat(1500));
    assert_eq!(judged(&server, &token, &long).await.status, 200);
}

#[tokio::test]
async fn an_audience_that_is_not_the_tokens_is_401() {
    let server = Server::start_with(&[("public_url", "https://pass.example.com")]).await;
    let customer = server.customer().await;
    server.change(&customer, json!({"settings": {"resources": [ORDERS]}})).await;
    let general = server.token(&customer).await;
    let of_orders = token_with(&server, &customer, &[("resource", ORDERS)]).await;
    let (pass, orders) = ("?audience=https://pass.example.com", "?audience=https%3A%2F%2Fapi.example.com%2Forders");
    assert_eq!(judged(&server, &general, pass).await.status, 200);
    assert_eq!(judged(&server, &of_orders, orders).await.status, 200);
    assert_eq!(judged(&server, &of_orders, "").await.status, 200);
    for (token, query) in [
        (&general, orders.to_owned()),
        (&of_orders, pass.to_owned()),
        (&of_orders, format!("{orders}/")),
        (&of_orders, format!("{orders}&{}", pass.trim_start_matches('?'))),
        (&of_orders, format!("{orders}&scope=nobody:has&audience=x")),
    ] {
        let refused = judged(&server, token, &query).await;
        refused.assert_problem(401, "invalid_token");
        assert!(refused.header("www-authenticate").contains("error=\"invalid_token\""));
    }
}

#[tokio::test]
async fn a_header_adds_a_requirement_and_never_takes_one_away() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = format!("Bearer {}", server.token(&customer).await);
    let with = async |query: &str, name: &str, value: &str| {
        forward(&server, query, &[("authorization", &token), (name, value)]).await.status
    };
    assert_eq!(with("", "x-passgate-require-scope", "DLAT Webhooks").await, 200);
    assert_eq!(with("", "x-passgate-require-scope", "orders:write").await, 403);
    assert_eq!(with("?scope=orders:write", "x-passgate-require-scope", "DLAT").await, 403);
    assert_eq!(with("?scope=orders:write", "x-passgate-require-scope", "").await, 403);
    assert_eq!(with("?scope=DLAT", "x-passgate-require-scope", "orders:write").await, 403);
    assert_eq!(with("/prefix/x", "x-passgate-require-scope", "orders:write").await, 403);
    assert_eq!(with("", "x-passgate-require-audience", &server.app.audience).await, 200);
    assert_eq!(with("", "x-passgate-require-audience", "https://other.example").await, 401);
    assert_eq!(with("?audience=https://other.example", "x-passgate-require-audience", &server.app.audience).await, 401);
    let twice = [
        ("x-passgate-require-audience", "https://other.example"),
        ("x-passgate-require-audience", &*server.app.audience),
    ];
    assert_eq!(forward(&server, "", &[("authorization", &token), twice[0], twice[1]]).await.status, 401);
}

#[tokio::test]
async fn what_cannot_be_read_of_a_requirement_is_never_left_out() {
    let server = Server::start().await;
    let token = server.token(&server.customer().await).await;
    for unreadable in [
        "?scopes=orders:write",
        "?Scope=orders:write",
        "?scope=%zz",
        "?scope=%ff",
        "?claim=%0d%0a",
        "?claim=a+b",
        "?resource_metadata=/orders",
        "?resource_metadata=https://a.example/%22%0d%0aX-Evil:1",
        "?resource_metadata=https://a.example&resource_metadata=https://b.example",
        &format!("?{}", "claim=a&".repeat(21)),
    ] {
        let answer = judged(&server, &token, unreadable).await;
        answer.assert_problem(503, "unavailable");
        assert!(!answer.headers.contains_key("x-passgate-client-id"), "{unreadable}");
    }
}

#[tokio::test]
async fn chosen_claims_are_headers_that_are_always_there_and_safe() {
    let server = Server::start().await;
    let customer = server.customer().await;
    for (name, kind, claim) in [
        ("depot", "string", "depot"),
        ("limit", "integer", "credit.limit"),
        ("note", "string", "note"),
        ("vip", "boolean", "dlat:vip"),
    ] {
        server.define(&customer, json!({"name": name, "type": kind, "claim": claim})).await;
    }
    let asked = customer.body_with(json!({"depot": " Zürich 100%\r\nX-Evil: 1", "limit": 7, "vip": true}));
    let token = server.ask(asked).await.body["access_token"].as_str().unwrap().to_owned();
    let query = "?claim=depot&claim=credit.limit&claim=note&claim=dlat:vip&claim=sub";
    let answer = judged(&server, &token, query).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("x-passgate-claim-depot"), "%20Z%C3%BCrich 100%25%0D%0AX-Evil: 1");
    assert_eq!(answer.header("x-passgate-claim-credit-limit"), "7");
    assert_eq!(answer.header("x-passgate-claim-dlat-vip"), "true");
    for empty in ["x-passgate-claim-note", "x-passgate-claim-sub"] {
        assert_eq!(answer.headers.get_all(empty).iter().map(reqwest::header::HeaderValue::len).sum::<usize>(), 0);
        assert!(answer.headers.contains_key(empty));
    }
    assert!(!answer.headers.contains_key("x-evil"));
    assert!(!judged(&server, &token, "").await.headers.contains_key("x-passgate-claim-depot"));
    let bearer = format!("Bearer {token}");
    let by_header =
        forward(&server, "/prefix/x", &[("authorization", &bearer), ("x-passgate-claim", "note depot")]).await;
    assert!(
        by_header.headers.contains_key("x-passgate-claim-depot")
            && by_header.headers.contains_key("x-passgate-claim-note")
    );

    let long = server.ask(customer.body_with(json!({"note": "ü".repeat(600)}))).await;
    let token = long.body["access_token"].as_str().unwrap();
    judged(&server, token, "?claim=note").await.assert_problem(503, "unavailable");
    assert_eq!(judged(&server, token, "").await.status, 200);
}

#[tokio::test]
async fn an_ended_or_revoked_token_is_refused_at_once_and_so_is_one_of_a_disabled_entity() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let revoked = server.token(&customer).await;
    assert_eq!(judged(&server, &revoked, "").await.status, 200);
    assert_eq!(server.oauth("revoke", &customer, &[("token", &revoked)]).await.status, 200);
    judged(&server, &revoked, "").await.assert_problem(401, "invalid_token");

    let token = server.token(&customer).await;
    server.change(&customer, json!({"status": "disabled"})).await;
    assert_eq!(judged(&server, &token, "").await.status, 401);
    server.change(&customer, json!({"status": "active"})).await;
    assert_eq!(judged(&server, &token, "").await.status, 200);
    server.advance(599);
    assert_eq!(judged(&server, &token, "").await.status, 200);
    server.advance(1);
    assert_eq!(judged(&server, &token, "").await.status, 401);
}

#[tokio::test]
async fn it_decides_from_memory_and_says_503_where_it_cannot() {
    let server = Server::start().await;
    let (known, unknown) = (server.customer().await, server.customer_named("unknown").await);
    let (token, other) = (server.token(&known).await, server.token(&unknown).await);
    server.place.sql("ALTER TABLE credentials RENAME TO away").await;
    assert_eq!(judged(&server, &token, "?scope=DLAT").await.status, 200);
    let client_id = passgate::domain::id::ClientId::parse(&unknown.client_id).unwrap();
    server.app.known.forget_credential(&client_id);
    judged(&server, &other, "").await.assert_problem(503, "unavailable");
    let metrics = server.get("/metrics").send().await.unwrap().text().await.unwrap();
    for (status, count) in [(200, 1), (503, 1)] {
        assert!(
            metrics.contains(&format!("passgate_forward_auth_total{{status=\"{status}\"}} {count}\n")),
            "{metrics}"
        );
    }
}

#[tokio::test]
async fn a_resource_chooses_among_the_apis_of_the_entity_and_becomes_the_audience() {
    let server = Server::start_with(&[("public_url", "https://pass.example.com"), ("token_audience", "dlat")]).await;
    let customer = server.customer().await;
    let reports = "urn:dlat:reports";
    server.change(&customer, json!({"settings": {"resources": [ORDERS, reports]}})).await;
    for (asked, aud) in [
        (&[][..], "dlat"),
        (&["dlat"], "dlat"),
        (&[ORDERS], ORDERS),
        (&[reports, reports], reports),
        (&["", ORDERS], ORDERS),
    ] {
        let asked: Vec<(&str, &str)> = asked.iter().map(|resource| ("resource", *resource)).collect();
        let token = token_with(&server, &customer, &asked).await;
        assert_eq!(part(&token, 1)["aud"], aud);
        assert_eq!(server.whoami(&token).await.body["claims"]["aud"], aud);
        assert_eq!(server.oauth("introspect", &customer, &[("token", &token)]).await.body["aud"], aud);
    }
    for wrong in [
        &["https://api.example.com"][..],
        &["https://api.example.com/orders/"],
        &["orders"],
        &["https://api.example.com/orders#x"],
        &[ORDERS, reports],
        &[ORDERS, "dlat"],
    ] {
        let asked: Vec<(&str, &str)> = std::iter::once(GRANT).chain(wrong.iter().map(|it| ("resource", *it))).collect();
        let refused = server.oauth("token", &customer, &asked).await;
        assert_eq!((refused.status, refused.code()), (400, "invalid_target"), "{wrong:?}");
        let several = refused.body["error_description"].as_str().unwrap().starts_with("A token is for one resource.");
        assert_eq!(several, wrong.len() == 2);
    }
    let stranger = server.customer_named("stranger").await;
    let refused = server.oauth("token", &stranger, &[GRANT, ("resource", ORDERS)]).await;
    assert_eq!(refused.code(), "invalid_target");
    assert!(!refused.text.contains("orders"));
    for duplicate in [("scope", "DLAT access Webhooks"), GRANT] {
        let refused = server.oauth("token", &customer, &[GRANT, duplicate, duplicate]).await;
        assert_eq!(refused.code(), "invalid_request");
    }
}

#[tokio::test]
async fn resources_are_absolute_uris_without_fragments_and_at_most_twenty() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let entity = format!("/entities/{}", customer.entity);
    let set = async |resources: Value| {
        server.admin(Method::PATCH, &entity, Some(json!({"settings": {"resources": resources}}))).await
    };
    let many: Vec<String> = (0..21).map(|n| format!("https://api.example.com/{n}")).collect();
    for wrong in [json!(["orders"]), json!([format!("{ORDERS}#a")]), json!([ORDERS, ORDERS]), json!([""]), json!(many)]
    {
        let refused = set(wrong).await;
        refused.assert_problem(422, "invalid_fields");
        assert_eq!(refused.faults(), [("resources".to_owned(), "rule".to_owned())]);
    }
    assert_eq!(set(json!([ORDERS])).await.body["settings"]["resources"], json!([ORDERS]));
    server.change(&customer, json!({"settings": {"most_credentials": 3}})).await;
    assert_eq!(server.admin(Method::GET, &entity, None).await.body["settings"]["resources"], json!([ORDERS]));
    assert_eq!(set(json!([])).await.body["settings"]["resources"], json!([]));
}

#[tokio::test]
async fn the_metadata_of_an_api_names_this_issuer_and_the_challenge_names_the_metadata() {
    let server = Server::start_with(&[("public_url", "https://pass.example.com")]).await;
    let at = async |query: &str| {
        Answer::of(server.get(&format!("/.well-known/oauth-protected-resource{query}")).send().await.unwrap()).await
    };
    assert_eq!(
        at(&format!("?scope=orders:read+reports&scope=reports&resource={ORDERS}")).await.body,
        json!({
            "resource": ORDERS,
            "authorization_servers": ["https://pass.example.com"],
            "bearer_methods_supported": ["header"],
            "scopes_supported": ["orders:read", "reports"],
        })
    );
    assert_eq!(at("").await.body["resource"], "https://pass.example.com");
    for wrong in [
        "?resource=orders",
        "?resource=https://a.example%23b",
        "?resource=https://a.example?resource=https://evil.example",
        "?resource=https://a.example&resource=https://evil.example",
        "?x=1",
        "?scope=%zz",
    ] {
        at(wrong).await.assert_problem(400, "malformed_request");
    }
    let metadata = "https://api.example.com/.well-known/oauth-protected-resource/orders";
    let none = forward(&server, &format!("?scope=reports&resource_metadata={metadata}"), &[]).await;
    assert_eq!(
        none.header("www-authenticate"),
        format!("Bearer realm=\"passgate\", scope=\"reports\", resource_metadata=\"{metadata}\"")
    );
    let both = forward(
        &server,
        &format!("?resource_metadata={metadata}"),
        &[("x-passgate-resource-metadata", "https://evil.example")],
    )
    .await;
    assert_eq!(both.header("www-authenticate"), format!("Bearer realm=\"passgate\", resource_metadata=\"{metadata}\""));

    let platform = Server::start_with(&[("token_audience", "https://api.example.com/v1")]).await;
    for (path, resource) in
        [("", "https://api.example.com/v1"), ("/orders", ORDERS), ("/a/b%20c", "https://api.example.com/a/b%20c")]
    {
        let request = platform.get(&format!("/.well-known/oauth-protected-resource{path}"));
        assert_eq!(Answer::of(request.send().await.unwrap()).await.body["resource"], resource);
    }
    assert_eq!(platform.get("/.well-known/oauth-protected-resource/a%22b").send().await.unwrap().status(), 200);
    for query in ["resource=https://evil.example", "scope=everything", "%72esource=https://evil.example"] {
        let request = platform.get(&format!("/.well-known/oauth-protected-resource/orders?{query}"));
        let refused = Answer::of(request.send().await.unwrap()).await;
        refused.assert_problem(400, "malformed_request");
        assert!(!refused.text.contains("evil") && !refused.text.contains("everything"), "{}", refused.text);
    }
    let plain = Server::start_with(&[("token_audience", "dlat")]).await;
    for path in ["", "/orders"] {
        let answer = plain.get(&format!("/.well-known/oauth-protected-resource{path}")).send().await.unwrap();
        assert_eq!(answer.status(), 404);
    }
}

#[tokio::test]
async fn an_introspection_is_signed_for_who_asks_and_is_never_an_access_token() {
    let server = Server::start_with(&[("public_url", "https://pass.example.com")]).await;
    let (customer, api) = (server.customer().await, server.api().await);
    let token = server.token(&customer).await;
    let ask = async |token: &str| {
        let request = server.post("/oauth/introspect").basic_auth(&api.client_id, Some(&api.secret));
        let request = request.header("accept", "application/token-introspection+jwt").form(&[("token", token)]);
        Answer::of(request.send().await.unwrap()).await
    };
    let signed = ask(&token).await;
    assert_eq!((signed.status, signed.header("content-type")), (200, "application/token-introspection+jwt"));
    assert_eq!((signed.header("cache-control"), signed.header("pragma")), ("no-store", "no-cache"));
    assert_eq!(part(&signed.text, 0)["typ"], "token-introspection+jwt");
    let plain = server.oauth("introspect", &api, &[("token", &token)]).await;
    assert_eq!(plain.header("content-type"), "application/json");
    assert_eq!(
        part(&signed.text, 1),
        json!({
            "iss": "https://pass.example.com",
            "aud": api.client_id,
            "iat": NOW / 1000,
            "token_introspection": plain.body,
        })
    );

    let keys: jsonwebtoken::jwk::JwkSet =
        server.get("/.well-known/jwks.json").send().await.unwrap().json().await.unwrap();
    let header = jsonwebtoken::decode_header(&signed.text).unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
    let mut validation = jsonwebtoken::Validation::new(header.alg);
    validation.set_audience(&[&api.client_id]);
    validation.set_required_spec_claims(&["iss", "aud"]);
    jsonwebtoken::decode::<Value>(&signed.text, &key, &validation).unwrap();
    let metadata = Answer::of(server.get("/.well-known/oauth-authorization-server").send().await.unwrap()).await;
    assert_eq!(metadata.body["introspection_signing_alg_values_supported"], json!(["ES256"]));

    assert_eq!(server.whoami(&signed.text).await.status, 401);
    assert_eq!(judged(&server, &signed.text, "").await.status, 401);
    for nothing in [&signed.text, "x"] {
        assert_eq!(part(&ask(nothing).await.text, 1)["token_introspection"], json!({"active": false}));
    }
    let stranger = server.customer_named("stranger").await;
    let request = server.post("/oauth/introspect").basic_auth(&stranger.client_id, Some(&stranger.secret));
    let request = request.header("accept", "application/token-introspection+jwt").form(&[("token", &token)]);
    let answer = Answer::of(request.send().await.unwrap()).await;
    assert_eq!(part(&answer.text, 1)["token_introspection"], json!({"active": false}));
}

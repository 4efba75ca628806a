//! The OAuth 2.0 door: RFC 6749, 7009, 7517, 7662, 8414, 9068.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::server::{Answer, Customer, Server};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

#[tokio::test]
async fn the_metadata_names_the_issuer_exactly_and_every_endpoint_works() {
    let server = Server::start_with(&[("public_url", "https://pass.example.com")]).await;
    let metadata = Answer::of(
        server.get("/.well-known/oauth-authorization-server").header("host", "evil.example").send().await.unwrap(),
    )
    .await;
    assert_eq!(metadata.body["issuer"], "https://pass.example.com");
    assert_eq!(metadata.body["response_types_supported"], json!([]));
    assert_eq!(metadata.body["grant_types_supported"], json!(["client_credentials"]));
    assert_eq!(metadata.body["token_endpoint"], "https://pass.example.com/oauth/token");
    assert!(!metadata.text.contains("evil"));
    let twin = Answer::of(server.get("/.well-known/openid-configuration").send().await.unwrap()).await;
    assert_eq!(twin.body, metadata.body);
    for member in
        ["token_endpoint", "jwks_uri", "introspection_endpoint", "revocation_endpoint", "service_documentation"]
    {
        let path = metadata.body[member].as_str().unwrap().strip_prefix("https://pass.example.com").unwrap();
        assert!([200, 405].contains(&server.get(path).send().await.unwrap().status().as_u16()), "{member}");
    }
}

#[tokio::test]
async fn a_token_is_issued_by_basic_and_by_post_in_the_words_of_rfc_6749() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let basic = server.oauth("token", &customer, &[GRANT]).await;
    let form = [GRANT, ("client_id", &customer.client_id), ("client_secret", &customer.secret)];
    let post = Answer::of(server.post("/oauth/token").form(&form).send().await.unwrap()).await;
    for answer in [basic, post] {
        assert_eq!(answer.status, 200, "{}", answer.text);
        let token = answer.body["access_token"].clone();
        assert_eq!(
            answer.body,
            json!({"access_token": token, "token_type": "Bearer", "expires_in": 600, "scope": "DLAT access Webhooks"})
        );
        assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
    }
}

#[tokio::test]
async fn basic_credentials_are_form_decoded_first() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let encoded = format!("{}:{}", customer.client_id.replace('_', "%5F"), customer.secret.replace('_', "%5f"));
    let request = server.post("/oauth/token").header("authorization", format!("Basic {}", STANDARD.encode(encoded)));
    assert_eq!(request.form(&[GRANT]).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn errors_are_rfc_6749_json_and_every_401_has_a_challenge() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let (id, secret) = (customer.client_id.as_str(), customer.secret.as_str());
    let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let wrong = format!("Basic {}", STANDARD.encode(format!("{id}:wrong")));
    let unknown = format!("Basic {}", STANDARD.encode("pgc_nobody:wrong"));
    let post = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let cases = [
        (Some(&*wrong), "grant_type=client_credentials".to_owned(), 401, "invalid_client"),
        (Some(&*unknown), "grant_type=client_credentials".into(), 401, "invalid_client"),
        (None, "grant_type=client_credentials".into(), 401, "invalid_client"),
        (None, format!("grant_type=client_credentials&client_id={id}"), 401, "invalid_client"),
        (None, format!("grant_type=client_credentials&client_id={id}&client_secret="), 401, "invalid_client"),
        (Some("Basic"), "grant_type=client_credentials".into(), 401, "invalid_client"),
        (Some("Basic %%%"), "grant_type=client_credentials".into(), 401, "invalid_client"),
        (Some("Bearer x"), "grant_type=client_credentials".into(), 401, "invalid_client"),
        (Some(&*basic), post.clone(), 400, "invalid_request"),
        (Some(&*basic), "grant_type=client_credentials&client_id=other".into(), 400, "invalid_request"),
        (Some(&*basic), String::new(), 400, "invalid_request"),
        (Some(&*basic), "grant_type=".into(), 400, "invalid_request"),
        (Some(&*basic), "grant_type=password".into(), 400, "unsupported_grant_type"),
        (Some(&*basic), "grant_type=client_credentials&grant_type=client_credentials".into(), 400, "invalid_request"),
        (Some(&*basic), "grant_type=client_credentials&scope=a&scope=b".into(), 400, "invalid_request"),
        (Some(&*basic), "grant_type=client_credentials&scope=nope".into(), 400, "invalid_scope"),
        (Some(&*basic), "grant_type=client_credentials&scope=%FF".into(), 400, "invalid_request"),
        (Some(&*basic), "grant_type=client_credentials&scope=%zz".into(), 400, "invalid_request"),
        (Some(&*basic), "grant_type=client_credentials&client_assertion=x".into(), 400, "invalid_request"),
        (
            Some(&*basic),
            "grant_type=client_credentials&resource=https%3A%2F%2Fother.example".into(),
            400,
            "invalid_target",
        ),
        (None, format!("{post}&client_id={id}"), 400, "invalid_request"),
    ];
    for (authorization, body, status, error) in cases {
        let mut request =
            server.post("/oauth/token").header("content-type", "application/x-www-form-urlencoded").body(body.clone());
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let answer = Answer::of(request.send().await.unwrap()).await;
        assert_eq!((answer.status, answer.body["error"].as_str().unwrap()), (status, error), "{body}: {}", answer.text);
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("www-authenticate").starts_with("Basic "), status == 401, "{body}");
        assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
        let words = answer.body["error_description"].as_str().unwrap();
        assert!(words.bytes().all(|b| matches!(b, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E)), "{words}");
        assert!(!answer.text.contains(secret));
    }
}

#[tokio::test]
async fn an_unknown_client_and_a_wrong_secret_cannot_be_told_apart() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let nobody = passgate::domain::id::ClientId::from_random([9; 16]);
    let ask = async |id: &str| {
        Answer::of(server.post("/oauth/token").basic_auth(id, Some("wrong")).form(&[GRANT]).send().await.unwrap()).await
    };
    let (known, unknown) = (ask(&customer.client_id).await, ask(nobody.as_str()).await);
    assert_eq!((known.status, known.text), (unknown.status, unknown.text));
}

#[tokio::test]
async fn only_a_form_is_read_and_secrets_in_the_url_are_not() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let json = Answer::of(
        server
            .post("/oauth/token")
            .json(&customer.body_with(json!({"grant_type": "client_credentials"})))
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!((json.status, json.code()), (400, "invalid_request"));
    let path = format!("/oauth/token?client_id={}&client_secret={}", customer.client_id, customer.secret);
    let query = Answer::of(server.post(&path).form(&[GRANT]).send().await.unwrap()).await;
    assert_eq!((query.status, query.code()), (401, "invalid_client"));
}

#[tokio::test]
async fn dynamic_parameters_are_taken_here_too_and_unknown_ones_ignored() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.define(&customer, json!({"name": "depot", "type": "integer", "required": true, "claim": "depot"})).await;
    assert_eq!(server.oauth("token", &customer, &[GRANT]).await.code(), "invalid_request");
    let answer = server.oauth("token", &customer, &[GRANT, ("depot", "7"), ("surplus", "x")]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(server.whoami(answer.body["access_token"].as_str().unwrap()).await.body["claims"]["depot"], 7);
}

#[tokio::test]
async fn transport_errors_at_this_door_are_problems_that_oauth_clients_can_read() {
    let server = Server::start().await;
    let get = Answer::of(server.get("/oauth/token").send().await.unwrap()).await;
    assert_eq!(
        (get.status, get.header("allow"), get.header("content-type")),
        (405, "POST", "application/problem+json")
    );
    assert_eq!(
        (get.body["code"].as_str(), get.body["error"].as_str()),
        (Some("method_not_allowed"), Some("invalid_request"))
    );
    let big = Answer::of(server.post("/oauth/token").form(&[("x", "y".repeat(70_000))]).send().await.unwrap()).await;
    assert_eq!((big.status, big.body["error"].as_str()), (413, Some("invalid_request")));
}

#[tokio::test]
async fn a_token_is_an_rfc_9068_jwt_that_a_stock_library_verifies_in_every_algorithm() {
    for algorithm in ["ES256", "EdDSA", "RS256"] {
        let server =
            Server::start_with(&[("signing_algorithm", algorithm), ("token_audience", "https://api.example.com")])
                .await;
        let customer = server.customer().await;
        let token = server.token(&customer).await;
        let jwks: jsonwebtoken::jwk::JwkSet =
            server.get("/.well-known/jwks.json").send().await.unwrap().json().await.unwrap();
        let header = jsonwebtoken::decode_header(&token).unwrap();
        assert_eq!((header.typ.as_deref(), format!("{:?}", header.alg).as_str()), (Some("at+jwt"), algorithm));
        let key = jsonwebtoken::DecodingKey::from_jwk(jwks.find(&header.kid.unwrap()).unwrap()).unwrap();
        let mut validation = jsonwebtoken::Validation::new(header.alg);
        validation.set_issuer(&[&*server.app.issuer]);
        validation.set_audience(&["https://api.example.com"]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let claims = jsonwebtoken::decode::<Value>(&token, &key, &validation).unwrap().claims;
        assert_eq!((&claims["sub"], &claims["client_id"]), (&json!(customer.client_id), &json!(customer.client_id)));
        assert_eq!((&claims["scope"], &claims["entity"]), (&json!("DLAT access Webhooks"), &json!("northwind")));
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 600);
        assert!(claims["jti"].is_string());
    }
}

#[tokio::test]
async fn the_key_set_is_cached_by_etag_and_holds_no_private_member() {
    let server = Server::start_with(&[("signing_algorithm", "RS256")]).await;
    let first = Answer::of(server.get("/.well-known/jwks.json").send().await.unwrap()).await;
    assert_eq!(first.header("cache-control"), "public, max-age=300");
    let keys = first.body["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2, "the signing key and the next one");
    for key in keys {
        assert!(key["kid"].is_string() && key["alg"] == "RS256" && key["use"] == "sig");
        assert!(["d", "p", "q", "dp", "dq", "qi", "k"].iter().all(|private| key.get(private).is_none()));
    }
    let again =
        server.get("/.well-known/jwks.json").header("if-none-match", first.header("etag")).send().await.unwrap();
    assert_eq!((again.status().as_u16(), again.text().await.unwrap().as_str()), (304, ""));
}

#[tokio::test]
async fn introspection_shows_an_entity_its_own_tokens_and_an_api_all() {
    let server = Server::start().await;
    let (one, other, api) =
        (server.customer_named("one").await, server.customer_named("other").await, server.api().await);
    let token = server.token(&one).await;
    let own = server.oauth("introspect", &one, &[("token", &token)]).await;
    assert_eq!((own.status, &own.body["active"], &own.body["entity"]), (200, &json!(true), &json!("one")));
    for member in ["scope", "client_id", "token_type", "exp", "iat", "sub", "aud", "iss", "jti"] {
        assert!(!own.body[member].is_null(), "{member}");
    }
    assert_eq!(server.oauth("introspect", &api, &[("token", &token)]).await.body, own.body);
    assert_eq!(server.oauth("introspect", &other, &[("token", &token)]).await.body, json!({"active": false}));
    assert_eq!(
        server.oauth("introspect", &one, &[("token", "nonsense"), ("token_type_hint", "refresh_token")]).await.body,
        json!({"active": false})
    );
    assert_eq!(server.oauth("introspect", &one, &[]).await.code(), "invalid_request");
    let bare = Answer::of(server.post("/oauth/introspect").form(&[("token", &token)]).send().await.unwrap()).await;
    assert_eq!((bare.status, bare.code()), (401, "invalid_client"));
    server.advance(600);
    assert_eq!(
        server.oauth("introspect", &api, &[("token", &token)]).await.body,
        json!({"active": false}),
        "zero leeway"
    );
}

#[tokio::test]
async fn a_platform_api_gets_no_tokens() {
    let server = Server::start().await;
    let api = server.api().await;
    assert_eq!(server.oauth("token", &api, &[GRANT]).await.code(), "invalid_client");
    server.ask(api.body()).await.assert_problem(404, "client_not_found");
}

#[tokio::test]
async fn a_revoked_token_is_refused_at_once_and_after_a_restart() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let (token, kept) = (server.token(&customer).await, server.token(&customer).await);
    for _ in 0..2 {
        let answer = server.oauth("revoke", &customer, &[("token", &token)]).await;
        assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"));
    }
    server.whoami(&token).await.assert_problem(401, "invalid_token");
    assert_eq!(server.oauth("introspect", &customer, &[("token", &token)]).await.body, json!({"active": false}));
    assert_eq!(server.whoami(&kept).await.status, 200);
    let address = server.app.issuer.to_string();
    let restarted = Server::start_in(&server.place, &[("public_url", &address)]).await;
    restarted.whoami(&token).await.assert_problem(401, "invalid_token");
    assert_eq!(restarted.whoami(&kept).await.status, 200);
}

#[tokio::test]
async fn revoking_what_is_unknown_to_the_client_is_200_and_touches_nothing() {
    let server = Server::start().await;
    let (one, other) = (server.customer_named("one").await, server.customer_named("other").await);
    let token = server.token(&one).await;
    assert_eq!(server.oauth("revoke", &other, &[("token", "nonsense")]).await.status, 200);
    assert_eq!(server.oauth("revoke", &other, &[]).await.code(), "invalid_request");
    let foreign = server.oauth("revoke", &other, &[("token", &token)]).await;
    let unknown = server.oauth("revoke", &other, &[("token", "nonsense")]).await;
    assert_eq!((foreign.status, &foreign.text), (200, &unknown.text), "another entity's token is unknown here");
    let made = server.admin(reqwest::Method::POST, "/entities/one/credentials", Some(json!({"name": "Second"}))).await;
    let sibling = Customer {
        entity: "one".to_owned(),
        client_id: made.body["client_id"].as_str().unwrap().to_owned(),
        secret: made.body["client_secret"].as_str().unwrap().to_owned(),
    };
    assert_eq!(server.oauth("revoke", &sibling, &[("token", &token)]).await.code(), "invalid_request");
    assert_eq!(server.whoami(&token).await.status, 200);
}

#[tokio::test]
async fn a_revocation_that_the_store_did_not_keep_is_503_and_never_200() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    server.app.store.close().await;
    let answer = server.oauth("revoke", &customer, &[("token", &token)]).await;
    assert_eq!((answer.status, answer.code()), (503, "temporarily_unavailable"));
    assert!(!answer.header("retry-after").is_empty());
    assert_eq!(server.whoami(&token).await.status, 200, "the token stands, and nobody was told otherwise");
}

#[tokio::test]
async fn no_forged_or_mutated_token_is_accepted() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    let parts: Vec<&str> = token.split('.').collect();
    let (header, payload, signature) = (parts[0], parts[1], parts[2]);
    let jwks = server.get("/.well-known/jwks.json").send().await.unwrap().text().await.unwrap();
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let decoded = String::from_utf8(URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    let kid = serde_json::from_str::<Value>(&decoded).unwrap()["kid"].as_str().unwrap().to_owned();
    let hmac = |head: &str| {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, jwks.as_bytes());
        let signed = format!("{}.{payload}", encode(head));
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(aws_lc_rs::hmac::sign(&key, signed.as_bytes())))
    };
    let other_claims =
        encode(&String::from_utf8(URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap().replace("northwind", "southwind"));
    let forgeries = [
        format!("{}.{payload}.", encode(r#"{"alg":"none","typ":"at+jwt"}"#)),
        format!("{}.{payload}.", encode(r#"{"alg":"NONE"}"#)),
        format!("{}.{payload}.{signature}", encode(r#"{"alg":"none"}"#)),
        hmac(&format!(r#"{{"alg":"HS256","typ":"at+jwt","kid":"{kid}"}}"#)),
        hmac(&decoded),
        format!("{header}.{other_claims}.{signature}"),
        format!("{header}.{payload}."),
        format!("{header}.{payload}"),
        format!("{header}..{signature}"),
        format!(".{payload}.{signature}"),
        format!("{token}."),
        format!("{token}.x"),
        format!(".{token}"),
        format!("{token}="),
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload}.{}", "A".repeat(86)),
        format!("{header}.{payload}.{}", signature.get(..80).unwrap()),
        format!("{}.{payload}.{signature}", encode(&decoded.replace("at+jwt", "JWT"))),
        format!("{}.{payload}.{signature}", encode(&format!("{decoded} "))),
        format!("{}.{payload}.{signature}", encode(&decoded.replace('{', r#"{"crit":["exp"],"#))),
        format!("{}.{payload}.{signature}", encode(&decoded.replace('{', r#"{"jwk":{"kty":"oct","k":"AA"},"#))),
        "a.b.c".to_owned(),
        "x".repeat(40_000),
    ];
    for forged in forgeries {
        let answer = server.oauth("introspect", &customer, &[("token", &forged)]).await;
        assert_eq!(answer.body, json!({"active": false}), "{forged:.120}");
    }
    assert_eq!(server.whoami(&token).await.status, 200);
}

#[tokio::test]
async fn at_this_door_a_path_that_is_none_is_refused_in_its_words_too() {
    let server = Server::start().await;
    for path in ["/oauth/nothing", "/oauth/token/"] {
        let answer = Answer::of(server.get(path).send().await.unwrap()).await;
        assert_eq!(
            (answer.status, answer.body["error"].as_str()),
            (404, Some("invalid_request")),
            "{path}: {}",
            answer.text
        );
        assert!(answer.body["error_description"].is_string(), "{path}: {}", answer.text);
    }
    let elsewhere = Answer::of(server.get("/nothing").send().await.unwrap()).await;
    assert_eq!((elsewhere.status, elsewhere.body.get("error")), (404, None));
}

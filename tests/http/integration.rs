//! `POST /api/v1/access-token` and `GET /api/v1/whoami` (CONTRACT.md §2 and §5).

use serde_json::{Value, json};

use crate::server::{Answer, NOW, Server};

#[tokio::test]
async fn a_success_has_exactly_the_contracts_members() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let answer = server.ask(customer.body()).await;
    let token = answer.body["access_token"].clone();
    let expected = json!({"status": 200, "message": "Successfully done", "access_token": token, "token_type": "Bearer", "expires_in": 600, "scope": "DLAT access Webhooks"});
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body, expected);
    let order = r#"{"status":200,"message":"Successfully done","access_token":""#;
    assert!(answer.text.starts_with(order), "the members stand in the contract's order: {}", answer.text);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("pragma"), "no-cache");
    assert!(!answer.header("x-request-id").is_empty());
}

#[tokio::test]
async fn json_form_and_multipart_mean_the_same() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let fields = [
        ("client_id", customer.client_id.as_str()),
        ("client_secret", &customer.secret),
        ("scope", "Webhooks DLAT access"),
    ];
    let as_json = server
        .ask(fields.iter().copied().collect::<std::collections::BTreeMap<_, _>>().into_iter().collect::<Value>())
        .await;
    let as_form = Answer::of(server.post("/api/v1/access-token").form(&fields).send().await.unwrap()).await;
    let parts: String = fields
        .iter()
        .map(|(name, value)| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"))
        .collect();
    let multipart = server
        .post("/api/v1/access-token")
        .header("content-type", "multipart/form-data; boundary=x")
        .body(parts + "--x--\r\n");
    let as_multipart = Answer::of(multipart.send().await.unwrap()).await;
    for answer in [as_json, as_form, as_multipart] {
        assert_eq!((answer.status, &answer.body["scope"]), (200, &json!("DLAT access Webhooks")), "{}", answer.text);
    }
}

#[tokio::test]
async fn the_six_codes_of_the_contract_have_their_titles() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let other_id = passgate::domain::id::ClientId::from_random([7; 16]);
    for (body, status, code, title) in [
        (
            customer.body_with(json!({"scope": "other"})),
            400,
            "invalid_scope",
            "Current valid scope is \"DLAT access Webhooks\"",
        ),
        (
            json!({"client_id": customer.client_id, "client_secret": "wrong"}),
            401,
            "invalid_credentials",
            "Invalid token",
        ),
        (
            json!({"client_id": other_id.as_str(), "client_secret": "wrong"}),
            404,
            "client_not_found",
            "Client id not found",
        ),
        (
            json!({"client_id": "not even one", "client_secret": "wrong"}),
            404,
            "client_not_found",
            "Client id not found",
        ),
        (json!({"client_secret": "wrong"}), 412, "invalid_arguments", "Validation errors/Invalid Arguments."),
    ] {
        let answer = server.ask(body).await;
        answer.assert_problem(status, code);
        assert_eq!(answer.body["title"], title);
        assert_eq!(answer.faults().is_empty(), status != 412);
    }
    server.app.signer.install(Vec::new());
    let answer = server.ask(customer.body()).await;
    answer.assert_problem(503, "unavailable");
    assert_eq!(answer.body["title"], "Something went wrong.");
}

#[tokio::test]
async fn a_missing_mandatory_field_is_told_in_the_contracts_words() {
    let server = Server::start().await;
    let answer = server.ask(json!({"client_secret": "x"})).await;
    assert_eq!(answer.body["detail"], "client_id is missing");
    assert_eq!(
        answer.body["errors"],
        json!([{"field": "client_id", "code": "required", "message": "client_id is mandatory"}])
    );
}

#[tokio::test]
async fn both_mandatory_fields_are_listed_when_both_are_at_fault() {
    let server = Server::start().await;
    for (body, codes) in [
        (json!({}), ["required", "required"]),
        (json!({"client_id": "", "client_secret": ""}), ["required", "required"]),
        (json!({"client_id": 5, "client_secret": null}), ["type", "type"]),
        (json!({"client_id": ["a"], "client_secret": {"a": 1}}), ["type", "type"]),
        (json!({"client_id": "x".repeat(129), "client_secret": "x".repeat(257)}), ["too_long", "too_long"]),
    ] {
        let answer = server.ask(body).await;
        answer.assert_problem(412, "invalid_arguments");
        let expected =
            vec![("client_id".to_owned(), codes[0].to_owned()), ("client_secret".to_owned(), codes[1].to_owned())];
        assert_eq!(answer.faults(), expected);
    }
}

#[tokio::test]
async fn every_field_that_stands_twice_is_listed() {
    let server = Server::start().await;
    let body = r#"{"client_id":"a","client_id":"a","scope":"x","scope":"y","z":1}"#;
    let answer = Answer::of(server.post("/api/v1/access-token").body(body).send().await.unwrap()).await;
    answer.assert_problem(412, "invalid_arguments");
    let fields: Vec<String> = answer.faults().into_iter().map(|(field, code)| format!("{field}:{code}")).collect();
    assert_eq!(fields, ["client_id:duplicate", "scope:duplicate"]);
}

#[tokio::test]
async fn the_order_of_the_checks_lets_a_guesser_learn_nothing_of_an_entity() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.define(&customer, json!({"name": "depot", "type": "integer", "required": true})).await;
    let everything_wrong = json!({"scope": "nope", "depot": "x", "surplus": 1, "grant_type": "password"});
    let ask = async |id: &str, secret: &str| {
        let mut body = everything_wrong.clone();
        body["client_id"] = id.into();
        body["client_secret"] = secret.into();
        server.ask(body).await
    };
    ask("", "").await.assert_problem(412, "invalid_arguments");
    assert_eq!(ask("", "x").await.faults().len(), 1);
    ask("pgc_unknown", "x").await.assert_problem(404, "client_not_found");
    ask(&customer.client_id, "wrong").await.assert_problem(401, "invalid_credentials");
    let proven = ask(&customer.client_id, &customer.secret).await;
    proven.assert_problem(412, "invalid_arguments");
    let fields: Vec<String> = proven.faults().into_iter().map(|(field, code)| format!("{field}:{code}")).collect();
    assert_eq!(fields, ["grant_type:not_in_list", "depot:type", "surplus:unknown"]);
    server.ask(customer.body_with(json!({"depot": 1, "scope": "nope"}))).await.assert_problem(400, "invalid_scope");
}

#[tokio::test]
async fn a_subset_of_a_scopes_words_is_refused_and_another_order_is_not() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.ask(customer.body_with(json!({"scope": "DLAT"}))).await.assert_problem(400, "invalid_scope");
    assert_eq!(server.ask(customer.body_with(json!({"scope": "Webhooks access DLAT"}))).await.status, 200);
    assert_eq!(server.ask(customer.body_with(json!({"scope": ""}))).await.status, 200);
    server.change(&customer, json!({"scopes": ["DLAT access Webhooks", "orders:read"]})).await;
    let answer = server.ask(customer.body_with(json!({"scope": "orders:write"}))).await;
    assert_eq!(answer.body["title"], "Current valid scopes are \"DLAT access Webhooks\", \"orders:read\"");
    assert_eq!(server.ask(customer.body_with(json!({"scope": "orders:read"}))).await.body["scope"], "orders:read");
    assert_eq!(server.ask(customer.body()).await.body["scope"], "DLAT access Webhooks orders:read");
}

#[tokio::test]
async fn grant_type_is_optional_and_only_client_credentials() {
    let server = Server::start().await;
    let customer = server.customer().await;
    assert_eq!(server.ask(customer.body_with(json!({"grant_type": "client_credentials"}))).await.status, 200);
    assert_eq!(server.ask(customer.body_with(json!({"grant_type": ""}))).await.status, 200);
    server.ask(customer.body_with(json!({"grant_type": "password"}))).await.assert_problem(412, "invalid_arguments");
}

#[tokio::test]
async fn the_integration_endpoints_challenge_opens_no_log_in_box() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let answer = server.ask(json!({"client_id": customer.client_id, "client_secret": "wrong"})).await;
    let scheme = answer.header("www-authenticate").split(' ').next().unwrap().to_ascii_lowercase();
    assert!(!["basic", "digest", "negotiate", "ntlm"].contains(&scheme.as_str()), "{scheme}");
}

#[tokio::test]
async fn conditional_headers_change_nothing_on_a_token_request() {
    let server = Server::start().await;
    let customer = server.customer().await;
    for (name, value) in
        [("if-match", "\"x\""), ("if-unmodified-since", "Mon, 01 Jan 2001 00:00:00 GMT"), ("if-none-match", "*")]
    {
        let request = server.post("/api/v1/access-token").header(name, value).json(&customer.body());
        assert_eq!(request.send().await.unwrap().status(), 200, "{name}");
    }
}

#[tokio::test]
async fn no_content_type_is_read_as_json_and_a_byte_order_mark_is_tolerated() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let body = format!("\u{feff}{}", customer.body());
    assert_eq!(server.post("/api/v1/access-token").body(body).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn json_under_a_forms_name_is_told_what_to_say_instead() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let request = server.post("/api/v1/access-token").header("content-type", "application/x-www-form-urlencoded");
    let answer = Answer::of(request.body(customer.body().to_string()).send().await.unwrap()).await;
    answer.assert_problem(412, "invalid_arguments");
    assert!(answer.body["detail"].as_str().unwrap().contains("send Content-Type: application/json"), "{}", answer.text);
}

#[tokio::test]
async fn unknown_fields_are_refused_unless_the_operator_lets_the_entity_ignore_them() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let answer = server.ask(customer.body_with(json!({"surplus": "x", "a\"b": 1, "empty": "", "pgo_zzz": 1}))).await;
    answer.assert_problem(412, "invalid_arguments");
    let mut fields: Vec<String> = answer.faults().into_iter().map(|(field, _)| field).collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        ["field 1", "field 5", "surplus"],
        "an odd name, or a secret as one, is reported by its position"
    );
    assert!(!answer.text.contains("a\\\"b"));
    server.change(&customer, json!({"settings": {"unknown_parameters": "ignore"}})).await;
    assert_eq!(server.ask(customer.body_with(json!({"surplus": {"deep": [1]}}))).await.status, 200);
}

#[tokio::test]
async fn whoami_says_who_a_token_is_for_and_when_it_ends() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    let answer = server.whoami(&token).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["entity"], "northwind");
    assert_eq!(answer.body["client_id"], customer.client_id);
    assert_eq!(answer.body["expires_in"], 600);
    assert_eq!(answer.body["claims"]["iat"], NOW / 1000);
    assert_eq!(answer.header("cache-control"), "no-store");
    server.advance(599);
    assert_eq!(server.whoami(&token).await.body["expires_in"], 1);
    server.advance(1);
    server.whoami(&token).await.assert_problem(401, "invalid_token");
}

#[tokio::test]
async fn whoami_without_a_valid_token_is_401_invalid_token() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    for authorization in [
        None,
        Some(String::new()),
        Some("Bearer".into()),
        Some("Bearer ".into()),
        Some("Bearer x".into()),
        Some(format!("Basic {token}")),
        Some(format!("Bearer {token} {token}")),
        Some(format!("Bearer {token}=")),
    ] {
        let mut request = server.get("/api/v1/whoami");
        if let Some(authorization) = &authorization {
            request = request.header("authorization", authorization);
        }
        let answer = Answer::of(request.send().await.unwrap()).await;
        answer.assert_problem(401, "invalid_token");
        assert_eq!(answer.body["title"], "Invalid token");
        assert!(answer.header("www-authenticate").starts_with("Bearer "));
    }
}

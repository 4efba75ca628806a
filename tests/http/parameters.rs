//! Dynamic parameters: types, limits, defaults, claims, and the schema that says the same.

use proptest::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};

use crate::server::{Answer, Server};

#[tokio::test]
async fn every_type_is_judged_and_carried_into_its_claim() {
    let server = Server::start().await;
    let customer = server.customer().await;
    for definition in [
        json!({"name": "depot", "type": "string", "min_length": 2, "max_length": 5, "pattern": "^[A-Z]+$", "claim": "depot"}),
        json!({"name": "count", "type": "integer", "minimum": 1, "maximum": 10, "claim": "https://example.com/count"}),
        json!({"name": "ratio", "type": "number", "minimum": 0, "claim": "ratio"}),
        json!({"name": "live", "type": "boolean", "claim": "live"}),
        json!({"name": "since", "type": "date-time", "claim": "since"}),
        json!({"name": "tier", "type": "enum", "values": ["gold", "silver"], "default": "silver", "claim": "tier"}),
    ] {
        server.define(&customer, definition).await;
    }
    let good = json!({"depot": "RTM", "count": 5, "ratio": 0.5, "live": true, "since": "2026-01-31T12:00:00Z"});
    let answer = server.ask(customer.body_with(good)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let claims = server.whoami(answer.body["access_token"].as_str().unwrap()).await.body["claims"].clone();
    for (claim, value) in [
        ("depot", json!("RTM")),
        ("https://example.com/count", json!(5)),
        ("ratio", json!(0.5)),
        ("live", json!(true)),
        ("since", json!("2026-01-31T12:00:00Z")),
        ("tier", json!("silver")),
    ] {
        assert_eq!(claims[claim], value, "{claim}");
    }
    for (bad, code) in [
        (json!({"depot": "R"}), "too_short"),
        (json!({"depot": "RTMRTM"}), "too_long"),
        (json!({"depot": "rtm"}), "pattern"),
        (json!({"depot": 5}), "type"),
        (json!({"depot": null}), "type"),
        (json!({"count": 0}), "minimum"),
        (json!({"count": 11}), "maximum"),
        (json!({"count": "5"}), "type"),
        (json!({"count": 5.5}), "type"),
        (json!({"count": 1e300}), "type"),
        (json!({"ratio": -0.1}), "minimum"),
        (json!({"ratio": "0.1"}), "type"),
        (json!({"live": "true"}), "type"),
        (json!({"live": 1}), "type"),
        (json!({"since": "yesterday"}), "type"),
        (json!({"since": "2026-01-31"}), "type"),
        (json!({"tier": "bronze"}), "not_in_list"),
        (json!({"tier": ["gold"]}), "type"),
    ] {
        let answer = server.ask(customer.body_with(bad.clone())).await;
        answer.assert_problem(412, "invalid_arguments");
        assert_eq!(
            answer.faults(),
            [(bad.as_object().unwrap().keys().next().unwrap().clone(), code.to_owned())],
            "{bad}"
        );
    }
}

#[tokio::test]
async fn a_forms_text_is_read_as_the_type_that_is_defined() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.define(&customer, json!({"name": "count", "type": "integer", "claim": "count"})).await;
    server.define(&customer, json!({"name": "live", "type": "boolean", "claim": "live"})).await;
    server.define(&customer, json!({"name": "ratio", "type": "number", "claim": "ratio"})).await;
    let ask = async |more: &[(&str, &str)]| {
        let mut form = vec![("client_id", customer.client_id.as_str()), ("client_secret", customer.secret.as_str())];
        form.extend(more);
        Answer::of(server.post("/api/v1/access-token").form(&form).send().await.unwrap()).await
    };
    let answer = ask(&[("count", "-7"), ("live", "false"), ("ratio", "1.5e2")]).await;
    let claims = server.whoami(answer.body["access_token"].as_str().unwrap()).await.body["claims"].clone();
    assert_eq!((&claims["count"], &claims["live"], &claims["ratio"]), (&json!(-7), &json!(false), &json!(150.0)));
    for bad in [
        ("count", "07"),
        ("count", "+7"),
        ("count", "7.0"),
        ("count", "0x7"),
        ("count", " 7"),
        ("count", "99999999999999999999"),
        ("live", "TRUE"),
        ("live", "1"),
        ("ratio", "NaN"),
        ("ratio", "1e999"),
        ("ratio", "1 "),
    ] {
        let answer = ask(&[bad]).await;
        answer.assert_problem(412, "invalid_arguments");
        assert_eq!(answer.faults(), [(bad.0.to_owned(), "type".to_owned())], "{bad:?}");
    }
}

#[tokio::test]
async fn every_invalid_field_is_listed_at_once_and_no_value_repeated() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.define(&customer, json!({"name": "a", "type": "integer", "required": true})).await;
    server.define(&customer, json!({"name": "b", "type": "boolean", "required": true})).await;
    server.define(&customer, json!({"name": "c", "type": "string", "max_length": 3})).await;
    let answer = server.ask(customer.body_with(json!({"b": "hunter2", "c": "hunter2", "d": "hunter2"}))).await;
    answer.assert_problem(412, "invalid_arguments");
    let faults: Vec<String> = answer.faults().into_iter().map(|(field, code)| format!("{field}:{code}")).collect();
    assert_eq!(faults, ["a:required", "b:type", "c:too_long", "d:unknown"]);
    assert!(!answer.text.contains("hunter2"));
}

#[tokio::test]
async fn a_definition_that_makes_no_sense_is_refused_with_every_reason() {
    let server = Server::start().await;
    let customer = server.customer().await;
    for (definition, field) in [
        (json!({"name": "x", "type": "string", "claim": "sub"}), "claim"),
        (json!({"name": "x", "type": "string", "claim": "entity"}), "claim"),
        (json!({"name": "x", "type": "string", "claim": "a b"}), "claim"),
        (json!({"name": "x", "type": "string", "claim": "active"}), "claim"),
        (json!({"name": "x", "type": "number", "maximum": 9_223_372_036_854_775_807_i64}), "maximum"),
        (json!({"name": "x", "type": "string", "pattern": "("}), "pattern"),
        (json!({"name": "x", "type": "string", "pattern": "(?=a)"}), "pattern"),
        (json!({"name": "x", "type": "string", "pattern": "(a{1000}){1000}"}), "pattern"),
        (json!({"name": "x", "type": "integer", "pattern": "a"}), "pattern"),
        (json!({"name": "x", "type": "string", "minimum": 1}), "minimum"),
        (json!({"name": "x", "type": "integer", "minimum": 2, "maximum": 1}), "minimum"),
        (json!({"name": "x", "type": "integer", "minimum": 0.5}), "minimum"),
        (json!({"name": "x", "type": "string", "min_length": 9, "max_length": 3}), "min_length"),
        (json!({"name": "x", "type": "string", "max_length": 2000}), "max_length"),
        (json!({"name": "x", "type": "enum"}), "values"),
        (json!({"name": "x", "type": "enum", "values": ["a", "a"]}), "values"),
        (json!({"name": "x", "type": "string", "values": ["a"]}), "values"),
        (json!({"name": "x", "type": "boolean", "default": "true"}), "default"),
        (json!({"name": "x", "type": "boolean", "required": true, "default": true}), "default"),
        (json!({"name": "x", "type": "integer", "maximum": 3, "example": 4}), "example"),
        (json!({"name": "x", "type": "string", "description": "x".repeat(2001)}), "description"),
    ] {
        let answer = server.admin(Method::PUT, "/entities/northwind/parameters/x", Some(definition.clone())).await;
        answer.assert_problem(422, "invalid_fields");
        assert_eq!(answer.faults()[0].0, field, "{definition}");
    }
    for name in ["client_id", "client_secret", "resource"] {
        let path = format!("/entities/{}/parameters/{name}", customer.entity);
        server
            .admin(Method::PUT, &path, Some(json!({"name": name, "type": "string"})))
            .await
            .assert_problem(422, "invalid_fields");
    }
    server.define(&customer, json!({"name": "one", "type": "string", "claim": "same"})).await;
    let second = json!({"name": "two", "type": "string", "claim": "same"});
    server
        .admin(Method::PUT, "/entities/northwind/parameters/two", Some(second))
        .await
        .assert_problem(422, "invalid_fields");
}

#[tokio::test]
async fn what_does_not_fit_into_a_token_is_refused() {
    let server = Server::start().await;
    let customer = server.customer().await;
    for name in ["a", "b", "c", "d", "e"] {
        server.define(&customer, json!({"name": name, "type": "string", "claim": name})).await;
    }
    let long = "x".repeat(1000);
    let four = json!({"a": long, "b": long, "c": long, "d": long});
    assert_eq!(server.ask(customer.body_with(four.clone())).await.status, 200);
    let answer = server.ask(customer.body_with(json!({"a": long, "b": long, "c": long, "d": long, "e": long}))).await;
    answer.assert_problem(412, "invalid_arguments");
}

#[tokio::test]
async fn grant_type_and_scope_can_be_changed_within_reason_and_removed() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let scope = json!({"name": "scope", "type": "string", "required": true});
    server.define(&customer, scope).await;
    server.ask(customer.body()).await.assert_problem(412, "invalid_arguments");
    assert_eq!(server.ask(customer.body_with(json!({"scope": "DLAT access Webhooks"}))).await.status, 200);
    let wide = json!({"name": "grant_type", "type": "enum", "values": ["client_credentials", "password"]});
    server
        .admin(Method::PUT, "/entities/northwind/parameters/grant_type", Some(wide))
        .await
        .assert_problem(422, "invalid_fields");
    assert_eq!(server.admin(Method::DELETE, "/entities/northwind/parameters/scope", None).await.status, 200);
    server
        .ask(customer.body_with(json!({"scope": "DLAT access Webhooks"})))
        .await
        .assert_problem(412, "invalid_arguments");
    server.admin(Method::DELETE, "/entities/northwind/parameters/scope", None).await.assert_problem(404, "not_found");
}

fn definition() -> impl Strategy<Value = Value> {
    let number = prop_oneof![(-20i64..20).prop_map(Value::from), (-20.0..20.0f64).prop_map(Value::from)];
    prop_oneof![
        (prop::option::of(0u64..6), prop::option::of(1u64..9), prop::option::of("[a-c]|\\^a|b\\$|\\[ab\\]\\+"))
            .prop_map(|(min, max, pattern)| json!({"type": "string", "min_length": min, "max_length": max, "pattern": pattern})),
        (prop::option::of(-20i64..20), prop::option::of(-20i64..20)).prop_map(|(min, max)| json!({"type": "integer", "minimum": min, "maximum": max})),
        (prop::option::of(number.clone()), prop::option::of(number)).prop_map(|(min, max)| json!({"type": "number", "minimum": min, "maximum": max})),
        Just(json!({"type": "boolean"})),
        Just(json!({"type": "date-time"})),
        prop::collection::vec("[a-c]{1,2}", 1..4).prop_map(|values| json!({"type": "enum", "values": values})),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[a-cé]{1,10}".prop_map(Value::from),
        (-30i64..30).prop_map(Value::from),
        (-30.0..30.0f64).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        Just(json!([1])),
        Just(json!({"a": 1})),
        Just(json!(9_007_199_254_740_993_i64)),
        Just(json!(1e300)),
        Just(json!(5.0)),
        Just(json!("2026-01-31T12:00:00Z")),
        Just(json!("2026-01-31T25:00:00Z")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_schema_shown_and_the_server_judge_every_value_alike(mut definition in definition(), value in value()) {
        use passgate::domain::definition::{Definition};
        use passgate::domain::parameter::{Parameter};
        definition["name"] = "x".into();
        definition.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let definition: Definition = serde_json::from_value(definition).unwrap();
        if let Ok(parameter) = Parameter::define(definition) {
            let schema = jsonschema::options().should_validate_formats(true).build(&parameter.schema()).unwrap();
            let body = json!({"x": value}).to_string();
            let fields = passgate::http::parse::json::fields(body.as_bytes()).unwrap();
            let judged = parameter.judge(fields.get("x").unwrap());
            prop_assert_eq!(judged.is_ok(), schema.is_valid(&value), "{} {} {:?}", parameter.schema(), value, judged);
        }
    }
}

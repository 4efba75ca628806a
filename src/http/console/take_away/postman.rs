//! A Postman collection v2.1 and the environment that goes with it.
//! <https://schema.getpostman.com/json/collection/v2.1.0/docs/index.html>

use serde_json::{Value, json};

use super::{document, whoami_url, without_variables};
use crate::domain::entity::Entity;
use crate::http::console::example::{BodyType, Example};
use crate::http::console::text::text_of;

/// Its schema, by which Postman knows what it is.
const SCHEMA: &str = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";

/// The requests: one for a token in each body type, which keeps the token in the environment, and one that uses it.
pub fn postman_collection(entity: &Entity, example: &Example, public_url: &str) -> String {
    let tokens = BodyType::ALL.map(|body_type| token_request(body_type, example));
    let whoami = json!({
        "name": "Who am I",
        "request": {
            "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{access_token}}", "type": "string"}]},
            "method": "GET",
            "header": [],
            "url": whoami_url(public_url),
        },
        "response": [],
    });
    document(&json!({
        "info": {
            "name": name(entity),
            "description": "Choose the environment of the same name and enter your Client Secret there.",
            "schema": SCHEMA,
        },
        "item": tokens.into_iter().chain([whoami]).collect::<Vec<_>>(),
    }))
}

/// The environment: the Client Id, and places for the secret and for the token.
pub fn postman_environment(entity: &Entity, example: &Example) -> String {
    let variable =
        |key: &str, value: &str, kind: &str| json!({"key": key, "value": value, "type": kind, "enabled": true});
    document(&json!({
        "name": name(entity),
        "values": [
            variable("client_id", &example.client_id, "default"),
            variable("client_secret", "", "secret"),
            variable("access_token", "", "secret"),
        ],
        "_postman_variable_scope": "environment",
    }))
}

fn name(entity: &Entity) -> String {
    format!("Passgate: {}", entity.name)
}

fn token_request(body_type: BodyType, example: &Example) -> Value {
    let body = match body_type {
        BodyType::Json => json!({
            "mode": "raw",
            "raw": example.json_by(|name, value| match (variable(name), value) {
                (Some(variable), _) => format!("\"{variable}\""),
                (None, value) => value.map_or_else(String::new, without_variables),
            }),
            "options": {"raw": {"language": "json"}},
        }),
        BodyType::Form => form(example),
    };
    let script = [
        "pm.test(\"200 Successfully done\", () => pm.response.to.have.status(200));",
        "if (pm.response.code === 200) pm.environment.set(\"access_token\", pm.response.json().access_token);",
    ];
    json!({
        "name": format!("Get access token ({})", body_type.title()),
        "event": [{"listen": "test", "script": {"type": "text/javascript", "exec": script}}],
        "request": {
            "auth": {"type": "noauth"},
            "method": "POST",
            "header": [{"key": "Content-Type", "value": body_type.media_type()}],
            "body": body,
            "url": example.post_url,
        },
        "response": [],
    })
}

fn variable(name: &str) -> Option<String> {
    matches!(name, "client_id" | "client_secret").then(|| format!("{{{{{name}}}}}"))
}

/// A table, unless Postman would find variables of its own in a value: then it is the text, in which none is left.
fn form(example: &Example) -> Value {
    let entries = example.entries(BodyType::Form);
    let field = |(name, value): &(&str, Option<Value>)| {
        let value = variable(name).or(value.as_ref().map(text_of));
        json!({"key": name, "value": value, "type": "text"})
    };
    if entries.iter().filter_map(|(_, value)| value.as_ref()).any(|value| text_of(value).contains("{{")) {
        return json!({"mode": "raw", "raw": example.form_around("{{client_secret}}")});
    }
    json!({"mode": "urlencoded", "urlencoded": entries.iter().map(field).collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::console::example::tests::{TRICKY, example, tricky};

    #[test]
    fn its_bodies_have_the_values_and_no_variable_but_its_own() {
        let made = postman_collection(&tricky(), &example(), "https://pass.example.com");
        let made: Value = serde_json::from_str(&made).unwrap();
        let raw = made["item"][0]["request"]["body"]["raw"].as_str().unwrap();
        assert_eq!(raw.matches("{{").count(), 2, "{raw}");
        let body: Value = serde_json::from_str(raw).unwrap();
        assert_eq!(body["client_secret"], "{{client_secret}}");
        assert_eq!(body["note"], TRICKY);
        let raw = made["item"][1]["request"]["body"]["raw"].as_str().unwrap();
        assert_eq!((raw.matches("{{").count(), raw.contains("&client_secret={{client_secret}}&")), (1, true), "{raw}");
        assert_eq!(made["item"][2]["request"]["url"], "https://pass.example.com/api/v1/whoami");
    }

    #[test]
    fn a_form_is_a_table_where_it_can_be() {
        let mut example = example();
        example.fields.retain(|(name, _)| name != "note");
        let form = token_request(BodyType::Form, &example);
        let fields = form["request"]["body"]["urlencoded"].as_array().unwrap();
        assert_eq!(fields[1], json!({"key": "client_secret", "value": "{{client_secret}}", "type": "text"}));
        assert!(fields.contains(&json!({"key": "max_events", "value": "5", "type": "text"})));
    }

    #[test]
    fn the_environment_leaves_the_secret_to_its_owner() {
        let made: Value = serde_json::from_str(&postman_environment(&tricky(), &example())).unwrap();
        assert_eq!(made["values"][0]["value"], example().client_id);
        assert_eq!(made["values"][1], json!({"key": "client_secret", "value": "", "type": "secret", "enabled": true}));
    }
}

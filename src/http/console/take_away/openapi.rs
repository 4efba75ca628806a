//! The OpenAPI 3.1 document of one entity: what the server says of itself, less what the entity never meets, with the
//! entity's own request.

use serde_json::{Map, Value, json};

use super::document;
use crate::domain::entity::Entity;
use crate::domain::id::ClientId;
use crate::http::console::answers;
use crate::http::console::example::Example;

const PATHS: [&str; 2] = ["/api/v1/access-token", "/api/v1/whoami"];
const SCHEMAS: [&str; 5] = ["AccessTokenRequest", "AccessTokenAnswer", "WhoAmI", "Problem", "FieldError"];
const SECRET: &str = "your Client Secret";

/// The document as JSON.
pub fn openapi(entity: &Entity, example: &Example, client_id: ClientId, public_url: &str) -> String {
    let mut api = serde_json::to_value(crate::http::openapi::document(public_url)).unwrap_or_default();
    if let Some(info) = at(&mut api, &["info"]) {
        let description = "How to get an access token from Passgate, and what a token says. Client Id and Client Secret are on the page Generate Credentials.";
        info.insert("title".to_owned(), format!("Access tokens for {}", entity.name).into());
        info.insert("description".to_owned(), description.into());
    }
    keep(&mut api, &["paths"], &PATHS);
    keep(&mut api, &["components", "schemas"], &SCHEMAS);
    keep(&mut api, &["components", "securitySchemes"], &["access_token"]);
    if let Some(schemas) = at(&mut api, &["components", "schemas"]) {
        schemas.insert("AccessTokenRequest".to_owned(), entity.request_schema());
    }
    let [token, whoami] = PATHS;
    if let Some(contents) = at(&mut api, &["paths", token, "post", "requestBody", "content"]) {
        let body: Value = serde_json::from_str(&example.json(SECRET)).unwrap_or_default();
        for content in contents.values_mut().filter_map(Value::as_object_mut) {
            content.insert("example".to_owned(), body.clone());
        }
    }
    show(&mut api, &["paths", token, "post", "responses"], &answers::of_access_token(entity, public_url));
    show(&mut api, &["paths", whoami, "get", "responses"], &answers::of_whoami(entity, example, client_id, public_url));
    document(&api)
}

fn at<'v>(document: &'v mut Value, path: &[&str]) -> Option<&'v mut Map<String, Value>> {
    path.iter().try_fold(document, |value, name| value.get_mut(*name)).and_then(Value::as_object_mut)
}

fn keep(document: &mut Value, path: &[&str], names: &[&str]) {
    if let Some(members) = at(document, path) {
        members.retain(|name, _| names.contains(&name.as_str()));
    }
}

/// Puts each answer beside the schema of its status.
fn show(document: &mut Value, path: &[&str], answers: &[(u16, String)]) {
    let Some(responses) = at(document, path) else { return };
    for (status, body) in answers {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let contents = responses.get_mut(&status.to_string()).and_then(|response| response.get_mut("content"));
        for content in contents.and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
            if let Some(content) = content.as_object_mut() {
                content.insert("examples".to_owned(), json!({"example": {"value": body}}));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::console::example::tests;

    fn made() -> Value {
        serde_json::from_str(&openapi(
            &tests::tricky(),
            &tests::example(),
            ClientId::from_random([7; 16]),
            "https://pass.example.com",
        ))
        .unwrap()
    }

    #[test]
    fn it_has_what_the_entity_meets_and_nothing_else() {
        let made = made();
        let names =
            |pointer: &str| made.pointer(pointer).unwrap().as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(names("/paths"), PATHS);
        assert_eq!(names("/components/securitySchemes"), ["access_token"]);
        assert_eq!(names("/components/schemas").len(), SCHEMAS.len());
        assert_eq!(made["components"]["schemas"]["AccessTokenRequest"], tests::tricky().request_schema());
        assert_eq!(made["servers"][0]["url"], "https://pass.example.com");
        assert_eq!(made["info"]["title"], "Access tokens for Northwind | \"Logistics\" <b>");
        for reference in made.to_string().split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(made.pointer(reference).is_some(), "{reference}");
        }
    }

    #[test]
    fn every_example_is_what_its_schema_says() {
        let made = made();
        let valid = |content: &Value, example: &Value| {
            let mut schema = content["schema"].clone();
            schema["components"] = made["components"].clone();
            let faults: Vec<String> =
                jsonschema::validator_for(&schema).unwrap().iter_errors(example).map(|e| e.to_string()).collect();
            assert!(faults.is_empty(), "{faults:?} {example}");
        };
        let contents = made["paths"][PATHS[0]]["post"]["requestBody"]["content"].as_object().unwrap();
        assert_eq!(contents.len(), 3);
        contents.values().for_each(|content| valid(content, &content["example"]));
        for (path, method) in [(PATHS[0], "post"), (PATHS[1], "get")] {
            for (status, response) in made["paths"][path][method]["responses"].as_object().unwrap() {
                let contents = response["content"].as_object().unwrap();
                contents.values().for_each(|content| valid(content, &content["examples"]["example"]["value"]));
                let value = &contents.values().next().unwrap()["examples"]["example"]["value"];
                assert!(value["status"] == status.parse::<u16>().unwrap() || path == PATHS[1], "{value}");
            }
        }
    }
}

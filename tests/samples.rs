//! What the page "Get Access Token" shows as code, run as pasted, and the OpenAPI document that it offers.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

mod running;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use passgate::domain::definition::Definition;
use passgate::domain::entity::{Change, Entity};
use passgate::domain::id::{ClientId, EntityId};
use passgate::domain::parameter::Parameter;
use passgate::domain::time::Timestamp;
use passgate::http::console::example::{BodyType, Example};
use passgate::http::console::sample::{Language, sample};
use passgate::http::console::take_away::openapi;
use running::Server;
use serde_json::{Value, json};

/// The languages whose interpreters README.md names, and how they are asked to run a file.
const RUNNERS: [(Language, &str); 3] =
    [(Language::Curl, "sh"), (Language::Python, "python3"), (Language::Node, "node")];

/// Everything that ends a string somewhere, and what looks like an escape.
const TRICKY: &str = "a'b\"c\\d$HOME `id` $(id) #{1} ${2} {{x}} %41 &=+;\n\tEND\r\u{0}\u{7f} \\u0022 é Б ‘’ 日本 😀 \u{202e}*/ <?php ?> -- #";

/// Parameters whose values are hard to write down; each is a claim of the same name.
fn definitions() -> impl Iterator<Item = Definition> {
    let definitions = [
        json!({"name": "note", "type": "string", "default": TRICKY}),
        json!({"name": "Note", "type": "enum", "values": ["it's", "b"], "required": true}),
        json!({"name": "max_events", "type": "integer", "required": true, "minimum": 1, "maximum": 500, "example": 5}),
        json!({"name": "largest", "type": "integer", "default": 9_007_199_254_740_991_i64}),
        json!({"name": "share", "type": "number", "default": -2.5e-7}),
        json!({"name": "dry-run", "type": "boolean", "default": true}),
        json!({"name": "__proto__", "type": "date-time", "required": true}),
    ];
    definitions.into_iter().map(|definition| {
        let definition: Definition = serde_json::from_value(definition).unwrap();
        Definition { claim: Some(definition.name.clone()), ..definition }
    })
}

/// The entity of the demo installation, as this process sees it.
fn demo() -> Entity {
    let now = Timestamp::from_millis(0);
    let (identifier, name) = (Some("demo".to_owned()), Some("Demo entity".to_owned()));
    let change = Change { identifier, name, ..Change::default() };
    let entity = Entity::create(EntityId::from_random([0; 16]), now, change).unwrap();
    definitions()
        .fold(entity, |entity, definition| entity.with_parameter(now, Parameter::define(definition).unwrap()).unwrap())
}

/// Gives the running demo installation the same parameters.
async fn define(server: &Server, http: &reqwest::Client) {
    for definition in definitions() {
        let url = server.url(&format!("/admin/v1/entities/demo/parameters/{}", definition.name));
        let request = http.put(url).bearer_auth(&server.made.admin_token).json(&definition);
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }
}

fn run(program: &str, file: &Path, secret: &str) -> Output {
    let mut command = Command::new(program);
    command.arg(file).env("PASSGATE_SECRET", secret).env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
    let output = command.stdin(Stdio::null()).output();
    output.unwrap_or_else(|error| panic!("{program} cannot be run: {error}"))
}

#[tokio::test]
async fn samples_run_as_pasted_and_keep_the_type_of_every_value() {
    let (server, http) = (Server::start(), reqwest::Client::builder().no_proxy().build().unwrap());
    define(&server, &http).await;
    let example = Example::of(&demo(), &server.made.client_id, &server.url("/api/v1/access-token"));
    let directory = tempfile::tempdir().unwrap();
    for (language, program) in RUNNERS {
        for body_type in BodyType::ALL {
            let file = directory.path().join("sample.js");
            std::fs::write(&file, sample(language, body_type, &example)).unwrap();

            let output = run(program, &file, &server.made.client_secret);
            let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert!(output.status.success(), "{language:?} {body_type:?}: {said}{complained}");
            let whoami = http.get(server.url("/api/v1/whoami")).bearer_auth(said.trim_end()).send().await.unwrap();
            assert_eq!(whoami.status(), 200, "{language:?} {body_type:?}: {said}");
            let whoami: Value = whoami.json().await.unwrap();
            for (name, value) in &example.fields {
                assert_eq!(whoami["claims"][name], *value, "{language:?} {body_type:?}: {name}");
            }

            let output = run(program, &file, "pgs_wrong");
            let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert!(!output.status.success() && said.is_empty(), "{language:?} {body_type:?}: {said}");
            assert!(complained.contains("401") && complained.contains("Invalid token"), "{language:?}: {complained}");
            assert!(!complained.contains("pgs_wrong"), "{language:?} {body_type:?}: {complained}");
        }
    }
}

#[test]
fn the_openapi_validator_is_content_with_the_document_of_an_entity() {
    let python = std::env::var_os("PASSGATE_TEST_PYTHON").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients/python/bin/python"),
        std::path::PathBuf::from,
    );
    let url = "https://pass.example.com";
    let entity = demo();
    let example = Example::of(&entity, "pgc_7HqT2mVx9RkLw4ZcB8nYpD3s", &format!("{url}/api/v1/access-token"));
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), openapi(&entity, &example, ClientId::from_random([7; 16]), url)).unwrap();
    let script = "import json, sys; from openapi_spec_validator import OpenAPIV31SpecValidator as V; V(json.load(open(sys.argv[1]))).validate()";
    let output = Command::new(python).args(["-c", script]).arg(file.path()).output();
    let output = output.unwrap_or_else(|error| panic!("Python cannot be run ({error}); run ./check"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

//! The recipes of `docs/how-to/verify-tokens.md`, run as printed: what is in the document is what is tried. The libraries
//! are those of `tests/clients/prepare`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

mod running;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use running::Server;
use serde_json::{Value, json};

fn in_crate(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The code of a language, as the document has it, for the Passgate at `url`.
fn recipe(language: &str, url: &str) -> String {
    let document = std::fs::read_to_string(in_crate("docs/how-to/verify-tokens.md")).unwrap();
    let (_, code) = document.split_once(&format!("\n```{language}\n")).unwrap();
    let (code, _) = code.split_once("\n```\n").unwrap();
    assert!(code.contains("https://pass.example.com"));
    code.replace("https://pass.example.com", url)
}

async fn token(server: &Server, http: &reqwest::Client) -> String {
    let body = json!({"client_id": server.made.client_id, "client_secret": server.made.client_secret});
    let answer: Value =
        http.post(server.url("/api/v1/access-token")).json(&body).send().await.unwrap().json().await.unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

/// Tokens that must not be accepted, and why.
fn forged(token: &str) -> Vec<(&'static str, String)> {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    let written = |value: &Value, change: &Value| {
        let mut value = value.clone();
        value.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        URL_SAFE_NO_PAD.encode(value.to_string())
    };
    let with_header = |change: Value| format!("{}.{payload}.{signature}", written(&header, &change));
    let with_claim =
        |change: Value| format!("{}.{signature}", [written(&header, &json!({})), written(&claims, &change)].join("."));
    vec![
        ("no signature", format!("{signed}.")),
        ("alg none", format!("{}.{payload}.", written(&header, &json!({"alg": "none"})))),
        ("alg HS256", with_header(json!({"alg": "HS256"}))),
        ("typ JWT", with_header(json!({"typ": "JWT"}))),
        ("crit", with_header(json!({"crit": ["exp"]}))),
        ("an unknown kid", with_header(json!({"kid": "x"}))),
        ("a longer life", with_claim(json!({"exp": 4_000_000_000_u64}))),
        ("more scope", with_claim(json!({"scope": "everything"}))),
        ("nothing", String::new()),
    ]
}

/// Runs a script that prints the client's id for each good token, `scope` for one that lacks a scope, and `refused` for
/// any other; it gets a token and a scope for each line from its arguments.
fn said(command: &mut Command, cases: &[(String, &str)]) -> Vec<String> {
    for (token, scope) in cases {
        command.arg(token).arg(scope);
    }
    let output = command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1").stdin(Stdio::null()).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(ToOwned::to_owned).collect()
}

async fn try_recipe(language: &str, file: &Path, driver: &str, command: &mut Command) {
    let (server, http) = (Server::start(), reqwest::Client::builder().no_proxy().build().unwrap());
    std::fs::write(file, format!("{}\n{driver}", recipe(language, &server.made.base_url))).unwrap();
    let good = token(&server, &http).await;
    let forged = forged(&good);
    let mut cases = vec![(good.clone(), ""), (good.clone(), "access Webhooks"), (good.clone(), "access orders")];
    cases.extend(forged.iter().map(|(_, token)| (token.clone(), "")));
    let said = said(command, &cases);
    let client_id = server.made.client_id.as_str();
    let (first, rest) = said.split_at(3);
    assert_eq!(first, [client_id, client_id, "scope"]);
    for ((why, _), said) in forged.iter().zip(rest) {
        assert_eq!(said, "refused", "{language}: {why}");
    }
    assert_eq!(rest.len(), forged.len());

    // For another audience: the same API under another name.
    let elsewhere = recipe(language, &server.made.base_url)
        .replacen("AUDIENCE = ISSUER", "AUDIENCE = \"other\"", 1)
        .replacen("audience = issuer", "audience = \"other\"", 1);
    std::fs::write(file, format!("{elsewhere}\n{driver}")).unwrap();
    assert_eq!(self::said(command, &[]).first().map(String::as_str), Some("refused"));
}

#[tokio::test]
async fn the_recipe_for_python_accepts_what_is_good_and_nothing_else() {
    let python = std::env::var_os("PASSGATE_TEST_PYTHON")
        .map_or_else(|| in_crate("target/clients/python/bin/python"), PathBuf::from);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("recipe.py");
    let driver = r#"
import sys
for token, scope in zip(sys.argv[1::2], sys.argv[2::2]):
    try:
        print(verified(token, scope)["client_id"])
    except PermissionError:
        print("scope")
    except jwt.PyJWTError:
        print("refused")
"#;
    try_recipe("python", &file, driver, Command::new(python).arg(&file)).await;
}

#[tokio::test]
async fn the_recipe_for_node_accepts_what_is_good_and_nothing_else() {
    let directory = in_crate("target/clients/node");
    assert!(directory.join("node_modules").is_dir(), "the JavaScript libraries are missing; run ./check");
    // A module is looked for beside the script that imports it.
    let file = directory.join("recipe.mjs");
    let driver = r#"
for (let i = 2; i < process.argv.length; i += 2) {
  const said = verified(process.argv[i], process.argv[i + 1]).then((claims) => claims.client_id);
  console.log(await said.catch((error) => (error.code === "ERR_SCOPE" ? "scope" : "refused")));
}
"#;
    try_recipe("js", &file, driver, Command::new("node").arg(&file)).await;
}

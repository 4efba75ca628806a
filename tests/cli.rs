//! The command line, as an operator types it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, reason = "a test may fail by panicking")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use passgate::domain::time::Timestamp;
use serde_json::Value;
use sqlx::ConnectOptions as _;

fn passgate(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_passgate"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PASSGATE_")) {
        command.env_remove(name);
    }
    command.args(arguments).current_dir(directory).env("TMPDIR", directory).stdin(Stdio::null());
    command
}

fn run(directory: &Path, arguments: &[&str]) -> Output {
    passgate(directory, arguments).output().unwrap()
}

fn json(directory: &Path, arguments: &[&str]) -> Value {
    let output = run(directory, &[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The one sentence that a failing command says.
fn complaint(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(!output.status.success());
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

struct Quickstart {
    child: Child,
    made: Value,
}

impl Quickstart {
    fn start(directory: &Path, arguments: &[&str]) -> Self {
        Self::start_logging(directory, arguments, "info", Stdio::null())
    }

    fn start_logging(directory: &Path, arguments: &[&str], level: &str, log: Stdio) -> Self {
        Self::start_at(directory, "127.0.0.1:0", arguments, level, log)
    }

    fn start_at(directory: &Path, listen: &str, arguments: &[&str], level: &str, log: Stdio) -> Self {
        let arguments = [&["quickstart", "--json", "--listen", listen], arguments].concat();
        let mut child = passgate(directory, &arguments)
            .env("PASSGATE_LOG_LEVEL", level)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, made: serde_json::from_str(&line).unwrap() }
    }

    fn text(&self, name: &str) -> &str {
        self.made[name].as_str().unwrap()
    }

    /// As Ctrl-C or a service manager stops it.
    fn stop(mut self) {
        let stopped = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(stopped.success());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Quickstart {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn quickstart_prints_one_json_line_and_a_second_run_finds_what_the_first_made() {
    let directory = tempfile::tempdir().unwrap();
    let first = Quickstart::start(directory.path(), &["--data-dir", "data"]);
    let mut members: Vec<&String> = first.made.as_object().unwrap().keys().collect();
    members.sort_unstable();
    assert_eq!(members, ["admin_token", "base_url", "client_id", "client_secret", "setup_url"]);
    let (id, secret) = (first.text("client_id").to_owned(), first.text("client_secret").to_owned());
    first.stop();
    let second = Quickstart::start(directory.path(), &["--data-dir", "data"]);
    assert_eq!((second.text("client_id"), second.text("client_secret")), (id.as_str(), secret.as_str()));
    let token = passgate(directory.path(), &["token", "get", &id, "--url", second.text("base_url")])
        .env("PASSGATE_SECRET", &secret)
        .output()
        .unwrap();
    assert!(token.status.success(), "{}", String::from_utf8_lossy(&token.stderr));
    let token = String::from_utf8(token.stdout).unwrap().trim().to_owned();
    let standing = json(directory.path(), &["token", "verify", &token, "--url", second.text("base_url")]);
    assert_eq!(standing["entity"], "demo");
    let decoded = json(directory.path(), &["token", "decode", &token]);
    assert_eq!((&decoded["verified"], &decoded["header"]["typ"]), (&false.into(), &"at+jwt".into()));
}

#[cfg(unix)]
#[test]
fn the_data_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let _server = Quickstart::start(directory.path(), &["--data-dir", "data"]);
    let mode =
        |name: &str| std::fs::metadata(directory.path().join("data").join(name)).unwrap().permissions().mode() & 0o777;
    for (name, expected) in [(".", 0o700), ("master.key", 0o600), ("passgate.db", 0o600), ("passgate.db-wal", 0o600)] {
        assert_eq!(mode(name), expected, "{name}");
    }
}

#[test]
fn an_ephemeral_quickstart_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let server = Quickstart::start(directory.path(), &["--ephemeral"]);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    server.stop();
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn what_prevents_a_start_is_said_in_one_clear_sentence() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert!(
        complaint(&run(path, &["quickstart", "--listen", &address])).contains("another program is using this port")
    );
    std::fs::write(path.join("file"), "").unwrap();
    let unwritable = run(path, &["serve", "--listen", "127.0.0.1:0", "--data-dir", "file/data"]);
    assert!(complaint(&unwritable).contains("cannot write to the data directory file/data"));
    Quickstart::start(path, &["--data-dir", "data"]).stop();
    let key = path.join("data/master.key");
    let kept = std::fs::read_to_string(&key).unwrap();
    std::fs::write(&key, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n").unwrap();
    let wrong = run(path, &["serve", "--listen", "127.0.0.1:0", "--data-dir", "data"]);
    assert!(complaint(&wrong).contains("is not the one that this database was made with"));
    std::fs::write(&key, "nonsense").unwrap();
    assert!(complaint(&run(path, &["key", "list", "--data-dir", "data"])).contains("is not 32 bytes in base64"));
    std::fs::remove_file(&key).unwrap();
    assert!(complaint(&run(path, &["serve", "--listen", "127.0.0.1:0", "--data-dir", "data"])).contains("is missing"));
    std::fs::write(&key, kept).unwrap();
    std::fs::write(path.join("passgate.toml"), "lisen = 1").unwrap();
    assert!(complaint(&run(path, &["serve", "--data-dir", "data"])).contains("did you mean listen?"));
    std::fs::remove_file(path.join("passgate.toml")).unwrap();
    assert!(
        complaint(&run(path, &["entity", "list", "--data-dir", "nowhere"]))
            .contains("there is no installation in nowhere")
    );
    assert!(!path.join("nowhere").exists());
}

#[test]
fn an_operator_manages_everything_beside_a_running_server() {
    let directory = tempfile::tempdir().unwrap();
    let server = Quickstart::start(directory.path(), &["--data-dir", "passgate-data"]);
    let at = |arguments: &[&str]| json(directory.path(), arguments);
    let entity = at(&[
        "entity",
        "create",
        "northwind",
        "--name",
        "Northwind Logistics",
        "--scope",
        "orders:read",
        "--token-timeout",
        "5",
    ]);
    assert_eq!(
        (&entity["scopes"][0], &entity["settings"]["token_timeout_minutes"]),
        (&"orders:read".into(), &5.into())
    );
    let resources =
        |change: &[&str]| at(&[&["entity", "update", "northwind"], change].concat())["settings"]["resources"].clone();
    let orders = ["--resource", "https://api.example.com/orders"];
    assert_eq!(resources(&orders), serde_json::json!(["https://api.example.com/orders"]));
    assert_eq!(resources(&["--token-timeout", "5"]), serde_json::json!(["https://api.example.com/orders"]));
    assert_eq!(resources(&["--resource", "none"]), serde_json::json!([]));
    assert_eq!(at(&["entity", "list"]).as_array().unwrap().len(), 2);
    assert_eq!(at(&["entity", "update", "northwind", "--name", "Northwind"])["name"], "Northwind");
    at(&["entity", "update", "northwind", "--account-lock", "5", "--unlock-after", "7"]);
    let lock = |change: &[&str]| {
        at(&[&["entity", "update", "northwind"], change].concat())["settings"]["account_lock"].clone()
    };
    let locked = |attempts, minutes| serde_json::json!({"maximum_attempts": attempts, "unlock_after_minutes": minutes});
    assert_eq!(lock(&["--account-lock", "4"]), locked(4, 7), "what is left out stays as it is");
    assert_eq!(lock(&["--unlock-after", "9"]), locked(4, 9));
    assert_eq!(lock(&["--account-lock", "0"]), Value::Null);
    let made = at(&["credential", "generate", "northwind", "--name", "ERP"]);
    let (id, secret) = (made["client_id"].as_str().unwrap(), made["client_secret"].as_str().unwrap());
    let parameters = at(&["parameter", "set", "northwind", r#"{"name":"depot","type":"string","claim":"depot"}"#]);
    assert_eq!(parameters.as_array().unwrap().len(), 3);
    assert_eq!(at(&["parameter", "list", "northwind", "--schema"])["properties"]["depot"]["type"], "string");
    let get = |secret: &str| {
        let arguments = ["token", "get", id, "--url", server.text("base_url"), "--parameter", "depot=RTM", "--json"];
        passgate(directory.path(), &arguments).env("PASSGATE_SECRET", secret).output().unwrap()
    };
    let answer: Value = serde_json::from_slice(&get(secret).stdout).unwrap();
    assert_eq!((&answer["expires_in"], &answer["scope"]), (&300.into(), &"orders:read".into()));
    let again = at(&["credential", "regenerate", id, "--grace", "24h"]);
    assert_eq!(again["secrets"].as_array().unwrap().len(), 2);
    assert!(get(again["client_secret"].as_str().unwrap()).status.success());
    assert_eq!(at(&["credential", "list", "northwind"])[0]["name"], "ERP");
    let (begin, end) = (in_days(2), in_days(60));
    let planned = at(&["credential", "generate", "northwind", "--name", "Planned", "--secret-expires", &end]);
    assert_eq!(planned["secrets"][0]["expires_at"], end);
    let planned = planned["client_id"].as_str().unwrap();
    let told = run(
        directory.path(),
        &["credential", "regenerate", planned, "--grace", "1h", "--not-before", &begin, "--expires", &end],
    );
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(
        told.contains(&format!("Accepted from  {begin}")) && told.contains(&format!("Ends           {end}")),
        "{told}"
    );
    assert!(told.contains("Old secret     pgs_") && told.contains("(until "), "{told}");
    let listed = String::from_utf8(run(directory.path(), &["credential", "list", "northwind"]).stdout).unwrap();
    assert!(listed.contains(&format!("(from {begin}), pgs_")) && listed.contains("(until "), "{listed}");
    let at_once = run(directory.path(), &["credential", "regenerate", planned, "--grace", "0s"]);
    assert!(String::from_utf8(at_once.stdout).unwrap().contains("Old secret     refused from now on"));
    let lifetime = |days| at(&["entity", "update", "northwind", "--secret-lifetime", days])["settings"].clone();
    assert_eq!(lifetime("90")["secret_lifetime_days"], 90);
    assert_eq!(lifetime("0")["secret_lifetime_days"], Value::Null);
    assert_eq!(at(&["credential", "unlock", id])[0]["status"], "active");
    assert_eq!(at(&["credential", "revoke", id])[0]["status"], "revoked");
    let refused = until_it_is_so(|| complaint_if_failed(&get(secret)));
    assert!(refused.contains("401") && refused.contains("revoked"), "{refused}");
    assert_eq!(at(&["credential", "generate", "--api", "--name", "Orders API"])["kind"], "api");
    assert_eq!(at(&["credential", "list", "--api"]).as_array().unwrap().len(), 1);
    assert_eq!(at(&["parameter", "remove", "northwind", "depot"]).as_array().unwrap().len(), 2);
    assert_eq!(at(&["entity", "disable", "northwind"])["status"], "disabled");
    assert_eq!(at(&["entity", "enable", "northwind"])["status"], "active");
    assert_eq!(at(&["entity", "show", "northwind"])["identifier"], "northwind");
    let states = |keys: &Value| {
        keys.as_array().unwrap().iter().map(|key| key["state"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(states(&at(&["key", "list"])), ["signing", "next"]);
    assert_eq!(states(&at(&["key", "rotate"])), ["retiring", "signing", "next"]);
    assert!(complaint(&run(directory.path(), &["key", "rotate"])).contains("force"));
    let keys = at(&["key", "list"]);
    assert_eq!(
        states(&at(&["key", "void", keys[1]["kid"].as_str().unwrap()])),
        ["retiring", "gone", "signing", "next"]
    );
    let operator = at(&["operator", "token", "--name", "ci", "--expires-in", "1h"]);
    assert!(operator["operator_token"].as_str().unwrap().starts_with("pgo_"));
    assert_eq!(at(&["operator", "list"]).as_array().unwrap().len(), 2);
    assert_eq!(at(&["operator", "revoke", operator["id"].as_str().unwrap()]).as_array().unwrap().len(), 1);
    assert!(at(&["operator", "setup-link"])["setup_url"].as_str().unwrap().contains("/setup/pgl_"));
    let findings = at(&["doctor"]);
    assert!(findings.as_array().unwrap().iter().all(|finding| finding["status"] != "error"), "{findings}");
    assert!(complaint(&run(directory.path(), &["entity", "show", "nobody"])).contains("there is no such entity"));
    let ledger = |arguments: &[&str]| run(directory.path(), &[&["token", "list"], arguments].concat());
    let empty = ledger(&["--from", "2026-11-30"]);
    assert!(empty.status.success() && String::from_utf8_lossy(&empty.stderr).contains("the setting ledger is counted"));
    assert!(complaint(&ledger(&["--from", "yesterday"])).contains("--from yesterday is not"));
    assert!(complaint(&ledger(&["--from", "2026-11-30", "--to", "2026-11-29"])).contains("--to is not after --from"));
}

/// So many days from now, as the wire writes it.
fn in_days(days: u32) -> String {
    let now = passgate::app::clock::Clock::system().now();
    now.plus(Duration::from_secs(86_400).saturating_mul(days)).to_string()
}

fn complaint_if_failed(output: &Output) -> Option<String> {
    (!output.status.success()).then(|| String::from_utf8(output.stderr.clone()).unwrap())
}

/// Tries until it is so: the server follows what the command line has changed.
fn until_it_is_so(attempt: impl Fn() -> Option<String>) -> String {
    (0..100).find_map(|_| attempt()).expect("the server does not follow")
}

#[test]
fn what_was_acknowledged_survives_being_killed() {
    let directory = tempfile::tempdir().unwrap();
    let http = reqwest::blocking::Client::new();
    let mut acknowledged: Vec<(String, String)> = Vec::new();
    for version in 0..8 {
        let mut server = Quickstart::start(directory.path(), &["--data-dir", "data"]);
        for (id, secret) in &acknowledged {
            let body = serde_json::json!({"client_id": id, "client_secret": secret}).to_string();
            let answer =
                http.post(format!("{}/api/v1/access-token", server.text("base_url"))).body(body).send().unwrap();
            assert_eq!(answer.status(), 200);
        }
        let admin = |method: reqwest::Method, path: &str, body: Value| -> Value {
            let request = http.request(method, format!("{}/admin/v1{path}", server.text("base_url")));
            let answer = request.bearer_auth(server.text("admin_token")).body(body.to_string()).send().unwrap();
            assert!(answer.status().is_success());
            serde_json::from_str(&answer.text().unwrap()).unwrap()
        };
        let entity =
            admin(reqwest::Method::PATCH, "/entities/demo", serde_json::json!({"name": format!("v{version}")}));
        assert_eq!(entity["version"], version + 2, "every change before is there");
        let made = admin(reqwest::Method::POST, "/entities/demo/credentials", serde_json::json!({"name": "Kept"}));
        acknowledged.push((made["client_id"].as_str().unwrap().into(), made["client_secret"].as_str().unwrap().into()));
        server.child.kill().unwrap();
        server.child.wait().unwrap();
    }
}

#[test]
fn what_was_made_void_stays_void_when_the_server_is_killed_right_after_the_answer() {
    let directory = tempfile::tempdir().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let start = || Quickstart::start_at(directory.path(), &free, &["--data-dir", "data"], "error", Stdio::null());
    let http = reqwest::blocking::Client::new();
    let post = |server: &Quickstart, path: &str, body: Value| {
        let request = http.post(format!("{}{path}", server.text("base_url"))).bearer_auth(server.text("admin_token"));
        let answer = request.body(body.to_string()).send().unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        serde_json::from_str::<Value>(&answer.text().unwrap()).unwrap()
    };
    let status = |server: &Quickstart, token: &str| {
        http.get(format!("{}/api/v1/whoami", server.text("base_url"))).bearer_auth(token).send().unwrap().status()
    };
    let mut server = start();
    let client_id = server.text("client_id").to_owned();
    for path in [
        "/admin/v1/tokens/revoke".to_owned(),
        format!("/admin/v1/credentials/{client_id}/void-tokens"),
        "/admin/v1/entities/demo/void-tokens".to_owned(),
        "/admin/v1/tokens/void".to_owned(),
        "key".to_owned(),
    ] {
        let body = serde_json::json!({"client_id": client_id, "client_secret": server.text("client_secret")});
        let token = post(&server, "/api/v1/access-token", body)["access_token"].as_str().unwrap().to_owned();
        assert_eq!(status(&server, &token), 200);
        match path.as_str() {
            "/admin/v1/tokens/revoke" => post(&server, &path, serde_json::json!({"token": token})),
            "key" => {
                let decoded = json(directory.path(), &["token", "decode", &token]);
                post(
                    &server,
                    &format!("/admin/v1/keys/{}/void", decoded["header"]["kid"].as_str().unwrap()),
                    Value::Null,
                )
            }
            _ => post(&server, &path, Value::Null),
        };
        server.child.kill().unwrap();
        server.child.wait().unwrap();
        server = start();
        assert_eq!(status(&server, &token), 401, "{path}");
    }
}

#[test]
fn tokens_are_made_void_by_command_and_the_server_follows() {
    let directory = tempfile::tempdir().unwrap();
    let server = Quickstart::start(directory.path(), &["--data-dir", "passgate-data"]);
    let (id, url) = (server.text("client_id"), server.text("base_url"));
    let token = || {
        let get = ["token", "get", id, "--url", url];
        let output = passgate(directory.path(), &get).env("PASSGATE_SECRET", server.text("client_secret")).output();
        String::from_utf8(output.unwrap().stdout).unwrap().trim().to_owned()
    };
    let refused = |token: &str| {
        let verify = || complaint_if_failed(&run(directory.path(), &["token", "verify", token, "--url", url]));
        assert!(until_it_is_so(verify).contains("401"));
    };
    let at = |arguments: &[&str]| json(directory.path(), arguments);
    let one = token();
    let claims = at(&["token", "decode", &one])["claims"].clone();
    let mut piped = passgate(directory.path(), &["token", "revoke", "-", "--json"]);
    let mut piped = piped.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    piped.stdin.take().unwrap().write_all(one.as_bytes()).unwrap();
    let revoked: Value = serde_json::from_slice(&piped.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!((&revoked["jti"], &revoked["had_ended"]), (&claims["jti"], &false.into()));
    refused(&one);
    let other = token();
    let jti = at(&["token", "decode", &other])["claims"]["jti"].as_str().unwrap().to_owned();
    assert_eq!(at(&["token", "revoke", "--jti", &jti])["jti"], jti.as_str());
    refused(&other);
    for whose in [&["--credential", id][..], &["--entity", "demo"], &["--all"]] {
        let token = token();
        let before = at(&[&["token", "void"], whose].concat())["tokens_void_before"].clone();
        assert!(before.as_str().unwrap().ends_with('Z'), "{before}");
        refused(&token);
    }
    // Up to a moment that has passed: an older token is void, a younger one is not.
    let issued = |token: &str| at(&["token", "decode", token])["claims"]["iat"].as_i64().unwrap();
    let early = token();
    let late = until_it_is_so(|| Some(token()).filter(|token| issued(token) > issued(&early)));
    let before = Timestamp::from_millis(issued(&late).saturating_mul(1000).saturating_sub(1)).to_string();
    let voided = at(&["token", "void", "--all", "--before", &before]);
    assert_eq!(voided["tokens_void_before"], before.as_str());
    refused(&early);
    assert!(run(directory.path(), &["token", "verify", &late, "--url", url]).status.success());
    let future = run(directory.path(), &["token", "void", "--all", "--before", "2999-01-01T00:00:00Z"]);
    assert!(complaint(&future).contains("must not be in the future"));
    assert!(complaint(&run(directory.path(), &["token", "revoke", "nonsense"])).contains("is not a token"));
    let last = token();
    let secret = at(&["credential", "list", "demo"])[0]["secrets"][0]["id"].as_str().unwrap().to_owned();
    let stopped = at(&["credential", "stop-secret", id, &secret]);
    assert_eq!(stopped[0]["secrets"].as_array().unwrap().len(), 0);
    refused(&last);
}

#[test]
fn the_master_key_is_replaced_and_everything_sealed_anew_beside_a_running_server() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let server = Quickstart::start(path, &["--data-dir", "passgate-data"]);
    let at = |arguments: &[&str]| json(path, arguments);
    assert_eq!(at(&["master-key", "rotate", "--new-key-file", "new.key"])["done"], "rotated");
    let warned = at(&["doctor"]).to_string();
    assert!(warned.contains("master-key retire"), "{warned}");
    assert!(complaint(&run(path, &["master-key", "retire"])).contains("still name the old master key"));
    std::fs::rename(path.join("passgate-data/master.key"), path.join("old.key")).unwrap();
    std::fs::rename(path.join("new.key"), path.join("passgate-data/master.key")).unwrap();
    assert_eq!(at(&["master-key", "retire"])["done"], "retired");
    assert_eq!(at(&["master-key", "reseal"])["resealed"], 3, "a secret and two keys");
    let get = |base: &str| {
        let arguments = ["token", "get", server.text("client_id"), "--url", base];
        passgate(path, &arguments).env("PASSGATE_SECRET", server.text("client_secret")).output().unwrap()
    };
    assert!(get(server.text("base_url")).status.success());
    std::fs::write(path.join("passgate.toml"), "master_key_file = \"old.key\"").unwrap();
    assert!(complaint(&run(path, &["key", "list"])).contains("is not the one that this database was made with"));
    std::fs::remove_file(path.join("passgate.toml")).unwrap();
    assert_eq!(at(&["key", "list"]).as_array().unwrap().len(), 2);
}

#[test]
fn no_log_line_at_any_level_has_a_secret_a_token_or_a_statement() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("log");
    let server = Quickstart::start_logging(
        directory.path(),
        &["--data-dir", "data"],
        "trace",
        std::fs::File::create(&log).unwrap().into(),
    );
    let http = reqwest::blocking::Client::new();
    let url = |path: &str| format!("{}{path}", server.text("base_url"));
    let (id, secret) = (server.text("client_id"), server.text("client_secret"));
    let body = serde_json::json!({"client_id": id, "client_secret": secret}).to_string();
    let answer: Value = serde_json::from_str(
        &http.post(url("/api/v1/access-token")).body(body.clone()).send().unwrap().text().unwrap(),
    )
    .unwrap();
    let token = answer["access_token"].as_str().unwrap().to_owned();
    for request in [
        http.get(url("/api/v1/whoami")).bearer_auth(&token),
        http.post(url("/oauth/token")).basic_auth(id, Some("wrong")).form(&[("grant_type", "client_credentials")]),
        http.post(url("/oauth/token"))
            .basic_auth(id, Some(secret))
            .form(&[("grant_type", "nonsense"), ("client_secret", secret)]),
        http.post(url("/oauth/introspect")).basic_auth(id, Some(secret)).form(&[("token", &token)]),
        http.post(url("/oauth/revoke")).basic_auth(id, Some(secret)).form(&[("token", &token)]),
        http.post(url("/admin/v1/tokens/revoke"))
            .bearer_auth(server.text("admin_token"))
            .body(serde_json::json!({"token": token}).to_string()),
        http.post(url("/admin/v1/tokens/revoke"))
            .bearer_auth(server.text("admin_token"))
            .body(serde_json::json!({"token": token.replace("eyJ", "eyK")}).to_string()),
        http.post(url("/api/v1/access-token")).body(body.replace("client_secret", secret)),
        http.post(url("/api/v1/access-token")).body(body.replace('}', "")),
        http.post(url(&format!("/api/v1/access-token?client_secret={secret}"))).body("{}"),
        http.get(url("/admin/v1/entities")).bearer_auth(server.text("admin_token")),
        http.get(url(&format!("/admin/v1/{}", server.text("admin_token")))).bearer_auth("wrong"),
        http.get(server.text("setup_url")),
    ] {
        let text = request.send().unwrap().text().unwrap();
        assert!(!text.contains(secret), "{text}");
    }
    let link = server.text("setup_url").rsplit('/').next().unwrap().to_owned();
    let id = id.to_owned();
    let unsaid = [
        secret.to_owned(),
        token,
        server.text("admin_token").to_owned(),
        link,
        "SELECT".to_owned(),
        "INSERT INTO".to_owned(),
    ];
    server.stop();
    let lines = std::fs::read_to_string(log).unwrap();
    assert!(lines.contains("refused") && lines.contains("answered"), "{lines}");
    assert!(
        lines.lines().any(|line| line.contains("refused") && line.contains(id.as_str()) && line.contains("127.0.0.1"))
    );
    for line in lines.lines() {
        assert!(unsaid.iter().all(|unsaid| !line.contains(unsaid.as_str())), "{line}");
    }
}

#[test]
fn settings_are_checked_and_shown_with_secrets_redacted() {
    let directory = tempfile::tempdir().unwrap();
    let mut file = std::fs::File::create(directory.path().join("passgate.toml")).unwrap();
    writeln!(file, "database_url = \"postgres://user:hunter2@localhost/passgate\"\nlog_level = \"warn\"").unwrap();
    let check = run(directory.path(), &["config", "check"]);
    assert!(check.status.success());
    for arguments in [&["config", "show"][..], &["config", "show", "--json"]] {
        let shown = run(directory.path(), arguments);
        let text = String::from_utf8(shown.stdout).unwrap();
        assert!(shown.status.success() && text.contains("(set, not shown)") && text.contains("warn"), "{text}");
        assert!(!text.contains("hunter2"));
    }
}

#[test]
fn the_help_is_a_promise() {
    let directory = tempfile::tempdir().unwrap();
    let mut all = Vec::new();
    for command in [
        "",
        "quickstart",
        "serve",
        "entity",
        "entity create",
        "credential",
        "credential generate",
        "credential regenerate",
        "parameter",
        "token",
        "token get",
        "token revoke",
        "token void",
        "key",
        "key rotate",
        "key void",
        "master-key",
        "master-key rotate",
        "operator",
        "operator token",
        "config",
    ] {
        let arguments: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let help = String::from_utf8(run(directory.path(), &arguments).stdout).unwrap();
        all.push(format!("$ passgate {}\n{help}", arguments.join(" ")));
    }
    insta::with_settings!({prepend_module_to_snapshot => false}, { insta::assert_snapshot!("help", all.join("\n")) });
}

#[test]
fn the_audit_log_is_verified_listed_and_anchored() {
    let directory = tempfile::tempdir().unwrap();
    Quickstart::start(directory.path(), &["--data-dir", "data"]).stop();
    let command = |arguments: &[&str]| run(directory.path(), &[&["--data-dir", "data"], arguments].concat());
    let text = |output: &Output| String::from_utf8(output.stdout.clone()).unwrap();
    let head = text(&command(&["audit", "head"])).trim().to_owned();
    let verified = command(&["audit", "verify"]);
    assert!(verified.status.success() && verified.stderr.is_empty(), "quiet in a pipe");
    assert!(text(&verified).starts_with("The event log is intact from the first event on"), "{}", text(&verified));
    assert!(text(&verified).contains(&format!("Anchor: {head}")));
    assert!(command(&["entity", "update", "demo", "--name", "Renamed"]).status.success());
    let after = json(directory.path(), &["--data-dir", "data", "audit", "verify", "--from-anchor", &head]);
    assert_eq!(
        (&after["intact"], after["from"].to_string()),
        (&true.into(), head.split(':').next().unwrap().to_owned())
    );
    let listed = json(
        directory.path(),
        &["--data-dir", "data", "audit", "list", "--entity", "demo", "--actor", "cli", "--limit", "1"],
    );
    assert_eq!(listed[0]["action"], "entity.updated");
    assert!(text(&command(&["audit", "list"])).starts_with("SEQ"));
    let lines = text(&command(&["audit", "export", "--action", "entity.updated"]));
    assert_eq!(lines.lines().count(), 1);
    assert_eq!(serde_json::from_str::<Value>(&lines).unwrap()["hash"], listed[0]["hash"]);
    assert!(text(&command(&["audit", "export", "--format", "csv"])).starts_with("\"time\",\"actor\""));
    assert!(
        complaint(&command(&["audit", "verify", "--from-anchor", &format!("1:{}", "0".repeat(64))]))
            .contains("event 1: ")
    );
    assert!(!command(&["audit", "verify", "--from-anchor", "1"]).status.success());

    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let file = directory.path().join("data/passgate.db");
        let mut database = sqlx::sqlite::SqliteConnectOptions::new().filename(file).connect().await.unwrap();
        sqlx::raw_sql("UPDATE events SET subject = 'x' WHERE seq = 2").execute(&mut database).await.unwrap();
    });
    let broken = command(&["audit", "verify", "--json"]);
    assert_eq!(broken.status.code(), Some(1));
    let found: Value = serde_json::from_slice(&broken.stdout).unwrap();
    assert_eq!((&found["intact"], &found["first_bad"], &found["fault"]), (&false.into(), &2.into(), &"changed".into()));
    assert!(complaint(&command(&["audit", "verify"])).contains("event 2: it is not what was written"));
}

#[test]
fn a_quota_is_set_changed_limit_by_limit_and_removed() {
    let directory = tempfile::tempdir().unwrap();
    Quickstart::start(directory.path(), &["--data-dir", "data"]).stop();
    let update = |flags: &[&str]| {
        let arguments = [&["--data-dir", "data", "entity", "update", "demo"], flags].concat();
        json(directory.path(), &arguments)["settings"]["quota"].clone()
    };
    let quota = |hour: Option<u32>, day: Option<u32>, dry: bool| serde_json::json!({"tokens_per_hour": hour, "tokens_per_day": day, "dry_run": dry});
    assert_eq!(update(&["--name", "Demo"]), Value::Null);
    assert_eq!(update(&["--tokens-per-hour", "5", "--quota-dry-run", "true"]), quota(Some(5), None, true));
    assert_eq!(update(&["--tokens-per-day", "50"]), quota(Some(5), Some(50), true));
    let shown = run(directory.path(), &["--data-dir", "data", "entity", "show", "demo"]);
    assert!(String::from_utf8(shown.stdout).unwrap().contains("5 tokens per hour, 50 tokens per day (dry run)"));
    assert_eq!(update(&["--quota-dry-run", "false", "--tokens-per-hour", "0"]), quota(None, Some(50), false));
    assert_eq!(update(&["--tokens-per-day", "0"]), Value::Null);
    let odd = run(directory.path(), &["--data-dir", "data", "entity", "update", "demo", "--quota-dry-run", "true"]);
    assert!(complaint(&odd).contains("tokens_per_hour or tokens_per_day"));
}

#[test]
fn a_credential_is_told_to_prove_itself_by_a_key_and_back() {
    let directory = tempfile::tempdir().unwrap();
    let server = Quickstart::start(directory.path(), &["--data-dir", "data"]);
    let id = server.text("client_id").to_owned();
    let change = |arguments: &[&str]| {
        run(
            directory.path(),
            &[&["--data-dir", "data", "--json", "credential", "authentication", &id], arguments].concat(),
        )
    };
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";
    std::fs::write(directory.path().join("public.pem"), pem).unwrap();
    let changed = change(&["private_key_jwt", "--jwks", "public.pem"]);
    assert!(changed.status.success(), "{}", String::from_utf8_lossy(&changed.stderr));
    let changed: Value = serde_json::from_slice(&changed.stdout).unwrap();
    assert_eq!(changed[0]["authentication"]["method"], "private_key_jwt");
    assert_eq!(changed[0]["authentication"]["jwks"]["keys"][0]["kty"], "OKP");
    std::fs::write(directory.path().join("private.pem"), "-----BEGIN PRIVATE KEY-----\nhunter2\n").unwrap();
    let refused = complaint(&change(&["private_key_jwt", "--jwks", "private.pem"]));
    assert!(refused.contains("private key") && !refused.contains("hunter2"), "{refused}");
    assert!(complaint(&change(&["tls_client_auth", "--subject", "dns=erp.example"])).contains("client_ca_file"));
    assert!(change(&["client_secret"]).status.success());
    let forbidden =
        json(directory.path(), &["--data-dir", "data", "entity", "update", "demo", "--forbid-plain-secrets", "true"]);
    assert_eq!(forbidden["settings"]["forbid_plain_secrets"], true);
}

#[test]
fn health_needs_no_shell_and_no_certificates_of_the_system() {
    let directory = tempfile::tempdir().unwrap();
    let server = Quickstart::start(directory.path(), &["--data-dir", "passgate-data"]);
    let address = server.text("base_url").strip_prefix("http://").unwrap().to_owned();
    std::fs::write(directory.path().join("no-certificates"), "").unwrap();
    let ask = |arguments: &[&str]| {
        let mut command = passgate(directory.path(), arguments);
        command.env("PASSGATE_LISTEN", &address).env("SSL_CERT_FILE", "no-certificates").env("SSL_CERT_DIR", "none");
        command.output().unwrap()
    };
    let said = |output: Output| String::from_utf8(output.stdout).unwrap();
    assert_eq!(said(ask(&["health"])).trim(), r#"{"status":"ok"}"#);
    assert!(said(ask(&["health", "--ready"])).starts_with(r#"{"status":"ready""#));
    let doctor = said(ask(&["doctor"]));
    assert!(doctor.contains(&format!("ok       server       http://{address} is ready")), "{doctor}");
    server.stop();
    assert!(complaint(&ask(&["health"])).contains("nothing answers at"));
}

#[cfg(unix)]
#[test]
fn a_service_manager_is_told_and_a_second_signal_ends_the_server_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let manager = std::os::unix::net::UnixDatagram::bind(directory.path().join("notify")).unwrap();
    manager.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let told = || {
        let mut text = [0; 100];
        let length = manager.recv(&mut text).unwrap();
        String::from_utf8(text[..length].to_vec()).unwrap()
    };
    let mut child = passgate(directory.path(), &["serve", "--listen", "127.0.0.1:0"])
        .env("NOTIFY_SOCKET", directory.path().join("notify"))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    assert_eq!(told(), "READY=1\n");
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    let address = loop {
        line.clear();
        assert_ne!(log.read_line(&mut line).unwrap(), 0);
        if let Some((_, rest)) = line.split_once("address=") {
            break rest.split(' ').next().unwrap().to_owned();
        }
    };

    // A request whose body does not come keeps it from ending.
    let mut slow = std::net::TcpStream::connect(address).unwrap();
    slow.write_all(
        b"POST /api/v1/access-token HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n",
    )
    .unwrap();
    let mut answer = [0; 12];
    std::io::Read::read_exact(&mut slow, &mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100");
    let id = child.id().to_string();
    let signal = || assert!(Command::new("kill").arg(&id).status().unwrap().success());
    signal();
    assert_eq!(told(), "STOPPING=1\n");
    assert_eq!(child.try_wait().unwrap(), None);
    signal();
    assert!(!child.wait().unwrap().success());
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut log, &mut rest).unwrap();
    assert!(rest.ends_with(
        "passgate: ended at once by a second signal: requests in flight were cut off, the last uses not written\n"
    ));
}

#[cfg(unix)]
#[test]
fn a_start_that_waits_for_another_one_ends_at_the_first_signal() {
    for signal in ["TERM", "INT"] {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        std::fs::create_dir(&data).unwrap();
        let other = std::fs::File::create(data.join("passgate.lock")).unwrap();
        other.lock().unwrap();
        let mut child = passgate(directory.path(), &["serve", "--listen", "127.0.0.1:0", "--data-dir", "data"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let waits = log.next().unwrap();
        assert!(waits.ends_with("waiting for another process, which has the database to itself"), "{waits}");
        assert!(Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap().success());
        let (ended, end) = std::sync::mpsc::channel();
        let id = child.id();
        let waiting = std::thread::spawn(move || ended.send(child.wait().unwrap()));
        let status = end.recv_timeout(Duration::from_secs(60));
        if status.is_err() {
            let _ = Command::new("kill").args(["-s", "KILL", &id.to_string()]).status();
        }
        waiting.join().unwrap().unwrap();
        assert!(status.expect("it ends while the other one still has the lock").success());
        let said: Vec<String> = log.collect();
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].ends_with("stopped before it served"), "{said:?}");
        assert!(!data.join("passgate.db").exists());
    }
}

#[cfg(unix)]
#[test]
fn a_master_key_that_others_can_read_is_refused() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let directory = tempfile::tempdir().unwrap();
    Quickstart::start(directory.path(), &["--data-dir", "passgate-data"]).stop();
    let key = directory.path().join("passgate-data/master.key");
    let opens = |mode: u32| {
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
        run(directory.path(), &["entity", "list"]).status.success()
    };
    let is_roots = std::fs::metadata(&key).unwrap().uid() == 0;
    assert!(opens(0o600) && !opens(0o604) && !opens(0o660));
    assert_eq!(opens(0o440), is_roots, "a file of root's may be lent to a group");
}

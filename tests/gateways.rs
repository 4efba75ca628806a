//! The gateways of the how-tos, with the very configurations that they show, between a client and an API that repeats
//! what it got. `tests/install-gateways` installs them; without them these tests fail.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

mod running;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::{Method, RequestBuilder, StatusCode};
use running::Server;
use serde_json::{Value, json};

const ORDERS: &str = "https://api.example.com/orders";

/// A gateway that ends with its test.
struct Gateway {
    running: Child,
    url: String,
    http: reqwest::Client,
    _directory: tempfile::TempDir,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.running.kill();
        let _ = self.running.wait();
    }
}

/// The first code block of this language in a how-to.
fn shown(document: &str, language: &str) -> String {
    let text =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/how-to").join(document)).unwrap();
    let (_, from) = text.split_once(&format!("```{language}\n")).unwrap();
    from.split_once("```").unwrap().0.to_owned()
}

/// The configuration, with the addresses of this test in the place of those of the document.
fn addressed(configuration: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(configuration.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from} is not in the configuration");
        text.replace(from, to)
    })
}

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

impl Gateway {
    fn nginx(passgate: &str, api: &str) -> Self {
        let address = free_address();
        let changes =
            [("127.0.0.1:8080", passgate), ("127.0.0.1:9000", api), ("listen 8000;", &format!("listen {address};"))];
        let servers = addressed(&shown("guard-an-api-with-nginx.md", "nginx"), &changes);
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path().display();
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {at}/{kind};"))
            .join("\n");
        let whole = format!(
            "daemon off; master_process off; pid {at}/pid; error_log {at}/log;\nevents {{}}\nhttp {{ access_log off;\n{temporary}\n{servers}}}\n"
        );
        std::fs::write(directory.path().join("nginx.conf"), whole).unwrap();
        let program = if Path::new("/usr/sbin/nginx").exists() { "/usr/sbin/nginx" } else { "nginx" };
        let mut command = Command::new(program);
        command.arg("-p").arg(directory.path()).arg("-c").arg("nginx.conf").arg("-e").arg("log");
        Self::start(command, &address, directory)
    }

    fn caddy(passgate: &str, api: &str) -> Self {
        let address = free_address();
        let changes =
            [("127.0.0.1:8080", passgate), ("127.0.0.1:9000", api), (":8000 {", &format!("http://{address} {{"))];
        let site = addressed(&shown("guard-an-api-with-caddy.md", "caddyfile"), &changes);
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("Caddyfile"), format!("{{\n\tadmin off\n}}\n{site}")).unwrap();
        let mut command = Command::new("caddy");
        command.args(["run", "--adapter", "caddyfile", "--config", "Caddyfile"]);
        command.env("HOME", directory.path()).env_remove("XDG_DATA_HOME").env_remove("XDG_CONFIG_HOME");
        Self::start(command, &address, directory)
    }

    fn start(mut command: Command, address: &str, directory: tempfile::TempDir) -> Self {
        command.current_dir(directory.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let running = command.spawn().expect("the gateway is installed: see tests/install-gateways");
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
        let mut gateway = Self { running, url: format!("http://{address}"), http, _directory: directory };
        let mut tries = 0..1500;
        while TcpStream::connect(address).is_err() {
            assert_eq!(gateway.running.try_wait().unwrap(), None, "the gateway refuses its configuration");
            assert!(tries.next().is_some(), "the gateway does not listen");
            pause();
        }
        gateway
    }

    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// Status, challenges, and what the API saw: empty if the request did not get there.
    async fn get(&self, headers: &[(&str, &str)]) -> (u16, Vec<String>, String) {
        let request = headers
            .iter()
            .fold(self.ask(Method::GET, "/orders/7?scope=x"), |it, (name, value)| it.header(*name, *value));
        let answer = request.send().await.unwrap();
        let challenges = answer.headers().get_all("www-authenticate").iter();
        let challenges = challenges.map(|value| value.to_str().unwrap().to_owned()).collect();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, challenges, text.strip_prefix("seen:").unwrap_or_default().to_lowercase())
    }
}

#[expect(clippy::disallowed_methods, reason = "another process says only by listening that it does")]
fn pause() {
    std::thread::sleep(Duration::from_millis(20));
}

/// An API that answers with the head of each request, as it came.
fn repeating_api() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                let (mut head, mut byte) = (Vec::new(), [0]);
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
                    head.extend(byte);
                }
                // Closing before the body is read would break the answer off.
                let text = String::from_utf8_lossy(&head).to_lowercase();
                let announced = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
                let _ = std::io::copy(&mut (&stream).take(announced.unwrap_or(0)), &mut std::io::sink());
                let length = head.len().saturating_add("seen:".len());
                let begin = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\nseen:");
                let _ = stream.write_all(&[begin.as_bytes(), &head].concat());
            });
        }
    });
    address
}

/// The demo installation, whose entity may call the orders API and has a claim.
struct Platform {
    server: Server,
    http: reqwest::Client,
}

impl Platform {
    async fn start() -> Self {
        let server = Server::start();
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
        let platform = Self { server, http };
        let change = json!({"scopes": ["orders:read", "orders:write"], "settings": {"resources": [ORDERS]}});
        platform.admin(Method::PATCH, "/entities/demo", &change).await;
        let depot = json!({"name": "depot", "type": "string", "claim": "depot"});
        platform.admin(Method::PUT, "/entities/demo/parameters/depot", &depot).await;
        platform
    }

    async fn admin(&self, method: Method, path: &str, body: &Value) {
        let request = self.http.request(method, self.server.url(&format!("/admin/v1{path}")));
        let answer = request.bearer_auth(&self.server.made.admin_token).json(body).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{}", answer.text().await.unwrap());
    }

    async fn oauth(&self, endpoint: &str, form: &[(&str, &str)]) -> String {
        let request = self.http.post(self.server.url(&format!("/oauth/{endpoint}")));
        let made = &self.server.made;
        let answer = request.basic_auth(&made.client_id, Some(&made.client_secret)).form(form).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.text().await.unwrap()
    }

    /// `Bearer` and a token with these parameters.
    async fn bearer(&self, parameters: &[(&str, &str)]) -> String {
        let form: Vec<_> =
            [("grant_type", "client_credentials")].into_iter().chain(parameters.iter().copied()).collect();
        let answer: Value = serde_json::from_str(&self.oauth("token", &form).await).unwrap();
        format!("Bearer {}", answer["access_token"].as_str().unwrap())
    }
}

/// What every gateway must do. `twice` is what it says to two tokens, `down` what it says when Passgate does not answer.
async fn guards_the_api(start: fn(&str, &str) -> Gateway, twice: u16, down: u16) {
    let platform = Platform::start().await;
    let passgate = platform.server.made.base_url.strip_prefix("http://").unwrap().to_owned();
    let gateway = start(&passgate, &repeating_api());
    let resource = ("resource", ORDERS);
    let metadata = "resource_metadata=\"https://api.example.com/.well-known/oauth-protected-resource/orders\"";
    let refused = |(status, challenges, seen): (u16, Vec<String>, String), expected: u16, error: &str| {
        assert_eq!((status, seen.as_str()), (expected, ""), "the API was not to be asked");
        let [challenge] = challenges.as_slice() else { panic!("{challenges:?}") };
        assert!(
            challenge.starts_with("Bearer ") && challenge.contains(error) && challenge.contains(metadata),
            "{challenge}"
        );
    };

    // No token, a token that is none, two tokens.
    let token = platform.bearer(&[resource, ("scope", "orders:read"), ("depot", "Zürich")]).await;
    let authorization = ("authorization", token.as_str());
    refused(gateway.get(&[]).await, 401, "Bearer");
    refused(gateway.get(&[("authorization", "Bearer nonsense")]).await, 401, "error=\"invalid_token\"");
    refused(gateway.get(&[("authorization", "Basic eDp5")]).await, 401, "error=\"invalid_token\"");
    let (status, _, seen) = gateway.get(&[authorization, authorization]).await;
    assert_eq!((status, seen.as_str()), (twice, ""));

    // A valid one: the API is told who calls, once, and not the token.
    let (status, _, seen) = gateway.get(&[authorization]).await;
    assert_eq!(status, 200);
    for line in [
        &format!("x-passgate-client-id: {}", platform.server.made.client_id.to_lowercase()),
        "x-passgate-entity: demo",
        "x-passgate-scope: orders:read",
        "x-passgate-claim-depot: z%c3%bcrich",
    ] {
        assert!(seen.contains(&format!("\r\n{line}\r\n")), "{line} is not in {seen}");
    }
    assert!(!seen.contains("authorization:"), "{seen}");
    let posted = gateway.ask(Method::POST, "/orders").header("authorization", &token).body("x".repeat(100_000));
    assert_eq!(posted.send().await.unwrap().status(), 200);

    // Another scope, another audience, and headers that a client hopes to weaken the requirement with.
    let other_scope = platform.bearer(&[resource, ("scope", "orders:write")]).await;
    let other_audience = platform.bearer(&[("scope", "orders:read")]).await;
    let hopes = [
        ("x-passgate-require-scope", "orders:write"),
        ("x-passgate-require-audience", platform.server.made.base_url.as_str()),
        ("x-passgate-scope", "orders:read"),
        ("x-original-url", "/"),
        ("x-forwarded-uri", "/forward-auth"),
        ("x-forwarded-method", "OPTIONS"),
    ];
    for more in [&[][..], &hopes] {
        let with = |token| [&[("authorization", token)], more].concat();
        let insufficient = "error=\"insufficient_scope\", scope=\"orders:read";
        refused(gateway.get(&with(&other_scope)).await, 403, insufficient);
        refused(gateway.get(&with(&other_audience)).await, 401, "error=\"invalid_token\"");
    }

    // Identity that the client forged, in every spelling, of a token that has nothing in its place.
    let without_depot = platform.bearer(&[resource, ("scope", "orders:read")]).await;
    let forged = ["x-passgate-client-id", "X-Passgate-Entity", "x-passgate-scope", "X-PASSGATE-CLAIM-DEPOT"];
    let forged = forged.into_iter().chain(["x_passgate_entity", "X_Passgate_Claim_Depot"]);
    let mut headers = vec![("authorization", without_depot.as_str())];
    headers.extend(forged.flat_map(|name| [(name, "forged"), (name, "forged twice")]));
    let (status, _, seen) = gateway.get(&headers).await;
    assert_eq!(status, 200);
    assert!(!seen.contains("forged"), "{seen}");
    assert!(seen.contains("\r\nx-passgate-entity: demo\r\n"), "{seen}");

    // The API's metadata.
    let answer = gateway.ask(Method::GET, "/.well-known/oauth-protected-resource/orders").send().await.unwrap();
    let body: Value = answer.json().await.unwrap();
    assert_eq!((&body["resource"], &body["scopes_supported"]), (&json!(ORDERS), &json!(["orders:read"])));
    assert_eq!(body["authorization_servers"], json!([platform.server.made.base_url]));
    let odd = gateway.ask(Method::GET, "/.well-known/oauth-protected-resource/orders?resource=https://evil.example");
    assert!(!odd.send().await.unwrap().text().await.unwrap().contains("evil"));

    // What is not the API's is not served, however it is spelt.
    for path in ["/forward-auth", "/passgate", "/admin/v1/entities", "/orders/../passgate"] {
        let answer = gateway.ask(Method::GET, path).send().await.unwrap();
        assert!(!answer.text().await.unwrap().contains("seen:"), "{path}");
    }

    // Revoked: refused at once. Then Passgate is gone: nothing passes.
    platform.oauth("revoke", &[("token", token.trim_start_matches("Bearer "))]).await;
    refused(gateway.get(&[authorization]).await, 401, "error=\"invalid_token\"");
    assert_eq!(gateway.get(&[("authorization", &without_depot)]).await.0, 200);
    drop(platform);
    let (status, _, seen) = gateway.get(&[("authorization", &without_depot)]).await;
    assert_eq!((status, seen.as_str()), (down, ""));
}

#[tokio::test]
async fn nginx_guards_an_api_as_its_how_to_says() {
    guards_the_api(Gateway::nginx, 400, 500).await;
}

#[tokio::test]
async fn caddy_guards_an_api_as_its_how_to_says() {
    guards_the_api(Gateway::caddy, 401, 502).await;
}

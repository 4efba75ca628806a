//! Real gateways with the configurations that the how-tos show, and an API behind them that repeats what it got.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::{Method, RequestBuilder};

/// A gateway that ends with its test.
pub struct Gateway {
    running: Child,
    pub url: String,
    http: reqwest::Client,
    _directory: tempfile::TempDir,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.running.kill();
        let _ = self.running.wait();
    }
}

fn in_crate(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn how_to(document: &str) -> String {
    std::fs::read_to_string(in_crate("docs/how-to").join(document)).unwrap()
}

/// The first code block of this language in a how-to.
fn shown(document: &str, language: &str) -> String {
    let text = how_to(document);
    let (_, from) = text.split_once(&format!("```{language}\n")).unwrap();
    from.split_once("```").unwrap().0.to_owned()
}

/// The lines that let bound tokens through nginx: the indented block behind the words that announce it.
fn lines_for_bound_tokens() -> String {
    let text = how_to("guard-an-api.md");
    let (_, from) = text.split_once("With nginx, add to the internal\nlocation:\n\n").unwrap();
    from.split_once("\n\n").unwrap().0.to_owned()
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
    pub fn nginx(passgate: &str, api: &str) -> Self {
        Self::nginx_with("", passgate, api)
    }

    pub fn nginx_for_bound_tokens(passgate: &str, api: &str) -> Self {
        Self::nginx_with(&lines_for_bound_tokens(), passgate, api)
    }

    /// `more` stands in the internal location.
    fn nginx_with(more: &str, passgate: &str, api: &str) -> Self {
        let address = free_address();
        let location = "location = /passgate {\n";
        let changes = [
            ("127.0.0.1:8080", passgate),
            ("127.0.0.1:9000", api),
            ("listen 8000;", &format!("listen {address};")),
            (location, &format!("{location}{more}\n")),
        ];
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

    pub fn caddy(passgate: &str, api: &str) -> Self {
        let address = free_address();
        let changes =
            [("127.0.0.1:8080", passgate), ("127.0.0.1:9000", api), (":8000 {", &format!("http://{address} {{"))];
        let site = addressed(&shown("guard-an-api-with-caddy.md", "caddyfile"), &changes);
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("Caddyfile"), format!("{{\n\tadmin off\n}}\n{site}")).unwrap();
        let mut command = Command::new("caddy");
        command.args(["run", "--adapter", "caddyfile", "--config", "Caddyfile"]);
        Self::start(command, &address, directory)
    }

    pub fn traefik(passgate: &str, api: &str) -> Self {
        let address = free_address();
        let dynamic = shown("guard-an-api-with-traefik.md", "yaml");
        let dynamic = addressed(&dynamic, &[("127.0.0.1:8080", passgate), ("127.0.0.1:9000", api)]);
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("orders.yaml"), dynamic).unwrap();
        let line = addressed(&shown("guard-an-api-with-traefik.md", "sh"), &[("=:8000", &format!("={address}"))]);
        let mut words = line.split_whitespace();
        assert_eq!(words.next(), Some("traefik"));
        let mut command = Command::new(in_crate("target/gateways/bin/traefik"));
        command.args(words).arg("--global.checkNewVersion=false");
        Self::start(command, &address, directory)
    }

    pub fn envoy(passgate: &str, api: &str) -> Self {
        let address = free_address();
        let at = |address: &str| format!("address: {}", address.replace(':', ", port_value: "));
        let changes = [
            ("http://127.0.0.1:8080", &format!("http://{passgate}")),
            ("address: 127.0.0.1, port_value: 8080", &at(passgate)),
            ("address: 127.0.0.1, port_value: 9000", &at(api)),
            ("address: 0.0.0.0, port_value: 8000", &at(&address)),
        ];
        let changes = changes.map(|(from, to)| (from, to.as_str()));
        let whole = addressed(&shown("guard-an-api-with-envoy.md", "yaml"), &changes);
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("envoy.yaml"), whole).unwrap();
        // The program itself: what stands in bin starts it as a child.
        let mut command = Command::new(in_crate("target/gateways/envoy/_bin/envoy"));
        command.args(["-c", "envoy.yaml", "--disable-hot-restart", "--concurrency", "1", "--log-level", "error"]);
        Self::start(command, &address, directory)
    }

    fn start(mut command: Command, address: &str, directory: tempfile::TempDir) -> Self {
        command.current_dir(directory.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.env("HOME", directory.path()).env_remove("XDG_DATA_HOME").env_remove("XDG_CONFIG_HOME");
        let running = command.spawn().expect("the gateway is installed: see tests/install-gateways");
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
        let mut gateway = Self { running, url: format!("http://{address}"), http, _directory: directory };
        let mut tries = 0..1500;
        while !serves(address) {
            assert_eq!(gateway.running.try_wait().unwrap(), None, "the gateway refuses its configuration");
            assert!(tries.next().is_some(), "the gateway does not serve");
            pause();
        }
        gateway
    }

    pub fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// Status, challenges, and what the API saw: empty if the request did not get there.
    pub async fn get(&self, headers: &[(&str, &str)]) -> (u16, Vec<String>, String) {
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

/// Whether a gateway listens and has read which paths it serves.
fn serves(address: &str) -> bool {
    let mut answer = String::new();
    TcpStream::connect(address).is_ok_and(|mut stream| {
        let asked = write!(stream, "GET /orders HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        asked.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 401")
    })
}

#[expect(clippy::disallowed_methods, reason = "what another process will do shows only when it is done")]
pub fn pause() {
    std::thread::sleep(Duration::from_millis(20));
}

/// An API that answers with the head of each request, as it came.
pub fn repeating_api() -> String {
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

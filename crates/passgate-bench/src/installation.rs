//! Passgate as it ships, with an installation made for the measurement: its own data, its defaults, some clients.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::ceiling::Client;
use crate::process::Running;
use crate::wire::{self, Endpoint};
use crate::{Algorithm, Failure};

/// Entities of an installation.
const ENTITIES: usize = 20;
/// Credentials of each; no entity may have more by default.
const CREDENTIALS: usize = 10;
/// Longest time that a server may take to start.
const START: Duration = Duration::from_secs(60);

/// A certificate for localhost, and the files that hold it and its key.
pub struct Certificate {
    /// In PEM.
    pub pem: String,
    /// Where it is.
    pub certificate: PathBuf,
    /// Where its key is.
    pub key: PathBuf,
}

impl Certificate {
    /// A new one in `directory`.
    pub fn make(directory: &Path) -> Result<Self, Failure> {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
        let (certificate, key) = (directory.join("certificate.pem"), directory.join("key.pem"));
        fs::write(&certificate, made.cert.pem())?;
        fs::write(&key, made.signing_key.serialize_pem())?;
        Ok(Self { pem: made.cert.pem(), certificate, key })
    }
}

/// The setting that writes each token down.
pub const DURABLE: (&str, &str) = ("PASSGATE_LEDGER", "durable");

/// An installation of Passgate, served or not.
pub struct Installation {
    binary: PathBuf,
    directory: TempDir,
    address: SocketAddr,
    algorithm: Algorithm,
    certificate: Option<Certificate>,
    settings: &'static [(&'static str, &'static str)],
    /// Its clients.
    pub clients: Vec<Client>,
    /// A platform API, which may introspect every token.
    pub api: Option<Client>,
}

impl Installation {
    /// A new one that `binary` makes and then serves; by TLS if `by_tls`, with these settings beside the defaults.
    pub async fn make(
        binary: &Path,
        algorithm: Algorithm,
        by_tls: bool,
        settings: &'static [(&'static str, &'static str)],
    ) -> Result<(Self, Running), Failure> {
        let directory = tempfile::tempdir()?;
        let certificate = if by_tls { Some(Certificate::make(directory.path())?) } else { None };
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let binary = binary.to_owned();
        let (clients, api) = (Vec::new(), None);
        let mut made = Self { binary, directory, address, algorithm, certificate, settings, clients, api };
        let server = made.serve().await?;
        let operator = made.run(&["operator", "token", "--json"])?;
        let operator = text(&operator, "operator_token")?;
        let mut asking = made.endpoint()?.connect(None).await?;
        let mut post = async |path: String, body: Value| -> Result<Value, Failure> {
            let authorization = format!("Bearer {operator}");
            let headers = [("Authorization", authorization.as_str()), ("Content-Type", "application/json")];
            let answer = asking.ask(&wire::request("POST", &path, &headers, body.to_string().as_bytes())).await?;
            if answer.status != 201 {
                return Err(format!("{path} answers {}", answer.status).into());
            }
            Ok(serde_json::from_slice(answer.body)?)
        };
        for number in 0..ENTITIES {
            let entity = format!("customer-{number:02}");
            let body = json!({"identifier": entity, "name": format!("Customer {number:02}")});
            post("/admin/v1/entities".to_owned(), body).await?;
            for system in 0..CREDENTIALS {
                let path = format!("/admin/v1/entities/{entity}/credentials");
                let credential = post(path, json!({"name": format!("System {system}")})).await?;
                made.clients.push(client(&credential, &entity)?);
            }
        }
        made.api = Some(client(&post("/admin/v1/apis".to_owned(), json!({"name": "Orders"})).await?, "")?);
        Ok((made, server))
    }

    /// Starts the server, and waits until it is ready.
    pub async fn serve(&self) -> Result<Running, Failure> {
        let server = self.start()?;
        let begun = Instant::now();
        let ready = wire::request("GET", "/readyz", &[], b"");
        while begun.elapsed() < START {
            if let Ok(mut asking) = self.endpoint()?.connect(None).await
                && asking.ask(&ready).await.is_ok_and(|answer| answer.status == 200)
            {
                return Ok(server);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Err("the server was not ready in time".into())
    }

    /// How long it takes from the start of the process to the first token.
    pub async fn first_token(&self, request: &[u8]) -> Result<Duration, Failure> {
        let begun = Instant::now();
        let _server = self.start()?;
        while begun.elapsed() < START {
            if let Ok(mut asking) = self.endpoint()?.connect(None).await {
                let answer = asking.ask(request).await?;
                return if answer.status == 200 { Ok(begun.elapsed()) } else { Err("no token".into()) };
            }
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        Err("the server was not ready in time".into())
    }

    /// Where it is served.
    pub fn endpoint(&self) -> Result<Endpoint, Failure> {
        match &self.certificate {
            None => Ok(Endpoint::plain(self.address)),
            Some(certificate) => Endpoint::tls(self.address, &certificate.pem),
        }
    }

    /// The issuer of its tokens.
    pub fn issuer(&self) -> String {
        let scheme = if self.certificate.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    fn start(&self) -> Result<Running, Failure> {
        let log = File::create(self.directory.path().join("log"))?;
        let listen = self.address.to_string();
        Running::start(self.command(&["serve", "--listen", &listen]).stdout(Stdio::null()).stderr(log))
    }

    fn run(&self, arguments: &[&str]) -> Result<Value, Failure> {
        let output = self.command(arguments).output()?;
        if output.status.success() {
            Ok(serde_json::from_slice(&output.stdout)?)
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
        }
    }

    /// Everything that is not named here stays at its default.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PASSGATE_")) {
            command.env_remove(name);
        }
        if let Some(certificate) = &self.certificate {
            command.env("PASSGATE_TLS_CERTIFICATE_FILE", &certificate.certificate);
            command.env("PASSGATE_TLS_KEY_FILE", &certificate.key);
        }
        command.env("PASSGATE_SIGNING_ALGORITHM", self.algorithm.as_str());
        command.envs(self.settings.iter().copied());
        command.current_dir(self.directory.path()).args(arguments);
        command
    }

    /// Where its data is.
    pub fn data(&self) -> PathBuf {
        self.directory.path().join("passgate-data")
    }

    /// The ceiling beside it: the same algorithm, clients and transport; with a ledger on the same disk, if there is one.
    pub fn ceiling(&self) -> Result<(Running, Endpoint), Failure> {
        let clients = self.directory.path().join("clients.json");
        fs::write(&clients, serde_json::to_vec(&self.clients)?)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["ceiling", "--algorithm", self.algorithm.as_str(), "--issuer", &self.issuer(), "--clients"]);
        command.arg(clients).stdout(Stdio::piped());
        if self.settings.contains(&DURABLE) {
            command.arg("--ledger").arg(self.directory.path().join("ledger.db"));
        }
        if let Some(certificate) = &self.certificate {
            command.arg("--certificate").arg(&certificate.certificate).arg("--key").arg(&certificate.key);
        }
        let mut ceiling = Running::start(&mut command)?;
        let address = ceiling.first_line()?.parse()?;
        let endpoint = match &self.certificate {
            None => Endpoint::plain(address),
            Some(certificate) => Endpoint::tls(address, &certificate.pem)?,
        };
        Ok((ceiling, endpoint))
    }
}

fn client(credential: &Value, entity: &str) -> Result<Client, Failure> {
    Ok(Client {
        client_id: text(credential, "client_id")?,
        client_secret: text(credential, "client_secret")?,
        entity: entity.to_owned(),
    })
}

fn text(from: &Value, name: &str) -> Result<String, Failure> {
    Ok(from.get(name).and_then(Value::as_str).ok_or_else(|| format!("no {name} in the answer"))?.to_owned())
}

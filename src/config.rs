//! Every setting: its name, its default and what it means, in one table. Read from `passgate.toml`, then the environment
//! (`PASSGATE_` and the name in capitals), then flags; a later source wins. Validated as a whole, secrets redacted.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use serde::Deserialize;
use toml::{Table, Value};

use crate::domain::key::Algorithm;
use crate::domain::settings::parse_network;

/// One setting, as the README and `passgate config show` present it.
pub struct Setting {
    /// Its name in `passgate.toml`.
    pub name: &'static str,
    /// Its default, as TOML; empty if it has none.
    pub default: &'static str,
    /// What it means, in one line.
    pub meaning: &'static str,
    /// Whether its value may be shown.
    pub secret: bool,
}

const fn setting(name: &'static str, default: &'static str, meaning: &'static str) -> Setting {
    Setting { name, default, meaning, secret: false }
}

const fn secret(name: &'static str, meaning: &'static str) -> Setting {
    Setting { name, default: "", meaning, secret: true }
}

/// Every setting there is.
pub const SETTINGS: &[Setting] = &[
    setting("listen", "\"127.0.0.1:8080\"", "Address and port to serve on."),
    setting(
        "public_url",
        "",
        "The origin that clients use, such as `https://pass.example.com`. It is the issuer of every token, to the letter. Default: made from `listen`.",
    ),
    setting("data_dir", "\"passgate-data\"", "Directory of the SQLite database and the master key."),
    secret("database_url", "`postgres://…` for PostgreSQL. Default: SQLite in `data_dir`."),
    setting("database_connections", "8", "Most connections to PostgreSQL, or readers of SQLite."),
    setting(
        "master_key_file",
        "",
        "File with the master key. Default: `master.key` in `data_dir`, made at the first start.",
    ),
    secret("master_key", "The master key itself (32 bytes in base64), instead of a file."),
    setting("token_audience", "", "The `aud` of a token whose request names no resource. Default: the public URL."),
    setting("signing_algorithm", "\"ES256\"", "`ES256`, `EdDSA` or `RS256`, for keys made from now on."),
    setting(
        "signing_key_rotation_days",
        "90",
        "Days after which another key signs, at most 3650; 0 leaves that to `passgate key rotate`.",
    ),
    setting(
        "secrets_reveal",
        "\"always\"",
        "`always`: secrets are kept encrypted and can be shown again; `once`: they are shown when made and never again.",
    ),
    setting(
        "ledger",
        "\"counted\"",
        "`counted`: of tokens their number and last use are written, each second; `durable`: each token is written down before its answer, and none is issued while the database is away.",
    ),
    setting(
        "ledger_retention_days",
        "400",
        "Days after which a token is removed from the durable ledger; 0 keeps all for ever.",
    ),
    setting(
        "token_reuse_percent",
        "0",
        "Part of its life, in percent, in which a token is given again to a client that asks for the very same: 0 (never) to 90.",
    ),
    setting("platform_name", "", "What the pages call the platform whose APIs are guarded, such as `DLAT`."),
    secret(
        "smtp_url",
        "The mail server that invitations, reminders and warnings go through: `smtps://user:password@mail.example.com`, or `smtp://…?tls=required`. Default: links are shown, to be passed on by hand.",
    ),
    setting("mail_from", "", "The sender of mail, such as `Passgate <passgate@example.com>`."),
    setting("tls_certificate_file", "", "PEM certificate chain, to serve HTTPS. Read again when it changes."),
    setting("tls_key_file", "", "PEM private key of the certificate."),
    setting("trusted_proxies", "[]", "Networks whose `X-Forwarded-For` is believed."),
    setting(
        "tls_client_certificates",
        "\"off\"",
        "`ask`: clients are asked for a certificate when they connect by TLS, for `tls_client_auth` and `self_signed_tls_client_auth`; `off`: they are not.",
    ),
    setting(
        "client_certificate_header",
        "",
        "Header in which a proxy of `client_certificate_proxies` passes the client's certificate: `Client-Cert` (RFC 9440), or any other name with escaped PEM as nginx makes it.",
    ),
    setting(
        "client_certificate_proxies",
        "[]",
        "Networks whose `client_certificate_header` is believed: only proxies that set it in every request, so that none of a client's own comes through.",
    ),
    setting("client_ca_file", "", "PEM certificates of the authorities that vouch for clients with `tls_client_auth`."),
    setting(
        "jwks_uri_allowed_networks",
        "[]",
        "Networks beside the public Internet that a client's `jwks_uri` may lead to.",
    ),
    setting(
        "jwks_uri_ca_file",
        "",
        "PEM certificates of authorities beside those of the system that vouch for the servers behind `jwks_uri`.",
    ),
    setting("cors_origins", "[]", "Origins whose pages may call the token endpoints."),
    setting("max_connections", "10000", "Most connections at the same time; more wait to be accepted."),
    setting(
        "outage_tolerance_seconds",
        "300",
        "How long tokens are issued and verified from memory while the database is away, 2 to 86400; then they are answered 503.",
    ),
    setting(
        "drain_seconds",
        "5",
        "Seconds for which a node over PostgreSQL still serves after SIGTERM while `/readyz` answers 503, so that a load balancer takes it out: 0 to 300. With SQLite there is no other node, and no waiting.",
    ),
    setting("cached_credentials", "1000000", "Most credentials kept in memory; each takes some 0.9 kilobytes."),
    setting("cached_revocations", "100000", "Most revoked tokens kept in memory; of more, the database is asked."),
    setting("throttle_burst", "20", "Failed attempts of one client from one address before it is throttled."),
    setting("throttle_refill_seconds", "15", "Seconds until one more attempt is allowed: 1 to 900."),
    setting(
        "audit_retention_days",
        "0",
        "Days after which an event is removed from the audit log; 0 keeps all for ever.",
    ),
    setting("metrics_listen", "", "A separate address for `/metrics`. Default: beside everything else."),
    setting("log_format", "\"human\"", "`human` or `json`."),
    setting(
        "log_level",
        "\"info\"",
        "`error`, `warn`, `info`, `debug` or `trace`, or filter directives such as `info,passgate=debug`.",
    ),
    setting(
        "trace_endpoint",
        "",
        "OTLP/HTTP endpoint for OpenTelemetry traces, such as `http://127.0.0.1:4318/v1/traces`.",
    ),
];

/// `PASSGATE_SECRET` holds a client's secret for `passgate token get` and the code samples; it is no setting. Nor are
/// `PASSGATE_SERVICE_…` and `PASSGATE_PORT…`, which Kubernetes sets beside a Service of this name.
const CLIENT_SECRET: &str = "secret";

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people at a terminal.
    Human,
    /// One JSON object a line.
    Json,
}

/// Whether secrets can be shown again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecretsReveal {
    /// They are kept encrypted.
    Always,
    /// Only what verifies them is kept.
    Once,
}

/// What is written of each token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ledger {
    /// It is counted.
    Counted,
    /// It is written down before its answer.
    Durable,
}

/// Whether clients are asked for a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientCertificates {
    /// They are not, and browsers open no box.
    Off,
    /// They are, and may have none.
    Ask,
}

/// All settings, valid together; [`SETTINGS`] says what each means.
#[derive(Clone, Deserialize)]
#[expect(missing_docs, reason = "SETTINGS documents every field once")]
pub struct Config {
    pub listen: SocketAddr,
    pub public_url: Option<String>,
    pub data_dir: PathBuf,
    pub database_url: Option<String>,
    pub database_connections: u32,
    pub master_key_file: Option<PathBuf>,
    pub master_key: Option<String>,
    pub token_audience: Option<String>,
    pub signing_algorithm: Algorithm,
    pub signing_key_rotation_days: u32,
    pub secrets_reveal: SecretsReveal,
    pub ledger: Ledger,
    pub ledger_retention_days: u32,
    pub token_reuse_percent: u32,
    pub platform_name: Option<String>,
    pub smtp_url: Option<String>,
    pub mail_from: Option<String>,
    pub tls_certificate_file: Option<PathBuf>,
    pub tls_key_file: Option<PathBuf>,
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    pub tls_client_certificates: ClientCertificates,
    pub client_certificate_header: Option<String>,
    #[serde(deserialize_with = "networks")]
    pub client_certificate_proxies: Vec<IpNet>,
    pub client_ca_file: Option<PathBuf>,
    #[serde(deserialize_with = "networks")]
    pub jwks_uri_allowed_networks: Vec<IpNet>,
    pub jwks_uri_ca_file: Option<PathBuf>,
    pub cors_origins: Vec<String>,
    pub max_connections: usize,
    pub outage_tolerance_seconds: u32,
    pub drain_seconds: u32,
    pub cached_credentials: usize,
    pub cached_revocations: usize,
    pub throttle_burst: u32,
    pub throttle_refill_seconds: u32,
    pub audit_retention_days: u32,
    pub metrics_listen: Option<SocketAddr>,
    pub log_format: LogFormat,
    pub log_level: String,
    pub trace_endpoint: Option<String>,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Config(…)")
    }
}

/// What is wrong with the configuration, in one sentence. Never quotes the value of a secret.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

/// Where settings come from, the later winning.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// A file that must be there; otherwise `passgate.toml` in the working directory, if there is one.
    pub file: Option<PathBuf>,
    /// Name and value of flags that were given.
    pub flags: Vec<(&'static str, String)>,
}

impl Config {
    /// Reads every source and checks the whole.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        Self::from_table(&merged(sources, std::env::vars_os())?)
    }

    fn from_table(table: &Table) -> Result<Self, ConfigError> {
        let config: Self = table.clone().try_into().map_err(|error| unreadable(table, &error))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let wrong = |why: &str| Err(ConfigError(why.to_owned()));
        if let Some(url) = &self.public_url {
            check_origin("public_url", url)?;
        }
        for origin in &self.cors_origins {
            check_origin("cors_origins", origin)?;
        }
        if self.tls_certificate_file.is_some() != self.tls_key_file.is_some() {
            return wrong("tls_certificate_file and tls_key_file must be set together");
        }
        if self
            .database_url
            .as_ref()
            .is_some_and(|url| !url.starts_with("postgres://") && !url.starts_with("postgresql://"))
        {
            return wrong("database_url must begin with postgres:// (leave it out for SQLite in data_dir)");
        }
        if self.tls_client_certificates == ClientCertificates::Ask && self.tls_certificate_file.is_none() {
            return wrong("tls_client_certificates needs tls_certificate_file");
        }
        if self.client_certificate_header.as_ref().is_some_and(|name| name.parse::<http::HeaderName>().is_err()) {
            return wrong("client_certificate_header must be the name of a header, such as Client-Cert");
        }
        if self.client_certificate_header.is_some() == self.client_certificate_proxies.is_empty() {
            return wrong(
                "client_certificate_header and client_certificate_proxies must be set together: it is believed from nobody else",
            );
        }
        if self.client_ca_file.is_some() && !self.takes_client_certificates() {
            return wrong("client_ca_file needs tls_client_certificates = \"ask\" or client_certificate_header");
        }
        if self.smtp_url.is_some() != self.mail_from.is_some() {
            return wrong("smtp_url and mail_from must be set together");
        }
        if self.platform_name.as_ref().is_some_and(|name| name.chars().count() > 50) {
            return wrong("platform_name must have at most 50 characters");
        }
        if self.master_key.is_some() && self.master_key_file.is_some() {
            return wrong("master_key and master_key_file must not be set together");
        }
        if !(2..=86_400).contains(&self.outage_tolerance_seconds) {
            return wrong("outage_tolerance_seconds must be 2 to 86400");
        }
        if !(1..=1000).contains(&self.throttle_burst) || !(1..=900).contains(&self.throttle_refill_seconds) {
            return wrong("throttle_burst must be 1 to 1000 and throttle_refill_seconds 1 to 900");
        }
        if !(1..=1000).contains(&self.database_connections) || self.max_connections == 0 || self.cached_credentials == 0
        {
            return wrong("database_connections must be 1 to 1000, max_connections and cached_credentials at least 1");
        }
        if self.token_reuse_percent > 90 {
            return wrong("token_reuse_percent must be 0 to 90");
        }
        if self.drain_seconds > 300 {
            return wrong("drain_seconds must be 0 to 300");
        }
        if self.signing_key_rotation_days > 3650 {
            return wrong("signing_key_rotation_days must be 0 to 3650");
        }
        if self.token_audience.as_ref().is_some_and(|audience| audience.is_empty() || audience.len() > 500) {
            return wrong("token_audience must have 1 to 500 characters");
        }
        let is_level = |word: &str| ["off", "error", "warn", "info", "debug", "trace"].contains(&word.trim());
        let words_are_levels = self.log_level.split(',').all(|word| word.contains('=') || is_level(word));
        if !words_are_levels || tracing_subscriber::EnvFilter::try_new(&self.log_level).is_err() {
            return wrong("log_level must be error, warn, info, debug, trace or filter directives");
        }
        Ok(())
    }

    /// The origin that clients use when the server is bound to `bound`.
    pub fn public_url(&self, bound: SocketAddr) -> String {
        if let Some(url) = &self.public_url {
            return url.clone();
        }
        self.local_url(bound)
    }

    /// Where somebody on the same machine reaches the server that is bound to `bound`.
    pub fn local_url(&self, bound: SocketAddr) -> String {
        let scheme = if self.tls_certificate_file.is_some() { "https" } else { "http" };
        let address = if bound.ip().is_unspecified() {
            SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), bound.port())
        } else {
            bound
        };
        format!("{scheme}://{address}")
    }

    /// Whether clients can show certificates here at all.
    pub const fn takes_client_certificates(&self) -> bool {
        matches!(self.tls_client_certificates, ClientCertificates::Ask) || self.client_certificate_header.is_some()
    }

    /// Whether the master key is kept in the data directory.
    pub fn keeps_master_key(&self) -> bool {
        self.master_key.is_none() && self.master_key_file.is_none()
    }

    /// Where the master key is kept, unless it is given directly.
    pub fn master_key_path(&self) -> PathBuf {
        self.master_key_file.clone().unwrap_or_else(|| self.data_dir.join("master.key"))
    }
}

/// Which setting cannot be read, and what it must be; its value is not told.
fn unreadable(table: &Table, error: &toml::de::Error) -> ConfigError {
    let is_read_alone = |name: &str, value: &Value| {
        let mut one = defaults().unwrap_or_default();
        one.insert(name.to_owned(), value.clone());
        one.try_into::<Config>().is_ok()
    };
    let at_fault = table.iter().find(|(name, value)| !is_read_alone(name, value));
    let wanted = match error.message() {
        "invalid socket address syntax" => "an address and a port, such as 127.0.0.1:8080",
        message => match message.rsplit_once("expected ") {
            Some((_, "u32" | "usize")) => "a whole number",
            Some((_, "a sequence")) => "a list, such as [\"127.0.0.1\"]",
            Some((_, "string only")) => "one of its words, in quotes",
            Some((_, other)) => other,
            None => return ConfigError(format!("the configuration is not valid: {message}")),
        },
    };
    ConfigError(format!("{} must be {wanted}", at_fault.map_or("a setting", |(name, _)| name)))
}

/// `scheme://host[:port]` and nothing after it: what an `Origin` header and an issuer without path look like.
fn check_origin(name: &str, text: &str) -> Result<(), ConfigError> {
    let is_origin = text.parse::<http::Uri>().is_ok_and(|uri| {
        let parts = uri.scheme_str().zip(uri.authority());
        parts.is_some_and(|(scheme, authority)| {
            matches!(scheme, "http" | "https")
                && !authority.as_str().contains('@')
                && format!("{scheme}://{authority}") == text
        })
    });
    if is_origin {
        Ok(())
    } else {
        Err(ConfigError(format!(
            "{name} must be an origin such as https://pass.example.com, without a path and without a slash at its end"
        )))
    }
}

/// Every setting with its value or default, for `passgate config show`; secrets redacted.
pub fn shown(sources: &Sources) -> Result<Vec<(&'static Setting, Option<Value>)>, ConfigError> {
    let table = merged(sources, std::env::vars_os())?;
    Config::from_table(&table)?;
    let value = |setting: &Setting| match table.get(setting.name) {
        Some(_) if setting.secret => Some(Value::String("(set, not shown)".to_owned())),
        other => other.cloned(),
    };
    Ok(SETTINGS.iter().map(|setting| (setting, value(setting))).collect())
}

fn merged(
    sources: &Sources,
    environment: impl Iterator<Item = (std::ffi::OsString, std::ffi::OsString)>,
) -> Result<Table, ConfigError> {
    let mut table = defaults()?;
    let (path, must_exist) = match &sources.file {
        Some(path) => (path.as_path(), true),
        None => (Path::new("passgate.toml"), false),
    };
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let file: Table = text.parse().map_err(|error: toml::de::Error| {
                let line = error
                    .span()
                    .map_or(0, |span| text.get(..span.start).map_or(0, |before| before.lines().count().max(1)));
                ConfigError(format!("{} is not valid TOML: line {line}", path.display()))
            })?;
            for (name, value) in file {
                known(&name, &path.display().to_string())?;
                table.insert(name, value);
            }
        }
        Err(error) if !must_exist && error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(ConfigError(format!("cannot read {}: {error}", path.display()))),
    }
    for (variable, value) in environment {
        let Some(name) = variable.to_str().and_then(|variable| variable.strip_prefix("PASSGATE_")) else {
            continue;
        };
        let name = name.to_ascii_lowercase();
        let of_kubernetes = name.starts_with("service_") || name == "port" || name.starts_with("port_");
        if name == CLIENT_SECRET || of_kubernetes {
            continue;
        }
        known(&name, "the environment")?;
        let value = value
            .into_string()
            .map_err(|_| ConfigError(format!("PASSGATE_{} is not UTF-8", name.to_ascii_uppercase())))?;
        insert_text(&mut table, &name, &value)?;
    }
    for (name, value) in &sources.flags {
        insert_text(&mut table, name, value)?;
    }
    Ok(table)
}

fn defaults() -> Result<Table, ConfigError> {
    let lines = SETTINGS
        .iter()
        .filter(|setting| !setting.default.is_empty())
        .map(|setting| format!("{} = {}\n", setting.name, setting.default));
    lines.collect::<String>().parse().map_err(|_| ConfigError("the defaults are not valid TOML".to_owned()))
}

/// A setting's text from the environment or a flag, read as the type that its default has.
fn insert_text(table: &mut Table, name: &str, text: &str) -> Result<(), ConfigError> {
    let default = SETTINGS.iter().find(|setting| setting.name == name).map_or("", |setting| setting.default);
    let value = if default.starts_with('[') {
        Value::Array(
            text.split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(|part| Value::String(part.to_owned()))
                .collect(),
        )
    } else if default.starts_with(|c: char| c.is_ascii_digit()) {
        Value::Integer(text.parse().map_err(|_| ConfigError(format!("{name} must be a whole number")))?)
    } else {
        Value::String(text.to_owned())
    };
    table.insert(name.to_owned(), value);
    Ok(())
}

fn known(name: &str, place: &str) -> Result<(), ConfigError> {
    if SETTINGS.iter().any(|setting| setting.name == name) {
        return Ok(());
    }
    let nearest = SETTINGS.iter().map(|setting| (strsim::damerau_levenshtein(setting.name, name), setting.name)).min();
    let longer = SETTINGS.iter().find(|setting| setting.name.starts_with(name)).map(|setting| setting.name);
    let hint = match (nearest, longer) {
        (Some((1..=3, meant)), _) | (_, Some(meant)) => format!("; did you mean {meant}?"),
        _ => "; take it out, and passgate config show lists those there are".to_owned(),
    };
    Err(ConfigError(format!("unknown setting {name} in {place}{hint}")))
}

fn networks<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let network = |text: &String| {
        parse_network(text).ok_or_else(|| {
            serde::de::Error::custom(
                "trusted_proxies and jwks_uri_allowed_networks must be addresses or networks such as 10.0.0.0/8",
            )
        })
    };
    texts.iter().map(network).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: &str, environment: &[(&str, &str)], flags: &[(&'static str, &str)]) -> Result<Config, ConfigError> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("passgate.toml");
        std::fs::write(&path, file).unwrap();
        let flags = flags.iter().map(|(name, value)| (*name, value.to_string())).collect();
        let environment = environment.iter().map(|(name, value)| (name.into(), value.into()));
        Config::from_table(&merged(&Sources { file: Some(path), flags }, environment)?)
    }

    #[test]
    fn flags_win_over_the_environment_and_that_over_the_file() {
        let file = "listen = \"127.0.0.1:1\"\nthrottle_burst = 3\nlog_level = \"warn\"";
        let config = load(
            file,
            &[
                ("PASSGATE_LISTEN", "127.0.0.1:2"),
                ("PASSGATE_THROTTLE_BURST", "4"),
                ("PASSGATE_TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
            ],
            &[("listen", "127.0.0.1:3")],
        )
        .unwrap();
        assert_eq!(config.listen.port(), 3);
        assert_eq!(config.throttle_burst, 4);
        assert_eq!(config.log_level, "warn");
        assert_eq!(config.trusted_proxies.len(), 2);
        assert_eq!(config.signing_algorithm, Algorithm::Es256);
    }

    #[test]
    fn what_is_wrong_is_said_in_one_sentence_without_the_value_of_a_secret() {
        for (file, environment, says) in [
            ("lisen = \"x\"", &[][..], "did you mean listen?"),
            ("", &[("PASSGATE_PUBLIC_ULR", "x")][..], "did you mean public_url?"),
            ("public_url = \"https://a.example/\"", &[], "public_url must be an origin"),
            ("public_url = \"ftp://a.example\"", &[], "public_url must be an origin"),
            ("database_url = \"mysql://u:hunter2@h\"", &[], "database_url must begin"),
            ("", &[("PASSGATE_TOKEN_REUSE", "5")], "did you mean token_reuse_percent?"),
            ("throttle_burst = \"many\"", &[], "throttle_burst must be a whole number"),
            ("token_reuse_percent = -1", &[], "token_reuse_percent must be a whole number"),
            ("ledger = \"always\"", &[], "ledger must be `counted` or `durable`"),
            ("ledger = true", &[], "ledger must be one of its words, in quotes"),
            ("trusted_proxies = \"127.0.0.1\"", &[], "trusted_proxies must be a list"),
            ("listen = \"8080\"", &[], "listen must be an address and a port"),
            ("smtp_url = 5\nmaster_key = [\"hunter2\"]", &[], "must be a string"),
            ("tls_key_file = \"k\"", &[], "must be set together"),
            ("= nonsense", &[], "not valid TOML: line 1"),
            ("log_level = \"passgate=loudest\"", &[], "log_level"),
            ("log_level = \"waring\"", &[], "log_level"),
            ("trusted_proxies = [\"somewhere\"]", &[], "trusted_proxies"),
        ] {
            let error = load(file, environment, &[]).unwrap_err().to_string();
            assert!(error.contains(says), "{file}: {error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}

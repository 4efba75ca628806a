//! The binary, running with a demo installation, for the tests that meet it as outsiders do.
#![expect(clippy::expect_used, reason = "a test may fail by panicking")]
#![expect(dead_code, reason = "not every test looks at everything")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde::Deserialize;

/// What quickstart prints for scripts.
#[derive(Deserialize)]
pub struct Made {
    pub base_url: String,
    pub client_id: String,
    pub client_secret: String,
    pub admin_token: String,
}

/// A process that ends with its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server with a demo installation that nobody else uses.
pub struct Server {
    _running: Running,
    _directory: tempfile::TempDir,
    pub line: String,
    pub made: Made,
}

impl Server {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// With these settings, by the names that `passgate.toml` has for them.
    pub fn start_with(settings: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().expect("there is room for a directory");
        let mut command = Command::new(env!("CARGO_BIN_EXE_passgate"));
        let inherited = std::env::vars_os().map(|(name, _)| name);
        for setting in inherited.filter(|name| name.to_string_lossy().starts_with("PASSGATE_")) {
            command.env_remove(setting);
        }
        command.envs(settings.iter().map(|(name, value)| (format!("PASSGATE_{}", name.to_uppercase()), value)));
        let mut child = command
            .args(["quickstart", "--json", "--ephemeral", "--listen", "127.0.0.1:0"])
            .current_dir(directory.path())
            .env("TMPDIR", directory.path())
            .env("PASSGATE_LOG_LEVEL", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let stdout = child.stdout.take().expect("its output is piped");
        let running = Running(child);
        let (send, receive) = mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let read = BufReader::new(stdout).read_line(&mut line);
            send.send(read.map(|_| line))
        });
        let line = receive.recv_timeout(Duration::from_secs(60)).expect("it says what it made within a minute");
        let line = line.expect("what it says is text");
        let made = serde_json::from_str(&line).expect("it says what it made, in JSON");
        Self { _running: running, _directory: directory, line, made }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.made.base_url)
    }
}

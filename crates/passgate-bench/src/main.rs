//! `passgate-bench`: measures Passgate beside the ceiling, and beside any other server, in turns.
#![expect(clippy::cast_precision_loss, reason = "counts and microseconds here are far below 2^52")]

mod asking;
mod ceiling;
mod installation;
mod ledger;
mod load;
mod many;
mod plot;
mod process;
mod report;
mod results;
mod run;
mod wire;

use std::fs;
use std::io::Write as _;
use std::net::ToSocketAddrs as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use load::{Pace, Target};
use results::Results;
use run::Plan;
use wire::Endpoint;

/// Why something could not be measured, in one sentence.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Measure Passgate beside a bare handler that signs as many claims, in turns.
#[derive(Parser)]
#[command(name = "passgate-bench", args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    task: Option<Task>,
    #[command(flatten)]
    measure: Measure,
}

#[derive(Subcommand)]
enum Task {
    /// Serve as the ceiling does
    #[command(hide = true)]
    Ceiling(ceiling::Ceiling),
}

/// What signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Algorithm {
    /// ECDSA on P-256.
    #[value(name = "ES256")]
    Es256,
    /// Ed25519.
    #[value(name = "EdDSA")]
    EdDsa,
}

impl Algorithm {
    /// Its name in a JWT.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

#[derive(Args)]
struct Measure {
    /// Longer and more turns, more connections, and memory after millions of tokens: about half an hour
    #[arg(long)]
    full: bool,
    /// Turns of each server
    #[arg(long)]
    rounds: Option<usize>,
    /// Seconds of each turn
    #[arg(long)]
    seconds: Option<f64>,
    /// Measure only this: tokens, eddsa, tls, doors, verified, open, ledger, reuse, many or start; may stand more than once
    #[arg(long)]
    only: Vec<String>,
    /// Measure this binary instead of building one
    #[arg(long, value_name = "FILE")]
    passgate: Option<PathBuf>,
    /// Where the results are stored, as JSON
    #[arg(long, value_name = "FILE", default_value = "target/bench/results.json")]
    out: PathBuf,
    /// Tell of results that were stored before, and measure nothing
    #[arg(long, value_name = "FILE")]
    stored: Option<PathBuf>,
    /// Put tables and plots into docs/performance.md
    #[arg(long)]
    write_docs: bool,
    /// Token endpoint of another server to put beside: http://host:port/path
    #[arg(long, requires = "pid")]
    url: Option<String>,
    /// Its process; may stand more than once
    #[arg(long)]
    pid: Vec<u32>,
    /// What to call it
    #[arg(long, default_value = "rival")]
    name: String,
    /// The form that it is sent
    #[arg(long, default_value = "grant_type=client_credentials&client_id=bench&client_secret=bench-secret")]
    body: String,
    /// A further header that it is sent, such as "Authorization: Basic …"; may stand more than once
    #[arg(long)]
    header: Vec<String>,
}

fn main() -> ExitCode {
    let Cli { task, measure } = Cli::parse();
    let done = match task {
        Some(Task::Ceiling(ceiling)) => ceiling.run(),
        None => measure.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "passgate-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints a line.
pub fn say(line: &str) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Cargo, in the root of the repository.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).args(arguments);
    command
}

/// What a command that must succeed prints.
pub fn output(command: &mut Command) -> Result<String, Failure> {
    let output = command.output()?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned().into())
    }
}

impl Measure {
    fn run(self) -> Result<(), Failure> {
        if let Some(stored) = &self.stored {
            return self.tell(&serde_json::from_slice(&fs::read(stored)?)?);
        }
        let binary = match &self.passgate {
            Some(binary) => binary.canonicalize()?,
            None => {
                output(&mut cargo(&["build", "--quiet", "--release", "--locked", "--bin", "passgate"]))?;
                root().join("target/release/passgate").canonicalize()?
            }
        };
        let seconds = self.seconds.unwrap_or(if self.full { 4.0 } else { 1.0 });
        let pace = Pace { warm: Duration::from_millis(300), measured: Duration::from_secs_f64(seconds) };
        let plan = Plan {
            binary,
            rounds: self.rounds.unwrap_or(if self.full { 9 } else { 3 }),
            pace,
            connections: vec![1, 16, run::SOME, 256],
            only: self.only.clone(),
            tokens: if self.full { vec![1_000_000, 5_000_000] } else { vec![50_000] },
            credentials: if self.full { 1_000_000 } else { 10_000 },
            rival: self.rival()?,
        };
        let typed: Vec<String> = std::env::args().skip(1).collect();
        let mut results = Results {
            command: format!("cargo run --release -p passgate-bench -- {}", typed.join(" ")),
            machine: process::machine(),
            commit: output(Command::new("git").current_dir(root()).args(["rev-parse", "--short", "HEAD"]))
                .unwrap_or_default(),
            rounds: plan.rounds,
            seconds,
            sections: Vec::new(),
            cold_starts: Vec::new(),
            memory: Vec::new(),
            fdatasync: Vec::new(),
            known: None,
        };
        // One thread generates the load, so that it leaves the rest of the machine to the server.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(plan.run(&mut results))?;
        if let Some(directory) = self.out.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::write(&self.out, serde_json::to_vec_pretty(&results)?)?;
        self.tell(&results)?;
        say(&format!("Every turn is in {}.", self.out.display()))
    }

    fn tell(&self, results: &Results) -> Result<(), Failure> {
        say(&report::markdown(results))?;
        if self.write_docs {
            report::write_docs(results, &root())?;
        }
        Ok(())
    }

    fn rival(&self) -> Result<Option<Target>, Failure> {
        let Some(url) = &self.url else { return Ok(None) };
        let rest = url.strip_prefix("http://").ok_or("--url must begin with http://")?;
        let (address, path) = rest.split_once('/').unwrap_or((rest, ""));
        let address = address.to_socket_addrs()?.next().ok_or("--url has no address")?;
        let mut headers = vec![("Content-Type", "application/x-www-form-urlencoded")];
        for header in &self.header {
            let (name, value) = header.split_once(':').ok_or("--header must be a name, a colon and a value")?;
            headers.push((name, value.trim()));
        }
        let request = wire::request("POST", &format!("/{path}"), &headers, self.body.as_bytes());
        Ok(Some(Target {
            name: self.name.clone(),
            endpoint: Endpoint::plain(address),
            pids: self.pid.clone(),
            requests: Arc::new(vec![request]),
            expected: 200,
            from: None,
        }))
    }
}

//! The command line: argv in, the same steps as the admin API, and a table, a sentence or JSON out.

mod audit;
mod backup;
mod config;
mod credential;
mod doctor;
mod entity;
mod key;
mod master_key;
mod migrate;
mod operator;
mod output;
mod parameter;
mod progress;
mod quickstart;
mod serve;
mod signals;
mod telemetry;
mod token;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};

use crate::app::App;
use crate::app::clock::Clock;
use crate::config::{Config, Sources};

/// API credentials and access tokens for the business entities of your platform.
#[derive(Parser)]
#[command(name = "passgate", version, about, disable_help_subcommand = true)]
struct Cli {
    /// Read settings from this file [default: passgate.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Directory of the database and the master key
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<String>,
    /// Print JSON instead of a table
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a demo installation, print the first curl line, and serve it
    Quickstart(quickstart::Quickstart),
    /// Serve
    Serve(serve::Serve),
    /// Business entities
    #[command(subcommand)]
    Entity(entity::Entity),
    /// Client Ids and Client Secrets
    #[command(subcommand)]
    Credential(credential::Credential),
    /// Dynamic parameters of token requests
    #[command(subcommand)]
    Parameter(parameter::Parameter),
    /// Get, decode, verify and revoke access tokens
    #[command(subcommand)]
    Token(token::Token),
    /// Signing keys
    #[command(subcommand)]
    Key(key::Key),
    /// The key above all keys
    #[command(subcommand)]
    MasterKey(master_key::MasterKey),
    /// Operator tokens and the set-up link
    #[command(subcommand)]
    Operator(operator::Operator),
    /// The audit log: who did what, and whether it is untouched
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Write everything into one encrypted file, beside a running server
    Backup(backup::Backup),
    /// Put a backup into an empty database, SQLite or PostgreSQL
    Restore(backup::Restore),
    /// Move everything to another database, SQLite or PostgreSQL, while servers issue tokens
    Migrate(migrate::Migrate),
    /// Check and show the settings
    #[command(subcommand)]
    Config(config::Settings),
    /// Look for what is wrong with this installation
    Doctor,
}

/// What went wrong, in a sentence for the terminal.
type Failure = Box<dyn std::error::Error + Send + Sync>;
type Outcome = Result<(), Failure>;

/// Runs the command that argv names.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    match runtime.block_on(dispatch(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => fail(&failure),
    }
}

fn fail(failure: &Failure) -> ExitCode {
    output::complain(&format!("passgate: {failure}"));
    ExitCode::FAILURE
}

async fn dispatch(cli: Cli) -> Outcome {
    let mut sources = Sources { file: cli.config, flags: Vec::new() };
    sources.flags.extend(cli.data_dir.map(|directory| ("data_dir", directory)));
    let json = cli.json;
    match cli.command {
        Command::Quickstart(quickstart) => Box::pin(quickstart.run(sources, json)).await,
        Command::Serve(serve) => Box::pin(serve.run(sources)).await,
        Command::Config(settings) => settings.run(&sources, json),
        Command::Doctor => doctor::run(&sources, json).await,
        Command::Backup(backup) => backup.run(&*installation(&sources).await?, json).await,
        Command::Restore(restore) => restore.run(&sources, json).await,
        Command::Migrate(migrate) => migrate.run(&sources, json).await,
        Command::Token(token) => token.run(&sources, json).await,
        Command::Entity(entity) => entity.run(&*installation(&sources).await?, json).await,
        Command::Credential(credential) => credential.run(&*installation(&sources).await?, json).await,
        Command::Parameter(parameter) => parameter.run(&*installation(&sources).await?, json).await,
        Command::Audit(audit) => audit.run(&*installation(&sources).await?, json).await,
        Command::Key(key) => key.run(&*installation(&sources).await?, json).await,
        Command::MasterKey(master_key) => master_key.run(&*installation(&sources).await?, json).await,
        Command::Operator(operator) => operator.run(&*installation(&sources).await?, json).await,
    }
}

/// The installation that the settings describe. It must be there: only `serve` and `quickstart` make one.
async fn installation(sources: &Sources) -> Result<Arc<App>, Failure> {
    let config = Config::load(sources)?;
    let listen = config.listen;
    Ok(App::open_existing(config, Clock::system(), listen).await?)
}

//! `passgate quickstart`: a demo installation, the first curl lines, and a server.

use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::output::say;
use super::serve::Server;
use super::telemetry::Telemetry;
use super::{Failure, Outcome};
use crate::app::{App, Error};
use crate::config::{Config, Sources};
use crate::domain::credential::Owner;
use crate::domain::entity::Change;
use crate::domain::event::Actor;
use crate::domain::rotation::Term;
use crate::domain::secret::PlainSecret;
use crate::domain::time::Timestamp;

const ENTITY: &str = "demo";
const CREDENTIAL: &str = "Quickstart";
const OPERATOR: &str = "quickstart";
const OPERATOR_LIFE: Duration = Duration::from_secs(24 * 3600);

/// Flags of the demo.
#[derive(Args)]
pub struct Quickstart {
    /// Address and port to serve on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Keep everything in a temporary directory and delete it at the end
    #[arg(long, conflicts_with = "data_dir")]
    ephemeral: bool,
}

/// What scripts want to know.
#[derive(Serialize)]
struct Made<'a> {
    base_url: &'a str,
    client_id: &'a str,
    client_secret: Option<&'a str>,
    admin_token: &'a str,
    setup_url: &'a str,
}

impl Quickstart {
    pub(super) async fn run(self, mut sources: Sources, json: bool) -> Outcome {
        sources.flags.extend(self.listen.map(|listen| ("listen", listen)));
        let temporary = if self.ephemeral { Some(Temporary::create()?) } else { None };
        if let Some(temporary) = &temporary {
            sources.flags.push(("data_dir", temporary.0.display().to_string()));
        }
        let config = Config::load(&sources)?;
        let telemetry = Telemetry::install(&config)?;
        let Some(server) = Server::prepare(config).await? else { return Ok(()) };
        introduce(&server.app, json).await?;
        server.run().await?;
        telemetry.finish();
        Ok(())
    }
}

/// Finds or makes the demo, and prints what a first user needs.
async fn introduce(app: &App, json: bool) -> Outcome {
    let entity = match app.find_entity(ENTITY).await {
        Err(Error::NotFound(_)) => {
            let change = Change {
                identifier: Some(ENTITY.to_owned()),
                name: Some("Demo entity".to_owned()),
                description: Some("Made by passgate quickstart.".to_owned()),
                ..Change::default()
            };
            app.create_entity(&Actor::Cli, change).await?
        }
        found => found?,
    };
    let first = (Timestamp::from_millis(i64::MIN), "");
    let credentials = app.store.credentials_after(&Owner::Entity(entity.id), first, 1000, app.now()).await?;
    let usable = credentials
        .into_iter()
        .map(|used| used.credential)
        .find(|credential| credential.name == CREDENTIAL && credential.standing(app.now()).is_ok());
    let (client_id, secret) = match usable {
        Some(credential) => (credential.client_id, app.reveal_secret(&credential).await?),
        None => {
            let generated =
                app.generate_credential(&Actor::Cli, Some(&entity), CREDENTIAL, None, Term::default()).await?;
            (generated.credential.client_id, Some(generated.secret))
        }
    };
    for old in app.store.operator_tokens().await?.iter().filter(|token| token.name == OPERATOR) {
        app.revoke_operator_token(&Actor::Cli, old.id.as_str()).await?;
    }
    let (_, admin_token) = app.create_operator_token(&Actor::Cli, OPERATOR, OPERATOR_LIFE).await?;
    let setup_url = format!("{}/setup/{}", app.issuer, app.create_setup_link(&Actor::Cli).await?.expose());
    let made = Made {
        base_url: &app.issuer,
        client_id: client_id.as_str(),
        client_secret: secret.as_ref().map(PlainSecret::expose),
        admin_token: admin_token.expose(),
        setup_url: &setup_url,
    };
    if json { say(&serde_json::to_string(&made)?) } else { say(&for_people(&made)) }
}

fn for_people(made: &Made<'_>) -> String {
    let Made { base_url, client_id, client_secret, admin_token, setup_url } = made;
    let operator = format!(
        "Operator set-up link (once, 48 hours):  {setup_url}\n\
         Operator token (24 hours):              {admin_token}"
    );
    let Some(secret) = client_secret else {
        return format!(
            "Passgate is serving at {base_url}  (Ctrl-C stops it)\n\n\
             POST URL        {base_url}/api/v1/access-token\n\
             Client Id       {client_id}\n\
             Client Secret   shown when it was made (secrets_reveal = \"once\"); for a new one:\n\n  \
             passgate credential regenerate {client_id}\n\n{operator}"
        );
    };
    let request = format!(
        "curl -sS {base_url}/api/v1/access-token -H 'Content-Type: application/json' -d '{{\"client_id\":\"{client_id}\",\"client_secret\":\"{secret}\"}}'"
    );
    format!(
        "Passgate is serving at {base_url}  (Ctrl-C stops it)\n\n\
         POST URL        {base_url}/api/v1/access-token\n\
         Client Id       {client_id}\n\
         Client Secret   {secret}\n\n\
         Get an access token:\n\n  {request}\n\n\
         Use it:\n\n  curl -sS {base_url}/api/v1/whoami -H \"Authorization: Bearer $({request} | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')\"\n\n\
         {operator}"
    )
}

/// A directory that is deleted when dropped.
struct Temporary(std::path::PathBuf);

impl Temporary {
    fn create() -> Result<Self, Failure> {
        let random = crate::app::clock::random::<16>()?;
        let name = crate::domain::id::EntityId::from_random(random).to_string().replace("pge_", "passgate-");
        let path = std::env::temp_dir().join(name);
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&path)
            .map_err(|error| format!("cannot make the temporary directory {}: {error}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            super::output::complain(&format!("passgate: cannot delete {}: {error}", self.0.display()));
        }
    }
}

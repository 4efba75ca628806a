//! A million credentials, written beside the server: what each of them says is what the server itself would have written.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use passgate::app::App;
use passgate::app::clock::{Clock, random, random_secret};
use passgate::config::{Config, Sources};
use passgate::domain::id::{ClientId, EntityId, SecretId};
use passgate::domain::secret::{PlainSecret, SecretMac, lookup};
use rusqlite::Connection;

use crate::Failure;
use crate::ceiling::Client;

/// Credentials of each entity.
const EACH: usize = 10;

fn text(mac: &SecretMac) -> String {
    URL_SAFE_NO_PAD.encode(mac.as_bytes())
}

/// Adds `credentials` to the installation in `data`, ten to an entity, each entity with the settings of the first there is.
pub async fn add(data: &Path, credentials: usize) -> Result<Vec<Client>, Failure> {
    let flags = vec![("data_dir", data.display().to_string())];
    let config = Config::load(&Sources { file: None, flags })?;
    let app = App::open_existing(config, Clock::system(), "127.0.0.1:1".parse()?).await?;
    let mut database = Connection::open(data.join("passgate.db"))?;
    let rows = database.transaction()?;
    let mut clients = Vec::with_capacity(credentials);
    {
        let mut entity = rows.prepare("INSERT INTO entities (id, identifier, name, description, status, settings, scopes, parameters, version, created_at, updated_at) SELECT ?, ?, ?, '', 'active', settings, scopes, parameters, 1, 1, 1 FROM entities WHERE identifier = 'customer-00'")?;
        let mut credential = rows.prepare(
            "INSERT INTO credentials (client_id, entity_id, name, version, created_at) VALUES (?, ?, ?, 1, 1)",
        )?;
        let mut secret = rows.prepare("INSERT INTO secrets (id, client_id, mac, hint, created_at, made_by, lookup) VALUES (?, ?, ?, ?, 1, 'bench', ?)")?;
        for number in 0..credentials.div_ceil(EACH) {
            let id = EntityId::from_random(random()?);
            let identifier = format!("many-{number}");
            entity.execute((id.as_str(), &identifier, format!("Many {number}")))?;
            for each in 0..EACH {
                let (client_id, plain) = (ClientId::from_random(random()?), PlainSecret::client(&random_secret()?));
                credential.execute((client_id.as_str(), id.as_str(), format!("System {each}")))?;
                let mac = text(&app.vault.secrets.mac(client_id.as_str(), plain.expose()));
                let lookup = text(&lookup(&app.vault.lookups, plain.expose()));
                let secret_id = SecretId::from_random(random()?);
                secret.execute((secret_id.as_str(), client_id.as_str(), mac, plain.hint().as_str(), lookup))?;
                clients.push(Client {
                    client_id: client_id.as_str().to_owned(),
                    client_secret: plain.expose().to_owned(),
                    entity: identifier.clone(),
                });
            }
        }
    }
    rows.commit()?;
    app.store.close().await;
    Ok(clients)
}

/// `count` of `clients`, the first one most often, the second half as often, the third a third (Zipf's law).
pub fn zipf(clients: &[Client], count: usize) -> Result<Vec<Client>, Failure> {
    let mut sums = Vec::with_capacity(clients.len());
    let mut sum = 0.0f64;
    for rank in 1..=clients.len() {
        sum += 1.0 / rank as f64;
        sums.push(sum);
    }
    let mut drawn = Vec::with_capacity(count);
    for _ in 0..count {
        let part = f64::from(u32::from_le_bytes(random()?)) / f64::from(u32::MAX);
        let at = sums.partition_point(|reached| *reached < part * sum);
        drawn.extend(clients.get(at.min(clients.len().saturating_sub(1))).cloned());
    }
    Ok(drawn)
}

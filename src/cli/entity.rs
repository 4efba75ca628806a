//! `passgate entity …`

use clap::{Args, Subcommand};

use super::Outcome;
use super::output::{json, say, table};
use crate::app::App;
use crate::domain::entity::{Change, Entity as BusinessEntity, Status};
use crate::domain::event::Actor;
use crate::domain::quota::Quota;
use crate::domain::settings::{self, AccountLock, UnknownParameters};
use crate::http::admin::entities::EntityBody;

/// Business entities.
#[derive(Subcommand)]
pub enum Entity {
    /// Create an entity
    Create {
        /// Unique name that tokens carry
        identifier: String,
        /// What people call it
        #[arg(long)]
        name: String,
        #[command(flatten)]
        rest: Rest,
    },
    /// List all entities
    List,
    /// Show one
    Show {
        /// Id or identifier
        entity: String,
    },
    /// Change one; what is left out stays as it is
    Update {
        /// Id or identifier
        entity: String,
        /// Another identifier
        #[arg(long)]
        identifier: Option<String>,
        /// What people call it
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        rest: Rest,
    },
    /// Refuse its credentials and tokens from the next request on
    Disable {
        /// Id or identifier
        entity: String,
    },
    /// Accept its credentials and tokens again
    Enable {
        /// Id or identifier
        entity: String,
    },
}

/// What may be said of a new entity as well as of a changed one.
#[derive(Args)]
pub struct Rest {
    /// At most 2,000 characters
    #[arg(long)]
    description: Option<String>,
    /// A scope; repeat for more. Takes the place of all others
    #[arg(long = "scope")]
    scopes: Vec<String>,
    /// Lifetime of a token, 1 to 1440
    #[arg(long, value_name = "MINUTES")]
    token_timeout: Option<u32>,
    /// What becomes of parameters that the entity does not have
    #[arg(long, value_parser = ["refuse", "ignore"])]
    unknown_parameters: Option<String>,
    /// Lock a credential after so many consecutive failures, 1 to 9; 0 switches the lock off
    #[arg(long, value_name = "ATTEMPTS")]
    account_lock: Option<u32>,
    /// Minutes after which the lock opens by itself
    #[arg(long, value_name = "MINUTES")]
    unlock_after: Option<u32>,
    /// An address or network that may ask for tokens; repeat for more. Takes the place of all others; "any" removes all
    #[arg(long = "allow")]
    ip_allowlist: Vec<String>,
    /// An API that its tokens may be for (RFC 8707), as a URI; repeat for more. Takes the place of all others; "none" removes
    /// all
    #[arg(long = "resource", value_name = "URI")]
    resources: Vec<String>,
    /// Most credentials that it may have
    #[arg(long)]
    most_credentials: Option<u32>,
    /// Whether every token must be bound to a key (DPoP)
    #[arg(long, value_name = "BOOLEAN")]
    require_dpop: Option<bool>,
    /// How many days a new secret lives at most, 1 to 3650; 0 lets secrets live for ever
    #[arg(long, value_name = "DAYS")]
    secret_lifetime: Option<u32>,
    /// Most tokens in an hour (UTC); 0 removes this limit
    #[arg(long, value_name = "TOKENS")]
    tokens_per_hour: Option<u32>,
    /// Most tokens in a day (UTC); 0 removes this limit
    #[arg(long, value_name = "TOKENS")]
    tokens_per_day: Option<u32>,
    /// Whether tokens over these limits are only noted, and not refused
    #[arg(long, value_name = "BOOL")]
    quota_dry_run: Option<bool>,
    /// Whether to refuse every secret: only signed assertions and certificates are accepted
    #[arg(long, value_name = "true|false")]
    forbid_plain_secrets: Option<bool>,
}

impl Rest {
    /// The quota that these flags ask for, if any does; what is left out stays as in `now`.
    fn quota(&self, now: Option<Quota>) -> Option<Option<Quota>> {
        if self.tokens_per_hour.is_none() && self.tokens_per_day.is_none() && self.quota_dry_run.is_none() {
            return None;
        }
        let limit =
            |asked: Option<u32>, now: Option<u32>| asked.map_or(now, |limit| Some(limit).filter(|limit| *limit > 0));
        let quota = Quota {
            tokens_per_hour: limit(self.tokens_per_hour, now.and_then(|quota| quota.tokens_per_hour)),
            tokens_per_day: limit(self.tokens_per_day, now.and_then(|quota| quota.tokens_per_day)),
            dry_run: self.quota_dry_run.unwrap_or(now.is_some_and(|quota| quota.dry_run)),
        };
        let is_limit = quota.tokens_per_hour.or(quota.tokens_per_day).is_some();
        Some(Some(quota).filter(|_| is_limit || self.quota_dry_run.is_some()))
    }

    /// `lock` and `quota` are the entity's own: what is left out of them stays.
    fn into_change(self, lock: Option<AccountLock>, quota: Option<Quota>) -> Change {
        let quota = self.quota(quota);
        let unlock_after_minutes = self.unlock_after.or(lock.and_then(|lock| lock.unlock_after_minutes));
        let attempts = self.account_lock.or(self.unlock_after.and(lock).map(|lock| lock.maximum_attempts));
        let account_lock = attempts.map(|maximum_attempts| {
            (maximum_attempts > 0).then_some(AccountLock { maximum_attempts, unlock_after_minutes })
        });
        let allowlist = if self.ip_allowlist == ["any"] {
            Some(Vec::new())
        } else {
            Some(self.ip_allowlist).filter(|list| !list.is_empty())
        };
        let resources = if self.resources == ["none"] {
            Some(Vec::new())
        } else {
            Some(self.resources).filter(|list| !list.is_empty())
        };
        Change {
            description: self.description,
            scopes: Some(self.scopes).filter(|scopes| !scopes.is_empty()),
            settings: settings::Change {
                token_timeout_minutes: self.token_timeout,
                unknown_parameters: self
                    .unknown_parameters
                    .map(|word| if word == "ignore" { UnknownParameters::Ignore } else { UnknownParameters::Refuse }),
                account_lock,
                ip_allowlist: allowlist,
                most_credentials: self.most_credentials,
                require_dpop: self.require_dpop,
                resources,
                secret_lifetime_days: self.secret_lifetime.map(|days| (days > 0).then_some(days)),
                quota,
                forbid_plain_secrets: self.forbid_plain_secrets,
                ..settings::Change::default()
            },
            ..Change::default()
        }
    }
}

impl Entity {
    pub(super) async fn run(self, app: &App, as_json: bool) -> Outcome {
        let actor = Actor::Cli;
        let status = |status| Change { status: Some(status), ..Change::default() };
        let entity = match self {
            Self::List => return list(app, as_json).await,
            Self::Create { identifier, name, rest } => {
                app.create_entity(
                    &actor,
                    Change { identifier: Some(identifier), name: Some(name), ..rest.into_change(None, None) },
                )
                .await?
            }
            Self::Show { entity } => app.find_entity(&entity).await?,
            Self::Update { entity, identifier, name, rest } => {
                let now = app.find_entity(&entity).await?.settings;
                app.update_entity(
                    &actor,
                    &entity,
                    None,
                    Change { identifier, name, ..rest.into_change(now.account_lock, now.quota) },
                )
                .await?
            }
            Self::Disable { entity } => app.update_entity(&actor, &entity, None, status(Status::Disabled)).await?,
            Self::Enable { entity } => app.update_entity(&actor, &entity, None, status(Status::Active)).await?,
        };
        if as_json { json(&EntityBody::from(entity)) } else { show(&entity) }
    }
}

async fn list(app: &App, as_json: bool) -> Outcome {
    let mut entities: Vec<BusinessEntity> = Vec::new();
    loop {
        let after = entities.last().map_or("", |entity| entity.identifier.as_str()).to_owned();
        let page = app.store.entities_after(&after, 500).await?;
        if page.is_empty() {
            break;
        }
        entities.extend(page);
    }
    if as_json {
        return json(&entities.into_iter().map(EntityBody::from).collect::<Vec<_>>());
    }
    let row = |entity: &BusinessEntity| {
        [
            entity.identifier.clone(),
            entity.name.clone(),
            entity.status.as_str().to_owned(),
            entity.scopes.names().join(", "),
        ]
    };
    table(["IDENTIFIER", "NAME", "STATUS", "SCOPES"], &entities.iter().map(row).collect::<Vec<_>>())
}

fn show(entity: &BusinessEntity) -> Outcome {
    let settings = &entity.settings;
    let lock = settings
        .account_lock
        .map_or("off".to_owned(), |lock| format!("after {} failed attempts", lock.maximum_attempts));
    let allowlist: Vec<String> = settings.ip_allowlist.iter().map(ToString::to_string).collect();
    for (name, value) in [
        ("Identifier", entity.identifier.clone()),
        ("Name", entity.name.clone()),
        ("Id", entity.id.to_string()),
        ("Description", entity.description.clone()),
        ("Status", entity.status.as_str().to_owned()),
        ("Scopes", entity.scopes.names().join(", ")),
        (
            "Parameters",
            entity.parameters.iter().map(|parameter| parameter.name().to_owned()).collect::<Vec<_>>().join(", "),
        ),
        ("Resources", if settings.resources.is_empty() { "none".to_owned() } else { settings.resources.join(", ") }),
        ("Token timeout", format!("{} min", settings.token_timeout_minutes)),
        ("Account lock", lock),
        ("Bound tokens", if settings.require_dpop { "only" } else { "as asked for" }.to_owned()),
        ("Quota", quota(settings.quota)),
        ("Plain secrets", if settings.forbid_plain_secrets { "forbidden" } else { "accepted" }.to_owned()),
        ("IP allowlist", if allowlist.is_empty() { "everyone".to_owned() } else { allowlist.join(", ") }),
    ] {
        say(format!("{name:<14} {value}").trim_end())?;
    }
    Ok(())
}

fn quota(quota: Option<Quota>) -> String {
    let Some(quota) = quota else { return "none".to_owned() };
    let limit = |limit: Option<u32>, span: &str| limit.map(|limit| format!("{limit} tokens per {span}"));
    let limits = [limit(quota.tokens_per_hour, "hour"), limit(quota.tokens_per_day, "day")];
    let limits: Vec<String> = limits.into_iter().flatten().collect();
    limits.join(", ") + if quota.dry_run { " (dry run)" } else { "" }
}

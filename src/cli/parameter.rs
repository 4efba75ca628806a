//! `passgate parameter …`

use clap::Subcommand;

use super::Outcome;
use super::output::{argument_or_stdin, json, table};
use crate::app::App;
use crate::domain::definition::Definition;
use crate::domain::entity::Entity;
use crate::domain::event::Actor;
use crate::domain::parameter::Parameter as Defined;

/// Dynamic parameters of token requests.
#[derive(Subcommand)]
pub enum Parameter {
    /// Define or redefine a parameter
    Set {
        /// The entity's id or identifier
        entity: String,
        /// The definition in JSON, or - for standard input, such as {"name":"depot","type":"string","required":true,"claim":"depot"}
        definition: String,
    },
    /// List the parameters of an entity
    List {
        /// The entity's id or identifier
        entity: String,
        /// Print the JSON Schema of its token requests
        #[arg(long)]
        schema: bool,
    },
    /// Remove a parameter
    Remove {
        /// The entity's id or identifier
        entity: String,
        /// Its name
        parameter: String,
    },
}

impl Parameter {
    pub(super) async fn run(self, app: &App, as_json: bool) -> Outcome {
        let entity = match self {
            Self::Set { entity, definition } => {
                let definition: Definition = serde_json::from_str(&argument_or_stdin(&definition)?)
                    .map_err(|error| format!("the definition cannot be read: {error}"))?;
                app.set_parameter(&Actor::Cli, &entity, None, definition).await?
            }
            Self::List { entity, schema } => {
                let entity = app.find_entity(&entity).await?;
                if schema {
                    return json(&entity.request_schema());
                }
                entity
            }
            Self::Remove { entity, parameter } => app.remove_parameter(&Actor::Cli, &entity, None, &parameter).await?,
        };
        list(&entity, as_json)
    }
}

fn list(entity: &Entity, as_json: bool) -> Outcome {
    let definitions: Vec<&Definition> = entity.parameters.iter().map(Defined::definition).collect();
    if as_json {
        return json(&definitions);
    }
    let row = |it: &&Definition| -> Result<[String; 5], serde_json::Error> {
        let kind = serde_json::to_value(it.kind)?;
        Ok([
            it.name.clone(),
            kind.as_str().unwrap_or_default().to_owned(),
            if it.required { "required" } else { "optional" }.to_owned(),
            it.claim.clone().unwrap_or_default(),
            it.description.clone(),
        ])
    };
    table(
        ["NAME", "TYPE", "NEED", "CLAIM", "DESCRIPTION"],
        &definitions.iter().map(row).collect::<Result<Vec<_>, _>>()?,
    )
}

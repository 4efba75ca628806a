//! `passgate audit …`

use std::cell::RefCell;
use std::io::Write as _;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::output::{self, say, table};
use super::progress::{Counted, Progress};
use super::signals::unless_interrupted;
use super::{Failure, Outcome};
use crate::app::App;
use crate::domain::chain::{Anchor, Later};
use crate::domain::event::Action;
use crate::domain::time::{Timestamp, bound};
use crate::http::admin::events::{COLUMNS, EventBody, HeadBody, csv_line};
use crate::http::console::csv;
use crate::http::export::json_line;
use crate::store::chain::{NotVerified, Verified};
use crate::store::event::{Filter, ToldEvent};

/// Events read at once.
const BATCH: i64 = 500;

/// The audit log.
#[derive(Subcommand)]
pub enum Audit {
    /// List events, the newest first
    List {
        #[command(flatten)]
        wanted: Wanted,
        /// Most events
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
    },
    /// Write events to standard output, the newest first, however many there are
    Export {
        #[command(flatten)]
        wanted: Wanted,
        /// What a line is
        #[arg(long, value_enum, default_value = "jsonl")]
        format: Format,
    },
    /// Show the last event and its hash, to be kept outside of this installation
    Head,
    /// Find out whether an event was changed, removed, moved or added by somebody else than Passgate
    Verify {
        /// Only what comes after this event, which must be there: as passgate audit head printed it
        #[arg(long, value_name = "SEQ:HASH")]
        from_anchor: Option<Anchor>,
    },
}

/// What a line of an export is.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A JSON object, with the hashes
    Jsonl,
    /// Comma-separated values
    Csv,
}

/// Which events.
#[derive(Args)]
pub struct Wanted {
    /// Of this entity: id or identifier
    #[arg(long)]
    entity: Option<String>,
    /// What was done, such as credential.regenerated; repeat for more
    #[arg(long = "action", value_name = "ACTION", value_parser = action)]
    actions: Vec<Action>,
    /// By an actor whose text holds this
    #[arg(long, default_value = "", hide_default_value = true)]
    actor: String,
    /// From this moment on: a date and time, or a date (UTC)
    #[arg(long, value_name = "TIME", value_parser = |text: &str| bound(text, false))]
    from: Option<Timestamp>,
    /// Before this moment, or up to the end of this date (UTC)
    #[arg(long, value_name = "TIME", value_parser = |text: &str| bound(text, true))]
    to: Option<Timestamp>,
}

fn action(word: &str) -> Result<Action, String> {
    Action::parse(word).ok_or_else(|| format!("{word} is not an action; passgate audit list shows what there is"))
}

impl Wanted {
    async fn filter(self, app: &App) -> Result<Filter, Failure> {
        let entity_id = match self.entity {
            Some(name) => Some(app.find_entity(&name).await?.id.to_string()),
            None => None,
        };
        let (since, until) = (self.from, self.to);
        Ok(Filter { entity_id, actions: self.actions, actor: self.actor, is_of_entity_only: false, since, until })
    }
}

impl Audit {
    pub(super) async fn run(self, app: &App, as_json: bool) -> Outcome {
        match self {
            Self::List { wanted, limit } => {
                let events = app.store.events_told(i64::MAX, &wanted.filter(app).await?, limit).await?;
                if as_json {
                    return output::json(&events.into_iter().map(EventBody::from).collect::<Vec<_>>());
                }
                table(
                    ["SEQ", "TIME", "ACTOR", "ACTION", "ENTITY", "SUBJECT"],
                    &events.iter().map(row).collect::<Vec<_>>(),
                )
            }
            Self::Export { wanted, format } => export(app, &wanted.filter(app).await?, format).await,
            Self::Head => {
                let ends = app.store.chain_ends().await?;
                if as_json { output::json(&HeadBody::from(&ends)) } else { say(&ends.chained.to_string()) }
            }
            Self::Verify { from_anchor } => verify(app, from_anchor.as_ref(), as_json).await,
        }
    }
}

fn row(told: &ToldEvent) -> [String; 6] {
    let event = told.event.clone();
    let entity = told.entity.clone().or(event.entity_id).unwrap_or_default();
    [event.seq.to_string(), event.at.to_string(), event.actor, event.action, entity, event.subject]
}

async fn export(app: &App, filter: &Filter, format: Format) -> Outcome {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let written = |outcome: std::io::Result<()>| match outcome {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        other => other.map(|()| true),
    };
    if format == Format::Csv && !written(out.write_all(csv::line(&COLUMNS).as_bytes()))? {
        return Ok(());
    }
    let mut before = i64::MAX;
    loop {
        let events = app.store.events_told(before, filter, BATCH).await?;
        let Some(last) = events.last() else { break };
        before = last.event.seq;
        for told in events {
            let line = match format {
                Format::Jsonl => json_line(&EventBody::from(told)),
                Format::Csv => csv_line(&told),
            };
            if !written(out.write_all(line.as_bytes()))? {
                return Ok(());
            }
        }
    }
    written(out.flush())?;
    Ok(())
}

async fn verify(app: &App, from: Option<&Anchor>, as_json: bool) -> Outcome {
    let progress = Progress::new("Verifying", Counted::Rows);
    let at = RefCell::new(from.cloned());
    let told = |right: &Anchor, of: i64| {
        progress.set(u64::try_from(right.seq).unwrap_or_default(), u64::try_from(of).unwrap_or_default());
        at.replace(Some(right.clone()));
    };
    let work = async { Ok(app.verify_audit(from, told).await) };
    let stopped = || match &*at.borrow() {
        Some(at) => {
            format!("interrupted; up to here it is intact, go on with: passgate audit verify --from-anchor {at}")
        }
        None => "interrupted".to_owned(),
    };
    let verified = unless_interrupted(work, stopped).await;
    drop(progress);
    let verified = verified?;
    match verified {
        Ok(verified) if as_json => output::json(&json!({
            "intact": true,
            "from": verified.from.seq,
            "to": verified.to.seq,
            "anchor": verified.to.to_string(),
            "waiting": verified.waiting,
            "chained_later": verified.later.iter().map(|run| json!({"first": run.first, "last": run.last, "at": Timestamp::from_millis(run.at)})).collect::<Vec<_>>(),
        })),
        Ok(verified) => report(&verified, from.is_some()),
        Err(NotVerified::Broken(broken)) => {
            if as_json {
                output::json(
                    &json!({"intact": false, "first_bad": broken.seq, "fault": broken.fault, "detail": broken.fault.meaning()}),
                )?;
            }
            Err(format!("the event log has been tampered with, or is damaged; {broken}").into())
        }
        Err(error) => Err(error.into()),
    }
}

fn report(verified: &Verified, has_anchor: bool) -> Outcome {
    let Verified { from, to, waiting, later } = verified;
    let begin = match (from.seq, has_anchor) {
        (0, _) => "from the first event on".to_owned(),
        (seq, true) => format!("after the anchor at event {seq}"),
        (seq, false) => format!("after event {seq}, up to which events have been removed because of their age"),
    };
    say(&format!("The event log is intact {begin}, up to event {}.", to.seq))?;
    for Later { first, last, at } in later {
        let at = Timestamp::from_millis(*at);
        say(&format!(
            "Events {first} to {last} were written without a hash, by a version before the chain, and chained later, the last at {at}: what became of them before then cannot be told."
        ))?;
    }
    if *waiting > 0 {
        say(&format!(
            "{waiting} events at the end are not chained yet; a running server chains them within a second."
        ))?;
    }
    say(&format!("Anchor: {to}"))
}

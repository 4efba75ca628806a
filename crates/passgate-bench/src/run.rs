//! One run: which servers stand beside each other, in which order, and for how long.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::asking::{self, INTEGRATION, OAUTH, Requests};
use crate::installation::{DURABLE, Installation};
use crate::load::{self, Pace, Target};
use crate::process::{self, Running};
use crate::results::{Memory, Range, Results, Section, Side};
use crate::wire::Endpoint;
use crate::{Algorithm, Failure, ledger, many, say};

/// The ceiling, in tables.
pub const CEILING: &str = "ceiling";
/// Passgate.
pub const PASSGATE: &str = "passgate";
/// Passgate without a ledger, beside one with.
pub const COUNTED: &str = "passgate, counted";
/// One client of many, again and again.
pub const ONE: &str = "one credential";
/// All of them, one after the other.
pub const UNIFORM: &str = "all of them";
/// Some much more often than others.
pub const ZIPF: &str = "by Zipf's law";
/// Tokens by a form.
pub const TOKENS: &str = "tokens";
/// The same with EdDSA.
pub const EDDSA: &str = "eddsa";
/// The same by TLS.
pub const TLS: &str = "tls";
/// The bodies and doors beside each other.
pub const DOORS: &str = "doors";
/// Tokens shown.
pub const VERIFIED: &str = "verified";
/// Tokens at a fixed rate.
pub const OPEN: &str = "open";
/// Tokens that are written down.
pub const LEDGER: &str = "ledger";
/// The same with EdDSA.
pub const LEDGER_EDDSA: &str = "ledger, EdDSA";
/// Tokens that are given again.
pub const REUSE: &str = "reuse";
/// Tokens of very many clients.
pub const MANY: &str = "many";
/// Start and memory.
pub const START: &str = "start";

/// Connections of sections that have one number of them.
pub const SOME: usize = 64;
/// What is sent at a fixed rate, as a part of what is answered when all ask again at once.
const PART: f64 = 0.7;

/// What to do.
pub struct Plan {
    /// The server's binary.
    pub binary: PathBuf,
    /// Turns of each server.
    pub rounds: usize,
    /// How long each is.
    pub pace: Pace,
    /// Numbers of connections at which tokens are measured.
    pub connections: Vec<usize>,
    /// The sections that are wanted; all if empty.
    pub only: Vec<String>,
    /// Tokens after which memory is looked at.
    pub tokens: Vec<u64>,
    /// Credentials, of [`MANY`].
    pub credentials: usize,
    /// Another server beside.
    pub rival: Option<Target>,
}

impl Plan {
    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|wanted| wanted == name)
    }

    /// Measures everything that is wanted.
    pub async fn run(&self, results: &mut Results) -> Result<(), Failure> {
        self.on_es256(results).await?;
        for (name, algorithm, by_tls, connections, title) in [
            (EDDSA, Algorithm::EdDsa, false, vec![1, SOME], "A token by a form, EdDSA"),
            (TLS, Algorithm::Es256, true, vec![SOME], "A token by a form, ES256, by TLS"),
        ] {
            if self.wants(name) {
                let world = World::make(self, algorithm, by_tls, &[]).await?;
                for connections in connections {
                    let section = Asked { name, title, connections, targets: world.tokens(), at_rate: false };
                    results.sections.push(self.section(section).await?);
                }
            }
        }
        if self.wants(LEDGER) {
            self.ledger(results).await?;
        }
        if self.wants(REUSE) {
            let world = World::make(self, Algorithm::Es256, false, &[("PASSGATE_TOKEN_REUSE_PERCENT", "50")]).await?;
            let clients = &world.installation.clients;
            let targets = vec![
                world.ceiling(asking::form("/opaque", clients)),
                world.target(PASSGATE, asking::form(OAUTH, clients)),
            ];
            let title = "A token that is given again, against an opaque one";
            let asked = Asked { name: REUSE, title, connections: SOME, targets, at_rate: false };
            results.sections.push(self.section(asked).await?);
        }
        if self.wants(MANY) {
            self.many(results).await?;
        }
        Ok(())
    }

    /// With a row for each token before its answer; beside it, what the same server takes without one.
    async fn ledger(&self, results: &mut Results) -> Result<(), Failure> {
        for (algorithm, title) in [
            (Algorithm::Es256, "A token that is written down, ES256"),
            (Algorithm::EdDsa, "A token that is written down, EdDSA"),
        ] {
            let world = World::make(self, algorithm, false, &[DURABLE]).await?;
            let counted = World::make(self, algorithm, false, &[]).await?;
            let name = if algorithm == Algorithm::Es256 { LEDGER } else { LEDGER_EDDSA };
            for connections in [1, SOME] {
                let mut targets = world.tokens();
                targets.push(counted.target(COUNTED, asking::form(OAUTH, &counted.installation.clients)));
                let mut disk = || -> Result<(), Failure> {
                    results.fdatasync.push(ledger::fdatasync(&world.installation.data())?.as_secs_f64() * 1e3);
                    Ok(())
                };
                disk()?;
                let asked = Asked { name, title, connections, targets, at_rate: false };
                let section = self.section(asked).await?;
                disk()?;
                results.sections.push(section);
            }
        }
        Ok(())
    }

    /// With a million credentials, asked for one after the other, by Zipf's law, and always the same one.
    async fn many(&self, results: &mut Results) -> Result<(), Failure> {
        let mut world = World::make(self, Algorithm::Es256, false, &[]).await?;
        world.server = None;
        let clients = many::add(&world.installation.data(), self.credentials).await?;
        world.server = Some(world.installation.serve().await?);
        let all = asking::form(OAUTH, &clients);
        let zipf = asking::form(OAUTH, &many::zipf(&clients, clients.len().min(1 << 18))?);
        let one = asking::form(OAUTH, clients.get(..1).unwrap_or_default());
        let before = process::resident(&world.pids())?;
        load::each_once(&world.target(PASSGATE, all.clone()), SOME).await?;
        let grown = process::resident(&world.pids())?.saturating_sub(before);
        results.known = Some((clients.len(), grown as f64 / clients.len() as f64));
        let targets = vec![world.target(ONE, one), world.target(UNIFORM, all), world.target(ZIPF, zipf)];
        let asked =
            Asked { name: MANY, title: "Tokens of many clients, ES256", connections: SOME, targets, at_rate: false };
        results.sections.push(self.section(asked).await?);
        Ok(())
    }

    async fn on_es256(&self, results: &mut Results) -> Result<(), Failure> {
        if ![TOKENS, DOORS, VERIFIED, OPEN, START].iter().any(|name| self.wants(name)) {
            return Ok(());
        }
        let mut world = World::make(self, Algorithm::Es256, false, &[]).await?;
        let mut targets = world.tokens();
        targets.extend(self.rival.clone());
        if self.wants(TOKENS) {
            for &connections in &self.connections {
                let title = "A token by a form, ES256";
                let asked = Asked { name: TOKENS, title, connections, targets: targets.clone(), at_rate: false };
                results.sections.push(self.section(asked).await?);
            }
        }
        if self.wants(OPEN) {
            let title = "A token by a form, ES256, at 70 % of what 64 connections get";
            let asked = Asked { name: OPEN, title, connections: 0, targets, at_rate: true };
            results.sections.push(self.section(asked).await?);
        }
        if self.wants(DOORS) {
            let (title, targets) = ("What is sent, ES256", world.doors());
            let asked = Asked { name: DOORS, title, connections: SOME, targets, at_rate: false };
            results.sections.push(self.section(asked).await?);
        }
        if self.wants(VERIFIED) {
            let (title, targets) = ("A valid ES256 token, shown again and again", world.verifiers().await?);
            let asked = Asked { name: VERIFIED, title, connections: SOME, targets, at_rate: false };
            results.sections.push(self.section(asked).await?);
        }
        if self.wants(START) {
            self.start(&mut world, results).await?;
        }
        Ok(())
    }

    async fn section(&self, asked: Asked) -> Result<Section, Failure> {
        let Asked { name, title, connections, targets, at_rate } = asked;
        let side = |target: &Target| Side { name: target.name.clone(), legs: Vec::new() };
        let sides = targets.iter().map(side).collect();
        let mut section = Section { name: name.to_owned(), title: title.to_owned(), connections, sides };
        for round in 0..u8::try_from(self.rounds)? {
            for (target, side) in targets.iter().zip(&mut section.sides) {
                let leg = if at_rate {
                    let saturated = load::closed(target, SOME, round, self.pace).await?.per_second;
                    load::open(target, saturated * PART, round, self.pace).await?
                } else {
                    load::closed(target, connections, round, self.pace).await?
                };
                if leg.answers == 0 || leg.wrong > 0 {
                    let (wrong, expected) = (leg.wrong, target.expected);
                    return Err(format!(
                        "{name}, {}: {wrong} answers were not {expected}, {} were",
                        target.name, leg.answers
                    )
                    .into());
                }
                side.legs.push(leg);
            }
        }
        let cpu = |side: &Side| side.range(|leg| leg.cpu_micros).map_or_else(String::new, |range| range.show(1));
        let sides: Vec<String> = section.sides.iter().map(|side| format!("{} {}", side.name, cpu(side))).collect();
        say(&format!("{title}, {connections} connections, CPU in µs: {}", sides.join(", ")))?;
        Ok(section)
    }

    /// Starts the server again and again; then looks at what it holds in memory, idle and after many tokens.
    async fn start(&self, world: &mut World, results: &mut Results) -> Result<(), Failure> {
        let requests = asking::form(INTEGRATION, &world.installation.clients);
        let first = requests.first().ok_or("no clients")?;
        world.server = None;
        for _ in 0..self.rounds.saturating_mul(3) {
            let took = world.installation.first_token(first).await?;
            results.cold_starts.push(took.as_secs_f64() * 1e3);
        }
        world.server = Some(world.installation.serve().await?);
        tokio::time::sleep(Duration::from_secs(2)).await;
        let pids = world.pids();
        let note = |when: String| -> Result<Memory, Failure> {
            Ok(Memory { when, megabytes: process::resident(&pids)? as f64 / 1e6 })
        };
        results.memory.push(note("idle".to_owned())?);
        let target = world.target(PASSGATE, asking::form(OAUTH, &world.installation.clients));
        let mut issued = 0u64;
        for &tokens in &self.tokens {
            while issued < tokens {
                let leg =
                    load::closed(&target, SOME, 0, Pace { warm: Duration::ZERO, measured: Duration::from_secs(2) })
                        .await?;
                issued = issued.saturating_add(leg.answers);
            }
            results.memory.push(note(format!("after {issued} tokens"))?);
        }
        let starts = Range::of(results.cold_starts.iter().copied()).map_or_else(String::new, |range| range.show(1));
        let memory: Vec<String> =
            results.memory.iter().map(|memory| format!("{} {:.1}", memory.when, memory.megabytes)).collect();
        say(&format!("Cold start to the first token, in ms: {starts}. Memory in MB: {}", memory.join(", ")))
    }
}

struct Asked {
    name: &'static str,
    title: &'static str,
    connections: usize,
    targets: Vec<Target>,
    /// Sent at a fixed rate, which is [`PART`] of what [`SOME`] connections have got just before.
    at_rate: bool,
}

/// Passgate and the ceiling, both running.
struct World {
    installation: Installation,
    server: Option<Running>,
    ceiling: Running,
    ceiling_at: Endpoint,
    passgate_at: Endpoint,
}

impl World {
    async fn make(
        plan: &Plan,
        algorithm: Algorithm,
        by_tls: bool,
        settings: &'static [(&'static str, &'static str)],
    ) -> Result<Self, Failure> {
        let (installation, server) = Installation::make(&plan.binary, algorithm, by_tls, settings).await?;
        let (ceiling, ceiling_at) = installation.ceiling()?;
        let passgate_at = installation.endpoint()?;
        Ok(Self { installation, server: Some(server), ceiling, ceiling_at, passgate_at })
    }

    fn pids(&self) -> Vec<u32> {
        self.server.iter().map(Running::pid).collect()
    }

    fn target(&self, name: &str, requests: Requests) -> Target {
        let endpoint = self.passgate_at.clone();
        Target { name: name.to_owned(), endpoint, pids: self.pids(), requests, expected: 200, from: None }
    }

    fn ceiling(&self, requests: Requests) -> Target {
        let (endpoint, pids) = (self.ceiling_at.clone(), vec![self.ceiling.pid()]);
        Target { name: CEILING.to_owned(), endpoint, pids, requests, expected: 200, from: None }
    }

    fn tokens(&self) -> Vec<Target> {
        let clients = &self.installation.clients;
        vec![self.ceiling(asking::form("/token", clients)), self.target(PASSGATE, asking::form(OAUTH, clients))]
    }

    fn doors(&self) -> Vec<Target> {
        let clients = &self.installation.clients;
        let refused = |from, name, others| {
            let target = self.target(name, asking::refused(clients, others));
            Target { expected: 401, from: Some(from), ..target }
        };
        vec![
            self.target("form", asking::form(INTEGRATION, clients)),
            self.target("json", asking::json(clients)),
            self.target("multipart", asking::multipart(clients)),
            self.target("form, OAuth", asking::form(OAUTH, clients)),
            self.target("Basic, OAuth", asking::basic(clients)),
            refused(0, "refused secret", 1),
            refused(1, "refused secret, each time another", 100),
        ]
    }

    async fn verifiers(&self) -> Result<Vec<Target>, Failure> {
        let clients = &self.installation.clients;
        let ceilings = tokens(&self.ceiling_at, &asking::form("/token", clients)).await?;
        let own = tokens(&self.passgate_at, &asking::form(OAUTH, clients)).await?;
        let api = self.installation.api.as_ref().ok_or("no API")?;
        Ok(vec![
            self.ceiling(asking::bearer("/verify", &ceilings)),
            self.target("forward-auth", asking::bearer("/forward-auth?scope=DLAT", &own)),
            self.target("introspection", asking::introspection(api, &own)),
        ])
    }
}

/// The token that each request is answered with.
async fn tokens(endpoint: &Endpoint, requests: &Arc<Vec<Vec<u8>>>) -> Result<Vec<String>, Failure> {
    let mut asking = endpoint.connect(None).await?;
    let mut tokens = Vec::new();
    for request in requests.iter() {
        let answer: Value = serde_json::from_slice(asking.ask(request).await?.body)?;
        let token = answer.get("access_token").and_then(Value::as_str).ok_or("an answer without a token")?;
        tokens.push(token.to_owned());
    }
    Ok(tokens)
}

//! Results as text: a table a section, the goals with what was reached, and both in `docs/performance.md`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::Failure;
use crate::load::Leg;
use crate::plot;
use crate::results::{Range, Results, Section};
use crate::run::{
    CEILING, COUNTED, DOORS, EDDSA, LEDGER, LEDGER_EDDSA, MANY, ONE, OPEN, PASSGATE, REUSE, SOME, TLS, TOKENS, UNIFORM,
    VERIFIED, ZIPF,
};

const BEGIN: &str = "<!-- measured: written by the command above, not by hand -->";
const END: &str = "<!-- measured: end -->";

/// Something that should be reached.
struct Goal {
    what: String,
    must: f64,
    aim: f64,
    reached: Option<Range>,
}

fn goals(results: &Results) -> Vec<Goal> {
    let side = |section: &str, connections, name: &str| results.section(section, connections)?.side(name);
    let ratio = |section, connections, name, base, of: fn(&Leg) -> f64| {
        side(section, connections, name)?.ratio(side(section, connections, base)?, of)
    };
    let cpu: fn(&Leg) -> f64 = |leg| leg.cpu_micros;
    let p99: fn(&Leg) -> f64 = |leg| leg.p99;
    let mut goals = Vec::new();
    let mut goal = |what: &str, must, aim, reached| goals.push(Goal { what: what.to_owned(), must, aim, reached });
    for (section, called) in [(TOKENS, "ES256"), (EDDSA, "EdDSA"), (TLS, "ES256 by TLS")] {
        let what = format!("CPU per token against the ceiling, {called}, {SOME} connections");
        goal(&what, 1.3, 1.1, ratio(section, SOME, PASSGATE, CEILING, cpu));
    }
    for (section, called) in [(LEDGER, "ES256"), (LEDGER_EDDSA, "EdDSA")] {
        let what = format!(
            "CPU per token with the durable ledger against the ceiling with a row, {called}, {SOME} connections"
        );
        goal(&what, 1.35, 1.15, ratio(section, SOME, PASSGATE, CEILING, cpu));
    }
    let disk = Range::of(results.fdatasync.iter().copied());
    let added = results.section(LEDGER, 1).zip(disk).and_then(|(section, disk)| {
        let (durable, counted) = (section.side(PASSGATE)?, section.side(COUNTED)?);
        Range::of(
            durable.legs.iter().zip(&counted.legs).map(|(durable, counted)| (durable.p50 - counted.p50) / disk.median),
        )
    });
    goal("p50 that the ledger adds at one connection, against fdatasync", 2.5, 2.5, added);
    goal("CPU, a token given again against an opaque one", 1.3, 1.3, ratio(REUSE, SOME, PASSGATE, CEILING, cpu));
    for name in [UNIFORM, ZIPF] {
        let what = format!("CPU per token of many clients, {name}, against one");
        goal(&what, 1.5, 1.2, ratio(MANY, SOME, name, ONE, cpu));
    }
    goal(
        "memory per known credential, in bytes",
        1000.0,
        400.0,
        results.known.and_then(|(_, bytes)| Range::of([bytes])),
    );
    for connections in [SOME, 256] {
        let what = format!("p99 at saturation against the ceiling, {connections} connections");
        goal(&what, 2.0, 1.3, ratio(TOKENS, connections, PASSGATE, CEILING, p99));
    }
    let p50 = side(EDDSA, 1, PASSGATE).and_then(|side| side.range(|leg| leg.p50));
    goal("p50 at one connection, EdDSA, in ms", 0.20, 0.14, p50);
    let open = |of: fn(&Leg) -> f64| side(OPEN, 0, PASSGATE)?.range(of);
    goal("p99 at 70 % of saturation, in ms", 3.0, 1.5, open(p99));
    goal("p99.9 at 70 % of saturation, in ms", 10.0, 5.0, open(|leg| leg.p999));
    goal("CPU, JSON against form", 1.05, 1.02, ratio(DOORS, SOME, "json", "form", cpu));
    goal("CPU, multipart against form", 1.3, 1.1, ratio(DOORS, SOME, "multipart", "form", cpu));
    goal("CPU, a refused secret against a token", 0.6, 0.4, ratio(DOORS, SOME, "refused secret", "form", cpu));
    for name in ["forward-auth", "introspection"] {
        let what = format!("CPU, {name} against one verification behind HTTP");
        goal(&what, 1.3, 0.5, ratio(VERIFIED, SOME, name, CEILING, cpu));
    }
    goal("cold start to the first token, in ms", 60.0, 25.0, Range::of(results.cold_starts.iter().copied()));
    let memory = |when: &dyn Fn(&str) -> bool| {
        Range::of(results.memory.iter().filter(|memory| when(&memory.when)).map(|memory| memory.megabytes))
    };
    goal("idle memory, in MB", 25.0, 18.0, memory(&|when| when == "idle"));
    let after = |tokens: u64| {
        let count = move |when: &str| when.split(' ').nth(1).and_then(|count| count.parse::<u64>().ok()).unwrap_or(0);
        memory(&|when| (tokens..tokens.saturating_mul(2)).contains(&count(when)))
    };
    goal("memory after 1 M tokens, in MB", 45.0, 30.0, after(1_000_000));
    let growth = after(1_000_000).zip(after(5_000_000)).and_then(|(one, five)| Range::of([five.median / one.median]));
    goal("memory after 5 M tokens against 1 M", 1.05, 1.02, growth);
    goals
}

/// Everything as Markdown.
pub fn markdown(results: &Results) -> String {
    let mut text = String::new();
    let Results { command, machine, commit, rounds, seconds, .. } = results;
    let _ = writeln!(
        text,
        "On {machine}; the load generator ran on the same cores. Commit `{commit}`, {rounds} turns of {seconds} s for each server. Each value is the middle of the turns, with the least and the most.\n\n    {command}\n"
    );
    text.push_str("### Goals\n\n| | must | aim | measured | |\n|---|---|---|---|---|\n");
    for Goal { what, must, aim, reached } in goals(results) {
        let Some(reached) = reached else { continue };
        let verdict = if reached.median <= aim {
            "aim reached"
        } else if reached.median <= must {
            "must reached"
        } else {
            "**missed**"
        };
        let _ = writeln!(text, "| {what} | ≤ {must} | ≤ {aim} | {} | {verdict} |", reached.show(2));
    }
    let sentence = |text: &mut String, said: Option<String>| {
        if let Some(said) = said {
            let _ = writeln!(text, "\n{said}");
        }
    };
    let known =
        |(count, bytes): (usize, f64)| format!("{count} credentials were known at most, at {bytes:.0} bytes each.");
    sentence(&mut text, results.known.map(known));
    let disk = |range: Range| format!("`fdatasync` of 4 KiB where the ledgers are takes {} ms.", range.show(3));
    sentence(&mut text, Range::of(results.fdatasync.iter().copied()).map(disk));
    for section in &results.sections {
        table(&mut text, section);
    }
    text
}

fn table(text: &mut String, section: &Section) {
    let connections = match section.connections {
        0 => String::new(),
        1 => ", 1 connection".to_owned(),
        many => format!(", {many} connections"),
    };
    let _ = write!(
        text,
        "\n### {}{connections}\n\n| | requests/s | CPU µs | CPU, ratio | p50 ms | p99 ms | p99.9 ms | p99, ratio | MB |\n|---|---|---|---|---|---|---|---|---|\n",
        section.title
    );
    let Some(base) = section.sides.first() else { return };
    for side in &section.sides {
        let show =
            |of: fn(&Leg) -> f64, decimals| side.range(of).map_or_else(String::new, |range| range.show(decimals));
        let ratio = |of: fn(&Leg) -> f64| side.ratio(base, of).map_or_else(String::new, |range| range.show(2));
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            side.name,
            show(|leg| leg.per_second, 0),
            show(|leg| leg.cpu_micros, 1),
            ratio(|leg| leg.cpu_micros),
            show(|leg| leg.p50, 2),
            show(|leg| leg.p99, 2),
            show(|leg| leg.p999, 2),
            ratio(|leg| leg.p99),
            show(|leg| leg.resident, 1),
        );
    }
}

/// Puts the results into `docs/performance.md`, between the marks that are there, and the plots beside it.
pub fn write_docs(results: &Results, root: &Path) -> Result<(), Failure> {
    let path = root.join("docs/performance.md");
    let document = fs::read_to_string(&path)?;
    let (before, rest) = document.split_once(BEGIN).ok_or("docs/performance.md has lost the mark of its beginning")?;
    let (_, after) = rest.split_once(END).ok_or("docs/performance.md has lost the mark of its end")?;
    let plots = root.join("docs/performance");
    fs::create_dir_all(&plots)?;
    let mut measured = markdown(results);
    for (name, called) in plot::all(results, &plots)? {
        let _ = write!(measured, "\n![{called}](performance/{name})\n");
    }
    fs::write(path, format!("{before}{BEGIN}\n\n{measured}\n{END}{after}"))?;
    Ok(())
}

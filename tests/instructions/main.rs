//! What the steps of a token request cost in instructions, held against what was accepted. Callgrind counts them, which
//! does not depend on how busy the machine is: a change that makes a step dearer shows at once.
#![expect(clippy::cast_precision_loss, reason = "no step costs as much as 2^52 instructions")]

mod steps;

use std::collections::BTreeMap;
use std::env::consts::ARCH;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode};

use serde::{Deserialize, Serialize};

/// Why nothing could be counted, or too much was.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The argument with which this program takes the steps instead of counting them.
const STEPS: &str = "--steps";
/// The argument with which it accepts what it counts.
const ACCEPT: &str = "--accept";
/// A step may cost so much more than was accepted, as a part of that.
const TOLERANCE: f64 = 0.03;
const ACCEPTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/instructions/accepted.json");
/// Optimized code is another code.
const BUILD: &str = if cfg!(debug_assertions) { "debug" } else { "release" };

/// Instructions of each step.
type Counts = BTreeMap<String, u64>;

/// What was accepted.
#[derive(Default, Serialize, Deserialize)]
struct Accepted {
    /// The compiler that it was counted with: another one may make other instructions of the same code.
    compiler: String,
    /// By architecture and build.
    instructions: BTreeMap<String, Counts>,
}

fn main() -> ExitCode {
    let is_given = |argument| std::env::args().any(|given| given == argument);
    let done = if is_given(STEPS) { steps::take() } else { judge(is_given(ACCEPT)) };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "instructions: {error}");
            ExitCode::FAILURE
        }
    }
}

fn judge(accepts: bool) -> Result<(), Failure> {
    let counted = count(&std::env::current_exe()?)?;
    let mut accepted: Accepted = match fs::read(ACCEPTED) {
        Ok(text) => serde_json::from_slice(&text)?,
        Err(_) => Accepted::default(),
    };
    let compiler = output(Command::new("rustc").arg("--version"))?;
    let kind = format!("{ARCH} {BUILD}");
    let (table, dearer) = compare(accepted.instructions.get(&kind), &counted);
    let mut terminal = std::io::stdout();
    if accepts {
        accepted.compiler = compiler;
        accepted.instructions.insert(kind, counted);
        fs::write(ACCEPTED, format!("{}\n", serde_json::to_string_pretty(&accepted)?))?;
        return Ok(terminal.write_all(table.as_bytes())?);
    }
    if dearer.is_empty() {
        return Ok(writeln!(terminal, "instructions: no step of a token request is dearer than accepted")?);
    }
    let counted_with = match accepted.compiler {
        other if other != compiler => format!("\nAccepted was what {other} makes; this is {compiler}."),
        _ => String::new(),
    };
    Err(format!(
        "dearer than accepted by more than 3 %: {}\n{table}{counted_with}\nMake it cheaper; or accept it, and say in the change why it is worth that: cargo test --test instructions -- {ACCEPT}",
        dearer.join(", ")
    )
    .into())
}

/// Both as a table, and the steps that cost more than they may.
fn compare(before: Option<&Counts>, counted: &Counts) -> (String, Vec<String>) {
    let mut table = format!("{:<16}{:>12}{:>12}{:>10}\n", "STEP", "ACCEPTED", "NOW", "CHANGE");
    let mut dearer = Vec::new();
    for (step, now) in counted {
        let accepted = before.and_then(|before| before.get(step));
        let change = accepted.map(|accepted| *now as f64 / *accepted as f64 - 1.0);
        let shown = change.map_or_else(String::new, |change| format!("{:+.1} %", change * 100.0));
        let accepted = accepted.map_or_else(|| "none".to_owned(), u64::to_string);
        let _ = writeln!(table, "{step:<16}{accepted:>12}{now:>12}{shown:>10}");
        if change.is_none_or(|change| change > TOLERANCE) {
            dearer.push(step.clone());
        }
    }
    (table, dearer)
}

/// Runs `program` in callgrind, which writes a file each time that the program reaches a mark.
fn count(program: &Path) -> Result<Counts, Failure> {
    let directory = tempfile::tempdir()?;
    let files = directory.path().join("counts");
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--dump-before=*steps::mark*"]);
    valgrind.arg(format!("--callgrind-out-file={}", files.display())).arg(program).arg(STEPS);
    let steps = output(&mut valgrind)?;
    let mut counted = Counts::new();
    for (index, line) in steps.lines().enumerate() {
        let (name, times) = line.rsplit_once(' ').ok_or("a step without a number")?;
        // Before each step there is what comes before it, which is not counted.
        let number = index.saturating_add(1).saturating_mul(2);
        let text = fs::read_to_string(format!("{}.{number}", files.display()))?;
        let total = text.lines().find_map(|line| line.strip_prefix("totals: ")).ok_or("a count without a total")?;
        let each = total.trim().parse::<u64>()?.checked_div(times.parse()?).ok_or("a step that was never taken")?;
        counted.insert(name.to_owned(), each);
    }
    Ok(counted)
}

/// What a program that must succeed prints.
fn output(command: &mut Command) -> Result<String, Failure> {
    let named = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{named}: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(format!("{named}: {}", String::from_utf8_lossy(&output.stderr).trim()).into())
    }
}

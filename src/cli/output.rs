//! What the command line prints.

use std::io::Write as _;

use serde::Serialize;

use super::{Failure, Outcome};

/// One line on standard output. A reader that has gone away is no failure of ours.
pub fn say(line: &str) -> Outcome {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// One line on standard error.
pub fn complain(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Indented JSON.
pub fn json(value: &impl Serialize) -> Outcome {
    say(&serde_json::to_string_pretty(value)?)
}

/// A table with a head, its columns as wide as they need to be.
pub fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> Outcome {
    let mut widths = head.map(|cell| cell.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; N]| -> String {
        let padded: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        padded.join("  ").trim_end().to_owned()
    };
    say(&line(head))?;
    rows.iter().try_for_each(|row| say(&line(row.each_ref().map(String::as_str))))
}

/// A span such as `90s`, `15m`, `24h` or `7d`.
pub fn span(text: &str) -> Result<std::time::Duration, String> {
    let wrong = || format!("{text} is not a span such as 90s, 15m, 24h or 7d");
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86400,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    Ok(std::time::Duration::from_secs(number.saturating_mul(seconds)))
}

/// Text from an argument, or from standard input if it is `-`.
pub fn argument_or_stdin(argument: &str) -> Result<String, Failure> {
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    let mut text = String::new();
    std::io::Read::read_to_string(&mut std::io::Read::take(std::io::stdin(), 65536), &mut text)?;
    Ok(text.trim().to_owned())
}

//! The page as Markdown, for a ticket or a wiki.

use std::fmt::Write as _;

use crate::domain::definition::{Definition, Kind, LONGEST_TEXT};
use crate::domain::entity::Entity;
use crate::domain::token::{LONGEST_CLIENT_ID, LONGEST_SECRET};
use crate::http::console::example::{BodyType, Example};
use crate::http::console::sample::{Language, sample};
use crate::http::console::text::is_odd;
use crate::http::console::text::text_of;

/// An answer that the page shows.
#[derive(Clone, Debug)]
pub struct Response<'a> {
    /// Its status.
    pub status: u16,
    /// The contract's words for it.
    pub title: &'a str,
    /// The body as text.
    pub body: &'a str,
    /// Headers worth knowing, each with its value.
    pub headers: &'a [(&'a str, &'a str)],
    /// When it comes.
    pub cause: &'a str,
    /// What to do about it.
    pub remedy: &'a str,
}

/// The page: POST URL, request body, parameters, responses and all samples. `mask` stands for the secret.
pub fn markdown(entity: &Entity, example: &Example, responses: &[Response<'_>], mask: &str) -> String {
    let mut page = format!(
        "# Access tokens for {}\n\n## POST URL\n\n{}\n## Request body\n\n",
        text(&entity.name),
        block("", &example.post_url)
    );
    for body_type in BodyType::ALL {
        let language = if body_type == BodyType::Json { "json" } else { "" };
        let _ = write!(page, "`{}`:\n\n{}\n", body_type.media_type(), block(language, &example.shown(body_type, mask)));
    }
    if !example.needs_value.is_empty() {
        let names: Vec<String> = example.needs_value.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(page, "Put values of your own for {}.\n", names.join(", "));
    }
    page.push_str(&parameters(entity));
    page.push_str("\n## Responses\n");
    for response in responses {
        let _ = write!(page, "\n### {} {}\n\n", response.status, text(response.title));
        for words in [response.cause, response.remedy].into_iter().filter(|words| !words.is_empty()) {
            let _ = write!(page, "{}\n\n", text(words));
        }
        let headers = response.headers.iter().map(|(name, value)| format!("{name}: {value}\n"));
        let headers: String = headers.collect();
        if !headers.is_empty() {
            let _ = writeln!(page, "{}", block("http", &headers));
        }
        page.push_str(&block("json", response.body));
    }
    page.push_str("\n## The same request as code\n");
    for language in Language::ALL {
        for body_type in BodyType::ALL {
            let fence = match language {
                Language::Curl => "sh",
                Language::Node => "js",
                other => other.slug(),
            };
            let code = block(fence, &sample(language, body_type, example));
            let _ = write!(page, "\n### {}, {}\n\n{code}", language.title(), body_type.title());
        }
    }
    page
}

fn parameters(entity: &Entity) -> String {
    let row = |name: &str, kind: &str, needed: bool, limits: &str, default: &str, description: &str| {
        let needed = if needed { "mandatory" } else { "optional" };
        format!("| `{name}` | {kind} | {needed} | {limits} | {default} | {description} |\n")
    };
    let length = |most: usize| format!("1 to {most} characters");
    let mut table =
        "## Parameters\n\n| Name | Type | Needed | Limits | Default | Description |\n|---|---|---|---|---|---|\n"
            .to_owned();
    table += &row("client_id", "string", true, &length(LONGEST_CLIENT_ID), "", "Your Client Id");
    table += &row("client_secret", "string", true, &length(LONGEST_SECRET), "", "Your Client Secret");
    for it in entity.parameters.iter().map(crate::domain::parameter::Parameter::definition) {
        let default = match (it.name.as_str(), &it.default) {
            ("scope", _) => code(entity.scopes.all()),
            (_, Some(default)) => code(&text_of(default)),
            (_, None) => String::new(),
        };
        table += &row(&it.name, kind(it.kind), it.required, &limits(it), &default, &text(&it.description));
    }
    table
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "string",
        Kind::Integer => "integer",
        Kind::Number => "number",
        Kind::Boolean => "boolean",
        Kind::DateTime => "date-time",
        Kind::Enum => "one of a list",
    }
}

fn limits(it: &Definition) -> String {
    let mut limits = Vec::new();
    match it.kind {
        Kind::String => {
            let most = it.max_length.unwrap_or(LONGEST_TEXT);
            limits.push(match it.min_length {
                Some(least) if least > 0 => format!("{least} to {most} characters"),
                _ => format!("at most {most} characters"),
            });
            limits.extend(it.pattern.iter().map(|pattern| format!("matches {}", code(pattern))));
        }
        Kind::Enum => limits.push(it.values.iter().map(|value| code(value)).collect::<Vec<_>>().join(", ")),
        Kind::DateTime => limits.push("RFC 3339".to_owned()),
        Kind::Boolean => limits.push("`true` or `false`".to_owned()),
        Kind::Integer | Kind::Number => {
            limits.extend(it.minimum.iter().map(|least| format!("at least {least}")));
            limits.extend(it.maximum.iter().map(|most| format!("at most {most}")));
        }
    }
    limits.join(", ")
}

/// A block of code behind a fence that nothing in it ends.
fn block(language: &str, code: &str) -> String {
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.saturating_add(1).max(3));
    format!("{fence}{language}\n{}\n{fence}\n", code.trim_end_matches('\n'))
}

/// A value in one cell of a table, between ticks that nothing in it ends.
fn code(value: &str) -> String {
    let shown: String =
        value.chars().map(|c| if is_odd(c) { c.escape_default().to_string() } else { c.to_string() }).collect();
    let longest = shown.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let ticks = "`".repeat(longest.saturating_add(1));
    // In a table a bar is a border even between ticks. Spaces keep a tick of the value off the ticks around it.
    let space = if longest > 0 || shown.is_empty() { " " } else { "" };
    format!("{ticks}{space}{}{space}{ticks}", shown.replace('|', "\\|"))
}

/// Words in which nothing is markup, on one line.
fn text(words: &str) -> String {
    let mut escaped = String::new();
    for c in words.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '!' => escaped.extend(['\\', c]),
            c if c.is_control() || is_odd(c) => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::console::example::tests::{example, tricky};

    #[test]
    fn no_value_ends_its_cell_or_block() {
        assert_eq!(code("a|b``c"), "``` a\\|b``c ```");
        assert_eq!(code("x\ny"), "`x\\ny`");
        assert_eq!(text("a | <b> *c*\n# d"), "a \\| \\<b\\> \\*c\\* \\# d");
        assert_eq!(block("sh", "a\n````\n"), "`````sh\na\n````\n`````\n");
    }

    #[test]
    fn it_has_the_whole_page() {
        let response = Response {
            status: 401,
            title: "Invalid token",
            body: "{}",
            headers: &[("Cache-Control", "no-store")],
            cause: "The secret is wrong.",
            remedy: "Copy it again.",
        };
        let page = markdown(&tricky(), &example(), &[response], "pgs_…");
        assert!(page.starts_with("# Access tokens for Northwind \\| \"Logistics\" \\<b\\>\n"), "{page}");
        assert!(page.contains("\n### 401 Invalid token\n\nThe secret is wrong.\n\nCopy it again.\n\n```http\nCache-Control: no-store\n```\n"));
        assert!(page.contains("\n| `max_events` | integer | mandatory | at least 1, at most 500 |  |  |\n"));
        let cells = |line: &str| line.replace("\\|", "").matches('|').count();
        assert!(page.lines().filter(|line| line.starts_with("| ") && line.ends_with('|')).all(|line| cells(line) == 7));
        assert_eq!(page.lines().filter(|line| line.starts_with("### ")).count(), 21);
        assert_eq!(page.lines().filter(|line| line.starts_with("```")).count() % 2, 0);
    }
}

//! Windows PowerShell 5.1 and PowerShell 7. The sample is ASCII throughout: 5.1 reads a file without a byte-order mark
//! in the code page of its country, and PowerShell takes typographic apostrophes for real ones.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{BodyType, Example, fill, lines, utf16_escape};

const JSON: &str = r#"# PASSGATE_SECRET holds your Client Secret
$url = __URL__
__FIELDS__
$body = [Text.Encoding]::UTF8.GetBytes(($fields | ConvertTo-Json))
try {
    $answer = Invoke-RestMethod -Method Post -Uri $url -ContentType 'application/json' -Body $body
    $answer.access_token
} catch {
    throw "$([int]$_.Exception.Response.StatusCode) $_"
}
"#;

const FORM: &str = r#"# PASSGATE_SECRET holds your Client Secret
$url = __URL__
__FIELDS__
try {
    $answer = Invoke-RestMethod -Method Post -Uri $url -Body $fields
    $answer.access_token
} catch {
    throw "$([int]$_.Exception.Response.StatusCode) $_"
}
"#;

pub(super) fn sample(body_type: BodyType, example: &Example) -> String {
    let template = match body_type {
        BodyType::Json => JSON,
        BodyType::Form => FORM,
    };
    let value = |value: Option<&Value>| value.map_or_else(|| "$env:PASSGATE_SECRET".to_owned(), literal);
    let fields = if are_names_apart(example) {
        format!(
            "$fields = @{{\n{}\n}}",
            lines(body_type, example, |name, v| format!("    {} = {}", key(name), value(v)))
        )
    } else {
        // In @{} two names that differ in case only are the same.
        let line = |name: &str, v: Option<&Value>| format!("$fields[{}] = {}", string(name), value(v));
        format!("$fields = New-Object System.Collections.Hashtable\n{}", lines(body_type, example, line))
    };
    fill(template, &[("__URL__", &string(&example.post_url)), ("__FIELDS__", &fields)])
}

fn are_names_apart(example: &Example) -> bool {
    let mut seen = BTreeSet::new();
    example.entries(BodyType::Json).into_iter().all(|(name, _)| seen.insert(name.to_ascii_lowercase()))
}

fn key(name: &str) -> String {
    let is_bare = name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
    if is_bare { name.to_owned() } else { string(name) }
}

fn literal(value: &Value) -> String {
    match value {
        Value::Bool(value) => format!("${value}"),
        Value::String(text) => string(text),
        other => other.to_string(),
    }
}

/// Between apostrophes nothing has a meaning but the apostrophe. What is not printable ASCII goes through the escapes
/// of regular expressions, the only ones that 5.1 has.
fn string(text: &str) -> String {
    let is_plain = |c: char| c == ' ' || c.is_ascii_graphic();
    let between = |text: &str| format!("'{}'", text.replace('\'', "''"));
    if text.chars().all(is_plain) {
        return between(text);
    }
    let escaped: String = text
        .chars()
        .map(|c| match c {
            '\\' => "\\\\".to_owned(),
            c if is_plain(c) => c.to_string(),
            c => utf16_escape(c),
        })
        .collect();
    format!("[regex]::Unescape({})", between(&escaped))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::console::example::tests::example;

    #[test]
    fn nothing_but_ascii_and_no_apostrophe_ends_a_text() {
        assert_eq!(string("it's $x"), "'it''s $x'");
        assert_eq!(string("it’s\\"), r"[regex]::Unescape('it\u2019s\\')");
        assert!(BodyType::ALL.map(|body_type| sample(body_type, &example())).iter().all(|sample| sample.is_ascii()));
    }

    #[test]
    fn names_that_differ_in_case_only_stay_apart() {
        let mut example = example();
        assert!(sample(BodyType::Json, &example).contains("$fields['Note'] = 'it''s'\n"));
        example.fields.retain(|(name, _)| name != "Note");
        assert!(sample(BodyType::Json, &example).contains("    'dry-run' = $false\n"));
    }
}

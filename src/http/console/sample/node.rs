//! Node.js 18 or later, with its own `fetch`; a function, so that it runs as a module, as a script and in the shell.

use serde_json::Value;

use super::{BodyType, Example, fill, lines, quoted, utf16_escape};

const JSON: &str = r#"// PASSGATE_SECRET holds your Client Secret
async function getToken() {
  const answer = await fetch(__URL__, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
__FIELDS__
    }),
  });
"#;

const FORM: &str = r#"// PASSGATE_SECRET holds your Client Secret
async function getToken() {
  const answer = await fetch(__URL__, {
    method: "POST",
    body: new URLSearchParams({
__FIELDS__
    }),
  });
"#;

const ANSWER: &str = r"  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${text}`);
  return JSON.parse(text).access_token;
}

getToken().then(console.log, (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
";

pub(super) fn sample(body_type: BodyType, example: &Example) -> String {
    let template = match body_type {
        BodyType::Json => JSON,
        BodyType::Form => FORM,
    };
    let fields = lines(body_type, example, |name, value| {
        let value = value.map_or_else(|| "process.env.PASSGATE_SECRET".to_owned(), literal);
        format!("      {}: {value},", key(name))
    });
    fill(template, &[("__URL__", &string(&example.post_url)), ("__FIELDS__", &fields)]) + ANSWER
}

fn key(name: &str) -> String {
    let is_bare = name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
    match name {
        // Without the brackets it would be the object's prototype.
        "__proto__" => "[\"__proto__\"]".to_owned(),
        name if is_bare => name.to_owned(),
        name => string(name),
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => string(text),
        other => other.to_string(),
    }
}

fn string(text: &str) -> String {
    quoted(text, "", utf16_escape)
}

//! Ruby, with its standard library only.

use serde_json::Value;

use super::{BodyType, Example, braced_escape, fill, lines, quoted};

const TEMPLATE: &str = r##"# PASSGATE_SECRET holds your Client Secret
require "json"
require "net/http"

fields = {
__FIELDS__
}
answer = __POST__
abort "#{answer.code} #{answer.body}" unless answer.is_a?(Net::HTTPOK)
puts JSON.parse(answer.body).fetch("access_token")
"##;

pub(super) fn sample(body_type: BodyType, example: &Example) -> String {
    let url = string(&example.post_url);
    let post = match body_type {
        BodyType::Json => {
            format!(
                "Net::HTTP.post(\n  URI({url}),\n  JSON.generate(fields),\n  \"Content-Type\" => \"application/json\"\n)"
            )
        }
        BodyType::Form => format!("Net::HTTP.post_form(URI({url}), fields)"),
    };
    let fields = lines(body_type, example, |name, value| {
        let value = value.map_or_else(|| "ENV.fetch(\"PASSGATE_SECRET\")".to_owned(), literal);
        format!("  {} => {value},", string(name))
    });
    fill(TEMPLATE, &[("__FIELDS__", &fields), ("__POST__", &post)])
}

fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => string(text),
        other => other.to_string(),
    }
}

/// `#` may begin an interpolation.
fn string(text: &str) -> String {
    quoted(text, "#", braced_escape)
}

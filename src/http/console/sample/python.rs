//! Python 3, with the standard library only.

use serde_json::Value;

use super::{BodyType, Example, fill, lines, long_escape, quoted};

const TEMPLATE: &str = r#"# PASSGATE_SECRET holds your Client Secret
import json, os, sys, __IMPORT__

fields = {
__FIELDS__
}
request = urllib.request.Request(
    __URL__,
    data=__BODY__.encode(),
    headers={"Content-Type": "__TYPE__"},
)
try:
    with urllib.request.urlopen(request, timeout=30) as answer:
        print(json.load(answer)["access_token"])
except urllib.error.HTTPError as error:
    sys.exit(f"{error.code} {error.read().decode()}")
"#;

pub(super) fn sample(body_type: BodyType, example: &Example) -> String {
    let (import, body) = match body_type {
        BodyType::Json => ("urllib.error, urllib.request", "json.dumps(fields)"),
        BodyType::Form => ("urllib.error, urllib.parse, urllib.request", "urllib.parse.urlencode(fields)"),
    };
    let fields = lines(body_type, example, |name, value| {
        let value = value.map_or_else(|| r#"os.environ["PASSGATE_SECRET"]"#.to_owned(), literal);
        format!("    {}: {value},", string(name))
    });
    let texts = [
        ("__URL__", &*string(&example.post_url)),
        ("__IMPORT__", import),
        ("__BODY__", body),
        ("__TYPE__", body_type.media_type()),
        ("__FIELDS__", &fields),
    ];
    fill(TEMPLATE, &texts)
}

fn literal(value: &Value) -> String {
    match value {
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::String(text) => string(text),
        other => other.to_string(),
    }
}

fn string(text: &str) -> String {
    quoted(text, "", long_escape)
}

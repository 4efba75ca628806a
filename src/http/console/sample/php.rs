//! PHP with its curl extension.

use serde_json::Value;

use super::{BodyType, Example, braced_escape, fill, lines, quoted};

const TEMPLATE: &str = r#"<?php
// PASSGATE_SECRET holds your Client Secret
$fields = [
__FIELDS__
];
$request = curl_init(__URL__);
curl_setopt_array($request, [
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_HTTPHEADER => ["Content-Type: __TYPE__"],
    CURLOPT_POSTFIELDS => __BODY__,
]);
$text = curl_exec($request);
$status = curl_getinfo($request, CURLINFO_RESPONSE_CODE);
if ($status !== 200) {
    fwrite(STDERR, $status . " " . ($text ?: curl_error($request)) . "\n");
    exit(1);
}
echo json_decode($text, true)["access_token"], "\n";
"#;

pub(super) fn sample(body_type: BodyType, example: &Example) -> String {
    let body = match body_type {
        BodyType::Json => "json_encode($fields, JSON_THROW_ON_ERROR)",
        BodyType::Form => "http_build_query($fields)",
    };
    let fields = lines(body_type, example, |name, value| {
        let value = value.map_or_else(|| "getenv(\"PASSGATE_SECRET\")".to_owned(), literal);
        format!("    {} => {value},", string(name))
    });
    let (url, media_type) = (string(&example.post_url), body_type.media_type());
    fill(TEMPLATE, &[("__URL__", &url), ("__BODY__", body), ("__TYPE__", media_type), ("__FIELDS__", &fields)])
}

fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => string(text),
        other => other.to_string(),
    }
}

/// `$` begins a variable.
fn string(text: &str) -> String {
    quoted(text, "$", braced_escape)
}

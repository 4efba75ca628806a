//! Java 11 or later, one file and no library. Java has no JSON of its own, so the body is JSON already, all ASCII
//! whatever the encoding that the compiler takes the file to have.

use serde_json::Value;

use super::{BodyType, Example, fill, lines, quoted, utf16_escape};
use crate::http::console::text::escaped_json;

const JSON: &str = r#"// PASSGATE_SECRET holds your Client Secret. Save as GetToken.java and run: java GetToken.java
import java.net.URI;
import java.net.http.*;
import java.util.regex.Pattern;

class GetToken {
    public static void main(String[] args) throws Exception {
        var secret = System.getenv("PASSGATE_SECRET").replace("\\", "\\\\").replace("\"", "\\\"");
        var body = "{"
__FIELDS__
            + "}";
"#;

const FORM: &str = r#"// PASSGATE_SECRET holds your Client Secret. Save as GetToken.java and run: java GetToken.java
import java.net.*;
import java.net.http.*;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

class GetToken {
    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    public static void main(String[] args) throws Exception {
        var body = ""
__FIELDS__;
"#;

const ANSWER: &str = r#"        var request = HttpRequest.newBuilder(URI.create(__URL__))
            .header("Content-Type", "__TYPE__")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
        var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            System.err.println(answer.statusCode() + " " + answer.body());
            System.exit(1);
        }
        var token = Pattern.compile("\"access_token\":\\s*\"([^\"]*)\"").matcher(answer.body());
        System.out.println(token.find() ? token.group(1) : answer.body());
    }
}
"#;

pub(super) fn sample(body_type: BodyType, example: &Example) -> String {
    let (template, fields) = match body_type {
        BodyType::Json => (JSON, json_fields(example)),
        BodyType::Form => (FORM, form_fields(example)),
    };
    let (url, media_type) = (string(&example.post_url), body_type.media_type());
    fill(template, &[("__FIELDS__", &fields)]) + &fill(ANSWER, &[("__URL__", &url), ("__TYPE__", media_type)])
}

fn json_fields(example: &Example) -> String {
    let json = |value: &Value| escaped_json(value, |c| !c.is_ascii() || c.is_ascii_control());
    lines(BodyType::Json, example, |name, value| {
        // The first field has no comma before it.
        let comma = if name == "client_id" { "" } else { ", " };
        let name = json(&name.into());
        match value {
            Some(value) => format!("            + {}", string(&format!("{comma}{name}: {}", json(value)))),
            None => format!("            + {} + secret + \"\\\"\"", string(&format!("{comma}{name}: \""))),
        }
    })
}

fn form_fields(example: &Example) -> String {
    lines(BodyType::Form, example, |name, value| {
        let and = if name == "client_id" { "" } else { "&" };
        let value = match value {
            Some(Value::String(text)) => string(text),
            Some(other) => string(&other.to_string()),
            None => "System.getenv(\"PASSGATE_SECRET\")".to_owned(),
        };
        format!("            + \"{and}{name}=\" + encode({value})")
    })
}

/// Java reads `\u` before it reads strings, so a control character must be an octal escape; a letter may be either.
fn string(text: &str) -> String {
    let escape = |c: char| if c.is_ascii() { format!("\\{:03o}", u32::from(c)) } else { utf16_escape(c) };
    let literal = quoted(text, "", escape);
    literal.chars().map(|c| if c.is_ascii() { c.to_string() } else { utf16_escape(c) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_unicode_escape_is_read_before_its_string() {
        assert_eq!(string("\\u0022 \u{0} é😀\u{85}"), r#""\\u0022 \000 \u00e9\ud83d\ude00\u0085""#);
    }
}

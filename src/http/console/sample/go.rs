//! Go 1.18 or later, with the standard library only.

use serde_json::Value;

use super::{BodyType, Example, fill, lines, long_escape, quoted};

const JSON: &str = r#"// PASSGATE_SECRET holds your Client Secret
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

func main() {
	body, err := json.Marshal(map[string]any{
__FIELDS__
	})
	if err != nil {
		log.Fatal(err)
	}
	answer, err := http.Post(__URL__, "application/json", bytes.NewReader(body))
"#;

const FORM: &str = r#"// PASSGATE_SECRET holds your Client Secret
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
)

func main() {
	answer, err := http.PostForm(__URL__, url.Values{
__FIELDS__
	})
"#;

const ANSWER: &str = r#"	if err != nil {
		log.Fatal(err)
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		log.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		log.Fatalf("%d %s", answer.StatusCode, text)
	}
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(text, &token); err != nil {
		log.Fatal(err)
	}
	fmt.Println(token.AccessToken)
}
"#;

pub(super) fn sample(body_type: BodyType, example: &Example) -> String {
    let template = match body_type {
        BodyType::Json => JSON,
        BodyType::Form => FORM,
    };
    // gofmt puts the values of such a list below each other.
    let width = example.entries(body_type).iter().map(|(name, _)| name.len()).max().unwrap_or(0).saturating_add(3);
    let fields = lines(body_type, example, |name, value| {
        let value = value.map_or_else(|| "os.Getenv(\"PASSGATE_SECRET\")".to_owned(), literal);
        let key = format!("{}:", string(name));
        match body_type {
            BodyType::Json => format!("\t\t{key:width$} {value},"),
            BodyType::Form => format!("\t\t{key:width$} {{{value}}},"),
        }
    });
    fill(template, &[("__URL__", &string(&example.post_url)), ("__FIELDS__", &fields)]) + ANSWER
}

fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => string(text),
        // A whole number that says nothing else is an int, which has 32 bits on some machines.
        Value::Number(number) if number.as_i64().is_some_and(|number| i32::try_from(number).is_err()) => {
            format!("int64({number})")
        }
        Value::Number(number) if number.is_u64() && !number.is_i64() => format!("uint64({number})"),
        other => other.to_string(),
    }
}

fn string(text: &str) -> String {
    quoted(text, "", long_escape)
}

//! curl in a POSIX shell. The secret goes through standard input, where no list of processes shows it.

use super::{BodyType, Example, fill};
use crate::http::console::text::{escaped_json, form_text, is_odd, text_of};

const JSON: &str = r#"# PASSGATE_SECRET holds your Client Secret
secret=$(printf %s "$PASSGATE_SECRET" | sed 's/["\\]/\\&/g')
answer=$(printf %s '__FIELDS__' | curl --silent --show-error --write-out '\n%{http_code}' \
  --header 'Content-Type: application/json' --data @- \
  __URL__)
"#;

const FORM: &str = r#"# PASSGATE_SECRET holds your Client Secret
answer=$(printf %s "$PASSGATE_SECRET" |
  curl --silent --show-error --write-out '\n%{http_code}' \
__FIELDS__
  __URL__)
"#;

/// `false` and not `exit`, which would close the terminal that this is pasted into.
const ANSWER: &str = r#"case $answer in
  *200) printf '%s\n' "$answer" | sed -n 's/.*"access_token": *"\([^"]*\)".*/\1/p' ;;
  *) printf '%s\n' "$answer" >&2; false ;;
esac
"#;

pub(super) fn sample(body_type: BodyType, example: &Example) -> String {
    let (template, fields) = match body_type {
        BodyType::Json => (JSON, json_body(example)),
        BodyType::Form => (FORM, form_fields(example)),
    };
    fill(template, &[("__URL__", &string(&example.post_url)), ("__FIELDS__", &fields)]) + ANSWER
}

fn json_body(example: &Example) -> String {
    // In JSON an apostrophe can be written so that the shell does not see it.
    let json = |value: &_| escaped_json(value, |c| is_odd(c) || c == '\'');
    example.json_by(|_, value| value.map_or_else(|| r#""'"$secret"'""#.to_owned(), json))
}

fn form_fields(example: &Example) -> String {
    super::lines(BodyType::Form, example, |name, value| match value.map(text_of) {
        None => format!("  --data-urlencode {name}@- \\"),
        // An argument cannot carry every character, and a terminal not every one of the rest.
        Some(text) if text.contains(is_odd) => format!("  --data '{name}={}' \\", form_text(&text)),
        Some(text) => format!("  --data-urlencode {} \\", string(&format!("{name}={text}"))),
    })
}

/// Between apostrophes nothing has a meaning but the apostrophe.
fn string(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_apostrophe_ends_no_text() {
        assert_eq!(string("a'$(b)`c`\\"), r"'a'\''$(b)`c`\'");
    }

    #[test]
    fn it_looks_like_this() {
        let mut example = crate::http::console::example::tests::example();
        example.fields.truncate(1);
        assert_eq!(
            sample(BodyType::Form, &example),
            r#"# PASSGATE_SECRET holds your Client Secret
answer=$(printf %s "$PASSGATE_SECRET" |
  curl --silent --show-error --write-out '\n%{http_code}' \
  --data-urlencode 'client_id=pgc_7HqT2mVx9RkLw4ZcB8nYpD3s' \
  --data-urlencode client_secret@- \
  --data-urlencode 'scope=DLAT access Webhooks' \
  'https://pass.example.com/api/v1/access-token')
case $answer in
  *200) printf '%s\n' "$answer" | sed -n 's/.*"access_token": *"\([^"]*\)".*/\1/p' ;;
  *) printf '%s\n' "$answer" >&2; false ;;
esac
"#
        );
    }
}

//! Code on a page. What the server sends is shown byte for byte: each member of a JSON text stands on a line of its own by
//! style alone, so that its text, taken together, is exactly what was sent.

use std::fmt::Write as _;

use super::sample::Language;
use super::sample::highlight::{Class, highlight, highlight_json};
use super::words::{Text, escaped};

/// Deepest nesting that is laid out; what is deeper stays on its line.
const DEEPEST: usize = 16;

/// A JSON text, laid out by style. `hit` marks every object that has the member `"field"` with one of these texts.
pub fn json(text: &str, hit: &[String]) -> Text {
    let mut view = View { rest: text, html: String::with_capacity(text.len().saturating_mul(3)), hit };
    view.value(0);
    let left = escaped(view.rest);
    view.html.push_str(&left);
    Text::trusted(view.html)
}

/// A sample, coloured.
pub fn sample(text: &str, language: Language) -> Text {
    coloured(&highlight(text, language))
}

/// Indented JSON or a form, coloured, each line for itself.
pub fn body(text: &str, is_json: bool) -> Text {
    if !is_json {
        return Text::trusted(escaped(text));
    }
    coloured(&highlight_json(text))
}

/// Indented JSON, coloured; lines of the name `marked`, and those that name it, stand out.
pub fn lines(text: &str, marked: &str) -> Text {
    let mut html = String::new();
    for line in text.lines() {
        let bare = line.trim_start();
        let indent = line.len().saturating_sub(bare.len());
        let (key, rest) = match bare.strip_prefix('"').and_then(|bare| bare.split_once("\": ")) {
            Some((key, rest)) => (Some(key), rest),
            None => (None, bare),
        };
        let (value, comma) = rest.strip_suffix(',').map_or((rest, ""), |value| (value, ","));
        let is_marked = key.is_some_and(|key| key == marked || key == "field" && value == format!("\"{marked}\""));
        html.push_str(if is_marked { "<span class=\"l hit\">" } else { "<span class=\"l\">" });
        html.push_str(&" ".repeat(indent));
        if let Some(key) = key {
            let _ = write!(html, "<span class=\"k\">\"{}\"</span><span class=\"p\">:</span> ", escaped(key));
        }
        let class = match value.chars().next() {
            Some('"') => "s",
            Some('{' | '}' | '[' | ']') | None => "p",
            Some(_) => "n",
        };
        let _ = write!(html, "<span class=\"{class}\">{}</span>", escaped(value));
        if !comma.is_empty() {
            html.push_str("<span class=\"p\">,</span>");
        }
        html.push_str("\n</span>");
    }
    Text::trusted(html)
}

fn coloured(pieces: &[(Class, &str)]) -> Text {
    let mut html = String::new();
    for (class, piece) in pieces {
        let class = match class {
            Class::Plain => {
                html.push_str(&escaped(piece));
                continue;
            }
            Class::String => "s",
            Class::Number => "n",
            Class::Punctuation => "p",
        };
        let _ = write!(html, "<span class=\"{class}\">{}</span>", escaped(piece));
    }
    Text::trusted(html)
}

/// Reads a JSON text from its beginning and writes it down. What is not JSON is left as the rest.
struct View<'t> {
    rest: &'t str,
    html: String,
    hit: &'t [String],
}

impl View<'_> {
    fn value(&mut self, depth: usize) {
        match self.rest.chars().next() {
            Some('{') if depth < DEEPEST => self.object(depth),
            Some('[') if depth < DEEPEST => self.array(depth),
            Some('"') => self.span("s"),
            _ => self.span("n"),
        }
    }

    fn object(&mut self, depth: usize) {
        let is_hit = self.is_hit();
        self.punctuation('{');
        if self.rest.starts_with('}') {
            return self.punctuation('}');
        }
        self.html.push_str(if is_hit { "<span class=\"in hit\">" } else { "<span class=\"in\">" });
        while self.rest.starts_with('"') {
            self.html.push_str("<span class=\"row\">");
            self.span("k");
            if self.rest.starts_with(':') {
                self.take("p co", 1);
            }
            if self.rest.starts_with('"') {
                self.html.push_str("<wbr>");
            }
            self.value(depth.saturating_add(1));
            self.comma();
            self.html.push_str("</span>");
        }
        self.html.push_str("</span>");
        self.end('}');
    }

    fn array(&mut self, depth: usize) {
        self.punctuation('[');
        if self.rest.starts_with('{') {
            // Objects lay themselves out; brackets stay beside their braces.
            while self.rest.starts_with('{') {
                self.value(depth);
                self.comma();
            }
            return self.punctuation(']');
        }
        while !self.rest.is_empty() && !self.rest.starts_with(']') {
            let before = self.rest.len();
            self.value(depth.saturating_add(1));
            self.comma();
            if self.rest.len() == before {
                return;
            }
        }
        self.punctuation(']');
    }

    fn comma(&mut self) {
        self.punctuation(',');
    }

    fn punctuation(&mut self, expected: char) {
        if self.rest.starts_with(expected) {
            self.take("p", 1);
        }
    }

    fn end(&mut self, expected: char) {
        if self.rest.starts_with(expected) {
            self.html.push_str("<span class=\"end\">");
            self.take("p", 1);
            self.html.push_str("</span>");
        }
    }

    /// A string, a number or a word.
    fn span(&mut self, class: &str) {
        self.take(class, token(self.rest));
    }

    fn take(&mut self, class: &str, bytes: usize) {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        if !taken.is_empty() {
            let _ = write!(self.html, "<span class=\"{class}\">{}</span>", escaped(taken));
        }
        self.rest = rest;
    }

    /// Whether the object that comes now is of a field that is marked.
    fn is_hit(&self) -> bool {
        let name = self.rest.strip_prefix("{\"field\":\"").and_then(|rest| rest.split('"').next());
        name.is_some_and(|name| self.hit.iter().any(|hit| hit == name))
    }
}

/// How many bytes the string, number or word has that the text begins with.
fn token(text: &str) -> usize {
    if !text.starts_with('"') {
        return text.find([',', '}', ']', ':']).unwrap_or(text.len());
    }
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at.saturating_add(1),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(html: &Text) -> String {
        let html = html.to_string();
        let mut text = String::new();
        let mut rest = html.as_str();
        while let Some((before, after)) = rest.split_once('<') {
            text.push_str(before);
            rest = after.split_once('>').unwrap().1;
        }
        text.push_str(rest);
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&")
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            ".{0,12}".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
                proptest::collection::btree_map(".{0,6}", inner, 0..4)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn json_is_shown_byte_for_byte(value in any_json()) {
            let text = value.to_string();
            prop_assert_eq!(shown(&json(&text, &[])), text);
        }

        #[test]
        fn any_text_is_shown_byte_for_byte(text in ".{0,60}") {
            prop_assert_eq!(shown(&json(&text, &[])), text);
        }
    }

    #[test]
    fn the_field_at_fault_is_marked() {
        let text = r#"{"errors":[{"field":"depot","code":"type"},{"field":"other","code":"type"}]}"#;
        let html = json(text, &["depot".to_owned()]).to_string();
        assert_eq!(html.matches("in hit").count(), 1);
    }

    #[test]
    fn what_is_shown_is_escaped_and_the_field_stands_out() {
        let text = "{\n  \"depot\": \"<b>\\\": &\",\n  \"count\": 5\n}";
        let html = lines(text, "depot").to_string();
        assert_eq!(shown(&Text::trusted(html.clone())), format!("{text}\n"));
        assert!(html.contains("<span class=\"l hit\">  <span class=\"k\">\"depot\"</span>"), "{html}");
        assert!(html.contains("&lt;b&gt;\\&quot;: &amp;"), "{html}");
        assert!(html.contains("<span class=\"n\">5</span>"), "{html}");
    }
}

//! The example request as code. Every sample takes the secret from `PASSGATE_SECRET`, prints the access token, and
//! on a failure writes status and body to standard error and ends with a status that is not zero.
//!
//! Each language is one file: a template, how it writes a text, and how it writes a field.

pub mod highlight;

mod csharp;
mod curl;
mod go;
mod java;
mod node;
mod php;
mod powershell;
mod python;
mod ruby;
mod rust;

use std::fmt::Write as _;

use serde_json::Value;

pub use super::example::{BodyType, Example};
use super::text::is_odd;

/// A language that there are samples in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// curl in a POSIX shell.
    Curl,
    /// Windows PowerShell 5.1 and PowerShell 7.
    PowerShell,
    /// Python 3.
    Python,
    /// Node.js 18 or later.
    Node,
    /// Java 11 or later.
    Java,
    /// .NET 6 or later.
    CSharp,
    /// Go 1.18 or later.
    Go,
    /// PHP with its curl extension.
    Php,
    /// Ruby.
    Ruby,
    /// Rust with reqwest.
    Rust,
}

impl Language {
    /// All of them, in the order of the tabs.
    pub const ALL: [Self; 10] = [
        Self::Curl,
        Self::PowerShell,
        Self::Python,
        Self::Node,
        Self::Java,
        Self::CSharp,
        Self::Go,
        Self::Php,
        Self::Ruby,
        Self::Rust,
    ];

    /// The word for it in URLs.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::PowerShell => "powershell",
            Self::Python => "python",
            Self::Node => "node",
            Self::Java => "java",
            Self::CSharp => "csharp",
            Self::Go => "go",
            Self::Php => "php",
            Self::Ruby => "ruby",
            Self::Rust => "rust",
        }
    }

    /// The name on its tab.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::PowerShell => "PowerShell",
            Self::Python => "Python",
            Self::Node => "Node",
            Self::Java => "Java",
            Self::CSharp => "C#",
            Self::Go => "Go",
            Self::Php => "PHP",
            Self::Ruby => "Ruby",
            Self::Rust => "Rust",
        }
    }

    /// The language of this slug.
    pub fn parse(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.slug() == slug)
    }
}

/// The example as code that runs as pasted.
pub fn sample(language: Language, body_type: BodyType, example: &Example) -> String {
    match language {
        Language::Curl => curl::sample(body_type, example),
        Language::PowerShell => powershell::sample(body_type, example),
        Language::Python => python::sample(body_type, example),
        Language::Node => node::sample(body_type, example),
        Language::Java => java::sample(body_type, example),
        Language::CSharp => csharp::sample(body_type, example),
        Language::Go => go::sample(body_type, example),
        Language::Php => php::sample(body_type, example),
        Language::Ruby => ruby::sample(body_type, example),
        Language::Rust => rust::sample(body_type, example),
    }
}

/// The template with each name replaced by its text. What is put in is not looked at again.
fn fill(template: &str, texts: &[(&str, &str)]) -> String {
    match texts.split_first() {
        None => template.to_owned(),
        Some(((name, text), others)) => {
            template.split(name).map(|part| fill(part, others)).collect::<Vec<_>>().join(text)
        }
    }
}

/// Every field on a line of its own, as `line` writes it; the secret has no value.
fn lines(body_type: BodyType, example: &Example, line: impl Fn(&str, Option<&Value>) -> String) -> String {
    let lines = example.entries(body_type).into_iter().map(|(name, value)| line(name, value.as_ref()));
    lines.collect::<Vec<_>>().join("\n")
}

/// A text between quotation marks: `special` characters after a backslash, line ends and tabs as most languages spell
/// them, and odd characters as `escape` does.
fn quoted(text: &str, special: &str, escape: impl Fn(char) -> String) -> String {
    let mut literal = String::from("\"");
    for c in text.chars() {
        match c {
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            '"' | '\\' => literal.extend(['\\', c]),
            c if special.contains(c) => literal.extend(['\\', c]),
            c if is_odd(c) => literal.push_str(&escape(c)),
            c => literal.push(c),
        }
    }
    literal.push('"');
    literal
}

/// `\u0085`, or `\U0001f600` beyond the first 65,536 characters, as Python, Go and C# write it.
fn long_escape(c: char) -> String {
    let code = u32::from(c);
    if code > 0xffff { format!("\\U{code:08x}") } else { format!("\\u{code:04x}") }
}

/// `\u{85}`, as PHP, Ruby and Rust write it.
fn braced_escape(c: char) -> String {
    format!("\\u{{{:x}}}", u32::from(c))
}

/// `\u0085`, in UTF-16, as JavaScript, Java and JSON write it.
fn utf16_escape(c: char) -> String {
    let mut escape = String::new();
    for unit in c.encode_utf16(&mut [0; 2]) {
        let _ = write!(escape, "\\u{unit:04x}");
    }
    escape
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::console::example::tests::{TRICKY, example};

    fn every() -> impl Iterator<Item = (Language, BodyType, String)> {
        let example = example();
        Language::ALL
            .into_iter()
            .flat_map(|language| BodyType::ALL.map(|body_type| (language, body_type)))
            .map(move |(language, body_type)| (language, body_type, sample(language, body_type, &example)))
    }

    #[test]
    fn what_is_put_in_is_not_looked_at_again() {
        assert_eq!(fill("A-B-A", &[("A", "B"), ("B", "A")]), "B-A-B");
    }

    #[test]
    fn every_sample_names_the_secret_first_and_hides_nothing() {
        for (language, body_type, sample) in every() {
            let says_so = sample.lines().take(2).any(|line| line.contains("PASSGATE_SECRET holds your Client Secret"));
            assert!(says_so, "{language:?}: {sample}");
            let is_hidden = |c: char| is_odd(c) && !matches!(c, '\n' | '\t');
            assert!(!sample.contains(is_hidden), "{language:?} {body_type:?}: {sample}");
            assert!(!sample.contains("__URL__") && !sample.contains("__FIELDS__"), "{sample}");
            assert!(sample.ends_with('\n') && !sample.contains(TRICKY), "{sample}");
        }
    }

    #[test]
    fn a_slug_leads_back() {
        for language in Language::ALL {
            assert_eq!(Language::parse(language.slug()), Some(language));
        }
        assert_eq!(Language::parse("cobol"), None);
    }
}

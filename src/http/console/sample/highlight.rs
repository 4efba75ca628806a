//! Syntax colours for a page: three of them, by rules that no text can confuse into losing a character.

use super::Language;

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Names and words, and the space between them.
    Plain,
    /// A text between quotation marks.
    String,
    /// A number; in JSON also `true`, `false` and `null`.
    Number,
    /// A comment, or what is neither letter nor space.
    Punctuation,
}

/// What a language's texts and comments look like.
struct Lexis {
    /// Begins a comment that ends with its line.
    comment: &'static str,
    /// Each begins a string that ends with the same, and the character that takes the meaning of the next in it.
    quotes: &'static [(char, Option<char>)],
}

const SLASHES: &str = "//";
const DOUBLE: (char, Option<char>) = ('"', Some('\\'));
const SINGLE: (char, Option<char>) = ('\'', Some('\\'));
const JSON: Lexis = Lexis { comment: "", quotes: &[DOUBLE] };

impl Lexis {
    const fn of(language: Language) -> Self {
        match language {
            Language::Curl => Self { comment: "#", quotes: &[DOUBLE, ('\'', None)] },
            Language::PowerShell => Self { comment: "#", quotes: &[('"', Some('`')), ('\'', None)] },
            Language::Python | Language::Ruby => Self { comment: "#", quotes: &[DOUBLE, SINGLE] },
            Language::Node => Self { comment: SLASHES, quotes: &[DOUBLE, SINGLE, ('`', Some('\\'))] },
            Language::Php => Self { comment: SLASHES, quotes: &[DOUBLE, SINGLE] },
            Language::Go => Self { comment: SLASHES, quotes: &[DOUBLE, ('`', None)] },
            // An apostrophe may be a lifetime's.
            Language::Java | Language::CSharp | Language::Rust => Self { comment: SLASHES, quotes: &[DOUBLE] },
        }
    }
}

/// The pieces of a sample. Put together they are the text.
pub fn highlight(text: &str, language: Language) -> Vec<(Class, &str)> {
    joined(text, &pieces(text, &Lexis::of(language)))
}

/// The pieces of a JSON text; names are plain.
pub fn highlight_json(text: &str) -> Vec<(Class, &str)> {
    let mut pieces = pieces(text, &JSON);
    let mut is_name = false;
    for (class, piece) in pieces.iter_mut().rev() {
        match class {
            Class::String if is_name => *class = Class::Plain,
            Class::Plain if matches!(*piece, "true" | "false" | "null") => *class = Class::Number,
            _ => {}
        }
        is_name = *piece == ":" || (is_name && piece.trim().is_empty());
    }
    joined(text, &pieces)
}

fn pieces<'t>(text: &'t str, lexis: &Lexis) -> Vec<(Class, &'t str)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut before = '\n';
    while let Some(first) = rest.chars().next() {
        let (class, length) = piece(rest, first, before, lexis);
        let (piece, after) = rest.split_at_checked(length.max(first.len_utf8())).unwrap_or((rest, ""));
        pieces.push((class, piece));
        before = piece.chars().next_back().unwrap_or(before);
        rest = after;
    }
    pieces
}

/// What the text begins with, and how many bytes of it.
fn piece(text: &str, first: char, before: char, lexis: &Lexis) -> (Class, usize) {
    let while_ = |holds: fn(char) -> bool| text.find(|c| !holds(c)).unwrap_or(text.len());
    if !lexis.comment.is_empty() && before.is_whitespace() && text.starts_with(lexis.comment) {
        return (Class::Punctuation, text.find('\n').unwrap_or(text.len()));
    }
    if let Some((quote, escape)) = lexis.quotes.iter().find(|(quote, _)| *quote == first) {
        return (Class::String, string_length(text, *quote, *escape));
    }
    if first.is_ascii_digit() {
        return (Class::Number, number_length(text));
    }
    if first.is_alphanumeric() || first == '_' {
        return (Class::Plain, while_(|c| c.is_alphanumeric() || c == '_'));
    }
    if first.is_whitespace() {
        return (Class::Plain, while_(char::is_whitespace));
    }
    (Class::Punctuation, first.len_utf8())
}

/// To the quotation mark that ends it, or to the end.
fn string_length(text: &str, quote: char, escape: Option<char>) -> usize {
    let mut characters = text.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        if Some(c) == escape {
            characters.next();
        } else if c == quote {
            return at.saturating_add(c.len_utf8());
        }
    }
    text.len()
}

/// Digits, and what stands among them: `1_000`, `2.5e-7`, `0x1f`, `5_i64`.
fn number_length(text: &str) -> usize {
    let mut before = '0';
    let end = text.find(|c: char| {
        let is_part = c.is_ascii_alphanumeric() || matches!(c, '_' | '.') || (matches!(c, '+' | '-') && before == 'e');
        before = c;
        !is_part
    });
    end.unwrap_or(text.len())
}

/// Neighbours of one class are one piece.
fn joined<'t>(text: &'t str, pieces: &[(Class, &str)]) -> Vec<(Class, &'t str)> {
    let mut rest = text;
    let mut joined = Vec::new();
    for run in pieces.chunk_by(|one, other| one.0 == other.0) {
        let length = run.iter().map(|(_, piece)| piece.len()).sum();
        let (piece, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        joined.extend(run.first().map(|(class, _)| (*class, piece)));
        rest = after;
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::console::example::BodyType;
    use crate::http::console::example::tests::example;
    use proptest::prelude::*;

    fn whole(pieces: &[(Class, &str)]) -> String {
        pieces.iter().map(|(_, piece)| *piece).collect()
    }

    #[test]
    fn names_are_plain_in_json() {
        let text = r#"{"a" : "b:", "c": -1.5e-7, "d": [true, "x"]}"#;
        let pieces = highlight_json(text);
        let of = |class| pieces.iter().filter(|piece| piece.0 == class).map(|piece| piece.1.trim()).collect::<Vec<_>>();
        assert_eq!(of(Class::Plain).concat(), r#""a""c""d""#);
        assert_eq!(of(Class::String), ["\"b:\"", "\"x\""]);
        assert_eq!(of(Class::Number), ["1.5e-7", "true"]);
        assert_eq!(whole(&pieces), text);
    }

    #[test]
    fn strings_and_comments_of_each_language_are_seen() {
        for (language, text, piece) in [
            (Language::Curl, "# it's\ncurl 'a\\' b", (Class::Punctuation, "# it's")),
            (Language::Curl, "# it's\ncurl 'a\\' b", (Class::String, "'a\\'")),
            (Language::PowerShell, "\"a`\"b\" $x", (Class::String, "\"a`\"b\"")),
            (Language::Node, "x('a\\'b', 12)", (Class::String, "'a\\'b'")),
            (Language::Node, "x('a\\'b', 12)", (Class::Number, "12")),
            (Language::Go, "`json:\"a\"` // no", (Class::Punctuation, "// no")),
            (Language::Rust, "&'a \"https://x\" 5_i64", (Class::String, "\"https://x\"")),
            (Language::Rust, "&'a \"https://x\" 5_i64", (Class::Number, "5_i64")),
        ] {
            assert!(highlight(text, language).contains(&piece), "{language:?} {:?}", highlight(text, language));
        }
    }

    #[test]
    fn every_sample_keeps_every_character() {
        for (language, body_type) in Language::ALL.into_iter().flat_map(|one| BodyType::ALL.map(|body| (one, body))) {
            let text = super::super::sample(language, body_type, &example());
            assert_eq!(whole(&highlight(&text, language)), text);
        }
    }

    proptest! {
        #[test]
        fn no_text_loses_a_character(text in "(\\PC|[\"'`\\\\#/\n0-9e.+-]){0,60}") {
            for language in Language::ALL {
                prop_assert_eq!(whole(&highlight(&text, language)), text.as_str());
            }
            prop_assert_eq!(whole(&highlight_json(&text)), text.as_str());
        }
    }
}

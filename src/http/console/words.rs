//! The words of the pages in four languages (Fluent). What is not translated falls back to English and says so to the
//! browser. Protocol names, codes and JSON are never translated.

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use askama::filters::HtmlSafe;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

/// A language that the pages speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Language {
    #[default]
    English,
    French,
    Spanish,
    Japanese,
}

impl Language {
    /// Every language, in the order of the switch.
    pub const ALL: [Self; 4] = [Self::English, Self::French, Self::Spanish, Self::Japanese];

    /// Its tag (RFC 5646).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Japanese => "ja",
        }
    }

    /// Its name in itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::French => "Français",
            Self::Spanish => "Español",
            Self::Japanese => "日本語",
        }
    }

    /// The language of this tag.
    pub fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The first language of an `Accept-Language` header (RFC 9110 §12.5.4) that the pages speak.
    pub fn accepted(header: &str) -> Option<Self> {
        let mut wanted: Vec<(f32, Self)> = header
            .split(',')
            .filter_map(|item| {
                let (tag, parameter) = item.split_once(';').unwrap_or((item, ""));
                let quality = parameter.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.parse().ok())?;
                let primary = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
                Some((quality, Self::of_tag(&primary)?))
            })
            .filter(|(quality, _)| *quality > 0.0)
            .collect();
        wanted.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        wanted.first().map(|(_, language)| *language)
    }
}

const TEXTS: [&str; 4] = [
    include_str!("../../../locales/en.ftl"),
    include_str!("../../../locales/fr.ftl"),
    include_str!("../../../locales/es.ftl"),
    include_str!("../../../locales/ja.ftl"),
];

static BUNDLES: LazyLock<Vec<FluentBundle<FluentResource>>> = LazyLock::new(|| {
    let bundle = |(language, text): (Language, &str)| {
        let tag = language.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        bundle.set_use_isolating(false);
        // What cannot be read is left out, and then falls back; a test holds that nothing is.
        let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
        bundle
    };
    Language::ALL.into_iter().zip(TEXTS).map(bundle).collect()
});

/// Speaks one language.
#[derive(Clone, Copy, Debug, Default)]
pub struct Words(pub Language);

/// What stands for a name in a message.
pub type Argument<'a> = (&'static str, &'a dyn fmt::Display);

/// A message as HTML: escaped, `**strong**` and `` `code` `` marked up, English marked as such in another language.
#[derive(Default)]
pub struct Text(String);

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Text {}

impl Text {
    /// HTML that a program made, each text in it escaped.
    pub fn trusted(html: String) -> Self {
        Self(html)
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Text as HTML.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// What the application says, as a sentence of a page.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

impl Words {
    /// A message as HTML.
    pub fn text(self, key: &str) -> Text {
        self.with(key, [])
    }

    /// A message with its arguments as HTML.
    pub fn with<const N: usize>(self, key: &str, arguments: [Argument<'_>; N]) -> Text {
        let (pattern, language) = self.look_up(key, &arguments);
        let html = filled(&marked_up(&pattern), &arguments, escaped);
        if language == self.0 { Text(html) } else { Text(format!("<span lang=\"{}\">{html}</span>", language.tag())) }
    }

    /// A message with one argument, as templates call it.
    pub fn one(self, key: &str, name: &'static str, value: impl fmt::Display) -> Text {
        self.with(key, [(name, &value)])
    }

    /// A message with two arguments, as templates call it.
    pub fn two(
        self,
        key: &str,
        name: &'static str,
        value: impl fmt::Display,
        other: &'static str,
        second: impl fmt::Display,
    ) -> Text {
        self.with(key, [(name, &value), (other, &second)])
    }

    /// A message without mark-up, for an attribute, a title or a plain text.
    pub fn plain(self, key: &str) -> String {
        self.plain_with(key, [])
    }

    /// The same with arguments.
    pub fn plain_with<const N: usize>(self, key: &str, arguments: [Argument<'_>; N]) -> String {
        let pattern = self.look_up(key, &arguments).0.replace("**", "").replace('`', "");
        filled(&pattern, &arguments, str::to_owned)
    }

    /// A message without mark-up with one argument, as templates call it.
    pub fn plain_one(self, key: &str, name: &'static str, value: impl fmt::Display) -> String {
        self.plain_with(key, [(name, &value)])
    }

    /// Text that a program made in English, such as what is wrong with a field.
    pub fn english(self, text: &str) -> Text {
        let html = escaped(text);
        if self.0 == Language::English { Text(html) } else { Text(format!("<span lang=\"en\">{html}</span>")) }
    }

    /// The message with a mark in the place of each argument that is a text: what somebody wrote is put in last, so that
    /// nothing in it counts as mark-up. Numbers choose between forms, and so are given to the message itself.
    fn look_up(self, key: &str, arguments: &[Argument<'_>]) -> (String, Language) {
        let mut values = FluentArgs::new();
        for ((name, value), mark) in arguments.iter().zip(MARKS) {
            let text = value.to_string();
            match text.parse::<i32>() {
                Ok(number) if number.to_string() == text => values.set(*name, number),
                _ => values.set(*name, mark.to_string()),
            }
        }
        for language in [self.0, Language::English] {
            if let Some(text) = format(language, key, &values) {
                return (text, language);
            }
        }
        (key.to_owned(), Language::English)
    }
}

/// What stands in a message for its arguments until they are put in: characters that no message has.
const MARKS: RangeInclusive<char> = '\u{f0000}'..='\u{f000f}';

/// The message with its arguments in the place of their marks.
fn filled(pattern: &str, arguments: &[Argument<'_>], written: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(pattern.len());
    for c in pattern.chars() {
        match MARKS.zip(arguments).find(|(mark, _)| *mark == c) {
            Some((_, (_, value))) => out.push_str(&written(&value.to_string())),
            None => out.push(c),
        }
    }
    out
}

fn format(language: Language, key: &str, values: &FluentArgs<'_>) -> Option<String> {
    let position = Language::ALL.iter().position(|other| *other == language)?;
    let bundle = BUNDLES.get(position)?;
    let pattern = bundle.get_message(key)?.value()?;
    Some(bundle.format_pattern(pattern, Some(values), &mut Vec::new()).into_owned())
}

/// Escapes, then `**strong**` and `` `code` ``. An odd mark stays as it is.
fn marked_up(text: &str) -> String {
    let strong = paired(&escaped(text), "**", "<strong>", "</strong>");
    paired(&strong, "`", "<code>", "</code>")
}

fn paired(text: &str, mark: &str, opening: &str, closing: &str) -> String {
    let pieces: Vec<&str> = text.split(mark).collect();
    if pieces.len().is_multiple_of(2) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for (position, piece) in pieces.iter().enumerate() {
        let piece: Cow<'_, str> =
            if position % 2 == 1 { format!("{opening}{piece}{closing}").into() } else { (*piece).into() };
        out.push_str(&piece);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::console::look::NOTICES;
    use std::collections::BTreeSet;
    use std::path::Path;

    fn keys(text: &str) -> BTreeSet<String> {
        text.lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
            .filter_map(|line| line.split_once(" ="))
            .map(|(key, _)| key.to_owned())
            .collect()
    }

    fn files(directory: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else {
                found.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }

    /// Every key that the pages ask for by its name.
    fn asked() -> BTreeSet<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut texts = Vec::new();
        files(&root.join("templates"), &mut texts);
        files(&root.join("src/http/console"), &mut texts);
        texts.push(std::fs::read_to_string(root.join("src/http/problems.rs")).unwrap());
        let calls =
            [".text(\"", ".with(\"", ".one(\"", ".two(\"", ".plain(\"", ".plain_with(\"", ".plain_one(\"", "key(\""];
        let mut asked: BTreeSet<String> = NOTICES.map(str::to_owned).into();
        for text in &texts {
            let flat = text.split("#[cfg(test)]").next().unwrap().replace("(\n", "(").replace("( ", "(");
            let flat: String = flat.split('(').map(str::trim_start).collect::<Vec<_>>().join("(");
            for call in calls {
                asked.extend(flat.split(call).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
            }
        }
        asked
    }

    #[test]
    fn every_message_that_is_asked_for_is_there_and_every_one_there_is_asked_for() {
        let english = keys(TEXTS[0]);
        let asked = asked();
        assert_eq!(asked.difference(&english).collect::<Vec<_>>(), Vec::<&String>::new(), "missing");
        assert_eq!(english.difference(&asked).collect::<Vec<_>>(), Vec::<&String>::new(), "not asked for");
    }

    #[test]
    fn every_language_can_be_read_and_adds_no_message() {
        let english = keys(TEXTS[0]);
        for (language, text) in Language::ALL.into_iter().zip(TEXTS) {
            assert!(FluentResource::try_new(text.to_owned()).is_ok(), "{language:?}");
            assert_eq!(keys(text).difference(&english).count(), 0, "{language:?}");
        }
    }

    #[test]
    fn the_most_wanted_language_that_is_spoken_is_taken() {
        assert_eq!(Language::accepted("de-DE,fr;q=0.8,en;q=0.9"), Some(Language::English));
        assert_eq!(Language::accepted("ja-JP"), Some(Language::Japanese));
        assert_eq!(Language::accepted("de, es;q=0.1, fr;q=0"), Some(Language::Spanish));
        assert_eq!(Language::accepted("*;q=x, nonsense"), None);
    }

    #[test]
    fn mark_up_is_ours_and_arguments_are_text() {
        assert_eq!(marked_up("a **b** `c` <d>"), "a <strong>b</strong> <code>c</code> &lt;d&gt;");
        assert_eq!(marked_up("2 ** 3"), "2 ** 3");
        let w = Words(Language::English);
        let html = w.with("viewing-as", [("entity", &"**<b>`x`")]).to_string();
        assert!(html.contains("<strong>**&lt;b&gt;`x`</strong>"), "{html}");
        assert_eq!(w.plain_with("join", [("place", &"**`x`")]), "Join **`x`");
    }

    #[test]
    fn a_number_chooses_the_form_and_a_text_of_digits_stays_as_it_is() {
        let w = Words(Language::English);
        assert_eq!(w.plain_with("days", [("count", &1)]), "1 day");
        assert_eq!(w.plain_with("days", [("count", &2)]), "2 days");
        for name in ["007", "-0", "+5", "99999999999999999999", "1.0"] {
            assert_eq!(w.plain_with("join", [("place", &name)]), format!("Join {name}"));
        }
    }
}

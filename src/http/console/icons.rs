//! The icons, drawn on a grid of 16 with a stroke of 1.5, and the mark. They stand in the page, so that it asks for no
//! file more.

use super::words::Text;

/// Name and drawing of each.
const ICONS: [(&str, &str); 31] = [
    ("key", r#"<circle cx="5.5" cy="10.5" r="3"/><path d="M7.7 8.3 13.5 2.5M10.8 5.2l2.2 2.2"/>"#),
    (
        "ticket",
        r#"<path d="M2 3.5h12v2.6a2 2 0 0 0 0 3.8v2.6H2V9.9a2 2 0 0 0 0-3.8zM9.75 3.75v2M9.75 7v2M9.75 10.25v2"/>"#,
    ),
    ("clock", r#"<circle cx="8" cy="8" r="6"/><path d="M8 4.75V8l2.25 1.5"/>"#),
    ("activity", r#"<path d="M1.75 8.5H4.5l2-5 3 9 2-4h2.75"/>"#),
    ("list", r#"<path d="M5.75 4h8M5.75 8h8M5.75 12h8M2.25 4h.01M2.25 8h.01M2.25 12h.01"/>"#),
    ("chart", r#"<path d="M2.5 13.5v-4M6.2 13.5v-8M9.8 13.5V8M13.5 13.5v-11"/>"#),
    (
        "people",
        r#"<circle cx="6" cy="5.25" r="2.5"/><path d="M1.75 13.5v-.75a3.25 3.25 0 0 1 3.25-3.25h2a3.25 3.25 0 0 1 3.25 3.25v.75M10.75 3a2.5 2.5 0 0 1 0 4.5M12.25 9.75a3.25 3.25 0 0 1 2 3v.75"/>"#,
    ),
    (
        "person",
        r#"<circle cx="8" cy="5" r="2.75"/><path d="M3 13.75V13a3.5 3.5 0 0 1 3.5-3.5h3A3.5 3.5 0 0 1 13 13v.75"/>"#,
    ),
    ("search", r#"<circle cx="7" cy="7" r="4.5"/><path d="m10.4 10.4 3.6 3.6"/>"#),
    (
        "building",
        r#"<path d="M3.5 14V3.25A1.25 1.25 0 0 1 4.75 2h6.5a1.25 1.25 0 0 1 1.25 1.25V14M2 14h12M6.75 14v-2.5h2.5V14M6.25 5h.01M9.75 5h.01M6.25 8.25h.01M9.75 8.25h.01"/>"#,
    ),
    (
        "target",
        r#"<circle cx="8" cy="8" r="6"/><circle cx="8" cy="8" r="2.5"/><path d="M8 2v3.5M8 10.5V14M2 8h3.5M10.5 8H14"/>"#,
    ),
    (
        "copy",
        r#"<rect x="5.5" y="5.5" width="8.5" height="8.5" rx="1.75"/><path d="M3.5 10.5A1.5 1.5 0 0 1 2 9V3.5A1.5 1.5 0 0 1 3.5 2H9a1.5 1.5 0 0 1 1.5 1.5"/>"#,
    ),
    ("check", r#"<path d="m3 8.5 3.25 3.25L13 5"/>"#),
    ("tick-circle", r#"<circle cx="8" cy="8" r="6"/><path d="m5.5 8.25 1.75 1.75 3.25-3.75"/>"#),
    ("half", r#"<circle cx="8" cy="8" r="6"/><path d="M8 2a6 6 0 0 0 0 12z" fill="currentColor" stroke="none"/>"#),
    ("triangle", r#"<path d="M8 2.5 14.25 13.25H1.75zM8 6.75v2.75M8 11.4v.01"/>"#),
    ("octagon", r#"<path d="M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5zM8 5v3.5M8 10.9v.01"/>"#),
    ("lock", r#"<rect x="3" y="7" width="10" height="7" rx="1.5"/><path d="M5.25 7V4.75a2.75 2.75 0 0 1 5.5 0V7"/>"#),
    ("pause", r#"<circle cx="8" cy="8" r="6"/><path d="M6.5 6v4M9.5 6v4"/>"#),
    ("ring", r#"<circle cx="8" cy="8" r="5.25"/>"#),
    (
        "eye",
        r#"<path d="M1.25 8S3.75 3.5 8 3.5 14.75 8 14.75 8 12.25 12.5 8 12.5 1.25 8 1.25 8z"/><circle cx="8" cy="8" r="2"/>"#,
    ),
    (
        "eye-off",
        r#"<path d="M6.4 3.7A6.6 6.6 0 0 1 8 3.5c4.25 0 6.75 4.5 6.75 4.5a11 11 0 0 1-1.6 2.1M9.4 9.4a2 2 0 0 1-2.8-2.8M4.3 4.6A11.4 11.4 0 0 0 1.25 8S3.75 12.5 8 12.5a6.5 6.5 0 0 0 3.5-1M2 2l12 12"/>"#,
    ),
    ("arrow-right", r#"<path d="M2.75 8h10.5M9.25 4l4 4-4 4"/>"#),
    ("plus", r#"<path d="M8 3v10M3 8h10"/>"#),
    ("close", r#"<path d="m4 4 8 8M12 4l-8 8"/>"#),
    ("menu", r#"<path d="M2 5.5h12M2 10.5h12"/>"#),
    ("chevron-down", r#"<path d="m4 6 4 4 4-4"/>"#),
    ("chevron-up", r#"<path d="m4 10 4-4 4 4"/>"#),
    ("chevron-up-down", r#"<path d="m5 6 3-3 3 3M5 10l3 3 3-3"/>"#),
    ("info", r#"<circle cx="8" cy="8" r="6"/><path d="M8 7.5V11M8 5v.01"/>"#),
    ("download", r#"<path d="M8 2.25v8M4.75 7 8 10.25 11.25 7M2.5 13.5h11"/>"#),
];

/// The mark of Passgate: an arch, and somebody under it.
const MARK: &str = r#"<svg class="mark" aria-hidden="true" viewBox="0 0 18 20"><path class="arch" d="M1.25 18.75v-9.75a7.75 7.75 0 0 1 15.5 0v9.75"/><path class="i" d="M9 13v5.75"/><circle class="dot" cx="9" cy="8.75" r="1.9"/></svg>"#;

/// The icon of this name, hidden from screen readers: a word stands beside each.
pub fn icon(name: &str) -> Text {
    classed(name, "icon")
}

/// The same with other classes.
pub fn classed(name: &str, classes: &str) -> Text {
    let drawing = ICONS.iter().find(|(known, _)| *known == name).map_or("", |(_, drawing)| drawing);
    Text::trusted(format!(r#"<svg class="{classes}" aria-hidden="true" viewBox="0 0 16 16">{drawing}</svg>"#))
}

/// The mark.
pub fn mark() -> Text {
    Text::trusted(MARK.to_owned())
}

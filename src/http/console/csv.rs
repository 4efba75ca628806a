//! Comma-separated values (RFC 4180), every one quoted, and none that a spreadsheet would run.

use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};

/// A file of lines to download.
pub fn file(name: &str, lines: String) -> Response {
    let disposition = format!("attachment; filename=\"{name}.csv\"");
    ([(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, disposition)], lines).into_response()
}

/// One line.
pub fn line(fields: &[impl AsRef<str>]) -> String {
    let quoted: Vec<String> = fields.iter().map(|field| quoted(field.as_ref())).collect();
    format!("{}\r\n", quoted.join(","))
}

/// A field in quotation marks. What begins like a formula gets an apostrophe, which spreadsheets take as "this is text".
fn quoted(field: &str) -> String {
    let is_formula = field.trim_start().starts_with(['=', '+', '-', '@']) || field.starts_with(['\t', '\r', '\n']);
    format!("\"{}{}\"", if is_formula { "'" } else { "" }, field.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_quoted_and_nothing_is_a_formula() {
        assert_eq!(line(&["a", "b,c", "say \"x\""]), "\"a\",\"b,c\",\"say \"\"x\"\"\"\r\n");
        for formula in ["=1+1", "+1", "-1", "@x", " =1", "\t=1", "\r=1", "\n=1"] {
            assert!(quoted(formula).starts_with("\"'"), "{formula:?}");
        }
        assert_eq!(quoted(""), "\"\"");
    }
}

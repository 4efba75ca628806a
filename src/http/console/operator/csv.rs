//! Comma-separated values (RFC 4180), every one quoted, and none that a spreadsheet would run.

/// One line.
pub fn line(fields: &[&str]) -> String {
    let quoted: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
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
        for formula in ["=1+1", "+1", "-1", "@x", " =1", "\t=1", "\r=1"] {
            assert!(quoted(formula).starts_with("\"'"), "{formula:?}");
        }
        assert_eq!(quoted(""), "\"\"");
    }
}

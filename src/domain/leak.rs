//! A report that a secret has leaked, as far as it is kept: where it was found, in words that never hold a secret.

use super::secret::PlainSecret;

/// Longest place that is kept of a report, in characters.
pub const LONGEST_PLACE: usize = 200;
/// What stands for a secret.
const STRUCK_OUT: &str = "[secret]";

/// Where a secret was found, as somebody wrote it: on one line, without anything that has the form of a secret, cut off.
pub fn place(text: &str, secret: &str) -> String {
    let struck = if secret.is_empty() { text.to_owned() } else { text.replace(secret, STRUCK_OUT) };
    let mut place = String::new();
    for piece in struck.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        let word = piece.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        place.push_str(if PlainSecret::is_client(word) { STRUCK_OUT } else { word });
        place.push_str(piece.strip_prefix(word).unwrap_or_default());
    }
    let line = place.chars().map(|c| if c.is_control() { ' ' } else { c });
    line.take(LONGEST_PLACE).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    #[test]
    fn no_secret_stands_in_a_place_and_it_has_one_short_line() {
        let (mine, other) =
            (PlainSecret::client(&Zeroizing::new([1; 32])), PlainSecret::client(&Zeroizing::new([2; 32])));
        let text = format!("https://x.example/?s={}&o={}#L1\nevil", mine.expose(), other.expose());
        assert_eq!(place(&text, mine.expose()), "https://x.example/?s=[secret]&o=[secret]#L1 evil");
        assert_eq!(place("guess", ""), "guess");
        assert_eq!(place(&"é".repeat(300), "x").chars().count(), LONGEST_PLACE);
    }
}

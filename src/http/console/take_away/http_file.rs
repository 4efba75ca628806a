//! An `.http` file, which VS Code REST Client, Visual Studio and the HTTP client of JetBrains read.

use super::{whoami_url, without_variables};
use crate::domain::entity::Entity;
use crate::http::console::example::{BodyType, Example};

/// The requests: one for a token in each body type, and one that uses it.
pub fn http_file(entity: &Entity, example: &Example, public_url: &str) -> String {
    // A comment is one line, whatever the name is.
    let name: String = entity.name.chars().filter(|c| !c.is_control()).collect();
    let request = |body_type: BodyType, body: &str| {
        let (title, post_url, media_type) = (body_type.title(), &example.post_url, body_type.media_type());
        format!("### Get an access token ({title})\nPOST {post_url}\nContent-Type: {media_type}\n\n{body}\n\n")
    };
    let json = example.json_by(|_, value| value.map_or_else(|| "\"{{clientSecret}}\"".to_owned(), without_variables));
    // A secret has no character that a form would have to encode.
    let form = example.form_around("{{clientSecret}}");
    format!(
        "# Access tokens for {name}. Enter your Client Secret here, and keep it out of version control.\n\
         @clientSecret =\n\
         # An access token, copied from an answer.\n\
         @accessToken =\n\n{}{}\
         ### Who am I\nGET {}\nAuthorization: Bearer {{{{accessToken}}}}\n",
        request(BodyType::Json, &json),
        request(BodyType::Form, &form),
        whoami_url(public_url),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::console::example::tests::{example, tricky};

    #[test]
    fn it_has_three_requests_and_two_variables() {
        let made = http_file(&tricky(), &example(), "https://pass.example.com");
        assert_eq!(made.lines().filter(|line| line.starts_with("### ")).count(), 3);
        assert!(made.contains("\n@clientSecret =\n") && made.contains("client_secret={{clientSecret}}&"));
        assert_eq!(made.matches("{{clientSecret}}").count(), 2);
        assert_eq!(made.matches("{{").count(), 3, "{made}");
    }
}

//! Somebody with a browser: a session, and forms as a page of ours sends them.

use passgate::domain::event::Actor;
use passgate::domain::person::Role;
use reqwest::header::{ACCEPT, COOKIE, ORIGIN, SET_COOKIE};
use reqwest::{Method, RequestBuilder};

use crate::server::{Answer, Server};

pub const PASSWORD: &str = "correct horse battery";

pub struct Visitor<'s> {
    server: &'s Server,
    pub cookie: String,
}

impl Server {
    /// A request of a browser for a page, or with a form of one.
    pub fn browse(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).header(ACCEPT, "text/html").header(ORIGIN, format!("http://{}", self.address))
    }

    /// The path of an invitation to an entity.
    pub async fn invitation(&self, entity: &str, email: &str, role: Role) -> String {
        let entity = self.app.find_entity(entity).await.unwrap();
        let invited = self.app.invite(&Actor::Cli, Some(&entity), email, role).await.unwrap();
        invited.link.strip_prefix(&*self.app.issuer).unwrap().to_owned()
    }

    /// One of an entity's people, who has just set a password.
    pub async fn visitor(&self, entity: &str, email: &str, role: Role) -> Visitor<'_> {
        let path = self.invitation(entity, email, role).await;
        let form = [("name", "Maya Lindqvist"), ("password", PASSWORD)];
        let answer = Answer::of(self.browse(Method::POST, &path).form(&form).send().await.unwrap()).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        Visitor { server: self, cookie: session_of(&answer) }
    }

    /// Somebody who signs in.
    pub async fn sign_in(&self, email: &str, password: &str) -> Answer {
        let form = [("email", email), ("password", password)];
        Answer::of(self.browse(Method::POST, "/sign-in").form(&form).send().await.unwrap()).await
    }
}

/// The session cookie that an answer sets.
pub fn session_of(answer: &Answer) -> String {
    let cookies = answer.headers.get_all(SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap());
    let cookie = cookies.into_iter().find(|cookie| cookie.starts_with("passgate=")).unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

impl<'s> Visitor<'s> {
    pub fn with(server: &'s Server, cookie: String) -> Self {
        Self { server, cookie }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.server.browse(method, path).header(COOKIE, &self.cookie)
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        Answer::of(self.request(Method::POST, path).form(form).send().await.unwrap()).await
    }
}

/// The text of the element with this id, as a browser's `textContent`.
pub fn text_of(html: &str, id: &str) -> String {
    let (before, after) = html.split_once(&format!("id=\"{id}\"")).expect("there is an element of this id");
    let name = before.rsplit_once('<').unwrap().1.split([' ', '>']).next().unwrap();
    let content = after.split_once('>').unwrap().1.split(&format!("</{name}>")).next().unwrap();
    let mut text = String::new();
    let mut rest = content;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        rest = after.split_once('>').unwrap().1;
    }
    text.push_str(rest);
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
        .replace("&#38;", "&")
}

/// The value of the first hidden field of this name.
pub fn hidden(html: &str, name: &str) -> String {
    let (_, rest) = html.split_once(&format!("name=\"{name}\" value=\"")).expect("there is a field of this name");
    rest.split('"').next().unwrap().to_owned()
}

//! Somebody with a browser: a session, and forms as a page of ours sends them.

use std::net::SocketAddr;

use passgate::domain::event::Actor;
use passgate::domain::person::Role;
use reqwest::header::{ACCEPT, COOKIE, ORIGIN, SET_COOKIE};
use reqwest::{Method, RequestBuilder};

use crate::server::{Answer, Server};

/// The password of everybody here.
pub const PASSWORD: &str = "correct horse battery";

/// A browser, with the cookie of its session.
pub struct Session {
    pub cookie: String,
    http: reqwest::Client,
    address: SocketAddr,
}

impl Server {
    /// A request of a browser for a page, or with a form of one.
    pub fn browse(&self, method: Method, path: &str) -> RequestBuilder {
        self.stranger().request(method, path)
    }

    /// The path of an invitation to an entity.
    pub async fn invitation(&self, entity: &str, email: &str, role: Role) -> String {
        let entity = self.app.find_entity(entity).await.unwrap();
        let invited = self.app.invite(&Actor::Cli, Some(&entity), email, role).await.unwrap();
        invited.link.strip_prefix(&*self.app.issuer).unwrap().to_owned()
    }

    /// Somebody who has just joined an entity, signed in. The session ends when the clock goes on for half an hour.
    pub async fn person(&self, entity: &str, email: &str, role: Role) -> Session {
        let path = self.invitation(entity, email, role).await;
        self.join(&path).await
    }

    /// Somebody who has just begun to run the platform, signed in.
    pub async fn operator(&self, email: &str) -> Session {
        let invited = self.app.invite(&Actor::Cli, None, email, Role::Operator).await.unwrap();
        self.join(&invited.link).await
    }

    /// Takes an invitation with a new account. Its name is Robin, its password [`PASSWORD`].
    pub async fn join(&self, link: &str) -> Session {
        let path = format!("/invitation/{}", link.rsplit('/').next().unwrap());
        let joined = self.stranger().post(&path, &[("name", "Robin"), ("password", PASSWORD)]).await;
        assert_eq!(joined.status, 303, "{}", joined.text);
        self.with_cookie(session_of(&joined))
    }

    /// Somebody who signs in.
    pub async fn sign_in(&self, email: &str, password: &str) -> Answer {
        self.stranger().post("/sign-in", &[("email", email), ("password", password)]).await
    }

    /// A browser that nobody has signed in with.
    pub fn stranger(&self) -> Session {
        self.with_cookie(String::new())
    }

    /// A browser with this cookie.
    pub fn with_cookie(&self, cookie: String) -> Session {
        Session { cookie, http: self.http.clone(), address: self.address }
    }
}

/// The session cookie that an answer sets.
pub fn session_of(answer: &Answer) -> String {
    let cookies = answer.headers.get_all(SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap());
    let cookie = cookies.into_iter().find(|cookie| cookie.starts_with("passgate=")).unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

impl Session {
    /// A request for a page, or with a form of one.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let origin = format!("http://{}", self.address);
        let request = self.http.request(method, format!("{origin}{path}")).header(ORIGIN, origin);
        let request = request.header(ACCEPT, "text/html");
        if self.cookie.is_empty() { request } else { request.header(COOKIE, &self.cookie) }
    }

    /// A page.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path).send().await.unwrap()).await
    }

    /// A form, sent from a page of this installation.
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

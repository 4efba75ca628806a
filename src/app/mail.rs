//! Mail: plain text, through the operator's own server. Without one, links are shown on the page to be passed on by hand.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use crate::config::Config;

/// How long the mail server may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is wrong with the settings for mail. Never quotes the URL, which may hold a password.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadMailSettings(&'static str);

/// A mail that was not taken by the server. The cause is for the log.
#[derive(Debug, thiserror::Error)]
#[error("the mail could not be sent: {0}")]
pub struct NotSent(String);

/// Sends mail.
pub struct Mailer(Option<(AsyncSmtpTransport<Tokio1Executor>, Mailbox)>);

impl Mailer {
    /// A mailer for these settings; one that sends nothing if there are none.
    pub fn new(config: &Config) -> Result<Self, BadMailSettings> {
        let (Some(url), Some(from)) = (&config.smtp_url, &config.mail_from) else {
            return Ok(Self(None));
        };
        let from = from
            .parse()
            .map_err(|_| BadMailSettings("mail_from must be an address such as Passgate <passgate@example.com>"))?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| {
            BadMailSettings("smtp_url must be such as smtps://user:password@mail.example.com or smtp://localhost:25")
        })?;
        Ok(Self(Some((transport.timeout(Some(PATIENCE)).build(), from))))
    }

    /// Whether there is a server to send through.
    pub fn is_set(&self) -> bool {
        self.0.is_some()
    }

    /// Sends a text to one address. Does nothing without a server.
    pub async fn send(&self, to: &str, subject: &str, text: String) -> Result<(), NotSent> {
        let Some((transport, from)) = &self.0 else { return Ok(()) };
        let malformed = |_| NotSent("it cannot be written".to_owned());
        let to: Mailbox = to.parse().map_err(|_| NotSent("the address cannot be read".to_owned()))?;
        let message = Message::builder()
            .from(from.clone())
            .to(to)
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(text)
            .map_err(malformed)?;
        // A server's words may repeat the address; its code does not.
        transport.send(message).await.map(|_| ()).map_err(|error| {
            NotSent(match error.status() {
                Some(code) => format!("the server answered {code}"),
                None if error.is_timeout() => "the server did not answer in time".to_owned(),
                None => "the server cannot be reached".to_owned(),
            })
        })
    }
}

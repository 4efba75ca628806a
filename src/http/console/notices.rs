//! What the people of an entity must be told of its secrets, on every page of it: leaked, ending, ended, safe to retire.

use std::time::Duration;

use super::frame::key;
use super::pair::here;
use super::visitor::Insider;
use super::words::{Text, Words};
use crate::app::App;
use crate::domain::rotation::{Retirement, SOON, retirement};
use crate::domain::time::Timestamp;
use crate::http::error::Problem;
use crate::store::rotation::Noticed;

/// So long a leak is told of, unless a new secret has been made since.
const LEAKS_TOLD: Duration = Duration::from_secs(7 * 24 * 3600);

/// A notice about the secrets of one credential.
pub struct Notice {
    /// Whether something does not work.
    pub is_bad: bool,
    /// What it says.
    pub text: Text,
    /// The page on which something can be done about it.
    pub href: String,
    /// Where the form to stop the old secret goes, and the version that it is of.
    pub stop: Option<(String, i64)>,
}

/// Most notices on one page: an entity may have a thousand credentials.
const MOST_TOLD: usize = 5;

/// What is to be told, the worst first.
pub async fn notices(app: &App, insider: &Insider) -> Result<Vec<Notice>, Problem> {
    let now = app.now();
    let noticed = app.store.secrets_noticed(&insider.entity.id, now.minus(LEAKS_TOLD), now).await?;
    let of_one = noticed.chunk_by(|one, next| one.client_id == next.client_id);
    let mut told: Vec<Notice> = of_one.flat_map(|secrets| of_credential(insider, secrets, now)).collect();
    told.sort_by_key(|notice| !notice.is_bad);
    told.truncate(MOST_TOLD);
    Ok(told)
}

/// `secrets` are of one credential, the newest first.
fn of_credential(insider: &Insider, secrets: &[Noticed], now: Timestamp) -> Vec<Notice> {
    let w = insider.visitor.look.words;
    let Some(newest) = secrets.first() else { return Vec::new() };
    let notice = |is_bad, text, stop| Notice { is_bad, text, href: here(insider, &newest.client_id), stop };
    let mut unended = secrets.iter().filter(|secret| !secret.secret.has_ended(now));
    let (new, old) = (unended.next(), unended.next());
    let mut notices = Vec::new();
    let leaked = secrets.iter().filter_map(|secret| Some((secret, secret.leaked_at?)));
    if let Some((secret, at)) = leaked.max_by_key(|(_, at)| *at)
        && newest.secret.created_at <= at
    {
        let text = if new.is_none() {
            told(w, key("told-leaked-none"), secret, at)
        } else {
            told(w, key("told-leaked"), secret, at)
        };
        notices.push(notice(true, text, None));
    }
    match (new, newest.secret.expires_at) {
        (Some(new), _) => {
            if let Some(end) = new.secret.expires_at.filter(|end| end.since(now) <= SOON) {
                notices.push(notice(false, told(w, key("told-ending"), new, end), None));
            }
        }
        (None, Some(end)) if newest.leaked_at.is_none() => {
            notices.push(notice(true, told(w, key("told-ended"), newest, end), None));
        }
        (None, _) => {}
    }
    if let (Some(new), Some(old)) = (new, old)
        && retirement(&new.secret, &old.secret, now) == Retirement::Safe
    {
        let path = insider.path(&format!("generate-credentials/{}/rotation", new.client_id));
        let stop = insider.role.may_manage().then_some((path, new.version));
        notices.push(notice(false, w.with("told-safe", [("hint", &old.secret.hint), ("name", &old.name)]), stop));
    }
    notices
}

fn told(w: Words, key: &'static str, secret: &Noticed, at: Timestamp) -> Text {
    w.with(key, [("hint", &secret.secret.hint), ("name", &secret.name), ("time", &w.moment_text(at))])
}

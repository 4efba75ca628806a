//! What this installation needs to issue tokens, and whether it has it.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::app::App;
use crate::domain::key::State as KeyState;
use crate::http::console::frame::{Frame, page};
use crate::http::console::look::Theme;
use crate::http::console::moments::grouped;
use crate::http::console::visitor::{Operator, is_https};
use crate::http::console::words::Text;
use crate::http::error::Problem;

/// How old what is known of other nodes' changes may be before that is worth a word.
const LATE: Duration = Duration::from_secs(2);

#[derive(Template)]
#[template(path = "operator/health.html")]
struct Health {
    frame: Frame,
    checked: Text,
    figures: Vec<(Text, String)>,
    parts: Vec<Part>,
    is_well: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Ready,
    Attention,
    Away,
}

struct Part {
    name: Text,
    level: Level,
    detail: Text,
}

/// The page.
pub async fn get(State(app): State<Arc<App>>, operator: Operator) -> Result<Response, Problem> {
    let (w, now) = (operator.0.look.words, app.now());
    let answers = app.has_database().await;
    let totals = app.store.totals(now).await?;
    let keys = app.store.signing_keys().await?;
    let kid = |state: KeyState| {
        let key = keys.iter().find(|key| key.facts.state == state);
        key.map_or("–", |key| key.facts.kid.as_str())
    };
    let (open, idle) = app.store.connections();
    let age = app.knowledge_age();
    let level = |is_ready: bool, otherwise: Level| if is_ready { Level::Ready } else { otherwise };
    let has_mail = app.mailer.is_set();
    let is_secure = is_https(&app);
    let database = match app.store.name() {
        "sqlite" => "SQLite",
        _ => "PostgreSQL",
    };
    let parts = vec![
        Part {
            name: w.text("signing-keys"),
            level: level(app.signer.can_sign(), Level::Away),
            detail: w.with("op-signs-and-next", [("signing", &kid(KeyState::Signing)), ("next", &kid(KeyState::Next))]),
        },
        Part {
            name: w.text("op-database"),
            level: level(answers, Level::Away),
            detail: w.with("op-database-detail", [("kind", &database), ("open", &open), ("idle", &idle)]),
        },
        Part {
            name: w.text("op-following"),
            level: level(age < LATE, Level::Attention),
            detail: w.with("op-following-detail", [("millis", &age.as_millis())]),
        },
        Part { name: w.text("op-clock"), level: Level::Ready, detail: w.with("op-clock-detail", [("time", &now)]) },
        Part {
            name: w.text("op-mail"),
            level: level(has_mail, Level::Attention),
            detail: if has_mail { w.text("op-mail-set") } else { w.text("op-mail-not-set") },
        },
        Part {
            name: w.text("op-public-url"),
            level: level(is_secure, Level::Attention),
            detail: if is_secure {
                w.with("op-url-secure", [("url", &app.issuer)])
            } else {
                w.with("op-url-plain", [("url", &app.issuer)])
            },
        },
    ];
    let figures = vec![
        (w.text("op-version"), env!("CARGO_PKG_VERSION").to_owned()),
        (w.text("entities"), grouped(totals.active.saturating_add(totals.disabled), w)),
        (w.text("op-disabled-ones"), grouped(totals.disabled, w)),
        (w.text("credentials"), grouped(totals.credentials, w)),
        (w.text("op-in-memory"), grouped(i64::try_from(app.known.len()).unwrap_or(i64::MAX), w)),
    ];
    let shown = Health {
        frame: Frame::of_operator(&app, &operator, "health").await?,
        checked: w.log_moment(now),
        figures,
        is_well: parts.iter().all(|part| part.level == Level::Ready),
        parts,
    };
    Ok(page(&app, operator.0.look, &shown))
}

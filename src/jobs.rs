//! The loops beside the requests: following events, chaining those that are not yet, writing uses and token requests,
//! purging, rotating keys and letting them go, reading certificates again, reminding of secrets that end. What is a node's
//! own affair runs on every one; what is the installation's is done by the one that takes its lease for this time.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::app::tokens::REMEMBERED;
use crate::app::{App, Error};
use crate::http::tls::Tls;

const FOLLOW: Duration = Duration::from_millis(100);
const FLUSH: Duration = Duration::from_secs(1);
const ROTATE: Duration = Duration::from_secs(60);
const CHAIN: Duration = Duration::from_secs(1);
const PURGE: Duration = Duration::from_secs(300);
const REMIND: Duration = Duration::from_secs(60);
const CERTIFICATE: Duration = Duration::from_secs(2);

/// Starts every loop; they end when `stop` changes, or nobody can change it any more.
pub fn start(app: &Arc<App>, tls: Option<Tls>, stop: &watch::Receiver<bool>) {
    spawn("follow events", FOLLOW, app, stop, |app| async move { app.follow_events().await });
    spawn("write uses", FLUSH, app, stop, |app| async move { flush(&app).await });
    spawn_once("rotate keys", ROTATE, app, stop, |app| async move { app.rotate_keys_if_due().await });
    spawn("follow quotas", FLUSH, app, stop, |app| async move {
        for reached in app.follow_quotas().await? {
            // A slow mail server keeps no count waiting.
            let app = app.clone();
            tokio::spawn(async move { app.mail_quota(&reached).await });
        }
        Ok(())
    });
    spawn("chain events", CHAIN, app, stop, |app| async move { app.chain_events().await });
    spawn("purge what this node knows of", PURGE, app, stop, |app| async move { purge_own(&app).await });
    spawn_once("purge", PURGE, app, stop, |app| async move { purge(&app).await });
    spawn_once("remind of ending secrets", REMIND, app, stop, |app| async move { rotate(&app).await });
    if let Some(tls) = tls {
        spawn("read the certificate", CERTIFICATE, app, stop, move |_| {
            match tls.reload() {
                Ok(true) => tracing::info!("a new certificate is served"),
                Ok(false) => {}
                Err(error) => {
                    tracing::error!(%error, "the new certificate cannot be used; the old one goes on being served");
                }
            }
            std::future::ready(Ok(()))
        });
    }
}

/// Writes the uses and token requests gathered so far; also the last thing before the end. Both are tried.
pub async fn flush(app: &App) -> Result<(), Error> {
    app.refusals.tell_left_out();
    let _one_at_a_time = app.writing.lock().await;
    let uses = write_uses(app).await;
    app.write_requests().await.and(uses)
}

async fn write_uses(app: &App) -> Result<(), Error> {
    let mut uses = app.usage.take();
    if uses.is_empty() {
        return Ok(());
    }
    let written = app.store.add_uses(&mut uses).await;
    if written.is_err() {
        app.usage.give_back(uses);
    }
    Ok(app.counted(written)?)
}

/// Reminds of secrets that end, and makes older ones findable. Both are tried.
pub async fn rotate(app: &App) -> Result<(), Error> {
    let filled = app.fill_lookups().await;
    app.remind().await.and(filled)
}

/// Forgets what nobody needs any more and only this node knows of.
pub async fn purge_own(app: &App) -> Result<(), Error> {
    app.revoked.purge(app.now().minus(REMEMBERED));
    app.trim_requests().await
}

/// Forgets what nobody needs any more.
pub async fn purge(app: &App) -> Result<(), Error> {
    purge_own(app).await?;
    let now = app.now();
    let ended = now.minus(REMEMBERED);
    app.counted(app.store.purge_revoked_tokens(ended).await)?;
    app.counted(app.store.purge_sessions(now).await)?;
    app.counted(app.store.purge_used_assertions(ended).await)?;
    app.remove_spent_keys().await?;
    app.purge_requests().await?;
    app.purge_quota_notices().await?;
    app.purge_ledger().await?;
    app.remove_old_events().await
}

/// As [`spawn`], on one node at a time: whoever is first in each `every` takes it.
fn spawn_once<F, T>(name: &'static str, every: Duration, app: &Arc<App>, stop: &watch::Receiver<bool>, tick: F)
where
    F: Fn(Arc<App>) -> T + Copy + Send + Sync + 'static,
    T: Future<Output = Result<(), Error>> + Send,
{
    spawn(name, every, app, stop, move |app| async move {
        // A little less than the time between two ticks: the same node finds its own lease ended.
        if app.take_turn(name, every.mul_f32(0.9)).await? { tick(app).await } else { Ok(()) }
    });
}

fn spawn<F, T>(name: &'static str, every: Duration, app: &Arc<App>, stop: &watch::Receiver<bool>, tick: F)
where
    F: Fn(Arc<App>) -> T + Send + 'static,
    T: Future<Output = Result<(), Error>> + Send,
{
    let (app, mut stop) = (app.clone(), stop.clone());
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failing = false;
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                _ = stop.changed() => return,
            }
            let ticked = AssertUnwindSafe(tick(app.clone())).catch_unwind().await;
            match ticked.unwrap_or_else(|_| Err(Error::Refused("a defect: it panicked".to_owned()))) {
                Ok(()) if failing => {
                    tracing::info!(job = name, "works again");
                    failing = false;
                }
                Err(error) if !failing => {
                    tracing::error!(job = name, %error, "fails, and is tried again");
                    failing = true;
                }
                Ok(()) | Err(_) => {}
            }
        }
    });
}

//! Quotas: tokens of each entity that has one, counted in memory. Nothing here is shared by entities but the table that
//! finds their counts; entities without a quota never come here.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use quick_cache::sync::Cache;
use serde_json::json;

use super::{App, Error};
use crate::domain::entity::Entity;
use crate::domain::event::{Action, Actor};
use crate::domain::id::EntityId;
use crate::domain::person::Role;
use crate::domain::quota::{Quota, Span, Standing};
use crate::domain::time::Timestamp;

/// Entities whose counts are read at once.
const BATCH: usize = 200;
/// Notices are kept so long, so that none is given twice.
const NOTICES_KEPT: Duration = Duration::from_secs(2 * 86_400);

/// The counts of one entity: for each span its number in the upper half and the tokens in the lower.
#[derive(Debug, Default)]
pub struct Tally {
    hour: AtomicU64,
    day: AtomicU64,
    /// The same for the highest share that the owners have been told of.
    told: [AtomicU64; 2],
}

fn pack(number: u32, count: u32) -> u64 {
    u64::from(number) << 32 | u64::from(count)
}

fn unpack(packed: u64) -> (u32, u32) {
    (u32::try_from(packed >> 32).unwrap_or(0), u32::try_from(packed & u64::from(u32::MAX)).unwrap_or(0))
}

impl Tally {
    const fn of(&self, span: Span) -> &AtomicU64 {
        match span {
            Span::Hour => &self.hour,
            Span::Day => &self.day,
        }
    }

    /// Counts one token, or says that the quota is used up. A clock that goes back stays in the later span.
    fn take(&self, quota: &Quota, now: Timestamp) -> Result<Vec<Standing>, Vec<Standing>> {
        let mut standings: Vec<Standing> = Vec::with_capacity(2);
        for span in Span::ALL {
            let Some(limit) = quota.limit(span) else { continue };
            let next = |packed: u64| {
                let (number, used) = counted(packed, span.number(now));
                let is_free = quota.dry_run || used < limit;
                is_free.then(|| pack(number, used.saturating_add(1)))
            };
            let (number, used, is_taken) = match self.of(span).fetch_update(Ordering::Relaxed, Ordering::Relaxed, next)
            {
                Ok(before) => {
                    let (number, used) = counted(before, span.number(now));
                    (number, used.saturating_add(1), true)
                }
                Err(packed) => {
                    let (number, used) = counted(packed, span.number(now));
                    (number, used, false)
                }
            };
            standings.push(Standing { span, number, limit, used });
            if !is_taken {
                let given = standings.iter_mut().filter(|given| given.span != span);
                given.for_each(|given| {
                    self.give_back(given);
                    given.used = given.used.saturating_sub(1);
                });
                if let (Span::Hour, Some(limit)) = (span, quota.limit(Span::Day)) {
                    let (number, used) = counted(self.day.load(Ordering::Relaxed), Span::Day.number(now));
                    standings.push(Standing { span: Span::Day, number, limit, used });
                }
                return Err(standings);
            }
        }
        Ok(standings)
    }

    /// Takes one back of what was counted.
    fn give_back(&self, given: &Standing) {
        let back = |packed: u64| {
            let (number, used) = unpack(packed);
            (number == given.number).then(|| pack(number, used.saturating_sub(1)))
        };
        let _ = self.of(given.span).fetch_update(Ordering::Relaxed, Ordering::Relaxed, back);
    }

    /// Learns that so many tokens were issued in this hour and this day, by whatever node.
    fn learn(&self, [hour, day]: [u32; 2], now: Timestamp) {
        for (span, stored) in [(Span::Hour, hour), (Span::Day, day)] {
            let next = |packed: u64| {
                let (number, used) = counted(packed, span.number(now));
                (number == span.number(now) && stored > used).then(|| pack(number, stored))
            };
            let _ = self.of(span).fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
        }
    }

    /// Whether no token was counted in this hour, the last one or this day: a span without a limit is not counted.
    fn is_idle(&self, now: Timestamp) -> bool {
        let [(hour, _), (day, _)] = [&self.hour, &self.day].map(|span| unpack(span.load(Ordering::Relaxed)));
        hour.saturating_add(1) < Span::Hour.number(now) && day < Span::Day.number(now)
    }

    /// Whether the owners have not been told yet of this share, as far as this node knows; from now on it counts as told.
    fn tells(&self, standing: &Standing, share: u32) -> bool {
        let [hour, day] = &self.told;
        let told = if standing.span == Span::Hour { hour } else { day };
        told.fetch_max(pack(standing.number, share), Ordering::Relaxed) < pack(standing.number, share)
    }
}

/// The number of the span, and what was counted in it so far.
fn counted(packed: u64, current: u32) -> (u32, u32) {
    let (number, used) = unpack(packed);
    if number < current { (current, 0) } else { (number, used) }
}

/// A token that was counted. It is given back unless it is issued.
pub struct Taken {
    tally: Arc<Tally>,
    standings: Vec<Standing>,
}

impl Taken {
    /// How the quota stands now that the token is issued.
    pub fn issued(mut self) -> Vec<Standing> {
        std::mem::take(&mut self.standings)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.standings.iter().for_each(|given| self.tally.give_back(given));
    }
}

/// The counts of the entities that have a quota.
pub struct Quotas(Cache<EntityId, Arc<Tally>>);

/// A share of a quota that has been reached, and of which the owners are to be told by mail.
#[derive(Clone, Debug)]
pub struct Reached {
    entity_id: EntityId,
    name: String,
    quota: Quota,
    standing: Standing,
    share: u32,
}

impl Quotas {
    /// Keeps the counts of at most `most` entities.
    pub fn new(most: usize) -> Self {
        Self(Cache::new(most))
    }
}

impl App {
    /// Counts a token of `entity` that is about to be issued. `None` if it has no quota, which costs nothing. The first one
    /// after a start reads what was counted before.
    pub async fn take_quota(&self, entity: &Entity) -> Result<Option<Taken>, Error> {
        let Some(quota) = &entity.settings.quota else { return Ok(None) };
        let tally = match self.quotas.0.get(&entity.id) {
            Some(tally) => tally,
            None => Box::pin(self.tally(entity)).await,
        };
        let standings = tally.take(quota, self.now()).map_err(Error::OverQuota)?;
        Ok(Some(Taken { tally, standings }))
    }

    /// The counts of an entity, read once. While the database is away they begin at zero: it goes on issuing.
    async fn tally(&self, entity: &Entity) -> Arc<Tally> {
        let (now, tally) = (self.now(), Tally::default());
        let issued = match self.may_ask_database() {
            Ok(()) => self.counted(self.store.tokens_issued(std::slice::from_ref(&entity.id), now).await),
            Err(away) => Err(away),
        };
        match issued {
            Ok(counts) => counts.into_iter().for_each(|(_, counts)| tally.learn(counts, now)),
            Err(error) => tracing::warn!(%error, "the use of a quota cannot be read, and is counted from zero"),
        }
        let Ok(tally) = self.quotas.0.get_or_insert_with(&entity.id, || Ok::<_, Infallible>(Arc::new(tally)));
        tally
    }

    /// How the quota of an entity stands, as far as it is written: within a second of now.
    pub async fn quota_standings(&self, entity: &Entity) -> Result<Vec<Standing>, Error> {
        let Some(quota) = &entity.settings.quota else { return Ok(Vec::new()) };
        let counts = self.counted(self.store.tokens_issued(std::slice::from_ref(&entity.id), self.now()).await)?;
        Ok(quota.standings(counts.first().map_or([0, 0], |(_, counts)| *counts), self.now()))
    }

    /// Learns what all nodes have issued, and logs each share of a quota that has been reached, once in its span over all
    /// nodes. Gives back those that this node was the first to see.
    pub async fn follow_quotas(&self) -> Result<Vec<Reached>, Error> {
        let now = self.now();
        // What is forgotten is read from the database when it is needed again.
        self.quotas.0.retain(|_, tally| !tally.is_idle(now));
        let tallies: Vec<(EntityId, Arc<Tally>)> = self.quotas.0.iter().collect();
        let mut reached = Vec::new();
        for some in tallies.chunks(BATCH) {
            let ids: Vec<EntityId> = some.iter().map(|(id, _)| *id).collect();
            for (id, counts) in self.counted(self.store.tokens_issued(&ids, now).await)? {
                let Some((_, tally)) = some.iter().find(|(other, _)| *other == id) else { continue };
                tally.learn(counts, now);
                let Some(entity) = self.counted(self.entity(&id).await)? else { continue };
                let Some(quota) = entity.settings.quota else { continue };
                for standing in quota.standings(counts, now) {
                    if let Some(share) = standing.share().filter(|share| tally.tells(&standing, *share))
                        && self.log_share(&entity, &quota, &standing, share).await?
                    {
                        reached.push(Reached { entity_id: id, name: entity.name.clone(), quota, standing, share });
                    }
                }
            }
        }
        Ok(reached)
    }

    async fn log_share(&self, entity: &Entity, quota: &Quota, standing: &Standing, share: u32) -> Result<bool, Error> {
        let span = standing.span.as_str();
        let detail = json!({"percent": share, "limit": standing.limit, "dry_run": quota.dry_run});
        let event = self.event(&Actor::System, Action::QuotaReached, Some(&entity.id), span, detail);
        let begins = standing.span.begins(standing.number);
        Ok(self.counted(self.store.add_quota_notice(&entity.id, span, begins, share, &event).await)?)
    }

    /// Tells the owners of an entity by mail, if there is a mail server.
    pub async fn mail_quota(&self, reached: &Reached) {
        let Reached { entity_id, name, quota, standing, share } = reached;
        if !self.mailer.is_set() {
            return;
        }
        let owners = match self.counted(self.store.members(Some(entity_id)).await) {
            Ok(members) => members.into_iter().filter(|member| member.role == Role::Owner),
            Err(error) => return tracing::error!(%error, "the owners of an entity cannot be read"),
        };
        let span = standing.span.as_str();
        let then = match (share, quota.dry_run) {
            (100, false) => format!("No more tokens are issued until the next {span} (UTC) begins."),
            (100, true) => "The limit is being tried out: tokens are still issued.".to_owned(),
            _ => format!("Beyond it no tokens are issued until the next {span} (UTC) begins."),
        };
        let text = format!(
            "{name} has used {share} percent of the {limit} tokens that it may get in this {span}.\n\n{then}\n\nSee who asks for them at {issuer}\n",
            limit = standing.limit,
            issuer = self.issuer
        );
        for owner in owners {
            let subject = format!("{share} percent of the tokens of this {span} are used");
            if let Err(error) = self.mailer.send(&owner.person.email, &subject, text.clone()).await {
                tracing::error!(%error, "a notice about a quota could not be mailed");
            }
        }
    }

    /// Forgets notices of spans that are over.
    pub async fn purge_quota_notices(&self) -> Result<(), Error> {
        self.counted(self.store.purge_quota_notices(self.now().minus(NOTICES_KEPT)).await)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(standings: &[Standing]) -> Vec<u32> {
        standings.iter().map(|standing| standing.used).collect()
    }

    #[test]
    fn a_token_counts_in_both_spans_or_in_none() {
        let quota = Quota { tokens_per_hour: Some(3), tokens_per_day: Some(2), dry_run: false };
        let (tally, now) = (Tally::default(), Timestamp::from_millis(86_400_000));
        assert_eq!(used(&tally.take(&quota, now).unwrap()), [1, 1]);
        assert_eq!(used(&tally.take(&quota, now).unwrap()), [2, 2]);
        assert_eq!(used(&tally.take(&quota, now).unwrap_err()), [2, 2]);
        assert_eq!(unpack(tally.hour.load(Ordering::Relaxed)).1, 2);
        let dry = Quota { dry_run: true, ..quota };
        assert_eq!(used(&tally.take(&dry, now).unwrap()), [3, 3]);
        let earlier = Timestamp::from_millis(80_000_000);
        assert!(tally.take(&quota, earlier).is_err(), "a clock that goes back brings no fresh quota");
        assert_eq!(used(&tally.take(&quota, Timestamp::from_millis(2 * 86_400_000)).unwrap()), [1, 1]);
    }

    #[test]
    fn many_threads_never_take_more_than_there_is() {
        let quota = Quota { tokens_per_hour: Some(1000), tokens_per_day: None, dry_run: false };
        let (tally, now) = (Tally::default(), Timestamp::from_millis(3_600_000));
        let taken: usize = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..8).map(|_| scope.spawn(|| (0..500).filter(|_| tally.take(&quota, now).is_ok()).count())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(taken, 1000);
        tally.learn([500, 0], now);
        assert!(tally.take(&quota, now).is_err(), "what is written later takes nothing back");
    }
}

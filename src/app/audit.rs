//! The audit chain: verified, continued where rows were written without a hash, and shortened where that is set.

use std::time::Duration;

use super::{App, Error};
use crate::domain::chain::{Anchor, Broken, Fault};
use crate::store::chain::{NotVerified, Verified};

const DAY: u64 = 86_400;

impl App {
    /// Verifies the event log, or what comes after `from`; `progress` hears how far it is, and how far it goes.
    pub async fn verify_audit(
        &self,
        from: Option<&Anchor>,
        mut progress: impl FnMut(&Anchor, i64),
    ) -> Result<Verified, NotVerified> {
        loop {
            let verified = self.store.verify_chain(from, &mut progress).await;
            // What is missing may have been removed because of its age since the walk began.
            if let Err(NotVerified::Broken(Broken { seq, fault: Fault::Missing })) = verified
                && self.store.chain_ends().await?.removed.seq >= seq
            {
                continue;
            }
            return verified;
        }
    }

    /// Chains every event that was written without a hash.
    pub async fn chain_events(&self) -> Result<(), Error> {
        while self.counted(self.store.chain_more(self.now()).await)?.map_err(unsound)? {}
        Ok(())
    }

    /// Removes the events that are older than `audit_retention_days`, if that is set.
    pub async fn remove_old_events(&self) -> Result<(), Error> {
        let days = u64::from(self.config.audit_retention_days);
        if days == 0 {
            return Ok(());
        }
        let before = self.now().minus(Duration::from_secs(days.saturating_mul(DAY)));
        while self.counted(self.store.remove_events(before).await)?.map_err(unsound)? {}
        Ok(())
    }
}

fn unsound(broken: Broken) -> Error {
    Error::Refused(format!("the event log has been tampered with, run passgate audit verify: {broken}"))
}

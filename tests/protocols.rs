//! What nodes promise each other without a lock that everyone takes, tried in every order in which their steps can follow
//! each other: the memory of credentials, the memory of revocations, the numbers of events, the leases of jobs.
#![expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "a test may fail by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use passgate::app::known::{Known, ReadMark};
use passgate::app::revoked::Revoked;
use passgate::domain::authentication::Authentication;
use passgate::domain::claims::TokenId;
use passgate::domain::credential::{Credential, Owner};
use passgate::domain::id::ClientId;
use passgate::domain::time::Timestamp;
use passgate::store::Store;
use passgate::store::db::Location;

/// Calls `run` with each order of the steps of several processes, of which `steps` says how many each has: its entries
/// are the numbers of the processes whose turn it is. Says how many there are.
fn in_every_order(steps: &[usize], run: &mut dyn FnMut(&[usize])) -> usize {
    fn go_on(left: &mut [usize], order: &mut Vec<usize>, run: &mut dyn FnMut(&[usize])) -> usize {
        if left.iter().all(|left| *left == 0) {
            run(order);
            return 1;
        }
        let mut orders = 0;
        for process in 0..left.len() {
            if left[process] > 0 {
                left[process] -= 1;
                order.push(process);
                orders += go_on(left, order, run);
                order.pop();
                left[process] += 1;
            }
        }
        orders
    }
    go_on(&mut steps.to_vec(), &mut Vec::new(), run)
}

fn credential(version: i64) -> Arc<Credential> {
    Arc::new(Credential {
        client_id: ClientId::from_random([7; 16]),
        owner: Owner::Api,
        name: "ERP".to_owned(),
        authentication: Authentication::ClientSecret,
        revoked_at: None,
        expires_at: None,
        failed_attempts: 0,
        locked_at: None,
        tokens_void_before: None,
        secrets: Vec::new(),
        version,
        created_at: Timestamp::from_millis(0),
    })
}

/// Two requests read the credential while this node changes it once and another node once, whose event is followed.
#[test]
fn what_a_node_knows_of_a_credential_is_never_older_than_what_it_has_followed() {
    let id = ClientId::from_random([7; 16]);
    let orders = in_every_order(&[3, 3, 2, 2], &mut |order| {
        let known = Known::new(10);
        let mut at = [0; 4];
        let (mut stored, mut followed) = (1, 0);
        let mut reads: [Option<(ReadMark, i64)>; 2] = [None, None];
        let mut marks = [None, None];
        for &process in order {
            match (process, at[process]) {
                (0 | 1, 0) => marks[process] = Some(known.begin_read()),
                (0 | 1, 1) => reads[process] = Some((marks[process].unwrap(), stored)),
                (0 | 1, _) => {
                    let (mark, version) = reads[process].unwrap();
                    known.learn_credential(mark, &credential(version));
                }
                (_, 0) => stored += 1,
                // Forgetting comes with having followed everything up to here.
                (_, _) => {
                    known.forget_credential(&id);
                    followed = stored;
                }
            }
            at[process] += 1;
            if let Some(credential) = known.credential(id.as_str()) {
                assert!(credential.version >= followed, "{order:?}");
            }
        }
    });
    assert_eq!(orders, 25_200);
}

/// The same inside of `learn` and `forget`, whose two steps each may fall apart as well: inserting comes before looking
/// whether there were changes, and counting the change before dropping.
#[test]
fn learning_and_forgetting_at_the_same_time_leave_nothing_old_and_only_in_this_order() {
    let old_survives = |looks_after: bool, counts_before: bool| {
        let mut survives = false;
        in_every_order(&[4, 3], &mut |order| {
            let mut at = [0; 2];
            let (mut stored, mut changes, mut held) = (1, 0, None);
            let (mut mark, mut read, mut unchanged) = (0, 0, true);
            for &process in order {
                match (process, at[process]) {
                    (0, 0) => mark = changes,
                    (0, 1) => read = stored,
                    (0, step) if (step == 2) == looks_after => held = Some(read),
                    (0, _) => unchanged = changes == mark,
                    (_, 0) => stored = 2,
                    (_, step) if (step == 1) == counts_before => changes += 1,
                    (_, _) => held = None,
                }
                at[process] += 1;
                // What looked first goes by what it saw.
                if process == 0 && at[0] == 4 && !unchanged {
                    held = None;
                }
            }
            survives |= held.is_some_and(|version| version < stored);
        });
        survives
    };
    assert!(!old_survives(true, true));
    assert!(old_survives(false, true), "the model sees what it is for");
    assert!(old_survives(true, false), "the model sees what it is for");
}

/// Two tokens are revoked, there is room for one, and what has ended is forgotten meanwhile.
#[test]
fn a_revoked_token_is_never_called_good_before_it_ends() {
    let token = |random| TokenId::new(Timestamp::from_millis(0), 1, [random; 10]);
    let tokens = [(token(1), Timestamp::from_millis(100)), (token(2), Timestamp::from_millis(200))];
    let moments = [50, 150, 250].map(Timestamp::from_millis);
    in_every_order(&[1, 1, 1, 3], &mut |order| {
        let revoked = Revoked::new(1);
        let (mut told, mut at) = ([false; 2], 0);
        for &process in order {
            match process {
                0 | 1 => {
                    revoked.extend([tokens[process]]);
                    told[process] = true;
                }
                // The event of what this node has revoked itself is followed as well.
                2 => revoked.extend(tokens.into_iter().zip(told).filter(|(_, told)| *told).map(|(token, _)| token)),
                _ => {
                    revoked.purge(moments[at]);
                    at += 1;
                }
            }
            let now = at.checked_sub(1).map_or(Timestamp::from_millis(0), |at| moments[at]);
            for ((token, end), told) in tokens.iter().zip(told) {
                if told && now < *end {
                    assert_ne!(revoked.contains(token, now), Some(false), "{order:?}");
                }
            }
        }
        assert!(revoked.len() <= 1);
    });
}

/// Transactions of PostgreSQL become visible when they commit, not when they took their number. A reader that asks for
/// what comes after the last number it has seen loses events, unless the number is taken under a lock that is held until the
/// commit, as `append` does with the row of `event_head`.
#[test]
fn a_reader_of_numbers_taken_under_a_lock_loses_no_event() {
    let is_lost = |with_lock: bool| {
        let mut lost = false;
        in_every_order(&[3, 3, 3], &mut |order| {
            let (mut at, mut next, mut locked) = ([0; 3], 0, None);
            let mut taken = [0; 2];
            let mut visible: BTreeMap<i32, usize> = BTreeMap::new();
            let (mut last, mut read) = (0, 0);
            for &process in order {
                match (process, at[process]) {
                    (2, _) => {
                        for (number, _) in visible.range(last + 1..) {
                            last = *number;
                            read += 1;
                        }
                    }
                    // This order cannot be: it would have to wait.
                    (_, 0) if with_lock && locked.is_some() => return,
                    (_, 0) => {
                        locked = Some(process);
                        next += 1;
                        taken[process] = next;
                    }
                    (_, 1) => {}
                    (_, _) => {
                        visible.insert(taken[process], process);
                        locked = None;
                    }
                }
                at[process] += 1;
            }
            read += visible.range(last + 1..).count();
            lost |= read < 2;
        });
        lost
    };
    assert!(!is_lost(true));
    assert!(is_lost(false), "the model sees what it is for");
}

/// Three nodes, one 5 seconds ahead and one 5 behind, ask every second for an hour; one of them dies, and one wakes with a
/// clock that is wrong by a year for a while.
#[tokio::test]
async fn of_several_nodes_one_takes_each_turn_and_none_is_left_out_for_long() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&Location::Sqlite(directory.path().join("passgate.db")), 1).await.unwrap();
    let (span, every) = (Duration::from_secs(54), 60);
    let mut turns: Vec<i64> = Vec::new();
    for second in 0..3600_i64 {
        for (node, ahead) in [0_i64, 5, -5].into_iter().enumerate() {
            let is_dead = node == 0 && second > 1800;
            // Each node asks once in its minute, at a second of its own.
            if is_dead || (second + 17 * i64::try_from(node).unwrap()) % every != 0 {
                continue;
            }
            let is_wrong = node == 2 && (600..660).contains(&second);
            let year = if is_wrong { 31_536_000 } else { 0 };
            let now = Timestamp::from_millis((10_000 + second + ahead + year) * 1000);
            let latest = now.plus(span).plus(Duration::from_secs(60));
            if store.take_lease("purge", now, now.plus(span), latest).await.unwrap() {
                turns.push(second);
            }
        }
    }
    let gaps: Vec<i64> = turns.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(gaps.iter().all(|gap| *gap <= 120), "{gaps:?}");
    let too_soon = gaps.iter().filter(|gap| **gap < 44).count();
    assert!(too_soon <= 2, "only around the clock that was wrong: {gaps:?}");
}

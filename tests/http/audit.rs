//! The audit chain, its verification, its retention, and the log as a file.

use passgate::app::issue::{NotProven, Purpose, Showing};
use passgate::domain::chain::{Anchor, Broken, Fault};
use passgate::domain::credential::Refusal;
use passgate::domain::entity::Change;
use passgate::domain::event::Actor;
use passgate::domain::person::Role;
use passgate::jobs;
use passgate::store::chain::{NotVerified, Verified};
use reqwest::Method;
use serde_json::{Value, json};

use crate::server::{Answer, Customer, Server};

async fn verified(server: &Server) -> Verified {
    server.app.verify_audit(None, |_, _| {}).await.unwrap()
}

async fn broken(server: &Server) -> (i64, Fault) {
    let found = server.app.verify_audit(None, |_, _| {}).await;
    let Err(NotVerified::Broken(Broken { seq, fault })) = found else { unreachable!("it is broken: {found:?}") };
    (seq, fault)
}

/// A log with an entity and eight more events; its last number.
async fn busy() -> (Server, Customer, i64) {
    let server = Server::start().await;
    let customer = server.customer().await;
    for minutes in 1..=8 {
        server.change(&customer, json!({"settings": {"token_timeout_minutes": minutes}})).await;
    }
    let last = server.place.number("SELECT seq FROM event_head").await;
    assert!(last >= 10, "{last}");
    assert_eq!(verified(&server).await.to.seq, last);
    (server, customer, last)
}

/// A change without the network, and without the jobs that chain what waits.
async fn rename(server: &Server, customer: &Customer, name: &str) {
    let change = Change { name: Some(name.to_owned()), ..Change::default() };
    server.app.update_entity(&Actor::Cli, &customer.entity, None, change).await.unwrap();
}

/// Every event again as it was, so that a tampering can be tried after another.
const SAVE: &str = "CREATE TABLE saved AS SELECT * FROM events; CREATE TABLE saved_head AS SELECT * FROM event_head";
const RESTORE: &str = "DELETE FROM events; INSERT INTO events SELECT * FROM saved; DELETE FROM event_head; INSERT INTO event_head SELECT * FROM saved_head";

#[tokio::test]
async fn every_kind_of_tampering_is_found_at_its_first_number() {
    let (server, _, last) = busy().await;
    server.stop();
    server.place.sql(SAVE).await;
    let inside = [
        ("UPDATE events SET actor = 'operator:somebody else' WHERE seq = 4", 4, Fault::Changed),
        ("UPDATE events SET at = at + 1 WHERE seq = 4", 4, Fault::Changed),
        ("UPDATE events SET address = '192.0.2.1' WHERE seq = 4", 4, Fault::Changed),
        ("UPDATE events SET action = 'entity.viewed' WHERE seq = 4", 4, Fault::Changed),
        ("UPDATE events SET entity_id = NULL WHERE seq = 4", 4, Fault::Changed),
        ("UPDATE events SET subject = 'x' WHERE seq = 4", 4, Fault::Changed),
        ("UPDATE events SET detail = '{}' WHERE seq = 4", 4, Fault::Changed),
        ("UPDATE events SET chained_at = 1 WHERE seq = 4", 4, Fault::Changed),
        ("UPDATE events SET hash = previous_hash WHERE seq = 4", 4, Fault::Changed),
        ("UPDATE events SET hash = NULL WHERE seq = 4", 4, Fault::Unchained),
        ("DELETE FROM events WHERE seq = 4", 4, Fault::Missing),
        ("DELETE FROM events WHERE seq = 1", 1, Fault::Missing),
        (
            "INSERT INTO events (seq, at, actor, action, subject, detail) VALUES (0, 1, 'cli', 'entity.created', 'x', '{}')",
            0,
            Fault::Inserted,
        ),
        ("DELETE FROM events WHERE seq BETWEEN 3 AND 5", 3, Fault::Missing),
        // Two events in each other's place.
        (
            "UPDATE events SET seq = 1000 WHERE seq = 4; UPDATE events SET seq = 4 WHERE seq = 6; UPDATE events SET seq = 6 WHERE seq = 1000",
            4,
            Fault::Changed,
        ),
        // An event taken out and those after it moved up, in either direction of the table.
        (
            "DELETE FROM events WHERE seq = 4; UPDATE events SET seq = seq + 1000 WHERE seq > 4; UPDATE events SET seq = seq - 1001 WHERE seq > 1000",
            4,
            Fault::Changed,
        ),
        // A genuine event once more, where another was.
        (
            "DELETE FROM events WHERE seq = 6; INSERT INTO events (seq, at, actor, action, entity_id, subject, detail, address, previous_hash, hash) SELECT 6, at, actor, action, entity_id, subject, detail, address, previous_hash, hash FROM saved WHERE seq = 5",
            6,
            Fault::Changed,
        ),
        (
            "UPDATE event_head SET removed = 3, removed_hash = (SELECT hash FROM saved WHERE seq = 3); DELETE FROM events WHERE seq <= 3",
            3,
            Fault::Checkpoint,
        ),
        (
            "UPDATE event_head SET removed = 3, removed_hash = (SELECT hash FROM saved WHERE seq = 3), removed_seal = seal; DELETE FROM events WHERE seq <= 3",
            3,
            Fault::Checkpoint,
        ),
    ];
    for (tampering, seq, fault) in inside {
        server.place.sql(tampering).await;
        assert_eq!(broken(&server).await, (seq, fault), "{tampering}");
        server.place.sql(RESTORE).await;
        assert_eq!(verified(&server).await.to.seq, last, "{tampering}");
    }
    let at_the_end = [
        ("DELETE FROM events WHERE seq = (SELECT seq FROM event_head)", last, Fault::Missing),
        ("DELETE FROM events WHERE seq > (SELECT seq - 2 FROM event_head)", last - 1, Fault::Missing),
        (
            "DELETE FROM events WHERE seq = (SELECT seq FROM event_head); UPDATE event_head SET seq = seq - 1",
            last,
            Fault::Missing,
        ),
        (
            "DELETE FROM events WHERE seq = (SELECT seq FROM event_head); UPDATE event_head SET seq = seq - 1, chained = chained - 1, hash = (SELECT hash FROM saved WHERE saved.seq = event_head.seq - 1)",
            last - 1,
            Fault::Head,
        ),
        (
            "INSERT INTO events (seq, at, actor, action, subject, detail) VALUES ((SELECT seq + 1 FROM event_head), 1, 'cli', 'entity.created', 'x', '{}')",
            last + 1,
            Fault::Inserted,
        ),
        ("UPDATE event_head SET seal = ''", last, Fault::Head),
    ];
    for (tampering, seq, fault) in at_the_end {
        server.place.sql(tampering).await;
        assert_eq!(broken(&server).await, (seq, fault), "{tampering}");
        server.place.sql(RESTORE).await;
        assert_eq!(verified(&server).await.to.seq, last, "{tampering}");
    }
}

#[tokio::test]
async fn a_change_after_a_tampered_head_does_not_make_it_good() {
    let (server, customer, last) = busy().await;
    server.place.sql("CREATE TABLE saved AS SELECT * FROM events").await;
    server.place.sql("DELETE FROM events WHERE seq > 5; UPDATE event_head SET seq = 5, chained = 5, hash = (SELECT hash FROM saved WHERE seq = 5)").await;
    server.change(&customer, json!({"name": "After"})).await;
    assert!(server.app.chain_events().await.is_err());
    assert_eq!(broken(&server).await, (5, Fault::Head));
    assert!(last > 6);
}

#[tokio::test]
async fn an_anchor_that_was_kept_outside_finds_what_a_rewriting_of_everything_hides() {
    let (server, customer, _) = busy().await;
    let head = server.admin(Method::GET, "/audit/head", None).await.body;
    let anchor: Anchor = head["anchor"].as_str().unwrap().parse().unwrap();
    assert_eq!((head["seq"].as_i64(), head["hash"].as_str()), (Some(anchor.seq), Some(anchor.hash.as_str())));
    server.change(&customer, json!({"name": "After"})).await;
    let after = server.app.verify_audit(Some(&anchor), |_, _| {}).await.unwrap();
    assert_eq!((after.from.seq, after.to.seq), (anchor.seq, anchor.seq + 1));
    // Somebody changes an event and lets Passgate believe that nothing was ever chained.
    server.place.sql("UPDATE events SET actor = 'operator:else', previous_hash = NULL, hash = NULL WHERE seq >= 1; UPDATE event_head SET chained = 0, hash = '', seal = ''").await;
    server.app.chain_events().await.unwrap();
    let again = verified(&server).await;
    assert_eq!(
        (again.later[0].first, again.later[0].last),
        (1, anchor.seq + 1),
        "it is told that all was chained anew"
    );
    let found = server.app.verify_audit(Some(&anchor), |_, _| {}).await;
    let expected = Broken { seq: anchor.seq, fault: Fault::NotTheAnchor };
    assert!(matches!(found, Err(NotVerified::Broken(found)) if found == expected), "{found:?}");
}

#[tokio::test]
async fn what_an_older_version_writes_beside_this_one_is_chained_and_told_of() {
    let (server, customer, last) = busy().await;
    // As the version before the chain appends: it knows nothing of the new columns.
    let old = "UPDATE event_head SET seq = seq + 1; INSERT INTO events (seq, at, actor, action, entity_id, subject, detail, address) SELECT seq, 4000000000000, 'cli', 'entity.viewed', NULL, 'x', '{}', NULL FROM event_head";
    server.stop();
    server.place.sql(old).await;
    server.place.sql(old).await;
    rename(&server, &customer, "Beside").await;
    let waiting = verified(&server).await;
    assert_eq!((waiting.to.seq, waiting.waiting), (last, 3));
    server.app.chain_events().await.unwrap();
    rename(&server, &customer, "After").await;
    let chained = verified(&server).await;
    assert_eq!((chained.to.seq, chained.waiting), (last + 4, 0));
    assert_eq!(chained.later.iter().map(|run| (run.first, run.last)).collect::<Vec<_>>(), [(last + 1, last + 3)]);
    server.place.sql("UPDATE events SET subject = 'y' WHERE subject = 'x'").await;
    assert_eq!(broken(&server).await, (last + 1, Fault::Changed));
}

#[tokio::test]
async fn a_log_from_before_the_chain_is_chained_at_the_start() {
    let (server, _, last) = busy().await;
    server.stop();
    server.place.sql("UPDATE events SET previous_hash = NULL, hash = NULL; UPDATE event_head SET chained = 0, hash = '', seal = ''").await;
    let server = Server::start_in(&server.place, &[]).await;
    server.app.chain_events().await.unwrap();
    let chained = verified(&server).await;
    assert!(chained.to.seq >= last && chained.later[0].first == 1, "{chained:?}");
}

#[tokio::test]
async fn writers_on_two_nodes_at_once_make_one_chain() {
    let one = Server::start().await;
    let customer = one.customer().await;
    let other = Server::start_in(&one.place, &[]).await;
    let mut tasks = Vec::new();
    for n in 0..20 {
        let (app, entity) = (if n % 2 == 0 { one.app.clone() } else { other.app.clone() }, customer.entity.clone());
        tasks.push(tokio::spawn(async move {
            let change = Change { name: Some(format!("n{n}")), ..Change::default() };
            app.update_entity(&Actor::Cli, &entity, None, change).await
        }));
    }
    for task in tasks {
        let _ = task.await.unwrap();
    }
    let verified = verified(&one).await;
    assert_eq!((verified.waiting, verified.later.len()), (0, 0));
}

#[tokio::test]
async fn old_events_are_removed_and_the_chain_is_held_from_there_on() {
    let server = Server::start_with(&[("audit_retention_days", "30")]).await;
    let customer = server.customer().await;
    let other = Server::start_in(&server.place, &[]).await;
    assert_eq!(other.ask(customer.body()).await.status, 200);
    let first = server.place.number("SELECT MAX(seq) FROM events").await;
    // A node that does not follow for a month, and then finds a gap, forgets what it knew.
    other.stop();
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    server.change(&customer, json!({"status": "disabled"})).await;
    server.advance(86_400 * 29);
    jobs::purge(&server.app).await.unwrap();
    assert_eq!(server.place.number("SELECT MIN(seq) FROM events").await, 1, "nothing is old enough yet");
    server.advance(86_400 + 1);
    server.change(&customer, json!({"name": "After a month"})).await;
    jobs::purge(&server.app).await.unwrap();
    let held = server.place.number("SELECT MIN(seq) FROM events").await;
    assert_eq!(held, first + 2);
    let found = verified(&server).await;
    assert_eq!((found.from.seq, found.to.seq), (held - 1, held));
    let address = "127.0.0.1".parse().unwrap();
    let prove = async || {
        other.app.prove_client(&customer.client_id, Showing::Secret(&customer.secret), address, Purpose::Token).await
    };
    assert!(prove().await.is_ok(), "it has not followed");
    other.app.follow_events().await.unwrap();
    assert!(matches!(prove().await, Err(NotProven::Refused(Refusal::EntityDisabled, _))));
    let anchor = format!("1:{}", "0".repeat(64)).parse().unwrap();
    assert!(matches!(server.app.verify_audit(Some(&anchor), |_, _| {}).await, Err(NotVerified::AnchorRemoved(1))));
    assert_eq!(server.admin(Method::GET, "/audit/head", None).await.body["removed_to"], held - 1);
    // The last event stays however old it is, so that whoever follows sees the gap.
    server.advance(86_400 * 365);
    jobs::purge(&server.app).await.unwrap();
    assert_eq!(server.place.number("SELECT COUNT(*) FROM events").await, 1);
    verified(&server).await;
}

#[tokio::test]
async fn an_old_event_that_was_tampered_with_is_not_removed() {
    let server = Server::start_with(&[("audit_retention_days", "1")]).await;
    let customer = server.customer().await;
    server.place.sql("UPDATE events SET actor = 'operator:else' WHERE seq = 2").await;
    server.advance(86_400 * 3);
    server.change(&customer, json!({"name": "Later"})).await;
    assert!(server.app.remove_old_events().await.is_err());
    assert_eq!(server.place.number("SELECT MIN(seq) FROM events").await, 1);
}

#[tokio::test]
async fn the_log_is_filtered_by_entity_action_actor_and_time() {
    let server = Server::start().await;
    let (northwind, _) = (server.customer().await, server.customer_named("southwind").await);
    server.advance(86_400);
    server.change(&northwind, json!({"name": "Later"})).await;
    let actions = async |query: &str| {
        let answer = server.admin(Method::GET, &format!("/events?{query}"), None).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let items = answer.body["items"].as_array().unwrap().clone();
        items.iter().map(|event| event["action"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(actions("entity=northwind").await, ["entity.updated", "credential.generated", "entity.created"]);
    assert_eq!(actions("entity=southwind&action=entity.created").await, ["entity.created"]);
    assert_eq!(actions("action=entity.created").await.len(), 2);
    assert_eq!(actions("actor=OPERATOR:tes").await, ["entity.updated"]);
    assert_eq!(actions("actor=operator_tes").await, [""; 0], "a wildcard of SQL means itself");
    assert_eq!(actions("from=2096-10-03").await, ["entity.updated"]);
    assert_eq!(actions("entity=northwind&to=2096-10-02").await, ["credential.generated", "entity.created"]);
    assert_eq!(actions("from=2096-10-02T07:06:40.001Z&to=2096-10-03T07:06:40Z").await, [""; 0]);
    for odd in ["action=x", "from=yesterday", "to=2096-13-01", "format=csv", "who=x", "actor=%00"] {
        server.admin(Method::GET, &format!("/events?{odd}"), None).await.assert_problem(400, "malformed_request");
    }
    server.admin(Method::GET, "/events?entity=nowhere", None).await.assert_problem(404, "not_found");
}

#[tokio::test]
async fn an_export_has_every_event_and_json_lines_have_the_hashes() {
    let server = Server::start().await;
    let customer = server.customer().await;
    // More than one batch, and more than the ten thousand at which files once ended.
    server.place.sql("INSERT INTO events (seq, at, actor, action, subject, detail) WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 10500) SELECT i + (SELECT seq FROM event_head), 4000000000000, 'cli', 'entity.viewed', '=1', '{}' FROM n; UPDATE event_head SET seq = seq + 10500").await;
    server.app.chain_events().await.unwrap();
    let total = server.place.number("SELECT COUNT(*) FROM events").await;
    let lines = async |query: &str| {
        let answer = server.admin(Method::GET, &format!("/events/export{query}"), None).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer
    };
    let json = lines("").await;
    assert_eq!(json.header("content-type"), "application/jsonl");
    let events: Vec<Value> = json.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(i64::try_from(events.len()).unwrap(), total);
    for pair in events.windows(2) {
        assert_eq!(pair[0]["previous_hash"], pair[1]["hash"]);
    }
    let csv = lines("?format=csv").await;
    assert_eq!(i64::try_from(csv.text.lines().count()).unwrap(), total + 1);
    assert!(csv.text.contains("\"'=1\""));
    assert_eq!(lines("?format=csv&entity=northwind").await.text.lines().count(), 3);
    let operator = server.operator("tomas@dlat.example").await;
    let page = operator.get("/operator/activity.csv").await;
    assert!(page.text.lines().count() > 10_500);
    let page = operator.get("/operator/activity.jsonl?entity=northwind").await;
    assert_eq!(page.text.lines().count(), 2);
    assert!(operator.get("/operator/activity").await.text.contains("id=\"anchor\""));
    assert_eq!(customer.entity, "northwind");
}

#[tokio::test]
async fn the_file_of_an_entity_shows_neither_others_nor_who_runs_the_platform() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.customer_named("southwind").await;
    let maya = server.person("northwind", "maya@northwind.example", Role::Owner).await;
    server.change(&customer, json!({"name": "Northwind"})).await;
    let file = async |path: &str| -> Answer { maya.get(&format!("/entities/northwind/{path}")).await };
    let json = file("activity.jsonl").await;
    assert_eq!(json.header("content-disposition"), "attachment; filename=\"activity-northwind.jsonl\"");
    let events: Vec<Value> = json.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let updated = events.iter().find(|event| event["action"] == "entity.updated").unwrap();
    assert_eq!((&updated["actor"], &updated["address"]), (&json!("operator"), &Value::Null));
    assert_eq!(updated["hash"].as_str().unwrap().len(), 64);
    for text in [&json.text, &file("activity.csv").await.text] {
        assert!(!text.contains("southwind") && !text.contains("operator:"), "{text}");
    }
    // Nor can their names be guessed by looking for them.
    for (who, found) in [("tests", false), ("operator", false), ("maya", true), ("MAYA@", true)] {
        let text = file(&format!("activity.jsonl?who={who}")).await.text;
        assert_eq!(!text.is_empty(), found, "{who}: {text}");
    }
    assert_eq!(file("activity.jsonl?from=2200-01-01").await.text, "");
    assert!(file("activity.csv?what=settings&to=2200-01-01").await.text.lines().count() > 1);
    let page = file("activity?who=maya&from=2090-01-01").await.text;
    assert!(page.contains("value=\"2090-01-01\"") && page.contains("activity.jsonl?who=maya"), "{page}");
}

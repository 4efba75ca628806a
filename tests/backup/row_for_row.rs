//! What comes out of a backup is what went in: every row of every table, in every direction, and what hangs on them.

use crate::place::{KINDS, Kind, Place, Server};

/// Rows for the tables that a demo installation leaves empty, with everything that a text and a number can be. None of
/// them is old enough to be purged.
const ODD_ROWS: &str = r#"
INSERT INTO people (id, email, name, password_hash, created_at) VALUES ('pgu_1', 'é@例.example', 'A "quoted" \ name', '', 1), ('pgu_2', 'b@example.com', '', '$argon2', -9223372036854775807);
INSERT INTO memberships (person_id, entity_id, role, created_at, seen_at) SELECT 'pgu_1', id, 'owner', 1, NULL FROM entities LIMIT 1;
INSERT INTO memberships (person_id, entity_id, role, created_at, seen_at) VALUES ('pgu_1', NULL, 'operator', 2, 3), ('pgu_2', NULL, 'operator', 4, 5);
INSERT INTO invitations (id, mac, email, entity_id, role, sent_at, expires_at) VALUES ('pgi_1', 'm', 'c@example.com', NULL, 'operator', 1, 9000000000000000000);
INSERT INTO password_resets (mac, person_id, expires_at) VALUES ('m', 'pgu_1', 9223372036854775807);
INSERT INTO sessions (id, mac, person_id, created_at, seen_at, proven_at, address, agent, viewed_entity_id) VALUES ('s', 'm', 'pgu_1', 9000000000000000000, 9000000000000000000, -3, '::1', 'tab	new
line 😀 ''null'' [1,"x"] \u0000 \N ', NULL);
INSERT INTO token_requests (id, at, entity_id, client_id, door, request_id, status, code, reason, secret_hint, address, micros) VALUES (9000000000000000000, -1, 'e', 'c', 'd', 'r', 200, '', '  ', '123', '4', 0);
INSERT INTO token_request_counts (entity_id, hour, status, code, count) VALUES ('e', 9000000000000000000, 200, '', 9223372036854775807), ('e', 9000000000000000000, 200, 'x', 1);
INSERT INTO issued_tokens (issued_at, jti, client_id, entity_id, expires_at, address, scope) VALUES (9000000000000000000, 'j', 'c', 'e', -1, '::1', 'a b'), (9000000000000000000, 'k', '', '', 0, '', '');
INSERT INTO tokens_void (id, void_before) VALUES (1, 12);
INSERT INTO quota_notices (entity_id, span, begins, percent) VALUES ('e', 'hour', 9000000000000000000, 60);
INSERT INTO used_assertions (digest, expires_at) VALUES ('d', 9000000000000000000);
"#;

/// A demo installation with a row in every table, a token that stands and one that is revoked.
async fn filled(place: &Place) -> (Server, String, String) {
    let server = Server::start(place);
    let (good, revoked) = (server.token().await, server.token().await);
    place.told(&["token", "revoke", &revoked]);
    place.sql(ODD_ROWS).await;
    let content = place.content().await;
    let empty: Vec<&String> = content.iter().filter(|(_, rows)| rows.is_empty()).map(|(name, _)| name).collect();
    assert!(empty.is_empty(), "a row for each of these belongs to ODD_ROWS: {empty:?}");
    (server, good, revoked)
}

async fn restores(from: Kind, to: Kind) {
    let source = Place::new(from).await;
    let (server, good, revoked) = filled(&source).await;
    let issuer = server.text("base_url").to_owned();
    let file = source.directory.path().join("all.backup").display().to_string();
    // Whatever the server has gathered is written within a second; nothing else happens here.
    let (before, told) = loop {
        let before = source.content().await;
        let told = source.told(&["backup", &file, "--overwrite", "--json"]);
        if source.content().await == before {
            break (before, told);
        }
    };
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let rows: usize = before.values().map(Vec::len).sum();
    assert_eq!(told["rows"], rows);
    let target = Place::with_key_of(&source, to).await;
    let said = target.told(&["restore", &file]);
    assert!(said.starts_with(&format!("{rows} rows are back")), "{said}");
    let after = target.content().await;
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    for (table, rows) in &before {
        assert_eq!(rows, &after[table], "{table}, {from:?} to {to:?}");
    }
    assert!(target.told(&["audit", "verify"]).contains("is intact from the first event on"));
    let stands = |token: &str| {
        let mut command = target.command(&["token", "verify", token]);
        command.env("PASSGATE_PUBLIC_URL", &issuer).output().unwrap().status.success()
    };
    assert!(stands(&good) && !stands(&revoked));
    // Events go on where they were.
    target.told(&["entity", "create", "later", "--name", "Later"]);
    assert!(target.told(&["audit", "verify"]).contains("is intact from the first event on"));
    assert_eq!(target.content().await["events"].len().checked_sub(before["events"].len()), Some(1));
    let again = target.complaint(&["restore", &file]);
    assert!(again.contains("is not empty"), "{again}");
    drop(server);
}

#[tokio::test]
async fn every_row_of_every_table_comes_back_in_either_database_and_the_audit_chain_verifies() {
    for from in KINDS {
        for to in KINDS {
            restores(from, to).await;
        }
    }
}

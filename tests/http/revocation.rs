//! Tokens that are void before they end: one, those of a secret, of a credential, of an entity, of everybody. Each is seen
//! on the very next call, on other nodes soon, and after a restart.

use std::time::Duration;

use passgate::domain::claims::TokenId;
use passgate::domain::person::Role;
use passgate::domain::time::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use crate::server::{Answer, Customer, NOW, Server};
use crate::visitor::{PASSWORD, hidden};

async fn post(server: &Server, path: &str, body: Value) -> Answer {
    server.admin(Method::POST, path, Some(body)).await
}

/// A moment so many milliseconds after the beginning of the test.
fn at(millis: i64) -> String {
    Timestamp::from_millis(NOW.saturating_add(millis)).to_string()
}

fn jti(token: &str) -> String {
    let claims = token.split('.').nth(1).unwrap();
    let claims = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, claims).unwrap();
    serde_json::from_slice::<Value>(&claims).unwrap()["jti"].as_str().unwrap().to_owned()
}

async fn stands(server: &Server, token: &str) -> bool {
    let answer = server.whoami(token).await;
    if answer.status != 200 {
        answer.assert_problem(401, "invalid_token");
    }
    answer.status == 200
}

/// The same installation, opened once more with the clock where it was.
async fn again(server: &Server) -> Server {
    let issuer = server.app.issuer.to_string();
    let again = Server::start_in(&server.place, &[("public_url", &issuer)]).await;
    again.app.clock.advance(server.app.now().since(again.app.now()));
    again
}

#[tokio::test]
async fn an_operator_revokes_a_token_by_presenting_it_or_by_its_jti() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let (one, other, third) =
        (server.token(&customer).await, server.token(&customer).await, server.token(&customer).await);
    let revoked = post(&server, "/tokens/revoke", json!({"token": one})).await;
    assert_eq!(
        (revoked.status, &revoked.body["jti"], &revoked.body["had_ended"]),
        (200, &jti(&one).into(), &false.into())
    );
    assert!(!revoked.text.contains(&one));
    assert!(!stands(&server, &one).await && stands(&server, &other).await);
    let end = NOW / 1000 + 600;
    let revoked = post(&server, "/tokens/revoke", json!({"jti": jti(&other), "exp": end})).await;
    assert_eq!(revoked.body["expires_at"], at(600_000));
    let revoked = post(&server, "/tokens/revoke", json!({"jti": jti(&third)})).await;
    assert_eq!(revoked.body["expires_at"], at(86_400_000), "as long as any token lives");
    let events = server.admin(Method::GET, "/events", None).await;
    assert_eq!(events.body["items"][2]["detail"]["client_id"], customer.client_id);
    let again = again(&server).await;
    for token in [&one, &other, &third] {
        assert!(!stands(&server, token).await);
        assert!(!stands(&again, token).await, "a restart forgets nothing");
    }
}

#[tokio::test]
async fn what_is_no_token_of_ours_is_refused_and_never_repeated() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    let far = TokenId::new(Timestamp::from_millis(NOW + 86_400_000 * 365), 7, [0; 10]).to_string();
    let foreign = Server::start().await;
    let stranger = foreign.token(&foreign.customer().await).await;
    for body in [
        json!({}),
        json!({"token": "nonsense"}),
        json!({"token": stranger}),
        json!({"token": token.get(..token.len() - 1).unwrap()}),
        json!({"token": token, "jti": jti(&token)}),
        json!({"token": token, "exp": 1}),
        json!({"jti": "nonsense"}),
        json!({"jti": far}),
        json!({"jti": jti(&token), "exp": NOW / 1000}),
    ] {
        let answer = post(&server, "/tokens/revoke", body).await;
        answer.assert_problem(422, "invalid_fields");
        assert!(!answer.text.contains("nonsense") && !answer.text.contains("eyJ"), "{}", answer.text);
    }
    let far_future = post(&server, "/tokens/revoke", json!({"jti": jti(&token), "exp": i64::MAX})).await;
    assert_eq!(far_future.body["expires_at"], at(86_400_000), "no exp keeps it longer than a token can live");
    server.advance(601);
    let ended = post(&server, "/tokens/revoke", json!({"token": token})).await;
    assert_eq!((ended.status, &ended.body["had_ended"]), (200, &true.into()));
}

#[tokio::test]
async fn a_revocation_that_was_to_be_forgotten_too_early_is_made_longer_by_another() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    let exp = NOW / 1000 + 60;
    assert_eq!(post(&server, "/tokens/revoke", json!({"jti": jti(&token), "exp": exp})).await.status, 200);
    assert_eq!(post(&server, "/tokens/revoke", json!({"token": token})).await.status, 200);
    assert_eq!(post(&server, "/tokens/revoke", json!({"jti": jti(&token), "exp": exp})).await.status, 200);
    server.advance(300);
    passgate::jobs::purge(&server.app).await.unwrap();
    assert!(!stands(&server, &token).await && !stands(&again(&server).await, &token).await);
}

/// What one customer revokes must not fill the memory of every node and of every verifier.
#[tokio::test]
async fn a_client_that_revokes_too_many_tokens_one_by_one_voids_all_that_it_has() {
    let server = Server::start().await;
    let (customer, other) = (server.customer().await, server.customer_named("other").await);
    let tokens = [server.token(&customer).await, server.token(&customer).await, server.token(&customer).await];
    let [first, second, third] = &tokens;
    let of_the_other = server.token(&other).await;
    server.place.sql("WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 9999) INSERT INTO revoked_tokens (jti, revoked_at, expires_at, client_id) SELECT 'x' || n, 1, 5000000000000, (SELECT client_id FROM credentials JOIN entities ON entities.id = entity_id WHERE identifier = 'northwind') FROM numbers").await;
    assert_eq!(server.oauth("revoke", &customer, &[("token", first)]).await.status, 200);
    assert!(!stands(&server, first).await && stands(&server, second).await);
    assert_eq!(server.oauth("revoke", &customer, &[("token", second)]).await.status, 200);
    assert!(!stands(&server, second).await && !stands(&server, third).await);
    assert!(stands(&server, &of_the_other).await);
    assert_eq!(server.place.number("SELECT COUNT(*) FROM revoked_tokens").await, 10_000);
    server.advance(1);
    assert!(stands(&server, &server.token(&customer).await).await, "it goes on getting others");
}

#[tokio::test]
async fn a_token_that_was_revoked_while_its_entity_was_disabled_does_not_come_back_with_it() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    server.change(&customer, json!({"status": "disabled"})).await;
    assert_eq!(post(&server, "/tokens/revoke", json!({"token": token})).await.body["had_ended"], false);
    server.change(&customer, json!({"status": "active"})).await;
    assert!(!stands(&server, &token).await);
}

#[tokio::test]
async fn the_tokens_of_a_credential_become_void_and_it_goes_on_getting_others() {
    let server = Server::start().await;
    let (customer, neighbour) = (server.customer().await, server.customer_named("southwind").await);
    let (before, theirs) = (server.token(&customer).await, server.token(&neighbour).await);
    let path = format!("/credentials/{}/void-tokens", customer.client_id);
    let voided = post(&server, &path, json!({})).await;
    assert_eq!((voided.status, &voided.body["tokens_void_before"]), (200, &at(0).into()));
    assert_eq!((voided.body["status"].as_str(), &voided.body["version"]), (Some("active"), &2.into()));
    assert!(!stands(&server, &before).await && stands(&server, &theirs).await);
    server.app.clock.advance(Duration::from_millis(1));
    let after = server.token(&customer).await;
    assert!(stands(&server, &after).await, "to the millisecond");
    let again = again(&server).await;
    assert!(!stands(&again, &before).await && stands(&again, &after).await);
}

#[tokio::test]
async fn the_tokens_of_an_entity_become_void_whatever_credential_got_them() {
    let server = Server::start().await;
    let (customer, neighbour) = (server.customer().await, server.customer_named("southwind").await);
    let second = server.admin(Method::POST, "/entities/northwind/credentials", Some(json!({"name": "ERP"}))).await;
    let second = Customer {
        entity: "northwind".to_owned(),
        client_id: second.body["client_id"].as_str().unwrap().to_owned(),
        secret: second.body["client_secret"].as_str().unwrap().to_owned(),
    };
    let tokens = [server.token(&customer).await, server.token(&second).await];
    let theirs = server.token(&neighbour).await;
    let voided = post(&server, "/entities/northwind/void-tokens", json!({})).await;
    assert_eq!((voided.status, &voided.body["tokens_void_before"]), (200, &at(0).into()));
    for token in &tokens {
        assert!(!stands(&server, token).await);
    }
    assert!(stands(&server, &theirs).await);
    let introspected = server.oauth("introspect", &customer, &[("token", &tokens[0])]).await;
    assert_eq!(introspected.text, r#"{"active":false}"#);
    server.change(&customer, json!({"description": "Changed since."})).await;
    server.advance(1);
    assert!(!stands(&server, &tokens[0]).await, "another change takes nothing back");
    assert!(stands(&server, &server.token(&second).await).await);
    assert!(!stands(&again(&server).await, &tokens[1]).await);
}

#[tokio::test]
async fn everything_issued_before_a_moment_becomes_void_and_the_moment_never_goes_back() {
    let server = Server::start().await;
    let (customer, neighbour) = (server.customer().await, server.customer_named("southwind").await);
    let (early, theirs) = (server.token(&customer).await, server.token(&neighbour).await);
    server.advance(10);
    let late = server.token(&customer).await;
    let voided = post(&server, "/tokens/void", json!({"before": at(9_999)})).await;
    assert_eq!((voided.status, &voided.body["tokens_void_before"]), (200, &at(9_999).into()));
    assert!(!stands(&server, &early).await && !stands(&server, &theirs).await && stands(&server, &late).await);
    let earlier = post(&server, "/tokens/void", json!({"before": at(-5_000)})).await;
    assert_eq!(earlier.body["tokens_void_before"], at(9_999));
    let restarted = again(&server).await;
    assert!(!stands(&restarted, &early).await && stands(&restarted, &late).await);
    for path in
        ["/tokens/void", "/entities/northwind/void-tokens", &format!("/credentials/{}/void-tokens", customer.client_id)]
    {
        let refused = post(&server, path, json!({"before": at(10_001)})).await;
        refused.assert_problem(422, "invalid_fields");
        assert_eq!(refused.faults()[0].0, "before");
    }
    assert!(stands(&server, &late).await, "nothing was changed");
    assert_eq!(post(&server, "/tokens/void", json!({})).await.body["tokens_void_before"], at(10_000));
    assert!(!stands(&server, &late).await);
}

#[tokio::test]
async fn a_secret_is_stopped_and_its_tokens_with_it_while_the_other_goes_on() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let old = server.token(&customer).await;
    let path = format!("/credentials/{}", customer.client_id);
    let made = post(&server, &format!("{path}/regenerate"), json!({"grace_seconds": 3600})).await;
    let renewed =
        Customer { secret: made.body["client_secret"].as_str().unwrap().to_owned(), ..server_copy(&customer) };
    let new = server.token(&renewed).await;
    let id = made.body["secrets"][1]["id"].as_str().unwrap().to_owned();
    let stopped = post(&server, &format!("{path}/secrets/{id}/stop"), json!({})).await;
    assert_eq!((stopped.status, stopped.body["secrets"].as_array().unwrap().len()), (200, 1));
    server.ask(customer.body()).await.assert_problem(401, "invalid_credentials");
    assert!(!stands(&server, &old).await && stands(&server, &new).await);
    assert_eq!(server.ask(renewed.body()).await.status, 200);
    let last = stopped.body["secrets"][0]["id"].as_str().unwrap().to_owned();
    let stopped = post(&server, &format!("{path}/secrets/{last}/stop"), json!({"void_tokens": false})).await;
    assert_eq!(stopped.body["secrets"].as_array().unwrap().len(), 0);
    assert!(stands(&server, &new).await, "as it was asked for");
    assert_eq!(post(&server, &format!("{path}/secrets/{last}/stop"), json!({})).await.status, 200);
    assert!(!stands(&server, &new).await, "its tokens become void afterwards too");
    assert!(!stands(&again(&server).await, &new).await);
    let other = server.customer_named("southwind").await;
    post(&server, &format!("/credentials/{}/secrets/{last}/stop", other.client_id), json!({}))
        .await
        .assert_problem(404, "not_found");
    post(&server, &format!("{path}/secrets/nonsense/stop"), json!({})).await.assert_problem(404, "not_found");
}

fn server_copy(customer: &Customer) -> Customer {
    Customer { entity: customer.entity.clone(), client_id: customer.client_id.clone(), secret: String::new() }
}

#[tokio::test]
async fn other_nodes_refuse_within_two_seconds_what_one_has_made_void() {
    let one = Server::start().await;
    let customers = [one.customer().await, one.customer_named("southwind").await, one.customer_named("eastwind").await];
    let two = again(&one).await;
    let mut tokens = Vec::new();
    for customer in &customers {
        tokens.push(two.token(customer).await);
        assert!(stands(&two, tokens.last().unwrap()).await);
    }
    let refused = async |token: &str| {
        let waited = async {
            while stands(&two, token).await {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(2), waited).await.expect("not within two seconds");
    };
    post(&one, &format!("/credentials/{}/void-tokens", customers[0].client_id), json!({})).await;
    refused(&tokens[0]).await;
    post(&one, "/entities/southwind/void-tokens", json!({})).await;
    refused(&tokens[1]).await;
    assert!(stands(&two, &tokens[2]).await);
    post(&one, "/tokens/void", json!({})).await;
    refused(&tokens[2]).await;
}

#[tokio::test]
async fn a_voiding_that_the_store_did_not_keep_is_503_and_never_200() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    let id = server.app.find_credential(&customer.client_id).await.unwrap().credential.secrets[0].id;
    server.place.sql("ALTER TABLE events RENAME TO events_away").await;
    for path in [
        "/tokens/revoke".to_owned(),
        "/tokens/void".to_owned(),
        "/entities/northwind/void-tokens".to_owned(),
        format!("/credentials/{}/void-tokens", customer.client_id),
        format!("/credentials/{}/secrets/{id}/stop", customer.client_id),
    ] {
        let body = if path == "/tokens/revoke" { json!({"token": token}) } else { json!({}) };
        post(&server, &path, body).await.assert_problem(503, "unavailable");
        assert!(stands(&server, &token).await, "{path}: nobody was told otherwise");
    }
    server.place.sql("ALTER TABLE events_away RENAME TO events").await;
    assert!(stands(&again(&server).await, &token).await, "and nothing of it was kept");
}

#[tokio::test]
async fn memory_holds_so_many_revoked_tokens_and_no_more_and_the_rest_are_refused_all_the_same() {
    let server = Server::start_with(&[("cached_revocations", "3")]).await;
    let customer = server.customer().await;
    let mut revoked = Vec::new();
    for _ in 0..8 {
        let token = server.token(&customer).await;
        assert_eq!(server.oauth("revoke", &customer, &[("token", &token)]).await.status, 200);
        revoked.push(token);
    }
    let good = server.token(&customer).await;
    let issuer = server.app.issuer.to_string();
    let restarted = Server::start_in(&server.place, &[("public_url", &issuer), ("cached_revocations", "3")]).await;
    for node in [&server, &restarted] {
        assert_eq!(node.app.revoked.len(), 3);
        for token in &revoked {
            assert!(!stands(node, token).await);
        }
        assert!(stands(node, &good).await);
    }
    let now = server.app.now();
    assert_eq!(server.app.revoked.contains(&TokenId::parse(&jti(&good)).unwrap(), now), None, "the store is asked");
    // What this node hears of its own revocations comes back no more after this.
    server.app.follow_events().await.unwrap();
    server.advance(600 + 3 * 3600);
    passgate::jobs::purge(&server.app).await.unwrap();
    assert_eq!(server.app.revoked.len(), 0, "what has ended long ago is forgotten");
    assert_eq!(server.app.store.revoked_tokens(now, 100).await.unwrap().len(), 0, "in the database too");
    let later = server.app.now();
    assert_eq!(server.app.revoked.contains(&TokenId::parse(&jti(&good)).unwrap(), later), Some(false));
}

#[tokio::test]
async fn only_operators_make_tokens_void_through_the_admin_api() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    for path in ["/tokens/revoke", "/tokens/void", "/entities/northwind/void-tokens"] {
        let request = server.post(&format!("/admin/v1{path}")).bearer_auth(&token).json(&json!({"token": token}));
        assert_eq!(Answer::of(request.send().await.unwrap()).await.status, 401);
    }
    assert!(stands(&server, &token).await);
}

#[tokio::test]
async fn an_operator_pastes_a_token_which_is_then_void_and_shown_nowhere() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    let operator = server.operator("tomas@dlat.example").await;
    let page = "/operator/revocation";
    for wrong in ["", "nonsense", &token.replace("eyJ", "eyK")] {
        let refused = operator.post(page, &[("token", wrong)]).await;
        assert_eq!(refused.status, 422);
        assert!(!refused.text.contains("nonsense") && !refused.text.contains("eyK"));
    }
    assert!(stands(&server, &token).await);
    let revoked = operator.post(page, &[("token", &format!(" {token}\r\n"))]).await;
    assert_eq!((revoked.status, revoked.header("location")), (303, page));
    assert!(!stands(&server, &token).await);
    server.advance(601);
    operator.post(page, &[("token", &token)]).await;
    for path in [page, "/operator/activity", "/operator/entities/northwind"] {
        assert!(!operator.get(path).await.text.contains(&token), "{path}");
    }
    let activity = operator.get("/operator/activity").await;
    assert!(activity.text.contains("Revoked a token"));
    let owner = server.person("northwind", "maya@northwind.example", Role::Owner).await;
    for (method, path) in [(Method::GET, page), (Method::POST, page), (Method::POST, "/operator/revocation/all")] {
        let answer = owner.request(method, path).form(&[("token", "x")]).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn an_operator_stops_the_tokens_of_an_entity_and_of_everybody_after_a_recent_password() {
    let server = Server::start().await;
    let (customer, neighbour) = (server.customer().await, server.customer_named("southwind").await);
    let operator = server.operator("tomas@dlat.example").await;
    let (one, other) = (server.token(&customer).await, server.token(&neighbour).await);
    let dialog = operator.get("/operator/entities/northwind?dialog=void").await;
    assert!(dialog.text.contains("action=\"/operator/entities/northwind/void-tokens\""));
    let done = operator.post("/operator/entities/northwind/void-tokens", &[]).await;
    assert_eq!((done.status, done.header("location")), (303, "/operator/entities/northwind"));
    assert!(!stands(&server, &one).await && stands(&server, &other).await);
    server.advance(11 * 60);
    let (one, other) = (server.token(&customer).await, server.token(&neighbour).await);
    let asked = operator.post("/operator/revocation/all", &[("before", "")]).await;
    assert_eq!(asked.status, 401, "the password first");
    assert!(stands(&server, &other).await);
    let future = at(3_600_000);
    for wrong in ["yesterday", &future] {
        let fields = [("before", wrong), ("password", PASSWORD)];
        let refused = operator.post("/operator/revocation/all", &fields).await;
        assert!(refused.status == 422 && refused.text.contains("before-error"), "{}", refused.text);
    }
    assert!(stands(&server, &one).await);
    // A moment that has passed: what was issued up to it, and nothing after it.
    server.advance(10);
    let later = server.token(&customer).await;
    let past = server.app.now().minus(Duration::from_secs(5)).to_string();
    let done = operator.post("/operator/revocation/all", &[("before", &past)]).await;
    assert_eq!((done.status, done.header("location")), (303, "/operator/revocation"));
    assert!(!stands(&server, &one).await && !stands(&server, &other).await && stands(&server, &later).await);
    let (one, other) = (later, server.token(&neighbour).await);
    let done = operator.post("/operator/revocation/all", &[("before", "")]).await;
    assert_eq!(done.header("location"), "/operator/revocation");
    assert!(!stands(&server, &one).await && !stands(&server, &other).await);
    assert!(operator.get("/operator/revocation").await.text.contains("are stopped"));
}

#[tokio::test]
async fn people_of_an_entity_stop_the_tokens_of_a_credential_and_of_its_old_secret() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let owner = server.person("northwind", "maya@northwind.example", Role::Owner).await;
    let viewer = server.person("northwind", "vera@northwind.example", Role::Viewer).await;
    let page = "/entities/northwind/generate-credentials";
    let path = format!("{page}/{}", customer.client_id);
    let token = server.token(&customer).await;
    let here = format!("{page}?credential={}", customer.client_id);
    assert!(owner.get(&format!("{here}&dialog=void")).await.text.contains("Stop the tokens of"));
    assert_eq!(viewer.post(&format!("{path}/void-tokens"), &[]).await.status, 403);
    let done = owner.post(&format!("{path}/void-tokens"), &[]).await;
    assert_eq!((done.status, done.header("location")), (303, here.as_str()));
    assert!(!stands(&server, &token).await);
    server.advance(1);
    let old = server.token(&customer).await;
    assert!(stands(&server, &old).await);
    post(&server, &format!("/credentials/{}/regenerate", customer.client_id), json!({"grace_seconds": 3600})).await;
    let rotating = owner.get(&here).await;
    let version = hidden(&rotating.text, "version");
    let stale = owner.post(&format!("{path}/rotation"), &[("version", "1"), ("keep", "new-without-tokens")]).await;
    assert_eq!(stale.status, 412);
    let fields = [("version", version.as_str()), ("keep", "new-without-tokens")];
    assert_eq!(owner.post(&format!("{path}/rotation"), &fields).await.status, 303);
    assert!(!stands(&server, &old).await);
    server.ask(customer.body()).await.assert_problem(401, "invalid_credentials");
    let activity = owner.get("/entities/northwind/activity").await;
    for said in ["Stopped the tokens of the credentials", "Tokens already issued stopped"] {
        assert!(activity.text.contains(said), "{said}");
    }
}

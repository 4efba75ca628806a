//! The log of token requests, and their counts.

use passgate::domain::credential::Owner;
use passgate::domain::id::{ClientId, EntityId};
use passgate::domain::time::Timestamp;
use passgate::domain::token::Door;
use passgate::jobs;
use passgate::store::request::{Filter, TokenRequest};
use passgate::store::request_count::{Counted, Span};
use reqwest::Method;
use serde_json::json;

use crate::server::{Answer, Customer, NOW, Place, Server};

const HOUR: i64 = 3_600_000;

async fn entity_of(server: &Server, customer: &Customer) -> EntityId {
    let client_id = ClientId::parse(&customer.client_id).unwrap();
    match &server.app.credential(&client_id).await.unwrap().unwrap().owner {
        Owner::Entity(id) => *id,
        Owner::Api => unreachable!("an API has no entity"),
    }
}

/// Everything kept of a customer, the newest first.
async fn kept(server: &Server, customer: &Customer, filter: &Filter) -> Vec<TokenRequest> {
    jobs::flush(&server.app).await.unwrap();
    let entity_id = entity_of(server, customer).await;
    server.app.store.token_requests(&entity_id, filter, None, 100).await.unwrap()
}

async fn counted(server: &Server, customer: &Customer, span: Span) -> Vec<Counted> {
    jobs::flush(&server.app).await.unwrap();
    let entity_id = entity_of(server, customer).await;
    server.app.store.token_request_counts(&entity_id, span, Timestamp::from_millis(0)).await.unwrap()
}

/// The last request of a customer, which is the one that `answer` was given to: status, code, reason and hint.
async fn last(server: &Server, customer: &Customer, answer: &Answer) -> (i64, String, String, String) {
    let request = kept(server, customer, &Filter::default()).await.swap_remove(0);
    assert_eq!(request.request_id, answer.header("x-request-id"));
    assert_eq!(request.status, i64::from(answer.status));
    assert_eq!((request.address.as_str(), request.client_id.as_str()), ("127.0.0.1", customer.client_id.as_str()));
    assert_eq!(request.at.millis(), server.app.now().millis());
    assert!(request.micros > 0);
    (request.status, request.code, request.reason, request.secret_hint)
}

fn row(status: i64, code: &str, reason: &str, hint: &str) -> (i64, String, String, String) {
    (status, code.to_owned(), reason.to_owned(), hint.to_owned())
}

fn hint(customer: &Customer) -> String {
    customer.secret.chars().take(8).collect()
}

fn wrong(customer: &Customer) -> Customer {
    Customer { entity: customer.entity.clone(), client_id: customer.client_id.clone(), secret: "wrong".to_owned() }
}

#[tokio::test]
async fn every_token_request_of_an_entity_is_logged_with_what_became_of_it() {
    let server = Server::start_with(&[("throttle_burst", "3"), ("throttle_refill_seconds", "60")]).await;
    let customer = server.customer().await;
    let hint = &*hint(&customer);

    let answer = server.ask(customer.body()).await;
    assert_eq!(last(&server, &customer, &answer).await, row(200, "", "", hint));
    let answer = server.ask(customer.body_with(json!({"scope": "everything"}))).await;
    assert_eq!(last(&server, &customer, &answer).await, row(400, "invalid_scope", "", hint));
    let answer = server.ask(customer.body_with(json!({"depot": "a value"}))).await;
    let reason = "depot is not a parameter of this request";
    assert_eq!(last(&server, &customer, &answer).await, row(412, "invalid_arguments", reason, hint));
    let answer = server.ask(json!({"client_id": customer.client_id})).await;
    let reason = "client_secret is missing";
    assert_eq!(last(&server, &customer, &answer).await, row(412, "invalid_arguments", reason, ""));

    server.change(&customer, json!({"settings": {"ip_allowlist": ["192.0.2.1"]}})).await;
    let answer = server.ask(customer.body()).await;
    assert_eq!(last(&server, &customer, &answer).await, row(401, "invalid_credentials", "address_not_allowed", hint));
    server.change(&customer, json!({"settings": {"ip_allowlist": []}, "status": "disabled"})).await;
    let answer = server.ask(customer.body()).await;
    assert_eq!(last(&server, &customer, &answer).await, row(401, "invalid_credentials", "entity_disabled", hint));
    let answer = server.ask(wrong(&customer).body()).await;
    assert_eq!(last(&server, &customer, &answer).await, row(401, "invalid_credentials", "wrong_secret", ""));
    let answer = server.ask(customer.body()).await;
    assert_eq!(last(&server, &customer, &answer).await, row(429, "too_many_attempts", "", ""));
}

#[tokio::test]
async fn a_locked_account_is_named_to_its_own_people() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.change(&customer, json!({"settings": {"account_lock": {"maximum_attempts": 2}}})).await;
    for _ in 0..2 {
        assert_eq!(server.ask(wrong(&customer).body()).await.status, 401);
    }
    let answer = server.ask(customer.body()).await;
    let hint = &*hint(&customer);
    assert_eq!(last(&server, &customer, &answer).await, row(401, "invalid_credentials", "account_locked", hint));
    assert_eq!(kept(&server, &customer, &Filter::default()).await.len(), 3);
}

#[tokio::test]
async fn the_oauth_door_is_logged_in_its_own_words() {
    let server = Server::start_with(&[("throttle_burst", "1")]).await;
    let customer = server.customer().await;
    let hint = &*hint(&customer);
    let form = [("grant_type", "client_credentials")];

    let answer = server.oauth("token", &customer, &form).await;
    assert_eq!(last(&server, &customer, &answer).await, row(200, "", "", hint));
    assert_eq!(kept(&server, &customer, &Filter::default()).await[0].door, Door::OAuth);
    let answer = server.oauth("token", &customer, &[]).await;
    assert_eq!(last(&server, &customer, &answer).await, row(400, "invalid_request", "grant_type is missing", hint));
    let answer = server.oauth("token", &customer, &[("grant_type", "password")]).await;
    assert_eq!(last(&server, &customer, &answer).await, row(400, "unsupported_grant_type", "", hint));
    let answer = server.oauth("token", &customer, &[form[0], ("scope", "everything")]).await;
    assert_eq!(last(&server, &customer, &answer).await, row(400, "invalid_scope", "", hint));
    let unread = server.post("/oauth/token").basic_auth(&customer.client_id, Some(&customer.secret));
    let answer = Answer::of(unread.json(&customer.body()).send().await.unwrap()).await;
    let reason = "Content-Type must be application/x-www-form-urlencoded";
    assert_eq!(last(&server, &customer, &answer).await, row(400, "invalid_request", reason, ""));
    let half = server.post("/oauth/token").form(&[form[0], ("client_id", &customer.client_id)]);
    let answer = Answer::of(half.send().await.unwrap()).await;
    assert_eq!(last(&server, &customer, &answer).await, row(401, "invalid_client", "no_credentials", ""));
    let answer = server.oauth("token", &wrong(&customer), &form).await;
    assert_eq!(last(&server, &customer, &answer).await, row(401, "invalid_client", "wrong_secret", ""));
    let answer = server.oauth("token", &customer, &form).await;
    assert_eq!(last(&server, &customer, &answer).await, row(429, "temporarily_unavailable", "too_many_attempts", ""));

    let before = kept(&server, &customer, &Filter::default()).await.len();
    server.oauth("introspect", &customer, &[("token", "x")]).await;
    assert_eq!(kept(&server, &customer, &Filter::default()).await.len(), before, "that is no token request");
}

#[tokio::test]
async fn a_stopped_secret_is_named_in_the_log_and_nowhere_else() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let path = format!("/credentials/{}/regenerate", customer.client_id);
    assert_eq!(server.admin(Method::POST, &path, Some(json!({"grace_seconds": 0}))).await.status, 200);
    let hint = &*hint(&customer);
    let form = [("grant_type", "client_credentials")];

    let answer = server.ask(customer.body()).await;
    let (of_stopped, of_wrong) = (&answer.body["detail"], server.ask(wrong(&customer).body()).await);
    assert_eq!(*of_stopped, of_wrong.body["detail"]);
    let answer = server.ask(customer.body()).await;
    assert_eq!(last(&server, &customer, &answer).await, row(401, "invalid_credentials", "stopped_secret", hint));
    let answer = server.oauth("token", &customer, &form).await;
    assert_eq!(last(&server, &customer, &answer).await, row(401, "invalid_client", "stopped_secret", hint));

    let entity_id = entity_of(&server, &customer).await;
    let failures = server.app.store.token_failures(&entity_id, Timestamp::from_millis(NOW)).await.unwrap();
    let told: Vec<_> = failures
        .iter()
        .map(|failure| (failure.code.as_str(), failure.reason.as_str(), failure.count, &*failure.example_secret_hint))
        .collect();
    assert_eq!(
        told,
        [
            ("invalid_credentials", "stopped_secret", 2, hint),
            ("invalid_client", "stopped_secret", 1, hint),
            ("invalid_credentials", "wrong_secret", 1, ""),
        ]
    );
    assert_eq!((failures[0].addresses, failures[0].example_address.as_str()), (1, "127.0.0.1"));
    assert_eq!((failures[0].first_at, failures[0].last_at), (server.app.now(), server.app.now()));

    let another = server.customer_named("another").await;
    let secret = customer.secret.clone();
    let answer = server.ask(json!({"client_id": another.client_id, "client_secret": secret})).await;
    assert_eq!(last(&server, &another, &answer).await, row(401, "invalid_credentials", "wrong_secret", ""));
}

#[tokio::test]
async fn no_secret_and_no_value_is_ever_kept() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let secret = &customer.secret;
    server.ask(customer.body_with(json!({secret: "a value", "depot": secret, "scope": [secret]}))).await;
    server.ask(customer.body_with(json!({"scope": secret}))).await;
    server.ask(json!({"client_id": customer.client_id, "client_secret": [secret]})).await;
    server.oauth("token", &customer, &[("grant_type", secret), (secret, "a value")]).await;
    let requests = format!("{:?}", kept(&server, &customer, &Filter::default()).await);
    assert!(requests.contains("field 4 is not a parameter of this request"), "{requests}");
    assert!(!requests.contains(secret.split_at(9).0) && !requests.contains("a value"), "{requests}");
}

#[tokio::test]
async fn of_a_flood_few_requests_are_kept_and_all_are_counted() {
    let server = Server::start_with(&[("throttle_burst", "100")]).await;
    let customer = server.customer().await;
    for _ in 0..12 {
        assert_eq!(server.ask(customer.body()).await.status, 200);
    }
    for _ in 0..30 {
        assert_eq!(server.ask(wrong(&customer).body()).await.status, 401);
    }
    let statuses: Vec<i64> =
        kept(&server, &customer, &Filter::default()).await.iter().map(|request| request.status).collect();
    assert_eq!(statuses, [vec![401; 20], vec![200; 5]].concat());
    server.advance(1);
    assert_eq!(server.ask(customer.body()).await.status, 200);
    assert_eq!(kept(&server, &customer, &Filter::default()).await.len(), 26);

    server.advance(3600);
    assert_eq!(server.ask(wrong(&customer).body()).await.status, 401);
    let begins = Timestamp::from_millis(NOW - NOW % HOUR);
    let later = Timestamp::from_millis(begins.millis() + HOUR);
    let hours = [Counted { begins, issued: 13, failed: 30 }, Counted { begins: later, issued: 0, failed: 1 }];
    assert_eq!(counted(&server, &customer, Span::Hour).await, hours);
    let day = Timestamp::from_millis(NOW - NOW % (24 * HOUR));
    assert_eq!(counted(&server, &customer, Span::Day).await, [Counted { begins: day, issued: 13, failed: 31 }]);
}

#[tokio::test]
async fn a_list_is_filtered_and_goes_on_where_it_ended() {
    let server = Server::start_with(&[("trusted_proxies", "127.0.0.1")]).await;
    let customer = server.customer().await;
    let from = async |address: &str, body| {
        let request = server.post("/api/v1/access-token").header("x-forwarded-for", address).json(&body);
        Answer::of(request.send().await.unwrap()).await.header("x-request-id").to_owned()
    };
    let mut ids = Vec::new();
    for second in 0..4u8 {
        let body = if second == 2 { wrong(&customer).body() } else { customer.body() };
        ids.insert(0, from(&format!("2001:db8::{second}"), body).await);
        server.advance(1);
    }
    let told = async |filter: &Filter| {
        let requests = kept(&server, &customer, filter).await;
        let entity_id = entity_of(&server, &customer).await;
        let count = server.app.store.count_token_requests(&entity_id, filter).await.unwrap();
        assert_eq!(usize::try_from(count).unwrap(), requests.len());
        requests.into_iter().map(|request| request.request_id).collect::<Vec<_>>()
    };
    let at = |seconds: i64| Some(Timestamp::from_millis(NOW + seconds * 1000));
    assert_eq!(told(&Filter::default()).await, ids);
    assert_eq!(told(&Filter { since: at(1), until: at(3), ..Filter::default() }).await, ids[1..3]);
    assert_eq!(told(&Filter { status: Some(401), ..Filter::default() }).await, ids[1..2]);
    assert_eq!(told(&Filter { reason: Some("wrong_secret".to_owned()), ..Filter::default() }).await, ids[1..2]);
    assert_eq!(told(&Filter { text: Some(ids[3].clone()), ..Filter::default() }).await, ids[3..]);
    assert_eq!(told(&Filter { text: Some("2001:0DB8:0::3".to_owned()), ..Filter::default() }).await, ids[..1]);
    let mine = ClientId::parse(&customer.client_id);
    assert_eq!(told(&Filter { client_id: mine, ..Filter::default() }).await, ids);
    let nobody = Some(ClientId::from_random([7; 16]));
    assert!(told(&Filter { client_id: nobody, ..Filter::default() }).await.is_empty());

    let entity_id = entity_of(&server, &customer).await;
    let store = &server.app.store;
    let page = async |before| store.token_requests(&entity_id, &Filter::default(), before, 3).await.unwrap();
    let first = page(None).await;
    let second = page(first.last().map(|request| request.id)).await;
    let both: Vec<_> = first.into_iter().chain(second).map(|request| request.request_id).collect();
    assert_eq!(both, ids);

    let callers = store.token_callers(&entity_id, at(1).unwrap()).await.unwrap();
    let callers: Vec<_> =
        callers.iter().map(|caller| (&*caller.address, Some(caller.last_at), caller.count, caller.issued)).collect();
    assert_eq!(callers, [("2001:db8::3", at(3), 1, 1), ("2001:db8::2", at(2), 1, 0), ("2001:db8::1", at(1), 1, 1)]);
    assert!(store.median_micros(&entity_id, at(0).unwrap()).await.unwrap() > Some(0));
    assert_eq!(store.median_micros(&entity_id, at(60).unwrap()).await.unwrap(), None);
}

#[tokio::test]
async fn nothing_of_another_entity_is_ever_told() {
    let server = Server::start().await;
    let (mine, theirs) = (server.customer_named("mine").await, server.customer_named("theirs").await);
    let api = server.api().await;
    let answer = server.ask(theirs.body()).await;
    server.ask(wrong(&theirs).body()).await;
    assert_eq!(server.ask(api.body()).await.status, 404);
    assert_eq!(server.ask(json!({"client_id": "pgc_nobody", "client_secret": "x"})).await.status, 404);
    let request_id = Some(answer.header("x-request-id").to_owned());
    assert_eq!(kept(&server, &theirs, &Filter::default()).await.len(), 2);
    assert!(kept(&server, &mine, &Filter::default()).await.is_empty());
    assert!(kept(&server, &mine, &Filter { text: request_id, ..Filter::default() }).await.is_empty());
    assert!(counted(&server, &mine, Span::Hour).await.is_empty());

    let (mine_id, long_ago) = (entity_of(&server, &mine).await, Timestamp::from_millis(0));
    let store = &server.app.store;
    assert!(store.token_failures(&mine_id, long_ago).await.unwrap().is_empty());
    assert!(store.token_callers(&mine_id, long_ago).await.unwrap().is_empty());
    assert_eq!(store.median_micros(&mine_id, long_ago).await.unwrap(), None);
}

#[tokio::test]
async fn the_operator_sees_what_many_entities_did_in_the_last_day() {
    let server = Server::start().await;
    let (busy, idle) = (server.customer_named("busy").await, server.customer_named("idle").await);
    server.token(&busy).await;
    server.advance(3600);
    server.ask(wrong(&busy).body()).await;
    server.advance(22 * 3600);
    server.token(&busy).await;
    let last = server.app.now();
    server.token(&busy).await;
    jobs::flush(&server.app).await.unwrap();
    let ids = [entity_of(&server, &idle).await, entity_of(&server, &busy).await];
    let activity = server.app.store.activity(&ids, server.app.now()).await.unwrap();
    assert_eq!((activity[0].hours, activity[0].issued, activity[0].failed), ([0; 24], 0, 0));
    assert_eq!(activity[0].last_issued_at, None);
    let mut hours = [0; 24];
    (hours[0], hours[1], hours[23]) = (1, 1, 2);
    assert_eq!((activity[1].hours, activity[1].issued, activity[1].failed), (hours, 3, 1));
    assert_eq!(activity[1].last_issued_at, Some(last));
    server.advance(3600);
    let later = server.app.store.activity(&ids[1..], server.app.now()).await.unwrap();
    assert_eq!((later[0].hours[0], later[0].hours[22], later[0].issued), (1, 2, 2));
    assert!(server.app.store.activity(&[], server.app.now()).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_could_not_be_written_is_written_later_once() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.token(&customer).await;
    server.place.sql("ALTER TABLE token_requests RENAME TO away").await;
    server.ask(wrong(&customer).body()).await;
    for _ in 0..3 {
        assert!(jobs::flush(&server.app).await.is_err());
    }
    server.token(&customer).await;
    server.place.sql("ALTER TABLE away RENAME TO token_requests").await;
    let statuses: Vec<i64> =
        kept(&server, &customer, &Filter::default()).await.iter().map(|request| request.status).collect();
    assert_eq!(statuses, [200, 401, 200]);
    let counts = counted(&server, &customer, Span::Hour).await;
    assert_eq!(counts.iter().map(|counted| (counted.issued, counted.failed)).collect::<Vec<_>>(), [(2, 1)]);
}

#[tokio::test]
async fn the_old_and_the_many_are_forgotten() {
    let server = Server::start().await;
    let (customer, other) = (server.customer_named("customer").await, server.customer_named("other").await);
    let entity_id = entity_of(&server, &customer).await;
    for _ in 0..3 {
        server.token(&customer).await;
        server.token(&other).await;
        server.advance(86_400);
    }
    let all = kept(&server, &customer, &Filter::default()).await;
    let store = &server.app.store;
    assert_eq!(store.purge_token_requests_of(&entity_id, 3).await.unwrap(), 0);
    assert_eq!(store.purge_token_requests_of(&entity_id, 2).await.unwrap(), 1);
    assert_eq!(kept(&server, &customer, &Filter::default()).await, all[..2]);
    assert_eq!(kept(&server, &other, &Filter::default()).await.len(), 3);

    server.advance(86_400 * 29);
    jobs::purge(&server.app).await.unwrap();
    assert_eq!(kept(&server, &customer, &Filter::default()).await, all[..1]);
    assert_eq!(kept(&server, &other, &Filter::default()).await.len(), 1);
    assert_eq!(counted(&server, &customer, Span::Day).await.len(), 3);
    server.advance(86_400 * 369);
    jobs::purge(&server.app).await.unwrap();
    assert_eq!(counted(&server, &customer, Span::Day).await.len(), 2);
}

/// Which entities have grown, each node knows of those that it has written.
#[tokio::test]
async fn each_node_trims_what_it_has_written_whoever_purges_what_is_old() {
    let place = Place::new().await;
    let (one, two) = (Server::start_in(&place, &[]).await, Server::start_in(&place, &[]).await);
    let customer = two.customer().await;
    two.token(&customer).await;
    jobs::flush(&two.app).await.unwrap();
    place.sql("WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 50000) INSERT INTO token_requests (id, at, entity_id, client_id, door, request_id, status, code, reason, secret_hint, address, micros) SELECT id - n, at, entity_id, client_id, door, request_id, status, code, reason, secret_hint, address, micros FROM token_requests, numbers").await;
    jobs::purge(&one.app).await.unwrap();
    assert_eq!(place.number("SELECT COUNT(*) FROM token_requests").await, 50_001);
    jobs::purge_own(&two.app).await.unwrap();
    assert_eq!(place.number("SELECT COUNT(*) FROM token_requests").await, 50_000);
}

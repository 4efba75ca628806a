//! Rotation as a process: secrets that begin later, that end, that may go, and that strangers report.

use std::time::Duration;

use passgate::domain::person::Role;
use passgate::domain::time::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use crate::mail::{self, Mail};
use crate::server::{Answer, Customer, NOW, Server};
use crate::visitor::text_of;

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

/// So many seconds after a test begins, as the wire writes it.
fn at(seconds: u64) -> String {
    Timestamp::from_millis(NOW).plus(Duration::from_secs(seconds)).to_string()
}

async fn regenerate(server: &Server, customer: &Customer, body: Value) -> Answer {
    server.admin(Method::POST, &format!("/credentials/{}/regenerate", customer.client_id), Some(body)).await
}

/// Gives the customer another secret, and says what the customer would be with it.
async fn renewed(server: &Server, customer: &Customer, body: Value) -> Customer {
    let made = regenerate(server, customer, body).await;
    assert_eq!(made.status, 200, "{}", made.text);
    Customer {
        entity: customer.entity.clone(),
        client_id: customer.client_id.clone(),
        secret: made.body["client_secret"].as_str().unwrap().to_owned(),
    }
}

async fn secrets(server: &Server, customer: &Customer) -> Vec<Value> {
    passgate::jobs::flush(&server.app).await.unwrap();
    let shown = server.admin(Method::GET, &format!("/credentials/{}", customer.client_id), None).await;
    shown.body["secrets"].as_array().unwrap().clone()
}

async fn denied(server: &Server, customer: &Customer, why: &str) {
    let answer = server.ask(customer.body()).await;
    answer.assert_problem(401, "invalid_credentials");
    assert!(answer.body["detail"].as_str().unwrap().contains(why), "{}", answer.text);
    let oauth = server.oauth("token", customer, &[("grant_type", "client_credentials")]).await;
    assert_eq!((oauth.status, oauth.code()), (401, "invalid_client"));
}

async fn events(server: &Server, action: &str) -> Vec<Value> {
    let answer = server.admin(Method::GET, "/events?limit=100", None).await;
    let all = answer.body["items"].as_array().unwrap().clone();
    all.into_iter().filter(|event| event["action"] == action).collect()
}

async fn with_mail() -> (Server, Mail, String) {
    let (mail, address) = mail::sink().await;
    let url = format!("smtp://{address}");
    let server = Server::start_with(&[("smtp_url", &url), ("mail_from", "Passgate <passgate@example.com>")]).await;
    (server, mail, url)
}

/// An owner of the customer's entity, who has joined by the link in a mail.
async fn owner(server: &Server, mail: &Mail, customer: &Customer, email: &str) {
    server.person(&customer.entity, email, Role::Owner).await;
    assert!(mail.next().await.contains("invited"));
}

#[tokio::test]
async fn a_new_secret_can_begin_later_and_the_old_one_goes_on_until_then_and_for_its_grace() {
    let server = Server::start().await;
    let old = server.customer().await;
    let new = renewed(&server, &old, json!({"not_before": at(2 * HOUR), "grace_seconds": HOUR})).await;
    denied(&server, &new, &at(2 * HOUR)).await;
    assert_eq!(server.ask(old.body()).await.status, 200);
    let listed = secrets(&server, &old).await;
    assert_eq!(listed.len(), 2);
    assert_eq!((&listed[0]["not_before"], &listed[1]["not_before"]), (&json!(at(2 * HOUR)), &Value::Null));
    assert_eq!(listed[1]["stops_at"], at(3 * HOUR));
    server.advance(2 * HOUR - 1);
    denied(&server, &new, "accepted from").await;
    server.advance(1);
    assert_eq!(server.ask(new.body()).await.status, 200);
    assert_eq!(server.ask(old.body()).await.status, 200);
    server.advance(HOUR);
    server.ask(old.body()).await.assert_problem(401, "invalid_credentials");
    assert_eq!(server.ask(new.body()).await.status, 200);
}

#[tokio::test]
async fn a_guesser_learns_nothing_of_a_secret_to_come_and_its_holder_locks_nobody_out() {
    let server = Server::start().await;
    let old = server.customer().await;
    server.change(&old, json!({"settings": {"account_lock": {"maximum_attempts": 1}}})).await;
    let new = renewed(&server, &old, json!({"not_before": at(HOUR)})).await;
    denied(&server, &new, "accepted from").await;
    assert_eq!(server.ask(old.body()).await.status, 200, "the holder of the new one does not lock the account");
    server.change(&old, json!({"settings": {"account_lock": null}})).await;
    let guess = Customer { secret: "pgs_guess".to_owned(), ..new };
    let answer = server.ask(guess.body()).await;
    answer.assert_problem(401, "invalid_credentials");
    assert!(!answer.text.contains("accepted from"));
    passgate::jobs::flush(&server.app).await.unwrap();
    let owner = server.person("northwind", "ada@example.com", Role::Owner).await;
    let requests = owner.get("/entities/northwind/requests").await;
    assert!(requests.text.contains("The secret is right, and is not accepted yet"), "{}", requests.text);
}

#[tokio::test]
async fn a_secret_begins_within_a_week_and_ends_after_it_begins() {
    let server = Server::start().await;
    let customer = server.customer().await;
    for (body, field) in [
        (json!({"not_before": at(7 * DAY + 1)}), "not_before"),
        (json!({"not_before": at(HOUR), "expires_at": at(HOUR)}), "expires_at"),
        (json!({"expires_at": at(0)}), "expires_at"),
    ] {
        let answer = regenerate(&server, &customer, body).await;
        answer.assert_problem(422, "invalid_fields");
        assert_eq!(answer.faults()[0].0, field);
    }
    regenerate(&server, &customer, json!({"not_before": "tomorrow"})).await.assert_problem(400, "malformed_request");
    assert_eq!(regenerate(&server, &customer, json!({"not_before": at(7 * DAY)})).await.status, 200);
    let third = json!({"not_before": at(HOUR)});
    regenerate(&server, &customer, third).await.assert_problem(409, "conflict");
    let now = renewed(&server, &customer, json!({"grace_seconds": 0})).await;
    server.ask(customer.body()).await.assert_problem(401, "invalid_credentials");
    assert_eq!(server.ask(now.body()).await.status, 200, "a leak is never made to wait for a plan");
    assert_eq!(secrets(&server, &customer).await.len(), 1);
}

#[tokio::test]
async fn voiding_tokens_of_a_planned_rotation_leaves_the_old_secret_good_for_new_ones() {
    let server = Server::start().await;
    let old = server.customer().await;
    let before = server.token(&old).await;
    renewed(&server, &old, json!({"not_before": at(HOUR), "void_tokens": true})).await;
    server.whoami(&before).await.assert_problem(401, "invalid_token");
    server.advance(1);
    let after = server.token(&old).await;
    assert_eq!(server.whoami(&after).await.status, 200);
}

#[tokio::test]
async fn a_secret_with_an_end_is_refused_from_that_moment_on_and_its_holder_is_told() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let customer = renewed(&server, &customer, json!({"expires_at": at(90)})).await;
    server.advance(89);
    let token = server.token(&customer).await;
    server.advance(1);
    denied(&server, &customer, "ended at").await;
    assert_eq!(server.whoami(&token).await.status, 200, "tokens go on until they end");
    assert!(secrets(&server, &customer).await.is_empty());
    let owner = server.person("northwind", "ada@example.com", Role::Owner).await;
    let page = owner.get("/entities/northwind/token-timeout").await;
    assert!(page.text.contains("requests with it get 401"), "told on every page of the entity");
    let next = renewed(&server, &customer, json!({"grace_seconds": 60})).await;
    assert_eq!(server.ask(next.body()).await.status, 200);
    denied(&server, &customer, "ended at").await;
    let page = owner.get("/entities/northwind/token-timeout").await;
    assert!(!page.text.contains("requests with it get 401"));
}

#[tokio::test]
async fn an_entity_can_let_its_secrets_live_for_some_days_only() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let refused = json!({"settings": {"secret_lifetime_days": 0}});
    let path = format!("/entities/{}", customer.entity);
    server.admin(Method::PATCH, &path, Some(refused)).await.assert_problem(422, "invalid_fields");
    server.change(&customer, json!({"settings": {"secret_lifetime_days": 90}})).await;
    assert_eq!(secrets(&server, &customer).await[0]["expires_at"], Value::Null, "those that are there keep their end");
    let longer = regenerate(&server, &customer, json!({"expires_at": at(91 * DAY)})).await;
    assert_eq!(longer.faults()[0].0, "expires_at");
    renewed(&server, &customer, json!({"not_before": at(DAY)})).await;
    assert_eq!(secrets(&server, &customer).await[0]["expires_at"], at(91 * DAY));
    let made = server.admin(Method::POST, "/entities/northwind/credentials", Some(json!({"name": "Second"}))).await;
    assert_eq!(made.body["secrets"][0]["expires_at"], at(90 * DAY));
    let shorter = json!({"name": "Third", "secret_expires_at": at(DAY)});
    let made = server.admin(Method::POST, "/entities/northwind/credentials", Some(shorter)).await;
    assert_eq!(made.body["secrets"][0]["expires_at"], at(DAY));
    server.change(&customer, json!({"settings": {"secret_lifetime_days": null}})).await;
    let made = server.admin(Method::POST, "/entities/northwind/credentials", Some(json!({"name": "Fourth"}))).await;
    assert_eq!(made.body["secrets"][0]["expires_at"], Value::Null);
}

#[tokio::test]
async fn owners_are_reminded_30_7_and_1_days_before_a_secret_ends_and_never_twice() {
    let (one, mail, url) = with_mail().await;
    let customer = one.customer().await;
    let customer = renewed(&one, &customer, json!({"expires_at": at(40 * DAY)})).await;
    owner(&one, &mail, &customer, "ada@example.com").await;
    let settings = [("smtp_url", url.as_str()), ("mail_from", "Passgate <passgate@example.com>")];
    let issuer = one.app.issuer.to_string();
    let two = Server::start_in(&one.place, &[settings[0], settings[1], ("public_url", &issuer)]).await;
    let both = async || {
        for _ in 0..3 {
            let (first, second) = tokio::join!(passgate::jobs::rotate(&one.app), passgate::jobs::rotate(&two.app));
            first.and(second).unwrap();
        }
    };
    both().await;
    assert!(events(&one, "secret.ending").await.is_empty());
    for (already, (later, days)) in [(10 * DAY, 30), (23 * DAY, 7), (6 * DAY, 1)].into_iter().enumerate() {
        for server in [&one, &two] {
            server.advance(later);
        }
        both().await;
        let mail = mail.next().await;
        assert!(mail.contains("To: ada@example.com"), "{mail}");
        assert!(mail.contains(&format!("ends at {}", at(40 * DAY))), "{mail}");
        assert!(mail.contains(&format!("/entities/northwind/generate-credentials?credential={}", customer.client_id)));
        assert!(!mail.contains(&customer.secret));
        let told = events(&one, "secret.ending").await;
        assert_eq!((told.len().checked_sub(1), &told[0]["detail"]["days"]), (Some(already), &json!(days)));
    }
    let late = tokio::time::timeout(Duration::from_millis(300), mail.next()).await;
    assert!(late.is_err(), "nothing twice: {late:?}");
}

#[tokio::test]
async fn a_secret_that_is_replaced_or_short_lived_is_not_told_of() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let customer = renewed(&server, &customer, json!({"expires_at": at(5 * DAY)})).await;
    passgate::jobs::rotate(&server.app).await.unwrap();
    assert!(events(&server, "secret.ending").await.is_empty(), "5 days were known when it was made");
    renewed(&server, &customer, json!({"grace_seconds": 7 * DAY})).await;
    server.advance(4 * DAY + 1);
    passgate::jobs::rotate(&server.app).await.unwrap();
    assert!(events(&server, "secret.ending").await.is_empty(), "another takes its place");
}

#[tokio::test]
async fn an_end_that_is_near_stands_on_the_entitys_pages_and_in_the_operators_list() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.customer_named("quiet").await;
    renewed(&server, &customer, json!({"expires_at": at(40 * DAY)})).await;
    let list = async || {
        let operator = server.operator(&format!("o{}@example.com", server.app.now().millis())).await;
        operator.get("/operator/entities?status=ending").await.text
    };
    assert!(!list().await.contains("/operator/entities/northwind"));
    server.advance(10 * DAY);
    let listed = list().await;
    assert!(listed.contains("/operator/entities/northwind") && !listed.contains("/operator/entities/quiet"));
    assert!(listed.contains("Secret ends"), "{listed}");
    let viewer = server.person("northwind", "ada@example.com", Role::Viewer).await;
    for page in ["generate-credentials", "usage", "people"] {
        let page = viewer.get(&format!("/entities/northwind/{page}")).await;
        assert!(page.text.contains("Regenerate the key before that."));
    }
    let other = server.person("quiet", "bob@example.com", Role::Owner).await;
    assert!(!other.get("/entities/quiet/usage").await.text.contains("Regenerate the key before that."));
}

#[tokio::test]
async fn an_old_secret_is_safe_to_retire_once_the_new_one_is_used_and_it_is_silent() {
    let server = Server::start().await;
    let old = server.customer().await;
    let new = renewed(&server, &old, json!({"grace_seconds": DAY})).await;
    let is_safe = async || {
        let secrets = secrets(&server, &old).await;
        assert_eq!(secrets[0]["safe_to_retire"], false, "never the new one");
        secrets[1]["safe_to_retire"].as_bool().unwrap()
    };
    server.advance(7 * HOUR);
    assert!(!is_safe().await, "the new one has not been used");
    server.token(&new).await;
    server.token(&old).await;
    assert!(!is_safe().await, "the old one is in use");
    let secret = &secrets(&server, &old).await[1];
    assert_eq!((&secret["last_used_at"], &secret["last_used_address"]), (&json!(at(7 * HOUR)), &json!("127.0.0.1")));
    let owner = server.person("northwind", "ada@example.com", Role::Owner).await;
    let page = owner.get("/entities/northwind/generate-credentials").await;
    assert!(page.text.contains("Old secret still in use:") && page.text.contains("from 127.0.0.1"), "{}", page.text);
    server.advance(6 * HOUR - 1);
    assert!(!is_safe().await);
    server.advance(1);
    assert!(is_safe().await, "silent for a quarter of the overlap");
    let owner = server.person("northwind", "eve@example.com", Role::Owner).await;
    let page = owner.get("/entities/northwind/usage").await.text;
    assert!(page.contains("It is safe to stop."), "{page}");
    let form = page.split("/rotation\"").nth(1).expect("a button beside it");
    let version = form.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let path = format!("/entities/northwind/generate-credentials/{}/rotation", old.client_id);
    let stopped = owner.post(&path, &[("version", version), ("keep", "new")]).await;
    assert_eq!(stopped.status, 303);
    server.ask(old.body()).await.assert_problem(401, "invalid_credentials");
    assert_eq!(server.ask(new.body()).await.status, 200);
    assert!(!owner.get("/entities/northwind/usage").await.text.contains("It is safe to stop."));
}

#[tokio::test]
async fn the_dialog_plans_a_rotation_and_the_old_secret_cannot_be_stopped_before_the_new_one_begins() {
    let server = Server::start().await;
    let old = server.customer().await;
    let owner = server.person("northwind", "ada@example.com", Role::Owner).await;
    let base = "/entities/northwind/generate-credentials";
    let path = |verb: &str| format!("{base}/{}/{verb}", old.client_id);
    let dialog = owner.get(&format!("{base}?dialog=regenerate")).await.text;
    assert!(dialog.contains("name=\"not_before\"") && dialog.contains("name=\"expires_at\""));
    let odd = [("version", "1"), ("grace", "3600"), ("not_before", "tomorrow"), ("expires_at", "")];
    let refused = owner.post(&path("regenerate"), &odd).await;
    assert_eq!(refused.status, 422);
    assert!(text_of(&refused.text, "not_before-error").contains("2027-01-31T12:00"));
    assert!(refused.text.contains("value=\"tomorrow\""), "what was typed is not lost");
    // A test begins 40 seconds into a minute, and forms know whole ones.
    let (begin, end) = (at(2 * HOUR + 20), at(60 * DAY + 20));
    let minute = |time: &str| time.replace(":00.000Z", "");
    let (from, until) = (minute(&begin), minute(&end));
    let form = [("version", "1"), ("grace", "3600"), ("not_before", &*from), ("expires_at", &*until)];
    let made = owner.post(&path("regenerate"), &form).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let new = Customer { secret: text_of(&made.text, "client-secret"), ..server_customer(&old) };
    let listed = secrets(&server, &old).await;
    assert_eq!((&listed[0]["not_before"], &listed[0]["expires_at"]), (&json!(begin), &json!(end)));
    denied(&server, &new, "accepted from").await;
    let page = owner.get(base).await.text;
    assert!(page.contains("The new secret is accepted from") && !page.contains(">Stop now<"));
    let stop = owner.post(&path("rotation"), &[("version", "2"), ("keep", "new")]).await;
    assert_eq!(stop.status, 409, "it would leave none that works");
    let cancel = owner.post(&path("rotation"), &[("version", "2"), ("keep", "old")]).await;
    assert_eq!(cancel.status, 303);
    server.advance(3 * HOUR);
    assert_eq!(server.ask(old.body()).await.status, 200);
    server.ask(new.body()).await.assert_problem(401, "invalid_credentials");
}

fn server_customer(of: &Customer) -> Customer {
    Customer { entity: of.entity.clone(), client_id: of.client_id.clone(), secret: of.secret.clone() }
}

async fn report(server: &Server, body: Value) -> Answer {
    Answer::of(server.post("/leak-report").json(&body).send().await.unwrap()).await
}

#[tokio::test]
async fn a_stranger_who_presents_a_secret_stops_it_and_its_tokens_and_the_owners_are_told() {
    let (server, mail, _) = with_mail().await;
    let customer = server.customer().await;
    let other = server.customer_named("other").await;
    owner(&server, &mail, &customer, "ada@example.com").await;
    let token = server.token(&customer).await;
    let place = format!("https://git.example.com/?q={}\n<b>now</b>", customer.secret);
    let answer = report(&server, json!({"client_secret": customer.secret, "where": place})).await;
    assert_eq!(answer.status, 200);
    server.ask(customer.body()).await.assert_problem(401, "invalid_credentials");
    server.whoami(&token).await.assert_problem(401, "invalid_token");
    assert_eq!(server.ask(other.body()).await.status, 200, "only the right secret stops itself");
    let told = mail.next().await;
    for part in ["To: ada@example.com", "127.0.0.1", "NO SECRET OF THIS CLIENT ID WORKS NOW", "[secret] <b>now</b>"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains(&customer.secret));
    let logged = events(&server, "secret.leaked").await;
    assert_eq!((logged.len(), &logged[0]["actor"]), (1, &json!("system")));
    assert_eq!(logged[0]["detail"]["reported_from"], "127.0.0.1");
    assert!(!logged[0].to_string().contains(&customer.secret));
    let owner = server.sign_in("ada@example.com", crate::visitor::PASSWORD).await;
    let owner = server.with_cookie(crate::visitor::session_of(&owner));
    let page = owner.get("/entities/northwind/usage").await.text;
    assert!(page.contains("No secret of it works now."), "{page}");
    let page = owner.get("/entities/northwind/activity").await.text;
    assert!(page.contains("which somebody reported as leaked") && page.contains("[secret] &lt;b&gt;now"), "{page}");
    let page = owner.get("/entities/northwind/generate-credentials").await.text;
    assert!(page.contains("Leaked") && page.contains("/leak-report"));
    server.advance(1);
    let next = renewed(&server, &customer, json!({})).await;
    assert_eq!(server.ask(next.body()).await.status, 200);
    assert!(!owner.get("/entities/northwind/usage").await.text.contains("reported as leaked"));
    report(&server, json!({"client_secret": customer.secret})).await;
    assert_eq!(events(&server, "secret.leaked").await.len(), 1, "told once");
}

#[tokio::test]
async fn every_report_is_answered_alike() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let unknown = passgate::domain::secret::PlainSecret::client(&zeroize::Zeroizing::new([7; 32]));
    let mut answers = Vec::new();
    for body in [
        json!({"client_secret": unknown.expose()}),
        json!({"client_secret": "nonsense"}),
        json!({"client_secret": unknown.expose(), "client_id": customer.client_id}),
        json!({"client_secret": customer.secret, "client_id": "pgc_nobody"}),
        json!({"client_secret": customer.secret}),
    ] {
        #[expect(clippy::disallowed_methods, reason = "the time that an answer takes is what is tested")]
        let begun = std::time::Instant::now();
        let answer = report(&server, body).await;
        assert!(begun.elapsed() >= Duration::from_millis(250));
        let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        names.sort();
        answers.push((answer.status, answer.text.clone(), names));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    server.ask(customer.body()).await.assert_problem(401, "invalid_credentials");
}

#[tokio::test]
async fn a_report_is_a_form_too_and_needs_a_secret_and_reads_no_more_than_its_cap() {
    let server = Server::start().await;
    let customer = server.customer().await;
    report(&server, json!({"where": "here"})).await.assert_problem(412, "invalid_arguments");
    let big = report(&server, json!({"client_secret": "x", "where": "a".repeat(70_000)})).await;
    big.assert_problem(413, "body_too_large");
    let form = [("client_secret", customer.secret.as_str()), ("where", "chat")];
    let taken = Answer::of(server.post("/leak-report").form(&form).send().await.unwrap()).await;
    assert_eq!(taken.status, 200);
    server.ask(customer.body()).await.assert_problem(401, "invalid_credentials");
}

#[tokio::test]
async fn reports_are_throttled_by_address_and_the_limit_does_not_tell_right_from_wrong() {
    let server = Server::start_with(&[("throttle_burst", "1")]).await;
    let guess = || report(&server, json!({"client_secret": "pgs_guess"}));
    let together = futures_util::future::join_all((0..8).map(|_| guess())).await;
    assert_eq!(together.iter().filter(|answer| answer.status == 200).count(), 5);
    guess().await.assert_problem(429, "too_many_attempts");
    let customer = server.customer().await;
    assert_eq!(server.ask(customer.body()).await.status, 200, "the token endpoint has its own count");
    for is_right in [true, false] {
        let server = Server::start_with(&[("throttle_burst", "1")]).await;
        let customer = server.customer().await;
        let last = if is_right { customer.secret.clone() } else { "pgs_guess".to_owned() };
        for secret in ["a", "b", "c", "d", &last] {
            assert_eq!(report(&server, json!({"client_secret": secret})).await.status, 200);
        }
        report(&server, json!({"client_secret": "e"})).await.assert_problem(429, "too_many_attempts");
    }
}

#[tokio::test]
async fn a_secret_of_an_older_version_is_found_by_its_client_id_or_once_the_job_has_run() {
    let server = Server::start().await;
    let (one, two) = (server.customer_named("one").await, server.customer_named("two").await);
    server.place.sql("UPDATE secrets SET lookup = NULL").await;
    report(&server, json!({"client_secret": one.secret})).await;
    assert_eq!(server.ask(one.body()).await.status, 200, "nothing finds it yet");
    report(&server, json!({"client_secret": one.secret, "client_id": one.client_id})).await;
    server.ask(one.body()).await.assert_problem(401, "invalid_credentials");
    passgate::jobs::rotate(&server.app).await.unwrap();
    report(&server, json!({"client_secret": two.secret})).await;
    server.ask(two.body()).await.assert_problem(401, "invalid_credentials");
}

#[tokio::test]
async fn a_leaked_secret_is_stopped_on_every_node_whatever_its_state() {
    let one = Server::start().await;
    let issuer = one.app.issuer.to_string();
    let two = Server::start_in(&one.place, &[("public_url", &issuer)]).await;
    let old = one.customer().await;
    let token = two.token(&old).await;
    let new = renewed(&one, &old, json!({"not_before": at(HOUR)})).await;
    report(&one, json!({"client_secret": new.secret})).await;
    assert_eq!(one.whoami(&token).await.status, 200, "tokens of the other secret stand");
    let answer = one.ask(new.body()).await;
    answer.assert_problem(401, "invalid_credentials");
    assert!(!answer.text.contains("accepted from"), "it is not one to come any more");
    report(&one, json!({"client_secret": old.secret})).await;
    let holds = async {
        while two.whoami(&token).await.status == 200 || two.ask(old.body()).await.status == 200 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(2), holds).await.expect("not within two seconds");
}

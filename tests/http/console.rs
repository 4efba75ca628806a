//! The three pages of *API Integration* (CONTRACT.md §1), as an entity's people meet them.

use passgate::domain::person::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::server::{Answer, Customer, Server};
use crate::visitor::{PASSWORD, Session, hidden, text_of};

const MAYA: &str = "maya@northwind.example";
const GENERATE: &str = "/entities/northwind/generate-credentials";
const GET_TOKEN: &str = "/entities/northwind/get-access-token";
const TIMEOUT: &str = "/entities/northwind/token-timeout";

async fn owner(server: &Server) -> (Customer, Session) {
    let customer = server.customer().await;
    let visitor = server.person(&customer.entity, MAYA, Role::Owner).await;
    (customer, visitor)
}

fn of_credential(customer: &Customer, verb: &str) -> String {
    format!("{GENERATE}/{}/{verb}", customer.client_id)
}

fn with_secret(customer: &Customer, secret: &str) -> Value {
    json!({"client_id": customer.client_id, "client_secret": secret})
}

#[tokio::test]
async fn the_first_pair_is_generated_on_an_empty_page_and_never_twice() {
    let server = Server::start().await;
    let change = passgate::domain::entity::Change {
        identifier: Some("northwind".to_owned()),
        name: Some("Northwind".to_owned()),
        ..Default::default()
    };
    server.app.create_entity(&passgate::domain::event::Actor::Cli, change).await.unwrap();
    let visitor = server.person("northwind", MAYA, Role::Developer).await;
    assert!(visitor.get(GENERATE).await.text.contains("No credentials yet"));
    assert!(visitor.get(GET_TOKEN).await.text.contains("Generate the pair first"));
    let made = visitor.post(&format!("{GENERATE}/generate"), &[("expected", "0")]).await;
    let (client_id, secret) = (text_of(&made.text, "client-id"), text_of(&made.text, "client-secret"));
    assert_eq!(server.ask(json!({"client_id": client_id, "client_secret": secret})).await.status, 200);
    let again = visitor.post(&format!("{GENERATE}/generate"), &[("expected", "0")]).await;
    assert_eq!((again.status, again.header("location")), (303, GENERATE), "the form sent twice makes one pair");
    assert_eq!(text_of(&visitor.get(GENERATE).await.text, "client-id"), client_id);
}

#[tokio::test]
async fn the_secret_is_not_in_the_page_until_it_is_shown_and_showing_is_logged() {
    let server = Server::start().await;
    let (customer, visitor) = owner(&server).await;
    let page = visitor.get(GENERATE).await;
    assert!(page.text.contains(&customer.client_id) && !page.text.contains(&customer.secret));
    let shown = visitor.post(&of_credential(&customer, "show"), &[]).await;
    assert_eq!(text_of(&shown.text, "client-secret"), customer.secret);
    assert_eq!(shown.header("cache-control"), "no-store");
    assert_eq!(shown.header("content-encoding"), "", "its length tells nothing of it");
    assert!(shown.header("refresh").ends_with(&format!("url={GENERATE}?credential={}", customer.client_id)));
    let request = visitor.request(Method::POST, &of_credential(&customer, "show"));
    let copied = Answer::of(request.header("accept", "text/plain").form(&[("a", "b")]).send().await.unwrap()).await;
    assert!(copied.text == customer.secret || copied.text.contains("client-secret"));
    let events = server.admin(Method::GET, "/events", None).await;
    let shown: Vec<&Value> =
        events.body["items"].as_array().unwrap().iter().filter(|event| event["action"] == "secret.revealed").collect();
    assert_eq!(shown.len(), 2);
    assert_eq!(shown[0]["address"], "127.0.0.1");
    assert!(!events.text.contains(&customer.secret));
}

#[tokio::test]
async fn copying_asks_for_plain_text_and_gets_nothing_but_the_secret() {
    let server = Server::start().await;
    let (customer, visitor) = owner(&server).await;
    let request = server
        .post(&of_credential(&customer, "show"))
        .header("cookie", &visitor.cookie)
        .header("accept", "text/plain")
        .header("sec-fetch-site", "same-origin")
        .form(&[("a", "b")]);
    let copied = Answer::of(request.send().await.unwrap()).await;
    assert_eq!((copied.text.as_str(), copied.header("cache-control")), (customer.secret.as_str(), "no-store"));
}

#[tokio::test]
async fn showing_and_regenerating_ask_for_a_recent_password_and_then_go_on() {
    let server = Server::start().await;
    let (customer, visitor) = owner(&server).await;
    server.advance(10 * 60);
    let path = of_credential(&customer, "show");
    let asked = visitor.post(&path, &[]).await;
    assert_eq!(asked.status, 401);
    assert!(asked.text.contains("Confirm that it is you") && !asked.text.contains(&customer.secret));
    let wrong = visitor.post(&path, &[("password", "wrong horse battery")]).await;
    assert!(wrong.status == 401 && !wrong.text.contains(&customer.secret));
    let version = hidden(&visitor.get(&format!("{GENERATE}?dialog=regenerate")).await.text, "version");
    let form = [("version", version.as_str()), ("grace", "3600")];
    let asked = visitor.post(&of_credential(&customer, "regenerate"), &form).await;
    assert_eq!((asked.status, hidden(&asked.text, "grace").as_str()), (401, "3600"), "the form goes on as it was");
    let form = [("version", version.as_str()), ("grace", "3600"), ("password", PASSWORD)];
    let made = visitor.post(&of_credential(&customer, "regenerate"), &form).await;
    assert_eq!(made.status, 200);
    assert_eq!(visitor.post(&path, &[]).await.status, 200, "the password counts for a while");
}

#[tokio::test]
async fn regenerating_keeps_the_client_id_tells_so_and_lets_both_secrets_work() {
    let server = Server::start().await;
    let (customer, visitor) = owner(&server).await;
    let dialog = visitor.get(&format!("{GENERATE}?dialog=regenerate")).await.text;
    assert!(dialog.contains("Are you sure you want to continue?"));
    let version = hidden(&dialog, "version");
    let form = [("version", version.as_str()), ("grace", "86400")];
    let made = visitor.post(&of_credential(&customer, "regenerate"), &form).await;
    assert!(made.text.contains("Webhook credentials has been regenerated successfully."));
    assert_eq!(text_of(&made.text, "client-id"), customer.client_id);
    let new = text_of(&made.text, "client-secret");
    for secret in [&customer.secret, &new] {
        assert_eq!(server.ask(with_secret(&customer, secret)).await.status, 200);
    }
    let again = visitor.post(&of_credential(&customer, "regenerate"), &form).await;
    assert_eq!(again.status, 412, "the form sent twice makes one secret");
    let page = visitor.get(GENERATE).await.text;
    assert!(page.contains("Two secrets work until") && page.contains("Cancel rotation") && page.contains("Stop now"));

    let version = hidden(&page, "version");
    let kept = visitor.post(&of_credential(&customer, "rotation"), &[("version", &version), ("keep", "new")]).await;
    assert_eq!(kept.status, 303);
    assert_eq!(server.ask(with_secret(&customer, &customer.secret)).await.status, 401);
    assert_eq!(server.ask(with_secret(&customer, &new)).await.status, 200);
}

#[tokio::test]
async fn cancelling_a_rotation_keeps_the_old_secret_and_stops_the_new_one() {
    let server = Server::start().await;
    let (customer, visitor) = owner(&server).await;
    let version = hidden(&visitor.get(&format!("{GENERATE}?dialog=regenerate")).await.text, "version");
    let form = [("version", version.as_str()), ("grace", "3600")];
    let made = visitor.post(&of_credential(&customer, "regenerate"), &form).await;
    let new = text_of(&made.text, "client-secret");
    let version = hidden(&made.text, "version");
    visitor.post(&of_credential(&customer, "rotation"), &[("version", &version), ("keep", "old")]).await;
    assert_eq!(server.ask(with_secret(&customer, &new)).await.status, 401);
    server.advance(2 * 3600);
    assert_eq!(server.ask(customer.body()).await.status, 200, "it has no end any more");
}

#[tokio::test]
async fn the_button_for_a_leak_stops_every_secret_and_every_token() {
    let server = Server::start().await;
    let (customer, visitor) = owner(&server).await;
    let token = server.token(&customer).await;
    let version = hidden(&visitor.get(&format!("{GENERATE}?dialog=leak")).await.text, "version");
    let form = [("version", version.as_str()), ("grace", "0"), ("leak", "yes"), ("void", "yes")];
    let made = visitor.post(&of_credential(&customer, "regenerate"), &form).await;
    assert_eq!(server.ask(customer.body()).await.status, 401);
    assert_eq!(server.whoami(&token).await.status, 401);
    let new = text_of(&made.text, "client-secret");
    assert_eq!(server.ask(with_secret(&customer, &new)).await.status, 200);
}

#[tokio::test]
async fn every_code_is_shown_byte_for_byte_as_the_server_sends_it() {
    let server = Server::start().await;
    let (customer, visitor) = owner(&server).await;
    server.define(&customer, json!({"name": "depot", "type": "enum", "values": ["AMS-1", "HAM-2"]})).await;
    let page = visitor.get(GET_TOKEN).await.text;
    let without_secret = json!({"client_id": customer.client_id});
    let bodies = [
        (200, customer.body()),
        (400, customer.body_with(json!({"scope": "other"}))),
        (401, with_secret(&customer, "pgs_wrong")),
        (404, json!({"client_id": "pgc_nobody", "client_secret": "x"})),
        (412, without_secret),
    ];
    let compare = |real: &Answer, status: u16| {
        assert_eq!(real.status, status);
        let shown = text_of(&page, &format!("r{status}"));
        let example: Value = serde_json::from_str(&shown).unwrap();
        let mut expected = real.text.clone();
        for member in ["request_id", "access_token"] {
            if let (Some(real), Some(shown)) = (real.body[member].as_str(), example[member].as_str()) {
                expected = expected.replace(real, shown);
            }
        }
        assert_eq!(shown, expected, "{status}");
        let headers = page.split(&format!("id=\"r{status}\"")).nth(1).unwrap().split("</dl>").next().unwrap();
        for (name, value) in &real.headers {
            if !matches!(name.as_str(), "date" | "content-length" | "x-request-id") {
                let value = value.to_str().unwrap().replace('"', "&#34;");
                assert!(headers.contains(&value), "{status} {name}: {value}");
                assert!(headers.to_lowercase().contains(name.as_str()), "{status} {name}");
            }
        }
    };
    for (status, body) in bodies {
        compare(&server.ask(body).await, status);
    }
    server.app.known.forget_all();
    server.app.store.close().await;
    compare(&server.ask(customer.body()).await, 503);
}

#[tokio::test]
async fn send_request_makes_the_real_call_and_names_the_field_that_is_wrong() {
    let server = Server::start().await;
    let (customer, visitor) = owner(&server).await;
    let depot =
        json!({"name": "depot", "type": "enum", "values": ["AMS-1", "HAM-2"], "required": true, "claim": "dlat_depot"});
    server.define(&customer, depot).await;
    for body in ["json", "form"] {
        let path = format!("{GET_TOKEN}?body={body}");
        let sent = visitor.post(&path, &[("value.depot", "HAM-2")]).await;
        let answer: Value = serde_json::from_str(&text_of(&sent.text, "r200")).unwrap();
        let whoami = server.whoami(answer["access_token"].as_str().unwrap()).await;
        assert_eq!(whoami.body["claims"]["dlat_depot"], "HAM-2");
        assert!(sent.text.contains("The token, decoded") && sent.text.contains("Ends in 10 minutes"));
        assert!(!sent.text.contains(&customer.secret));

        let refused = visitor.post(&path, &[("value.depot", "RTM-5")]).await.text;
        let answer: Value = serde_json::from_str(&text_of(&refused, "r412")).unwrap();
        assert_eq!(answer["errors"][0]["field"], "depot");
        assert!(refused.contains("aria-controls=\"panel-412\" aria-selected=\"true\""), "its tab is selected");
        assert!(refused.contains("Correct one field:") && refused.contains("<tr class=\"hit\">"));
        assert!(refused.contains("class=\"in hit\""));
    }
}

#[tokio::test]
async fn tabs_body_type_and_language_are_in_the_address() {
    let server = Server::start().await;
    let (_, visitor) = owner(&server).await;
    let page = visitor.get(&format!("{GET_TOKEN}?body=form&tab=schema&response=404&lang=go")).await.text;
    assert!(page.contains("aria-controls=\"panel-404\" aria-selected=\"true\""));
    assert!(page.contains("aria-controls=\"panel-schema\" aria-selected=\"true\""));
    assert!(page.contains("application/x-www-form-urlencoded"));
    assert!(text_of(&page, "sample").contains("package main"));
    for odd in ["?body=x&tab=y&response=abc&lang=z", "?response=999999999", "?=&&%zz"] {
        assert_eq!(visitor.get(&format!("{GET_TOKEN}{odd}")).await.status, 200, "{odd}");
    }
}

#[tokio::test]
async fn downloads_carry_the_client_id_and_never_the_secret() {
    let server = Server::start().await;
    let (customer, visitor) = owner(&server).await;
    for file in ["openapi", "postman-collection", "postman-environment", "http", "markdown"] {
        let answer = visitor.get(&format!("{GET_TOKEN}/{file}")).await;
        assert_eq!(answer.status, 200);
        assert!(answer.header("content-disposition").starts_with("attachment; filename=\"passgate-northwind."));
        assert!(!answer.text.contains(&customer.secret), "{file}");
    }
    assert!(visitor.get(&format!("{GET_TOKEN}/markdown")).await.text.contains(&customer.client_id));
    assert_eq!(visitor.get(&format!("{GET_TOKEN}/other")).await.status, 404);
}

#[tokio::test]
async fn a_secret_that_is_shown_once_is_asked_for_when_sending() {
    let server = Server::start_with(&[("secrets_reveal", "once")]).await;
    let (customer, visitor) = owner(&server).await;
    let page = visitor.get(GENERATE).await.text;
    assert!(page.contains("is not kept") && !page.contains("/show"));
    assert_eq!(visitor.post(&of_credential(&customer, "show"), &[]).await.status, 409);
    let sent = visitor.post(GET_TOKEN, &[("client_secret", &customer.secret)]).await.text;
    assert!(sent.contains("The token, decoded") && !sent.contains(&customer.secret));
}

#[tokio::test]
async fn what_was_typed_is_sent_again_after_a_refusal_that_names_no_field() {
    let server = Server::start().await;
    let (_, visitor) = owner(&server).await;
    let typed = [("value.grant_type", "client_credentials"), ("value.scope", "Everything")];
    let refused = visitor.post(GET_TOKEN, &typed).await.text;
    let (_, repair) = refused.split_once("class=\"repair\"").unwrap();
    let (repair, _) = repair.split_once("</form>").unwrap();
    assert_eq!(hidden(repair, "value.scope"), "Everything");
    assert_eq!(hidden(repair, "value.grant_type"), "client_credentials");
}

#[tokio::test]
async fn token_timeout_is_saved_within_its_limits() {
    let server = Server::start().await;
    let (customer, visitor) = owner(&server).await;
    let base = [("unit", "minutes"), ("grace", "0"), ("issued", "keep"), ("addresses", "")];
    let save = async |more: &[(&str, &str)]| {
        let version = hidden(&visitor.get(TIMEOUT).await.text, "version");
        let mut form: Vec<(&str, &str)> =
            base.iter().copied().filter(|(name, _)| more.iter().all(|(changed, _)| changed != name)).collect();
        form.push(("version", &version));
        form.extend(more);
        visitor.post(TIMEOUT, &form).await
    };
    for (timeout, unit) in
        [("0", "minutes"), ("1441", "minutes"), ("25", "hours"), ("", "minutes"), ("1.5", "hours"), ("-1", "minutes")]
    {
        let refused = save(&[("timeout", timeout), ("unit", unit)]).await;
        assert_eq!(refused.status, 422, "{timeout} {unit}");
        assert!(refused.text.contains("Enter a whole number from 1 to"));
        assert!(
            refused.text.contains("name=\"attempts\" value=\"5\""),
            "a browser sends no attempts while the lock is off"
        );
    }
    let saved = save(&[("timeout", "24"), ("unit", "hours")]).await;
    assert_eq!((saved.status, saved.header("location")), (303, TIMEOUT));
    assert!(saved.header("set-cookie").starts_with("passgate-notice=notice-settings-updated"));
    assert_eq!(server.ask(customer.body()).await.body["expires_in"], 24 * 3600);
    assert_eq!(save(&[("timeout", "10"), ("lock", "on"), ("attempts", "10")]).await.status, 422);
    assert_eq!(save(&[("timeout", "10"), ("lock", "on"), ("attempts", "2")]).await.status, 303);
    for _ in 0..2 {
        server.ask(with_secret(&customer, "pgs_wrong")).await.assert_problem(401, "invalid_credentials");
    }
    assert_eq!(server.ask(customer.body()).await.status, 401);
    assert!(visitor.get(TIMEOUT).await.text.contains("is locked since"));
    visitor.post(&format!("{TIMEOUT}/unlock"), &[("client_id", &customer.client_id)]).await;
    assert_eq!(server.ask(customer.body()).await.status, 200);
    assert!(visitor.get(&format!("{TIMEOUT}?clear=1")).await.text.contains("name=\"timeout\" value=\"\""));
}

#[tokio::test]
async fn the_notification_is_told_once() {
    let server = Server::start().await;
    let (_, visitor) = owner(&server).await;
    let cookie = format!("{}; passgate-notice=notice-settings-updated", visitor.cookie);
    let told = Answer::of(server.browse(Method::GET, TIMEOUT).header("cookie", cookie).send().await.unwrap()).await;
    assert!(told.text.contains("Webhook settings updated successfully"));
    assert!(
        told.header("set-cookie").starts_with("passgate-notice=; ") && told.header("set-cookie").contains("Max-Age=0")
    );
    let odd = format!("{}; passgate-notice=<b>anything</b>", visitor.cookie);
    let page = Answer::of(server.browse(Method::GET, TIMEOUT).header("cookie", odd).send().await.unwrap()).await;
    assert!(!page.text.contains("anything"));
}

#[tokio::test]
async fn an_allowlist_is_tested_and_warns_before_it_shuts_somebody_out() {
    let server = Server::start().await;
    let (customer, visitor) = owner(&server).await;
    server.token(&customer).await;
    passgate::jobs::flush(&server.app).await.unwrap();
    let version = hidden(&visitor.get(TIMEOUT).await.text, "version");
    let form = |addresses: &'static str, more: &[(&'static str, &'static str)]| {
        let mut form = vec![
            ("version", version.as_str()),
            ("timeout", "10"),
            ("unit", "minutes"),
            ("grace", "0"),
            ("issued", "keep"),
            ("addresses", addresses),
        ];
        form.extend(more.iter().copied());
        let request = visitor.request(Method::POST, TIMEOUT).form(&form);
        async { Answer::of(request.send().await.unwrap()).await }
    };
    assert!(form("203.0.113.0/24\n198.51.100.300", &[]).await.text.contains("Line 2 is neither an address"));
    let probe = |address| [("do", "probe"), ("probe", address)];
    assert!(form("203.0.113.0/24", &probe("203.0.113.9")).await.text.contains("Allowed."));
    assert!(form("203.0.113.0/24\n2001:db8::/32", &probe("2001:db8::1")).await.text.contains("Allowed."));
    assert!(form("203.0.113.0/24", &probe("198.51.100.1")).await.text.contains("Refused."));
    assert!(form("203.0.113.0/24", &probe("x")).await.text.contains("Not an address."));
    let warned = form("203.0.113.0/24", &[]).await;
    assert_eq!(warned.status, 422);
    assert!(warned.text.contains("Would shut out 1 of 1") && warned.text.contains("127.0.0.1"));
    assert_eq!(server.ask(customer.body()).await.status, 200, "nothing is saved yet");
    assert_eq!(form("203.0.113.0/24", &[("anyway", "yes")]).await.status, 303);
    assert_eq!(server.ask(customer.body()).await.status, 401);
}

#[tokio::test]
async fn a_viewer_sees_everything_but_secrets_and_changes_nothing() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let viewer = server.person(&customer.entity, MAYA, Role::Viewer).await;
    for page in [GENERATE, GET_TOKEN, TIMEOUT] {
        assert_eq!(viewer.get(page).await.status, 200);
    }
    let forms = [
        of_credential(&customer, "show"),
        of_credential(&customer, "regenerate"),
        of_credential(&customer, "rotation"),
        of_credential(&customer, "revoke"),
        of_credential(&customer, "unlock"),
        format!("{GENERATE}/generate"),
        GET_TOKEN.to_owned(),
        TIMEOUT.to_owned(),
        format!("{TIMEOUT}/unlock"),
    ];
    for path in forms {
        let answer =
            viewer.post(&path, &[("version", "1"), ("expected", "1"), ("client_id", &customer.client_id)]).await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(!answer.text.contains(&customer.secret));
    }
    assert_eq!(server.ask(customer.body()).await.status, 200);
}

/// Every path of the pages and the methods that it takes, as the routers say it.
fn routes() -> Vec<(Method, String)> {
    let sources =
        [include_str!("../../src/http/console/mod.rs"), include_str!("../../src/http/console/operator/mod.rs")];
    let mut routes = Vec::new();
    for source in sources {
        let flat: String = source.split_whitespace().collect();
        for route in flat.split(".route(\"").skip(1) {
            let (path, handlers) = route.split_once('"').unwrap();
            let handlers = handlers.split(").route(").next().unwrap();
            for (word, method) in [("get(", Method::GET), ("post(", Method::POST)] {
                if handlers.contains(word) {
                    routes.push((method, path.to_owned()));
                }
            }
        }
    }
    assert!(routes.len() > 60, "{routes:?}");
    routes
}

#[tokio::test]
async fn a_foreign_session_finds_nothing_and_no_session_is_asked_to_sign_in_on_every_route() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.customer_named("aster").await;
    let maya = server.person("northwind", MAYA, Role::Owner).await;
    let stranger = server.person("aster", "eve@aster.example", Role::Owner).await;
    let nowhere = stranger.get("/entities/no-such-entity/generate-credentials").await;
    let id = server.app.find_entity("northwind").await.unwrap().id;
    let people = server.app.store.members(Some(&id)).await.unwrap();
    let form = [("version", "1"), ("expected", "1"), ("client_id", customer.client_id.as_str()), ("role", "owner")];
    let mut tried = 0;
    for (method, pattern) in
        routes().into_iter().filter(|(_, path)| path.contains("{entity}") || path.starts_with("/operator"))
    {
        // By identifier, by id, and, where something else is named, from the stranger's own entity.
        for entity in ["northwind", id.as_str(), "aster"] {
            let path = pattern
                .replace("{entity}", entity)
                .replace("{client_id}", &customer.client_id)
                .replace("{person}", people[0].person.id.as_str())
                .replace("{download}", "openapi")
                .replace("{invitation}", "pgi_none")
                .replace("{id}", people[0].person.id.as_str());
            let names_something = pattern.contains("{client_id}") || pattern.contains("{person}");
            if entity == "aster" && !names_something && !pattern.starts_with("/operator") {
                continue;
            }
            let send = async |session: &Session| {
                let request = session.request(method.clone(), &path);
                let request = if method == Method::POST { request.form(&form) } else { request };
                Answer::of(request.send().await.unwrap()).await
            };
            let answer = send(&stranger).await;
            assert_eq!(answer.status, 404, "{method} {path}: {}", answer.text);
            assert!(!answer.text.contains(&customer.client_id) && !answer.text.contains(MAYA), "{path}");
            if method == Method::GET && answer.header("content-type").starts_with("text/html") {
                let id = |answer: &Answer| answer.header("x-request-id").to_owned();
                assert_eq!(answer.text.replace(&id(&answer), ""), nowhere.text.replace(&id(&nowhere), ""), "{path}");
            }
            let answer = send(&server.stranger()).await;
            assert_eq!(answer.status, 303, "{method} {path}");
            assert!(answer.header("location").starts_with("/sign-in?next="), "{method} {path}");
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried}");
    for path in ["/entities/aster/generate-credentials", "/entities/aster/get-access-token"] {
        let answer = stranger.get(&format!("{path}?credential={}", customer.client_id)).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    assert_eq!(maya.get("/entities/northwind/people").await.status, 200, "and nothing has changed");
    assert_eq!(server.ask(customer.body()).await.status, 200);
}

#[tokio::test]
async fn every_page_is_private_and_sealed() {
    let server = Server::start().await;
    let (_, visitor) = owner(&server).await;
    for page in [GENERATE, GET_TOKEN, TIMEOUT, "/account", "/sign-in", "/forgot", "/no-such-page"] {
        let answer = visitor.get(page).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{page}");
        let policy = answer.header("content-security-policy");
        for part in
            ["default-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "base-uri 'none'"]
        {
            assert!(policy.contains(part), "{page}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !answer.text.contains(" style=") && !answer.text.contains("<script>"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.headers.contains_key("x-request-id"));
    }
}

#[tokio::test]
async fn pages_speak_the_visitors_language_and_mark_what_is_english() {
    let server = Server::start().await;
    let (_, visitor) = owner(&server).await;
    let page = |language: &'static str| {
        let request = visitor.request(Method::GET, GET_TOKEN).header("accept-language", language);
        async { request.send().await.unwrap().text().await.unwrap() }
    };
    for (language, tag) in [("fr-CH, en;q=0.5", "fr"), ("es", "es"), ("ja", "ja"), ("de", "en")] {
        let text = page(language).await;
        assert!(text.contains(&format!("<html lang=\"{tag}\"")), "{language}");
        assert!(text.contains("client_id") && text.contains("Validation errors/Invalid Arguments."));
        assert_eq!(text.contains("<span lang=\"en\">"), tag != "en", "{language}");
    }
    let chosen = visitor.post("/preferences", &[("language", "ja"), ("theme", "dark")]).await;
    let cookies: Vec<&str> = chosen.headers.get_all("set-cookie").iter().map(|it| it.to_str().unwrap()).collect();
    assert!(cookies.iter().any(|cookie| cookie.starts_with("passgate-language=ja;")), "{cookies:?}");
    assert!(cookies.iter().any(|cookie| cookie.starts_with("passgate-theme=dark;")), "{cookies:?}");
}

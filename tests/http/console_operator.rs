//! The operator's pages, as a browser meets them: who may, what each form does, and what no page shows.

use std::time::Duration;

use passgate::app::sessions::Browser;
use passgate::domain::event::Actor;
use passgate::domain::person::Role;
use reqwest::Method;
use serde_json::json;

use crate::server::{Answer, Server};

const PASSWORD: &str = "correct horse battery";

/// Somebody's browser: keeps the session cookie, and says where its forms come from.
struct Tab<'s> {
    server: &'s Server,
    cookie: String,
}

impl<'s> Tab<'s> {
    /// The first operator's.
    async fn operator(server: &'s Server) -> Self {
        let link = server.app.create_setup_link(&Actor::Cli).await.unwrap();
        let mut tab = Self { server, cookie: String::new() };
        let fields = [("email", "tomas@dlat.example"), ("name", "Tomas Berg"), ("password", PASSWORD)];
        assert_eq!(tab.take(&format!("/setup/{}", link.expose()), &fields).await.status, 303);
        tab
    }

    /// That of one of an entity's people.
    async fn owner(server: &'s Server, entity: &str) -> Self {
        let entity = server.app.find_entity(entity).await.unwrap();
        let invited =
            server.app.invite(&Actor::Cli, Some(&entity), "maya@northwind.example", Role::Owner).await.unwrap();
        let link = invited.link.rsplit('/').next().unwrap().to_owned();
        let browser = Browser { address: "127.0.0.1".parse().unwrap(), agent: "test".to_owned() };
        let cookie = server.app.join(&link, "Maya Lindqvist", PASSWORD, &browser).await.unwrap();
        Self { server, cookie: format!("passgate={}", cookie.expose()) }
    }

    async fn get(&self, path: &str) -> Answer {
        let request = self.server.get(path).header("accept", "text/html").header("cookie", &self.cookie);
        Answer::of(request.send().await.unwrap()).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self.server.post(path).header("accept", "text/html").header("cookie", &self.cookie);
        let request = request.header("origin", format!("http://{}", self.server.address));
        Answer::of(request.form(fields).send().await.unwrap()).await
    }

    /// Posts a form that begins a session, and keeps its cookie.
    async fn take(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.post(path, fields).await;
        answer.header("set-cookie").split(';').next().unwrap().clone_into(&mut self.cookie);
        answer
    }
}

fn entity(identifier: &'static str) -> [(&'static str, &'static str); 7] {
    [
        ("identifier", identifier),
        ("name", "Northwind <Logistics>"),
        ("description", "A carrier."),
        ("scopes", "DLAT access Webhooks\r\nread"),
        ("resources", "https://api.example.com/orders\r\nurn:dlat:reports"),
        ("most_credentials", "3"),
        ("unknown_parameters", "ignore"),
    ]
}

/// What stands between two marks of a page.
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    text.split(before).nth(1).expect("the page has the mark").split(after).next().unwrap()
}

const PAGES: [&str; 12] = [
    "/operator/entities",
    "/operator/entities/new",
    "/operator/entities/import",
    "/operator/entities/northwind",
    "/operator/entities/northwind/export",
    "/operator/entities/northwind/parameters?add",
    "/operator/entities/northwind/parameters/preview?edit=scope",
    "/operator/activity",
    "/operator/activity.csv",
    "/operator/keys?dialog=rotate",
    "/operator/operators",
    "/operator/health",
];

#[tokio::test]
async fn nobody_but_an_operator_learns_that_these_pages_exist() {
    let server = Server::start().await;
    server.customer().await;
    let operator = Tab::operator(&server).await;
    let owner = Tab::owner(&server, "northwind").await;
    let nobody = Tab { server: &server, cookie: String::new() };
    for path in PAGES {
        assert_eq!(operator.get(path).await.status, 200, "{path}");
        assert_eq!(owner.get(path).await.status, 404, "{path}");
        assert_eq!(nobody.get(path).await.status, 303, "{path}");
    }
    for path in [
        "/operator/entities/new",
        "/operator/entities/import",
        "/operator/entities/northwind",
        "/operator/entities/northwind/status",
        "/operator/entities/northwind/invitations",
        "/operator/entities/northwind/import",
        "/operator/entities/northwind/view",
        "/operator/entities/northwind/parameters",
        "/operator/entities/northwind/parameters/preview",
        "/operator/stop-viewing",
        "/operator/keys/rotate",
        "/operator/operators/invitations",
        "/operator/operators/tokens",
    ] {
        assert_eq!(owner.post(path, &entity("x")).await.status, 404, "{path}");
    }
    let foreign = server.post("/operator/keys/rotate").header("cookie", &operator.cookie);
    let foreign = foreign.header("origin", "https://elsewhere.example").form(&[("anyway", "yes")]);
    assert_eq!(foreign.send().await.unwrap().status(), 403, "a form of another place");
}

#[tokio::test]
async fn an_entity_is_created_its_owner_invited_and_joins() {
    let server = Server::start().await;
    let operator = Tab::operator(&server).await;
    let made = operator.post("/operator/entities/new", &entity("northwind")).await;
    assert_eq!((made.status, made.header("location")), (303, "/operator/entities/northwind"));
    let shown = operator.get("/operator/entities/northwind").await;
    assert!(shown.text.contains("Northwind &lt;Logistics&gt;") || shown.text.contains("Northwind &#60;Logistics&#62;"));
    let resources = server.app.find_entity("northwind").await.unwrap().settings.resources;
    assert_eq!(resources, ["https://api.example.com/orders".into(), "urn:dlat:reports".into()]);
    assert!(shown.text.contains("urn:dlat:reports"));
    let again = operator.post("/operator/entities/new", &entity("northwind")).await;
    assert_eq!(again.status, 422);
    assert!(again.text.contains("It is taken already.") && again.text.contains("A carrier."));
    let fields = [("email", "Maya@Northwind.example"), ("role", "owner")];
    let invited = operator.post("/operator/entities/northwind/invitations", &fields).await;
    assert_eq!(invited.status, 200);
    let link = between(&invited.text, "id=\"invitation-link\">", "<");
    let path = format!("/invitation/{}", link.rsplit('/').next().unwrap());
    assert!(!operator.get("/operator/entities/northwind").await.text.contains("/invitation/"), "shown once");
    let mut maya = Tab { server: &server, cookie: String::new() };
    let joined = maya.take(&path, &[("name", "Maya Lindqvist"), ("password", PASSWORD)]).await;
    assert_eq!(joined.header("location"), "/entities/northwind/generate-credentials");
    let signed_in = maya.take("/sign-in", &[("email", "maya@northwind.example"), ("password", PASSWORD)]).await;
    assert_eq!(signed_in.status, 303);
    assert_eq!(maya.get("/entities/northwind/generate-credentials").await.status, 200);
    let person = server.app.store.account("maya@northwind.example").await.unwrap().unwrap().person.id;
    let path = format!("/operator/entities/northwind/people/{person}");
    let refused = operator.post(&format!("{path}/role"), &[("role", "viewer")]).await;
    assert_eq!(refused.status, 409, "the last owner stays one");
    let removed = operator.post(&format!("{path}/remove"), &[]).await;
    assert_eq!(removed.status, 409);
}

#[tokio::test]
async fn what_somebody_else_has_changed_meanwhile_is_not_overwritten_unseen() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let operator = Tab::operator(&server).await;
    let mut fields = entity("northwind").to_vec();
    fields.push(("version", "1"));
    server.change(&customer, json!({"name": "Theirs"})).await;
    let late = operator.post("/operator/entities/northwind", &fields).await;
    assert_eq!(late.status, 409);
    assert!(late.text.contains("name=\"version\" value=\"2\"") && late.text.contains("A carrier."));
    fields.pop();
    fields.push(("version", "2"));
    assert_eq!(operator.post("/operator/entities/northwind", &fields).await.status, 303);
}

#[tokio::test]
async fn disabling_takes_effect_on_the_next_request_and_must_be_confirmed() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let operator = Tab::operator(&server).await;
    let path = "/operator/entities/northwind/status";
    let unconfirmed = operator.post(path, &[("status", "disabled"), ("confirm", "other")]).await;
    assert_eq!(unconfirmed.status, 422);
    assert!(unconfirmed.text.contains("id=\"confirm-error\""));
    server.token(&customer).await;
    assert_eq!(operator.post(path, &[("status", "disabled"), ("confirm", "northwind")]).await.status, 303);
    server.ask(customer.body()).await.assert_problem(401, "invalid_credentials");
    assert!(operator.get("/operator/entities?status=disabled").await.text.contains("/operator/entities/northwind"));
    assert_eq!(operator.post(path, &[("status", "active")]).await.status, 303);
    server.token(&customer).await;
}

#[tokio::test]
async fn a_locked_account_is_found_and_unlocked() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.customer_named("other").await;
    let operator = Tab::operator(&server).await;
    server.change(&customer, json!({"settings": {"account_lock": {"maximum_attempts": 1}}})).await;
    server.ask(json!({"client_id": customer.client_id, "client_secret": "pgs_wrong"})).await;
    let locked = operator.get("/operator/entities?status=locked").await.text;
    assert!(
        locked.contains("/operator/entities/northwind#credentials") && !locked.contains("/operator/entities/other")
    );
    let path = format!("/operator/entities/other/credentials/{}/unlock", customer.client_id);
    assert_eq!(operator.post(&path, &[]).await.status, 404, "not one of that entity");
    let path = format!("/operator/entities/northwind/credentials/{}/unlock", customer.client_id);
    assert_eq!(operator.post(&path, &[]).await.status, 303);
    server.token(&customer).await;
}

#[tokio::test]
async fn entities_are_found_by_what_they_are_called_and_by_client_id_a_page_at_a_time() {
    let server = Server::start().await;
    let customer = server.customer_named("a_b").await;
    for number in 0..30 {
        let name = format!("many-{number:02}");
        server.admin(Method::POST, "/entities", Some(json!({"identifier": name, "name": name}))).await;
    }
    let operator = Tab::operator(&server).await;
    let rows = async |query: &str| {
        let page = operator.get(&format!("/operator/entities{query}")).await.text;
        (page.matches("<a class=\"strong\"").count(), page)
    };
    let (first, page) = rows("?q=MANY").await;
    let next = between(&page, "Next page", "</div>");
    assert_eq!((first, next.is_empty()), (25, false));
    let link = page.split("href=\"").find(|link| link.contains("after=")).unwrap().split('"').next().unwrap();
    let link = link.replace("&amp;", "&").replace("&#38;", "&");
    assert_eq!(rows(link.strip_prefix("/operator/entities").unwrap()).await.0, 5);
    assert_eq!(rows("?q=a_b").await.0, 1);
    assert_eq!(rows("?q=a%25b").await.0, 0, "a wildcard is a character");
    assert_eq!(rows("?q=_").await.0, 1);
    assert_eq!(rows(&format!("?q={}", customer.client_id)).await.0, 1);
    assert_eq!(rows("?status=invited").await.0, 25, "those without credentials");
    assert_eq!(rows("?status=rotating").await.0, 0);
}

#[tokio::test]
async fn an_import_is_all_or_nothing() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let operator = Tab::operator(&server).await;
    server.define(&customer, json!({"name": "depot", "type": "enum", "values": ["A"], "claim": "dlat_depot"})).await;
    server.change(&customer, json!({"settings": {"resources": ["https://api.example.com/orders"]}})).await;
    let file = operator.get("/operator/entities/northwind/export").await;
    assert!(file.header("content-disposition").contains("northwind.json"));
    assert!(!file.text.contains("pgs_") && !file.text.contains("pgc_"));
    let before = server.app.find_entity("northwind").await.unwrap().version;
    let mut bad = file.body.clone();
    bad["name"] = json!("Renamed");
    bad["settings"]["token_timeout_minutes"] = json!(1441);
    bad["parameters"][0]["claim"] = json!("iss");
    let refused = operator.post("/operator/entities/northwind/import", &[("configuration", &bad.to_string())]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("token_timeout_minutes must be at most 1440"));
    assert!(refused.text.contains("parameters[0].claim"));
    assert_eq!(server.app.find_entity("northwind").await.unwrap().version, before);
    for odd in ["", "[]", "{}", "{\"identifier\": 5}"] {
        let answer = operator.post("/operator/entities/northwind/import", &[("configuration", odd)]).await;
        assert_eq!(answer.status, 422, "{odd}");
    }
    let events = server.app.store.last_event().await.unwrap();
    let mut good = file.body.clone();
    good["name"] = json!("Renamed");
    let taken = operator.post("/operator/entities/northwind/import", &[("configuration", &good.to_string())]).await;
    assert_eq!(taken.status, 303);
    assert_eq!(server.app.store.last_event().await.unwrap(), events + 1, "one event");
    assert_eq!(server.app.find_entity("northwind").await.unwrap().name, "Renamed");
    assert_eq!(
        operator.post("/operator/entities/import", &[("configuration", &good.to_string())]).await.status,
        422,
        "the identifier is taken"
    );
    good["identifier"] = json!("copy");
    let made = operator.post("/operator/entities/import", &[("configuration", &good.to_string())]).await;
    assert_eq!(made.header("location"), "/operator/entities/copy");
    let copy = server.app.find_entity("copy").await.unwrap();
    assert_eq!(copy.settings.resources, server.app.find_entity("northwind").await.unwrap().settings.resources);
    assert_eq!(copy.settings.resources.len(), 1);
    assert_eq!(copy.request_schema(), server.app.find_entity("northwind").await.unwrap().request_schema());
}

#[tokio::test]
async fn a_parameter_is_previewed_by_the_code_that_judges_it_and_then_saved() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let operator = Tab::operator(&server).await;
    let path = "/operator/entities/northwind/parameters";
    let fields =
        [("name", "depot"), ("type", "enum"), ("values", "A\r\nB"), ("required", "yes"), ("claim", "dlat_depot")];
    let preview = operator.post(&format!("{path}/preview"), &fields).await;
    assert_eq!(preview.status, 200);
    assert_eq!(preview.header("x-frame-options"), "SAMEORIGIN");
    assert!(preview.header("content-security-policy").contains("frame-ancestors 'self'"));
    assert!(preview.text.contains("dlat_depot") && preview.text.contains("depot is mandatory"));
    assert_eq!(server.ask(customer.body()).await.status, 200, "nothing is saved yet");
    let faulty = operator.post(&format!("{path}/preview"), &[("name", "depot"), ("type", "enum")]).await;
    assert!(faulty.text.contains("not valid yet") && !faulty.text.contains("tab-example"));
    let refused = operator.post(path, &[("name", "a b"), ("type", "integer"), ("minimum", "x")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("id=\"name-error\"") && refused.text.contains("id=\"minimum-error\""));
    assert_eq!(operator.post(path, &fields).await.status, 303);
    let asked = server.ask(customer.body()).await;
    assert_eq!(asked.faults(), [("depot".to_owned(), "required".to_owned())]);
    assert_eq!(operator.post(path, &fields).await.status, 422, "a new one takes no name of another");
    let changed = [("was", "depot"), ("name", "other"), ("type", "enum"), ("values", "A")];
    assert_eq!(operator.post(path, &changed).await.status, 303);
    assert!(!server.app.find_entity("northwind").await.unwrap().parameters.iter().any(|it| it.name() == "other"));
    assert_eq!(operator.post(&format!("{path}/remove"), &[("parameter", "depot")]).await.status, 303);
    assert_eq!(server.ask(customer.body()).await.status, 200);
}

#[tokio::test]
async fn the_log_is_filtered_and_its_csv_is_quoted_and_runs_nothing() {
    let server = Server::start().await;
    let operator = Tab::operator(&server).await;
    let mut fields = entity("northwind").to_vec();
    fields[1] = ("name", "=cmd|' /C calc'!A0,\"x\"");
    operator.post("/operator/entities/new", &fields).await;
    server.customer_named("other").await;
    let csv = operator.get("/operator/activity.csv?entity=northwind&action=entity.created").await;
    assert!(csv.header("content-disposition").contains("attachment"));
    let lines: Vec<&str> = csv.text.lines().collect();
    assert_eq!(lines.len(), 2, "{}", csv.text);
    for line in csv.text.lines() {
        assert!(line.starts_with('"') && line.ends_with('"'), "{line}");
        assert!(
            !line.split("\",\"").any(|field| field.trim_start_matches('"').starts_with(['=', '+', '-', '@'])),
            "{line}"
        );
    }
    assert!(lines[1].contains("northwind") && lines[1].contains("Tomas Berg"));
    let page = operator.get("/operator/activity?action=credential.generated").await.text;
    assert!(page.contains("Generated credentials") && page.contains("/operator/entities/other"));
    assert!(operator.get("/operator/activity?entity=nowhere").await.text.contains("No such entity"));
}

#[tokio::test]
async fn the_last_operator_stays_and_another_can_be_invited() {
    let server = Server::start().await;
    let operator = Tab::operator(&server).await;
    let tomas = server.app.store.account("tomas@dlat.example").await.unwrap().unwrap().person.id;
    let path = format!("/operator/operators/{tomas}/remove");
    let refused = operator.post(&path, &[]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("at least one operator"));
    let invited = operator.post("/operator/operators/invitations", &[("email", "aiko@dlat.example")]).await;
    let link = between(&invited.text, "id=\"invitation-link\">", "<").rsplit('/').next().unwrap().to_owned();
    let mut aiko = Tab { server: &server, cookie: String::new() };
    aiko.take(&format!("/invitation/{link}"), &[("name", "Aiko Sato"), ("password", PASSWORD)]).await;
    assert_eq!(aiko.get("/operator/health").await.status, 200);
    assert_eq!(aiko.post(&path, &[]).await.status, 303);
    assert_eq!(operator.get("/operator/health").await.status, 303, "the session went with the account");
}

#[tokio::test]
async fn an_operator_token_is_shown_once_and_only_after_a_recent_password() {
    let server = Server::start().await;
    let operator = Tab::operator(&server).await;
    let path = "/operator/operators/tokens";
    let refused = operator.post(path, &[("name", ""), ("days", "367")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("id=\"name-error\"") && refused.text.contains("id=\"days-error\""));
    server.advance(11 * 60);
    let asked = operator.post(path, &[("name", "terraform"), ("days", "30")]).await;
    assert_eq!(asked.status, 401, "the password was given too long ago");
    let made = operator.post(path, &[("name", "terraform"), ("days", "30"), ("password", PASSWORD)]).await;
    let token = between(&made.text, "id=\"operator-token\">", "<").to_owned();
    let bearer = async || server.get("/admin/v1/entities").bearer_auth(&token).send().await.unwrap().status().as_u16();
    assert_eq!(bearer().await, 200);
    let page = operator.get("/operator/operators").await.text;
    assert!(!page.contains("pgo_"));
    let ids: Vec<&str> =
        page.split("/operator/operators/tokens/").skip(1).map(|rest| rest.split('/').next().unwrap()).collect();
    for id in ids {
        assert_eq!(operator.post(&format!("{path}/{id}/revoke"), &[]).await.status, 303);
    }
    assert_eq!(bearer().await, 401);
}

#[tokio::test]
async fn keys_are_rotated_when_verifiers_know_the_next_one_or_on_purpose() {
    let server = Server::start().await;
    let operator = Tab::operator(&server).await;
    let rotated = operator.post("/operator/keys/rotate", &[]).await;
    assert_eq!(rotated.header("location"), "/operator/keys");
    let early = operator.post("/operator/keys/rotate", &[]).await;
    assert_eq!(early.header("location"), "/operator/keys?dialog=rotate", "back to the question");
    assert!(operator.get("/operator/keys?dialog=rotate").await.text.contains("Rotate anyway"));
    assert_eq!(operator.post("/operator/keys/rotate", &[("anyway", "yes")]).await.header("location"), "/operator/keys");
    server.advance(301);
    assert!(!operator.get("/operator/keys?dialog=rotate").await.text.contains("Rotate anyway"));
}

#[tokio::test]
async fn an_operator_sees_what_an_entity_sees_and_no_page_shows_a_secret() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    let operator = Tab::operator(&server).await;
    let own = "/entities/northwind/generate-credentials";
    assert_eq!(operator.get(own).await.status, 404);
    assert_eq!(operator.post("/operator/entities/northwind/view", &[]).await.header("location"), own);
    let viewed = operator.get(own).await;
    assert_eq!(viewed.status, 200);
    let show = operator.post(&format!("{own}/{}/show", customer.client_id), &[]).await;
    assert_eq!(show.status, 403);
    for page in [viewed.text, show.text] {
        assert!(!page.contains(&customer.secret));
    }
    assert_eq!(operator.post("/operator/stop-viewing", &[]).await.header("location"), "/operator/entities");
    assert_eq!(operator.get(own).await.status, 404);
    server.app.clock.advance(Duration::from_secs(1));
    for path in PAGES {
        let page = operator.get(path).await.text;
        for secret in [&customer.secret, &token, &server.operator_token, &PASSWORD.to_owned()] {
            assert!(!page.contains(secret.as_str()), "{path}");
        }
    }
}

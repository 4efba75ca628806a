//! The pages on which an entity's people see what happens: Requests, Usage, Activity; and People.

use passgate::app::credentials::RegenerationChoice;
use passgate::domain::entity::Change;
use passgate::domain::event::{Actor, Who};
use passgate::domain::person::Role;
use passgate::jobs;
use reqwest::Method;
use serde_json::json;

use crate::server::{Answer, Customer, Server};
use crate::visitor::{PASSWORD, Session};

const MAYA: &str = "maya@northwind.example";
const PAGES: [&str; 5] = ["requests", "usage", "activity", "activity.csv", "people"];

fn wrong(customer: &Customer) -> Customer {
    Customer { entity: customer.entity.clone(), client_id: customer.client_id.clone(), secret: "wrong".to_owned() }
}

/// A page, with all requests so far written, and with nothing of its mark-up that could be taken for text.
async fn page(server: &Server, session: &Session, path: &str) -> String {
    jobs::flush(&server.app).await.unwrap();
    let answer = session.get(&format!("/entities/northwind/{path}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.text.matches("<h1").count(), 1);
    assert!(!answer.text.contains(" style="));
    answer.text.replace("<wbr>", "").replace("&amp;", "&").replace("&#38;", "&")
}

/// The rows of the log on a page: their request ids.
fn ids(page: &str) -> Vec<String> {
    let ids = page.split("class=\"vh\" id=\"req_").skip(1);
    ids.map(|rest| format!("req_{}", rest.split('"').next().unwrap())).collect()
}

/// What follows `before` in a page, up to the next quotation mark.
fn after<'p>(page: &'p str, before: &str) -> &'p str {
    assert!(page.contains(before), "no {before} in {page}");
    page.split(before).nth(1).unwrap().split('"').next().unwrap()
}

#[tokio::test]
async fn these_pages_are_there_for_the_people_of_the_entity_only() {
    let server = Server::start().await;
    server.customer().await;
    server.customer_named("southwind").await;
    let maya = server.person("northwind", MAYA, Role::Viewer).await;
    let other = server.person("southwind", "other@southwind.example", Role::Owner).await;
    let operator = server.operator("tomas@dlat.example").await;
    let forms = ["people/invite", "people/invitations/x/withdraw", "people/x/role", "people/x/remove"];
    for name in PAGES {
        let path = format!("/entities/northwind/{name}");
        assert_eq!(maya.get(&path).await.status, 200, "{name}");
        for stranger in [&other, &operator] {
            let (there, nowhere) =
                (stranger.get(&path).await, stranger.get(&format!("/entities/nowhere/{name}")).await);
            assert_eq!((there.status, nowhere.status), (404, 404), "{name}");
            assert!(!there.text.contains("northwind"));
        }
        let answer = server.stranger().get(&path).await;
        assert_eq!((answer.status, answer.header("location").starts_with("/sign-in?next=")), (303, true), "{name}");
    }
    for form in forms {
        let path = format!("/entities/northwind/{form}");
        assert_eq!(maya.post(&path, &[("email", "a@b.c"), ("role", "viewer")]).await.status, 403, "{form}");
        assert_eq!(other.post(&path, &[("email", "a@b.c"), ("role", "viewer")]).await.status, 404, "{form}");
        assert_eq!(server.stranger().post(&path, &[]).await.status, 303, "{form}");
        let elsewhere =
            maya.request(Method::POST, &path).header("origin", "http://elsewhere.example").form(&[("a", "b")]);
        assert_eq!(elsewhere.send().await.unwrap().status(), 403, "{form}");
    }
}

#[tokio::test]
async fn where_nothing_was_asked_for_the_next_step_is_shown() {
    let server = Server::start().await;
    let change = Change { identifier: Some("northwind".into()), name: Some("Northwind".into()), ..Change::default() };
    let entity = server.app.create_entity(&Actor::Cli, change).await.unwrap();
    let maya = server.person("northwind", MAYA, Role::Owner).await;
    for name in ["requests", "usage"] {
        let text = page(&server, &maya, name).await;
        assert!(
            text.contains("No requests yet") && text.contains("btn-solid\" href=\"/entities/northwind/generate-cre")
        );
    }
    server
        .app
        .generate_credential(&Actor::Cli, Some(&entity), "Default", None, passgate::domain::rotation::Term::default())
        .await
        .unwrap();
    for name in ["requests", "usage"] {
        let text = page(&server, &maya, name).await;
        assert!(
            text.contains("No requests yet") && text.contains("btn-solid\" href=\"/entities/northwind/get-access-")
        );
    }
}

#[tokio::test]
async fn requests_say_what_happened_and_what_mends_it() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let issued = server.ask(customer.body()).await.header("x-request-id").to_owned();
    let scope = server.ask(customer.body_with(json!({"scope": "everything"}))).await;
    server.ask(customer.body_with(json!({"depot": "a value"}))).await;
    server.change(&customer, json!({"settings": {"ip_allowlist": ["192.0.2.1"]}})).await;
    server.ask(customer.body()).await;
    server.change(&customer, json!({"settings": {"ip_allowlist": []}})).await;
    server.ask(wrong(&customer).body()).await;
    let path = format!("/credentials/{}/regenerate", customer.client_id);
    assert_eq!(server.admin(Method::POST, &path, Some(json!({"grace_seconds": 0}))).await.status, 200);
    for _ in 0..2 {
        server.ask(customer.body()).await;
    }

    let maya = server.person("northwind", MAYA, Role::Viewer).await;
    let text = page(&server, &maya, "requests").await;
    assert_eq!(ids(&text).len(), 7);
    let hint: String = customer.secret.chars().take(8).collect();
    for told in [
        format!("Secret <code>{hint}…</code> stopped on ").as_str(),
        "127.0.0.1 still uses it",
        "<a href=\"/entities/northwind/generate-credentials\">Put the current secret there</a>",
        "400 Current valid scope is &#34;DLAT access Webhooks&#34;",
        "<a href=\"/entities/northwind/get-access-token?response=400\">Ask for “DLAT access Webhooks”</a>",
        "depot is not a parameter of this request",
        "<a href=\"/entities/northwind/get-access-token?tab=schema\">See what each field takes</a>",
        "127.0.0.1 is not one of the allowed addresses",
        "<a href=\"/entities/northwind/token-timeout#addresses\">Allow the address, or send from another</a>",
        "A secret that never was one of this account’s, from 127.0.0.1",
        "6 failed after ",
        "<dt>Requests</dt><dd>7</dd>",
        "<dt>Succeeded</dt><dd>14.2 %</dd>",
        "7 of 7 requests",
    ] {
        assert!(text.contains(told), "no {told} in {text}");
    }
    assert!(!text.contains("a value") && !text.contains(&customer.secret));

    // Each filter is a link, and so is the group.
    let stopped = page(&server, &maya, "requests?code=401&cause=invalid_credentials&reason=stopped_secret").await;
    assert_eq!(ids(&stopped).len(), 2);
    let group = after(&text, "<td class=\"num\" data-label=\"Count\"><a href=\"/entities/northwind/");
    assert_eq!(ids(&page(&server, &maya, group.split('#').next().unwrap()).await), ids(&stopped));
    assert_eq!(ids(&page(&server, &maya, "requests?code=401").await).len(), 4);
    assert_eq!(
        ids(&page(&server, &maya, "requests?code=400&cause=invalid_scope").await),
        [scope.header("x-request-id")]
    );
    assert_eq!(ids(&page(&server, &maya, &format!("requests?q={issued}")).await), [issued.as_str()]);
    assert_eq!(ids(&page(&server, &maya, &format!("requests?secret={hint}")).await).len(), 6);
    assert_eq!(ids(&page(&server, &maya, &format!("requests?secret={}", customer.client_id)).await).len(), 7);
    assert_eq!(ids(&page(&server, &maya, "requests?q=127.0.0.1&code=nonsense").await).len(), 7);
    let nothing = page(&server, &maya, "requests?q=192.0.2.77").await;
    assert!(ids(&nothing).is_empty() && nothing.contains("No request matches."));

    let one = page(&server, &maya, &format!("requests?request={issued}")).await;
    assert!(one.contains(&format!("id=\"request-id\">{issued}</p>")) && one.contains("200 Successfully done"));
    let one = page(&server, &maya, &format!("requests?request={}", scope.header("x-request-id"))).await;
    assert!(one.contains("Ask for “DLAT access Webhooks”") && one.contains(&customer.client_id));
    server.customer_named("southwind").await;
    let other = server.person("southwind", "other@southwind.example", Role::Owner).await;
    let theirs = other.get(&format!("/entities/southwind/requests?request={issued}")).await;
    assert!(theirs.text.contains("There is no such request here."));
}

#[tokio::test]
async fn a_long_log_goes_on_and_comes_back() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let mut all = Vec::new();
    for _ in 0..60 {
        all.insert(0, server.ask(customer.body()).await.header("x-request-id").to_owned());
        server.advance(1);
    }
    let maya = server.person("northwind", MAYA, Role::Developer).await;
    let next = |page: &str, name: &str| {
        let links = page.split("<a class=\"btn btn-small\" href=\"/entities/northwind/").skip(1);
        let mut named = links.filter(|rest| rest.split('<').next().unwrap().ends_with(&format!("\">{name}")));
        named.next().map(|link| link.split('#').next().unwrap().to_owned())
    };
    let first = page(&server, &maya, "requests").await;
    assert_eq!((ids(&first), next(&first, "Newer")), (all[..25].to_vec(), None));
    let second = page(&server, &maya, &next(&first, "Older").unwrap()).await;
    assert_eq!(ids(&second), all[25..50]);
    let third = page(&server, &maya, &next(&second, "Older").unwrap()).await;
    assert_eq!((ids(&third), next(&third, "Older")), (all[50..].to_vec(), None));
    let back = page(&server, &maya, &next(&third, "Newer").unwrap()).await;
    assert_eq!(ids(&back), all[25..50]);
    let first = page(&server, &maya, &next(&back, "Newer").unwrap()).await;
    assert_eq!(ids(&first), all[..25]);
    assert_eq!(ids(&page(&server, &maya, "requests?before=nonsense&after=").await), all[..25]);
}

#[tokio::test]
async fn usage_tells_the_numbers_that_were_there() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.token(&customer).await;
    server.advance(2 * 86_400);
    for _ in 0..3 {
        server.token(&customer).await;
    }
    server.ask(wrong(&customer).body()).await;
    server.advance(3600);
    server.token(&customer).await;
    let maya = server.person("northwind", MAYA, Role::Viewer).await;
    for (period, rows, total) in [("24h", 24, ["5", "4", "1", "80.0 %"]), ("7d", 7, ["6", "5", "1", "83.3 %"])] {
        let text = page(&server, &maya, &format!("usage?period={period}")).await;
        let body = text.split("<tbody>").nth(1).unwrap();
        let (body, foot) = body.split_once("</tbody>").unwrap();
        assert_eq!(body.matches("<tr>").count(), rows);
        let cells = total.map(|cell| format!("<td class=\"num\">{cell}</td>")).concat();
        assert!(foot.contains(&cells), "{foot}");
        let label = format!("{} since ", total[0]);
        assert!(
            text.matches("role=\"img\"").count() == 2
                && after(&text, "aria-label=\"Token requests per").contains(&label)
        );
    }
    let text = page(&server, &maya, "usage").await;
    assert!(text.contains("<dt>Busiest day</dt><dd>5</dd>"), "{text}");
    server.advance(86_400 * 5);
    let maya = server.person("northwind", "later@northwind.example", Role::Viewer).await;
    let quiet = page(&server, &maya, "usage?period=24h").await;
    assert!(quiet.contains("There are no requests in this period.") && !quiet.contains("role=\"img\""));
}

#[tokio::test]
async fn an_entity_never_learns_who_runs_the_platform() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let entity = server.app.find_entity("northwind").await.unwrap();
    let tomas = Actor::Person(Who {
        is_operator: true,
        name: "Tomas Berg".to_owned(),
        email: "tomas@dlat.example".to_owned(),
        address: "192.0.2.14".parse().unwrap(),
    });
    server.app.regenerate_credential(&tomas, &customer.client_id, None, RegenerationChoice::default()).await.unwrap();
    server.change(&customer, json!({"settings": {"token_timeout_minutes": 30}})).await;
    server.app.invite(&tomas, Some(&entity), "ines@northwind.example", Role::Viewer).await.unwrap();
    let maya = server.person("northwind", MAYA, Role::Owner).await;
    for name in PAGES.into_iter().chain(["generate-credentials"]) {
        let text = maya.get(&format!("/entities/northwind/{name}")).await.text;
        for secret in ["Tomas", "tomas@", "192.0.2.14", "tests", "cli<"] {
            assert!(!text.contains(secret), "{secret} in {name}: {text}");
        }
    }
    let text = page(&server, &maya, "activity").await;
    for told in
        ["Operator of the platform", "Regenerated the key", "Time limit", "Invited ines@northwind.example", "Joined"]
    {
        assert!(text.contains(told), "no {told} in {text}");
    }
    let people = page(&server, &maya, "activity?what=people").await;
    assert!(people.contains("Invited ines@") && !people.contains("Regenerated the key"));
    let secrets = page(&server, &maya, "activity?what=secrets").await;
    assert!(!secrets.contains("Invited ines@") && secrets.contains("Regenerated the key"));
}

#[tokio::test]
async fn the_file_of_activity_is_quoted_and_holds_no_formula() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let maya = server.person("northwind", MAYA, Role::Owner).await;
    maya.post("/account/name", &[("name", "=HYPERLINK(\"x\")")]).await;
    maya.post("/entities/northwind/people/invite", &[("email", "=1+1@b.c"), ("role", "viewer")]).await;
    let path = format!("/credentials/{}/regenerate", customer.client_id);
    assert_eq!(server.admin(Method::POST, &path, Some(json!({"grace_seconds": 3600}))).await.status, 200);
    let file = maya.get("/entities/northwind/activity.csv").await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"activity-northwind.csv\"");
    let lines: Vec<&str> = file.text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines[0], "\"When\",\"Who\",\"What\",\"Detail\",\"From where\"");
    assert!(lines[1].contains("\"Operator of the platform\",\"Regenerated the key\",\"The old secret stops on "));
    assert!(lines[2].contains(
        ",\"'=HYPERLINK(\"\"x\"\") <maya@northwind.example>\",\"Invited =1+1@b.c\",\"As Viewer\",\"127.0.0.1\""
    ));
    let people = maya.get("/entities/northwind/activity.csv?what=people").await.text;
    assert!(people.contains("Invited") && !people.contains("Regenerated"));
}

#[tokio::test]
async fn an_owner_invites_and_the_link_is_shown_once() {
    let server = Server::start().await;
    server.customer().await;
    let maya = server.person("northwind", MAYA, Role::Owner).await;
    let invite = async |email: &str, role: &str| {
        maya.post("/entities/northwind/people/invite", &[("email", email), ("role", role)]).await
    };
    let invited = invite("Ines@Northwind.example", "viewer").await;
    assert_eq!((invited.status, invited.header("set-cookie")), (200, ""), "{}", invited.text);
    let link = after(&invited.text, "id=\"invitation-link\">").split('<').next().unwrap().to_owned();
    assert!(link.contains("/invitation/pgl_"), "{link}");
    let list = page(&server, &maya, "people").await;
    assert!(
        list.contains("ines@northwind.example") && list.contains("Valid until") && !list.contains("/invitation/pgl_")
    );

    // Sending it again makes the earlier link void.
    let again = invite("ines@northwind.example", "viewer").await;
    let path = format!("/invitation/{}", link.rsplit('/').next().unwrap());
    assert_eq!(server.stranger().get(&path).await.status, 404);
    let link = after(&again.text, "id=\"invitation-link\">").split('<').next().unwrap();
    let ines = server.join(link).await;
    let list = page(&server, &ines, "people").await;
    assert!(list.contains("Only owners of northwind can invite people") && list.contains("Ask Robin."));
    assert!(!list.contains("<form method=\"post\" action=\"/entities"));
    let asked = page(&server, &ines, "people?dialog=remove&person=x").await;
    assert!(!asked.contains("role=\"dialog\""));

    for (email, role, told) in [
        ("nonsense", "viewer", "It must be an e-mail address"),
        ("ines@northwind.example", "viewer", "It belongs to one of these people already."),
        ("a@b.c", "operator", "It is not one that can be given here."),
        ("a@b.c", "", "Fill this in."),
    ] {
        let answer = invite(email, role).await;
        assert!(answer.status == 422 && answer.text.contains(told), "{}", answer.text);
        assert!(answer.text.contains(&format!("value=\"{email}\"")));
    }
    invite("pavel@northwind.example", "developer").await;
    let list = page(&server, &maya, "people").await;
    let id = after(&list, "/people/invitations/").split('/').next().unwrap();
    let path = format!("/entities/northwind/people/invitations/{id}/withdraw");
    assert_eq!(maya.post(&path, &[]).await.header("location"), "/entities/northwind/people");
    assert!(!page(&server, &maya, "people").await.contains("pavel@"));
    assert_eq!(maya.post(&path, &[]).await.status, 404);
}

#[tokio::test]
async fn there_is_always_an_owner() {
    let server = Server::start().await;
    server.customer().await;
    let maya = server.person("northwind", MAYA, Role::Owner).await;
    let entity = server.app.find_entity("northwind").await.unwrap();
    let person = async |email: &str| {
        let members = server.app.store.members(Some(&entity.id)).await.unwrap();
        members.into_iter().find(|member| member.person.email == email).unwrap().person.id
    };
    let me = format!("/entities/northwind/people/{}", person(MAYA).await);
    for (form, fields) in [("role", &[("role", "viewer")][..]), ("remove", &[])] {
        let answer = maya.post(&format!("{me}/{form}"), fields).await;
        assert!(answer.status == 409 && answer.text.contains("There must be at least one owner."), "{}", answer.text);
    }
    let jonas = server.person("northwind", "jonas@northwind.example", Role::Developer).await;
    let his = person("jonas@northwind.example").await;
    let asked = page(&server, &maya, &format!("people?dialog=remove&person={his}")).await;
    assert!(asked.contains("role=\"dialog\"") && asked.contains(&format!("/people/{his}/remove\"")));
    let asked = page(&server, &maya, &format!("people?dialog=role&person={his}")).await;
    assert!(asked.contains("value=\"developer\" checked"));
    let role = format!("/entities/northwind/people/{his}/role");
    assert_eq!(jonas.post(&role, &[("role", "owner")]).await.status, 403);
    assert_eq!(maya.post(&role, &[("role", "operator")]).await.status, 404);
    assert_eq!(maya.post(&role, &[("role", "owner")]).await.status, 303);
    let gone = maya.post(&format!("{me}/remove"), &[]).await;
    assert_eq!((gone.status, gone.header("location")), (303, "/"));
    assert_eq!(maya.get("/").await.status, 303);
    assert!(!page(&server, &jonas, "people").await.contains(MAYA));
    let nobody = format!("/entities/northwind/people/{}", "pgu_nobody");
    assert_eq!(jonas.post(&format!("{nobody}/remove"), &[]).await.status, 404);
}

#[tokio::test]
async fn an_operator_who_looks_on_reads_everything_and_changes_nothing() {
    let server = Server::start().await;
    server.customer().await;
    let operator = server.operator("tomas@dlat.example").await;
    let entity = server.app.find_entity("northwind").await.unwrap();
    let cookie = operator.cookie.split_once('=').unwrap().1;
    let signed_in = server.app.signed_in(cookie).await.unwrap().unwrap();
    server.app.view_entity(&signed_in, &entity, "192.0.2.14".parse().unwrap()).await.unwrap();
    for name in ["requests", "usage", "activity", "people"] {
        assert!(page(&server, &operator, name).await.contains("You see this as the people of"), "{name}");
    }
    let form = [("email", "a@b.c"), ("role", "viewer")];
    assert_eq!(operator.post("/entities/northwind/people/invite", &form).await.status, 403);
    let maya = server.person("northwind", MAYA, Role::Owner).await;
    let text = page(&server, &maya, "activity").await;
    assert!(text.contains("Looked at these pages") && !text.contains("Robin &#60;tomas"));
    let signed_in: Answer = server.stranger().post("/sign-in", &[("email", MAYA), ("password", PASSWORD)]).await;
    assert_eq!(signed_in.status, 303);
    assert!(page(&server, &maya, "activity?what=sign-ins").await.contains("Signed in"));
}

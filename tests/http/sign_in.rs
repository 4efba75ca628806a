//! People: set-up, invitations, signing in, sessions, roles; and that strangers learn nothing.

use passgate::domain::event::Actor;
use passgate::domain::person::Role;
use reqwest::Method;

use crate::server::{Answer, Server};
use crate::visitor::{PASSWORD, session_of};

const MAYA: &str = "maya@northwind.example";

#[tokio::test]
async fn the_set_up_link_makes_the_first_operator_once() {
    let server = Server::start().await;
    let link = server.app.create_setup_link(&Actor::Cli).await.unwrap();
    let path = format!("/setup/{}", link.expose());
    for _ in 0..2 {
        assert_eq!(server.browse(Method::GET, &path).send().await.unwrap().status(), 200, "opening it uses nothing up");
    }
    let form = [("email", "Tomas@DLAT.example"), ("name", "Tomas Berg"), ("password", "short")];
    assert_eq!(server.browse(Method::POST, &path).form(&form).send().await.unwrap().status(), 422);
    let form = [("email", "Tomas@DLAT.example"), ("name", "Tomas Berg"), ("password", PASSWORD)];
    let made = Answer::of(server.browse(Method::POST, &path).form(&form).send().await.unwrap()).await;
    assert_eq!((made.status, made.header("location")), (303, "/operator/entities"));
    let cookie = made.header("set-cookie");
    assert!(cookie.contains("; HttpOnly; SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
    for request in [server.browse(Method::GET, &path), server.browse(Method::POST, &path).form(&form)] {
        assert_eq!(request.send().await.unwrap().status(), 404, "it works once");
    }
    assert_eq!(server.sign_in("tomas@dlat.example", PASSWORD).await.status, 303);
    let link = server.app.create_setup_link(&Actor::Cli).await.unwrap();
    server.advance(48 * 3600);
    let late = server.browse(Method::GET, &format!("/setup/{}", link.expose())).send().await.unwrap();
    assert_eq!(late.status(), 404);
}

#[tokio::test]
async fn a_new_set_up_link_gives_back_the_way_in_to_an_operator_who_forgot_the_password() {
    let server = Server::start().await;
    for password in [PASSWORD, "another long password"] {
        let link = server.app.create_setup_link(&Actor::Cli).await.unwrap();
        let form = [("email", "tomas@dlat.example"), ("name", "Tomas Berg"), ("password", password)];
        let path = format!("/setup/{}", link.expose());
        assert_eq!(server.browse(Method::POST, &path).form(&form).send().await.unwrap().status(), 303);
    }
    assert_eq!(server.sign_in("tomas@dlat.example", PASSWORD).await.status, 401);
    assert_eq!(server.sign_in("tomas@dlat.example", "another long password").await.status, 303);
}

#[tokio::test]
async fn an_invitation_is_good_once_and_for_48_hours_and_the_newest_counts() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let first = server.invitation(&customer.entity, MAYA, Role::Owner).await;
    let second = server.invitation(&customer.entity, MAYA, Role::Owner).await;
    let page = async |path: &str| server.browse(Method::GET, path).send().await.unwrap().status().as_u16();
    assert_eq!((page(&first).await, page(&second).await), (404, 200));
    server.advance(48 * 3600 - 1);
    assert_eq!(page(&second).await, 200);
    server.advance(1);
    assert_eq!(page(&second).await, 404);
    let visitor = server.person(&customer.entity, MAYA, Role::Owner).await;
    assert_eq!(visitor.get("/entities/northwind/generate-credentials").await.status, 200);
}

#[tokio::test]
async fn somebody_with_an_account_joins_a_second_entity_with_its_password() {
    let server = Server::start().await;
    server.customer_named("northwind").await;
    server.customer_named("aster").await;
    server.person("northwind", MAYA, Role::Owner).await;
    let path = server.invitation("aster", MAYA, Role::Viewer).await;
    let join = |password: &'static str| {
        let request = server.browse(Method::POST, &path).form(&[("name", "x"), ("password", password)]);
        async { Answer::of(request.send().await.unwrap()).await }
    };
    assert_eq!(join("not the password").await.status, 422);
    let joined = join(PASSWORD).await;
    assert_eq!((joined.status, joined.header("location")), (303, "/entities/aster/generate-credentials"));
    let visitor = server.with_cookie(session_of(&joined));
    for entity in ["northwind", "aster"] {
        assert_eq!(visitor.get(&format!("/entities/{entity}/generate-credentials")).await.status, 200);
    }
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_get_the_same_answer() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.person(&customer.entity, MAYA, Role::Owner).await;
    let wrong = server.sign_in(MAYA, "wrong horse battery").await;
    let unknown = server.sign_in("nobody@northwind.example", "wrong horse battery").await;
    assert_eq!((wrong.status, unknown.status), (401, 401));
    assert_eq!(wrong.text.replace(MAYA, "nobody@northwind.example"), unknown.text);
    let [known, unknown] = [MAYA, "nobody@northwind.example"]
        .map(|email| server.browse(Method::POST, "/forgot").form(&[("email", email)]));
    let text = |request: reqwest::RequestBuilder| async { request.send().await.unwrap().text().await.unwrap() };
    assert_eq!(text(known).await, text(unknown).await);
}

#[tokio::test]
async fn guessing_a_password_is_throttled_and_heals() {
    let server = Server::start_with(&[("throttle_burst", "3"), ("throttle_refill_seconds", "60")]).await;
    let customer = server.customer().await;
    server.person(&customer.entity, MAYA, Role::Owner).await;
    for _ in 0..3 {
        assert_eq!(server.sign_in(MAYA, "wrong horse battery").await.status, 401);
    }
    assert_eq!(server.sign_in(MAYA, PASSWORD).await.status, 429, "even with the right one");
    server.advance(60);
    assert_eq!(server.sign_in(MAYA, PASSWORD).await.status, 303);
}

#[tokio::test]
async fn a_session_ends_when_idle_when_old_when_signed_out_and_when_revoked() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let page = "/entities/northwind/generate-credentials";
    let idle = server.person(&customer.entity, MAYA, Role::Owner).await;
    server.advance(30 * 60 - 1);
    assert_eq!(idle.get(page).await.status, 200);
    server.advance(30 * 60);
    let ended = idle.get(page).await;
    let back = "/sign-in?next=%2Fentities%2Fnorthwind%2Fgenerate-credentials&ended=1";
    assert_eq!((ended.status, ended.header("location")), (303, back));

    let begin = || async { server.with_cookie(session_of(&server.sign_in(MAYA, PASSWORD).await)) };
    let old = begin().await;
    for _ in 0..47 {
        server.advance(15 * 60);
        assert_eq!(old.get(page).await.status, 200);
    }
    server.advance(15 * 60);
    assert_eq!(old.get(page).await.status, 303, "12 hours are the end");

    let (one, other, third) = (begin().await, begin().await, begin().await);
    let out = one.post("/sign-out", &[]).await;
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(one.get(page).await.status, 303);
    assert_eq!(other.post("/account/sessions", &[("session", "others")]).await.status, 303);
    assert_eq!((other.get(page).await.status, third.get(page).await.status), (200, 303));
}

#[tokio::test]
async fn somebody_with_twenty_sessions_who_signs_in_loses_the_one_used_longest_ago() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let first = server.person(&customer.entity, MAYA, Role::Owner).await;
    let mut sessions = Vec::new();
    for _ in 0..19 {
        server.advance(1);
        sessions.push(server.with_cookie(session_of(&server.sign_in(MAYA, PASSWORD).await)));
    }
    server.advance(60);
    assert_eq!(first.get("/account").await.status, 200);
    assert_eq!(server.sign_in(MAYA, PASSWORD).await.status, 303);
    let mut answers = Vec::new();
    for session in std::iter::once(&first).chain(&sessions) {
        answers.push(session.get("/account").await.status);
    }
    assert_eq!(answers, [vec![200, 303], vec![200; 18]].concat());
}

#[tokio::test]
async fn changing_the_password_ends_the_other_sessions() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let visitor = server.person(&customer.entity, MAYA, Role::Owner).await;
    let other = server.with_cookie(session_of(&server.sign_in(MAYA, PASSWORD).await));
    let change = |present: &'static str, password: &'static str| {
        let form = [("present_password", present), ("password", password)];
        let request = visitor.request(Method::POST, "/account/password").form(&form);
        async { request.send().await.unwrap().status().as_u16() }
    };
    assert_eq!(change("wrong horse battery", "a new long password").await, 422);
    assert_eq!(change(PASSWORD, "short").await, 422);
    assert_eq!(change(PASSWORD, "a new long password").await, 303);
    assert_eq!((visitor.get("/account").await.status, other.get("/account").await.status), (200, 303));
    assert_eq!(server.sign_in(MAYA, PASSWORD).await.status, 401);
    assert_eq!(server.sign_in(MAYA, "a new long password").await.status, 303);
}

#[tokio::test]
async fn a_form_that_does_not_come_from_a_page_of_ours_is_refused() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let visitor = server.person(&customer.entity, MAYA, Role::Owner).await;
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
        ("x-nothing", "said"),
    ] {
        let request = server.post("/sign-out").header("cookie", &visitor.cookie).header("accept", "text/html");
        let answer = request.header(name, value).form(&[("a", "b")]).send().await.unwrap();
        assert_eq!(answer.status(), 403, "{name}: {value}");
    }
    assert_eq!(visitor.get("/account").await.status, 200);
    let request = server.post("/sign-out").header("cookie", &visitor.cookie).header("sec-fetch-site", "same-origin");
    assert_eq!(request.form(&[("a", "b")]).send().await.unwrap().status(), 303);
}

#[tokio::test]
async fn a_forgotten_password_is_set_by_a_mailed_link() {
    let (mail, address) = crate::mail::sink().await;
    let url = format!("smtp://{address}");
    let server = Server::start_with(&[("smtp_url", &url), ("mail_from", "Passgate <passgate@dlat.example>")]).await;
    let customer = server.customer().await;
    server.person(&customer.entity, MAYA, Role::Owner).await;
    let invitation = mail.next().await;
    assert!(
        invitation.contains("To: maya@northwind.example") && invitation.contains("/invitation/pgl_"),
        "{invitation}"
    );

    let asked = server.browse(Method::POST, "/forgot").form(&[("email", MAYA)]).send().await.unwrap();
    assert_eq!(asked.status(), 200);
    let text = mail.next().await;
    let path = format!("/reset/{}", text.split("/reset/").nth(1).unwrap().split_whitespace().next().unwrap());
    assert_eq!(server.browse(Method::GET, &path).send().await.unwrap().status(), 200);
    let form = [("password", "a new long password")];
    assert_eq!(server.browse(Method::POST, &path).form(&form).send().await.unwrap().status(), 303);
    assert_eq!(server.browse(Method::POST, &path).form(&form).send().await.unwrap().status(), 404, "it works once");
    assert_eq!(server.sign_in(MAYA, "a new long password").await.status, 303);
}

#[tokio::test]
async fn over_https_the_session_cookie_is_bound_to_the_host_and_sent_nowhere_else() {
    let server = Server::start_with(&[("public_url", "https://pass.example.com")]).await;
    let link = server.app.create_setup_link(&Actor::Cli).await.unwrap();
    let form = [("email", "tomas@dlat.example"), ("name", "Tomas Berg"), ("password", PASSWORD)];
    let path = format!("/setup/{}", link.expose());
    let made = Answer::of(
        server.browse(Method::POST, &path).header("sec-fetch-site", "same-origin").form(&form).send().await.unwrap(),
    )
    .await;
    let cookie = made.header("set-cookie");
    assert!(cookie.starts_with("__Host-passgate=pgb_") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"));
    let visitor = server.with_cookie(cookie.split(';').next().unwrap().to_owned());
    assert_eq!(visitor.get("/account").await.status, 200);
    let out = visitor.request(Method::POST, "/sign-out").header("sec-fetch-site", "same-origin").form(&[("a", "b")]);
    let out = Answer::of(out.send().await.unwrap()).await;
    assert_eq!(out.header("strict-transport-security"), "max-age=31536000");
    assert_eq!(out.header("clear-site-data"), "\"cache\", \"storage\"");
}

#[tokio::test]
async fn nobody_is_let_in_by_a_session_whose_password_is_long_ago() {
    let server = Server::start().await;
    server.customer().await;
    let owner = server.person("northwind", MAYA, Role::Owner).await;
    let operator = server.operator("tomas@dlat.example").await;
    let form = [("email", "thief@evil.example"), ("role", "owner")];
    for (session, path) in [
        (&owner, "/entities/northwind/people/invite"),
        (&operator, "/operator/entities/northwind/invitations"),
        (&operator, "/operator/operators/invitations"),
    ] {
        for session in [&owner, &operator] {
            server.advance(11 * 60);
            assert_eq!(session.get("/account").await.status, 200);
        }
        let asked = session.post(path, &form).await;
        assert_eq!(asked.status, 401, "{path}");
        assert!(asked.text.contains("Confirm that it is you") && !asked.text.contains("/invitation/"), "{path}");
        let form = [form[0], form[1], ("password", PASSWORD)];
        let invited = session.post(path, &form).await;
        assert!(invited.status == 200 && invited.text.contains("/invitation/pgl_"), "{path}: {}", invited.text);
    }
}

#[tokio::test]
async fn a_link_to_set_a_password_works_once_however_many_use_it_together() {
    let (mail, address) = crate::mail::sink().await;
    let url = format!("smtp://{address}");
    let server = Server::start_with(&[("smtp_url", &url), ("mail_from", "passgate@dlat.example")]).await;
    server.customer().await;
    server.person("northwind", MAYA, Role::Owner).await;
    mail.next().await;
    server.stranger().post("/forgot", &[("email", MAYA)]).await;
    let text = mail.next().await;
    let path = format!("/reset/{}", text.split("/reset/").nth(1).unwrap().split_whitespace().next().unwrap());
    let stranger = server.stranger();
    let form = [("password", "a new long password")];
    let (one, two, three) =
        tokio::join!(stranger.post(&path, &form), stranger.post(&path, &form), stranger.post(&path, &form));
    let mut statuses = [one.status, two.status, three.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404, 404]);
}

#[tokio::test]
async fn asking_for_a_new_password_is_throttled_by_address() {
    let server = Server::start_with(&[("throttle_burst", "2"), ("throttle_refill_seconds", "60")]).await;
    let mut last = 0;
    for number in 0..12 {
        let email = format!("nobody{number}@northwind.example");
        last = server.stranger().post("/forgot", &[("email", &email)]).await.status;
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn an_owner_never_gets_the_link_that_the_mail_server_did_not_take() {
    let settings = [("smtp_url", "smtp://127.0.0.1:9"), ("mail_from", "passgate@dlat.example")];
    let server = Server::start_with(&settings).await;
    server.customer().await;
    let owner = server.person("northwind", MAYA, Role::Owner).await;
    let form = [("email", "jonas@northwind.example"), ("role", "viewer")];
    let invited = owner.post("/entities/northwind/people/invite", &form).await;
    assert_eq!(invited.status, 502);
    assert!(!invited.text.contains("/invitation/pgl_"), "{}", invited.text);
}

#[tokio::test]
async fn an_invitation_looks_the_same_whether_the_address_has_an_account() {
    let server = Server::start().await;
    server.customer_named("northwind").await;
    server.customer_named("aster").await;
    server.person("northwind", MAYA, Role::Owner).await;
    let page = async |email: &str| {
        let path = server.invitation("aster", email, Role::Viewer).await;
        server.stranger().get(&path).await.text.replace(email, "")
    };
    assert_eq!(page(MAYA).await, page("nobody@aster.example").await);
}

#[tokio::test]
async fn when_somebody_was_last_seen_is_kept_for_each_entity() {
    let server = Server::start().await;
    server.customer_named("northwind").await;
    server.customer_named("aster").await;
    let maya = server.person("northwind", MAYA, Role::Owner).await;
    let link = server.invitation("aster", MAYA, Role::Viewer).await;
    maya.post(&link, &[("password", PASSWORD)]).await;
    maya.get("/entities/northwind/people").await;
    server.advance(20 * 60);
    maya.get("/entities/aster/requests").await;
    let owner = server.person("northwind", "jonas@northwind.example", Role::Owner).await;
    let people = owner.get("/entities/northwind/people").await.text;
    assert!(people.contains("20 minutes ago"), "{people}");
}

#[tokio::test]
async fn a_place_to_go_to_that_no_header_can_carry_is_left_out() {
    let server = Server::start().await;
    server.customer().await;
    server.person("northwind", MAYA, Role::Owner).await;
    for next in ["/\u{1}", "/\u{e9}", "//evil.example", "/\\evil.example", "https://evil.example", "/a b"] {
        let form = [("email", MAYA), ("password", PASSWORD), ("next", next)];
        let answer = server.stranger().post("/sign-in", &form).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/"), "{next:?}");
    }
}

#[tokio::test]
async fn a_link_is_judged_before_what_is_typed_beside_it() {
    let server = Server::start().await;
    let form = [("email", ""), ("name", ""), ("password", "short")];
    for kind in ["setup", "invitation", "reset"] {
        let answer = server.stranger().post(&format!("/{kind}/pgl_guessed"), &form).await;
        assert_eq!(answer.status, 404, "{kind}");
    }
}

//! Hostile requests: no 500, no panic, no hang, no secret repeated, one shape of problem.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::server::{Answer, Server};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const PATH: &str = "/api/v1/access-token";

#[tokio::test]
async fn bodies_that_cannot_be_read_are_412_in_every_format() {
    let server = Server::start_with(&[("throttle_burst", "1000")]).await;
    let customer = server.customer().await;
    let (id, secret) = (customer.client_id.as_str(), customer.secret.as_str());
    let good = customer.body().to_string();
    let nested = |depth: usize| {
        format!(
            "{{\"client_id\":\"{id}\",\"client_secret\":\"{secret}\",\"x\":{}{}}}",
            "[".repeat(depth),
            "]".repeat(depth)
        )
    };
    let part = |disposition: &str, value: &str| format!("--x\r\nContent-Disposition: {disposition}\r\n\r\n{value}\r\n");
    let multipart_good = part("form-data; name=\"client_id\"", id) + &part("form-data; name=\"client_secret\"", secret);
    let multipart = "multipart/form-data; boundary=x";
    let cases: Vec<(&str, Vec<u8>)> = vec![
        (JSON, b"".to_vec()),
        (JSON, b" ".to_vec()),
        (JSON, b"null".to_vec()),
        (JSON, b"true".to_vec()),
        (JSON, b"1".to_vec()),
        (JSON, b"\"x\"".to_vec()),
        (JSON, b"[]".to_vec()),
        (JSON, format!("[{good}]").into_bytes()),
        (JSON, b"{".to_vec()),
        (JSON, b"{]".to_vec()),
        (JSON, b"{,}".to_vec()),
        (JSON, b"{\"a\"}".to_vec()),
        (JSON, b"{\"a\":}".to_vec()),
        (JSON, b"{'a':1}".to_vec()),
        (JSON, b"{a:1}".to_vec()),
        (JSON, b"// x\n{}".to_vec()),
        (JSON, format!("{good},").into_bytes()),
        (JSON, format!("{good}{good}").into_bytes()),
        (JSON, format!("{good}\0").into_bytes()),
        (JSON, format!("\0{good}").into_bytes()),
        (JSON, good.replace('}', ",}").into_bytes()),
        (JSON, good.replace('{', &format!("{{\"client_id\":\"{id}\",")).into_bytes()),
        (JSON, good.replace('{', "{\"client\\u005fid\":\"other\",").into_bytes()),
        (JSON, good.replace('{', "{\"x\":1,\"x\":1,").into_bytes()),
        (JSON, good.replace('{', "{\"x\":{\"y\":1,\"y\":2},").into_bytes()),
        (JSON, nested(8).into_bytes()),
        (JSON, nested(20_000).into_bytes()),
        (JSON, good.replace('{', "{\"x\":1e999,").into_bytes()),
        (JSON, good.replace('{', "{\"x\":-,").into_bytes()),
        (JSON, good.replace('{', "{\"x\":01,").into_bytes()),
        (JSON, good.replace('{', "{\"x\":NaN,").into_bytes()),
        (JSON, good.replace('{', "{\"x\":Infinity,").into_bytes()),
        (JSON, good.replace('{', "{\"x\":\"\\ud800\",").into_bytes()),
        (JSON, good.replace('{', "{\"x\":\"\\x41\",").into_bytes()),
        (JSON, good.replace('{', "{\"x\":\"\n\",").into_bytes()),
        (JSON, [b"{\"client_id\":\"", &[0xff, 0xfe][..], b"\",\"client_secret\":\"x\"}"].concat()),
        (JSON, [&[0xff, 0xfe][..], &good.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()].concat()),
        (JSON, good.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        (JSON, ["\u{feff}", "\u{feff}", &good].concat().into_bytes()),
        (JSON, format!("client_id={id}&client_secret={secret}").into_bytes()),
        ("application/json; charset=utf-16", good.clone().into_bytes()),
        ("application/json; charset=latin1", good.clone().into_bytes()),
        ("text/json", good.clone().into_bytes()),
        ("text/plain", good.clone().into_bytes()),
        ("text/plain;charset=UTF-8", good.clone().into_bytes()),
        ("application/xml", b"<x/>".to_vec()),
        ("application/octet-stream", good.clone().into_bytes()),
        ("application/problem+json", good.clone().into_bytes()),
        ("application", good.clone().into_bytes()),
        ("/", good.clone().into_bytes()),
        ("", good.clone().into_bytes()),
        (",", good.clone().into_bytes()),
        ("application/json, text/plain", good.clone().into_bytes()),
        ("*/*", good.clone().into_bytes()),
        (FORM, b"".to_vec()),
        (FORM, b"&&&".to_vec()),
        (FORM, b"=x".to_vec()),
        (FORM, b"client_id".to_vec()),
        (FORM, format!("client_id={id}&client_secret={secret}&client_id={id}").into_bytes()),
        (FORM, format!("client_id={id}&client_secret={secret}&%63lient_id={id}").into_bytes()),
        (FORM, format!("client_id={id}&client_secret=").into_bytes()),
        (FORM, format!("client_id={id}&client_secret=%").into_bytes()),
        (FORM, format!("client_id={id}&client_secret=%4").into_bytes()),
        (FORM, format!("client_id={id}&client_secret=%zz").into_bytes()),
        (FORM, format!("client_id={id}&client_secret=%ff").into_bytes()),
        (FORM, [b"client_id=", &[0xff][..]].concat()),
        (FORM, format!("client_id[]={id}&client_secret={secret}").into_bytes()),
        (FORM, format!("client_id={id};client_secret={secret}").into_bytes()),
        (FORM, good.clone().into_bytes()),
        (FORM, (0..200).map(|n| format!("p{n}=1&")).collect::<String>().into_bytes()),
        ("multipart/form-data", multipart_good.clone().into_bytes()),
        ("multipart/form-data; boundary=", multipart_good.clone().into_bytes()),
        ("multipart/form-data; boundary=y", format!("{multipart_good}--x--\r\n").into_bytes()),
        (multipart, b"".to_vec()),
        (multipart, b"--x--\r\n".to_vec()),
        (multipart, multipart_good.clone().into_bytes()),
        (multipart, format!("{multipart_good}--x").into_bytes()),
        (multipart, format!("{multipart_good}{multipart_good}--x--\r\n").into_bytes()),
        (multipart, format!("{}--x--\r\n", part("form-data", id)).into_bytes()),
        (multipart, format!("{}--x--\r\n", part("attachment; name=\"client_id\"", id)).into_bytes()),
        (
            multipart,
            format!(
                "{}{}--x--\r\n",
                part("form-data; name=\"client_id\"; filename=\"a\"", id),
                part("form-data; name=\"client_secret\"", secret)
            )
            .into_bytes(),
        ),
        (
            multipart,
            [b"--x\r\nContent-Disposition: form-data; name=\"client_id\"\r\n\r\n", &[0xff][..], b"\r\n--x--\r\n"]
                .concat(),
        ),
        (multipart, b"--x\r\n\r\n\r\n--x--\r\n".to_vec()),
        (multipart, good.clone().into_bytes()),
        (JSON, format!("{{\"client_id\":\"{id}\",\"client_secret\":\"{}\"}}", "x".repeat(257)).into_bytes()),
        (JSON, format!("{{\"client_id\":\"{}\",\"client_secret\":\"x\"}}", "x".repeat(60_000)).into_bytes()),
        (JSON, format!("{{\"client_id\":{{}},\"client_secret\":\"{secret}\"}}").into_bytes()),
        (JSON, format!("{{\"client_id\":\"{id}\",\"client_secret\":false}}").into_bytes()),
        (JSON, format!("{{\"CLIENT_ID\":\"{id}\",\"client_secret\":\"{secret}\"}}").into_bytes()),
        (JSON, format!("{{\"client_id \":\"{id}\",\"client_secret\":\"{secret}\"}}").into_bytes()),
        (JSON, format!("{{\"\":\"\",\"client_id\":\"{id}\"}}").into_bytes()),
        (
            JSON,
            format!("{{{}\"client_id\":\"{id}\"}}", (0..200).map(|n| format!("\"p{n}\":1,")).collect::<String>())
                .into_bytes(),
        ),
        (JSON, customer.body_with(json!({"__proto__": {"x": 1}})).to_string().into_bytes()),
        (JSON, customer.body_with(json!({"x\r\nset-cookie: a": "b"})).to_string().into_bytes()),
        (JSON, customer.body_with(json!({"<script>": "b"})).to_string().into_bytes()),
        (JSON, customer.body_with(json!({"scope": ["DLAT access Webhooks"]})).to_string().into_bytes()),
        (JSON, customer.body_with(json!({"scope": 1e308})).to_string().into_bytes()),
        (JSON, customer.body_with(json!({"scope": "x".repeat(1025)})).to_string().into_bytes()),
        (JSON, customer.body_with(json!({"grant_type": null})).to_string().into_bytes()),
    ];
    assert!(cases.len() >= 95);
    for (content_type, body) in cases {
        let shown = String::from_utf8_lossy(&body).chars().take(90).collect::<String>();
        let request = server.post(PATH).header("content-type", content_type).body(body);
        let answer = Answer::of(request.send().await.unwrap()).await;
        assert_eq!(answer.status, 412, "{content_type} {shown}: {}", answer.text);
        answer.assert_problem(412, "invalid_arguments");
        assert!(!answer.faults().is_empty());
        for secret in [secret, "<script>", "set-cookie"] {
            assert!(!answer.text.contains(secret), "{shown}");
        }
    }
}

#[tokio::test]
async fn odd_but_well_formed_requests_keep_their_meaning() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let (id, secret) = (&customer.client_id, &customer.secret);
    for (content_type, body, status) in [
        ("APPLICATION/JSON", customer.body().to_string(), 200),
        ("application/json;charset=\"UTF-8\"", customer.body().to_string(), 200),
        ("application/json ; x=y", customer.body().to_string(), 200),
        (JSON, format!("\u{feff}\r\n\t {}\n", customer.body()), 200),
        (JSON, customer.body().to_string().replace("client_id", "client\\u005fid"), 200),
        (FORM, format!("&client_id={id}&&client_secret={secret}&scope="), 200),
        (FORM, format!("client_id={id}&client_secret={secret}&scope=DLAT+access%20Webhooks"), 200),
        ("application/x-www-form-urlencoded; charset=UTF-8", format!("client_id={id}&client_secret={secret}"), 200),
        (
            "multipart/form-data; boundary=\"a b\"",
            format!(
                "--a b\r\nContent-Disposition: form-data; name=client_id\r\n\r\n{id}\r\n--a b\r\nContent-Disposition: form-data; name=\"client_secret\"\r\nContent-Type: text/plain\r\n\r\n{secret}\r\n--a b--\r\n"
            ),
            200,
        ),
        (JSON, json!({"client_id": format!("{id}\u{0}"), "client_secret": secret}).to_string(), 404),
        (JSON, json!({"client_id": format!(" {id}"), "client_secret": secret}).to_string(), 404),
        (JSON, json!({"client_id": id.to_uppercase(), "client_secret": secret}).to_string(), 404),
        (JSON, json!({"client_id": "'; DROP TABLE credentials; --", "client_secret": secret}).to_string(), 404),
        (JSON, json!({"client_id": "../../etc/passwd", "client_secret": secret}).to_string(), 404),
        (JSON, json!({"client_id": id, "client_secret": format!("{secret} ")}).to_string(), 401),
        (JSON, json!({"client_id": id, "client_secret": format!("{secret}\u{0}")}).to_string(), 401),
        (JSON, json!({"client_id": id, "client_secret": secret.to_lowercase()}).to_string(), 401),
        (JSON, customer.body_with(json!({"scope": "DLAT\u{0} access Webhooks"})).to_string(), 400),
        (JSON, customer.body_with(json!({"scope": "DLAT  access Webhooks"})).to_string(), 400),
        (JSON, customer.body_with(json!({"scope": "a ".repeat(500)})).to_string(), 400),
    ] {
        let answer =
            Answer::of(server.post(PATH).header("content-type", content_type).body(body.clone()).send().await.unwrap())
                .await;
        assert_eq!(answer.status, status, "{content_type} {body}: {}", answer.text);
    }
}

#[tokio::test]
async fn wrong_methods_are_405_with_allow() {
    let server = Server::start().await;
    for path in [PATH, "/oauth/token", "/oauth/introspect", "/oauth/revoke"] {
        for method in ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "X"] {
            let answer =
                Answer::of(server.request(Method::from_bytes(method.as_bytes()).unwrap(), path).send().await.unwrap())
                    .await;
            answer.assert_problem(405, "method_not_allowed");
            assert_eq!(answer.header("allow"), "POST", "{method} {path}");
        }
        assert_eq!(server.request(Method::HEAD, path).send().await.unwrap().status(), 405);
    }
}

#[tokio::test]
async fn a_body_over_64_kib_is_413_however_it_is_sent() {
    let server = Server::start().await;
    for path in [PATH, "/oauth/token"] {
        for size in [65_537, 1_000_000, 3_000_000] {
            let answer =
                Answer::of(server.post(path).header("content-type", JSON).body("x".repeat(size)).send().await.unwrap())
                    .await;
            answer.assert_problem(413, "body_too_large");
        }
    }
    let exactly = format!("{}{}", " ".repeat(65_536 - 2), "{}");
    assert_eq!(server.post(PATH).body(exactly).send().await.unwrap().status(), 412);
    let chunked = format!(
        "POST {PATH} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n{}0\r\n\r\n",
        format!("8000\r\n{}\r\n", "x".repeat(0x8000)).repeat(3)
    );
    assert!(server.raw(chunked.as_bytes()).await.starts_with("HTTP/1.1 413"));
    let expecting = format!(
        "POST {PATH} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nexpect: 100-continue\r\ncontent-length: 99999999\r\n\r\n"
    );
    assert!(server.raw(expecting.as_bytes()).await.starts_with("HTTP/1.1 413"));
}

#[tokio::test]
async fn broken_http_is_refused_and_the_server_goes_on() {
    let server = Server::start().await;
    let big_header = format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(100_000));
    let many_headers = format!("GET /healthz HTTP/1.1\r\nhost: x\r\n{}\r\n", "a: b\r\n".repeat(500));
    for (request, answers) in [
        ("GARBAGE\r\n\r\n", &["HTTP/1.1 400", ""][..]),
        ("GET / HTTP/9.9\r\n\r\n", &["HTTP/1.1 400", ""]),
        (&big_header, &["HTTP/1.1 431"]),
        (&many_headers, &["HTTP/1.1 431", "HTTP/1.1 400"]),
        ("POST /api/v1/access-token HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n", &["HTTP/1.1 400"]),
        (
            "POST /api/v1/access-token HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
            &["HTTP/1.1 400"],
        ),
        (
            "POST /api/v1/access-token HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\nzz\r\n",
            &["HTTP/1.1 400", "HTTP/1.1 412"],
        ),
        ("POST /api/v1/access-token HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\n{", &["HTTP/1.1 412", ""]),
        ("GET /healthz HTTP/1.1\r\nhost: x\r\nx: a\0b\r\n\r\n", &["HTTP/1.1 400"]),
        (
            "POST /api/v1/access-token HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\n{}",
            &["HTTP/1.1 412"],
        ),
        (
            "POST /oauth/token HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Basic YTpi\r\nauthorization: Basic YTpi\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 29\r\n\r\ngrant_type=client_credentials",
            &["HTTP/1.1 400"],
        ),
        ("GET /%ff%fe HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", &["HTTP/1.1 404"]),
        ("GET /..%2f..%2fetc/passwd HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", &["HTTP/1.1 404"]),
        (
            "GET /admin/v1/entities/%ff HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
            &["HTTP/1.1 401", "HTTP/1.1 404"],
        ),
        ("GET http://other.example/healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", &["HTTP/1.1 200"]),
        ("GET /healthz HTTP/1.0\r\n\r\n", &["HTTP/1.0 200"]),
    ] {
        let answer = server.raw(request.as_bytes()).await;
        let head = answer.get(..12).unwrap_or(&answer).to_owned();
        assert!(answers.contains(&head.as_str()), "{request:.80}: {answer:.300}");
    }
    assert_eq!(server.get("/healthz").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_request_that_stalls_is_dropped_within_thirty_seconds() {
    let server = Server::start().await;
    let stall = async |bytes: &'static [u8]| {
        let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        let _ =
            tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut answer)).await.expect("not dropped");
        String::from_utf8_lossy(&answer).into_owned()
    };
    let drip = async || {
        let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
        let begun = tokio::time::Instant::now();
        while stream.write_all(b"x").await.is_ok() && begun.elapsed() < Duration::from_secs(25) {
            let _ = tokio::time::timeout(Duration::from_millis(500), stream.read_u8()).await;
        }
        begun.elapsed()
    };
    let (dripped, nothing, head, body, version) = tokio::join!(
        drip(),
        stall(b""),
        stall(b"POST /api/v1/access-token HTTP/1.1\r\nhost: x\r\n"),
        stall(b"POST /api/v1/access-token HTTP/1.1\r\nhost: x\r\ncontent-length: 20\r\n\r\n{"),
        stall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    );
    assert!(dripped < Duration::from_secs(20), "a head that never ends was read for {dripped:?}");
    assert_eq!((nothing.as_str(), head.starts_with("HTTP/1.1 2")), ("", false));
    assert!(body.starts_with("HTTP/1.1 408") && body.contains("body_too_slow"), "{body}");
    assert!(!version.contains("HTTP/1.1"));
}

//! Tokens that are bound to a key: DPoP (RFC 9449) at the OAuth door, at whoami and in introspection.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use passgate::domain::person::Role;
use serde_json::{Value, json};

use crate::server::{Answer, Customer, Server};
use crate::visitor::hidden;

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A client's key.
enum Key {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair, &'static str),
    Rsa(RsaKeyPair, &'static str),
}

impl Key {
    fn new() -> Self {
        Self::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn of_every_algorithm() -> [Self; 5] {
        let rsa = || RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        [
            Self::new(),
            Self::EdDsa(Ed25519KeyPair::generate().unwrap(), "EdDSA"),
            Self::EdDsa(Ed25519KeyPair::generate().unwrap(), "Ed25519"),
            Self::Rsa(rsa(), "RS256"),
            Self::Rsa(rsa(), "PS256"),
        ]
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Es256(_) => "ES256",
            Self::EdDsa(_, algorithm) | Self::Rsa(_, algorithm) => algorithm,
        }
    }

    /// The public half, with the members of a thumbprint only.
    fn jwk(&self) -> Value {
        match self {
            Self::Es256(pair) => {
                let point = pair.public_key().as_ref();
                json!({"crv": "P-256", "kty": "EC", "x": encode(&point[1..33]), "y": encode(&point[33..])})
            }
            Self::EdDsa(pair, _) => json!({"crv": "Ed25519", "kty": "OKP", "x": encode(pair.public_key())}),
            Self::Rsa(pair, _) => {
                let key = pair.public_key();
                let (n, e) = (key.modulus(), key.exponent());
                json!({
                    "e": encode(e.big_endian_without_leading_zero()), "kty": "RSA",
                    "n": encode(n.big_endian_without_leading_zero()),
                })
            }
        }
    }

    fn thumbprint(&self) -> String {
        encode(digest(&SHA256, self.jwk().to_string().as_bytes()))
    }

    fn sign(&self, message: &str) -> String {
        let (random, message) = (SystemRandom::new(), message.as_bytes());
        match self {
            Self::Es256(pair) => encode(pair.sign(&random, message).unwrap()),
            Self::EdDsa(pair, _) => encode(pair.sign(message)),
            Self::Rsa(pair, algorithm) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let padding: &'static dyn aws_lc_rs::signature::RsaEncoding =
                    if *algorithm == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                pair.sign(padding, &random, message, &mut signature).unwrap();
                encode(signature)
            }
        }
    }

    fn header(&self) -> Value {
        json!({"typ": "dpop+jwt", "alg": self.algorithm(), "jwk": self.jwk()})
    }

    /// A proof of these claims under this header, both as text, so that a name can stand twice.
    fn signed(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", encode(header), encode(claims));
        format!("{message}.{}", self.sign(&message))
    }

    fn proof(&self, claims: &Value) -> String {
        self.signed(&self.header().to_string(), &claims.to_string())
    }
}

fn id() -> String {
    encode(passgate::app::clock::random::<12>().unwrap())
}

/// What a proof for the token endpoint says.
fn for_token(server: &Server) -> Value {
    json!({
        "htm": "POST", "htu": format!("{}/oauth/token", server.app.issuer), "iat": server.app.now().seconds(),
        "jti": id(), "nonce": server.app.dpop_nonce(),
    })
}

/// What a proof for whoami with this token says.
fn for_whoami(server: &Server, token: &str) -> Value {
    json!({
        "htm": "GET", "htu": format!("{}/api/v1/whoami", server.app.issuer), "iat": server.app.now().seconds(),
        "jti": id(), "ath": encode(digest(&SHA256, token.as_bytes())),
    })
}

fn with(mut claims: Value, name: &str, value: impl Into<Value>) -> Value {
    claims[name] = value.into();
    claims
}

async fn ask(server: &Server, customer: &Customer, proofs: &[&str]) -> Answer {
    let mut request =
        server.post("/oauth/token").basic_auth(&customer.client_id, Some(&customer.secret)).form(&[GRANT]);
    for proof in proofs {
        request = request.header("dpop", *proof);
    }
    Answer::of(request.send().await.unwrap()).await
}

async fn bound_token(server: &Server, customer: &Customer, key: &Key) -> String {
    let answer = ask(server, customer, &[&key.proof(&for_token(server))]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body["access_token"].as_str().unwrap().to_owned()
}

async fn whoami(server: &Server, scheme: &str, token: &str, proofs: &[&str]) -> Answer {
    let mut request = server.get("/api/v1/whoami").header("authorization", format!("{scheme} {token}"));
    for proof in proofs {
        request = request.header("dpop", *proof);
    }
    Answer::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_proof_binds_the_token_to_its_key_in_every_algorithm() {
    let server = Server::start_with(&[("public_url", "https://pass.example.com")]).await;
    let customer = server.customer().await;
    let metadata = Answer::of(server.get("/.well-known/oauth-authorization-server").send().await.unwrap()).await;
    assert_eq!(
        metadata.body["dpop_signing_alg_values_supported"],
        json!(["ES256", "EdDSA", "Ed25519", "RS256", "PS256"])
    );
    for key in Key::of_every_algorithm() {
        let answer = ask(&server, &customer, &[&key.proof(&for_token(&server))]).await;
        assert_eq!((answer.status, &answer.body["token_type"]), (200, &json!("DPoP")), "{}", answer.text);
        assert_eq!(answer.header("dpop-nonce"), server.app.dpop_nonce());
        let token = answer.body["access_token"].as_str().unwrap();
        let said = server.oauth("introspect", &customer, &[("token", token)]).await;
        assert_eq!(said.body["cnf"], json!({"jkt": key.thumbprint()}));
        assert_eq!((&said.body["active"], &said.body["token_type"]), (&json!(true), &json!("DPoP")));
        let used = whoami(&server, "DPoP", token, &[&key.proof(&for_whoami(&server, token))]).await;
        assert_eq!((used.status, &used.body["claims"]["cnf"]["jkt"]), (200, &json!(key.thumbprint())), "{}", used.text);
        assert_eq!(server.oauth("revoke", &customer, &[("token", token)]).await.status, 200);
        assert_eq!(whoami(&server, "DPoP", token, &[&key.proof(&for_whoami(&server, token))]).await.status, 401);
    }
}

#[tokio::test]
async fn without_a_proof_everything_is_as_before() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let answer = ask(&server, &customer, &[]).await;
    assert_eq!((answer.status, &answer.body["token_type"]), (200, &json!("Bearer")));
    assert!(!answer.headers.contains_key("dpop-nonce"));
    let token = answer.body["access_token"].as_str().unwrap();
    let said = server.oauth("introspect", &customer, &[("token", token)]).await;
    assert_eq!((said.body.get("cnf"), &said.body["token_type"]), (None, &json!("Bearer")));
    assert_eq!(server.whoami(token).await.status, 200);
}

#[tokio::test]
async fn a_client_is_given_a_nonce_and_asks_again_with_it() {
    let server = Server::start().await;
    let (customer, key) = (server.customer().await, Key::new());
    let mut claims = for_token(&server);
    claims.as_object_mut().unwrap().remove("nonce");
    let first = ask(&server, &customer, &[&key.proof(&claims)]).await;
    assert_eq!((first.status, first.code()), (400, "use_dpop_nonce"), "{}", first.text);
    let nonce = first.header("dpop-nonce").to_owned();
    let again = with(claims, "nonce", nonce.clone());
    assert_eq!(ask(&server, &customer, &[&key.proof(&again)]).await.status, 200);
    server.advance(60);
    let later = with(for_token(&server), "nonce", nonce.clone());
    assert_eq!(ask(&server, &customer, &[&key.proof(&later)]).await.status, 200, "it lasts into the next slot");
    server.advance(60);
    let old = ask(&server, &customer, &[&key.proof(&with(for_token(&server), "nonce", nonce.clone()))]).await;
    assert_eq!((old.status, old.code()), (400, "use_dpop_nonce"));
    assert_ne!(old.header("dpop-nonce"), nonce);
}

#[tokio::test]
async fn every_node_takes_the_nonces_of_every_other_and_of_nobody_else() {
    let server = Server::start().await;
    let (customer, key) = (server.customer().await, Key::new());
    let twin = Server::start_in(&server.place, &[("public_url", &server.app.issuer)]).await;
    let elsewhere = Server::start().await;
    let proof = key.proof(&with(for_token(&server), "nonce", twin.app.dpop_nonce()));
    assert_eq!(ask(&server, &customer, &[&proof]).await.status, 200);
    let long = format!("{}AAAA", server.app.dpop_nonce());
    for foreign in [elsewhere.app.dpop_nonce().as_str(), "", "x", "AAAAAAAAAAAAAAAAAAAAAA", &long] {
        let answer = ask(&server, &customer, &[&key.proof(&with(for_token(&server), "nonce", foreign))]).await;
        assert_eq!((answer.status, answer.code()), (400, "use_dpop_nonce"), "{foreign}");
    }
}

#[tokio::test]
async fn a_stolen_or_forged_proof_gets_no_token() {
    let server = Server::start().await;
    let (customer, key, other) = (server.customer().await, Key::new(), Key::new());
    let good = || for_token(&server);
    let now = server.app.now().seconds();
    let header = |name: &str, value: Value| {
        let mut header = key.header();
        header[name] = value;
        key.signed(&header.to_string(), &good().to_string())
    };
    let mut private = key.jwk();
    private["d"] = json!(encode([1; 32]));
    let unsigned = |alg: &str| {
        let mut header = key.header();
        header["alg"] = json!(alg);
        format!("{}.{}.", encode(header.to_string()), encode(good().to_string()))
    };
    let hmac = {
        let header = json!({"typ": "dpop+jwt", "alg": "HS256", "jwk": {"kty": "oct", "k": encode([7; 32])}});
        let message = format!("{}.{}", encode(header.to_string()), encode(good().to_string()));
        let mac = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &[7; 32]);
        format!("{message}.{}", encode(aws_lc_rs::hmac::sign(&mac, message.as_bytes())))
    };
    let plain = key.proof(&good());
    let (text, twice) = (key.header().to_string(), good().to_string());
    let issuer = &server.app.issuer;
    let without = |name: &str| {
        let mut claims = good();
        claims.as_object_mut().unwrap().remove(name);
        key.proof(&claims)
    };
    let mut cases = vec![
        ("another method", key.proof(&with(good(), "htm", "GET"))),
        ("a method in another case", key.proof(&with(good(), "htm", "post"))),
        ("another endpoint", key.proof(&with(good(), "htu", format!("{issuer}/api/v1/whoami")))),
        ("another server", key.proof(&with(good(), "htu", "https://evil.example/oauth/token"))),
        ("a path alone", key.proof(&with(good(), "htu", "/oauth/token"))),
        ("61 seconds old", key.proof(&with(good(), "iat", now - 61))),
        ("61 seconds ahead", key.proof(&with(good(), "iat", now + 61))),
        ("the end of time", key.proof(&with(good(), "iat", i64::MAX))),
        ("the time as text", key.proof(&with(good(), "iat", now.to_string()))),
        ("an empty id", key.proof(&with(good(), "jti", ""))),
        ("an endless id", key.proof(&with(good(), "jti", "x".repeat(257)))),
        ("an id of a number", key.proof(&with(good(), "jti", 7))),
        ("a private key", header("jwk", private)),
        ("a symmetric key", header("jwk", json!({"kty": "oct", "k": encode([7; 32])}))),
        ("somebody else's key", header("jwk", other.jwk())),
        ("no key", header("jwk", Value::Null)),
        ("a key by reference", header("jwk", json!("https://evil.example/jwk"))),
        ("another type", header("typ", json!("JWT"))),
        ("no algorithm", unsigned("none")),
        ("an algorithm that is no text", header("alg", json!(["ES256"]))),
        ("an algorithm that does not fit the key", header("alg", json!("EdDSA"))),
        ("HS256", hmac),
        ("HS256 over the public key", unsigned("HS256")),
        ("an extension that is critical", header("crit", json!(["exp"]))),
        ("a claim twice", key.signed(&text, &twice.replacen('{', r#"{"htm":"POST","#, 1))),
        ("a header twice", key.signed(&text.replacen('{', r#"{"alg":"ES256","#, 1), &twice)),
        ("a member of the key twice", key.signed(&text.replacen(r#""jwk":{"#, r#""jwk":{"kty":"EC","#, 1), &twice)),
        ("no signature", plain.rsplit_once('.').unwrap().0.to_owned() + "."),
        ("two parts", plain.rsplit_once('.').unwrap().0.to_owned()),
        ("four parts", format!("{plain}.x")),
        ("oversize", key.proof(&with(good(), "more", "x".repeat(4000)))),
        ("nothing", String::new()),
    ];
    cases.extend(["htm", "htu", "iat", "jti"].map(|name| ("a claim missing", without(name))));
    for (what, proof) in cases {
        let answer = ask(&server, &customer, &[&proof]).await;
        assert_eq!((answer.status, answer.code()), (400, "invalid_dpop_proof"), "{what}: {}", answer.text);
        assert_eq!(answer.header("dpop-nonce"), server.app.dpop_nonce(), "{what}");
        assert!(answer.body["error_description"].as_str().unwrap().len() > 20);
    }
    let two = ask(&server, &customer, &[&key.proof(&good()), &key.proof(&good())]).await;
    assert_eq!((two.status, two.code()), (400, "invalid_dpop_proof"));
    for fine in [
        with(good(), "iat", now - 60),
        with(good(), "iat", now + 60),
        with(good(), "htu", format!("{issuer}/oauth/x/../token?a=b#c")),
        with(good(), "htu", format!("{}/oauth/%74oken", issuer.replace("http://", "HTTP://"))),
    ] {
        let answer = ask(&server, &customer, &[&key.proof(&fine)]).await;
        assert_eq!(answer.status, 200, "{fine}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_wrong_secret_is_not_helped_by_a_right_proof() {
    let server = Server::start().await;
    let (customer, key) = (server.customer().await, Key::new());
    let wrong = Customer { secret: "wrong".to_owned(), ..customer };
    let answer = ask(&server, &wrong, &[&key.proof(&for_token(&server))]).await;
    assert_eq!((answer.status, answer.code()), (401, "invalid_client"));
}

#[tokio::test]
async fn a_proof_is_taken_once_even_if_it_comes_fifty_times_at_once() {
    let server = Server::start_with(&[("throttle_burst", "1000")]).await;
    let (customer, key) = (server.customer().await, Key::new());
    let proof = key.proof(&for_token(&server));
    let proofs = [proof.as_str()];
    let asked = (0..50).map(|_| ask(&server, &customer, &proofs));
    let answers = futures_util::future::join_all(asked).await;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    let lost = answers.iter().filter(|answer| answer.code() == "invalid_dpop_proof").count();
    assert_eq!((won, lost), (1, 49));
    server.advance(60);
    assert_eq!(ask(&server, &customer, &[&proof]).await.code(), "invalid_dpop_proof", "as long as it is current");
    let token = bound_token(&server, &customer, &key).await;
    let proof = key.proof(&for_whoami(&server, &token));
    assert_eq!(whoami(&server, "DPoP", &token, &[&proof]).await.status, 200);
    let again = whoami(&server, "DPoP", &token, &[&proof]).await;
    again.assert_problem(401, "invalid_dpop_proof");
}

#[tokio::test]
async fn a_stolen_token_is_worth_nothing_without_its_key() {
    let server = Server::start().await;
    let (customer, key, thief) = (server.customer().await, Key::new(), Key::new());
    let (token, other) = (bound_token(&server, &customer, &key).await, bound_token(&server, &customer, &key).await);
    let bearer = whoami(&server, "Bearer", &token, &[]).await;
    bearer.assert_problem(401, "invalid_token");
    let challenge = bearer.header("www-authenticate");
    assert!(challenge.starts_with("Bearer ") && challenge.contains("error=\"invalid_token\""), "{challenge}");
    assert!(challenge.ends_with(", DPoP algs=\"ES256 EdDSA Ed25519 RS256 PS256\""), "{challenge}");
    let with_proof = whoami(&server, "Bearer", &token, &[&key.proof(&for_whoami(&server, &token))]).await;
    with_proof.assert_problem(401, "invalid_token");
    let good = || for_whoami(&server, &token);
    let mut without = good();
    without.as_object_mut().unwrap().remove("ath");
    for (what, proof) in [
        ("the thief's key", thief.proof(&good())),
        ("another token's hash", key.proof(&for_whoami(&server, &other))),
        ("no hash", key.proof(&without)),
        ("a hash with padding", key.proof(&with(good(), "ath", format!("{}=", good()["ath"].as_str().unwrap())))),
        ("the token endpoint's proof", key.proof(&for_token(&server))),
        ("another method", key.proof(&with(good(), "htm", "POST"))),
        ("another address", key.proof(&with(good(), "htu", format!("{}/forward-auth", server.app.issuer)))),
        ("an old one", key.proof(&with(good(), "iat", server.app.now().seconds() - 61))),
    ] {
        let answer = whoami(&server, "DPoP", &token, &[&proof]).await;
        assert_eq!((answer.status, answer.code()), (401, "invalid_dpop_proof"), "{what}: {}", answer.text);
        answer.assert_problem(401, "invalid_dpop_proof");
        let challenge = answer.header("www-authenticate");
        assert_eq!(challenge, "DPoP error=\"invalid_dpop_proof\", algs=\"ES256 EdDSA Ed25519 RS256 PS256\"", "{what}");
        assert_eq!(answer.body["title"], "Invalid token");
    }
    let none = whoami(&server, "DPoP", &token, &[]).await;
    none.assert_problem(401, "invalid_dpop_proof");
    assert_eq!(none.header("dpop-nonce"), server.app.dpop_nonce());
    let old = whoami(&server, "DPoP", &token, &[&key.proof(&with(good(), "nonce", "old"))]).await;
    assert!(old.header("www-authenticate").starts_with("DPoP error=\"use_dpop_nonce\""));
    assert_eq!(old.header("dpop-nonce"), server.app.dpop_nonce());
    let mended = with(good(), "nonce", old.header("dpop-nonce"));
    assert_eq!(whoami(&server, "dpop", &token, &[&key.proof(&mended)]).await.status, 200, "a scheme has no case");
}

#[tokio::test]
async fn a_token_that_is_not_bound_is_no_dpop_token() {
    let server = Server::start().await;
    let (customer, key) = (server.customer().await, Key::new());
    let token = server.token(&customer).await;
    let answer = whoami(&server, "DPoP", &token, &[&key.proof(&for_whoami(&server, &token))]).await;
    answer.assert_problem(401, "invalid_token");
    assert!(answer.header("www-authenticate").starts_with("DPoP error=\"invalid_token\", algs="));
    let absent = Answer::of(server.get("/api/v1/whoami").send().await.unwrap()).await;
    assert_eq!(
        absent.header("www-authenticate"),
        "Bearer realm=\"passgate\", DPoP algs=\"ES256 EdDSA Ed25519 RS256 PS256\""
    );
}

#[tokio::test]
async fn an_entity_can_take_bound_tokens_only() {
    let server = Server::start().await;
    let (customer, key) = (server.customer().await, Key::new());
    server.change(&customer, json!({"settings": {"require_dpop": true}})).await;
    let shown = server.admin(reqwest::Method::GET, "/entities/northwind", None).await;
    assert_eq!(shown.body["settings"]["require_dpop"], true);
    let plain = ask(&server, &customer, &[]).await;
    assert_eq!((plain.status, plain.code()), (400, "invalid_dpop_proof"), "{}", plain.text);
    assert_eq!(plain.header("dpop-nonce"), server.app.dpop_nonce());
    let integration = server.ask(customer.body()).await;
    integration.assert_problem(401, "invalid_credentials");
    assert!(integration.body["detail"].as_str().unwrap().contains("/oauth/token"));
    let guess = server.ask(json!({"client_id": customer.client_id, "client_secret": "wrong"})).await;
    assert!(!guess.text.contains("DPoP"), "who has proven nothing learns nothing");
    bound_token(&server, &customer, &key).await;
    server.change(&customer, json!({"settings": {"require_dpop": false}})).await;
    assert_eq!(server.ask(customer.body()).await.status, 200);
}

#[tokio::test]
async fn people_require_it_on_token_timeout_and_read_why_a_client_then_fails() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let visitor = server.person(&customer.entity, "maya@northwind.example", Role::Owner).await;
    let path = "/entities/northwind/token-timeout";
    let page = visitor.get(path).await.text;
    assert!(page.contains("Accept bound tokens only") && !page.contains("name=\"dpop\" value=\"on\" checked"));
    let version = hidden(&page, "version");
    let form = [("version", version.as_str()), ("timeout", "10"), ("unit", "minutes"), ("grace", "0"), ("dpop", "on")];
    assert_eq!(visitor.post(path, &form).await.status, 303);
    assert!(visitor.get(path).await.text.contains("name=\"dpop\" value=\"on\" checked"));
    server.ask(customer.body()).await.assert_problem(401, "invalid_credentials");
    assert_eq!(ask(&server, &customer, &[]).await.code(), "invalid_dpop_proof");
    passgate::jobs::flush(&server.app).await.unwrap();
    let log = visitor.get("/entities/northwind/requests").await.text;
    assert!(log.contains("No proof of the key, and this entity takes bound tokens only"), "{log}");
    assert!(log.contains("with a new DPoP proof for each request"));
}

#[tokio::test]
async fn at_a_gateway_a_bound_token_passes_with_a_proof_for_the_request_that_a_named_proxy_tells_of() {
    let url = "https://api.example.com/orders?page=2";
    let told = [("method", "PUT"), ("proto", "https"), ("host", "api.example.com"), ("uri", "/orders?page=2")];
    let forward = async |server: &Server, token: &str, scheme: &str, proof: &str| {
        let mut request = server.get("/forward-auth").header("authorization", format!("{scheme} {token}"));
        for (name, value) in told {
            request = request.header(format!("x-forwarded-{name}"), value);
        }
        Answer::of(request.header("dpop", proof).send().await.unwrap()).await
    };
    let server = Server::start_with(&[("trusted_proxies", "127.0.0.1")]).await;
    let (customer, key) = (server.customer().await, Key::new());
    let token = bound_token(&server, &customer, &key).await;
    let says = with(with(for_whoami(&server, &token), "htm", "PUT"), "htu", url);
    let proof = key.proof(&says);
    assert_eq!(forward(&server, &token, "DPoP", &proof).await.status, 200);
    let again = forward(&server, &token, "DPoP", &proof).await;
    again.assert_problem(401, "invalid_dpop_proof");
    assert!(again.header("www-authenticate").starts_with("DPoP "));
    let fresh = |says: &Value| key.proof(&with(says.clone(), "jti", id()));
    forward(&server, &token, "Bearer", &fresh(&says)).await.assert_problem(401, "invalid_token");
    for (name, other) in [("htu", "https://api.example.com/invoices"), ("htm", "GET")] {
        let answer = forward(&server, &token, "DPoP", &fresh(&with(says.clone(), name, other))).await;
        answer.assert_problem(401, "invalid_dpop_proof");
    }

    let server = Server::start().await;
    let customer = server.customer().await;
    let token = bound_token(&server, &customer, &key).await;
    let says = with(with(for_whoami(&server, &token), "htm", "PUT"), "htu", url);
    let answer = forward(&server, &token, "DPoP", &key.proof(&says)).await;
    answer.assert_problem(401, "invalid_dpop_proof");
}

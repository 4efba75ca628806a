//! Clients that prove themselves by a certificate (RFC 8705), over TLS and behind a proxy, and tokens that are bound to it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, SanType,
};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::private_key_jwt::set;
use crate::server::{Answer, Customer, Place, Server};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

/// An authority.
struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate with its key, as a client holds it.
struct Held {
    der: Vec<u8>,
    pem: String,
    key: String,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name = named(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    fn issue(&self, name: &str, alternatives: Vec<SanType>) -> Held {
        let mut params = CertificateParams::default();
        params.distinguished_name = named(name);
        params.subject_alt_names = alternatives;
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Held { der: certificate.der().to_vec(), pem: certificate.pem(), key: key.serialize_pem() }
    }
}

fn named(name: &str) -> DistinguishedName {
    let mut dn = DistinguishedName::new();
    dn.push(DnType::OrganizationName, "Northwind");
    dn.push(DnType::CommonName, name);
    dn
}

fn self_signed(name: &str) -> Held {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(name);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    Held { der: certificate.der().to_vec(), pem: certificate.pem(), key: key.serialize_pem() }
}

impl Held {
    fn thumbprint(&self) -> String {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &self.der);
        URL_SAFE_NO_PAD.encode(digest)
    }
}

/// A server over TLS that asks for certificates, and the authority that it trusts.
struct Secure {
    server: Server,
    authority: Authority,
    root: reqwest::Certificate,
}

impl Secure {
    async fn start() -> Self {
        let place = Place::new().await;
        let authority = Authority::new("Platform CA");
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let write = |name: &str, text: String| {
            let path = place.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let files = [
            write("server.pem", certificate.pem()),
            write("server.key", key.serialize_pem()),
            write("clients.pem", authority.certificate.pem()),
        ];
        let settings = [
            ("tls_certificate_file", files[0].as_str()),
            ("tls_key_file", &files[1]),
            ("client_ca_file", &files[2]),
            ("tls_client_certificates", "ask"),
        ];
        let mut server = Server::start_in(&place, &settings).await;
        let root = reqwest::Certificate::from_pem(certificate.pem().as_bytes()).unwrap();
        server.http = Client::builder().tls_certs_only([root.clone()]).build().unwrap();
        server.scheme = "https";
        Self { server, authority, root }
    }

    /// A client that holds this certificate.
    fn client(&self, held: &Held) -> Client {
        let identity = reqwest::Identity::from_pem(format!("{}{}", held.key, held.pem).as_bytes()).unwrap();
        Client::builder().tls_certs_only([self.root.clone()]).identity(identity).build().unwrap()
    }

    async fn ask(&self, client: &Client, customer: &Customer) -> Answer {
        let form = [GRANT, ("client_id", customer.client_id.as_str())];
        let url = format!("https://{}/oauth/token", self.server.address);
        Answer::of(client.post(url).form(&form).send().await.unwrap()).await
    }

    async fn whoami(&self, client: &Client, token: &str) -> Answer {
        let url = format!("https://{}/api/v1/whoami", self.server.address);
        Answer::of(client.get(url).bearer_auth(token).send().await.unwrap()).await
    }
}

fn token_in(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_certificate_of_the_authority_with_the_registered_name_gets_a_token_bound_to_it() {
    let secure = Secure::start().await;
    let customer = secure.server.customer().await;
    let dns = SanType::DnsName("erp.northwind.example".try_into().unwrap());
    let ip = SanType::IpAddress("192.0.2.7".parse().unwrap());
    let uri = SanType::URI("spiffe://northwind/erp".try_into().unwrap());
    let email = SanType::Rfc822Name("erp@northwind.example".try_into().unwrap());
    let own = secure.authority.issue("erp", vec![dns, ip, uri, email]);
    let neighbour = secure.authority.issue("crm", vec![SanType::DnsName("crm.northwind.example".try_into().unwrap())]);
    let foreign =
        Authority::new("Platform CA").issue("erp", vec![SanType::DnsName("erp.northwind.example".try_into().unwrap())]);
    let (holder, other, forger) = (secure.client(&own), secure.client(&neighbour), secure.client(&foreign));
    for (member, name) in [
        ("tls_client_auth_subject_dn", "CN=erp,O=Northwind"),
        ("tls_client_auth_san_dns", "erp.northwind.example"),
        ("tls_client_auth_san_uri", "spiffe://northwind/erp"),
        ("tls_client_auth_san_ip", "192.0.2.7"),
        ("tls_client_auth_san_email", "erp@northwind.example"),
    ] {
        let changed = set(&secure.server, &customer, json!({"method": "tls_client_auth", member: name})).await;
        assert_eq!((changed.status, &changed.body["authentication"][member]), (200, &json!(name)), "{}", changed.text);
        assert_eq!(secure.ask(&holder, &customer).await.status, 200, "{member}");
        for (client, who) in [(&other, "another's certificate"), (&forger, "another authority of the same name")] {
            let refused = secure.ask(client, &customer).await;
            assert_eq!((refused.status, refused.code()), (401, "invalid_client"), "{member}: {who}");
            assert!(refused.text.contains("The client is unknown, or its secret is wrong."), "{}", refused.text);
        }
    }
    let bare = secure.ask(&secure.server.http, &customer).await;
    assert_eq!((bare.status, bare.code()), (401, "invalid_client"), "no certificate");
    let token = token_in(&secure.ask(&holder, &customer).await);
    let whoami = secure.whoami(&holder, &token).await;
    assert_eq!(whoami.body["claims"]["cnf"], json!({"x5t#S256": own.thumbprint()}));
    for client in [&other, &secure.server.http] {
        secure.whoami(client, &token).await.assert_problem(401, "invalid_token");
    }
}

#[tokio::test]
async fn a_registered_certificate_of_ones_own_works_and_another_does_not() {
    let secure = Secure::start().await;
    let customer = secure.server.customer().await;
    let (own, other) = (self_signed("erp"), self_signed("erp"));
    let chosen = json!({"method": "self_signed_tls_client_auth", "certificates": [own.pem]});
    let changed = set(&secure.server, &customer, chosen).await;
    assert_eq!(changed.body["authentication"]["thumbprints"], json!([own.thumbprint()]), "{}", changed.text);
    let (holder, forger) = (secure.client(&own), secure.client(&other));
    let token = token_in(&secure.ask(&holder, &customer).await);
    assert_eq!(secure.ask(&forger, &customer).await.status, 401);
    assert_eq!(secure.server.ask(customer.body()).await.status, 401, "its secret is refused");
    let form = [("client_id", customer.client_id.as_str()), ("token", token.as_str())];
    let url = format!("https://{}/oauth/introspect", secure.server.address);
    let seen = Answer::of(holder.post(url).form(&form).send().await.unwrap()).await;
    assert_eq!(seen.body["cnf"]["x5t#S256"], own.thumbprint(), "{}", seen.text);
    let hex: String =
        URL_SAFE_NO_PAD.decode(other.thumbprint()).unwrap().iter().map(|byte| format!("{byte:02X}")).collect();
    let replaced = json!({"method": "self_signed_tls_client_auth", "certificates": [hex]});
    assert_eq!(set(&secure.server, &customer, replaced).await.status, 200);
    assert_eq!(secure.ask(&holder, &customer).await.status, 401, "from the very next call on");
    assert_eq!(secure.ask(&forger, &customer).await.status, 200);
}

#[tokio::test]
async fn a_certificate_beside_a_secret_binds_nothing_and_the_metadata_names_the_methods() {
    let secure = Secure::start().await;
    let customer = secure.server.customer().await;
    let holder = secure.client(&self_signed("erp"));
    let url = format!("https://{}/oauth/token", secure.server.address);
    let request = holder.post(url).basic_auth(&customer.client_id, Some(&customer.secret)).form(&[GRANT]);
    let token = token_in(&Answer::of(request.send().await.unwrap()).await);
    assert_eq!(secure.whoami(&secure.server.http, &token).await.status, 200);
    let refused = secure.ask(&holder, &customer).await;
    assert_eq!(refused.status, 401, "a certificate is no proof for a credential with a secret");
    let metadata = Answer::of(secure.server.get("/.well-known/oauth-authorization-server").send().await.unwrap()).await;
    let methods = metadata.body["token_endpoint_auth_methods_supported"].as_array().unwrap();
    assert!(methods.contains(&json!("tls_client_auth")) && methods.contains(&json!("self_signed_tls_client_auth")));
    assert_eq!(metadata.body["tls_client_certificate_bound_access_tokens"], true);
}

#[tokio::test]
async fn wrong_certificates_are_throttled_like_wrong_secrets() {
    let secure = Secure::start().await;
    let customer = secure.server.customer().await;
    let (own, other) = (self_signed("erp"), self_signed("erp"));
    set(&secure.server, &customer, json!({"method": "self_signed_tls_client_auth", "certificates": [own.pem]})).await;
    let forger = secure.client(&other);
    for _ in 0..20 {
        assert_eq!(secure.ask(&forger, &customer).await.status, 401);
    }
    assert_eq!(secure.ask(&forger, &customer).await.status, 429);
}

/// A request with headers that a proxy might have set.
async fn through(server: &Server, customer: &Customer, headers: &[(&str, &str)]) -> Answer {
    let mut request = server.post("/oauth/token").form(&[GRANT, ("client_id", customer.client_id.as_str())]);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(request.send().await.unwrap()).await
}

fn escaped(pem: &str) -> String {
    pem.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[tokio::test]
async fn a_named_proxy_passes_a_certificate_on_and_nobody_else_can() {
    let held = self_signed("erp");
    let other = self_signed("crm");
    let rfc9440 = format!(":{}:", STANDARD.encode(&held.der));
    let nginx = escaped(&held.pem);
    for (name, value, wrong) in [
        ("Client-Cert", rfc9440.as_str(), format!(":{}:", STANDARD.encode(&other.der))),
        ("X-Client-Certificate", nginx.as_str(), escaped(&other.pem)),
    ] {
        let server =
            Server::start_with(&[("client_certificate_proxies", "127.0.0.1"), ("client_certificate_header", name)])
                .await;
        let customer = server.customer().await;
        let chosen = json!({"method": "self_signed_tls_client_auth", "certificates": [held.pem]});
        assert_eq!(set(&server, &customer, chosen).await.status, 200);
        let token = token_in(&through(&server, &customer, &[(name, value)]).await);
        for headers in [&[][..], &[(name, wrong.as_str())], &[(name, value), (name, value)], &[("X-Other", value)]] {
            assert_eq!(through(&server, &customer, headers).await.status, 401, "{headers:?}");
        }
        server.whoami(&token).await.assert_problem(401, "invalid_token");
        for path in ["/api/v1/whoami", "/forward-auth"] {
            for (value, status) in [(value, 200), (wrong.as_str(), 401)] {
                let request = server.get(path).bearer_auth(&token).header(name, value);
                assert_eq!(Answer::of(request.send().await.unwrap()).await.status, status, "{path}");
            }
        }
    }
    let server = Server::start_with(&[
        ("client_certificate_proxies", "192.0.2.1"),
        ("client_certificate_header", "Client-Cert"),
    ])
    .await;
    let customer = server.customer().await;
    let chosen = json!({"method": "self_signed_tls_client_auth", "certificates": [held.pem]});
    assert_eq!(set(&server, &customer, chosen).await.status, 200);
    let refused = through(&server, &customer, &[("Client-Cert", &rfc9440)]).await;
    assert_eq!((refused.status, refused.code()), (401, "invalid_client"), "we are not the named proxy");
}

#[tokio::test]
async fn a_chain_in_the_header_leads_to_the_authority() {
    let place = Place::new().await;
    let root = Authority::new("Root");
    let file = place.path().join("clients.pem");
    std::fs::write(&file, root.certificate.pem()).unwrap();
    let file = file.display().to_string();
    let settings = [
        ("client_certificate_proxies", "127.0.0.1"),
        ("client_certificate_header", "Client-Cert"),
        ("client_ca_file", &*file),
    ];
    let server = Server::start_in(&place, &settings).await;
    let customer = server.customer().await;
    set(&server, &customer, json!({"method": "tls_client_auth", "tls_client_auth_subject_dn": "CN=erp,O=Northwind"}))
        .await;
    let mut params = CertificateParams::default();
    params.distinguished_name = named("Intermediate");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &root.issuer).unwrap();
    let between = Authority { issuer: Issuer::new(params, key), certificate };
    let held = between.issue("erp", Vec::new());
    let field = |der: &[u8]| format!(":{}:", STANDARD.encode(der));
    let (leaf, chain) = (field(&held.der), field(between.certificate.der()));
    assert_eq!(through(&server, &customer, &[("Client-Cert", &leaf)]).await.status, 401, "the link is missing");
    let answer = through(&server, &customer, &[("Client-Cert", &leaf), ("Client-Cert-Chain", &chain)]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn a_method_that_the_operator_has_not_set_up_cannot_be_chosen() {
    let server = Server::start_with(&[
        ("client_certificate_proxies", "127.0.0.1"),
        ("client_certificate_header", "Client-Cert"),
    ])
    .await;
    let customer = server.customer().await;
    let refused =
        set(&server, &customer, json!({"method": "tls_client_auth", "tls_client_auth_san_dns": "a.example"})).await;
    refused.assert_problem(422, "invalid_fields");
    assert!(refused.text.contains("client_ca_file"), "{}", refused.text);
    let shown = server.admin(Method::GET, &format!("/credentials/{}", customer.client_id), None).await;
    assert_eq!(shown.body["authentication"], json!({"method": "client_secret"}));
    let two = json!({"method": "tls_client_auth", "tls_client_auth_san_dns": "a.example", "tls_client_auth_san_ip": "192.0.2.1"});
    assert_eq!(set(&server, &customer, two).await.status, 422);
    assert_eq!(shown.body["authentication"].get("thumbprints"), None::<&Value>);
}

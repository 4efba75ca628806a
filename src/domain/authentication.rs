//! How a credential proves itself: by its secret, by a signed assertion (RFC 7523) or by a certificate (RFC 8705). One way
//! at a time; a credential of another way refuses its secret.

use serde::{Deserialize, Serialize};

use super::certificate::{Authorities, Certificate, Subject, Thumbprint, from_pem};
use super::fault::{Fault, FieldFault};
use super::public_key::{BadKeys, MOST_KEYS, PublicKey, uploaded};
use super::time::Timestamp;

/// Longest `jwks_uri`, in bytes.
pub const LONGEST_URI: usize = 500;

/// How a credential proves itself, under the words of the IANA registry of token endpoint authentication methods.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Authentication {
    /// `client_secret_basic`, `client_secret_post`, and the integration endpoint.
    #[default]
    ClientSecret,
    /// An assertion signed with one of these keys.
    PrivateKeyJwt(KeySource),
    /// A certificate of this name that an authority of the operator's has vouched for.
    TlsClientAuth(Subject),
    /// A certificate with one of these thumbprints, its own or that of its key.
    SelfSignedTlsClientAuth {
        /// At least one.
        thumbprints: Vec<Thumbprint>,
    },
}

/// Where the keys of `private_key_jwt` are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeySource {
    /// Here.
    Jwks(Vec<PublicKey>),
    /// Where the client publishes them.
    JwksUri(String),
}

/// What somebody chooses, not yet judged. What is empty was not said.
#[derive(Clone, Default)]
pub struct Choice {
    /// The method.
    pub method: String,
    /// A JWK Set, a JWK, or public keys in PEM.
    pub jwks: String,
    /// Where the keys are published.
    pub jwks_uri: String,
    /// Kind ([`Subject::KINDS`]) and text of the certificate's name.
    pub subject: Option<(String, String)>,
    /// Certificates in PEM, or thumbprints.
    pub certificates: Vec<String>,
}

impl Authentication {
    /// The methods, in the order in which they are offered.
    pub const METHODS: [&'static str; 4] =
        ["client_secret", "private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"];

    /// The word for its method.
    pub const fn method(&self) -> &'static str {
        match self {
            Self::ClientSecret => "client_secret",
            Self::PrivateKeyJwt(_) => "private_key_jwt",
            Self::TlsClientAuth(_) => "tls_client_auth",
            Self::SelfSignedTlsClientAuth { .. } => "self_signed_tls_client_auth",
        }
    }

    /// Whether the method needs a client certificate.
    pub const fn needs_certificate(&self) -> bool {
        matches!(self, Self::TlsClientAuth(_) | Self::SelfSignedTlsClientAuth { .. })
    }

    /// What was chosen, if it makes sense. `Err` lists every field at fault.
    pub fn choose(choice: &Choice) -> Result<Self, Vec<FieldFault>> {
        let fault = |field: &str, fault| vec![FieldFault::new(field, fault)];
        let strays = choice.strays();
        if !strays.is_empty() {
            return Err(strays);
        }
        match choice.method.as_str() {
            "client_secret" => Ok(Self::ClientSecret),
            "private_key_jwt" => match (choice.jwks.trim(), choice.jwks_uri.trim()) {
                ("", "") => Err(fault("jwks", Fault::Rule("or jwks_uri is mandatory with private_key_jwt".to_owned()))),
                (_, "") => {
                    let keys = uploaded(&choice.jwks).map_err(|why| fault("jwks", Fault::Rule(why.to_string())))?;
                    Ok(Self::PrivateKeyJwt(KeySource::Jwks(keys)))
                }
                ("", uri) if is_https(uri) => Ok(Self::PrivateKeyJwt(KeySource::JwksUri(uri.to_owned()))),
                ("", _) => {
                    let why = "must be an https URL of at most 500 characters, without a user name and without #";
                    Err(fault("jwks_uri", Fault::Rule(why.to_owned())))
                }
                _ => Err(fault("jwks_uri", Fault::Rule("must be left out when jwks is given".to_owned()))),
            },
            "tls_client_auth" => {
                let (kind, text) = choice.subject.as_ref().ok_or_else(|| fault("subject", Fault::Missing))?;
                let subject = Subject::parse(kind, text).ok_or_else(|| {
                    let why = "must be a name of its kind, of 1 to 500 characters, to the letter";
                    fault("subject", Fault::Rule(why.to_owned()))
                })?;
                Ok(Self::TlsClientAuth(subject))
            }
            "self_signed_tls_client_auth" => {
                let thumbprints = thumbprints(&choice.certificates).map_err(|why| fault("certificates", why))?;
                Ok(Self::SelfSignedTlsClientAuth { thumbprints })
            }
            _ => Err(fault("method", Fault::NotInList(Self::METHODS.map(str::to_owned).to_vec()))),
        }
    }

    /// Whether `certificate` is the one that it is registered with, now.
    pub fn is_proven_by(&self, certificate: &Certificate, authorities: Option<&Authorities>, now: Timestamp) -> bool {
        match self {
            Self::ClientSecret | Self::PrivateKeyJwt(_) => false,
            Self::TlsClientAuth(subject) => {
                certificate.bears(subject) && authorities.is_some_and(|all| all.vouch_for(certificate, now))
            }
            Self::SelfSignedTlsClientAuth { thumbprints } => {
                let is_known =
                    thumbprints.contains(&certificate.thumbprint) || thumbprints.contains(&certificate.key_thumbprint);
                is_known && certificate.is_current(now)
            }
        }
    }
}

impl Choice {
    /// What was said that the method does not take: a mixture is refused rather than half taken.
    fn strays(&self) -> Vec<FieldFault> {
        let fields = [
            ("jwks", self.jwks.is_empty(), "private_key_jwt"),
            ("jwks_uri", self.jwks_uri.is_empty(), "private_key_jwt"),
            ("subject", self.subject.is_none(), "tls_client_auth"),
            ("certificates", self.certificates.is_empty(), "self_signed_tls_client_auth"),
        ];
        fields
            .into_iter()
            .filter(|(_, is_empty, method)| !is_empty && *method != self.method)
            .map(|(field, _, method)| FieldFault::new(field, Fault::Rule(format!("is only for the method {method}"))))
            .collect()
    }
}

fn is_https(uri: &str) -> bool {
    let rest = uri.strip_prefix("https://");
    uri.len() <= LONGEST_URI
        && rest.is_some_and(|rest| {
            !rest.is_empty()
                && !rest.starts_with('/')
                && rest.chars().all(|c| c.is_ascii_graphic() && !"@#\\".contains(c))
        })
}

fn thumbprints(texts: &[String]) -> Result<Vec<Thumbprint>, Fault> {
    let mut found = Vec::new();
    for text in texts {
        if text.contains("PRIVATE KEY") {
            return Err(Fault::Rule(BadKeys::Private.to_string()));
        }
        if text.contains("-----BEGIN") {
            let unreadable = || Fault::Rule("must be certificates in PEM, or SHA-256 thumbprints".to_owned());
            for der in from_pem(text).ok_or_else(unreadable)? {
                found.push(Certificate::read(vec![der]).ok_or_else(unreadable)?.thumbprint);
            }
        } else {
            for line in text.lines().filter(|line| !line.trim().is_empty()) {
                let why = "must be certificates in PEM, or SHA-256 thumbprints in hexadecimal or base64url, one a line";
                found.push(Thumbprint::parse(line).ok_or_else(|| Fault::Rule(why.to_owned()))?);
            }
        }
    }
    if (1..=MOST_KEYS).contains(&found.len()) {
        Ok(found)
    } else {
        Err(Fault::Rule(format!("must be 1 to {MOST_KEYS} certificates or thumbprints")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(method: &str) -> Choice {
        Choice { method: method.to_owned(), ..Choice::default() }
    }

    #[test]
    fn a_choice_reads_back_from_its_row() {
        let key = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        for choice in [
            choice("client_secret"),
            Choice { jwks: key.to_owned(), ..choice("private_key_jwt") },
            Choice { jwks_uri: "https://erp.example/jwks".to_owned(), ..choice("private_key_jwt") },
            Choice { subject: Some(("ip".to_owned(), "192.0.2.1".to_owned())), ..choice("tls_client_auth") },
            Choice { certificates: vec!["00".repeat(32)], ..choice("self_signed_tls_client_auth") },
        ] {
            let chosen = Authentication::choose(&choice).unwrap();
            assert_eq!(chosen.method(), choice.method);
            let row = serde_json::to_string(&chosen).unwrap();
            assert_eq!(serde_json::from_str::<Authentication>(&row).unwrap(), chosen, "{row}");
        }
    }

    #[test]
    fn mixtures_and_half_choices_are_refused() {
        let uri = |uri: &str| Choice { jwks_uri: uri.to_owned(), ..choice("private_key_jwt") };
        for (choice, field) in [
            (choice("none"), "method"),
            (choice(""), "method"),
            (choice("private_key_jwt"), "jwks"),
            (choice("tls_client_auth"), "subject"),
            (choice("self_signed_tls_client_auth"), "certificates"),
            (Choice { jwks: "x".to_owned(), ..choice("client_secret") }, "jwks"),
            (Choice { jwks: "x".to_owned(), ..uri("https://a.example") }, "jwks_uri"),
            (uri("http://a.example/"), "jwks_uri"),
            (uri("https://u@a.example/"), "jwks_uri"),
            (uri("https:///x"), "jwks_uri"),
            (uri("https://a.example/#x"), "jwks_uri"),
            (uri("file:///etc/passwd"), "jwks_uri"),
        ] {
            assert_eq!(Authentication::choose(&choice).unwrap_err()[0].field, field, "{}", choice.method);
        }
    }
}

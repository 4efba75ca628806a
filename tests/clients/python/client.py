"""What a Python client does: discovery, tokens, verification, introspection and revocation.

Reads the line that `passgate quickstart --json` prints from standard input. Silent and 0 if everything holds.
"""

import faulthandler
import json
import sys

try:
    import jwt
    import requests
    from authlib.integrations.base_client import OAuthError
    from authlib.integrations.requests_client import OAuth2Session
    from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url
    from joserfc import errors, jwk
    from joserfc import jwt as jose
    from openapi_spec_validator import OpenAPIV31SpecValidator
except ImportError as missing:
    sys.exit(f"{missing}; run ./check, which installs it")

TIMEOUT = 20
SCOPE = "DLAT access Webhooks"
CLAIMS = ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "entity"]


def expect(holds, otherwise):
    if not holds:
        sys.exit(f"client.py: {otherwise}")


def get(url):
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(url, timeout=TIMEOUT)
    expect(answer.status_code == 200, f"{url} answers {answer.status_code}")
    return answer


def discover(issuer):
    answer = get(get_well_known_url(issuer, external=True))
    expect(answer.headers["Content-Type"] == "application/json", "the metadata is not application/json")
    metadata = AuthorizationServerMetadata(answer.json())
    # RFC 8414 section 2 requires the member; Authlib takes an empty list for a missing one.
    expect(metadata["response_types_supported"] == [], "there are response types without an authorization endpoint")
    AuthorizationServerMetadata({**metadata, "response_types_supported": ["none"]}).validate()
    expect(metadata["issuer"] == issuer, "the issuer is not the address that it was discovered at")
    expect(metadata["grant_types_supported"] == ["client_credentials"], "the grants are not client_credentials alone")
    return metadata


def session(made, method, **more):
    client = OAuth2Session(
        made["client_id"],
        made["client_secret"],
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        default_timeout=TIMEOUT,
        **more,
    )
    client.trust_env = False
    return client


def token_of(client, metadata):
    token = client.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
    expect(token["token_type"] == "Bearer", "the token type is not Bearer")
    expect(token["scope"] == SCOPE, "the granted scope is not the entity's")
    expect(token["expires_in"] == 600, "a token does not last the ten minutes of the default")
    return token["access_token"]


def refused_with(error, client, metadata):
    try:
        client.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
    except OAuthError as refused:
        expect(refused.error == error, f"Authlib reads {refused.error} instead of {error}")
        expect(refused.description, f"{error} has no description")
    else:
        expect(False, f"a token is issued instead of {error}")


def algorithms_of(metadata):
    keys = get(metadata["jwks_uri"]).json()
    algorithms = {key["alg"] for key in keys["keys"]}
    expect(algorithms == {"ES256"}, f"the published algorithms are {algorithms}")
    return keys, sorted(algorithms)


def tampered(token):
    header, payload, signature = token.split(".")
    flip = "A" if payload[20] != "A" else "B"
    return [
        f"{header}.{payload[:20]}{flip}{payload[21:]}.{signature}",
        f"{header}.{payload}.{'A' * len(signature)}",
        f"{header}.{payload}.",
    ]


def verify_with_pyjwt(token, made, metadata, algorithms):
    keys = jwt.PyJWKClient(metadata["jwks_uri"], timeout=TIMEOUT)

    def verified(token, audience=metadata["issuer"], issuer=metadata["issuer"]):
        key = keys.get_signing_key_from_jwt(token)
        options = {"require": CLAIMS}
        return jwt.decode(token, key, algorithms=algorithms, audience=audience, issuer=issuer, options=options)

    claims = verified(token)
    expect(claims["sub"] == claims["client_id"] == made["client_id"], "the token is not the client's")
    expect(claims["scope"] == SCOPE and claims["entity"] == "demo", "the token says another scope or entity")
    expect(claims["exp"] - claims["iat"] == 600, "the token does not end when it was said to")
    header = jwt.get_unverified_header(token)
    expect(header["typ"] == "at+jwt", "the token is not of the type at+jwt (RFC 9068 section 2.1)")
    elsewhere = "https://elsewhere.example"
    refused = [{"token": bent} for bent in tampered(token)]
    refused += [{"token": token, "audience": elsewhere}, {"token": token, "issuer": elsewhere}]
    for wrong in refused:
        try:
            verified(**wrong)
        except jwt.InvalidTokenError:
            continue
        expect(False, "PyJWT accepts a token that was tampered with or is for somebody else")


def verify_with_joserfc(token, metadata, keys, algorithms):
    key_set = jwk.KeySet.import_key_set(keys)
    read = jose.decode(token, key_set, algorithms=algorithms)
    rules = {name: {"essential": True} for name in CLAIMS}
    rules["iss"]["value"] = rules["aud"]["value"] = metadata["issuer"]
    jose.JWTClaimsRegistry(**rules).validate(read.claims)
    expect(read.header["typ"] == "at+jwt", "the token is not of the type at+jwt (RFC 9068 section 2.1)")
    for key in key_set.keys:
        expect(key.thumbprint() == key.kid, "a kid is not the thumbprint of its key (RFC 7638)")
    for wrong in tampered(token):
        try:
            jose.decode(wrong, key_set, algorithms=algorithms)
        except errors.JoseError:
            continue
        expect(False, "joserfc accepts a token that was tampered with")


def introspect_and_revoke(client, token, made, metadata):
    hint = "access_token"

    def introspected(token):
        answer = client.introspect_token(metadata["introspection_endpoint"], token=token, token_type_hint=hint)
        expect(answer.status_code == 200, f"introspection answers {answer.status_code}")
        expect("no-store" in answer.headers["Cache-Control"], "introspection may be stored")
        return answer.json()

    said = introspected(token)
    expect(said["active"] is True, "a new token is not active")
    expect(said["client_id"] == made["client_id"] and said["scope"] == SCOPE, "introspection says something else")
    expect(introspected(tampered(token)[0]) == {"active": False}, "a tampered token is active")
    for _ in range(2):
        answer = client.revoke_token(metadata["revocation_endpoint"], token=token, token_type_hint=hint)
        expect(answer.status_code == 200, f"revocation answers {answer.status_code}")
        expect(introspected(token) == {"active": False}, "a revoked token is active")


def main():
    faulthandler.dump_traceback_later(120, exit=True)
    made = json.load(sys.stdin)
    metadata = discover(made["base_url"])
    keys, algorithms = algorithms_of(metadata)
    for method in ("client_secret_basic", "client_secret_post"):
        for name in ("token", "introspection", "revocation"):
            named = metadata[f"{name}_endpoint_auth_methods_supported"]
            expect(method in named, f"the metadata does not name {method} for the {name} endpoint")
        client = session(made, method, scope=SCOPE)
        token = token_of(client, metadata)
        verify_with_pyjwt(token, made, metadata, algorithms)
        verify_with_joserfc(token, metadata, keys, algorithms)
        introspect_and_revoke(client, token, made, metadata)
        token_of(session(made, method), metadata)
        token_of(session(made, method, scope="Webhooks DLAT access"), metadata)
        refused_with("invalid_scope", session(made, method, scope="DLAT"), metadata)
        wrong = {**made, "client_secret": made["admin_token"]}
        refused_with("invalid_client", session(wrong, method), metadata)

    document = get(f"{made['base_url']}/openapi.json").json()
    expect(document["openapi"].startswith("3.1."), f"the OpenAPI document is of version {document['openapi']}")
    problems = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in OpenAPIV31SpecValidator(document).iter_errors()
    ]
    expect(not problems, "the OpenAPI document is not valid: " + "; ".join(problems))


if __name__ == "__main__":
    main()

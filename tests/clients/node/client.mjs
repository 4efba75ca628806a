// What a JavaScript client does: discovery, tokens, verification, introspection and revocation.
//
// Reads the line that `passgate quickstart --json` prints from standard input. Silent and 0 if everything holds.

import assert from "node:assert/strict";
import { text } from "node:stream/consumers";

async function library(name) {
  try {
    return await import(name);
  } catch (error) {
    console.error(`${error.message}; run ./check, which installs it`);
    process.exit(1);
  }
}

const openid = await library("openid-client");
const oauth = await library("oauth4webapi");
const jose = await library("jose");

const SCOPE = "DLAT access Webhooks";
const CLAIMS = ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "entity"];

setTimeout(() => {
  console.error("client.mjs: not done after two minutes");
  process.exit(1);
}, 120_000).unref();

const made = JSON.parse(await text(process.stdin));
const issuer = new URL(made.base_url);

function tampered(token) {
  const [header, payload, signature] = token.split(".");
  const flip = payload[20] === "A" ? "B" : "A";
  return [
    `${header}.${payload.slice(0, 20)}${flip}${payload.slice(21)}.${signature}`,
    `${header}.${payload}.${"A".repeat(signature.length)}`,
  ];
}

async function verify(token, metadata) {
  const keys = jose.createRemoteJWKSet(new URL(metadata.jwks_uri));
  const rules = {
    algorithms: ["ES256"],
    audience: made.base_url,
    issuer: made.base_url,
    requiredClaims: CLAIMS,
    typ: "at+jwt",
  };
  const { payload, protectedHeader } = await jose.jwtVerify(token, keys, rules);
  assert.equal(payload.sub, made.client_id, "the token is not the client's");
  assert.equal(payload.client_id, made.client_id, "the token is not the client's");
  assert.equal(payload.scope, SCOPE, "the token says another scope");
  assert.equal(payload.exp - payload.iat, 600, "the token does not last ten minutes");
  const key = keys.jwks().keys.find((key) => key.kid === protectedHeader.kid);
  assert.equal(await jose.calculateJwkThumbprint(key), key.kid, "a kid is not the thumbprint of its key (RFC 7638)");
  for (const wrong of tampered(token)) {
    await assert.rejects(jose.jwtVerify(wrong, keys, rules), jose.errors.JWSSignatureVerificationFailed);
  }
  for (const wrong of [{ audience: "https://elsewhere.example" }, { issuer: "https://elsewhere.example" }]) {
    await assert.rejects(jose.jwtVerify(token, keys, { ...rules, ...wrong }), jose.errors.JWTClaimValidationFailed);
  }
}

async function withOpenidClient(authentication) {
  const config = await openid.discovery(issuer, made.client_id, undefined, authentication(made.client_secret), {
    algorithm: "oauth2",
    execute: [openid.allowInsecureRequests],
  });
  assert.equal(config.serverMetadata().issuer, made.base_url, "the issuer is not where it was discovered");

  for (const scope of [SCOPE, "Webhooks DLAT access"]) {
    const token = await openid.clientCredentialsGrant(config, { scope });
    assert.equal(token.token_type, "bearer", "the token type is not Bearer");
    assert.equal(token.expires_in, 600, "a token does not last the ten minutes of the default");
    assert.equal(token.scope, SCOPE, "the granted scope is not the entity's");
  }
  const { access_token: token } = await openid.clientCredentialsGrant(config);
  await verify(token, config.serverMetadata());

  const said = await openid.tokenIntrospection(config, token, { token_type_hint: "access_token" });
  assert.equal(said.active, true, "a new token is not active");
  assert.equal(said.client_id, made.client_id, "introspection names another client");
  assert.equal(said.scope, SCOPE, "introspection says another scope");
  assert.equal(said.iss, made.base_url, "introspection says another issuer");
  await openid.tokenRevocation(config, token, { token_type_hint: "access_token" });
  assert.deepEqual(await openid.tokenIntrospection(config, token), { active: false }, "a revoked token is active");
  await openid.tokenRevocation(config, token);

  const refused = openid.clientCredentialsGrant(config, { scope: "DLAT" });
  await assert.rejects(refused, { error: "invalid_scope", status: 400 });
}

async function withOauth4webapi(authentication) {
  const insecure = { [oauth.allowInsecureRequests]: true };
  const found = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure });
  const server = await oauth.processDiscoveryResponse(issuer, found);
  const client = { client_id: made.client_id };
  const proof = authentication(made.client_secret);

  const ask = async (parameters, how = proof) => {
    const answer = await oauth.clientCredentialsGrantRequest(server, client, how, parameters, insecure);
    return oauth.processClientCredentialsResponse(server, client, answer);
  };
  const { access_token: token } = await ask({ scope: SCOPE });

  const request = new Request(new URL("/api/v1/whoami", issuer), { headers: { authorization: `Bearer ${token}` } });
  const claims = await oauth.validateJwtAccessToken(server, request, made.base_url, insecure);
  assert.equal(claims.client_id, made.client_id, "the token is not the client's");

  const asked = await oauth.introspectionRequest(server, client, proof, token, insecure);
  const said = await oauth.processIntrospectionResponse(server, client, asked);
  assert.equal(said.active, true, "a new token is not active");
  const revoked = await oauth.revocationRequest(server, client, proof, token, insecure);
  await oauth.processRevocationResponse(revoked);
  const again = await oauth.introspectionRequest(server, client, proof, token, insecure);
  assert.deepEqual(await oauth.processIntrospectionResponse(server, client, again), { active: false });

  await assert.rejects(ask({ scope: "DLAT" }), { error: "invalid_scope", status: 400 });
  // Of a 401, the library reports the challenge and not the body.
  await assert.rejects(ask({}, authentication(made.admin_token)), { status: 401 });
}

for (const [ofOpenid, ofOauth] of [
  [openid.ClientSecretBasic, oauth.ClientSecretBasic],
  [openid.ClientSecretPost, oauth.ClientSecretPost],
]) {
  await withOpenidClient(ofOpenid);
  await withOauth4webapi(ofOauth);
}

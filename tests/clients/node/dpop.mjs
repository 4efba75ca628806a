// Tokens that are bound to a key (RFC 9449), as oauth4webapi asks for them and uses them, and as a thief does.
//
// Reads the line that `passgate quickstart --json` prints from standard input. Silent and 0 if everything holds.

import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import * as jose from "jose";
import * as oauth from "oauth4webapi";

setTimeout(() => {
  console.error("dpop.mjs: not done after two minutes");
  process.exit(1);
}, 120_000).unref();

const made = JSON.parse(await text(process.stdin));
const issuer = new URL(made.base_url);
const insecure = { [oauth.allowInsecureRequests]: true };
const found = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure });
const server = await oauth.processDiscoveryResponse(issuer, found);
const client = { client_id: made.client_id };
const whoami = new URL("/api/v1/whoami", issuer);

async function twice(ask) {
  try {
    return await ask();
  } catch (error) {
    assert.ok(oauth.isDPoPNonceError(error), `not asked for a nonce: ${error.message}`);
    return ask();
  }
}

for (const algorithm of server.dpop_signing_alg_values_supported) {
  const keys = await oauth.generateKeyPair(algorithm === "EdDSA" ? "Ed25519" : algorithm, { extractable: true });
  const jwk = await jose.exportJWK(keys.publicKey);
  const thumbprint = await jose.calculateJwkThumbprint(jwk);
  const DPoP = oauth.DPoP(client, keys);
  const proof = oauth.ClientSecretBasic(made.client_secret);
  const ask = async () => {
    const answer = await oauth.clientCredentialsGrantRequest(server, client, proof, {}, { DPoP, ...insecure });
    return oauth.processClientCredentialsResponse(server, client, answer);
  };
  const { access_token: token, token_type: type } = await twice(ask);
  assert.equal(type, "dpop", "the token type is not DPoP");
  assert.equal(jose.decodeJwt(token).cnf.jkt, thumbprint, "the token is bound to another key");
  const use = (DPoP) => oauth.protectedResourceRequest(token, "GET", whoami, undefined, null, { DPoP, ...insecure });
  const answer = await twice(() => use(DPoP));
  assert.equal((await answer.json()).claims.cnf.jkt, thumbprint, "whoami says another key");

  const thief = oauth.DPoP(client, await oauth.generateKeyPair("ES256"));
  await assert.rejects(use(thief), (error) => error.cause[0].parameters.error === "invalid_dpop_proof");
  const bearer = await fetch(whoami, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(bearer.status, 401, "a bound token is taken as Bearer");

  const asked = await oauth.introspectionRequest(server, client, proof, token, insecure);
  const said = await oauth.processIntrospectionResponse(server, client, asked);
  assert.equal(said.token_type, "DPoP", "introspection says another token type");
  assert.equal(said.cnf.jkt, thumbprint, "introspection says another key");
}

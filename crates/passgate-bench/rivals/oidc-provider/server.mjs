// oidc-provider as a rival: client_credentials for a JWT signed with ES256, kept in memory, one client. Prints where it
// is and its process id.
import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import Provider from "oidc-provider";

const { privateKey } = await promisify(generateKeyPair)("ec", { namedCurve: "P-256" });
const api = "https://api.example.com";
const scope = "DLAT access Webhooks";
const issuer = "http://localhost:4300";

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "bench",
      client_secret: "bench-secret",
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: "client_secret_post",
      id_token_signed_response_alg: "ES256",
      scope,
    },
  ],
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), alg: "ES256", use: "sig" }] },
  scopes: scope.split(" "),
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => api,
      getResourceServerInfo: () => ({ scope, audience: api, accessTokenFormat: "jwt", jwt: { sign: { alg: "ES256" } } }),
    },
  },
});

provider.listen(4300, "127.0.0.1", () => console.log(`${issuer}/token ${process.pid}`));

// The certified OpenID provider, in memory, with one client and two accounts: node provider.mjs PORT REDIRECT_URI

import { Provider } from "oidc-provider";

const [port, redirectUri] = process.argv.slice(2);
const GROUPS = { sara: ["samordnare"], nils: [] };
const provider = new Provider(`http://localhost:${port}`, {
  clients: [{
    client_id: "compliance",
    client_secret: "secret",
    redirect_uris: [redirectUri],
    post_logout_redirect_uris: [redirectUri],
  }],
  claims: { openid: ["sub"], profile: ["name"], groups: ["groups"] },
  conformIdTokenClaims: false, // claims of the scopes stand in the ID token, as Entra and Canaille have them
  cookies: { keys: ["only for tests"] },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: id[0].toUpperCase() + id.slice(1), groups: GROUPS[id] ?? [] }),
  }),
});
provider.listen(Number(port), "127.0.0.1");

// npm's oidc-provider with the clients of the test: whoever comes is signed in as `joerg` and agrees to everything.
//
//     node provider.mjs FOLDER KEY     FOLDER holds node_modules, KEY is the PEM file of the client `key`
//
// It says `ready ISSUER` once it listens, and ends when its standard input does.

import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

// Its advice for real servers would go to nobody.
console.info = console.warn = () => {};
const [folder, key] = process.argv.slice(2);
const require = createRequire(`${folder}/package.json`);
const { default: Provider, errors } = await import(pathToFileURL(require.resolve('oidc-provider')));

const SECRET = 'p:s+s w%rd&0123456789012345678901234567890123456789';
const server = createServer();
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const issuer = `http://127.0.0.1:${server.address().port}`;

const publicKey = { ...createPublicKey(readFileSync(key)).export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'RS256' };
const client = (client_id, token_endpoint_auth_method, more = {}) => ({
  client_id,
  token_endpoint_auth_method,
  application_type: 'native',
  redirect_uris: ['http://127.0.0.1/callback', 'https://oauth.pstmn.io/v1/callback'],
  grant_types: [
    'authorization_code',
    'refresh_token',
    'client_credentials',
    'password',
    'urn:ietf:params:oauth:grant-type:device_code',
  ],
  ...more,
});
const form = (_ctx, form) => `<!doctype html>${form}`;

const provider = new Provider(issuer, {
  clients: [
    client('basic', 'client_secret_basic', { client_secret: SECRET }),
    client('post', 'client_secret_post', { client_secret: SECRET }),
    client('jwt', 'client_secret_jwt', { client_secret: SECRET }),
    client('key', 'private_key_jwt', { jwks: { keys: [publicKey] } }),
    client('public', 'none', { grant_types: client('', '').grant_types.filter((name) => name !== 'client_credentials') }),
  ],
  cookies: { keys: ['test'] },
  scopes: ['openid', 'offline_access', 'a'],
  pkce: { required: () => true },
  rotateRefreshToken: true,
  findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_ctx, audience) => ({ scope: 'a', audience, accessTokenFormat: 'jwt' }),
    },
    deviceFlow: {
      enabled: true,
      userCodeInputSource: async (ctx, html) => { ctx.body = form(ctx, html); },
      userCodeConfirmSource: async (ctx, html) => { ctx.body = form(ctx, html); },
      successSource: async (ctx) => { ctx.body = 'device signed in'; },
    },
  },
});

provider.registerGrantType('password', async (ctx) => {
  const { username, password, scope } = ctx.oidc.params;
  if (username !== 'joerg' || password !== 'gehe:im&=') throw new errors.InvalidGrant('wrong password');
  const { AccessToken } = provider;
  const grant = new provider.Grant({ accountId: username, clientId: ctx.oidc.client.clientId });
  grant.addOIDCScope(scope);
  const token = new AccessToken({
    accountId: username,
    client: ctx.oidc.client,
    grantId: await grant.save(),
    gty: 'password',
    scope,
  });
  ctx.body = { access_token: await token.save(), expires_in: token.expiration, token_type: token.tokenType, scope };
}, ['username', 'password', 'scope']);

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  const { prompt, params, session, grantId } = await provider.interactionDetails(ctx.req, ctx.res);
  let result = { login: { accountId: 'joerg' } };
  if (prompt.name === 'consent') {
    const owner = { accountId: session.accountId, clientId: params.client_id };
    const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant(owner);
    grant.addOIDCScope(params.scope);
    if (params.resource) grant.addResourceScope(params.resource, 'a');
    result = { consent: { grantId: await grant.save() } };
  }
  ctx.respond = false;
  await provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: true });
});

server.on('request', provider.callback());
process.stdin.on('end', () => process.exit()).resume();
console.log(`ready ${issuer}`);

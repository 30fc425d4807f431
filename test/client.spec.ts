// Goal: the types that REST clients are written with are what the gateway serves.
// Method: they are written again from its OpenAPI document; `npm run client` keeps what comes out.
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { openApiOf } from '#services/gateway/edge/openapi.js';
import { declaredGateway } from './support/gateway-routes.js';
import { type OpenApi, typescriptOf } from './support/typescript-of-openapi.js';

const PATHS = 'shared/client/paths.ts';
/** The writer walks every schema, on a busy machine too. */
const PATIENCE_MS = 60_000;

it('has the types of every path of the API', { timeout: PATIENCE_MS }, async () => {
  const gateway = await declaredGateway();
  const raw = gateway.rawRoutes.filter(({ path }) => path.startsWith('/api/'));
  const document = openApiOf(gateway.routes, raw, { version: '0.0.0', cookieName: 'sortie' });
  await gateway.close();
  const text = await typescriptOf(document as OpenApi);
  const written = await format(text, { ...(await resolveConfig(PATHS)), filepath: PATHS });
  await expect(written).toMatchFileSnapshot(`../${PATHS}`);
});

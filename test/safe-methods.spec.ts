// Goal: a link, an image or a prefetch changes nothing: whoever follows one has only asked.
// Method: the operations behind the GET routes that the gateway declares.
import { expect, it } from 'vitest';
import { declaredGateway } from './support/gateway-routes.js';

it('GET asks, and commands nothing', async () => {
  const gateway = await declaredGateway();
  const routes = gateway.routes.filter(({ method }) => method === 'GET');
  await gateway.close();
  expect(routes.length).toBeGreaterThan(20);
  const commanding = routes.filter(({ operation }) => operation.kind !== 'query');
  expect(commanding.map(({ path }) => path)).toEqual([]);
});

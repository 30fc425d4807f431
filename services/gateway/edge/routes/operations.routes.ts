import { projectionOperations, type projectionStatus } from '#shared/contracts/projections.js';
import { ShowBranding, ShowProjections } from '#shared/contracts/gateway.js';
import type { z } from 'zod';
import type { Branding } from '../branding.js';
import { type Route, route } from '../route.js';

type Status = z.infer<typeof projectionStatus>;

/** What operators look at and do: projections of every service, and the branding that the page starts with. */
export function operationsRoutes(
  services: readonly string[],
  branding: Branding,
  head: () => Promise<number>,
): readonly Route[] {
  // The route is declared with one service's operation; the name in the path says whose it is in the end.
  const { HashProjection, RebuildProjection } = projectionOperations(services[0] ?? '');
  const of = (name: string) => {
    const service = name.split('.')[0] ?? '';
    return projectionOperations(services.includes(service) ? service : (services[0] ?? ''));
  };
  return [
    route({
      method: 'GET',
      path: '/api/branding',
      operation: ShowBranding,
      perform: async () => ({ kind: 'done', result: branding }),
      summary: 'Name, logo and colours of this installation',
      tag: 'Operations',
      success: 200,
    }),
    route({
      method: 'GET',
      path: '/api/projections',
      operation: ShowProjections,
      perform: async (_, context, bus) => {
        const projections: Status[] = [];
        for (const service of services) {
          const { ListProjections } = projectionOperations(service);
          const reply = await bus.request(ListProjections, {}, context);
          if (reply.kind === 'rejected') return reply;
          projections.push(...reply.result);
        }
        return { kind: 'done', result: { head: await head(), projections } };
      },
      summary: 'Where every read model stands against the log',
      tag: 'Operations',
      success: 200,
    }),
    route({
      method: 'GET',
      path: '/api/projections/{name}/hash',
      operation: HashProjection,
      perform: (data, context, bus) => bus.request(of(data.name).HashProjection, data, context),
      summary: 'The state hash of a read model: two with the same events have the same',
      tag: 'Operations',
      success: 200,
      problems: ['ProjectionUnknown'],
    }),
    route({
      method: 'POST',
      path: '/api/projections/{name}/rebuild',
      operation: RebuildProjection,
      perform: (data, context, bus) => bus.request(of(data.name).RebuildProjection, data, context),
      summary: 'Rebuild a read model from the log beside the old one, then switch',
      tag: 'Operations',
      success: 200,
      problems: ['ProjectionUnknown'],
    }),
  ];
}

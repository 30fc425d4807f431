import { gatewayOperations } from '#shared/contracts/gateway.js';
import {
  SERVICE_NAMES,
  type ServiceName,
  type ServiceRights,
} from '#shared/contracts/permissions.js';
import type { SourceFile } from './architecture.js';

type Ask = Readonly<{ path: string; name: string }>;
type Rights = Readonly<Record<ServiceName, Pick<ServiceRights, 'answers' | 'asks'>>>;

/** `bus.request(FindApp, …)`, `this.#bus.request(of(name).HashProjection, …)`: whatever the bus is called there. */
const REQUEST = /\.request\(\s*(?:[\w.()]+\.)?(\w+)\s*,/g;
const ROUTE = /\boperation: ([A-Z]\w*),/g;
const ROUTES = /^services\/gateway\/edge\/routes\//;
/** Asks for whatever the routes name. */
const ROUTER = 'services/gateway/edge/register-routes.ts';
const OWN_OF_GATEWAY: readonly string[] = gatewayOperations.map(({ name }) => name);

/** The operations that a file asks the bus for, by name. */
function askedIn({ path, text }: SourceFile): Ask[] {
  const requests = [...text.matchAll(REQUEST)];
  const routes = ROUTES.test(path) ? [...text.matchAll(ROUTE)] : [];
  return [...requests, ...routes]
    .map(([, name = '']) => ({ path, name }))
    .filter(({ name }) => !OWN_OF_GATEWAY.includes(name))
    .filter(({ name }) => !(path === ROUTER && name === 'operation'));
}

/** Who asks: the service whose file it is; what starts them all asks in the name of the one that it asks. */
function askerOf({ path, name }: Ask, rights: Rights): string | undefined {
  const [, service, ...below] = path.split('/');
  if (below.length > 0) return service;
  return SERVICE_NAMES.find((one) => rights[one].answers.some((answer) => answer.name === name));
}

/** Requests in the services' sources that are not declared, and declarations that no source needs. */
export function askingFaults(files: readonly SourceFile[], rights: Rights): string[] {
  const asks = files
    .filter(({ path }) => /^services\/(?!cli\/).*(?<!\.spec)\.ts$/.test(path))
    .flatMap(askedIn);
  return SERVICE_NAMES.flatMap((service) => {
    const own = asks.filter((ask) => askerOf(ask, rights) === service);
    const asked = new Set(own.map(({ name }) => name));
    const declared = new Set(rights[service].asks.map(({ name }) => name));
    return [
      ...own
        .filter(({ name }) => !declared.has(name))
        .map(({ path, name }) => `${path}: ${service} asks for ${name} and may not`),
      ...[...declared]
        .filter((name) => !asked.has(name))
        .map((name) => `${service} may ask for ${name} and never does`),
    ];
  });
}

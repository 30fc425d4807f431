import { Belongings } from '#services/cli/docker-gate/belongings.js';
import { permit } from '#services/cli/docker-gate/route.js';
import { gateRoutes } from '#services/cli/docker-gate/routes.js';
import { GATE_POLICY, labelsOf } from './docker-gate.js';

export const RUNTIME_DIR = '/run/sortie';
/** Of the session `one`; `two` is another session, `foreign` another installation. */
export const IDS = { display: 'd'.repeat(64), app: 'a'.repeat(64), network: 'e'.repeat(64) };

const container = (Id: string, labels: object) => ({ Id, Config: { Labels: labels } });
const local = (Name: string, Labels: object, Options: object | null = null) => ({
  ...{ Name, Labels, Options, Driver: 'local' },
});
const foreign = labelsOf('one', 'somebody-else');

/** What an engine would have, by path. */
const THERE: Readonly<Record<string, unknown>> = {
  '/containers/sortie-one/json': container(IDS.app, labelsOf('one')),
  '/containers/sortie-one-display/json': container(IDS.display, labelsOf('one')),
  '/containers/sortie-two-display/json': container('2'.repeat(64), labelsOf('two')),
  '/containers/foreign/json': container('f'.repeat(64), foreign),
  '/containers/postgres/json': container('b'.repeat(64), {}),
  '/containers/unlabelled/json': { Id: 'c'.repeat(64), Config: { Labels: null } },
  '/volumes/sortie-one-x11': local('sortie-one-x11', labelsOf('one')),
  '/volumes/sortie-two-x11': local('sortie-two-x11', labelsOf('two')),
  '/volumes/sortie-one-root': local('sortie-one-root', labelsOf('one'), {
    ...{ type: 'none', device: '/', o: 'bind' },
  }),
  '/volumes/sortie-one-nfs': { ...local('sortie-one-nfs', labelsOf('one')), Driver: 'nfs' },
  '/volumes/foreign': local('foreign', foreign),
  '/networks/sortie-one-net': { Id: IDS.network, Labels: labelsOf('one'), Driver: 'bridge' },
  '/networks/sortie-two-net': { Id: 'e2', Labels: labelsOf('two'), Driver: 'bridge' },
  '/networks/sortie-one-mac': { Id: 'e3', Labels: labelsOf('one'), Driver: 'macvlan' },
  '/networks/bridge': { Id: 'e4', Labels: {}, Driver: 'bridge' },
  '/networks/host': { Id: 'e5', Labels: {}, Driver: 'host' },
};

const belongings = new Belongings({ find: async (path) => THERE[path] }, GATE_POLICY.installation);
const routes = gateRoutes({ ...GATE_POLICY, runtimeDir: RUNTIME_DIR }, belongings);

/** What the policy makes of a request. */
export const decide = (method: string, url: string, body?: unknown) =>
  permit(routes, { method, url }, async () => body);

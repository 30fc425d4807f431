// Goal: the objects of the chart fit each other: what one names, another is, and who has to reach whom can, nobody else.
// Method: the real Helm renders every installation; selectors, names and network rules are followed as Kubernetes would.
import { describe, expect, it } from 'vitest';
import { render } from '#test/support/helm.js';
import {
  componentOf,
  containersOf,
  getObject,
  type KubernetesObject,
  ofKind,
  type Peer,
  type Pod,
  podOf,
  podsOf,
  type PolicyRule,
  selects,
} from '#test/support/helm-objects.js';
import { BUNDLED, EXTERNAL_PARTS, INSTALLATIONS } from '#test/support/helm-values.js';

const EVERYTHING = INSTALLATIONS['everything that is off as it comes'] ?? {};
const installations = Object.entries(INSTALLATIONS).map(([name, values]) => ({ name, values }));
const portNamesOf = (pod: Pod): string[] =>
  containersOf(pod).flatMap(({ ports = [] }) => ports.map(({ name }) => name));

describe.each(installations)('with $name', ({ values }) => {
  const objects = render(values);
  const pods = podsOf(objects);
  const selected = (selector: object): Pod[] =>
    pods.filter(({ labels }) => selects({ matchLabels: selector as Pod['labels'] }, labels));

  it('every Service finds pods, all of which have its port', () => {
    const services = ofKind(objects, 'Service');
    expect(services.length).toBeGreaterThan(0);
    for (const { metadata, spec } of services) {
      const found = selected(spec?.selector ?? {});
      expect(found, metadata.name).not.toEqual([]);
      for (const { targetPort } of spec?.ports ?? []) {
        for (const pod of found) expect(portNamesOf(pod), metadata.name).toContain(targetPort);
      }
    }
  });

  it('every workload selects its own pods, and spreads them', () => {
    for (const { owner, labels, spec } of pods.filter(({ owner: { kind } }) => kind !== 'Pod')) {
      const { selector, template } = owner.spec ?? {};
      expect(selects(selector ?? {}, template?.metadata.labels ?? {})).toBe(true);
      const others = pods.filter(({ owner: other }) => other !== owner);
      expect(others.filter((other) => selects(selector ?? {}, other.labels))).toEqual([]);
      const [spread] = spec.topologySpreadConstraints ?? [];
      expect(selects(spread?.labelSelector ?? {}, labels)).toBe(true);
    }
  });

  it('every budget is for the pods of one workload, of which there are several', () => {
    for (const { metadata, spec } of ofKind(objects, 'PodDisruptionBudget')) {
      const found = pods.filter(({ labels }) => selects(spec?.selector ?? {}, labels));
      expect(found.map(({ owner }) => owner.metadata.name)).toEqual([metadata.name]);
      expect(found[0]?.owner.spec?.replicas).toBeGreaterThan(1);
    }
  });

  it('every mount has its volume, and every volume what it is made of', () => {
    const names = (kind: string) => ofKind(objects, kind).map(({ metadata }) => metadata.name);
    for (const pod of pods) {
      const { volumeClaimTemplates = [] } = pod.owner.spec ?? {};
      const volumes = [
        ...(pod.spec.volumes ?? []).map(({ name }) => name),
        ...volumeClaimTemplates.map(({ metadata }) => metadata.name),
      ];
      const mounts = containersOf(pod).flatMap(({ volumeMounts = [] }) => volumeMounts);
      expect(volumes.toSorted()).toEqual([...new Set(mounts.map(({ name }) => name))].toSorted());
      const all = pod.spec.volumes ?? [];
      const maps = all.flatMap(({ configMap }) => (configMap ? [configMap.name] : []));
      expect(names('ConfigMap')).toEqual(expect.arrayContaining(maps));
      const claims = all.flatMap(({ persistentVolumeClaim: claim }) =>
        claim ? [claim.claimName] : [],
      );
      expect(['mine', ...names('PersistentVolumeClaim')]).toEqual(expect.arrayContaining(claims));
      expect(['default', ...names('ServiceAccount')]).toContain(pod.spec.serviceAccountName);
    }
  });

  it('every policy of the network finds pods, at both ends, and ports that they have', () => {
    for (const { metadata, spec } of ofKind(objects, 'NetworkPolicy')) {
      const found = pods.filter(({ labels }) => selects(spec?.podSelector ?? {}, labels));
      expect(found, metadata.name).not.toEqual([]);
      for (const peer of peersOf(spec).filter(isOurs)) {
        const { podSelector = {} } = peer;
        const ends = pods.filter(({ labels }) => selects(podSelector, labels));
        expect(ends, metadata.name).not.toEqual([]);
      }
      for (const { ports = [] } of spec?.ingress ?? []) {
        for (const pod of found) {
          for (const { port } of ports) expect(portNamesOf(pod), metadata.name).toContain(port);
        }
      }
    }
  });
});

const peersOf = (spec: KubernetesObject['spec']): Peer[] =>
  [...(spec?.ingress ?? []), ...(spec?.egress ?? [])].flatMap(({ from = [], to = [] }) => [
    ...from,
    ...to,
  ]);
const isOurs = ({ podSelector, namespaceSelector }: Peer): boolean =>
  podSelector !== undefined && namespaceSelector === undefined;

/** Whether the policies at one end let a pod of the release have a connection to a port of another. */
function lets(
  objects: readonly KubernetesObject[],
  end: 'source' | 'target',
  [from, to, port]: readonly [string, string, string],
): boolean {
  const [asked, other] = end === 'source' ? [from, to] : [to, from];
  const { labels } = podOf(objects, asked);
  const peer = podOf(objects, other);
  const rules = ofKind(objects, 'NetworkPolicy')
    .filter(({ spec }) => selects(spec?.podSelector ?? {}, labels))
    .flatMap(({ spec }) => (end === 'source' ? spec?.egress : spec?.ingress) ?? []);
  const isPeer = ({ from: sources, to: targets }: PolicyRule): boolean =>
    (end === 'source' ? targets : sources)?.some(
      (one) => isOurs(one) && selects(one.podSelector ?? {}, peer.labels),
    ) ?? true;
  const isPort = ({ ports }: PolicyRule): boolean =>
    ports?.some((one) => one.port === port) ?? true;
  return rules.some((rule) => isPort(rule) && isPeer(rule));
}

describe('the network of a release', () => {
  const objects = render(EVERYTHING);
  const services = ['identity', 'catalog', 'session', 'audit'];
  const all = [...services, 'gateway', 'nats', 'postgres', 'postgres-read', 'test'];
  const mayReach = new Set([
    ...[...services, 'gateway'].map((from) => `${from} nats nats`),
    ...services.flatMap((from) => [`${from} postgres postgres`, `${from} postgres-read postgres`]),
    'postgres-read postgres postgres',
    'test gateway http',
  ]);

  it.each(['source', 'target'] as const)(
    'lets those through that have to reach each other, and nobody else, at the %s alone',
    (end) => {
      const ways = all.flatMap((from) =>
        all
          .filter((to) => to !== from)
          .flatMap((to) =>
            ['http', 'probes', 'nats', 'postgres'].map((port) => [from, to, port] as const),
          ),
      );
      const found = ways.filter((way) => lets(objects, end, way)).map((way) => way.join(' '));
      expect(new Set(found)).toEqual(mayReach);
    },
  );

  it('lets nothing in or out of any pod that no rule names', () => {
    const fallback = getObject(objects, 'NetworkPolicy', 'shop-sortie-default');
    expect(fallback.spec.policyTypes).toEqual(['Ingress', 'Egress']);
    expect(fallback.spec.ingress).toBeUndefined();
    expect(fallback.spec.egress.flatMap(({ ports = [] }) => ports.map(({ port }) => port))).toEqual(
      [53, 53],
    );
    for (const pod of podsOf(objects)) {
      expect(selects(fallback.spec.podSelector, pod.labels)).toBe(true);
    }
  });

  it('has metrics for one namespace, and the gateway for whom the operator says', () => {
    const metrics = getObject(objects, 'NetworkPolicy', 'shop-sortie-metrics');
    expect(metrics.spec.ingress[0]?.from).toEqual([
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } },
    ]);
    const [rule] = getObject(objects, 'NetworkPolicy', 'shop-sortie-gateway').spec.ingress;
    expect(rule?.from?.[0]).toEqual({ namespaceSelector: { matchLabels: { team: 'web' } } });
    const [open] = getObject(render(), 'NetworkPolicy', 'shop-sortie-gateway').spec.ingress;
    expect(open?.from).toBeUndefined();
  });

  it('leads to a database of the operator’s on its port only, and in its network where that is said', () => {
    const toPostgres = (values: object) =>
      getObject(render(values as never), 'NetworkPolicy', 'shop-sortie-to-postgres').spec.egress;
    expect(toPostgres(EXTERNAL_PARTS)).toEqual([{ ports: [{ protocol: 'TCP', port: 5432 }] }]);
    const other = INSTALLATIONS['another NATS'] ?? {};
    expect(toPostgres(other)[0]?.to).toEqual([{ ipBlock: { cidr: '10.1.0.0/16' } }]);
    const nats = getObject(render(other), 'NetworkPolicy', 'shop-sortie-to-nats').spec.egress;
    expect(nats[0]?.ports).toEqual([{ protocol: 'TCP', port: 4222 }]);
  });
});

describe('what watches a release', () => {
  it('is off as it comes, and else finds every process of Sortie at its metrics', () => {
    expect(ofKind(render(BUNDLED), 'ServiceMonitor')).toEqual([]);
    const objects = render(EVERYTHING);
    const [monitor] = ofKind(objects, 'ServiceMonitor');
    expect(monitor?.metadata.labels).toMatchObject({ release: 'prometheus' });
    const services = ofKind(objects, 'Service').filter(({ metadata }) =>
      selects(monitor?.spec?.selector ?? {}, metadata.labels ?? {}),
    );
    expect(services.map(({ metadata }) => metadata.name)).toEqual(['shop-sortie-metrics']);
    const labels = services[0]?.spec?.selector ?? {};
    const found = podsOf(objects).filter((pod) => selects({ matchLabels: labels }, pod.labels));
    expect(found.map((pod) => componentOf(pod.labels)).toSorted()).toEqual([
      'audit',
      'catalog',
      'gateway',
      'identity',
      'session',
    ]);
    expect(monitor?.spec?.endpoints).toEqual([
      { port: 'probes', path: '/metrics', interval: '30s' },
    ]);
  });
});

describe('a budget for disruptions', () => {
  it('is there for what has two pods or more: one for a single pod would keep a node from being drained', () => {
    const names = ofKind(render(EVERYTHING), 'PodDisruptionBudget').map((one) => one.metadata.name);
    expect(names).toEqual(
      ['catalog', 'gateway', 'identity', 'session'].map((service) => `shop-sortie-${service}`),
    );
    expect(ofKind(render(), 'PodDisruptionBudget')).toEqual([]);
  });
});

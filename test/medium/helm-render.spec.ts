// Goal: the chart makes what Kubernetes takes, from every set of values that leads somewhere else, with Helm 3 and 4.
// Method: Helm itself lints and renders; Kubernetes' own schemas check each object, unknown fields included.
import { describe, expect, it } from 'vitest';
import {
  CHART,
  helm,
  HELMS,
  type HelmVersion,
  objectsIn,
  refusalOf,
  render,
  renderAnew,
} from '#test/support/helm.js';
import { type KubernetesObject, podsOf } from '#test/support/helm-objects.js';
import { schemaFaultsOf } from '#test/support/helm-schema.js';
import { INSTALLATIONS } from '#test/support/helm-values.js';

const installations = Object.entries(INSTALLATIONS).map(([name, values]) => ({ name, values }));

/** Also looks for what only a newer or an older Helm would mind. */
const lint = (values: object, version: HelmVersion): string => {
  const args = ['lint', '--strict', CHART, '--values', '-'];
  const { errors, output } = helm(args, { version, input: JSON.stringify(values) });
  return `${output}${errors}`;
};
const LINTED = '1 chart(s) linted, 0 chart(s) failed';

describe.each(installations)('the chart with $name', ({ values }) => {
  it('passes Helm’s own lint', () => {
    expect(lint(values, 4)).toContain(LINTED);
  });

  it('is what Kubernetes knows, field by field', () => {
    expect(render(values).flatMap(schemaFaultsOf)).toEqual([]);
  });

  it('is the same from Helm 3 and 4: nothing of it is random, so that an upgrade changes what it should', () => {
    const [three, four] = HELMS.map((version) => objectsIn(renderAnew(values, { version })));
    expect(four?.map(asText).sort()).toEqual(three?.map(asText).sort());
  });

  it('names nothing twice', () => {
    const names = render(values).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names.length).toBeGreaterThan(3);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('Helm 3', () => {
  it.each(['SQLite, as it comes', 'everything that is off as it comes'])('lints %s', (name) => {
    expect(lint(INSTALLATIONS[name] ?? {}, 3)).toContain(LINTED);
  });
});

type Spec = NonNullable<KubernetesObject['spec']>;
const asText = (object: KubernetesObject): string => JSON.stringify(object);

describe('the check of objects', () => {
  const [pod] = podsOf(render());
  const faultsWith = (change: (spec: Spec) => void): string => {
    const owner = structuredClone(pod?.owner) as KubernetesObject;
    change(owner.spec as Spec);
    return schemaFaultsOf(owner).join('\n');
  };

  it.each<[string, (spec: Spec) => unknown, RegExp]>([
    ['a misspelt field', (spec) => Object.assign(spec, { replcas: 1 }), /unknown field.*replcas/],
    [
      'a misspelt field deep inside',
      (spec) => Object.assign(spec.template.spec.containers[0] ?? {}, { imagePulPolicy: 'x' }),
      /unknown field.*imagePulPolicy/,
    ],
    ['a text for a number', (spec) => Object.assign(spec, { replicas: '1' }), /must be integer/],
    ['a missing field', (spec) => Reflect.deleteProperty(spec, 'selector'), /selector/],
  ])('sees %s', (_name, change, fault) => {
    expect(faultsWith(change)).toMatch(fault);
  });

  it('sees a kind that does not exist', () => {
    const object = { apiVersion: 'apps/v1', kind: 'Deploymant', metadata: { name: 'x' } };
    expect(() => schemaFaultsOf(object)).toThrow('Kubernetes has no Deploymant');
  });
});

describe('names', () => {
  it('are the release’s, with the chart’s where that says nothing of it', () => {
    const nameOf = (release: string, values = {}) =>
      render(values, { release }).find(({ kind }) => kind === 'StatefulSet')?.metadata.name;
    expect(nameOf('sortie')).toBe('sortie');
    expect(nameOf('my-sortie')).toBe('my-sortie');
    expect(nameOf('shop')).toBe('shop-sortie');
    expect(nameOf('shop', { nameOverride: 'desk' })).toBe('shop-desk');
    expect(nameOf('shop', { fullnameOverride: 'desk' })).toBe('desk');
  });

  it('stay text, whatever YAML would take them for', () => {
    const values = { nameOverride: 'y', priorityClassName: 'on', ingress: { className: '1e3' } };
    const objects = render(values, { release: '123', namespace: '456' });
    expect(objects.flatMap(schemaFaultsOf)).toEqual([]);
    expect(objects[0]?.metadata.labels).toMatchObject({
      'app.kubernetes.io/name': 'y',
      'app.kubernetes.io/instance': '123',
    });
    expect(refusalOf({ fullnameOverride: 'true' })).toContain('fullnameOverride');
  });

  it('fit into 63 letters, however long the release’s is', () => {
    const values = INSTALLATIONS['everything that is off as it comes'];
    const names = render(values, { release: 'r'.repeat(53) }).map(({ metadata }) => metadata.name);
    expect(names.filter((name) => name.length > 63 || name.endsWith('-'))).toEqual([]);
  });
});

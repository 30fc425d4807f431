import * as monitoring from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import * as apps from 'kubernetes-models/apps/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import type { KubernetesObject } from './helm-objects.js';

type Model = new (object: object) => { validate: () => void };

/** The kinds by the group and version that an object names. */
const GROUPS: Readonly<Record<string, object>> = {
  v1: core,
  'apps/v1': apps,
  'networking.k8s.io/v1': networking,
  'policy/v1': policy,
  'monitoring.coreos.com/v1': monitoring,
};

function modelOf({ apiVersion, kind }: KubernetesObject): Model {
  const model = (GROUPS[apiVersion] as Record<string, Model> | undefined)?.[kind];
  if (model === undefined) throw new Error(`Kubernetes has no ${kind} in ${apiVersion}.`);
  return model;
}

/**
 * What is wrong with an object by the schemas that are made of Kubernetes' own OpenAPI: a value of the wrong kind, a
 * field that is missing, and a field that does not exist. The schemas let unknown fields pass; but whoever checks one
 * reads every field that it knows, so what was never read is unknown.
 */
export function schemaFaultsOf(object: KubernetesObject): string[] {
  const place = `${object.kind} ${object.metadata.name}`;
  const read = new Set<string>();
  const model = modelOf(object);
  try {
    model.prototype.validate.call(watched(new model(object), '', read));
  } catch (error) {
    return [`${place}: ${(error as Error).message}`];
  }
  return pathsIn(object, '')
    .filter((path) => !read.has(path))
    .map((path) => `${place} has an unknown field: ${path}`);
}

/** Reads like the value, and notes the path of every property that somebody asks for. */
function watched(value: unknown, path: string, read: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get: (target, key) => {
      const found: unknown = Reflect.get(target, key);
      if (typeof key === 'symbol' || typeof found === 'function') return found;
      const below = `${path}/${key}`;
      read.add(below);
      return watched(found, below, read);
    },
  });
}

function pathsIn(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => [
    `${path}/${key}`,
    ...pathsIn(below, `${path}/${key}`),
  ]);
}

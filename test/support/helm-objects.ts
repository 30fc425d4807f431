/** The parts of Kubernetes' objects that the tests look at. */
export type KubernetesObject = Readonly<{
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  spec?: ObjectSpec;
  data?: Readonly<Record<string, string>>;
  stringData?: Readonly<Record<string, string>>;
  automountServiceAccountToken?: boolean;
}>;

type Labels = Readonly<Record<string, string>>;
type Metadata = Readonly<{ name: string; labels?: Labels; annotations?: Labels }>;
export type Selector = Readonly<{
  matchLabels?: Labels;
  matchExpressions?: readonly Readonly<{ key: string; operator: string; values: string[] }>[];
}>;
export type Peer = Readonly<{
  podSelector?: Selector;
  namespaceSelector?: Selector;
  ipBlock?: Readonly<{ cidr: string }>;
}>;
export type PolicyRule = Readonly<{
  ports?: readonly Readonly<{ protocol: string; port: number | string }>[];
  from?: readonly Peer[];
  to?: readonly Peer[];
}>;

/** Everything that a spec of some kind may have; a kind has some of it. */
type ObjectSpec = PodSpec &
  Readonly<{
    replicas: number;
    template: Readonly<{ metadata: Metadata; spec: PodSpec }>;
    selector: Selector & Labels;
    podSelector: Selector;
    policyTypes: readonly string[];
    ingress: readonly PolicyRule[];
    egress: readonly PolicyRule[];
    ports: readonly Readonly<{ name: string; port: number; targetPort: string }>[];
    volumeClaimTemplates: readonly Readonly<{ metadata: Metadata; spec: ClaimSpec }>[];
    accessModes: readonly string[];
    resources: ClaimSpec['resources'];
    storageClassName: string;
    hard: Labels;
    maxUnavailable: number;
    clusterIP: string;
    type: string;
    rules: readonly Readonly<{ host: string }>[];
    tls: readonly Readonly<{ hosts: string[]; secretName: string }>[];
    endpoints: readonly Readonly<{ port: string; path: string; interval: string }>[];
    serviceName: string;
  }>;

export type ClaimSpec = Readonly<{
  accessModes: readonly string[];
  storageClassName?: string;
  resources: Readonly<{ requests: Labels }>;
}>;

export type PodSpec = Readonly<{
  containers: readonly Container[];
  initContainers?: readonly Container[];
  volumes?: readonly Volume[];
  securityContext?: Readonly<Record<string, unknown>>;
  automountServiceAccountToken?: boolean;
  serviceAccountName?: string;
  terminationGracePeriodSeconds?: number;
  hostNetwork?: boolean;
  topologySpreadConstraints?: readonly Readonly<{ labelSelector: Selector }>[];
}>;

export type Container = Readonly<{
  name: string;
  image: string;
  command?: readonly string[];
  args?: readonly string[];
  env?: readonly Readonly<{ name: string; value?: string }>[];
  ports?: readonly Readonly<{ name: string; containerPort: number }>[];
  volumeMounts?: readonly Readonly<{ name: string; mountPath: string; readOnly?: boolean }>[];
  securityContext?: Readonly<Record<string, unknown>>;
  resources?: Readonly<{ requests?: Labels; limits?: Labels }>;
  lifecycle?: unknown;
  livenessProbe?: unknown;
  readinessProbe?: unknown;
  startupProbe?: unknown;
}>;

type Item = Readonly<{ key: string; path: string }>;
type Source = Readonly<{ secret: Readonly<{ name: string; items: readonly Item[] }> }>;
export type Volume = Readonly<{
  name: string;
  emptyDir?: Readonly<{ medium?: string }>;
  configMap?: Readonly<{ name: string }>;
  secret?: Readonly<{ secretName: string; items?: readonly Item[] }>;
  projected?: Readonly<{ sources: readonly Source[] }>;
  persistentVolumeClaim?: Readonly<{ claimName: string }>;
}>;

/** A pod as some object would make it. */
export type Pod = Readonly<{ owner: KubernetesObject; labels: Labels; spec: PodSpec }>;

export const ofKind = (objects: readonly KubernetesObject[], kind: string): KubernetesObject[] =>
  objects.filter((object) => object.kind === kind);

/** The one object of a kind and name. Throws when there is none. */
export function getObject(
  objects: readonly KubernetesObject[],
  kind: string,
  name: string,
): KubernetesObject & { spec: ObjectSpec } {
  const found = ofKind(objects, kind).find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(`There is no ${kind} ${name}.`);
  return found as KubernetesObject & { spec: ObjectSpec };
}

/** The pods of everything that makes some. */
export function podsOf(objects: readonly KubernetesObject[]): Pod[] {
  return objects.flatMap((owner): Pod[] => {
    if (owner.kind === 'Pod') {
      return [{ owner, labels: owner.metadata.labels ?? {}, spec: owner.spec as PodSpec }];
    }
    const template = owner.spec?.template;
    if (template === undefined) return [];
    return [{ owner, labels: template.metadata.labels ?? {}, spec: template.spec }];
  });
}

/** The pod of a component, such as `gateway`. Throws when there is none. */
export function podOf(objects: readonly KubernetesObject[], component: string): Pod {
  const found = podsOf(objects).find(({ labels }) => componentOf(labels) === component);
  if (found === undefined) throw new Error(`There is no pod of ${component}.`);
  return found;
}

export const componentOf = (labels: Labels): string => labels['app.kubernetes.io/component'] ?? '';

export const containersOf = ({ spec }: Pod): Container[] => [
  ...(spec.initContainers ?? []),
  ...spec.containers,
];

/** The variables of a pod's first container. */
export const environmentOf = ({ spec }: Pod): Record<string, string> =>
  Object.fromEntries((spec.containers[0]?.env ?? []).map(({ name, value = '' }) => [name, value]));

/** Whether a selector, which must not be empty, takes labels. */
export function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels) {
  const wanted = Object.entries(matchLabels);
  if (wanted.length + matchExpressions.length === 0) throw new Error('The selector is empty.');
  return (
    wanted.every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => {
      if (operator !== 'In') throw new Error(`The operator ${operator} is not read here.`);
      return values.includes(labels[key] ?? '');
    })
  );
}

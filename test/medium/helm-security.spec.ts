// Goal: no pod of the chart has more power than it needs, and no secret is where many can read it.
// Method: the real Helm renders every installation, with canaries in the place of secrets; each container is looked at.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { render, renderText } from '#test/support/helm.js';
import {
  componentOf,
  containersOf,
  getObject,
  ofKind,
  podOf,
  podsOf,
  type Volume,
} from '#test/support/helm-objects.js';
import { BUNDLED, EXTERNAL_PARTS, INSTALLATIONS } from '#test/support/helm-values.js';

const SORTIE_UID = 10_001;
/** The users of the images, deploy/images. */
const UIDS: Record<string, number> = { nats: 10_002, postgres: 70, 'postgres-read': 70 };

const installations = Object.entries(INSTALLATIONS).map(([name, values]) => ({ name, values }));

describe.each(installations)('with $name', ({ values }) => {
  const objects = render(values);
  const pods = podsOf(objects);

  it('every pod is a user of its own, without root and without a token', () => {
    expect(pods.length).toBeGreaterThan(1);
    for (const { spec, labels } of pods) {
      const uid = UIDS[componentOf(labels)] ?? SORTIE_UID;
      expect(spec.securityContext, componentOf(labels)).toEqual({
        runAsNonRoot: true,
        runAsUser: uid,
        runAsGroup: uid,
        fsGroup: uid,
        fsGroupChangePolicy: 'OnRootMismatch',
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(spec.automountServiceAccountToken).toBe(false);
      expect(JSON.stringify(spec)).not.toMatch(/hostPath|hostNetwork|hostPID|privileged"/);
    }
  });

  it('every container is read-only and has no capability, no way to gain one, and bounds', () => {
    for (const container of pods.flatMap(containersOf)) {
      expect(container.securityContext, container.name).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.resources?.limits?.['memory'], container.name).toMatch(/^\d+[MG]i$/);
      expect(container.resources?.requests?.['cpu'], container.name).toMatch(/^\d+m$/);
    }
  });

  it('secrets are in Secrets, and nowhere else', () => {
    const withoutSecrets = objects.filter(({ kind }) => kind !== 'Secret');
    expect(JSON.stringify(withoutSecrets)).not.toContain('canary');
    const isInline = JSON.stringify(values).includes('canary');
    expect(JSON.stringify(ofKind(objects, 'Secret')).includes('canary')).toBe(isInline);
    // A Secret of the operator's leaves none to make.
    expect(ofKind(objects, 'Secret')).toHaveLength(isInline ? 1 : 0);
  });

  it('no volume hides below one that an image declares: what is written there would go with the pod', () => {
    for (const container of pods.flatMap(containersOf)) {
      const mounted = (container.volumeMounts ?? []).map(({ mountPath }) => mountPath);
      for (const declared of imageVolumesOf(container.image)) {
        const above = mounted.filter((path) => declared.startsWith(`${path}/`));
        expect(above, `${container.image} declares ${declared}`).toEqual([]);
      }
    }
  });
});

/** The folders that an image of ours declares as volumes. */
function imageVolumesOf(image: string): string[] {
  const name = /sortie\/([a-z]+):/.exec(image)?.[1] ?? '';
  const folder = name === 'server' ? 'image' : `images/${name}`;
  const text = readFileSync(`deploy/${folder}/Dockerfile`, 'utf8');
  return [...text.matchAll(/^VOLUME (.+)$/gm)].flatMap(([, paths = '']) => paths.split(/\s+/));
}

describe('the volumes of images', () => {
  it('are seen', () => {
    expect(imageVolumesOf('sortie/server:1')).toEqual(['/data']);
    expect(imageVolumesOf('sortie/postgres:1')).not.toEqual([]);
  });
});

describe('the account of the pods', () => {
  it('has no token either, and is one that is there already where the chart makes none', () => {
    expect(getObject(render(), 'ServiceAccount', 'shop-sortie').automountServiceAccountToken).toBe(
      false,
    );
    const objects = render(INSTALLATIONS['everything that can be off'] ?? {});
    expect(ofKind(objects, 'ServiceAccount')).toEqual([]);
    expect(podOf(objects, 'server').spec.serviceAccountName).toBe('default');
    expect(renderText(BUNDLED)).not.toMatch(/kind: (Cluster)?Role/);
  });
});

describe('the secrets of a process', () => {
  const objects = render(EXTERNAL_PARTS);
  const secretsOf = (component: string): string[] => {
    const { volumes = [] } = podOf(objects, component).spec;
    return volumes.flatMap(keysIn).toSorted();
  };
  const keysIn = ({ projected, secret }: Volume): string[] => [
    ...(projected?.sources ?? []).flatMap(({ secret: { name, items } }) =>
      items.map(({ key }) => `${name}/${key}`),
    ),
    ...(secret?.items ?? []).map(({ key }) => `${secret?.secretName}/${key}`),
  ];

  it('are its own key, and the sealing key, the signing key and the password only where they are used', () => {
    const password = 'sortie-postgres/password';
    const sealing = 'sortie-keys/sealing.key';
    expect(secretsOf('gateway')).toEqual(['sortie-keys/gateway.nkey']);
    expect(secretsOf('catalog')).toEqual(['sortie-keys/catalog.nkey', password]);
    const signing = 'sortie-keys/audit.key';
    expect(secretsOf('audit')).toEqual([signing, 'sortie-keys/audit.nkey', password]);
    expect(secretsOf('identity')).toEqual(['sortie-keys/identity.nkey', sealing, password]);
    expect(secretsOf('session')).toEqual(
      [sealing, 'sortie-keys/session.nkey', password].toSorted(),
    );
  });

  it('are not in the pod of NATS once its configuration is made: that has public keys', () => {
    const { containers, initContainers = [], volumes = [] } = podOf(objects, 'nats').spec;
    const mounts = (all: typeof containers) =>
      all.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name));
    expect(mounts(initContainers)).toContain('keys');
    expect(mounts(containers)).not.toContain('keys');
    expect(volumes.find(({ name }) => name === 'config')?.emptyDir?.medium).toBe('Memory');
    expect(initContainers[0]?.args?.[0]).toMatch(/\nrm -f \/etc\/nats\/\*\.nkey\n$/);
  });
});

import { subnetIn } from '#services/cli/docker-gate/subnet.js';
import type { GateSettings } from '#services/cli/docker-gate/gate-settings.js';

export const INSTALLATION = 'sortie-test-f';
export const OWNER = { uid: 10_001, gid: 10_001 };

/** What a gate of the tests is started with, but for its places. */
export const GATE_POLICY = {
  installation: INSTALLATION,
  owner: OWNER,
  limits: { memoryBytesMax: 1_024 ** 3, processesMax: 512 },
  subnets: subnetIn('10.213.0.0/16') ?? { first: 0, last: 0 },
} as const satisfies Partial<GateSettings>;

export const labelsOf = (session: string, installation = INSTALLATION) => ({
  'sortie.installation': installation,
  'sortie.session': session,
  'sortie.claim': '0197a6f0-0000-7000-8000-000000000000',
});

const MIB = 1_024 ** 2;

const confined = {
  CapDrop: ['ALL'],
  SecurityOpt: ['no-new-privileges'],
  ReadonlyRootfs: true,
  Memory: 256 * MIB,
  MemorySwap: 256 * MIB,
  NanoCpus: 1e9,
  PidsLimit: 64,
  ShmSize: 64 * MIB,
  RestartPolicy: { Name: 'no' },
  LogConfig: { Type: 'json-file', Config: { 'max-size': '256k', 'max-file': '1' } },
  Ulimits: [{ Name: 'core', Soft: 0, Hard: 0 }],
};

type Making = Readonly<{ session: string; image: string; runtimeDir: string }>;

/** The display's container, as the driver asks for it. */
export const displayBody = ({ session, image, runtimeDir }: Making) => ({
  Image: image,
  User: `${OWNER.uid}:${OWNER.gid}`,
  Cmd: ['sleep', '300'],
  Env: [],
  Labels: { ...labelsOf(session), 'sortie.part': 'display' },
  HostConfig: {
    ...confined,
    IpcMode: 'shareable',
    NetworkMode: 'none',
    Tmpfs: { '/tmp': 'size=16m,mode=1777' },
    Mounts: [
      { Type: 'bind', Source: `${runtimeDir}/${session}`, Target: '/run/sortie' },
      { Type: 'volume', Source: `sortie-${session}-x11`, Target: '/tmp/.X11-unix' },
    ],
  },
});

/** The app's container, as the driver asks for it. */
export const appBody = ({ session, image }: Omit<Making, 'runtimeDir'>) => ({
  Image: image,
  User: '1000:1000',
  Cmd: ['sleep', '300'],
  Entrypoint: [],
  WorkingDir: '/home/user',
  Hostname: 'desktop',
  Env: ['DISPLAY=:0'],
  Labels: { ...labelsOf(session), 'sortie.part': 'app' },
  HostConfig: {
    ...confined,
    OomScoreAdj: 500,
    IpcMode: `container:sortie-${session}-display`,
    PidMode: `container:sortie-${session}-display`,
    NetworkMode: 'none',
    Tmpfs: { '/tmp': 'size=16m,mode=1777' },
    Mounts: [
      {
        Type: 'volume',
        Source: `sortie-${session}-x11`,
        Target: '/tmp/.X11-unix',
        ReadOnly: true,
        VolumeOptions: { NoCopy: true },
      },
    ],
  },
});

export const volumeBodyOf = (session: string) => ({
  Name: `sortie-${session}-x11`,
  Driver: 'local',
  DriverOpts: { type: 'tmpfs', device: 'tmpfs', o: 'size=4m,mode=1777,nosuid,nodev,noexec' },
  Labels: labelsOf(session),
});

export const networkBodyOf = (session: string, subnet = '10.213.250.8/29') => ({
  Name: `sortie-${session}-net`,
  Driver: 'bridge',
  Internal: false,
  EnableIPv6: false,
  IPAM: { Driver: 'default', Config: [{ Subnet: subnet }] },
  Options: { 'com.docker.network.bridge.enable_icc': 'false' },
  Labels: labelsOf(session),
});

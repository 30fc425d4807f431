import {
  DISPLAY_MEMORY_BYTES,
  DISPLAY_PROCESSES_MAX,
  DISPLAY_TMP_MIB,
  type DockerLimits,
  OPEN_FILES_MAX,
  RUN_MIB,
  SHARED_MEMORY_BYTES,
  TMP_MIB,
} from './docker-limits.js';
import type { DockerNames } from './docker-names.js';
import type { Labels, VolumeRequest } from './docker-engine.js';
import type { RuntimeSpec } from './runtime-driver.js';

/** The user that apps run as, whatever their image says. */
export const APP_UID = 1_000;
const HOME = '/home/user/workspace';
const RUN = `/run/user/${APP_UID}`;
/** Where the display's own program puts the cookie that opens it. */
const COOKIE = '/tmp/.X11-unix/.cookie';
const X11 = '/tmp/.X11-unix';

/** What the two containers of a session are made from. */
export interface Pair {
  readonly spec: RuntimeSpec;
  readonly names: DockerNames;
  readonly labels: Labels;
  /** The session's folder on the engine's machine. */
  readonly folder: string;
  readonly displayImage: string;
  readonly displayUser: { readonly uid: number; readonly gid: number };
  readonly appImage: string;
  readonly limits: DockerLimits;
  /** `none`, or the name of the session's own network. */
  readonly network: string;
}

/** The session's volumes (S-52): the socket of its display, in memory, and the workspace. */
export function volumesOf({ names, labels: Labels }: Pair): VolumeRequest[] {
  const memory = { type: 'tmpfs', device: 'tmpfs', o: 'size=4m,mode=1777,nosuid,nodev,noexec' };
  return [
    { Name: names.x11, Driver: 'local', DriverOpts: memory, Labels },
    { Name: names.workspace, Driver: 'local', DriverOpts: {}, Labels },
  ];
}

/** The X and VNC server: no network, no way to the app but the socket, and the one that tells Sortie. */
export function displayContainer(pair: Pair): object {
  const { names, spec, displayUser } = pair;
  const { width, height } = spec.geometry;
  return {
    Image: pair.displayImage,
    User: `${displayUser.uid}:${displayUser.gid}`,
    Cmd: [
      `${width}x${height}`,
      // timeout(1) would take 0 for ever.
      String(Math.max(1, Math.ceil(spec.lifetimeSeconds))),
      names.app,
    ],
    Labels: { ...pair.labels, 'sortie.part': 'display' },
    HostConfig: {
      ...hardened(DISPLAY_MEMORY_BYTES, pair.limits.cpus, DISPLAY_PROCESSES_MAX),
      IpcMode: 'shareable',
      ShmSize: SHARED_MEMORY_BYTES,
      NetworkMode: 'none',
      Tmpfs: { '/tmp': `size=${DISPLAY_TMP_MIB}m,mode=1777` },
      Mounts: [
        { Type: 'bind', Source: pair.folder, Target: '/run/sortie' },
        { Type: 'volume', Source: names.x11, Target: X11 },
        // Only so that the engine copies the owner of the image's folder to the empty volume: app images have none.
        { Type: 'volume', Source: names.workspace, Target: '/workspace' },
      ],
    },
  };
}

/**
 * The app: any image that draws on an X display. It shares the display's process namespace, so that the kernel ends
 * it with its display, and its own first process is no `init` with an init's duties.
 */
export function appContainer(pair: Pair): object {
  const { names, spec, limits } = pair;
  const display = `container:${names.display}`;
  return {
    Image: pair.appImage,
    User: `${APP_UID}:${APP_UID}`,
    ...(spec.command && { Entrypoint: [], Cmd: spec.command }),
    WorkingDir: HOME,
    Hostname: 'desktop',
    Env: Object.entries(APP_ENVIRONMENT).map(([name, value]) => `${name}=${value}`),
    Labels: { ...pair.labels, 'sortie.part': 'app' },
    // An image's own health check would run beside the app for nobody.
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      ...hardened(limits.memoryBytes, limits.cpus, limits.processesMax),
      OomScoreAdj: 500,
      PidMode: display,
      // For MIT-SHM: pictures go to the display through shared memory.
      IpcMode: display,
      NetworkMode: pair.network,
      Tmpfs: {
        '/tmp': `size=${TMP_MIB}m,mode=1777,exec`,
        [RUN]: `size=${RUN_MIB}m,mode=0700,uid=${APP_UID},gid=${APP_UID}`,
      },
      Mounts: [
        { Type: 'volume', Source: names.x11, Target: X11, ReadOnly: true },
        {
          Type: 'volume',
          Source: names.workspace,
          Target: HOME,
          // The workspace is the person's, and starts empty whatever an image has there.
          VolumeOptions: { NoCopy: true },
        },
      ],
    },
  };
}

const APP_ENVIRONMENT = {
  HOME,
  DISPLAY: ':0',
  XAUTHORITY: COOKIE,
  XDG_RUNTIME_DIR: RUN,
  TMPDIR: '/tmp',
  USER: 'user',
  LOGNAME: 'user',
  LANG: 'C.UTF-8',
};

/** No right, no way to gain one, nothing to write on but what is mounted, and a bound on everything. */
function hardened(memoryBytes: number, cpus: number, processesMax: number): object {
  return {
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    ReadonlyRootfs: true,
    Memory: memoryBytes,
    // Memory and swap together: as much, so no swap.
    MemorySwap: memoryBytes,
    NanoCpus: Math.round(cpus * 1e9),
    PidsLimit: processesMax,
    Ulimits: [
      { Name: 'core', Soft: 0, Hard: 0 },
      { Name: 'nofile', Soft: OPEN_FILES_MAX, Hard: OPEN_FILES_MAX },
    ],
    RestartPolicy: { Name: 'no' },
    LogConfig: { Type: 'json-file', Config: { 'max-size': '256k', 'max-file': '1' } },
  };
}

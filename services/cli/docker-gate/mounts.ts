import { z } from 'zod';
import { UID_MAX } from './gate-settings.js';

/** Folders of a container that the engine fills and guards itself. */
const KEPT = /^\/(proc|sys|dev)(\/|$)/;
const PATH = /^(\/[A-Za-z0-9_.+@-]+)+$/;
const OBJECT_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/;

/** The name of a container, volume or network, or an id. */
export const objectName = z.string().regex(OBJECT_NAME, 'it must be a name or an id');

/** Where something is mounted in a container. */
export const mountTarget = z
  .string()
  .max(512)
  .refine((path) => PATH.test(path) && !/\/\.{1,2}(\/|$)/.test(path), 'it must be a plain path')
  .refine((path) => !KEPT.test(path) || path === '/dev/shm', 'it is the engine’s own');

const volume = z.strictObject({
  Type: z.literal('volume'),
  Source: objectName,
  Target: mountTarget,
  ReadOnly: z.boolean().optional(),
  VolumeOptions: z.strictObject({ NoCopy: z.boolean().optional() }).optional(),
});

const bind = z.strictObject({
  Type: z.literal('bind'),
  Source: z.string().max(512),
  Target: mountTarget,
  ReadOnly: z.boolean().optional(),
  BindOptions: z.strictObject({ Propagation: z.literal('rprivate').optional() }).optional(),
});

const memory = z.strictObject({
  Type: z.literal('tmpfs'),
  Target: mountTarget,
  TmpfsOptions: z.strictObject({
    SizeBytes: z.int().positive(),
    Mode: z.int().nonnegative().max(0o1777).optional(),
  }),
});

/** The mounts of a container; which volumes and folders they may name is looked up. */
export const mounts = z.array(z.discriminatedUnion('Type', [volume, bind, memory])).max(16);

export type Mount = z.infer<typeof mounts>[number];

const FLAGS = new Set(['rw', 'noexec', 'exec', 'nosuid', 'nodev']);
const SIZE = /^[1-9]\d{0,15}[kmg]?$/;
const MODE = /^[01]?[0-7]{3}$/;
const ID = /^\d{1,10}$/;
const VALUES: Readonly<Record<string, (value: string) => boolean>> = {
  size: (value) => SIZE.test(value),
  nr_inodes: (value) => SIZE.test(value),
  mode: (value) => MODE.test(value),
  uid: (value) => ID.test(value) && Number(value) <= UID_MAX,
  gid: (value) => ID.test(value) && Number(value) <= UID_MAX,
};

/** The options of a file system in memory; how large it may become must be among them. */
export const memoryOptions = z
  .string()
  .max(256)
  .refine((options) => options.split(',').every(isOption), 'only options of tmpfs are taken')
  .refine((options) => /(^|,)size=/.test(options), 'a size must be among them');

function isOption(option: string): boolean {
  const [name = '', value, ...more] = option.split('=');
  if (value === undefined) return FLAGS.has(name);
  return more.length === 0 && Object.hasOwn(VALUES, name) && VALUES[name]?.(value) === true;
}

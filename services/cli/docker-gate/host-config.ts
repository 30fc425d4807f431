import { z } from 'zod';
import type { ContainerLimits } from './gate-settings.js';
import { memoryOptions, mounts, mountTarget, objectName } from './mounts.js';

const MEMORY_BYTES_MIN = 6 * 1_024 ** 2;
const CPUS_MAX = 256;
const LIMIT_MAX = 1_048_576;
const SECURITY = ['no-new-privileges', 'no-new-privileges:true', 'no-new-privileges=true'];

const ulimit = z.strictObject({
  Name: z.enum(['nofile', 'nproc', 'core', 'fsize', 'memlock', 'stack']),
  Soft: z.int().nonnegative().max(LIMIT_MAX),
  Hard: z.int().nonnegative().max(LIMIT_MAX),
});

const logging = z.strictObject({
  Type: z.enum(['local', 'json-file', 'none']),
  Config: z
    .strictObject({
      'max-size': z.string().regex(/^\d{1,9}[kmg]?$/),
      'max-file': z.string().regex(/^\d{1,3}$/),
      compress: z.enum(['true', 'false']),
    })
    .partial()
    .optional(),
});

/** The namespace of another container; which one is looked up. */
const ofContainer = z.string().regex(/^container:[A-Za-z0-9][A-Za-z0-9-]{1,127}$/);

/** What a container may be given of its machine. Everything that is not listed is refused, also what no engine knows yet. */
export const hostConfig = ({ memoryBytesMax, processesMax }: ContainerLimits) => {
  const bytes = z
    .int()
    .min(MEMORY_BYTES_MIN)
    .max(memoryBytesMax, `it may be ${memoryBytesMax} bytes at most (--memory-max of the gate)`);
  return z
    .strictObject({
      CapDrop: z.tuple([z.literal('ALL')]),
      SecurityOpt: z.tuple([z.enum(SECURITY)]),
      ReadonlyRootfs: z.literal(true),
      Memory: bytes,
      PidsLimit: z
        .int()
        .positive()
        .max(processesMax, `it may be ${processesMax} at most (--processes-max of the gate)`),
      NetworkMode: objectName,
      MemorySwap: bytes.optional(),
      NanoCpus: z
        .int()
        .positive()
        .max(CPUS_MAX * 1e9)
        .optional(),
      CpuShares: z.int().positive().max(LIMIT_MAX).optional(),
      OomScoreAdj: z.int().nonnegative().max(1_000).optional(),
      ShmSize: bytes.optional(),
      Ulimits: z.array(ulimit).max(8).optional(),
      Init: z.boolean().optional(),
      IpcMode: z.union([z.enum(['private', 'none', 'shareable']), ofContainer]).optional(),
      PidMode: ofContainer.optional(),
      CgroupnsMode: z.literal('private').optional(),
      Privileged: z.literal(false).optional(),
      AutoRemove: z.literal(false).optional(),
      RestartPolicy: z.strictObject({ Name: z.literal('no') }).optional(),
      LogConfig: logging.optional(),
      Tmpfs: z.record(mountTarget, memoryOptions).optional(),
      Mounts: mounts.optional(),
    })
    .refine(({ Memory, MemorySwap = Memory }) => MemorySwap === Memory, {
      message: 'MemorySwap must be the same as Memory',
    });
};

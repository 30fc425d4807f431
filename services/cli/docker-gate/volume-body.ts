import { z } from 'zod';
import { memoryOptions, objectName } from './mounts.js';
import { ownLabels } from './ownership.js';

/** Options make a local volume into any mount of the machine, so there are those of a file system in memory, or none. */
const memory = z.strictObject({
  type: z.literal('tmpfs'),
  device: z.literal('tmpfs'),
  o: memoryOptions,
});

const options = z.union([memory, z.strictObject({})]);

/** What a volume may be made from. */
export const volumeBody = (installation: string) =>
  z.strictObject({
    Name: objectName,
    Driver: z.literal('local').optional(),
    DriverOpts: options.optional(),
    Labels: ownLabels(installation),
  });

/** Whether a volume that is there already is one that could have been made through the gate. */
export const isHarmlessVolume = (driver: unknown, given: unknown): boolean =>
  driver === 'local' && options.safeParse(given ?? {}).success;

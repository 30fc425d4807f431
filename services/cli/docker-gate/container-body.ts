import { z } from 'zod';
import { type ContainerLimits, UID_MAX } from './gate-settings.js';
import { hostConfig } from './host-config.js';
import { imageReference } from './image-reference.js';
import { mountTarget } from './mounts.js';
import { ownLabels, text } from './ownership.js';

const STOP_SECONDS_MAX = 120;
const WORDS_MAX = 256;
const WORD_LENGTH_MAX = 65_536;
const HOSTNAME = /^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/;
const USER = /^(\d{1,10}):(\d{1,10})$/;

/** The words of a command, or the lines of an environment. */
const words = z.array(text(WORD_LENGTH_MAX)).max(WORDS_MAX);

/** A user and a group by number, neither of them root: names are looked up in an image, which may say anything. */
const user = z.string().refine((given) => {
  const [, ...ids] = USER.exec(given) ?? [];
  return ids.length === 2 && ids.every((id) => Number(id) > 0 && Number(id) <= UID_MAX);
}, 'it must be <uid>:<gid>, and neither may be 0');

export const signalName = z
  .string()
  .regex(/^(SIG)?[A-Z]{3,6}[0-9]?$|^\d{1,2}$/, 'it must be a signal');

/** What a container may be made from. */
export const containerBody = (installation: string, limits: ContainerLimits) =>
  z.strictObject({
    Image: imageReference,
    User: user,
    Labels: ownLabels(installation),
    HostConfig: hostConfig(limits),
    Cmd: words.optional(),
    Entrypoint: words.optional(),
    Env: words.optional(),
    WorkingDir: mountTarget.optional(),
    Hostname: z.string().regex(HOSTNAME).optional(),
    StopSignal: signalName.optional(),
    StopTimeout: z.int().nonnegative().max(STOP_SECONDS_MAX).optional(),
    Healthcheck: z.strictObject({ Test: z.tuple([z.literal('NONE')]) }).optional(),
    NetworkDisabled: z.boolean().optional(),
    Tty: z.literal(false).optional(),
    OpenStdin: z.literal(false).optional(),
    StdinOnce: z.literal(false).optional(),
    AttachStdin: z.literal(false).optional(),
    AttachStdout: z.boolean().optional(),
    AttachStderr: z.boolean().optional(),
  });

export type ContainerBody = z.infer<ReturnType<typeof containerBody>>;

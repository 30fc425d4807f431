import { z } from 'zod';
import { RuntimeRecords, SESSION_ID } from './runtime-records.js';

const DOCKER_RECORD = z.object({
  sessionId: z.string().regex(SESSION_ID),
  startedAt: z.string(),
  phase: z.enum(['starting', 'running']),
  claim: z.string(),
});

/** What is written down of a session; the rest are labels on what the engine has of it. */
export type DockerRecord = z.infer<typeof DOCKER_RECORD>;

export type DockerRecords = RuntimeRecords<DockerRecord>;

/** Opens the records of a runtime folder. */
export function openDockerRecords(runtimeDir: string): Promise<DockerRecords> {
  return RuntimeRecords.open(runtimeDir, {
    // So that the Docker gate can make sessions' folders its own while the engine takes them in.
    mayBeRoots: true,
    parse: (json) => DOCKER_RECORD.safeParse(json).data,
    lost: (sessionId) => ({
      sessionId,
      startedAt: new Date(0).toISOString(),
      phase: 'starting',
      claim: '',
    }),
  });
}

import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { LabelFilter, Labels } from './docker-engine.js';
import { runtimeName } from './runtime-driver.js';

/** What a session's parts are called, the same at every attempt, so that a second one meets the first. */
export type DockerNames = Readonly<
  Record<'app' | 'display' | 'x11' | 'workspace' | 'network', string>
>;

/** Names the parts of a session. */
export function dockerNames(sessionId: string): DockerNames {
  const app = runtimeName(sessionId);
  return {
    app,
    display: `${app}-display`,
    x11: `${app}-x11`,
    workspace: `${app}-workspace`,
    network: `${app}-net`,
  };
}

export const SESSION_LABEL = 'sortie.session';
export const INSTALLATION_LABEL = 'sortie.installation';
export const CLAIM_LABEL = 'sortie.claim';
export const PART_LABEL = 'sortie.part';
const STARTED_LABEL = 'sortie.started-at';

/** Which installation a runtime folder is: two on one engine leave each other's sessions alone. */
export function installationOf(runtimeDir: string): string {
  return createHash('sha256').update(resolve(runtimeDir)).digest('hex').slice(0, 16);
}

/** What every part of one attempt to start a session is labelled with. */
export function labelsOf(
  installation: string,
  record: { sessionId: string; startedAt: string; claim: string },
): Labels {
  return {
    [INSTALLATION_LABEL]: installation,
    [SESSION_LABEL]: record.sessionId,
    [CLAIM_LABEL]: record.claim,
    [STARTED_LABEL]: record.startedAt,
  };
}

/** What finds an installation's parts, those of one session, or of one attempt to start it. */
export function filterOf(
  installation: string,
  of: { sessionId?: string; claim?: string } = {},
): LabelFilter {
  return {
    [INSTALLATION_LABEL]: installation,
    ...(of.sessionId !== undefined && { [SESSION_LABEL]: of.sessionId }),
    ...(of.claim !== undefined && { [CLAIM_LABEL]: of.claim }),
  };
}

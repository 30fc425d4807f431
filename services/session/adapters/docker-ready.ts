import type { DockerEngine } from './docker-engine.js';
import { parseImageName } from './docker-image-name.js';
import type { DockerLimits } from './docker-limits.js';

/** What is looked at before the first session. */
export interface Wanted {
  readonly engine: DockerEngine;
  readonly displayImage: string;
  readonly limits: DockerLimits;
}

/** Says what sessions would miss, each in a sentence with its remedy. Never throws: everything but desktops works without. */
export async function tellWhatIsMissing(
  { engine, displayImage, limits }: Wanted,
  tell: (sentence: string) => void,
): Promise<void> {
  const reached = await engine.ping().catch((error: unknown) => error);
  // Whoever follows the engine's events tells that it is away.
  if (reached instanceof Error) return;
  const image = parseImageName(displayImage);
  if (!(await engine.hasImage(image).catch(() => true))) {
    tell(
      `The display's image ${image.full} (SORTIE_DISPLAY_IMAGE) isn't on the engine's machine: the first desktop tries to pull it. Build it with: docker build --tag ${image.full} deploy/images/display`,
    );
  }
  // A gate may keep this to itself.
  const { NCPU, MemTotal, SecurityOptions } = await engine.info().catch(() => ({}) as never);
  if (NCPU !== undefined && limits.cpus > NCPU) {
    tell(
      `SORTIE_SESSION_CPUS is ${limits.cpus}, and the engine's machine has ${NCPU}: no desktop starts until it is lower.`,
    );
  }
  if (MemTotal !== undefined && limits.memoryBytes > MemTotal) {
    tell(
      `SORTIE_SESSION_MEMORY is more than the engine's machine has: one desktop can use all of it.`,
    );
  }
  if (SecurityOptions && !SecurityOptions.some((option) => option.includes('name=seccomp'))) {
    tell('The engine filters no system calls (no seccomp): its isolation of apps is weak.');
  }
}

import { findEngine } from '../../deploy/local/docker-engine.js';

/** What suites do to a server, wherever it runs. */
export type PlacedServer = Readonly<{
  host: string;
  /** The same after a restart. */
  port: number;
  /** Ends it at once, as a power cut would; what it keeps stays. */
  kill: () => Promise<void>;
  /** Starts it again on what it keeps, at the same address. */
  restart: () => Promise<void>;
  /** It stands still, with its connections open. */
  pause: () => Promise<void>;
  resume: () => Promise<void>;
  /** Ends it for good, with what it keeps. */
  stop: () => Promise<void>;
  /** What only a container can go through: its network is taken away, as when a cable is pulled. */
  network?: Readonly<{ cut: () => Promise<void>; mend: () => Promise<void> }>;
}>;

/** Starts a suite's server in a container where a Docker engine answers, else as a program of this machine, and says so. */
export async function placed<T>(
  what: string,
  { container, program }: { container: () => Promise<T>; program: () => Promise<T> },
): Promise<T> {
  if ((await findEngine()) !== undefined) return container();
  console.log(`No Docker engine answers: ${what} runs as a program here, and not in a container.`);
  return program();
}

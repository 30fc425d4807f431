import type { Registry } from 'prom-client';
import type { Projector } from '#shared/es/projector.js';
import type { DatabaseFigures, PoolFigures } from './storage-observer.js';

/** What changes with every request and costs little to read is read at most once in so long, however many ask. */
export const CHEAP_EVERY_MS = 1_000;
/** What has to be counted or measured. */
export const COSTLY_EVERY_MS = 15_000;

/** What the viewers of a process have moved since it started, and what they hold now. */
export type ViewerFigures = Readonly<{
  open: number;
  opened: number;
  refused: Readonly<Record<string, number>>;
  toViewerBytes: number;
  toTargetBytes: number;
  heldBytes: number;
}>;

/** Places for sessions, and the bounds of them. */
export type PlaceFigures = Readonly<{
  held: number;
  queued: number;
  max: Readonly<{ total: number; perUser: number; queue: number }>;
}>;

/** Where the figures come from that stand somewhere; what a process does not have is left out. */
export type MetricSources = Readonly<{
  head?: () => Promise<number>;
  projectors?: readonly Readonly<{
    service: string;
    projector: Pick<Projector, 'status' | 'leads'>;
  }>[];
  databases?: () => Promise<readonly DatabaseFigures[]>;
  /** Undefined where there is no pool. */
  pool?: () => PoolFigures | undefined;
  /** Free bytes where this process keeps its files. */
  diskFree?: () => Promise<number>;
  viewers?: () => ViewerFigures;
  /** How many sessions there are, by every status that there is. */
  sessions?: () => Promise<Readonly<Record<string, number>>>;
  /** The places for sessions: those that are taken and waited for, and how many there may be. */
  places?: () => Promise<PlaceFigures>;
}>;

/** Brings some metrics up to date. Never throws. */
export type Watch = () => Promise<void>;

/** What a file of metrics needs to add its own. */
export type Watching = Readonly<{
  registers: Registry[];
  sources: MetricSources;
  onFailed: (figure: string) => void;
}>;

/** A part of the system that can be broken and mended. */
export type Breakable = Readonly<{
  /** Ends it at once, as a crash does. */
  kill: () => Promise<unknown>;
  /** Starts it again on what it has kept. */
  start: () => Promise<unknown>;
  pause: () => void;
  resume: () => void;
  /** Has it end in good order, and starts it again. */
  restart: () => Promise<unknown>;
}>;

const KINDS = ['kill', 'pause', 'restart'] as const;
export type BlowKind = (typeof KINDS)[number];
/** One thing that is done to one part; milliseconds. */
export type Blow = Readonly<{ part: string; kind: BlowKind; delayMs: number; holdMs: number }>;
/** One or two at a time, and how long it is calm after they are mended. */
export type Fault = Readonly<{ blows: readonly Blow[]; calmMs: number }>;

const TWO_AT_A_TIME = 0.35;
const DELAY_MS_MAX = 1_500;
/** Mostly short, and now and then longer than a lease lasts: whoever was paused must find that another one has taken over. */
const HOLD_MS = { min: 200, max: 7_000 };
const CALM_MS = { min: 300, max: 1_500 };

/** The next fault; the same random numbers give the same faults. */
export function nextFault(random: () => number, parts: readonly string[]): Fault {
  const left = [...parts];
  const count = random() < TWO_AT_A_TIME ? 2 : 1;
  const blows = Array.from({ length: count }, (_, index): Blow => {
    const [part = ''] = left.splice(Math.floor(random() * left.length), 1);
    const kind = KINDS[Math.floor(random() * KINDS.length)] ?? 'kill';
    const delayMs = Math.round(index * random() * DELAY_MS_MAX);
    return { part, kind, delayMs, holdMs: between(HOLD_MS, random() ** 2) };
  });
  return { blows, calmMs: between(CALM_MS, random()) };
}

const between = ({ min, max }: { min: number; max: number }, share: number): number =>
  Math.round(min + share * (max - min));

/** Tells a fault in a line. */
export const faultLine = ({ blows }: Fault): string =>
  blows.map(({ part, kind, holdMs }) => `${kind} ${part} for ${holdMs} ms`).join(' and ');

/** Strikes, and mends again; resolves once every part runs. */
export async function strike(
  { blows }: Fault,
  parts: Readonly<Record<string, Breakable>>,
): Promise<void> {
  await Promise.all(
    blows.map(async ({ part, kind, delayMs, holdMs }) => {
      const target = parts[part];
      if (!target) throw new Error(`Nothing here is called ${part}.`);
      await rest(delayMs);
      switch (kind) {
        case 'kill':
          await target.kill();
          await rest(holdMs);
          await target.start();
          return;
        case 'pause':
          target.pause();
          await rest(holdMs);
          target.resume();
          return;
        case 'restart':
          await target.restart();
          return;
      }
    }),
  );
}

/** Waits for a time that is part of the schedule, and not for something to happen. */
export const rest = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

import type { Sequence } from '#shared/es/commit.js';

/** How one attempt at an operation ended, as its client saw it; times are of one clock, in milliseconds. */
export type Attempt = Readonly<{ gateway: string; startedAt: number; endedAt: number }> &
  (
    | Readonly<{
        outcome: 'ok';
        /** The version that the answer named, where it names one. */
        version?: Sequence;
        /** The answer said that a read right after it may be older. */
        isBehind: boolean;
      }>
    | Readonly<{ outcome: 'refused'; code: string }>
    /** No answer, or one that says that it may come later: it may or may not have happened. */
    | Readonly<{ outcome: 'unknown'; why: string }>
  );

/** What a client wanted once; all attempts at it carry one Idempotency-Key. */
export type ClientOperation = {
  readonly key: string;
  /** Under which the log has the commit that the answer speaks of. */
  readonly commandId: string;
  /** Types of the events that it can lead to. */
  readonly eventTypes: readonly string[];
  /** Whose history it belongs to; unknown before the first answer where the service makes up the id. */
  stream?: string;
  /** The version that it may follow (0: it is the first), if the client said so. */
  readonly expectedVersion?: Sequence;
  readonly attempts: Attempt[];
};

/** What a client saw when it read a stream's resource. */
export type Reading = Readonly<{
  stream: string;
  gateway: string;
  startedAt: number;
  version: Sequence | 'absent';
}>;

export type History = Readonly<{
  operations: readonly ClientOperation[];
  readings: readonly Reading[];
}>;

export type LoggedEvent = Readonly<{ type: string; data: unknown }>;
/** A commit as it stands in the log, read past everything that is tested. */
export type LoggedCommit = Readonly<{
  sequence: Sequence;
  stream: string;
  commandId: string;
  events: readonly LoggedEvent[];
}>;

export type FaultKind =
  | 'gap in the log'
  | 'in the log twice'
  | 'lost'
  | 'done though refused'
  | 'never answered'
  | 'answered differently'
  | 'wrong commit'
  | 'lost update'
  | 'stale read'
  | 'phantom read';
export type HistoryFault = Readonly<{ kind: FaultKind; about: string }>;

export type HistoryFigures = Readonly<{
  operations: number;
  acknowledged: number;
  refused: number;
  /** Those that had an attempt without an answer. */
  indeterminate: number;
  /** How often each reason was given for not answering. */
  reasons: Readonly<Record<string, number>>;
  readings: number;
}>;

const REFUSED = /\.AttemptRefused\.v1$/;
/** After it there is nothing to read. */
const RETIRED = /\.AppRetired\.v1$/;

/** Compares what clients were told with what is in the log. An empty list: nothing is lost, doubled or out of order. */
export function historyFaults(
  { operations, readings }: History,
  log: readonly LoggedCommit[],
): HistoryFault[] {
  const byCommand = grouped(log, ({ commandId }) => commandId);
  const byStream = grouped(log, ({ stream }) => stream);
  return [
    ...orderFaults(log),
    ...repetitions(byCommand),
    ...operations.flatMap((operation) => {
      const [commit] = byCommand.get(operation.commandId) ?? [];
      const before = commit && versionBefore(byStream.get(commit.stream) ?? [], commit);
      return operationFaults(operation, commit, before);
    }),
    ...readingFaults(readings, operations, { byCommand, byStream }),
  ];
}

/** Counts what clients were told. */
export function historyFigures({ operations, readings }: History): HistoryFigures {
  const count = (outcome: Attempt['outcome']) =>
    operations.filter(({ attempts }) => attempts.some((a) => a.outcome === outcome)).length;
  const reasons: Record<string, number> = {};
  for (const attempt of operations.flatMap(({ attempts }) => attempts)) {
    if (attempt.outcome === 'unknown') reasons[attempt.why] = (reasons[attempt.why] ?? 0) + 1;
  }
  return {
    operations: operations.length,
    acknowledged: count('ok'),
    refused: count('refused'),
    indeterminate: count('unknown'),
    reasons,
    readings: readings.length,
  };
}

function orderFaults(log: readonly LoggedCommit[]): HistoryFault[] {
  const wrong = log.findIndex(({ sequence }, index) => sequence !== index + 1);
  if (wrong === -1) return [];
  const about = `commit ${log[wrong]?.sequence} stands in place ${wrong + 1}`;
  return [{ kind: 'gap in the log', about }];
}

const repetitions = (byCommand: Groups): HistoryFault[] =>
  [...byCommand].flatMap(([commandId, commits]) => {
    if (commits.length === 1) return [];
    const places = commits.map(({ sequence, stream }) => `${sequence} (${stream})`).join(', ');
    return [{ kind: 'in the log twice', about: `command ${commandId}: ${places}` } as const];
  });

/** What is wrong, where `isThere` says so. */
type Suspicion = readonly [kind: FaultKind, isThere: boolean, about: string];

function operationFaults(
  operation: ClientOperation,
  commit: LoggedCommit | undefined,
  versionBeforeIt: Sequence | undefined,
): HistoryFault[] {
  const { key, attempts } = operation;
  const answers = attempts.filter(({ outcome }) => outcome !== 'unknown');
  const [answer] = answers;
  const done = commit?.events.some(({ type }) => !REFUSED.test(type)) ? commit : undefined;
  const all = answers.map(told);
  const suspicions: readonly Suspicion[] = [
    ['never answered', !answer, `${attempts.length} attempts`],
    ['answered differently', new Set(all).size > 1, all.join(', ')],
    ['done though refused', answer?.outcome === 'refused' && !!done, `at ${done?.sequence}`],
    ...(answer?.outcome === 'ok'
      ? placeFaults(operation, answer.version, done, versionBeforeIt)
      : []),
  ];
  return suspicions
    .filter(([, isThere]) => isThere)
    .map(([kind, , about]) => ({ kind, about: `${key}: ${about}` }));
}

/** What is wrong with the commit that was acknowledged: it is missing, another one, or made without having seen the one before it. */
function placeFaults(
  { stream, eventTypes, expectedVersion: seen }: ClientOperation,
  version: Sequence | undefined,
  commit: LoggedCommit | undefined,
  before: Sequence | undefined,
): Suspicion[] {
  if (!commit) return [['lost', true, `acknowledged as version ${version}`]];
  const types = commit.events.map(({ type }) => type);
  const about = `version ${version} of ${stream} is ${types.join(', ')} at ${commit.sequence} of ${commit.stream}`;
  return [
    ['wrong commit', version !== undefined && version !== commit.sequence, about],
    ['wrong commit', stream !== undefined && stream !== commit.stream, about],
    ['wrong commit', !types.some((type) => eventTypes.includes(type)), about],
    ['lost update', seen !== undefined && seen !== before, `saw ${seen}, came after ${before}`],
  ];
}

const told = (attempt: Attempt): string => {
  if (attempt.outcome === 'ok') return `ok ${attempt.version ?? ''}`.trim();
  return attempt.outcome === 'refused' ? attempt.code : attempt.why;
};

function versionBefore(stream: readonly LoggedCommit[], { sequence }: LoggedCommit): Sequence {
  return stream.findLast((other) => other.sequence < sequence)?.sequence ?? 0;
}

type Groups = ReadonlyMap<string, readonly LoggedCommit[]>;
type LogIndex = Readonly<{ byCommand: Groups; byStream: Groups }>;

function readingFaults(
  readings: readonly Reading[],
  operations: readonly ClientOperation[],
  { byCommand, byStream }: LogIndex,
): HistoryFault[] {
  const shown = acknowledgements(operations, byCommand);
  return readings.flatMap((reading): HistoryFault[] => {
    const { stream, startedAt, version, gateway } = reading;
    const known = (shown.get(stream) ?? []).filter(({ endedAt }) => endedAt <= startedAt);
    const floor = Math.max(0, ...known.map(({ sequence }) => sequence));
    const commits = byStream.get(stream) ?? [];
    const about = `${stream} at ${gateway} was ${version} after ${floor} was acknowledged`;
    if (version === 'absent') {
      const isGone = commits.some(
        ({ sequence, events }) =>
          sequence >= floor && events.some(({ type }) => RETIRED.test(type)),
      );
      return floor === 0 || isGone ? [] : [{ kind: 'stale read', about }];
    }
    if (!commits.some(({ sequence }) => sequence === version)) {
      return [{ kind: 'phantom read', about: `${stream} has no version ${version} (${gateway})` }];
    }
    return version < floor ? [{ kind: 'stale read', about }] : [];
  });
}

/** By stream, from when on every reader must see which version. */
function acknowledgements(operations: readonly ClientOperation[], byCommand: Groups) {
  const shown = new Map<string, { endedAt: number; sequence: Sequence }[]>();
  for (const { attempts, commandId } of operations) {
    const [commit] = byCommand.get(commandId) ?? [];
    const answer = attempts.find((attempt) => attempt.outcome === 'ok' && !attempt.isBehind);
    if (!commit || !answer) continue;
    const { stream, sequence } = commit;
    shown.set(stream, [...(shown.get(stream) ?? []), { endedAt: answer.endedAt, sequence }]);
  }
  return shown;
}

function grouped(
  log: readonly LoggedCommit[],
  keyOf: (commit: LoggedCommit) => string,
): ReadonlyMap<string, LoggedCommit[]> {
  const groups = new Map<string, LoggedCommit[]>();
  for (const commit of log) {
    const group = groups.get(keyOf(commit));
    if (group) group.push(commit);
    else groups.set(keyOf(commit), [commit]);
  }
  return groups;
}

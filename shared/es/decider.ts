/** A message is plain data: what to do (command) or what happened (event). */
export type Message<Type extends string = string, Data = unknown> = Readonly<{
  type: Type;
  data: Readonly<Data>;
}>;

/** The types of a union of events, for what must know at run time which ones there are. The compiler asks for each. */
export const eventTypes = <E extends Message>(
  types: Record<E['type'], true>,
): ReadonlySet<string> => new Set(Object.keys(types));

/** A refusal is an expected answer, so it is a value. Only broken code throws. */
export type Rejected = Readonly<{ kind: 'rejected'; code: string; detail: string }>;
export type Accepted<E> = Readonly<{ kind: 'accepted'; events: readonly E[] }>;
export type Decision<E> = Accepted<E> | Rejected;

/** Accepts a command with the events it caused; none means that it was already so. */
export const accept = <E>(...events: E[]): Accepted<E> => ({ kind: 'accepted', events });

/** Refuses a command: `code` is the state or rule that forbids it, `detail` says what to do about it. */
export const reject = (code: string, detail: string): Rejected => ({
  kind: 'rejected',
  code,
  detail,
});

/** The three pure functions that are an aggregate. State must be plain JSON: the database keeps it. */
export type Decider<C extends Message, E extends Message, S> = Readonly<{
  initialState: S;
  evolve: (state: S, event: E) => S;
  decide: (command: C, state: S) => Decision<E>;
}>;

import { partsOf, type Sequence } from './commit.js';
import type { Decider, Message } from './decider.js';
import { type ReadModel, rowModel } from './read-model.js';

export type AggregateRow = { stream: string; version: Sequence; state: string };
export type CommandRow = { command_id: string; sequence: Sequence };

/** The deciders of a service by aggregate name, as they stand in its streams' names. */
export type Deciders = Readonly<Record<string, Decider<never, never, unknown>>>;

/** Erases a decider's types, for the table of all deciders of a service. */
export const erased = <C extends Message, E extends Message, S>(decider: Decider<C, E, S>) =>
  decider as unknown as Decider<never, never, unknown>;

/** The folded state and version of every aggregate, which commands decide on: replaying a stream would cost its whole history. */
export const aggregatesModel = (deciders: Deciders): ReadModel =>
  rowModel<Message, AggregateRow>({
    table: 'aggregates',
    version: 1,
    key: 'stream',
    // A service that decides nothing has no state that a newer event could change.
    ...(Object.keys(deciders).length === 0 && { newer: 'kept' }),
    keysOf: (event) => (deciders[partsOf(event.stream).aggregate] ? [event.stream] : []),
    project: (row, event, stream) => {
      const decider = deciders[partsOf(stream).aggregate];
      if (!decider) return row;
      const before = row ? (JSON.parse(row.state) as unknown) : decider.initialState;
      const state = decider.evolve(before, event as never);
      return { stream, version: event.sequence, state: JSON.stringify(state) };
    },
  });

/** Where each command's commit stands in the log, so that a repeated command gets its first answer for as long as the log lives. */
export const commandsModel = (service: string): ReadModel =>
  rowModel<Message, CommandRow>({
    table: 'commands',
    version: 1,
    key: 'command_id',
    newer: 'kept',
    keysOf: (event) =>
      event.index === 0 && partsOf(event.stream).service === service ? [event.cloud.commandid] : [],
    project: (_, event, command_id) => ({ command_id, sequence: event.sequence }),
  });

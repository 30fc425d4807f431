import { describe, expect, it } from 'vitest';
import type { ContainerState } from './docker-engine.js';
import { reasonOf } from './docker-end.js';

const GIB = 1024 ** 3;
const up: ContainerState = {
  Status: 'running',
  Running: true,
  ExitCode: 0,
  OOMKilled: false,
};
const ended = (ExitCode: number, over: Partial<ContainerState> = {}): ContainerState => ({
  ...up,
  Status: 'exited',
  Running: false,
  ExitCode,
  ...over,
});
const created: ContainerState = { ...ended(0), Status: 'created' };

type Container = ContainerState | undefined;
type Case = readonly [
  when: string,
  app: Container,
  display: Container,
  text: string,
  isSure: boolean,
];

describe('the reason of an end', () => {
  it.each<Case>([
    ['the app was closed', ended(0), up, 'the app ended with status 0', true],
    ['both are closed', ended(0), ended(0), 'the app ended with status 0', true],
    ['the app fails, so far', ended(3), up, 'the app ended with status 3', false],
    ['its shell finds nothing', ended(127), up, 'status 127: a program was not found', false],
    ['its shell may not', ended(126), up, 'status 126: a program may not be run', false],
    ['the display fails', ended(137), ended(1), 'the display server ended', true],
    ['the app loses it', ended(84), ended(1), 'the display server ended', true],
    ['its time is over', ended(137), ended(124), 'its longest time was over', true],
    ['the display fails first', up, ended(1), 'the display server ended', true],
    ['it fails before the app', created, ended(1), 'the display server ended', true],
    ['memory', ended(137, { OOMKilled: true }), up, 'its memory of 1024 MiB', true],
    ['its memory', ended(137), ended(137, { OOMKilled: true }), 'display server used up', true],
    ['somebody removes both', undefined, undefined, 'its containers were removed', true],
    ['its display was removed', up, undefined, 'its display was removed', false],
  ])('when %s', (...[, app, display, text, isSure]) => {
    const reason = reasonOf({ app, display }, GIB);
    expect(reason.text).toContain(text);
    expect(reason.isSure).toBe(isSure);
  });
});

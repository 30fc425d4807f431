import { describe, expect, it } from 'vitest';
import { PullProgress } from './docker-pull.js';

const downloading = (id: string, current: number, total: number) => ({
  id,
  status: 'Downloading',
  progressDetail: { current, total },
});

describe('the progress of a pull', () => {
  it('is the sum of the bytes of all layers', () => {
    const progress = new PullProgress();
    progress.take(downloading('a', 10, 100));
    progress.take(downloading('b', 5, 50));
    progress.take(downloading('a', 40, 100));
    expect(progress.sum).toEqual({ done: 45, total: 150 });
  });

  it('has a layer whole once it is there, and does not count its unpacking', () => {
    const progress = new PullProgress();
    progress.take(downloading('a', 10, 100));
    expect(progress.take({ id: 'a', status: 'Download complete', progressDetail: {} })).toBe(true);
    const unpacking = { id: 'a', status: 'Extracting', progressDetail: { current: 3, total: 100 } };
    expect(progress.take(unpacking)).toBe(false);
    expect(progress.take({ id: 'a', status: 'Pull complete', progressDetail: {} })).toBe(false);
    expect(progress.sum).toEqual({ done: 100, total: 100 });
  });

  it('knows nothing of layers that were there before, nor of a total that is not told', () => {
    const progress = new PullProgress();
    progress.take({ id: 'a', status: 'Already exists', progressDetail: {} });
    progress.take({ id: 'b', status: 'Downloading', progressDetail: { current: 7 } });
    progress.take({ status: 'Status: Downloaded newer image' });
    expect(progress.sum).toEqual({ done: 0, total: 0 });
  });
});

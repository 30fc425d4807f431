import { expect, it } from 'vitest';
import { noRuntimeDriver } from './no-runtime-driver.js';

const spec = {
  sessionId: 'one',
  image: 'sortie/terminal',
  geometry: { width: 800, height: 600 },
  lifetimeSeconds: 60,
};

it('starts nothing and says so to the user, and there is nothing to end', async () => {
  const driver = noRuntimeDriver();
  const started = driver.start(spec, AbortSignal.timeout(1_000));
  await expect(started).rejects.toMatchObject({
    code: 'NoRuntime',
    message: expect.stringContaining('only apps that are a web address can be opened'),
  });
  expect(await driver.list()).toEqual([]);
  expect(await driver.inspect('one')).toBeUndefined();
  expect(await driver.stop('one')).toBe('gone');
});

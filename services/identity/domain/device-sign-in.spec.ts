import { describe, it } from 'vitest';
import type { DeviceSignInEvent } from '#shared/contracts/ways-in-events.js';
import { given } from '#test/support/given.js';
import { DEVICE_SIGN_IN_MS, deviceSignIn } from './device-sign-in.js';

const start = Date.parse('2026-11-24T10:00:00.000Z');
const at = (ms: number): string => new Date(start + ms).toISOString();
const wish = {
  ...({
    deviceId: 'd1',
    userCodeHash: 'h',
    sealedName: 's',
    scopes: ['apps:read'],
    days: 7,
  } as const),
  ...{ startedAt: at(0), droppedDeviceIds: [] },
};
const started: DeviceSignInEvent = {
  type: 'DeviceSignInStarted',
  data: { ...wish, expiresAt: at(DEVICE_SIGN_IN_MS) },
};
const who = { deviceId: 'd1', userId: 'u1' };
const approved: DeviceSignInEvent = { type: 'DeviceSignInApproved', data: who };
const denied: DeviceSignInEvent = { type: 'DeviceSignInDenied', data: who };
const collected: DeviceSignInEvent = { type: 'DeviceSignInCollected', data: who };

const answer = (approve: boolean, ms = 0) =>
  ({ type: 'AnswerDeviceSignIn', data: { ...who, approve, at: at(ms) } }) as const;
const collect = (ms = 0) =>
  ({ type: 'CollectToken', data: { deviceId: 'd1', at: at(ms) } }) as const;

describe('a program that asks to act for somebody', () => {
  it('waits for an answer for ten minutes', () => {
    given(deviceSignIn)().when({ type: 'StartDeviceSignIn', data: wish }).records(started);
    given(deviceSignIn)(started)
      .when(answer(true, DEVICE_SIGN_IN_MS - 1))
      .records(approved);
    given(deviceSignIn)(started).when(answer(true, DEVICE_SIGN_IN_MS)).rejects('DeviceCodeUnknown');
  });

  it('is answered once', () => {
    given(deviceSignIn)(started).when(answer(false)).records(denied);
    for (const answered of [approved, denied]) {
      given(deviceSignIn)(started, answered).when(answer(true)).rejects('DeviceCodeUnknown');
    }
    given(deviceSignIn)().when(answer(true)).rejects('DeviceCodeUnknown');
  });

  it('gets a token once, after a yes and in time', () => {
    given(deviceSignIn)(started).when(collect()).rejects('AuthorizationPending');
    given(deviceSignIn)(started, denied).when(collect()).rejects('DeviceRefused');
    given(deviceSignIn)(started, approved).when(collect()).records(collected);
    given(deviceSignIn)(started, approved, collected).when(collect()).rejects('DeviceCodeExpired');
    given(deviceSignIn)(started, approved)
      .when(collect(DEVICE_SIGN_IN_MS))
      .rejects('DeviceCodeExpired');
    given(deviceSignIn)(started).when(collect(DEVICE_SIGN_IN_MS)).rejects('DeviceCodeExpired');
    given(deviceSignIn)().when(collect()).rejects('DeviceCodeExpired');
  });

  it('begins once', () => {
    const again = { type: 'StartDeviceSignIn', data: wish } as const;
    given(deviceSignIn)(started).when(again).rejects('DeviceCodeExpired');
  });
});

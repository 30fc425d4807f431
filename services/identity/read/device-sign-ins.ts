import type { IdentityEvent } from '#shared/contracts/identity.js';
import { rowModel } from '#shared/es/read-model.js';

export type DeviceSignInRow = {
  id: string;
  user_code_hash: string;
  sealed_name: string;
  /** With a space between them. */
  scopes: string;
  days: number;
  started_at: string;
  expires_at: string;
  /** Where it asked from: personal texts. */
  ip: string | null;
  user_agent: string | null;
};

/** Programs that wait for somebody to say yes or no; those that have expired go when another one begins. */
export const deviceSignIns = rowModel<IdentityEvent, DeviceSignInRow>({
  table: 'device_sign_ins',
  version: 1,
  key: 'id',
  keysOf(event) {
    if (event.type === 'DeviceSignInStarted') {
      return [event.data.deviceId, ...event.data.droppedDeviceIds];
    }
    const isAnswer = event.type === 'DeviceSignInApproved' || event.type === 'DeviceSignInDenied';
    return isAnswer ? [event.data.deviceId] : [];
  },
  project(_, event, id) {
    if (event.type !== 'DeviceSignInStarted' || event.data.deviceId !== id) return undefined;
    const { userCodeHash, sealedName, scopes, days, startedAt, expiresAt } = event.data;
    return {
      ...{ id, user_code_hash: userCodeHash, sealed_name: sealedName, scopes: scopes.join(' ') },
      ...{ days, started_at: startedAt, expires_at: expiresAt },
      ...{ ip: event.cloud.actorip ?? null, user_agent: event.cloud.useragent ?? null },
    };
  },
});

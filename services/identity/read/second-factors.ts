import type { IdentityEvent } from '#shared/contracts/identity.js';
import { rowModel } from '#shared/es/read-model.js';

export type SecondFactorRow = {
  user_id: string;
  factor_id: string;
  sealed_secret: string;
  /** Null until a code has shown that it works. */
  confirmed_at: string | null;
  recovery_codes_left: number;
};

/** The second factor of each user who has one, or is about to. */
export const secondFactors = rowModel<IdentityEvent, SecondFactorRow>({
  table: 'second_factors',
  version: 1,
  key: 'user_id',
  keysOf: (event) =>
    event.type.startsWith('SecondFactor') ||
    event.type === 'RecoveryCodeUsed' ||
    event.type === 'PersonErased'
      ? [(event.data as { userId: string }).userId]
      : [],
  project(row, event, user_id) {
    if (event.type === 'SecondFactorBegun') {
      const { factorId: factor_id, sealedSecret: sealed_secret } = event.data;
      return { user_id, factor_id, sealed_secret, confirmed_at: null, recovery_codes_left: 0 };
    }
    if (event.type === 'SecondFactorConfirmed') {
      const recovery_codes_left = event.data.recoveryHashes.length;
      return row && { ...row, confirmed_at: event.cloud.time, recovery_codes_left };
    }
    if (event.type === 'RecoveryCodeUsed') {
      return row && { ...row, recovery_codes_left: row.recovery_codes_left - 1 };
    }
    return event.type === 'SecondFactorUsed' ? row : undefined;
  },
});

import { GATEWAY_LOST_MS } from '#shared/contracts/sharing.js';

/** A gateway that has viewers on record. Times are ISO 8601; `confirmedAt` is null until it has said that it runs. */
export type ViewingGateway = Readonly<{
  id: string;
  latestJoin: string;
  confirmedAt: string | null;
}>;

/**
 * The gateways that have been silent for too long to be alive. Nobody could have heard them before `listeningSinceMs`,
 * when the service itself began to listen.
 */
export const lostGateways = (
  gateways: readonly ViewingGateway[],
  nowMs: number,
  listeningSinceMs: number,
): readonly string[] =>
  gateways
    .filter(({ latestJoin, confirmedAt }) => {
      const heardMs = Math.max(Date.parse(latestJoin), Date.parse(confirmedAt ?? latestJoin));
      return nowMs - Math.max(heardMs, listeningSinceMs) > GATEWAY_LOST_MS;
    })
    .map(({ id }) => id);

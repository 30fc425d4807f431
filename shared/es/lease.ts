/** How long a lease lasts without being renewed; past it another replica may take it. */
export const LEASE_MS = 3_000;
/** How often its holder renews it, and the others try to take it. */
export const LEASE_RENEW_MS = 1_000;

/** Port to the right to be the only one, among the replicas of a service, that does a thing. */
export interface Lease {
  /**
   * Takes the lease if it is free or run out, renews it if it is ours; `seize` takes it in any case. True: it is ours
   * for {@link LEASE_MS} from now, by the clock that all replicas share. Errors: StoreUnavailableError.
   */
  take(how?: 'seize'): Promise<boolean>;
  /** Lets it go, so that another replica can take it at once. */
  release(): Promise<void>;
}

/** The lease of what can have no second replica: it is always ours. */
export const soleHolder: Lease = {
  take: async () => true,
  release: async () => undefined,
};

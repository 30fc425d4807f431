import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  ListLeaves,
  ListTreeHeads,
  ProveConsistency,
  ProveInclusion,
  ShowAuditKey,
  ShowTreeHead,
  ShowTreePeaks,
} from '#shared/contracts/audit.js';
import { Handles } from '#shared/boot/handles.js';
import type { Asked } from '#shared/boot/bus-request.js';
import { done, rejected } from '#shared/boot/reply.js';
import type { Reply } from '#shared/es/operation.js';
import {
  listLeaves,
  NotInTreeError,
  proveConsistency,
  proveInclusion,
  type Proving,
  showPeaks,
} from '../process/proving.js';
import { PROVING } from '../tokens.js';

const UNSIGNED =
  'This Sortie signs no tree heads: several processes share the trail, and SORTIE_AUDIT_KEY_FILE, the same for all of them, is not set.';

@Controller()
export class TreeController {
  constructor(@Inject(PROVING) private readonly proving: Proving) {}

  @Handles(ShowTreeHead)
  async head() {
    const head = await this.proving.newestHead();
    if (!head) {
      const wait = 'No tree head has been signed yet; the first is, once something has happened.';
      return rejected('TreeHeadMissing', this.proving.key ? wait : UNSIGNED);
    }
    const { copies, trouble } = this.proving;
    return done({ head, copies: [...copies()], trouble: trouble() ?? null });
  }

  @Handles(ListTreeHeads)
  async heads(@Payload() { data }: Asked<typeof ListTreeHeads>) {
    return done({ heads: await this.proving.listHeads(data) });
  }

  @Handles(ShowAuditKey)
  async key() {
    const { key } = this.proving;
    if (!key) return rejected('TreeHeadMissing', UNSIGNED);
    return done({ key: key.id, algorithm: 'Ed25519' as const, public_key: key.publicKey });
  }

  @Handles(ProveInclusion)
  inclusion(@Payload() { data }: Asked<typeof ProveInclusion>) {
    return within(proveInclusion(this.proving, data));
  }

  @Handles(ProveConsistency)
  async consistency(@Payload() { data }: Asked<typeof ProveConsistency>) {
    if (data.from > data.to) return rejected('InvalidRequest', 'from: is greater than to.');
    return within(proveConsistency(this.proving, data));
  }

  @Handles(ShowTreePeaks)
  peaks(@Payload() { data }: Asked<typeof ShowTreePeaks>) {
    return within(showPeaks(this.proving, data));
  }

  @Handles(ListLeaves)
  async leaves(@Payload() { data }: Asked<typeof ListLeaves>) {
    return done(await listLeaves(this.proving, data));
  }
}

async function within<R>(asked: Promise<R>): Promise<Reply<R>> {
  try {
    return done(await asked);
  } catch (error) {
    if (error instanceof NotInTreeError) return rejected('NotInTree', error.message);
    throw error;
  }
}

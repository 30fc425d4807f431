import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  type ApiTokenView,
  AuthenticateApiToken,
  CheckApiToken,
  IssueApiToken,
  ListApiTokens,
  ListUserApiTokens,
  NoteApiTokenUse,
  RevokeApiToken,
  RevokeUserApiToken,
} from '#shared/contracts/ways-in.js';
import { Handles } from '#shared/boot/handles.js';
import type { Answered, Asked } from '#shared/boot/bus-request.js';
import { done, ended, rejected } from '#shared/boot/reply.js';
import type { Reply, RequestContext } from '#shared/es/operation.js';
import { tokenHashOf } from '../adapters/random-secrets.js';
import { apiTokenUse, isDueForNote } from '../domain/api-token-use.js';
import { apiTokens, apiTokenUnknown } from '../domain/api-tokens.js';
import { signInRequired } from '../domain/sign-in.js';
import { userUnknown } from '../domain/user.js';
import { issueApiToken } from '../process/issue-api-token.js';
import { sealedOriginOf } from '../process/sealed-origin.js';
import { findLiveApiToken, findLiveApiTokenById, listApiTokens } from '../read/api-tokens.query.js';
import { findUser } from '../read/users.query.js';
import { IDENTITY, type Identity } from '../tokens.js';

@Controller()
export class ApiTokenController {
  constructor(@Inject(IDENTITY) private readonly identity: Identity) {}

  @Handles(IssueApiToken)
  issue(@Payload() { data, context }: Asked<typeof IssueApiToken>): Answered<typeof IssueApiToken> {
    return issueApiToken(this.identity, data, context);
  }

  @Handles(ListApiTokens)
  async list(@Payload() { context }: Asked<typeof ListApiTokens>): Answered<typeof ListApiTokens> {
    return this.#tokensOf(context.actor.id);
  }

  @Handles(RevokeApiToken)
  revoke(
    @Payload() { data, context }: Asked<typeof RevokeApiToken>,
  ): Answered<typeof RevokeApiToken> {
    return this.#revoke(context.actor.id, data.token_id, context);
  }

  @Handles(ListUserApiTokens)
  async listOfUser(
    @Payload() { data }: Asked<typeof ListUserApiTokens>,
  ): Answered<typeof ListUserApiTokens> {
    const { user_id: userId } = data;
    if (!(await findUser(this.identity.reader, userId))) return userUnknown(userId);
    return this.#tokensOf(userId);
  }

  @Handles(RevokeUserApiToken)
  revokeOfUser(
    @Payload() { data, context }: Asked<typeof RevokeUserApiToken>,
  ): Answered<typeof RevokeUserApiToken> {
    return this.#revoke(data.user_id, data.token_id, context);
  }

  @Handles(AuthenticateApiToken)
  async authenticate(
    @Payload() { data }: Asked<typeof AuthenticateApiToken>,
  ): Answered<typeof AuthenticateApiToken> {
    const at = this.#at();
    const found = await findLiveApiToken(this.identity.reader, tokenHashOf(data.token), at);
    if (!found) return signInRequired();
    const { account: user, id: token_id, scopes, expiresAt: expires_at, lastUsedAt } = found;
    return done({
      ...{ token_id, scopes, expires_at },
      user: await this.identity.personal.opened(user),
      note_use: isDueForNote(lastUsedAt, at),
      origin: await sealedOriginOf(this.identity, user.id, data),
    });
  }

  @Handles(CheckApiToken)
  async check(@Payload() { data }: Asked<typeof CheckApiToken>): Answered<typeof CheckApiToken> {
    // What was revoked a moment ago must be out: a read model behind the log is no answer.
    if (!(await this.identity.caughtUp())) {
      return rejected('Unavailable', 'API tokens can not be checked at the moment; try again.');
    }
    const found = await findLiveApiTokenById(this.identity.reader, data.token_id, this.#at());
    return found ? done({ expires_at: found.expiresAt }) : signInRequired();
  }

  @Handles(NoteApiTokenUse)
  async noteUse(
    @Payload() { data: { token_id: tokenId }, context }: Asked<typeof NoteApiTokenUse>,
  ): Answered<typeof NoteApiTokenUse> {
    const at = this.#at();
    const found = await findLiveApiTokenById(this.identity.reader, tokenId, at);
    if (!found) return apiTokenUnknown(tokenId);
    const outcome = await this.identity.commands.handle(apiTokenUse, {
      aggregate: 'tokenuse',
      id: tokenId,
      command: { type: 'NoteUse', data: { tokenId, userId: found.userId, at } },
      context,
    });
    return ended(outcome);
  }

  async #tokensOf(userId: string): Promise<Reply<{ tokens: ApiTokenView[] }>> {
    const { reader, personal } = this.identity;
    return done({ tokens: await personal.opened(await listApiTokens(reader, userId, this.#at())) });
  }

  async #revoke(userId: string, tokenId: string, context: RequestContext): Promise<Reply<null>> {
    const outcome = await this.identity.commands.handle(apiTokens, {
      aggregate: 'tokens',
      id: userId,
      command: { type: 'RevokeApiToken', data: { tokenId, userId } },
      context,
    });
    return ended(outcome);
  }

  #at = (): string => this.identity.now().toISOString();
}

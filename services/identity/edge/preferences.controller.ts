import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  KeepPreferences,
  type PreferencesKept,
  ShowPreferences,
} from '#shared/contracts/preferences.js';
import { Handles } from '#shared/boot/handles.js';
import type { Answered, Asked } from '#shared/boot/bus-request.js';
import { done, resultOf } from '#shared/boot/reply.js';
import type { RecordedEvent } from '#shared/es/commit.js';
import { preferences } from '../domain/preferences.js';
import { DEFAULT_PREFERENCES, findPreferences } from '../read/user-preferences.query.js';
import { IDENTITY, type Identity } from '../tokens.js';

/** How people like the page to be, each their own. */
@Controller()
export class PreferencesController {
  constructor(@Inject(IDENTITY) private readonly identity: Identity) {}

  @Handles(ShowPreferences)
  async show(
    @Payload() { context: { actor } }: Asked<typeof ShowPreferences>,
  ): Answered<typeof ShowPreferences> {
    const found = await findPreferences(this.identity.reader, actor.id);
    return found ? done(found.preferences, found.version) : done(DEFAULT_PREFERENCES);
  }

  @Handles(KeepPreferences)
  async keep(
    @Payload() { data, context }: Asked<typeof KeepPreferences>,
  ): Answered<typeof KeepPreferences> {
    const { theme, collapsed_categories: collapsedCategories, favorites } = data;
    const userId = context.actor.id;
    const kept = { userId, theme, collapsedCategories, favorites };
    const outcome = await this.identity.commands.handle(preferences, {
      aggregate: 'preferences',
      id: userId,
      command: { type: 'KeepPreferences', data: kept },
      context,
    });
    if (outcome.kind === 'unchanged') {
      const found = await findPreferences(this.identity.reader, userId);
      return done(found?.preferences ?? { ...data, updated_at: null }, outcome.version);
    }
    return resultOf(outcome, ([event]) => viewOf(event));
  }
}

const viewOf = ({ data, cloud }: RecordedEvent<PreferencesKept>) => ({
  theme: data.theme,
  collapsed_categories: [...data.collapsedCategories],
  favorites: [...data.favorites],
  updated_at: cloud.time,
});

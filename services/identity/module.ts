import { join } from 'node:path';
import type { DynamicModule } from '@nestjs/common';
import { keyedHash, type SealingKey } from '#shared/adapters/seal.js';
import { openService, type Service, type ServiceHost } from '#shared/boot/service.js';
import { serviceModule } from '#shared/boot/service-module.js';
import { IDENTITY_EVENTS, type IdentityEvent } from '#shared/contracts/identity.js';
import { DEVICE_POLL_SECONDS } from '#shared/contracts/ways-in.js';
import type { RecordedEvent } from '#shared/es/commit.js';
import { erased } from '#shared/es/service-models.js';
import { OidcProvider, type OidcSettings } from './adapters/oidc-provider.js';
import { OneTimeCodes } from './adapters/one-time-codes.js';
import { Passwords } from './adapters/passwords.js';
import { PersonKeys } from './adapters/person-keys.js';
import { PersonalTexts } from './adapters/personal-texts.js';
import { PollLimits } from './adapters/poll-limits.js';
import { SealedStates } from './adapters/sealed-states.js';
import { administrators } from './domain/administrators.js';
import { apiTokenUse } from './domain/api-token-use.js';
import { apiTokens } from './domain/api-tokens.js';
import { attempts } from './domain/attempts.js';
import { group } from './domain/group.js';
import { groupNames } from './domain/group-names.js';
import { preferences } from './domain/preferences.js';
import { deviceSignIn } from './domain/device-sign-in.js';
import { externalIdentity } from './domain/external-identity.js';
import { secondFactor } from './domain/second-factor.js';
import { signIn } from './domain/sign-in.js';
import { signOuts } from './domain/sign-outs.js';
import { user } from './domain/user.js';
import { username } from './domain/username.js';
import { ApiTokenController } from './edge/api-token.controller.js';
import { ErasureController } from './edge/erasure.controller.js';
import { GroupController } from './edge/group.controller.js';
import { PreferencesController } from './edge/preferences.controller.js';
import { DeviceController } from './edge/device.controller.js';
import { OidcController } from './edge/oidc.controller.js';
import { SecondFactorController } from './edge/second-factor.controller.js';
import { SignInController } from './edge/sign-in.controller.js';
import { SignedInController } from './edge/signed-in.controller.js';
import { PersonLookupController } from './edge/person-lookup.controller.js';
import { UserController } from './edge/user.controller.js';
import { readyKeys } from './process/ready-keys.js';
import { countAdministrators } from './process/first-administrator.js';
import { apiTokensTable } from './read/api-tokens.js';
import { deviceSignIns } from './read/device-sign-ins.js';
import { externalIdentities } from './read/external-identities.js';
import { histories } from './read/histories.js';
import { groupMembers, groups } from './read/groups.js';
import { passwords } from './read/passwords.js';
import { userPreferences } from './read/user-preferences.js';
import { secondFactors } from './read/second-factors.js';
import { signIns } from './read/sign-ins.js';
import { signOutsTable } from './read/sign-outs.js';
import type { IdentityTables } from './read/tables.js';
import { erasedAmong, findAnyPassword } from './read/users.query.js';
import { usernames } from './read/usernames.js';
import { users } from './read/users.js';
import { IDENTITY, type Identity } from './tokens.js';

const MODELS = [
  users,
  groups,
  groupMembers,
  userPreferences,
  usernames,
  passwords,
  signIns,
  signOutsTable,
  apiTokensTable,
  secondFactors,
  externalIdentities,
  deviceSignIns,
];

const DECIDERS = {
  username: erased(username),
  user: erased(user),
  administrators: erased(administrators),
  signin: erased(signIn),
  attempts: erased(attempts),
  group: erased(group),
  groupnames: erased(groupNames),
  preferences: erased(preferences),
  tokens: erased(apiTokens),
  tokenuse: erased(apiTokenUse),
  signouts: erased(signOuts),
  secondfactor: erased(secondFactor),
  external: erased(externalIdentity),
  device: erased(deviceSignIn),
};

const CONTROLLERS = [
  PersonLookupController,
  SignInController,
  SignedInController,
  SecondFactorController,
  OidcController,
  DeviceController,
  ApiTokenController,
  UserController,
  GroupController,
  PreferencesController,
  ErasureController,
];

/**
 * Opens the read models of users and sign-ins and answers their operations. `sealingKey` is the one that the
 * passwords in the log were sealed with; `oidc` where people can sign in elsewhere. Errors: UnsealError when it is
 * another key; those of {@link openService}.
 */
export async function openIdentity(
  host: ServiceHost,
  { sealingKey, oidc }: Readonly<{ sealingKey: SealingKey; oidc?: OidcSettings | undefined }>,
): Promise<{ service: Service<IdentityTables>; module: DynamicModule }> {
  const keys = await PersonKeys.open(host.openDatabase, sealingKey);
  const opening: { service?: Service<IdentityTables> } = {};
  const erasedAmongThem = async (people: readonly string[]) =>
    opening.service ? erasedAmong(opening.service.database.primary, people) : new Set<string>();
  const personal = new PersonalTexts({ keys, erasedAmong: erasedAmongThem, now: host.now });
  const stop = async (): Promise<void> => {
    await opening.service?.stop();
    await keys.close();
  };
  try {
    const opened = await openService<IdentityTables>({
      ...host,
      name: 'identity',
      events: IDENTITY_EVENTS,
      migrations: join(import.meta.dirname, 'migrations'),
      models: MODELS,
      histories,
      deciders: DECIDERS,
      sealOrigin: (context) => personal.originOf(context),
      onProjected: (events) => forgetErased(personal, events),
    });
    opening.service = opened;
    const hashName = (text: string) => keyedHash(sealingKey, 'sign-in names', text);
    const identity: Identity = {
      ...opened,
      ...{ stop, keys, personal, hashName, log: host.log, now: host.now },
      passwords: await Passwords.open(sealingKey),
      codes: new OneTimeCodes(sealingKey),
      oidc: oidc && new OidcProvider(oidc, host.now),
      states: new SealedStates(sealingKey),
      polls: new PollLimits(DEVICE_POLL_SECONDS * 1_000),
      hashFor: async (userId, text) =>
        (userId === null ? undefined : await personal.hash(userId, text)) ?? hashName(text),
      erasedAmong: erasedAmongThem,
    };
    await requireKey(identity);
    await readyKeys(identity);
    await countAdministrators(identity);
    const module = serviceModule(identity, IDENTITY, CONTROLLERS);
    return { service: identity, module };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Whoever is erased, by this replica or another, is unreadable at once. */
function forgetErased(personal: PersonalTexts, events: readonly RecordedEvent[]): void {
  for (const event of events as readonly RecordedEvent<IdentityEvent>[]) {
    if (event.type === 'PersonErased') personal.drop(event.data.userId);
  }
}

/** Without the right key nobody could sign in; the start is the time to say so. */
async function requireKey({ reader, passwords: sealed }: Identity): Promise<void> {
  const kept = await findAnyPassword(reader);
  if (kept) sealed.requireKey(kept);
}

// Goal: what the services really write is what the AsyncAPI document says, to the letter, and any CloudEvents library
// takes it. Method: the real services on SQLite files do nearly everything that they can; each commit is held against the
// schema of its subject.
import 'reflect-metadata';
import { CloudEvent } from 'cloudevents';
import { describe, expect, it } from 'vitest';
import { asyncApiOf } from '#shared/contracts/asyncapi.js';
import {
  GrantAppAccess,
  LaunchApp,
  RegisterApp,
  RetireApp,
  ReviseApp,
  WithdrawAppAccess,
} from '#shared/contracts/catalog.js';
import { ChangePassword, DisableUser, RotateSignIn, SignOut } from '#shared/contracts/identity.js';
import {
  IssueViewerTicket,
  RecordActivity,
  RedeemViewerTicket,
  StopSession,
} from '#shared/contracts/session.js';
import {
  AcceptShare,
  ChangeShare,
  ConfirmViewers,
  ListShares,
  RecordViewerJoined,
  RecordViewerLeft,
  RevokeShare,
  SeeFrame,
  ShareSession,
} from '#shared/contracts/sharing.js';
import type { EventLog } from '#shared/es/event-log.js';
import type { Operation } from '#shared/es/operation.js';
import { ROTATE_AFTER_MS } from '#services/identity/domain/sign-in.js';
import { AsyncApiSchemas } from '#test/support/asyncapi-schemas.js';
import { asked } from '#test/support/catalog-host.js';
import { readAll } from '#test/support/commits.js';
import { openIdentityHost, PASSWORD, resultOf } from '#test/support/identity-host.js';
import { MemoryRuntimeDriver } from '#test/support/memory-runtime-driver.js';
import { openSessionHost } from '#test/support/session-host.js';
import { until } from '#test/support/waits.js';

const schemas = new AsyncApiSchemas(asyncApiOf({ version: '0.0.0' }));

/** Holds a whole log against the document, and gives the names of the events in it, each once. */
async function checkedNames(log: EventLog): Promise<string[]> {
  const commits = await readAll(log);
  expect(commits.flatMap(({ stream, events }) => schemas.faults(stream, 'commit', events))).toEqual(
    [],
  );
  const events = commits.flatMap((commit) => commit.events);
  for (const event of events) {
    // Throws for what is no CloudEvent 1.0.
    const { id, type, data } = new CloudEvent({ ...event });
    expect({ id, type, data }).toEqual({ id: event.id, type: event.type, data: event.data });
  }
  return [...new Set(events.map(({ type }) => type.split('.')[2] ?? ''))].toSorted();
}

describe('what a real service writes', () => {
  it('is as the document has it: users and sign-ins', async () => {
    const host = await openIdentityHost();
    try {
      await host.ensureFirst();
      const id = await host.register('ada');
      await host.register('root', 'admin');
      await host.signIn('ada', 'not the password', { userAgent: 'curl/8', causationId: 'x' });
      await host.signIn('nobody', 'not the password');
      const token = await host.tokenOf('ada');
      host.clock.ms += ROTATE_AFTER_MS + 1;
      resultOf(await host.ask(RotateSignIn, { token }, await host.as(token)));
      const [kept, ended] = [await host.tokenOf('ada'), await host.tokenOf('ada')];
      const change = { current_password: PASSWORD, new_password: `${PASSWORD} more` };
      await host.ask(SignOut, {}, await host.as(ended));
      resultOf(await host.ask(ChangePassword, change, await host.as(kept)));
      await host.ask(DisableUser, { user_id: id }, asked('user'));
      resultOf(await host.ask(DisableUser, { user_id: id }, asked('console')));
      expect(await checkedNames(host.log)).toEqual([
        ...['AdministratorAppointed', 'AttemptRefused', 'PasswordChanged', 'SignInFailed'],
        ...['SignInFailuresForgotten', 'SignInRotated', 'SignedIn', 'SignedOut', 'UserDisabled'],
        ...['UserRegistered', 'UsernameClaimed'],
      ]);
    } finally {
      await host.close();
    }
  });

  it('is as the document has it: apps and sessions', async () => {
    const driver = new MemoryRuntimeDriver();
    const host = await openSessionHost({ driver });
    try {
      const { bus } = host;
      await host.register('term', { visibility: 'approved' });
      const access = { app_id: 'term', user_id: 'user-1' };
      await bus.request(GrantAppAccess, access, asked('admin'));
      await bus.request(WithdrawAppAccess, access, asked('admin'));
      await bus.request(GrantAppAccess, access, asked('admin'));
      const page = { id: 'page', name: 'Page', url: 'https://a.example' };
      const app = RegisterApp.data.parse(page);
      await bus.request(RegisterApp, app as never, asked('admin'));
      const revised = { app_id: 'page', app: { ...(app as object), name: 'Other' } };
      await bus.request(ReviseApp, revised as never, asked('admin'));
      await bus.request(LaunchApp, { app_id: 'page' }, asked('user'));
      await bus.request(RetireApp, { app_id: 'page' }, asked('admin'));
      await bus.request(LaunchApp, { app_id: 'page' }, asked('user'));
      const { id: session_id } = await host.request('term');
      await host.reaches(session_id, 'running');
      const at = new Date().toISOString();
      await bus.request(RecordActivity, { session_id, at }, asked('system'));
      const signedIn = asked('user', { signInId: 'sign-in-1', ip: '::1' });
      const asks = { session_id, mode: 'view' as const };
      const { ticket } = resultOf(await bus.request(IssueViewerTicket, asks, signedIn));
      await bus.request(RedeemViewerTicket, { session_id, ticket }, asked('system'));
      await bus.request(StopSession, { session_id }, asked('user'));
      await until('the desktop is gone', () => driver.machine.size === 0);
      const names = async () => checkedNames(host.log);
      await until('its end is told', async () => (await names()).includes('RuntimeEnded'));
      expect(await names()).toEqual([
        ...['AppAccessGranted', 'AppAccessWithdrawn', 'AppLaunched', 'AppRegistered'],
        ...['AppRetired', 'AppRevised', 'AttemptRefused', 'RuntimeEnded'],
        ...['SessionActivitySeen', 'SessionRequested', 'SessionStarted', 'SessionStopped'],
        ...['SlotFreed', 'SlotTaken', 'ViewerTicketIssued', 'ViewerTicketRedeemed'],
      ]);
    } finally {
      await host.close();
    }
  });

  it('is as the document has it: shares, viewers and looks', async () => {
    const host = await openSessionHost({ driver: new MemoryRuntimeDriver() });
    try {
      await host.register('term');
      const { id: session_id } = await host.request('term');
      await host.reaches(session_id, 'running');
      const actor = { id: 'user-2', role: 'user' } as const;
      const guest = () => asked('user', { actor, signInId: 'sign-in-2' });
      const ask = async <D, R>(operation: Operation<D, R>, data: object, context = asked('user')) =>
        resultOf(await host.bus.request(operation, operation.data.parse(data), context));
      const { link = '' } = await ask(ShareSession, { session_id, mode: 'control' });
      await ask(AcceptShare, { secret: link.split('#')[1] }, guest());
      const { shares } = await ask(ListShares, { session_id });
      const of = { session_id, share_id: shares[0]?.id };
      await ask(ChangeShare, { ...of, mode: 'view' });
      const { ticket } = await ask(IssueViewerTicket, { session_id }, guest());
      await ask(RedeemViewerTicket, { session_id, ticket }, asked('system'));
      const viewer = { viewer_id: 'v1', gateway_id: 'g1', order: 1, ...of, mode: 'view' };
      await ask(RecordViewerJoined, { ...viewer, user_id: 'user-2' }, asked('system'));
      const told = { gateway_id: 'g1', up_to: 2, viewer_ids: ['v1'] };
      await ask(ConfirmViewers, told, asked('system'));
      await ask(RecordViewerLeft, { viewer_id: 'v1', code: 4403 }, asked('system'));
      await ask(SeeFrame, { session_id }, guest());
      await ask(RevokeShare, of);
      expect(await checkedNames(host.log)).toEqual(
        expect.arrayContaining([
          ...['FrameSeen', 'SessionShared', 'ShareAccepted', 'ShareModeChanged', 'ShareRevoked'],
          ...['ViewerJoined', 'ViewerLeft', 'ViewerTicketIssued', 'ViewerTicketRedeemed'],
          ...['ViewersConfirmed'],
        ]),
      );
    } finally {
      await host.close();
    }
  });
});

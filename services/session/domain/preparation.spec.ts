import { describe, it } from 'vitest';
import { SESSION_STATUSES, type SessionPreparing } from '#shared/contracts/session.js';
import { given } from '#test/support/given.js';
import { preparation } from './preparation.js';

const FIRST_START = '2026-11-20T10:00:00.000Z';
const SECOND_START = '2026-11-20T10:01:00.000Z';

const at = (done: number, total = 100, startedAt = FIRST_START): SessionPreparing => ({
  type: 'SessionPreparing',
  data: { sessionId: 's1', userId: 'u1', startedAt, step: 'image', done, total },
});
const record = ({ data: told }: SessionPreparing, status: (typeof SESSION_STATUSES)[number]) =>
  ({ type: 'RecordPreparation', data: { told, status } }) as const;
const whileCreating = (event: SessionPreparing) => record(event, 'creating');

describe('the preparation of a session', () => {
  it('moves forward', () => {
    given(preparation)()
      .when(whileCreating(at(0)))
      .records(at(0));
    given(preparation)(at(0), at(40))
      .when(whileCreating(at(41)))
      .records(at(41));
  });

  it('never moves back', () => {
    given(preparation)(at(40))
      .when(whileCreating(at(39)))
      .records();
    given(preparation)(at(40))
      .when(whileCreating(at(39, 200)))
      .records();
  });

  it('is told once when it comes twice', () => {
    given(preparation)(at(40))
      .when(whileCreating(at(40)))
      .records();
  });

  it('follows a total that turns out to be another', () => {
    given(preparation)(at(40, 0))
      .when(whileCreating(at(40, 900)))
      .records(at(40, 900));
    given(preparation)(at(40, 900))
      .when(whileCreating(at(40, 800)))
      .records(at(40, 800));
  });

  it('begins anew with a later start, and is deaf to the one before', () => {
    const again = at(1, 60, SECOND_START);
    given(preparation)(at(40)).when(whileCreating(again)).records(again);
    given(preparation)(at(40), again)
      .when(whileCreating(at(99)))
      .records();
  });

  it.each(SESSION_STATUSES.filter((status) => status !== 'creating'))(
    'is over once the session is %s',
    (status) => {
      given(preparation)()
        .when(record(at(1), status))
        .rejects('TransitionForbidden');
      given(preparation)(at(1))
        .when(record(at(2), status))
        .rejects('TransitionForbidden');
    },
  );
});

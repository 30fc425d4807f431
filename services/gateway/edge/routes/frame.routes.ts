import { v7 as uuidV7 } from 'uuid';
import { SeeFrame } from '#shared/contracts/sharing.js';
import { type Frame, type Frames, FramesBusyError } from '../../viewer/frames.js';
import { Problem } from '../problem.js';
import { paramsOf } from '../request-input.js';
import { type Route, route } from '../route.js';

/** A small picture of a session's desktop, for pages that show several. */
export const frameRoute = (frames: Frames): Route =>
  route({
    method: 'GET',
    path: '/api/sessions/{session_id}/frame',
    operation: SeeFrame,
    summary:
      'A picture of the desktop, at most 480 pixels wide and a few seconds old; of an ended one the last, while it is kept. A look that is not its user’s is on record',
    tag: 'Sharing',
    success: 200,
    produces: ['image/png'],
    // Not the caller's Idempotency-Key: looking again with it would be on record once only.
    perform: (data, context, bus) =>
      bus.request(SeeFrame, data, { ...context, commandId: uuidV7() }),
    answer: async ({ endpoint }, { request, reply }) => {
      const { session_id: sessionId = '' } = paramsOf(request);
      const { png, takenAt } = await lookAt(() => frames.of(sessionId, endpoint));
      reply.type('image/png').header('last-modified', new Date(takenAt).toUTCString());
      return png;
    },
    problems: ['SessionUnknown', 'FrameUnknown', 'TooManyConnections'],
  });

async function lookAt(look: () => Promise<Frame | undefined>): Promise<Frame> {
  try {
    const frame = await look();
    if (frame) return frame;
  } catch (error) {
    if (!(error instanceof FramesBusyError)) throw error;
    throw new Problem('TooManyConnections', error.message, { retryAfterSeconds: 1 });
  }
  const detail = 'There is no picture of this session: it does not run, or can not be looked at.';
  throw new Problem('FrameUnknown', detail);
}

import { v5 as uuidV5 } from 'uuid';
import { ADMISSIONS, type AdmissionEvent } from '#shared/contracts/admission.js';
import type { SessionLifeEvent } from '#shared/contracts/session.js';
import type { CommandHandler, Outcome } from '#shared/es/command-handler.js';
import { systemContext } from '#shared/es/system-context.js';
import { admission, type AdmissionCommand } from '../domain/admission.js';
import { session, type SessionCommand } from '../domain/session.js';

const SUPERVISOR_NAMESPACE = 'c1a5f9a4-6f0e-5d0c-8a63-2f6a1f0f7c55';

/** Sends the supervisor's commands. */
export class SupervisorCommands {
  readonly #commands: CommandHandler;

  constructor(commands: CommandHandler) {
    this.#commands = commands;
  }

  /**
   * Sends a command to a session. `step` names what is done once, so that doing it again after a crash records it
   * once. Errors: LogUnavailableError.
   */
  send(
    command: SessionCommand,
    step: string,
    /** The version that the step was decided on; past it the command is refused. */
    expectedVersion?: number,
  ): Promise<Outcome<SessionLifeEvent>> {
    const { sessionId: id } = command.data;
    const commandId = uuidV5(`${id}:${step}`, SUPERVISOR_NAMESPACE);
    const context = {
      ...systemContext(commandId),
      ...(expectedVersion !== undefined && { expectedVersion }),
    };
    return this.#commands.handle(session, { aggregate: 'session', id, command, context });
  }

  /** Changes who has a place. A session's place can be freed and taken more than once, so no step names it. */
  admit(command: AdmissionCommand): Promise<Outcome<AdmissionEvent>> {
    const context = systemContext();
    const place = { aggregate: 'admission', id: ADMISSIONS };
    return this.#commands.handle(admission, { ...place, command, context });
  }
}

import { v7 as uuidV7 } from 'uuid';
import { type RequestContext, SYSTEM } from './operation.js';

/** The context of what Sortie does by itself. With a command id made from its cause, doing it again changes nothing. */
export function systemContext(commandId: string = uuidV7()): RequestContext {
  return { actor: SYSTEM, commandId, correlationId: commandId };
}

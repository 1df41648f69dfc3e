import { GatewayError } from '../../errors.ts';
import { WSA_ANONYMOUS, WSA_NONE } from '../namespaces.ts';
import type { Addressing } from './addressing.ts';

/** A request whose addressing says all that a request has to say. */
export interface RequestAddressing extends Addressing {
  readonly to: string;
  readonly action: string;
  readonly messageId: string;
}

export interface AnswerAddressing extends Addressing {
  readonly action: string;
  readonly messageId: string;
}

/** Throws WUS_TO, WUS_ACTION, WUS_MESSAGE_ID, WUS_HEADER_VALUE. @spec Digikoppeling WA001 */
export function checkRequest(addressing: Addressing): RequestAddressing {
  const { to, action, messageId } = addressing;
  if (to === undefined) throw new GatewayError('WUS_TO', { location: '/Envelope/Header/To' });
  const named = { ...addressing, to, ...requireNames({ action, messageId }) };
  refuseElsewhere(addressing.replyTo, 'ReplyTo');
  refuseElsewhere(addressing.faultTo, 'FaultTo');
  return named;
}

/**
 * The addressing of an answer to the message `sent`: it relates to that and to nothing else. wsa:To may be missing, which stands for
 * the anonymous address. Throws WUS_RELATES_TO, WUS_ACTION, WUS_MESSAGE_ID. @spec Digikoppeling WA001
 */
export function checkAnswer(addressing: Addressing, sent: string): AnswerAddressing {
  const { action, messageId, relatesTo } = addressing;
  if (relatesTo !== sent) {
    const detail = relatesTo === undefined ? 'missing' : `${relatesTo} in an answer to ${sent}`;
    throw new GatewayError('WUS_RELATES_TO', { location: '/Envelope/Header/RelatesTo', detail });
  }
  return { ...addressing, ...requireNames({ action, messageId }) };
}

function requireNames({ action, messageId }: Pick<Addressing, 'action' | 'messageId'>): {
  readonly action: string;
  readonly messageId: string;
} {
  if (action === undefined) throw new GatewayError('WUS_ACTION', { location: '/Envelope/Header/Action' });
  if (messageId === undefined) throw new GatewayError('WUS_MESSAGE_ID', { location: '/Envelope/Header/MessageID' });
  return { action, messageId };
}

/** Answers go where the request came from, and nowhere else. */
function refuseElsewhere(address: string | undefined, name: string): void {
  if (address === undefined || address === WSA_ANONYMOUS || address === WSA_NONE) return;
  throw new GatewayError('WUS_HEADER_VALUE', {
    location: `/Envelope/Header/${name}`,
    detail: `wsa:${name} is ${address}`,
  });
}

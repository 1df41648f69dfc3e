import type { ConfirmChannel } from 'amqplib';
import { GatewayError } from '../../../src/index.ts';
import type { Part } from './topology.ts';

const PRECONDITION_FAILED = 406;

/**
 * Declares what the adapter needs. Throws BROKER_TOPOLOGY when something of that name is there with other properties; the
 * channel is of no more use then.
 */
export async function declareAll(channel: ConfirmChannel, parts: readonly Part[]): Promise<void> {
  for (const { what, declare } of parts) {
    try {
      await declare(channel);
    } catch (cause) {
      if (!isPreconditionFailed(cause)) throw cause;
      const detail = `${what} is there with other properties: ${cause.message}`;
      throw new GatewayError('BROKER_TOPOLOGY', { location: what, detail, cause });
    }
  }
}

function isPreconditionFailed(thrown: unknown): thrown is Error {
  return thrown instanceof Error && 'code' in thrown && thrown.code === PRECONDITION_FAILED;
}

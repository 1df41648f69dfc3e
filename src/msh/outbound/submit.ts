import { partyKeyOf } from '../../cpa/typed-value.ts';
import { GatewayError } from '../../errors.ts';
import type { OrderPlace, SubmitOutcome } from '../../ports/store.ts';
import { discardPayloads } from '../discard-payloads.ts';
import type { Submitted, SubmitRequest } from '../message-use-cases.ts';
import { answerable } from '../responses/answerable.ts';
import { agreeToSend } from './agree-to-send.ts';
import { buildMessage, describePayloads, messageOrderOf } from './build-message.ts';
import { checkRequest } from './check-request.ts';
import { isNumbered } from './numbering.ts';
import { recordOf } from './outbound-record.ts';
import { seal, sealBundle } from './seal-message.ts';
import { sealPayloads } from './seal-payloads.ts';
import { storeAndAnswer, storeAndSend } from './store-and-send.ts';
import type { Submitter } from './submitter.ts';
import { TranslatedRequest } from './translated-request.ts';

/** Builds, signs once, stores, and only then answers. What it refuses leaves nothing behind. @spec ebMS2 §6.5.1 */
export async function submit(request: SubmitRequest, submitter: Submitter): Promise<Submitted> {
  const made = new TranslatedRequest(request, submitter.translations);
  try {
    const submitted = await store(made, submitter);
    await discardPayloads(submitted.repeated ? made.all() : made.replaced(), undefined, submitter);
    return submitted;
  } catch (error) {
    await discardPayloads(made.all(), error, submitter);
    throw error;
  }
}

async function store(made: TranslatedRequest, submitter: Submitter): Promise<Submitted> {
  const { request } = made;
  checkRequest(request);
  try {
    return await storeNew(made, submitter);
  } catch (refusal) {
    return await answerIfRepeated(request, submitter, refusal);
  }
}

async function storeNew(made: TranslatedRequest, submitter: Submitter): Promise<Submitted> {
  const agreement = agreeToSend(made.request, submitter);
  const request = await made.translate(agreement);
  const message = buildMessage(request, agreement, submitter.clock.now());
  const payloads = describePayloads(request, message);
  const sealed = sealPayloads(payloads, agreement, submitter.partners);
  const { messageId } = message.header.messageData;
  const submitAt = async (order: OrderPlace | undefined): Promise<SubmitOutcome> => {
    const placed = order === undefined ? message : { ...message, messageOrder: messageOrderOf(order) };
    // The signature covers the plain octets: the receiver decrypts first.
    const envelope = await seal(placed, payloads, { agreement, submitter });
    const record = recordOf(placed, { agreement, envelope, payloads: sealed, request, submitter, order });
    const waiting = answerable(submitter.waiting.find(message.header), agreement);
    if (waiting === undefined) return storeAndSend(record, submitter);
    const bundle = await sealBundle(placed, payloads, { agreement, submitter, waiting });
    return storeAndAnswer(bundle === undefined ? record : { ...record, bundle }, waiting, submitter);
  };
  if (!isNumbered(agreement, submitter.partners.get(partyKeyOf(agreement.to.partyIds))))
    return submittedOf(await submitAt(undefined), messageId);
  const { cpaId, conversationId } = message.header;
  const conversation = JSON.stringify([cpaId, agreement.from.partyIds, conversationId]);
  return submittedOf(await submitter.numbering.submit(conversation, submitAt), messageId);
}

function submittedOf(outcome: SubmitOutcome, messageId: string): Submitted {
  switch (outcome.kind) {
    case 'submitted':
      return { messageId, state: 'QUEUED', repeated: false };
    case 'repeated':
      return { messageId: outcome.messageId, state: outcome.state, repeated: true };
    case 'idempotency-conflict':
      throw new GatewayError('IDEMPOTENCY_CONFLICT', { location: 'Idempotency-Key' });
    case 'message-exists':
      throw new GatewayError('MESSAGE_EXISTS', { location: 'messageId', detail: messageId });
    case 'order-conflict':
      throw new Error('a message without MessageOrder has no place');
  }
}

/** A CPA that was deactivated since, or a key that is gone, says nothing against a request that was answered then. */
async function answerIfRepeated(request: SubmitRequest, submitter: Submitter, refusal: unknown): Promise<Submitted> {
  const { idempotency } = request;
  const known =
    idempotency === undefined ? undefined : await submitter.store.findSubmitted(idempotency).catch(() => undefined);
  if (known === undefined) throw refusal;
  return submittedOf(known, '');
}

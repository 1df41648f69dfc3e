import type { MessageHeader } from '../../ebms/message.ts';
import { GatewayError } from '../../errors.ts';
import { agreeQuestion } from '../exchanges/answer-question.ts';
import type { CpaRegister } from '../cpa-register.ts';
import type { KnownCpa } from '../gateway.ts';
import type { MessageLimits } from '../limits.ts';
import { agree, requireCpa, requireOurParty } from './agree.ts';
import { bindAnswer } from './bind-answer.ts';
import { bindClient } from './bind-client.ts';
import { judgeContradiction } from './judge-contradiction.ts';
import { openArrived, readArrived } from './parse.ts';
import type { ArrivedRoot, ReceivedPart } from './read-package.ts';
import { isMshService } from './refuse.ts';
import type { Arrival, JudgedEnvelope, KnownMessage, ParsedMessage } from './stages.ts';
import type { Verifier } from './verify.ts';

export interface EnvelopeJudge extends Verifier {
  readonly cpas: CpaRegister;
  readonly limits: Pick<MessageLimits, 'xml'>;
  readonly ours: ReadonlySet<string>;
}

const NO_PARTS: readonly ReceivedPart[] = [];

/**
 * What the envelope alone says of a message, as soon as it is complete: parsed once, CPA known, our party, who connects, its
 * revocation, what is agreed. The outcome is `arrival.judged`. Throws, or answers a promise that rejects, where it refuses:
 * then no more of the body is read. Waits with its refusal for the rest where that counts too: in the HTTP answer to a
 * message of ours the receipt beside it, and without a TLS certificate the signature, which covers the parts.
 * @spec ebMS2 §4.2, Digikoppeling EB005
 */
export function judgeEnvelope(root: ArrivedRoot, arrival: Arrival, judge: EnvelopeJudge): Promise<void> | undefined {
  try {
    const message = admitEnvelope(root, arrival, judge);
    const judged = judgeAdmitted(message, arrival);
    arrival.judged = judged;
    const asked = requireUnrevoked(arrival, judge);
    if (asked === undefined && !('refusal' in judged)) return conclude(judged, arrival);
    return finishLate(judged, { asked, root, arrival, judge });
  } catch (refusal) {
    if (arrival.answerTo === undefined) stop(refusal, root, arrival);
    arrival.judged = { refusal };
    return undefined;
  }
}

/** What was refused although all of the body was read. */
export async function lateRefusal(
  { refusal, message }: Extract<JudgedEnvelope, { readonly refusal: unknown }>,
  parts: readonly ReceivedPart[],
  judge: EnvelopeJudge,
): Promise<unknown> {
  if (message === undefined) return refusal;
  return await judgeContradiction({ ...message, parts }, refusal, {
    known: message.known,
    bound: false,
    verifier: judge,
  });
}

/** An envelope whose message has no parts: none of them is read. */
export function standsAlone({ judged }: Arrival): boolean {
  return judged !== undefined && !('agreement' in judged) && !('refusal' in judged);
}

function admitEnvelope(root: ArrivedRoot, arrival: Arrival, judge: EnvelopeJudge): KnownMessage {
  const parsed = parse(root, arrival, judge);
  return { ...parsed, known: admit(parsed.message.header, arrival, judge) };
}

function judgeAdmitted(admitted: KnownMessage, { answerTo }: Arrival): JudgedEnvelope {
  const { message, known } = admitted;
  if (message.kind !== 'ApplicationMessage') {
    if (answerTo === undefined) return { ...admitted, message };
    throw new GatewayError('PEER_ANSWER', { detail: `the answer is a ${message.kind} in a package` });
  }
  try {
    return { ...admitted, message, agreement: agree(message.header, known) };
  } catch (refusal) {
    return { refusal, message: admitted };
  }
}

function conclude(judged: JudgedEnvelope, arrival: Arrival): undefined {
  if ('agreement' in judged) arrival.agreement = judged.agreement;
}

async function finishLate(
  judged: JudgedEnvelope,
  to: {
    readonly asked: Promise<void> | undefined;
    readonly root: ArrivedRoot;
    readonly arrival: Arrival;
    readonly judge: EnvelopeJudge;
  },
): Promise<void> {
  const { asked, root, arrival, judge } = to;
  let refused: unknown;
  try {
    if (asked !== undefined) await asked;
    if (!('refusal' in judged) || judged.message === undefined) return conclude(judged, arrival);
    if (arrival.request.clientCertificate === undefined) return;
    const { message, refusal } = judged;
    refused = await judgeContradiction(message, refusal, { known: message.known, bound: true, verifier: judge });
  } catch (thrown) {
    refused = thrown;
  }
  stop(refused, root, arrival);
}

/** What came is the envelope, for whoever looks at the refusal. */
function stop(refusal: unknown, root: ArrivedRoot, arrival: Arrival): never {
  arrival.package = { ...root, parts: NO_PARTS };
  throw refusal;
}

/** What is refused in the content can still be answered as a message, where its header would have been admitted. */
function parse(root: ArrivedRoot, arrival: Arrival, judge: EnvelopeJudge): ParsedMessage {
  const { receivedAt, request } = arrival;
  const envelope = openArrived({ ...root, parts: NO_PARTS, receivedAt, remote: request.remote }, judge.limits.xml);
  const { common } = envelope.opened;
  arrival.opened = common;
  try {
    if (arrival.answerTo === undefined) return readArrived(envelope);
    arrival.parsed = readArrived(envelope, { bundled: true });
    return arrival.parsed;
  } catch (error) {
    admitIfPossible(common.header, arrival, judge);
    throw error;
  }
}

/** The CPA is known, we are the To party, and who connects is the From party. Throws CPA_UNKNOWN, NOT_OUR_PARTY, TLS_CLIENT_CERTIFICATE. */
function admit(header: MessageHeader, arrival: Arrival, judge: EnvelopeJudge): KnownCpa {
  const known = requireCpa(header, judge.cpas);
  requireOurParty(header, judge.ours);
  arrival.known = known;
  // The answer to a request of ours comes from where we connected to.
  arrival.proven = arrival.answerTo !== undefined;
  if (arrival.answerTo !== undefined) bindAnswer(header, arrival.answerTo);
  else bindClient(header, arrival.request.clientCertificate, { known, partners: judge.partners });
  arrival.proven = true;
  return known;
}

/** Throws or rejects with CERTIFICATE_REVOKED, REVOCATION_UNKNOWN for who connects. @spec Digikoppeling PKI003 */
function requireUnrevoked(arrival: Arrival, { trust }: EnvelopeJudge): Promise<void> | undefined {
  const { clientCertificate } = arrival.request;
  if (clientCertificate === undefined) return undefined;
  arrival.proven = false;
  const asked = trust.checkPeer(clientCertificate);
  if (asked !== undefined) {
    return asked.then(() => {
      arrival.proven = true;
    });
  }
  arrival.proven = true;
  return undefined;
}

function admitIfPossible(header: MessageHeader, arrival: Arrival, judge: EnvelopeJudge): void {
  try {
    const known = admit(header, arrival, judge);
    arrival.agreement = isMshService(header) ? agreeQuestion(header, known) : agree(header, known);
  } catch {
    arrival.known = undefined;
  }
}

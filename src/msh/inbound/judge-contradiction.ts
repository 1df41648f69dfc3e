import { partyKeyOf } from '../../cpa/typed-value.ts';
import { agreementIndexOf } from '../../cpa/agreement-index.ts';
import type { SigningTerms } from '../../cpa/agreement.ts';
import { partyByIds } from '../../cpa/party-lookup.ts';
import { conflictOver } from './conflict-over.ts';
import type { KnownCpa } from '../gateway.ts';
import type { ParsedMessage } from './stages.ts';
import { isSigned, type Verifier } from './verify.ts';

/**
 * What a message is refused with whose header is not agreed: as a changed copy where its sender used the MessageId
 * before. Only who is known to be that sender learns it, by its TLS certificate or by its signature: otherwise anybody
 * could ask which MessageIds are known. @spec ebMS2 §6.5.6
 */
export async function judgeContradiction(
  message: ParsedMessage,
  refusal: unknown,
  by: { readonly known: KnownCpa; readonly bound: boolean; readonly verifier: Verifier },
): Promise<unknown> {
  const { header } = message.message;
  const { messageId } = header.messageData;
  if (!by.bound && !(await isSigned(message, signingOf(message, by.known), by.verifier))) return refusal;
  const before = await by.verifier.store.findInbound(partyKeyOf(header.from.partyIds), messageId);
  return before === undefined ? refusal : conflictOver(messageId);
}

/** What the CPA lets the From party sign any of its messages with. */
function signingOf(message: ParsedMessage, { cpa }: KnownCpa): readonly SigningTerms[] {
  const from = partyByIds(cpa, message.message.header.from.partyIds);
  const sends = from === undefined ? undefined : agreementIndexOf(cpa).sends.get(from);
  const terms = [...(sends?.values() ?? [])].flat().flatMap(({ signing }) => signing ?? []);
  const keys = terms.map(({ signatureAlgorithm, hashFunction, certificate }) =>
    [signatureAlgorithm, hashFunction, Buffer.from(certificate ?? []).toString('base64')].join(' '),
  );
  return terms.filter((_, index) => keys.indexOf(keys[index] ?? '') === index);
}

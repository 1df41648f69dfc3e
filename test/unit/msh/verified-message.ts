import type { VerifiedMessage } from '../../../src/msh/inbound/stages.ts';
import { type ContractTerms, contract } from '../../setup/msh-contracts.ts';
import { MovableClock } from '../../setup/msh-pair.ts';
import { agreementIn, draft, markupOf } from '../../setup/msh-partner.ts';
import { parseEnvelopeOctets } from '../../setup/msh-receipts.ts';

export const clock = new MovableClock();

/** A message that follows its contract in everything. */
export function verified(terms: ContractTerms): VerifiedMessage {
  const agreement = agreementIn(contract(terms));
  const one = draft({ agreement, clock });
  return {
    ...parseEnvelopeOctets(Buffer.from(markupOf(one))),
    message: one.message,
    parts: one.parts.map(({ contentId, body }) => ({
      contentId,
      contentType: 'application/xml',
      name: undefined,
      content: { body: { inline: body }, size: body.length, sha256: '' },
    })),
    receivedAt: clock.now(),
    known: { cpa: agreement.cpa, active: true, importedAt: 0 },
    agreement,
    identity: '',
    referencesXml: undefined,
  };
}

export type Change = (message: VerifiedMessage) => VerifiedMessage;
export const unchanged: Change = (whole) => whole;
export type Message = VerifiedMessage['message'];

export const inMessage = (change: (message: Message) => Partial<Message>): Change => {
  return (whole) => ({ ...whole, message: { ...whole.message, ...change(whole.message) } });
};
export const inHeader = (change: (header: Message['header']) => Partial<Message['header']>): Change => {
  return inMessage(({ header }) => ({ header: { ...header, ...change(header) } }));
};
export const inData = (data: Partial<Message['header']['messageData']>): Change => {
  return inHeader(({ messageData }) => ({ messageData: { ...messageData, ...data } }));
};
export const agreed = (change: Partial<VerifiedMessage['agreement']>): Change => {
  return (whole) => ({ ...whole, agreement: { ...whole.agreement, ...change } });
};
export const hrefs = (...references: readonly string[]): Change => {
  return inMessage(() => ({
    manifest: { version: '2.0', references: references.map((href) => ({ href, role: undefined })) },
  }));
};

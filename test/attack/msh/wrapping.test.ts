import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../src/errors.ts';
import {
  type Draft,
  draft,
  pack,
  type Receiving,
  requireAccepted,
  requireRefused,
  type Refused,
  sealDraft,
  SECURITY,
  withReceiver,
} from '../../setup/msh-partner.ts';

const TERMS = { profile: 'osb-rm-s', sync: true } as const;
const NEXT_MSH = 'urn:oasis:names:tc:ebxml-msg:actor:nextMSH';
interface Pieces {
  readonly whole: string;
  readonly signature: string;
  readonly header: string;
  readonly body: string;
  /** The header of another message, which nobody signed. */
  readonly forged: string;
}

/** What the partner learns of it; of a broken structure only a Fault. */
function answerTo(code: ErrorCode): Pick<Refused, 'error'> {
  if (code.startsWith('SIGNATURE')) return { error: SECURITY };
  return code === 'FEATURE_UNSUPPORTED' ? { error: ['NotSupported', '//Body'] } : {};
}

describe('a signed message that was taken apart and put together again', () => {
  const variants: Readonly<Record<string, { readonly code: ErrorCode; readonly make: (pieces: Pieces) => string }>> = {
    'A19 a forged MessageHeader in place of the signed one': {
      code: 'SIGNATURE_INVALID',
      make: ({ whole, header, forged }) => whole.replace(header, () => forged),
    },
    'A19 the signed MessageHeader moved into a foreign block, a forged one in its place': {
      code: 'SIGNATURE_INVALID',
      make: ({ whole, header, forged }) => whole.replace(header, () => `${forged}<w:w xmlns:w="urn:w">${header}</w:w>`),
    },
    'A19 a forged MessageHeader beside the signed one': {
      code: 'HEADER_INVALID',
      make: ({ whole, header, forged }) => whole.replace(header, () => forged + header),
    },
    'A19 the signed MessageHeader moved into the Signature, a forged one in its place': {
      code: 'SIGNATURE_INVALID',
      make: ({ whole, header, forged }) =>
        whole
          .replace(header, () => forged)
          .replace('</ds:Signature>', () => `<ds:Object>${header}</ds:Object></ds:Signature>`),
    },
    'A19 the signed MessageHeader moved into KeyInfo, a forged one in its place': {
      code: 'SIGNATURE_INVALID',
      make: ({ whole, header, forged }) =>
        whole.replace(header, () => forged).replace('<ds:KeyInfo>', () => `<ds:KeyInfo>${header}`),
    },
    'A19 the whole signed Envelope inside a forged one': {
      code: 'SIGNATURE_COVERAGE',
      make: ({ whole, header, forged, signature }) =>
        whole
          .replace(header, () => forged)
          .replace(signature, () => `${signature}<w:w xmlns:w="urn:w">${whole.replace(signature, '')}</w:w>`),
    },
    'A19 the whole signed Envelope with its Signature inside a block of a forged one': {
      code: 'SIGNATURE_INVALID',
      make: ({ whole, header, forged, signature }) =>
        whole.replace(header, () => forged).replace(signature, () => `<w:w xmlns:w="urn:w">${whole}</w:w>`),
    },
    'A19 the whole signed Envelope in the Body of a forged one': {
      code: 'FEATURE_UNSUPPORTED',
      make: ({ whole, header, forged, signature }) =>
        whole
          .replace(header, () => forged)
          .replace(signature, '')
          .replace('</soap:Body>', () => `${whole}</soap:Body>`),
    },
    'A19 a second Body': {
      code: 'SOAP_MALFORMED',
      make: ({ whole, body }) => whole.replace(body, () => body + body),
    },
    'A19 a second Header': {
      code: 'SOAP_MALFORMED',
      make: ({ whole, forged }) =>
        whole.replace('<soap:Header>', () => `<soap:Header>${forged}</soap:Header><soap:Header>`),
    },
    'A19 a foreign element before the Header, the signed blocks in it': {
      code: 'SOAP_MALFORMED',
      make: ({ whole, header, forged }) =>
        whole
          .replace(header, () => forged)
          .replace('<soap:Header>', () => `<w:w xmlns:w="urn:w">${header}</w:w><soap:Header>`),
    },
    'A19 the signed MessageHeader put out of the signature by an actor, a forged one in its place': {
      code: 'SIGNATURE_INVALID',
      make: ({ whole, header, forged }) =>
        whole.replace(header, () => `${forged}<w:w xmlns:w="urn:w" soap:actor="${NEXT_MSH}">${header}</w:w>`),
    },
    'A19 a Manifest that names another part': {
      code: 'SIGNATURE_INVALID',
      make: ({ whole }) => whole.replace(/xlink:href="cid:[^"]*"/, 'xlink:href="cid:other@gemeente.test"'),
    },
    'A24 the Signature doubled': {
      code: 'SIGNATURE_INVALID',
      make: ({ whole, signature }) => whole.replace(signature, () => signature + signature),
    },
    'A24 a second Signature in the Body': {
      code: 'FEATURE_UNSUPPORTED',
      make: ({ whole, signature }) => whole.replace('</soap:Body>', () => `${signature}</soap:Body>`),
    },
    'A24 the Signature in another place': {
      code: 'SIGNATURE_INVALID',
      make: ({ whole, signature }) => whole.replace(signature, () => `<w:w xmlns:w="urn:w">${signature}</w:w>`),
    },
    'A80 the Signature taken away': {
      code: 'SIGNATURE_MISSING',
      make: ({ whole, signature }) => whole.replace(signature, ''),
    },
  };

  for (const [title, { code, make }] of Object.entries(variants)) {
    it(title, () =>
      withReceiver(TERMS, async (at) => {
        const honest = draft(at);
        await requireAccepted(at, pack(await sealDraft(honest, at.agreement), honest.parts));
        const one = draft(at);
        const pieces = await takeApart(one, at);
        const envelope = make(pieces);
        assert.notEqual(envelope, pieces.whole);
        await requireRefused(at, pack(envelope, one.parts), { code, ...answerTo(code) });
      }),
    );
  }

  it('A19 asynchronous: the MessageError comes by a request of its own, and says as little', () =>
    withReceiver({ profile: 'osb-rm-s' }, async (at) => {
      const one = draft(at);
      const { whole, header, forged } = await takeApart(one, at);
      const envelope = whole.replace(header, () => forged);
      await requireRefused(at, pack(envelope, one.parts), { code: 'SIGNATURE_INVALID', error: SECURITY });
    }));
});

async function takeApart(one: Draft, { agreement }: Receiving): Promise<Pieces> {
  const whole = (await sealDraft(one, agreement)).toString();
  const cut = (element: string): string => new RegExp(`<${element}[ >].*</${element}>`, 's').exec(whole)?.[0] ?? '';
  const header = cut('eb:MessageHeader');
  const { messageId } = one.message.header.messageData;
  const forged = header.replace(messageId, `forged-${messageId}`);
  return { whole, signature: cut('ds:Signature'), header, body: cut('soap:Body'), forged };
}

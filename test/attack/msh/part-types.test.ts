import assert from 'node:assert/strict';
import { ACTION } from '../../setup/msh-contracts.ts';
import { draft, pack, requireAccepted, sealDraft, withReceiver } from '../../setup/msh-partner.ts';
import { plainType } from '../../../src/msh/inbound/received-part.ts';

const OCTETS = 'application/octet-stream';

/** What a partner says its payload is → what whoever gets the payload is told. */
const TYPES: readonly (readonly [what: string, said: string, told: string])[] = [
  ['a header of 15 KB', `text/xml; a="${'b'.repeat(15_000)}"`, 'text/xml'],
  ['a type that is no header', `${'a'.repeat(2000)}/xml`, OCTETS],
  ['a parameter in UTF-8', 'text/plain; name="één"', 'text/plain'],
  ['no type', ';;;', OCTETS],
  ['a folded header', 'text/xml;\r\n\tcharset=UTF-8', 'text/xml; charset=UTF-8'],
];

const saying = (type: string) => (part: { readonly contentId: string }) => [
  `Content-Type: ${type}`,
  `Content-ID: <${part.contentId}>`,
];

describe('A48 the type of a payload is one that can be repeated', () => {
  for (const [what, said, told] of TYPES) {
    it(`A48 ${what}: the message is accepted, and its payload can be fetched`, () =>
      withReceiver({ profile: 'osb-rm-s', sync: true }, async (at) => {
        const one = draft(at);
        await requireAccepted(at, pack(await sealDraft(one, at.agreement), one.parts, { partHeaders: saying(said) }));
        const { messageId } = one.message.header.messageData;
        const { action, payloads } = await at.here.gateway.messages.find(messageId, 'in');
        assert.equal(action, ACTION);
        assert.deepEqual(
          payloads.map(({ contentType }) => contentType),
          [told],
        );
      }));
  }

  it('A48 neither can an EncryptedData name another: no line break, no package, nothing endless', () => {
    const terms = { algorithm: '', keyTransport: '', used: [] };
    const types = [
      'text/xml; a="x\r\nX-Evil: 1"',
      'multipart/related; boundary=x',
      `text/xml; a=${'b'.repeat(40_000)}`,
    ];
    assert.deepEqual(
      types.map((contentType) => plainType({ ...terms, contentType })),
      ['text/xml', OCTETS, 'text/xml'],
    );
  });
});

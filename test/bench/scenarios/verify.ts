import { createHash, verify as verifySignature, X509Certificate } from 'node:crypto';
import { parseMessage } from '../../../src/ebms/parse-message.ts';
import { newMessageId } from '../../../src/ids.ts';
import { parseEnvelope } from '../../../src/soap/envelope.ts';
import { parseXml } from '../../../src/xml/tree.ts';
import { verifyEnvelope } from '../../../src/xmlsec/verify.ts';
import { inTurns } from '../in-turns.ts';
import { playSender } from '../partner-requests.ts';
import { SHA_256 } from '../require-receipt.ts';
import type { Scenario } from '../scenario.ts';
import { withTwoParties } from '../two-parties.ts';

const ASKED = 0.12;
const DESCRIPTION = 'A message with two parts, each named in the signature. '.repeat(12);
const SIGNED_INFO_BYTES = 2500;

/** From octets to a verified ebMS message; the digests of the parts are in hand, as they are when a message has come in. */
export const verify: Scenario = {
  name: 'verify',
  what: 'one thread: an ebMS envelope with two parts, parsed, read and verified',
  run: () =>
    withTwoParties('osb-rm-s', async (parties) => {
      const digest = createHash('sha256').update('a part').digest();
      const signed = ['one@localhost', 'two@localhost'].map((contentId) => ({ contentId, digest }));
      const octets = await playSender(parties, DESCRIPTION).envelope(newMessageId('localhost'), signed);
      const { raw: certificate, publicKey } = new X509Certificate(parties.sender.file('keys/sign.crt'));
      const parts = signed.map(({ contentId }) => ({ contentId, digest: () => digest }));
      const ours = (): Promise<unknown> => {
        const document = parseXml(octets);
        const envelope = parseEnvelope(document);
        const { header } = envelope;
        parseMessage(envelope);
        if (header === undefined) throw new Error('the envelope has no Header');
        return verifyEnvelope({ document, header, parts, certificate, allow: SHA_256 });
      };
      const data = Buffer.alloc(SIGNED_INFO_BYTES, 1);
      const signature = Buffer.alloc(256, 1);
      const times = await inTurns(ours, () => verifySignature('sha256', data, publicKey, signature));
      const bare = { what: 'RSA-2048 verification alone', value: 1000 / times.bare };
      const what = `envelope of ${(octets.length / 1000).toFixed(1)} KB, two parts`;
      return [{ what, value: 1000 / times.ours, unit: '/s', better: 'more', bare, asked: ASKED }];
    }),
};

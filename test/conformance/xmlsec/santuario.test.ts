import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'mocha';
import { GatewayError } from '../../../src/errors.ts';
import { canonicalize } from '../../../src/xml/c14n.ts';
import { elementsWhere, parseXml, simpleText } from '../../../src/xml/tree.ts';
import { isForNextActor } from '../../../src/xmlsec/actor-filter.ts';
import { fixture, fixturesPresent } from '../../setup/fixtures.ts';
import { skipUnless } from '../../setup/skip.ts';
import { findDeep, signedParts, verifyMessage } from '../../unit/xmlsec/signed-message.ts';

const PARTS = signedParts([{ contentId: 'abc', body: Buffer.from("<a>\r\n <b x='1'/></a>") }]);
const FORM = { exclusive: false, comments: false };

/** What the signature stands for: equal in two documents exactly when one may take the other's place. */
function signedContent(bytes: Buffer): string {
  const document = parseXml(bytes);
  const [signature, info, value] = ['Signature', 'SignedInfo', 'SignatureValue'].map((name) =>
    findDeep(document.root, name),
  );
  assert.ok(signature !== undefined && info !== undefined && value !== undefined);
  const envelope = canonicalize(
    document,
    FORM,
    elementsWhere(document.root, (el) => el === signature || isForNextActor(el)),
  );
  const base64 = simpleText(value)?.replace(/\s/g, '');
  return `${envelope.toString()}\n${canonicalize(info, FORM).toString()}\n${base64}`;
}

/** Where an octet may differ without a difference in what is signed. */
type Place = 'KeyInfo' | 'SyncReply' | 'white space in the Signature' | 'white space in markup' | 'signed';

function placeOf(bytes: Buffer, offset: number): Place {
  const { root } = parseXml(bytes);
  for (const name of ['KeyInfo', 'SyncReply'] as const) {
    const el = findDeep(root, name);
    if (el !== undefined && offset >= el.start && offset < el.end) return name;
  }
  if (!/\s/.test(String.fromCharCode(bytes[offset] ?? 0))) return 'signed';
  const signature = findDeep(root, 'Signature');
  const info = findDeep(root, 'SignedInfo');
  const inSignature = signature !== undefined && offset >= signature.start && offset < signature.end;
  const inInfo = info !== undefined && offset >= info.start && offset < info.end;
  return inSignature && !inInfo ? 'white space in the Signature' : 'white space in markup';
}

describe('a message signed by Apache Santuario', () => {
  let signed: Buffer;
  let certificate: Buffer;

  before(function () {
    skipUnless(this, fixturesPresent(), 'the fixtures are not beside the checkout');
    signed = fixture('santuario/signed.xml');
    certificate = new X509Certificate(fixture('keys/cert.pem')).raw;
  });

  it('§4.1.4 verifies with the certificate of the CPA and the part as it was [ebMS2 §4.1.3-9]', async () => {
    const { references } = await verifyMessage(signed, { certificate, parts: PARTS });
    assert.deepEqual(
      references.map((one) => one.uri),
      ['', 'cid:abc'],
    );
  });

  it('§4.1.4 no octet can be changed, but for those that leave what is signed as it was [ebMS2 §4.1.3-6]', async function () {
    this.timeout(60_000);
    const content = signedContent(signed);
    const unharmed = new Map<Place, number>();
    for (let offset = 0; offset < signed.length; offset++) {
      for (const mask of [0x01, 0x2a]) {
        const changed = Buffer.from(signed);
        changed[offset] = (changed[offset] ?? 0) ^ mask;
        if (!(await verifies(changed, certificate))) continue;
        assert.equal(signedContent(changed), content, `octet ${offset} changes what is signed`);
        const place = placeOf(signed, offset);
        assert.notEqual(place, 'signed', `octet ${offset}`);
        unharmed.set(place, (unharmed.get(place) ?? 0) + 1);
      }
    }
    // KeyInfo is never read, SyncReply is for the next actor, and a LF that became another white space in base64 or between tags
    assert.deepEqual([...unharmed.keys()].sort(), [
      'KeyInfo',
      'SyncReply',
      'white space in markup',
      'white space in the Signature',
    ]);
  });
});

async function verifies(bytes: Buffer, certificate: Buffer): Promise<boolean> {
  try {
    await verifyMessage(bytes, { certificate, parts: PARTS });
    return true;
  } catch (error) {
    if (error instanceof GatewayError || String(error).includes('no Header')) return false;
    throw error;
  }
}

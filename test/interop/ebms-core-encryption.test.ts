import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { rsaOaepMgf1p } from '../../src/xmlsec/encryption/algorithms.ts';
import { sealStream } from '../../src/xmlsec/encryption/seal-stream.ts';
import { sealPart } from '../../src/xmlsec/encryption/sealed-part.ts';
import { firstCapture as first, withReceiver } from '../setup/captured-parties.ts';
import { asRequest, type Captured } from '../setup/captures.ts';
import { fixture, fixturesPresent } from '../setup/fixtures.ts';
import { skipUnless } from '../setup/skip.ts';

describe('an encrypted message of ebms-core', function () {
  before(function () {
    skipUnless(this, fixturesPresent(), 'the folder of captures is not there');
  });

  it('A78 rm-signed-encrypted, encrypted afresh at the next attempt, is a duplicate', replayEncryptedAfresh);
  it('A41 rm-signed-encrypted is refused where CBC and RSA 1.5 are not allowed for the partner', replayWithoutLegacy);
});

/** The peer takes a new key and iv for each attempt; here the part is sealed again by us, for the same certificate. */
async function replayEncryptedAfresh(): Promise<void> {
  const captured = first('rm-signed-encrypted');
  await withReceiver('overheid', { captured, allow: ['sha1', 'cbc', 'rsa15'] }, async ({ here, partner }) => {
    assert.equal((await here.post(asRequest(captured))).status, 204);
    const [stored] = (await here.store.listMessages({ limit: 10 })).items;
    const { stream } = await here.gateway.messages.openPayload(stored?.messageId ?? '', 1);
    const plain = Buffer.concat(await stream.toArray());
    const again = await sealAgain(captured, plain);
    assert.notDeepEqual(again.body, captured.body);
    assert.equal((await here.post(asRequest(again))).status, 204);
    const receipts = [(await partner.request(1)).body, (await partner.request(2)).body];
    assert.deepEqual(receipts[0], receipts[1]);
    assert.equal((await here.store.listMessages({ limit: 10 })).items.length, 1);
    assert.deepEqual((await here.store.listRefusals({ limit: 10 })).items, []);
  });
}

async function sealAgain(captured: Captured, plain: Buffer): Promise<Captured> {
  const text = captured.body.toString('latin1');
  const begin = text.indexOf('<xenc:EncryptedData');
  const end = text.indexOf('</xenc:EncryptedData>') + '</xenc:EncryptedData>'.length;
  const terms = {
    algorithm: 'http://www.w3.org/2009/xmlenc11#aes256-gcm',
    keyTransport: rsaOaepMgf1p(),
    certificate: new X509Certificate(fixture('keys/cert.pem')).raw,
  };
  const sealed = sealStream(sealPart({ contentId: 'x', contentType: 'application/xml' }, terms));
  sealed.end(plain);
  const part = Buffer.concat(await sealed.toArray());
  return { ...captured, body: Buffer.concat([captured.body.subarray(0, begin), part, captured.body.subarray(end)]) };
}

async function replayWithoutLegacy(): Promise<void> {
  for (const allow of [['sha1'], ['sha1', 'cbc'], ['sha1', 'rsa15']] as const) {
    const captured = first('rm-signed-encrypted');
    await withReceiver('overheid', { captured, allow }, async ({ here }) => {
      await here.post(asRequest(captured));
      const { items } = await here.store.listRefusals({ limit: 10 });
      assert.deepEqual(
        items.map((refusal) => refusal.code),
        ['DECRYPTION_FAILED'],
      );
      assert.equal((await here.store.listMessages({ limit: 10 })).items.length, 0);
    });
  }
}

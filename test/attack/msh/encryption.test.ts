import assert from 'node:assert/strict';
import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PartnerTerms } from '../../../src/msh/parts.ts';
import { rsaOaepMgf1p } from '../../../src/xmlsec/encryption/algorithms.ts';
import { sealStream } from '../../../src/xmlsec/encryption/seal-stream.ts';
import { sealPart } from '../../../src/xmlsec/encryption/sealed-part.ts';
import { dienst, gemeente } from '../../setup/msh-contracts.ts';
import {
  draft,
  type DraftPart,
  pack,
  type Packing,
  type Receiving,
  requireAccepted,
  requireRefused,
  sealDraft,
  SECURITY,
  withReceiver,
} from '../../setup/msh-partner.ts';
import type { RawRequest, TestGatewayOptions } from '../../setup/test-gateway.ts';
import type { TestParty } from '../../setup/test-keys.ts';

const TERMS = { profile: 'osb-rm-e', sync: true } as const;
const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const GCM = 'http://www.w3.org/2009/xmlenc11#aes256-gcm';
const PLAIN: DraftPart = {
  contentId: 'document@gemeente.test',
  contentType: 'application/pdf',
  body: Buffer.concat([Buffer.from('<melding>geheim</melding>'), Buffer.alloc(100_000, 'x')]),
};
const REFUSED = { code: 'DECRYPTION_FAILED', error: SECURITY } as const;
const NOT_AGREED = { code: 'ENCRYPTION_NOT_AGREED', error: SECURITY } as const;
const allowing = (...allow: PartnerTerms['allow']): Partial<TestGatewayOptions> => ({
  partners: new Map([[gemeente.key, { allow }]]),
});

describe('an encrypted part', () => {
  it('A85 is read wherever the envelope stands, and the Content-Type is that of the plain part', () =>
    withReceiver(TERMS, async (at) => {
      for (const packing of [{}, { rootAt: 1 }]) {
        await requireAccepted(at, await encrypted(at, gcm(), { packing }));
        const [{ messageId } = { messageId: '' }] = (await at.here.store.listMessages({ limit: 1 })).items;
        const { stream, contentType } = await at.here.gateway.messages.openPayload(messageId, 1);
        assert.deepEqual(Buffer.concat(await stream.toArray()), PLAIN.body);
        assert.equal(contentType, 'application/pdf');
      }
      assert.equal(filesIn(at).length, 2);
    }));

  it('A78 encrypted afresh is a duplicate, and gets the stored receipt', () =>
    withReceiver(TERMS, async (at) => {
      const one = draft(at, [PLAIN]);
      const envelope = await sealDraft(one, at.agreement);
      const receipt = await requireAccepted(at, pack(envelope, await sealAll(one.parts, gcm())));
      const again = await at.here.post(pack(envelope, await sealAll(one.parts, gcm())));
      assert.deepEqual(again.body, receipt.body);
      assert.equal(filesIn(at).length, 1);
      const other = { ...PLAIN, body: Buffer.from('anders') };
      await requireRefused(at, pack(envelope, await sealAll([other], gcm())), {
        code: 'SIGNATURE_INVALID',
        error: SECURITY,
      });
    }));

  const damages: Readonly<Record<string, (part: Buffer) => Buffer>> = {
    'A40 whose tag is truncated': (part) => inCipherText(part, (octets) => octets.subarray(0, -4)),
    'A40 without a tag': (part) => inCipherText(part, (octets) => octets.subarray(0, -16)),
    'A40 whose tag was altered': (part) => inCipherText(part, (octets) => flip(octets, octets.length - 1)),
    'A40 whose first octet was altered': (part) => inCipherText(part, (octets) => flip(octets, 12)),
    'A40 of nothing but an iv': (part) => inCipherText(part, (octets) => octets.subarray(0, 12)),
    'A42 without a key': (part) => Buffer.from(part.toString('latin1').replace(/<ds:KeyInfo>[^]*?<\/ds:KeyInfo>/, '')),
    'A42 with two keys': (part) =>
      Buffer.from(part.toString('latin1').replace(/(<xenc:EncryptedKey>[^]*?<\/xenc:EncryptedKey>)/, '$1$1')),
    'A42 whose wrapped key is noise': (part) =>
      Buffer.from(
        part
          .toString('latin1')
          .replace(/(<xenc:CipherValue>)[^<]*/, (_, begin) => `${String(begin)}${randomBytes(256).toString('base64')}`),
      ),
    'that ends in the middle': (part) => part.subarray(0, 4000),
    'with a DTD': (part) => Buffer.concat([Buffer.from('<?xml version="1.0"?><!DOCTYPE a []>'), part]),
  };
  for (const [name, damage] of Object.entries(damages)) {
    it(`${name} is refused like a bad signature, and leaves no plain text`, () =>
      withReceiver(TERMS, async (at) => {
        for (const rootAt of [0, 1]) {
          const request = await encrypted(at, gcm(), { damage, packing: { rootAt } });
          await requireRefused(at, request, name.endsWith('with a DTD') ? NOT_AGREED : REFUSED);
        }
        assert.deepEqual(filesIn(at), []);
      }));
  }

  it('A41 whose key is wrapped by PKCS#1 v1.5 is refused unless that is allowed, and then noted', async () => {
    const rsa15 = sealingBy(XENC + 'rsa-1_5', (key, certificate) =>
      publicEncrypt({ key: certificate, padding: constants.RSA_PKCS1_PADDING }, key),
    );
    await withReceiver(TERMS, async (at) => requireRefused(at, await encrypted(at, rsa15), REFUSED));
    await withReceiver(
      TERMS,
      async (at) => {
        await requireAccepted(at, await encrypted(at, rsa15));
        assert.deepEqual(
          at.here.warnings.filter(({ message }) => message === 'a weakening was used').map(({ fields }) => fields),
          [{ partner: gemeente.key, weakening: 'rsa15' }],
        );
      },
      allowing('rsa15'),
    );
  });

  it('A41 whose OAEP is of another hash than it says is refused', () =>
    withReceiver(TERMS, async (at) => {
      const lying = sealingBy(XENC + 'rsa-oaep-mgf1p', (key, certificate) =>
        publicEncrypt({ key: certificate, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, key),
      );
      await requireRefused(at, await encrypted(at, lying), REFUSED);
    }));

  it('A41 by CBC is refused where the partner may not, and where the contract names GCM alone', async () => {
    await withReceiver(TERMS, async (at) => requireRefused(at, await encrypted(at, cbc()), REFUSED));
    await withReceiver(TERMS, async (at) => requireRefused(at, await encrypted(at, cbc()), REFUSED), allowing('cbc'));
  });

  it('A42 for another recipient is refused', () =>
    withReceiver(TERMS, async (at) => requireRefused(at, await encrypted(at, gcm(gemeente.keys)), REFUSED)));

  it('A42 for a key that is not configured is refused with a hint for the operator', () =>
    withReceiver(
      TERMS,
      async (at) => {
        for (const rootAt of [0, 1]) {
          const request = await encrypted(at, gcm(), { packing: { rootAt } });
          await requireRefused(at, request, { code: 'DECRYPTION_KEY_MISSING', error: SECURITY });
        }
        assert.deepEqual(filesIn(at), []);
      },
      { decryptKeys: [] },
    ));

  it('A39 by CBC, altered octet by octet: one answer whether the padding holds or not, and nothing stays', async () => {
    await withReceiver(
      { ...TERMS, edit: namingCbc },
      async (at) => {
        const short = { ...PLAIN, body: Buffer.from('<melding>geheim</melding>') };
        await requireAccepted(at, await encrypted(at, cbc(), { part: short }));
        const answers = new Set<string>();
        const codes = new Set<string>();
        for (let index = 0; index < 48; index++) {
          const damage = (part: Buffer): Buffer => inCipherText(part, (octets) => flip(octets, index));
          const answer = await at.here.post(await encrypted(at, cbc(), { part: short, damage }));
          answers.add(`${answer.status} ${/<eb:Error [^]*<\/eb:Error>/.exec(answer.body.toString())?.[0]}`);
          codes.add((await at.here.store.listRefusals({ limit: 1 })).items[0]?.code ?? '');
        }
        assert.equal(answers.size, 1, [...answers].join('\n'));
        assert.deepEqual([...codes].sort(), ['DECRYPTION_FAILED', 'SIGNATURE_INVALID']);
        assert.equal((await at.here.store.listMessages({ limit: 10 })).items.length, 1);
      },
      allowing('cbc'),
    );
  });
});

describe('A43 encryption against the contract', () => {
  it('A43 a plain part where the contract encrypts is refused, though its signature holds', () =>
    withReceiver(TERMS, async (at) => {
      const one = draft(at, [PLAIN]);
      await requireRefused(at, pack(await sealDraft(one, at.agreement), one.parts), NOT_AGREED);
      const disguised = { ...PLAIN, body: Buffer.from('<Encrypted xmlns="http://www.w3.org/2001/04/xmlenc#"/>') };
      const two = draft(at, [disguised]);
      await requireRefused(at, pack(await sealDraft(two, at.agreement), two.parts), NOT_AGREED);
      assert.deepEqual(filesIn(at), []);
    }));

  it('A43 one plain part among encrypted ones is refused', () =>
    withReceiver(TERMS, async (at) => {
      const other = { ...PLAIN, contentId: 'other@gemeente.test' };
      const one = draft(at, [other, PLAIN]);
      const parts = [...(await sealAll([other], gcm())), PLAIN];
      await requireRefused(at, pack(await sealDraft(one, at.agreement), parts), NOT_AGREED);
      assert.deepEqual(filesIn(at), []);
    }));

  it('A43 an encrypted part where the contract does not encrypt is refused', async () => {
    for (const profile of ['osb-rm-s', 'osb-rm'] as const) {
      await withReceiver({ profile, sync: true }, async (at) => {
        await requireRefused(at, await encrypted(at, gcm()), NOT_AGREED);
        assert.deepEqual(filesIn(at), []);
      });
    }
  });
});

function namingCbc(text: string): string {
  return text.replaceAll(GCM, `${XENC}aes256-cbc`);
}

type Sealing = (part: DraftPart) => Promise<Buffer>;

function gcm({ certificate }: TestParty = dienst.keys): Sealing {
  return async ({ contentId, contentType = 'application/xml', body }) => {
    const terms = { algorithm: GCM, keyTransport: rsaOaepMgf1p(), certificate };
    const stream = sealStream(sealPart({ contentId, contentType }, terms));
    stream.end(body);
    return Buffer.concat(await stream.toArray());
  };
}

function cbc(): Sealing {
  return async ({ body, contentType = 'application/xml' }) => {
    const [key, iv] = [randomBytes(32), randomBytes(16)];
    const cipher = createCipheriv('aes-256-cbc', key, iv);
    const wrapped = publicEncrypt(
      { key: createPublicKey(dienst.keys.certificatePem), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
      key,
    );
    const transport = { uri: `${XENC}rsa-oaep-mgf1p`, wrapped };
    const cipherText = Buffer.concat([iv, cipher.update(body), cipher.final()]);
    return markup({ contentType, algorithm: `${XENC}aes256-cbc`, transport, cipherText });
  };
}

/** GCM under a key that is wrapped in some way. */
function sealingBy(
  uri: string,
  wrap: (key: Buffer, certificate: ReturnType<typeof createPublicKey>) => Buffer,
): Sealing {
  return async ({ body, contentType = 'application/xml' }) => {
    const [key, iv] = [randomBytes(32), randomBytes(12)];
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    const encryptedBody = Buffer.concat([iv, cipher.update(body), cipher.final()]);
    const transport = { uri, wrapped: wrap(key, createPublicKey(dienst.keys.certificatePem)) };
    const cipherText = Buffer.concat([encryptedBody, cipher.getAuthTag()]);
    return markup({ contentType, algorithm: GCM, transport, cipherText });
  };
}

function value(octets: Buffer): string {
  return `<xenc:CipherData><xenc:CipherValue>${octets.toString('base64')}</xenc:CipherValue></xenc:CipherData>`;
}

function markup(made: {
  readonly contentType: string;
  readonly algorithm: string;
  readonly transport: { readonly uri: string; readonly wrapped: Buffer };
  readonly cipherText: Buffer;
}): Buffer {
  const { contentType, algorithm, transport, cipherText } = made;
  return Buffer.from(
    `<xenc:EncryptedData xmlns:xenc="${XENC}" MimeType="${contentType}"><xenc:EncryptionMethod Algorithm="${algorithm}"/>` +
      `<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="${transport.uri}"/>` +
      `${value(transport.wrapped)}</xenc:EncryptedKey></ds:KeyInfo>${value(cipherText)}</xenc:EncryptedData>`,
  );
}

/** A message of gemeente, signed over the plain part, which travels sealed, and damaged where a test damages it. */
async function encrypted(
  at: Receiving,
  sealing: Sealing,
  more: {
    readonly part?: DraftPart;
    readonly damage?: (part: Buffer) => Buffer;
    readonly packing?: Packing;
  } = {},
): Promise<RawRequest> {
  const { part = PLAIN, damage = (octets) => octets, packing = {} } = more;
  const one = draft(at, [part]);
  const parts = (await sealAll(one.parts, sealing)).map((sealed) => ({ ...sealed, body: damage(sealed.body) }));
  return pack(await sealDraft(one, at.agreement), parts, packing);
}

function sealAll(parts: readonly DraftPart[], sealing: Sealing): Promise<readonly DraftPart[]> {
  const sealed = parts.map(async (part) => ({ ...part, contentType: 'application/xml', body: await sealing(part) }));
  return Promise.all(sealed);
}

/** Changes the octets of the content's own CipherValue, the last one. */
function inCipherText(part: Buffer, change: (octets: Buffer) => Buffer): Buffer {
  const text = part.toString('latin1');
  const begin = text.lastIndexOf('<xenc:CipherValue>') + '<xenc:CipherValue>'.length;
  const end = text.indexOf('<', begin);
  const octets = Buffer.from(text.slice(begin, end), 'base64');
  return Buffer.from(text.slice(0, begin) + change(octets).toString('base64') + text.slice(end));
}

function flip(octets: Buffer, index: number): Buffer {
  const changed = Buffer.from(octets);
  changed[index] = (changed[index] ?? 0) ^ 1;
  return changed;
}

/** Every payload file of the receiver, those that are being written included. */
function filesIn({ here }: Receiving): readonly string[] {
  const folder = join(here.folder, 'payloads');
  return readdirSync(folder).flatMap((name) => readdirSync(join(folder, name)));
}

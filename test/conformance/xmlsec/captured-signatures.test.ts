import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { describe, it } from 'mocha';
import { parseContentType } from '../../../src/mime/content-type.ts';
import { MimeReader } from '../../../src/mime/reader.ts';
import { readCapture } from '../../setup/captures.ts';
import { fixture, fixturePath, fixturesPresent } from '../../setup/fixtures.ts';
import { skipUnless } from '../../setup/skip.ts';
import { ALLOW, signedParts, type TestPart, verifyMessage } from '../../unit/xmlsec/signed-message.ts';

const LEGACY = {
  digests: [...ALLOW.digests, 'http://www.w3.org/2000/09/xmldsig#sha1'],
  signatures: [...ALLOW.signatures, 'http://www.w3.org/2000/09/xmldsig#rsa-sha1'],
};
/** Signed messages that were damaged on purpose, or whose parts have to be decrypted first. */
const NOT_VALID = [
  'error-tampered-header',
  'error-tampered-payload',
  'error-tampered-payload-sync',
  'rm-signed-encrypted',
];

interface Signed {
  readonly path: string;
  readonly envelope: Buffer;
  readonly parts: readonly TestPart[];
  readonly sha1: boolean;
}

describe('messages and receipts that live peers signed', () => {
  for (const one of signedCaptures()) {
    const valid = !NOT_VALID.some((name) => one.path.includes(`/${name}/`));
    it(`§4.1.4 ${one.path} ${valid ? 'verifies' : 'is refused'}`, async () => {
      const parts = signedParts(one.parts);
      const certificate = certificateOf(one.path);
      const verified = verifyMessage(one.envelope, { parts, certificate, allow: LEGACY });
      if (valid) await verified;
      else await assert.rejects(verified, { code: 'SIGNATURE_INVALID' });
      if (one.sha1)
        await assert.rejects(verifyMessage(one.envelope, { parts, certificate }), { code: 'SIGNATURE_ALGORITHM' });
    });
  }

  it('there are captures to look at', function () {
    skipUnless(this, fixturesPresent(), 'the fixtures are not beside the checkout');
    assert.ok(signedCaptures().length >= 25);
  });
});

function signedCaptures(): Signed[] {
  if (!fixturesPresent()) return [];
  return ['captures', 'captures-hermes'].flatMap((set) =>
    readdirSync(fixturePath(set), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(request|response)$/.test(name))
      .sort()
      .map((name) => readMessage(`${set}/${name}`))
      .filter((one) => one.envelope.includes('<ds:Signature')),
  );
}

function readMessage(path: string): Signed {
  const { headers, body } = readCapture(path);
  const parts = partsOf(headers['content-type'] ?? '', body);
  const envelope = parts[0]?.body ?? body;
  return { path, envelope, parts: parts.slice(1), sha1: envelope.includes('xmldsig#rsa-sha1') };
}

function partsOf(header: string, body: Buffer): TestPart[] {
  const contentType = parseContentType(header);
  if (contentType === undefined || !contentType.type.startsWith('multipart/')) return [];
  const parts: { contentId: string; pieces: Uint8Array[] }[] = [];
  const reader = new MimeReader(contentType, {
    begin: ({ contentId = '' }) => parts.push({ contentId, pieces: [] }),
    data: (octets) => parts.at(-1)?.pieces.push(octets),
    end: () => undefined,
  });
  reader.write(body);
  reader.end();
  return parts.map(({ contentId, pieces }) => ({ contentId, body: Buffer.concat(pieces) }));
}

function certificateOf(path: string): Buffer {
  const hermes = path.startsWith('captures-hermes/') && !path.includes('/core-');
  return new X509Certificate(fixture(hermes ? 'captures-hermes/keys/hermes.crt' : 'keys/cert.pem')).raw;
}

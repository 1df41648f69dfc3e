import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'mocha';
import { GatewayError } from '../../src/errors.ts';
import { createDecrypter } from '../../src/trust/decrypter.ts';
import { readCertificates } from '../../src/trust/certificate.ts';
import type { VerifiedSecurity } from '../../src/wus/security/security.ts';
import { verifySecurity } from '../../src/wus/security/verify-security.ts';
import { readCapture } from '../setup/captures.ts';
import { fixture, fixturePath, fixturesPresent } from '../setup/fixtures.ts';
import { skipUnless } from '../setup/skip.ts';
import { readPackage } from '../unit/mime/read-package.ts';
import { attachmentsOf, openWith } from '../setup/wus-encryption.ts';

/** What the signature comes to; every other message of these kinds verifies. Who signed, and what it says, is judged elsewhere. */
const REFUSED: Readonly<Record<string, string>> = {
  's-fault-unsigned/1-response': 'WUS_SECURITY_HEADER',
  's-key-issuerserial/1-request': 'WUS_TOKEN',
  's-key-issuerserial/1-response': 'WUS_TOKEN',
  's-key-ski/1-request': 'WUS_TOKEN',
  's-key-ski/1-response': 'WUS_TOKEN',
  's-key-x509-embedded/1-request': 'WUS_TOKEN',
  's-key-x509-embedded/1-response': 'WUS_TOKEN',
  's-sha1/1-request': 'SIGNATURE_ALGORITHM',
  's-sha1/1-response': 'SIGNATURE_ALGORITHM',
  'se-aes256-cbc/1-request': 'DECRYPTION_FAILED',
  'se-aes256-cbc/1-response': 'DECRYPTION_FAILED',
  'se-rsa15/1-request': 'DECRYPTION_FAILED',
  'se-rsa15/1-response': 'DECRYPTION_FAILED',
  'se-encrypt-before-sign/1-request': 'SIGNATURE_INVALID',
  'se-encrypt-before-sign/1-response': 'SIGNATURE_INVALID',
  'err-s-doctype/1-request': 'XML_FORBIDDEN',
  'err-s-expired/1-request': 'WUS_TIMESTAMP',
  'err-s-future/1-request': 'WUS_TIMESTAMP',
  'err-s-mtom-include-signed/1-request': 'SIGNATURE_INVALID',
  'err-s-mtom-tampered-attachment/1-request': 'SIGNATURE_INVALID',
  'err-s-no-security/1-request': 'WUS_SECURITY_HEADER',
  'err-s-no-signature/1-request': 'SIGNATURE_MISSING',
  'err-s-no-timestamp/1-request': 'WUS_TIMESTAMP',
  'err-s-policy-tampered-body/1-request': 'SIGNATURE_INVALID',
  'err-s-policy-unsigned-to/1-request': 'SIGNATURE_COVERAGE',
  'err-s-tampered-body/1-request': 'SIGNATURE_INVALID',
  'err-s-tampered-signature/1-request': 'SIGNATURE_INVALID',
  'err-s-tampered-timestamp/1-request': 'SIGNATURE_INVALID',
  'err-s-tampered-to/1-request': 'SIGNATURE_INVALID',
  'err-s-unsigned-body/1-request': 'SIGNATURE_COVERAGE',
  'err-s-unsigned-timestamp/1-request': 'SIGNATURE_COVERAGE',
  'err-s-unsigned-to-stock/1-request': 'SIGNATURE_COVERAGE',
  'err-s-unsigned-to/1-request': 'SIGNATURE_COVERAGE',
  'err-s-why-tampered/1-request': 'SIGNATURE_INVALID',
  'err-s-xsw-body-in-header/1-request': 'SIGNATURE_COVERAGE',
  'err-s-xsw-second-body/1-request': 'SOAP_MALFORMED',
  'err-s-xsw-to/1-request': 'SIGNATURE_COVERAGE',
  'err-se-tampered-cipher/1-request': 'DECRYPTION_FAILED',
  'err-se-tampered-key-empty-200/1-request': 'DECRYPTION_FAILED',
  'err-se-wrong-recipient/1-request': 'DECRYPTION_FAILED',
  'resp-s-expired/1-response': 'WUS_TIMESTAMP',
  'resp-s-no-confirmation/1-response': 'WUS_CONFIRMATION',
  'resp-s-tampered-body/1-response': 'SIGNATURE_INVALID',
  'resp-s-unsigned/1-response': 'WUS_SECURITY_HEADER',
  'resp-se-tampered-cipher/1-response': 'DECRYPTION_FAILED',
};

/** Honest when they were made, with algorithms and references that need leave. */
const LEGACY: readonly string[] = ['s-sha1', 's-key-issuerserial', 's-key-ski', 's-key-x509-embedded'];

interface Case {
  readonly exchanges: readonly { readonly receivedAt: string }[];
}

describe('messages of CXF with WSS4J', () => {
  for (const name of names()) {
    const requests = !name.startsWith('resp-');
    const responses = !name.startsWith('err-');
    it(`WB004 WB007 WB013 ${name}: the signature is judged as it deserves`, async () => {
      if (requests) assert.equal(await outcome(name, 'request'), REFUSED[`${name}/1-request`] ?? 'verified');
      if (responses) assert.equal(await outcome(name, 'response'), REFUSED[`${name}/1-response`] ?? 'verified');
    });
  }

  for (const name of LEGACY) {
    it(`WB010 SIGN001 ${name}: verified where the partner has leave, and told`, async function () {
      skipUnless(this, fixturesPresent(), 'the folder of captures is not there');
      const told: string[] = [];
      await verifyCapture(name, 'request', { leave: true, told });
      assert.deepEqual(told, [name === 's-sha1' ? 'sha1' : 'keyReferences']);
      await verifyCapture(name, 'response', { leave: true, told });
      assert.equal(told.length, 2);
    });
  }
});

/** Nothing where the folder is not there: the suite above says so. */
function names(): readonly string[] {
  if (!fixturesPresent()) return [];
  return readdirSync(fixturePath('wus')).filter((name) => /^(?:err-|resp-)?se?-/.test(name));
}

async function outcome(name: string, kind: 'request' | 'response'): Promise<string> {
  try {
    await verifyCapture(name, kind);
    return 'verified';
  } catch (error) {
    if (error instanceof GatewayError) return error.code;
    throw error;
  }
}

const NO_LEAVE = { leave: false, told: [] };

async function verifyCapture(
  name: string,
  kind: 'request' | 'response',
  { leave, told }: { readonly leave: boolean; readonly told: string[] } = NO_LEAVE,
): Promise<VerifiedSecurity> {
  const { exchanges }: Case = JSON.parse(fixture(`wus/${name}/case.json`).toString());
  const { headers, body } = readCapture(`wus/${name}/1-${kind}`);
  const contentType = headers['content-type'] ?? '';
  const [root, ...parts] = contentType.startsWith('multipart/') ? readPackage(contentType, body) : [{ body }];
  const attachments: Record<string, Buffer> = {};
  for (const part of parts) if ('contentId' in part) attachments[part.contentId ?? ''] = part.body;
  const [party, other] = kind === 'request' ? ['provider', 'consumer'] : ['consumer', 'provider'];
  const opened = await openWith(
    { decrypter: keysOf(party ?? '') },
    root?.body ?? assert.fail('no root'),
    attachmentsOf(attachments),
  );
  return await verifySecurity(opened, {
    now: Date.parse(exchanges[0]?.receivedAt ?? ''),
    skewMs: 60_000,
    maxAgeMs: 300_000,
    allow: { sha1: leave, keyReferences: leave, unsignedConfirmation: false },
    certificates: leave ? [certificateOf(other ?? '')] : [],
    confirms: kind === 'request' ? undefined : [signatureValueIn(name)],
    weakened: (one) => told.push(one),
  });
}

function signatureValueIn(name: string): string {
  const text = fixture(`wus/${name}/1-request`).toString('latin1');
  return /SignatureValue>([^<]*)</.exec(text)?.[1] ?? assert.fail('no SignatureValue');
}

function keysOf(party: string): ReturnType<typeof createDecrypter> {
  return createDecrypter([{ key: fixture(`wus/keys/${party}.key.pem`), certificate: certificateOf(party) }]);
}

function certificateOf(party: string): Uint8Array {
  const [certificate = assert.fail('no certificate')] = readCertificates(fixture(`wus/keys/${party}.crt.pem`), party);
  return certificate;
}

import assert from 'node:assert/strict';
import { parseCpa } from '../../../src/cpa/parse-cpa.ts';
import { PROFILE_NAMES } from '../../../src/cpa/profiles.ts';
import { FINDINGS, validateCpa } from '../../../src/cpa/validate-cpa.ts';
import type { Finding, FindingCode } from '../../../src/cpa/validate-cpa.ts';
import { createCa, issueCertificate } from '../../../src/trust/test-pki.ts';
import { contract } from '../../setup/msh-contracts.ts';
import { signCpa } from '../../setup/signed-cpas.ts';
import { partyA } from '../../setup/test-keys.ts';
import { alterCertificate, withEcKey } from '../trust/altered-certificate.ts';
import { CASES, ENVELOPE } from './finding-cases.ts';
import { NOW, sampleCpa, sampleText } from './sample-contract.ts';

const profiles = (findings: readonly Finding[]): string[] =>
  findings.filter(({ code }) => code === 'PROFILE').map(({ text }) => text.slice(text.indexOf('osb-'), -1));

const codesWith = (pem: string): readonly FindingCode[] => {
  const base64 = pem.replaceAll(/-----[^-]+-----|\s/g, '');
  const text = sampleText('osb-rm-s', [/<ds:X509Certificate>[^<]*/g, `<ds:X509Certificate>${base64}`]);
  return validateCpa(parseCpa(Buffer.from(text)), NOW).map(({ code }) => code);
};

describe('validateCpa', () => {
  for (const { code, name, sample = 'osb-rm-s', now = NOW, edits = [] } of CASES) {
    it(`${code}: ${name}`, () => {
      const findings = validateCpa(sampleCpa(sample, ...edits), now);
      const found = findings.find((finding) => finding.code === code);
      assert.ok(found, findings.map((finding) => finding.code).join(' '));
      assert.equal(found.severity, FINDINGS[code].severity);
      assert.ok(found.place.startsWith('/'), found.place);
    });
  }

  it('lists errors first, then warnings, then notes', () => {
    const findings = validateCpa(sampleCpa('osb-rm-s', ['"agreed"', '"proposed"'], ['https://', 'http://']), NOW);
    const order = ['error', 'warning', 'note'];
    const ranks = findings.map(({ severity }) => order.indexOf(severity));
    assert.deepEqual(
      ranks,
      [...ranks].sort((a, b) => a - b),
    );
    assert.equal(new Set(ranks).size, 3);
  });

  it('recognises every profile by what it asks, not by a name', () => {
    for (const sample of PROFILE_NAMES) {
      assert.deepEqual(profiles(validateCpa(sampleCpa(sample), NOW)), [sample, sample]);
    }
    const encrypted = sampleCpa(
      'osb-rm-s',
      ['isConfidential="transient"', 'isConfidential="transient-and-persistent"'],
      ['</tns:ebXMLReceiverBinding>', ENVELOPE],
    );
    assert.deepEqual(profiles(validateCpa(encrypted, NOW)), ['osb-rm-e', 'osb-rm-e']);
  });
});

describe('validateCpa on certificates', () => {
  const now = NOW;
  const covered: FindingCode[] = [];

  it('Digikoppeling TLS006 keys of 2048 bits are phased out and shorter ones refused [Digikoppeling TLS006]', async () => {
    const ca = await createCa({ name: 'CA', now, keyBits: 2048 });
    const leaf = { ca, oin: '00000099000000001000', cn: 'leaf', now };
    const phaseOut = await issueCertificate({ ...leaf, keyBits: 2048 });
    const short = await issueCertificate({ ...leaf, keyBits: 1024 });
    assert.ok(codesWith(phaseOut.certificate).includes('CERTIFICATE_KEY_PHASE_OUT'));
    assert.ok(codesWith(short.certificate).includes('CERTIFICATE_KEY_SHORT'));
    covered.push('CERTIFICATE_KEY_PHASE_OUT', 'CERTIFICATE_KEY_SHORT');
  });

  it('a certificate that is signed with SHA-1, and one that cannot sign messages', async () => {
    const ca = await createCa({ name: 'CA', now, keyBits: 2048 });
    const leaf = await issueCertificate({ ca, oin: '00000099000000001000', cn: 'leaf', now, keyBits: 2048 });
    const sha1 = alterCertificate(leaf.certificate, ca.key, () => undefined, 'sha1');
    assert.ok(codesWith(sha1).includes('CERTIFICATE_SHA1'));
    assert.ok(codesWith(alterCertificate(leaf.certificate, ca.key, withEcKey)).includes('CERTIFICATE_KEY_TYPE'));
    covered.push('CERTIFICATE_SHA1', 'CERTIFICATE_KEY_TYPE');
  });

  it('CPPA 2.0 §9.9 the signature of a party, and that of a stranger', async () => {
    const text = Buffer.from(contract({ profile: 'osb-rm-s' })).toString();
    const stranger = { ...partyA, certificate: Buffer.from('another') };
    for (const [keys, code] of [
      [partyA, 'CPA_SIGNATURE_VALID'],
      [stranger, 'CPA_SIGNATURE_STRANGER'],
    ] as const) {
      const findings = validateCpa(parseCpa(Buffer.from(await signCpa(text, keys))), NOW);
      assert.ok(
        findings.some((one) => one.code === code),
        code,
      );
      covered.push(code);
    }
  });

  it('every finding that can be made is provoked here', () => {
    const provoked = new Set<string>([...CASES.map(({ code }) => code), ...covered]);
    assert.deepEqual(
      Object.keys(FINDINGS).filter((code) => !provoked.has(code)),
      [],
    );
  });
});

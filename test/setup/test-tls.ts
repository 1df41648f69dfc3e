import { createCa, type IssuedCertificate, issueCertificate, type TestCa } from '../../src/trust/test-pki.ts';

/** A small PKI for TLS tests: two CAs that do not know each other, and certificates for `localhost` and 127.0.0.1. */
export interface TestTls {
  readonly ca: TestCa;
  readonly otherCa: TestCa;
  readonly server: IssuedCertificate;
  readonly client: IssuedCertificate;
  readonly secondClient: IssuedCertificate;
  /** Of the other CA. */
  readonly stranger: IssuedCertificate;
  readonly expired: IssuedCertificate;
  /** Valid, for another host. */
  readonly elsewhere: IssuedCertificate;
}

let made: Promise<TestTls> | undefined;

/** The same in every test of a run: keys take a while to make. */
export function testTls(): Promise<TestTls> {
  made ??= makeTls();
  return made;
}

const KEY_BITS = 2048;

async function makeTls(): Promise<TestTls> {
  const [ca, otherCa] = await Promise.all([
    createCa({ name: 'CA', keyBits: KEY_BITS }),
    createCa({ name: 'other CA', keyBits: KEY_BITS }),
  ]);
  const issue = (cn: string, more: { ca?: TestCa; days?: number; hosts?: readonly string[] } = {}) =>
    issueCertificate({ ca, oin: '00000000000000000000', cn, keyBits: KEY_BITS, ...more });
  const [server, client, secondClient, stranger, expired, elsewhere] = await Promise.all([
    issue('server'),
    issue('client'),
    issue('second client'),
    issue('stranger', { ca: otherCa }),
    issue('expired', { days: -1 }),
    issue('elsewhere', { hosts: ['elsewhere.example.nl'] }),
  ]);
  return { ca, otherCa, server, client, secondClient, stranger, expired, elsewhere };
}

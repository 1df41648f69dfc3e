import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { toGatewayError } from '../../errors.ts';
import { certificateFacts, readCertificates } from '../../trust/certificate.ts';
import { countKeys } from '../access/tokens.ts';
import type { Config } from '../config/config.ts';
import { loadCertificates } from '../load-keys.ts';
import { checkPair, validity } from './check-keys.ts';
import { bad, doubt, good } from './finding.ts';
import type { DoctorFinding } from './finding.ts';

const RENEW = 'Renew the certificate and put it in place; callers that trust its CA notice nothing.';
const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** What applications meet: the certificate of the API, the CAs of theirs, and the provider of their tokens. */
export async function checkApi({ api }: Config): Promise<readonly DoctorFinding[]> {
  const { tls, oidc } = api;
  return [
    ...(tls === undefined ? [] : await checkPair(tls.identity, (certificates) => checkOwn(certificates, api))),
    ...(tls?.clientCa === undefined ? [] : await checkClientCa(tls.clientCa)),
    ...(oidc === undefined ? [] : [await checkProvider(oidc.issuer)]),
  ];
}

function checkOwn(
  [der, ...issuing]: readonly [Uint8Array, ...Uint8Array[]],
  { host, names }: Config['api'],
): Promise<readonly DoctorFinding[]> {
  const own = new X509Certificate(der);
  const called = [...(EVERYWHERE.has(host) ? [] : [host]), ...names];
  return Promise.resolve([
    validity('api.tls', certificateFacts(der, 'api.tls'), RENEW),
    ...checkChain([own, ...issuing.map((one) => new X509Certificate(one))]),
    ...called
      .filter((name) => (isIP(name) === 0 ? own.checkHost(name) : own.checkIP(name)) === undefined)
      .map((name) =>
        doubt(
          'api.tls',
          `the certificate is not for ${name}`,
          `Callers that ask for ${name} refuse it: have it in the certificate.`,
        ),
      ),
  ]);
}

/** Each certificate of the file is issued by the one after it, so that callers need to know the root alone. */
function checkChain(certificates: readonly X509Certificate[]): readonly DoctorFinding[] {
  for (const [index, one] of certificates.entries()) {
    const issuer = certificates[index + 1];
    if (issuer === undefined || (one.checkIssued(issuer) && one.verify(issuer.publicKey))) continue;
    const text = `certificate ${index + 2} of the file did not issue the one before it`;
    return [bad('api.tls', text, 'Put the own certificate first, then the one that issued it, and so on.')];
  }
  const ended = certificates.findIndex(({ validToDate }, index) => index > 0 && validToDate.getTime() < Date.now());
  return ended < 0 ? [] : [bad('api.tls', `certificate ${ended + 1} of the file, an issuing one, has ended`, RENEW)];
}

async function checkClientCa(file: string): Promise<readonly DoctorFinding[]> {
  const check = 'api.tls.clientCa';
  try {
    const found = (await loadCertificates([file], check)).flatMap((pem) => readCertificates(pem, check));
    return found.map((der) =>
      validity(check, certificateFacts(der, check), 'Put the current certificate of the CA there.'),
    );
  } catch (thrown) {
    const error = toGatewayError(thrown);
    return [bad(check, error.message, error.row.remedy)];
  }
}

async function checkProvider(issuer: string): Promise<DoctorFinding> {
  const check = 'api.oidc';
  try {
    const keys = await countKeys(issuer);
    const none = 'Let the provider publish the key that it signs access tokens with: until then none is taken.';
    return keys === 0 ? bad(check, `${issuer} shows no keys`, none) : good(check, `${issuer} shows its keys: ${keys}`);
  } catch (thrown) {
    const error = toGatewayError(thrown);
    return bad(check, error.message, error.row.remedy);
  }
}

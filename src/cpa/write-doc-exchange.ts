import { element } from './markup.ts';
import type { Markup } from './markup.ts';
import type { PartyPlan } from './party-plan.ts';

const XMLDSIG = 'http://www.w3.org/2000/09/xmldsig#';
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const AES256_GCM = 'http://www.w3.org/2009/xmlenc11#aes256-gcm';
const UNITS = [
  ['D', 86_400_000],
  ['H', 3_600_000],
  ['M', 60_000],
  ['S', 1_000],
] as const;

/** DocExchange of one party: the same reliability in both bindings, its own certificate in the sender's. @spec CPPA 2.0 §8.4.39 */
export function writeDocExchange(plan: PartyPlan): Markup {
  const { key, profile } = plan;
  const reliability = profile.reliable ? reliable(plan) : [];
  return element('tns:DocExchange', { 'tns:docExchangeId': `${key}_DocExchange` }, [
    element('tns:ebXMLSenderBinding', { 'tns:version': '2.0' }, [
      ...reliability,
      ...(profile.signed ? [nonRepudiation('Sender', { 'tns:certId': `${key}_SigningCertificate` })] : []),
      ...(profile.encrypted ? [digitalEnvelope('Sender', { 'tns:securityId': `${key}_Security` })] : []),
    ]),
    element('tns:ebXMLReceiverBinding', { 'tns:version': '2.0' }, [
      ...reliability,
      ...(profile.signed ? [nonRepudiation('Receiver', { 'tns:securityId': `${key}_Security` })] : []),
      ...(profile.encrypted ? [digitalEnvelope('Receiver', { 'tns:certId': `${key}_EncryptionCertificate` })] : []),
    ]),
  ]);
}

/** ms → xsd:duration in days, hours, minutes and whole seconds. */
export function toDuration(ms: number): string {
  let rest = Math.round(ms / 1000) * 1000;
  const [days = '', ...time] = UNITS.map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? '' : `${count}${unit}`;
  });
  const clock = time.join('');
  if (days === '' && clock === '') return 'PT0S';
  return clock === '' ? `P${days}` : `P${days}T${clock}`;
}

function reliable({ retries, retryInterval, persistDuration }: PartyPlan): readonly Markup[] {
  return [
    element('tns:ReliableMessaging', {}, [
      element('tns:Retries', {}, String(retries)),
      element('tns:RetryInterval', {}, toDuration(retryInterval)),
      element('tns:MessageOrderSemantics', {}, 'NotGuaranteed'),
    ]),
    element('tns:PersistDuration', {}, toDuration(persistDuration)),
  ];
}

function nonRepudiation(side: 'Sender' | 'Receiver', reference: Readonly<Record<string, string>>): Markup {
  return element(`tns:${side}NonRepudiation`, {}, [
    element('tns:NonRepudiationProtocol', {}, XMLDSIG),
    element('tns:HashFunction', {}, SHA256),
    element('tns:SignatureAlgorithm', {}, RSA_SHA256),
    element(side === 'Sender' ? 'tns:SigningCertificateRef' : 'tns:SigningSecurityDetailsRef', reference),
  ]);
}

/** The receiver's certificate and algorithm decide; some gateways want an envelope in the sender binding too. @spec Digikoppeling ENC003 */
function digitalEnvelope(side: 'Sender' | 'Receiver', reference: Readonly<Record<string, string>>): Markup {
  return element(`tns:${side}DigitalEnvelope`, {}, [
    element('tns:DigitalEnvelopeProtocol', { 'tns:version': '1.0' }, 'XMLENC'),
    element('tns:EncryptionAlgorithm', { 'tns:minimumStrength': '256', 'tns:w3c': AES256_GCM }, AES256_GCM),
    element(side === 'Sender' ? 'tns:EncryptionSecurityDetailsRef' : 'tns:EncryptionCertificateRef', reference),
  ]);
}

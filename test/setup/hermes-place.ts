import { createCpa } from '../../src/cpa/create-cpa.ts';
import type { PartyProfile } from '../../src/cpa/party-profile.ts';
import type { PartnerTerms } from '../../src/msh/parts.ts';
import { seedSent } from './capture-packages.ts';
import { type Captured, readCapture } from './captures.ts';
import { fixture } from './fixtures.ts';
import { MovableClock } from './msh-pair.ts';
import { openRecordingPartner, type RecordingPartner } from './recording-partner.ts';
import { openTestGateway, type TestGateway } from './test-gateway.ts';

/** The parties of the recordings. */
export const FROM = '00000000000000000000';
export const TO = '00000000000000000001';

export interface Place {
  readonly here: TestGateway;
  readonly partner: RecordingPartner;
}

/** A gateway of one party under one contract at the time of the recording; the other party gives the recorded answer. */
export async function withGateway(
  options: {
    readonly cpa: Uint8Array;
    readonly captured: Captured;
    readonly party: string;
    readonly allow?: PartnerTerms['allow'];
    readonly response?: Captured;
  },
  use: (place: Place) => Promise<void>,
): Promise<void> {
  const { cpa, party, allow = [], response } = options;
  const answer = response === undefined ? { status: 204 } : answerOf(response);
  const partner = await openRecordingPartner(() => answer);
  const timestamp = /Timestamp>([^<]+)</.exec(options.captured.body.toString('latin1'))?.[1] ?? '2026-11-22T00:20:00Z';
  const other = `urn:osb:oin:${party === TO ? FROM : TO}`;
  const here = await openTestGateway({
    parties: [`urn:osb:oin:${party}`],
    cpas: [cpa],
    keys: [{ certificate: fixture('keys/cert.pem'), key: fixture('keys/key.pem') }],
    roots: [fixture('keys/cert.pem'), fixture('captures-hermes/keys/ca.crt')],
    clock: new MovableClock(Date.parse(timestamp) + 1000),
    partners: new Map([[other, { allow, endpoint: partner.url }]]),
  });
  try {
    await use({ here, partner });
  } finally {
    await here.close();
    await partner.close();
  }
}

/** The gateway of who sent the request of a case; its partner gives the recorded answer. */
export function withAnswer(name: string, use: (at: Place, request: Captured) => Promise<void>): Promise<void> {
  const request = requestOf(name);
  const response = readCapture(`captures-hermes/${name}/1-to-hermes.response`);
  const options = { cpa: sending(request), captured: request, party: FROM, allow: ['sha1'] as const, response };
  return withGateway(options, (at) => use(at, request));
}

/** Puts a recorded message into the outbox and has it sent; answers its id. */
export async function send({ here, partner }: Place, request: Captured): Promise<string> {
  const messageId = await seedSent(here, inOurPrefixes(request), partner.url);
  await here.gateway.start();
  return messageId;
}

/** What our own sender had written: the same References, under the prefixes that it uses. */
function inOurPrefixes(request: Captured): Captured {
  const text = request.body
    .toString('latin1')
    .replaceAll('SOAP-ENV', 'soap')
    // One of them had expired on purpose; ours is still to go.
    .replace(/<eb:TimeToLive>[^<]*<\/eb:TimeToLive>/, '')
    .replace('<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">', '<ds:Signature>')
    .replace('<soap:Envelope', '<soap:Envelope xmlns:ds="http://www.w3.org/2000/09/xmldsig#"');
  return { ...request, body: Buffer.from(text, 'latin1') };
}

function answerOf({ startLine, headers, body }: Captured): {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
} {
  const kept = Object.entries(headers).filter(([name]) => !['content-length', 'connection', 'date'].includes(name));
  return { status: Number(startLine.split(' ')[1]), headers: Object.fromEntries(kept), body };
}

export function requestOf(name: string): Captured {
  return readCapture(`captures-hermes/${name}/1-to-hermes.request`);
}

export const receiving = (captured: Captured): Buffer =>
  contractFor(captured, 'captures-hermes/keys/hermes.crt', 'keys/cert.pem');
const sending = (captured: Captured): Buffer =>
  contractFor(captured, 'keys/cert.pem', 'captures-hermes/keys/hermes.crt');

/** The contract that a recorded message speaks of: made of its header, with the algorithms that Hermes has. */
function contractFor({ body }: Captured, fromCertificate: string, toCertificate: string): Buffer {
  const text = body.toString('latin1');
  const valueOf = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? '';
  const signed = text.includes('<ds:Signature');
  const made = createCpa({
    parties: [profileOf(FROM, 'DIGIPOORT', fromCertificate), profileOf(TO, 'OVERHEID', toCertificate)],
    // A Ping or StatusRequest is of no service in a contract.
    service: valueOf(/<eb:Service eb:type="urn:osb:services">([^<]*)</) || 'any',
    actions: [valueOf(/<eb:Action>([^<]*)</)],
    profile: signed ? 'osb-rm-s' : 'osb-rm',
    sync: text.includes('<eb:SyncReply'),
    cpaId: valueOf(/<eb:CPAId>([^<]*)</),
    start: Date.parse('2026-01-01T00:00:00Z'),
    end: Date.parse('2030-01-01T00:00:00Z'),
    retryInterval: 60_000,
  });
  const sha1 = Buffer.from(made)
    .toString()
    .replaceAll('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'http://www.w3.org/2000/09/xmldsig#rsa-sha1')
    .replaceAll('http://www.w3.org/2001/04/xmlenc#sha256', 'http://www.w3.org/2000/09/xmldsig#sha1');
  const second = '<tns:PartyId>urn:second:id</tns:PartyId>';
  const rich = text.includes('urn:second:id')
    ? sha1.replace(new RegExp(`(<tns:PartyId[^>]*>${FROM}</tns:PartyId>)`), `$1${second}`)
    : sha1;
  return Buffer.from(rich);
}

function profileOf(value: string, role: string, certificate: string): PartyProfile {
  return {
    name: role,
    role,
    partyId: { type: 'urn:osb:oin', value },
    endpoint: `https://${role.toLowerCase()}.test/ebms`,
    certificates: { sign: fixture(certificate).toString() },
  };
}

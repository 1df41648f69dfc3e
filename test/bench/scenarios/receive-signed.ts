import { X509Certificate } from 'node:crypto';
import { parseXml, findChild } from '../../../src/xml/tree.ts';
import { parseEnvelope } from '../../../src/soap/envelope.ts';
import { verifyEnvelope } from '../../../src/xmlsec/verify.ts';
import type { Floor } from '../floor.ts';
import { generateLoad } from '../load-generator.ts';
import { cpuOf, type Figures, peakRssOf, percentile } from '../measure.ts';
import { signedRequests } from '../signed-messages.ts';
import { makeTwoParties, type TwoParties } from '../two-parties.ts';

const CONNECTIONS = 64;
const WARM_UP = 6_000;
const MESSAGES = 16_000;
const CHECK_EVERY = 500;
const TARGET = 0.25;

/** One gateway from dist/ receives signed messages over mutual TLS and answers each with a signed, stored receipt. */
export async function receiveSigned(floor: Floor, payloadBytes: number): Promise<Figures> {
  const parties = await makeTwoParties();
  const gateway = await parties.start(parties.receiver);
  try {
    const requests = await signedRequests(parties, WARM_UP + MESSAGES, payloadBytes);
    await load(parties, requests.slice(0, WARM_UP));
    const cpuBefore = cpuOf(gateway.pid);
    const started = performance.now();
    const latencies = await load(parties, requests.slice(WARM_UP));
    const seconds = (performance.now() - started) / 1000;
    const rate = MESSAGES / seconds;
    return {
      scenario: `receive-signed ${payloadBytes / 1024} KB`,
      messages: MESSAGES,
      rate,
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      cpuPerMessage: (cpuOf(gateway.pid) - cpuBefore) / MESSAGES,
      peakRss: peakRssOf(gateway.pid),
      floor: floor.rate,
      ofFloor: rate / floor.rate,
      target: TARGET,
    };
  } finally {
    await gateway.stop();
    parties.remove();
  }
}

/** Sends every message once over a fixed number of connections; answers the latencies, sorted. */
async function load(parties: TwoParties, requests: readonly Buffer[]): Promise<readonly number[]> {
  const { sender, receiver } = parties;
  const url = new URL(receiver.ebmsUrl);
  const tls = { key: sender.file('keys/tls.key'), cert: sender.file('keys/tls.crt'), ca: sender.file('keys/ca.crt') };
  const samples: Buffer[] = [];
  const latencies = await generateLoad({ url, tls, connections: CONNECTIONS }, requests, (answer, index) => {
    if (index % CHECK_EVERY === 0) samples.push(Buffer.from(answer));
  });
  for (const sample of samples) await requireReceipt(sample, receiver.file('keys/sign.crt'));
  return latencies;
}

/** The answer is a receipt whose signature holds. */
async function requireReceipt(answer: Buffer, certificate: Buffer): Promise<void> {
  const document = parseXml(answer);
  const { header } = parseEnvelope(document);
  if (
    header === undefined ||
    !header.children.some((child) => child.kind === 'element' && child.localName === 'Acknowledgment')
  ) {
    throw new Error(`no Acknowledgment: ${answer.toString().slice(0, 2000)}`);
  }
  const signature = findChild(header, 'http://www.w3.org/2000/09/xmldsig#', 'Signature');
  if (signature === undefined) throw new Error('the receipt is not signed');
  const allow = {
    digests: ['http://www.w3.org/2001/04/xmlenc#sha256'],
    signatures: ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'],
  };
  await verifyEnvelope({ document, header, parts: [], certificate: new X509Certificate(certificate).raw, allow });
}

import { once } from 'node:events';
import { appendFileSync, cpSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeEnvelope } from '../../../src/wus/envelope/write-envelope.ts';
import { writeWusPackage } from '../../../src/wus/mtom/write-package.ts';
import { copyBare } from '../bare-copy.ts';
import { largePayload, postLarge } from '../large-payload.ts';
import { forgetPeakRss, peakRssOf, rssOf } from '../measure.ts';
import type { Measured } from '../results.ts';
import { progress, type Scenario } from '../scenario.ts';
import { clientTls, type Party, type TwoParties, withTwoParties } from '../two-parties.ts';
import { ANSWER_BODY, callBody, largeAttachment, signedCall } from '../wus-call.ts';

const MB = 1_000_000;
const ROUNDS = 2;
const RSS_MB = 80;
const SETTLE_MS = 1_000;
const PATIENCE_S = 900;
const SAMPLES = join(import.meta.dirname, '..', '..', '..', 'wsdl');

interface Passed {
  /** Of the best round. */
  readonly ms: number;
  readonly rss: number;
}

/** One attachment as large as `--size` under a signature over its base64: memory may not grow with it, on either side. */
export const wusMtom1g: Scenario = {
  name: 'wus-mtom-1g',
  what: 'a 2W-be-S request with one MTOM attachment of --size over mutual TLS, provided and consumed, against a bare copy',
  async run({ size }) {
    const bare = await withTwoParties('osb-be-s', (parties) => copyBare(parties, size, ROUNDS));
    const provided = await withService((parties) => takeIn(parties, size));
    const consumed = await withService((parties) => sendOut(parties, size));
    const copy = { what: 'https → file, SHA-256, fsync', value: rateOf(size, bare.client) };
    const mib = `${(size / 2 ** 20).toFixed(0)} MiB`;
    return [
      ...rows(`provided, ${mib}: partner → gateway → application`, provided, { size, copy }),
      ...rows(`consumed, ${mib}: application → gateway → that gateway → application`, consumed, { size, copy }),
    ];
  },
};

function rows(
  what: string,
  { ms, rss }: Passed,
  { size, copy }: { readonly size: number; readonly copy: { readonly what: string; readonly value: number } },
): readonly Measured[] {
  return [
    { what, value: rateOf(size, ms), unit: 'MB/s', better: 'more', bare: copy },
    { what: `${what}: peak RSS over idle`, value: rss, unit: 'MB', better: 'less', asked: RSS_MB },
  ];
}

function rateOf(size: number, ms: number): number {
  return (size / MB / ms) * 1000;
}

/** From the partner until the signed answer: stored, verified, handed to the application, answered by it. */
async function takeIn(parties: TwoParties, size: number): Promise<Passed> {
  const { sender, receiver } = parties;
  const gateway = await parties.start(receiver);
  const source = largeAttachment(size, () => largePayload(size));
  const keys = { key: sender.file('keys/sign.key'), certificate: sender.file('keys/sign.crt') };
  return watched(gateway.pid, async () => {
    progress('provided');
    const envelope = await signedCall(keys, source);
    return post(
      new URL('/wus/echo', receiver.ebmsUrl),
      clientTls(sender),
      writeWusPackage(envelope, source.all, source),
    );
  });
}

/** From the application until it has the verified answer: the partner is a gateway of ours with an application behind it. */
async function sendOut(parties: TwoParties, size: number): Promise<Passed> {
  await parties.start(parties.receiver);
  const gateway = await parties.start(parties.sender);
  const source = largeAttachment(size, () => largePayload(size));
  return watched(gateway.pid, async () => {
    progress('consumed');
    const envelope = writeEnvelope([], callBody('bench@localhost'));
    const url = new URL(`${parties.sender.apiUrl}/api/v1/wus/services/echo/calls`);
    return post(url, undefined, writeWusPackage(envelope, source.all, source));
  });
}

async function post(
  url: URL,
  tls: ReturnType<typeof clientTls> | undefined,
  { contentType, contentLength, body }: ReturnType<typeof writeWusPackage>,
): Promise<number> {
  if (body instanceof Uint8Array) throw new Error('a stream was expected');
  const headers = { 'content-type': contentType, 'content-length': String(contentLength), soapaction: '""' };
  const answer = await postLarge({ url, ...(tls === undefined ? {} : { tls }), headers, body });
  if (!answer.body.includes('>taken<')) throw new Error(`not the answer: ${answer.body.toString().slice(0, 500)}`);
  return answer.ms;
}

/** Runs `work` with the service in both configurations and its application, which reads what it gets and keeps nothing. */
async function withService(work: (parties: TwoParties) => Promise<Passed>): Promise<Passed> {
  const application = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      response.writeHead(200, { 'content-type': 'text/xml; charset=UTF-8' }).end(writeEnvelope([], ANSWER_BODY));
    });
  });
  application.requestTimeout = 0;
  application.listen(0, '127.0.0.1');
  await once(application, 'listening');
  const address = application.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  try {
    return await withTwoParties('osb-be-s', (parties) => {
      const { sender, receiver } = parties;
      configure(receiver, [
        'role: provider',
        `partners: ['${sender.oin}']`,
        `backend: { url: 'http://127.0.0.1:${port}/', format: soap, timeoutSeconds: ${PATIENCE_S} }`,
      ]);
      configure(sender, [
        'role: consumer',
        `partner: '${receiver.oin}'`,
        `endpoint: '${new URL('/wus/echo', receiver.ebmsUrl).href}'`,
        `timeoutSeconds: ${PATIENCE_S}`,
      ]);
      return work(parties);
    });
  } finally {
    application.closeAllConnections();
    application.close();
  }
}

function configure({ config, folder }: Party, keys: readonly string[]): void {
  cpSync(SAMPLES, join(folder, 'wsdl'), { recursive: true });
  const lines = ['- name: echo', '  wsdl: wsdl/echo_v1.wsdl', '  profile: 2W-be-S', '  mtom: true'];
  const service = [...lines, ...keys.map((key) => `  ${key}`)].map((line) => `    ${line}\n`).join('');
  appendFileSync(config, `\nwus:\n  services:\n${service}`);
}

async function watched(pid: number, round: () => Promise<number>): Promise<Passed> {
  await sleep(SETTLE_MS);
  const idle = rssOf(pid);
  forgetPeakRss(pid);
  const times: number[] = [];
  while (times.length < ROUNDS) times.push(await round());
  return { ms: Math.min(...times), rss: peakRssOf(pid) - idle };
}

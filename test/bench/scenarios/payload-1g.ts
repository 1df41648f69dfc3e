import { setTimeout as sleep } from 'node:timers/promises';
import { newMessageId } from '../../../src/ids.ts';
import { writeMultipart } from '../../../src/mime/writer.ts';
import { copyBare } from '../bare-copy.ts';
import { type BareServer, startBare } from '../bare.ts';
import { digestOfLarge, largePayload, postLarge } from '../large-payload.ts';
import { forgetPeakRss, peakRssOf, rssOf } from '../measure.ts';
import { playSender } from '../partner-requests.ts';
import { requireReceipt } from '../require-receipt.ts';
import type { Measured } from '../results.ts';
import { progress, type Scenario } from '../scenario.ts';
import { clientTls, type TwoParties, withTwoParties } from '../two-parties.ts';

const MB = 1_000_000;
const ROUNDS = 2;
const OF_BARE = 0.6;
const RSS_MB = 80;
const SETTLE_MS = 1_000;

interface Passed {
  /** Of the best round. */
  readonly ms: number;
  readonly rss: number;
}

/** One payload as large as `--size`, in and out: neither time nor memory may be lost in the gateway. */
export const payload1g: Scenario = {
  name: 'payload-1g',
  what: 'a signed message with one payload of --size over mutual TLS, in and out, against a bare copy to a file',
  async run({ size }) {
    const bare = await withTwoParties('osb-be-s', (parties) => copyBare(parties, size, ROUNDS));
    const inbound = await withTwoParties('osb-rm-s', (parties) => takeIn(parties, size));
    const outbound = await withTwoParties('osb-be-s', (parties) => sendOut(parties, size));
    return [...rows('in', inbound, { size, bare: bare.client }), ...rows('out', outbound, { size, bare: bare.server })];
  },
};

function rows(way: string, { ms, rss }: Passed, { size, bare }: { size: number; bare: number }): readonly Measured[] {
  const rate = (time: number): number => (size / MB / time) * 1000;
  const label = `${way}, ${(size / 2 ** 20).toFixed(0)} MiB`;
  const copy = { what: 'https → file, SHA-256, fsync', value: rate(bare) };
  return [
    { what: label, value: rate(ms), unit: 'MB/s', better: 'more', bare: copy, asked: OF_BARE },
    { what: `${label}: peak RSS over idle`, value: rss, unit: 'MB', better: 'less', asked: RSS_MB },
  ];
}

/** From the partner until the signed receipt is there: verified, on disk, stored. */
async function takeIn(parties: TwoParties, size: number): Promise<Passed> {
  const { sender, receiver } = parties;
  const gateway = await parties.start(receiver);
  const partner = playSender(parties);
  const digest = digestOfLarge(size);
  return watched(gateway.pid, async () => {
    progress('in');
    const messageId = newMessageId('localhost');
    const contentId = `payload.${messageId}`;
    const bytes = await partner.envelope(messageId, [{ contentId, digest }]);
    const root = { contentId: messageId, contentType: 'text/xml; charset=UTF-8', bytes };
    const body = (): Promise<ReturnType<typeof largePayload>> => Promise.resolve(largePayload(size));
    const packed = writeMultipart(root, [{ contentId, contentType: 'application/octet-stream', size, body }]);
    if (packed.body instanceof Uint8Array) throw new Error('a stream was expected');
    const headers = {
      'content-type': packed.contentType,
      'content-length': String(packed.contentLength),
      soapaction: '"ebXML"',
    };
    const answer = await postLarge({
      url: new URL(receiver.ebmsUrl),
      tls: clientTls(sender),
      headers,
      body: packed.body,
    });
    await requireReceipt(answer.body, receiver.file('keys/sign.crt'));
    return answer.ms;
  });
}

/** From the head of the request until the partner has the last octet on disk; the submit before it is not counted. */
async function sendOut(parties: TwoParties, size: number): Promise<Passed> {
  const { sender, receiver } = parties;
  const gateway = await parties.start(sender);
  const partner = await startBare('copy', receiver, new URL(receiver.ebmsUrl));
  try {
    return await watched(gateway.pid, () => submitLarge(parties, size, partner));
  } finally {
    await partner.stop();
  }
}

async function submitLarge({ sender, contract }: TwoParties, size: number, partner: BareServer): Promise<number> {
  progress('out');
  const { cpaId, service, action } = contract;
  const message = JSON.stringify({ cpaId, from: sender.oin, service, action });
  const boundary = 'bench-form';
  const head = Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="message"\r\nContent-Type: application/json\r\n\r\n${message}\r\n` +
      `--${boundary}\r\nContent-Disposition: form-data; name="payload"; filename="large.bin"\r\nContent-Type: application/octet-stream\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const copied = partner.copied();
  await postLarge({
    url: new URL(`${sender.apiUrl}/api/v1/messages`),
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': String(head.length + size + tail.length),
    },
    body: largePayload(size, { head, tail }),
  });
  return copied;
}

async function watched(pid: number, round: () => Promise<number>): Promise<Passed> {
  await sleep(SETTLE_MS);
  const idle = rssOf(pid);
  forgetPeakRss(pid);
  const times: number[] = [];
  while (times.length < ROUNDS) times.push(await round());
  return { ms: Math.min(...times), rss: peakRssOf(pid) - idle };
}

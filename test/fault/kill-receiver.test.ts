import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CLI } from '../setup/gateway-process.ts';
import {
  openProcesses,
  PROCESS_ACTION,
  PROCESS_SERVICE,
  type RunningParty,
  type TwoProcesses,
} from '../setup/msh-processes.ts';
import { skipUnless } from '../setup/skip.ts';

const DOCUMENT_BYTES = 20 * 1024 * 1024;
const SETUP_MS = 60_000;
const ROUND_MS = 60_000;

describe('two gateways as processes, one of which is killed', function () {
  let place: TwoProcesses | undefined;

  before(async function () {
    this.timeout(SETUP_MS);
    skipUnless(this, existsSync(CLI), 'dist/ is not there');
    place = await openProcesses();
  });

  after(() => place?.close());

  const moments: Readonly<Record<string, (receiver: RunningParty) => boolean>> = {
    'at its first octets': (receiver) => spooled(receiver) > 0,
    'when a quarter is there': (receiver) => spooled(receiver) > DOCUMENT_BYTES / 4,
    'when nearly all is there': (receiver) => spooled(receiver) > (DOCUMENT_BYTES * 9) / 10,
    'when the file has its place, before or after the commit': (receiver) => keptFiles(receiver).some(isNew),
  };
  for (const mode of ['sync', 'async'] as const) {
    for (const [moment, reached] of Object.entries(moments)) {
      it(`K1 K2 K3 the receiver of 20 MB dies ${moment} (${mode}): delivered, once, octet for octet [ebMS2 §6.1-1]`, async function () {
        this.timeout(ROUND_MS);
        const { sender, receiver, cpaIds } = opened();
        keptFiles(receiver).forEach(remember);
        const document = randomBytes(DOCUMENT_BYTES);
        const messageId = await submit(sender, cpaIds[mode], document);
        while (!reached(receiver) && (await stateOf(sender, messageId)) !== 'DELIVERED') await pause(1);
        await receiver.killAndRestart();
        await requireDelivered(opened(), messageId, document);
      });
    }
  }

  for (const mode of ['sync', 'async'] as const) {
    it(`K4 the sender dies right after 202 (${mode}): delivered after its restart, once, octet for octet [ebMS2 §6.1-1, ebMS2 §6.5.1-1]`, async function () {
      this.timeout(ROUND_MS);
      const { sender, cpaIds } = opened();
      for (const size of [100, 1024 * 1024, DOCUMENT_BYTES]) {
        const document = randomBytes(size);
        const messageId = await submit(sender, cpaIds[mode], document);
        await sender.killAndRestart();
        await requireDelivered(opened(), messageId, document);
      }
    });
  }

  it('K16 in the end everything is accounted for: no open message, no refusal, no file that was begun and left', async function () {
    this.timeout(ROUND_MS);
    const { sender, receiver } = opened();
    await receiver.killAndRestart();
    assert.deepEqual(readdirSync(join(payloadsOf(receiver), 'incoming')), []);
    const sent = await statesOf(sender);
    assert.deepEqual(new Set(sent.map(({ state }) => state)), new Set(['DELIVERED']));
    const received = await statesOf(receiver);
    assert.deepEqual(received.map(({ messageId }) => messageId).sort(), sent.map(({ messageId }) => messageId).sort());
    assert.deepEqual(new Set(received.map(({ state }) => state)), new Set(['RECEIVED']));
    // The kills did hit: without them one attempt would do.
    assert.ok(sent.filter(({ attempts }) => attempts > 1).length >= 4);
  });

  function opened(): TwoProcesses {
    assert.ok(place !== undefined);
    return place;
  }
});

const known = new Set<string>();

function remember(file: string): void {
  known.add(file);
}

function isNew(file: string): boolean {
  return !known.has(file);
}

function payloadsOf({ folder }: RunningParty): string {
  return join(folder, 'data', 'payloads');
}

/** Octets of the parts that are arriving now. */
function spooled(receiver: RunningParty): number {
  const folder = join(payloadsOf(receiver), 'incoming');
  const sizes = readdirSync(folder).map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0);
  return Math.max(0, ...sizes);
}

function keptFiles(receiver: RunningParty): readonly string[] {
  const entries = readdirSync(payloadsOf(receiver), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.parentPath.endsWith('incoming'))
    .map((entry) => join(entry.parentPath, entry.name));
}

async function submit(sender: RunningParty, cpaId: string, document: Buffer): Promise<string> {
  const form = new FormData();
  const message = { cpaId, from: sender.oin, service: PROCESS_SERVICE, action: PROCESS_ACTION };
  form.set('message', new Blob([JSON.stringify(message)], { type: 'application/json' }));
  form.append('payload', new Blob([new Uint8Array(document)], { type: 'application/octet-stream' }), 'document.bin');
  const response = await fetch(`${sender.apiUrl}/api/v1/messages`, { method: 'POST', body: form });
  assert.equal(response.status, 202);
  const { messageId }: { messageId: string } = JSON.parse(await response.text());
  return messageId;
}

async function stateOf({ apiUrl }: RunningParty, messageId: string): Promise<string> {
  const response = await fetch(`${apiUrl}/api/v1/messages/${encodeURIComponent(messageId)}`);
  const { state }: { state: string } = JSON.parse(await response.text());
  return state;
}

interface Listed {
  readonly messageId: string;
  readonly state: string;
  readonly attempts: number;
}

async function statesOf({ apiUrl }: RunningParty): Promise<readonly Listed[]> {
  const response = await fetch(`${apiUrl}/api/v1/messages?limit=100`);
  const { items }: { items: readonly Listed[] } = JSON.parse(await response.text());
  return items;
}

/** The sender has its receipt, and the receiver's inbox the document, once. The test's own time limit ends the waiting. */
async function requireDelivered(
  { sender, receiver }: TwoProcesses,
  messageId: string,
  document: Buffer,
): Promise<void> {
  for (let state = ''; state !== 'DELIVERED'; state = await stateOf(sender, messageId)) {
    assert.ok(!['FAILED', 'EXPIRED'].includes(state), state);
    await pause(20);
  }
  const inbox = await fetch(`${receiver.apiUrl}/api/v1/inbox?limit=100`);
  const { items }: { items: readonly Listed[] } = JSON.parse(await inbox.text());
  assert.equal(items.filter((item) => item.messageId === messageId).length, 1);
  const payload = await fetch(`${receiver.apiUrl}/api/v1/messages/${encodeURIComponent(messageId)}/payloads/1`);
  const octets = Buffer.from(await payload.arrayBuffer());
  assert.equal(hash('sha256', octets), hash('sha256', document));
}

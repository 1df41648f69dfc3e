import { OutboxPicker } from '../../adapters/filesystem/outbox/outbox-picker.ts';
import type { OutboxSettings } from '../../adapters/filesystem/settings.ts';
import type { MessageSummary } from '../../src/index.ts';
import type { LoggedHost } from './files-application.ts';
import { hostOf, openFilesApplication, OWNER } from './files-application.ts';
import type { FilesApplication } from './files-application.ts';
import { ACTION, contract, cpaIdOf, dienst, gemeente, SERVICE } from './msh-contracts.ts';
import { MovableClock, openPartyGateway } from './msh-pair.ts';
import type { TestGateway, TestGatewayOptions } from './test-gateway.ts';

const CPA = contract({ profile: 'osb-be' });
/** What a sidecar must say. */
export const TERMS = { cpaId: cpaIdOf(CPA), from: gemeente.oin, service: SERVICE, action: ACTION } as const;
export const FIXED = {
  ...TERMS,
  fromRole: undefined,
  to: undefined,
  toRole: undefined,
  contentType: undefined,
} as const;

export interface OutboxTest {
  readonly at: FilesApplication;
  readonly clock: MovableClock;
  readonly here: TestGateway;
  readonly host: LoggedHost;
  readonly picker: OutboxPicker;
  /** All that was submitted, in order. */
  readonly sent: () => Promise<readonly MessageSummary[]>;
  readonly textsOf: (messageId: string) => Promise<readonly string[]>;
  /** A picker of the same gateway, or of another one, on the same folder. */
  readonly open: (gateway?: TestGateway, owner?: string) => OutboxPicker;
  close(): Promise<void>;
}

/** A gateway whose partner is never there, and an application that sends by files. The picker was started. */
export async function openOutboxTest(
  settings: Partial<OutboxSettings> = {},
  options: Partial<TestGatewayOptions> = {},
): Promise<OutboxTest> {
  const clock = new MovableClock();
  const here = await openGemeente({ clock, ...options });
  const test = openOutboxAt({ here, clock }, settings);
  return {
    ...test,
    async close() {
      await test.close();
      await here.close();
    },
  };
}

/** The same at a gateway that several tests use: it stays open. */
export function openOutboxAt(
  { here, clock }: { readonly here: TestGateway; readonly clock: MovableClock },
  settings: Partial<OutboxSettings> = {},
  at: FilesApplication = openFilesApplication(settings),
): OutboxTest {
  const host = hostOf(here.gateway, clock);
  const pickers: OutboxPicker[] = [];
  const open = (gateway = here, owner = OWNER): OutboxPicker => {
    const given = gateway === here ? host : hostOf(gateway.gateway, clock);
    const picker = new OutboxPicker('zaken', at.outbox, { host: given, owner });
    pickers.push(picker);
    picker.start();
    return picker;
  };
  return {
    at,
    clock,
    here,
    host,
    picker: open(),
    sent: () => sentBy(here),
    async textsOf(messageId) {
      const { payloads } = await here.gateway.messages.find(messageId, 'out');
      return await Promise.all(payloads.map((_, index) => textOf(here, messageId, index + 1)));
    },
    open,
    async close() {
      await Promise.all(pickers.map((picker) => picker.stop()));
      at.remove();
    },
  };
}

export function openGemeente(options: Partial<TestGatewayOptions>): Promise<TestGateway> {
  const partners = new Map([[dienst.key, { allow: [], endpoint: 'http://127.0.0.1:1/ebms' }]]);
  return openPartyGateway(gemeente, { cpas: [CPA], partners, ...options });
}

export async function sentBy({ gateway }: TestGateway): Promise<readonly MessageSummary[]> {
  const { items } = await gateway.messages.list({ direction: 'out', limit: 500 });
  return items.toReversed();
}

async function textOf({ gateway }: TestGateway, messageId: string, n: number): Promise<string> {
  const { stream } = await gateway.messages.openPayload(messageId, n, { direction: 'out' });
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

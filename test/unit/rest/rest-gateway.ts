import { createRestApi } from '../../../adapters/rest/rest-api.ts';
import type { RestOptions } from '../../../adapters/rest/rest-api.ts';
import { systemClock } from '../../../src/clock.ts';
import { createCpa } from '../../../src/cpa/create-cpa.ts';
import { toPartyProfile } from '../../../src/cpa/party-profile.ts';
import { openTestGateway } from '../../setup/test-gateway.ts';
import type { TestGateway, TestGatewayOptions } from '../../setup/test-gateway.ts';
import type { WusUseCases } from '../../../src/index.ts';
import { partyA, partyB } from '../../setup/test-keys.ts';

export const OIN_A = '00000099000000001000';
export const OIN_B = '00000099000000002000';
export const SERVICE = 'urn:osb:services:rest-test:1.0';
export const ACTION = 'melden';
export const CPA_ID = 'rest-test';
export const TERMS = { cpaId: CPA_ID, from: OIN_A, service: SERVICE, action: ACTION } as const;

export interface RestGateway extends TestGateway {
  readonly api: string;
  readonly cpa: Uint8Array;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** POST /messages with JSON. */
  submit(body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Waits, woken by events, until the sent message has ended. */
  delivered(messageId: string): Promise<void>;
}

/** A gateway that hosts both parties and sends to itself, with the REST API before it: all parts real. */
export async function openRestGateway(
  options: Partial<RestOptions> = {},
  makeWus: (test: TestGateway) => Promise<WusUseCases | undefined> = () => Promise.resolve(undefined),
  more: Partial<TestGatewayOptions> = {},
): Promise<RestGateway> {
  const test = await openTestGateway({
    parties: [`urn:osb:oin:${OIN_A}`, `urn:osb:oin:${OIN_B}`],
    cpas: [],
    keys: [
      { key: partyA.keyPem, certificate: partyA.certificatePem },
      { key: partyB.keyPem, certificate: partyB.certificatePem },
    ],
    roots: [partyA.certificate, partyB.certificate],
    clock: systemClock,
    ...more,
  });
  const cpa = contract(test.url);
  await test.gateway.cpas.import(cpa, true);
  const api = await createRestApi(test.gateway, { ...DEFAULTS, ...options }, await makeWus(test));
  await api.listen();
  const call = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`${api.address}${path}`, init);
  return {
    ...test,
    api: api.address,
    cpa,
    fetch: call,
    submit: (body, headers = {}) =>
      call('/api/v1/messages', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    delivered: (messageId) => delivered(test, messageId),
    async close() {
      await api.close();
      await test.close();
    },
  };
}

export function contract(endpoint: string, cpaId = CPA_ID): Uint8Array {
  const parties = [
    [OIN_A, 'A', partyA],
    [OIN_B, 'B', partyB],
  ] as const;
  const [a, b] = parties.map(([oin, name, { certificatePem }]) =>
    toPartyProfile({ oin, name, endpoint, certificates: { sign: certificatePem } }),
  );
  if (a === undefined || b === undefined) throw new Error('there are two parties');
  return createCpa({ parties: [a, b], service: SERVICE, actions: [ACTION], profile: 'osb-rm-s', sync: true, cpaId });
}

/** The body of an answer, of the shape that the test wants; what it is not shows in its assertions. */
export async function json<T = Record<string, unknown>>(response: Response): Promise<T> {
  const value: T = JSON.parse(await response.text());
  return value;
}

export function formOf(message: unknown, ...payloads: readonly [string, string, string?][]): FormData {
  const form = new FormData();
  form.append('message', JSON.stringify(message));
  for (const [content, name, type = 'text/xml'] of payloads)
    form.append('payload', new Blob([content], { type }), name);
  return form;
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

const silent = (): void => undefined;
const DEFAULTS: RestOptions = {
  host: '127.0.0.1',
  port: 0,
  names: [],
  source: `urn:nld:oin:${OIN_A}:systeem:postiljon`,
  contact: { name: 'Beheer', email: undefined, url: undefined },
  limits: { json: 256 * 1024, upload: 1024 * 1024, parts: 5 },
  log: { debug: silent, warn: silent, error: silent },
  clock: systemClock,
};

async function delivered({ gateway }: TestGateway, messageId: string): Promise<void> {
  for (;;) {
    const changed = new Promise<void>((resolve) => {
      const stop = gateway.events.subscribe(() => {
        stop();
        resolve();
      });
    });
    const { state } = await gateway.messages.find(messageId, 'out');
    if (state === 'DELIVERED') return;
    if (state !== 'QUEUED' && state !== 'SENT') throw new Error(`the message is ${state}`);
    await changed;
  }
}

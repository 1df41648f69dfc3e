import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import { newId } from '../../src/ids.ts';
import { readCertificates } from '../../src/trust/certificate.ts';
import { createSigner } from '../../src/trust/key-ring.ts';
import { writeAddressing } from '../../src/wus/addressing/write-addressing.ts';
import { attachmentSource } from '../../src/wus/mtom/attachments.ts';
import { WSA_ANONYMOUS } from '../../src/wus/namespaces.ts';
import { secureEnvelope } from '../../src/wus/security/secure-envelope.ts';
import { freePort, type GatewayProcess } from '../setup/gateway-process.ts';
import { ECHO_ACTION, echo } from '../setup/wus-pair.ts';
import { generateLoad, httpRequest, type LoadResult } from './load-generator.ts';
import { progress } from './scenario.ts';
import { clientTls, type TwoParties } from './two-parties.ts';

export const ECHO_PATH = '/wus/echo';
const VALID_S = 3600;
/** As many are signed at a time. */
const AT_ONCE = 64;

/** The application behind the echo service, with answers of `size` octets. */
export interface EchoBackend {
  readonly url: URL;
  stop(): Promise<void>;
}

export async function startEcho(size: number): Promise<EchoBackend> {
  const port = await freePort();
  const child: ChildProcess = fork(join(import.meta.dirname, 'echo-process.ts'), [String(port), String(size)]);
  await once(child, 'message');
  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    async stop() {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}

/** Starts the receiver's gateway from dist/ with the echo service for the sender in front of `backend`. */
export async function startProvider(parties: TwoParties, backend: URL): Promise<GatewayProcess> {
  const { sender, receiver } = parties;
  cpSync(join(import.meta.dirname, '..', '..', 'wsdl'), join(receiver.folder, 'wsdl'), { recursive: true });
  appendFileSync(
    receiver.config,
    `
wus:
  maxAgeSeconds: ${VALID_S}
  services:
    - name: echo
      role: provider
      wsdl: wsdl/echo_v1.wsdl
      profile: 2W-be-S
      partners: ['${sender.oin}']
      backend: { url: '${backend.href}', format: soap }
`,
  );
  return parties.start(receiver);
}

/** Makes `count` signed HTTP requests beforehand, each with its own MessageID and a body of `size` octets. */
export async function echoRequests(parties: TwoParties, count: number, size: number): Promise<readonly Buffer[]> {
  progress(`signing ${count} requests`);
  const url = echoUrl(parties);
  const [certificate] = readCertificates(parties.sender.file('keys/sign.crt'), 'bench');
  if (certificate === undefined) throw new Error('the sender has a certificate');
  const signer = createSigner([{ key: parties.sender.file('keys/sign.key'), certificate }]);
  const body = Buffer.from(echo('x'.repeat(size)));
  const attachments = attachmentSource([], { open: () => Promise.reject(new Error('there are none')) });
  const make = async (): Promise<Buffer> => {
    const messageId = `urn:uuid:${newId()}`;
    const headers = writeAddressing({ to: url.href, action: ECHO_ACTION, messageId, replyTo: WSA_ANONYMOUS });
    const terms = { now: Date.now(), expiresAfterMs: VALID_S * 1000, signer, certificate };
    const { bytes } = await secureEnvelope(
      { headers, body, attachments },
      { ...terms, confirms: undefined, encryptFor: undefined },
    );
    return httpRequest(url, { 'content-type': 'text/xml; charset=UTF-8', soapaction: `"${ECHO_ACTION}"` }, bytes);
  };
  const requests: Buffer[] = [];
  while (requests.length < count) {
    const many = Math.min(AT_ONCE, count - requests.length);
    requests.push(...(await Promise.all(Array.from({ length: many }, make))));
  }
  return requests;
}

export function echoUrl({ receiver }: TwoParties): URL {
  return new URL(ECHO_PATH, receiver.ebmsUrl);
}

export interface EchoLoad {
  readonly requests: readonly Buffer[];
  readonly connections: number;
  readonly rate?: number;
}

/** Sends every request once to `url`; each answer must be one of the echo service. */
export async function echoLoad(
  parties: TwoParties,
  url: URL,
  { requests, connections, rate }: EchoLoad,
): Promise<LoadResult> {
  const target = { url, tls: clientTls(parties.sender), connections };
  return generateLoad(target, { requests, answered: requireAnswer, ...(rate === undefined ? {} : { rate }) });
}

function requireAnswer(answer: Buffer): void {
  if (!answer.includes('echoAntwoord')) throw new Error(`no answer of the service: ${answer.toString('utf8', 0, 500)}`);
}

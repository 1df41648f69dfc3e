import { appendFile, copyFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type GatewayProcess, startGateway } from '../../setup/gateway-process.ts';
import type { Organisation } from '../../setup/organisation.ts';
import { makeTwoOrganisations, type TwoOrganisations } from '../../setup/two-organisations.ts';
import type { Steps } from './steps.ts';

export interface WusPlace {
  /** Who asks, then who answers. */
  readonly organisations: TwoOrganisations;
  close(): Promise<void>;
}

export const SERVICE = 'echo';
export const ECHO_NAMESPACE = 'http://dienst.voorbeeld.example/wus/echo_v1';

const NAMES = ['gemeente-voorbeeld', 'dienst-voorbeeld'] as const;
const SAMPLES = fileURLToPath(new URL('../../../wsdl', import.meta.url));

/** Two organisations with a test PKI, a gateway each, and the application behind the service of one: what docs/wus.md does by hand. */
export async function openWusPlace(steps: Steps, profile: string): Promise<WusPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'postiljon-demo-'));
  const running: GatewayProcess[] = [];
  const backend = createServer((request, response) => {
    buffer(request).then(
      (body) => response.writeHead(200, { 'Content-Type': 'application/xml' }).end(answerTo(body)),
      () => response.destroy(),
    );
  });
  const close = async (): Promise<void> => {
    await Promise.all(running.map((gateway) => gateway.stop()));
    backend.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const organisations = await steps.step('Two organisations: a test PKI, keys and a configuration each', () =>
      makeTwoOrganisations(folder, NAMES),
    );
    await steps.step(`The service ${SERVICE} (${profile}) in both configurations, an application behind it`, () =>
      configure(organisations, { profile, backend }),
    );
    await steps.step('Two gateways, mutual TLS between them', async () => {
      const starts = organisations.map(({ config, apiUrl }) => startGateway(config, apiUrl));
      for (const start of await Promise.allSettled(starts)) if (start.status === 'fulfilled') running.push(start.value);
      await Promise.all(starts);
    });
    return { organisations, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The whole application: it gives back what it gets, as it came. */
function answerTo(request: Buffer): Buffer {
  return Buffer.from(
    `<echoAntwoord xmlns="${ECHO_NAMESPACE}"><tekst>${textIn(request)}</tekst></echoAntwoord>`,
    'utf8',
  );
}

/** The octets between the tags, escapes and all. */
export function textIn(xml: Buffer): string {
  const text = /<(\w+:)?tekst[^>]*>([^<]*)<\/\1tekst>/.exec(xml.toString('utf8'))?.[2];
  if (text === undefined) throw new Error(`no tekst in ${xml.toString('utf8')}`);
  return text;
}

async function configure(
  [gemeente, dienst]: TwoOrganisations,
  { profile, backend }: { readonly profile: string; readonly backend: Server },
): Promise<void> {
  backend.listen(0, '127.0.0.1');
  await once(backend, 'listening');
  const address = backend.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await copyFile(join(dienst.folder, 'keys', 'sign.crt'), join(gemeente.folder, 'keys', 'dienst.crt'));
  const endpoint = new URL(`/wus/${SERVICE}`, dienst.ebmsUrl);
  await addService(gemeente, [
    'role: consumer',
    `partner: '${dienst.oin}'`,
    `endpoint: '${endpoint.href}'`,
    ...(profile === '2W-be-SE' ? ['encryptFor: keys/dienst.crt'] : []),
    `profile: ${profile}`,
  ]);
  await addService(dienst, [
    'role: provider',
    `partners: ['${gemeente.oin}']`,
    `backend: { url: 'http://127.0.0.1:${port}/', format: xml }`,
    `profile: ${profile}`,
  ]);
}

async function addService({ config, folder }: Organisation, keys: readonly string[]): Promise<void> {
  await cp(SAMPLES, join(folder, 'wsdl'), { recursive: true });
  const lines = [`- name: ${SERVICE}`, `  wsdl: wsdl/echo_v1.wsdl`, ...keys.map((key) => `  ${key}`)];
  await appendFile(config, `\nwus:\n  services:\n${lines.map((line) => `    ${line}\n`).join('')}`);
}

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent, createServer, type Server as TlsServer } from 'node:https';
import { isDeepStrictEqual } from 'node:util';
import { createClientAsync, type IServices, listen, type Server, WSSecurityCert } from 'soap';
import { systemClock } from '../../src/clock.ts';
import { GatewayError } from '../../src/errors.ts';
import { underlying } from '../../src/wus/consumer/call-failures.ts';
import { newId } from '../../src/ids.ts';
import type { WusOutcome } from '../../src/wus/content.ts';
import { WSA_ANONYMOUS, WSA_NAMESPACE, XOP_NAMESPACE } from '../../src/wus/namespaces.ts';
import type { WusProfileName } from '../../src/wus/profiles.ts';
import { ARCHIEF_WSDL } from '../setup/cxf-peer.ts';
import {
  ARCHIEF_NAMESPACE,
  archief,
  bewaarStuk,
  consumedArchief,
  providedArchief,
  sha256Hex,
  zoekStukken,
} from '../setup/wus-archief.ts';
import { openBackend, type TestBackend } from '../setup/wus-backend.ts';
import { openWusGateway, type WusGateway } from '../setup/wus-gateway.ts';
import { wusKeys, type WusKeys } from '../setup/wus-keys.ts';
import { octets } from '../setup/wus-packages.ts';

const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const HEADERS = ['wsa:To', 'wsa:Action', 'wsa:MessageID', 'wsa:ReplyTo'];

interface SoapCall {
  readonly profile: WusProfileName;
  readonly operation: 'zoekStukken' | 'bewaarStuk';
  readonly arguments: object;
  /** What is signed beside Body and Timestamp. */
  readonly signed?: readonly string[];
  /** Of each Reference. */
  readonly transforms?: readonly string[];
  readonly attachments?: readonly object[];
}

describe('soap of npm, as a consumer over mutual TLS', () => {
  let keys: WusKeys;
  let backend: TestBackend;
  let here: WusGateway;

  before(async () => {
    keys = await wusKeys();
    backend = await openBackend(archief);
    const { provider: ours, consumer: partner } = keys;
    const services = (['2W-be', '2W-be-S'] as const).map((profile) =>
      providedArchief({ name: profile, profile, mtom: false }, { ours, partner, backend: backend.url }),
    );
    here = await openWusGateway({ keys, party: ours, clock: systemClock, services: await Promise.all(services) });
  });

  after(() => Promise.all([here.close(), backend.close()]));

  /** The result, or the text of the fault. */
  const ask = async (order: SoapCall): Promise<unknown> => {
    const { profile, operation, signed = HEADERS, transforms = [EXCLUSIVE], attachments } = order;
    const { key, certificate: cert } = keys.consumer;
    const url = `${here.url}/wus/${profile}`;
    const client = await createClientAsync(ARCHIEF_WSDL, { endpoint: url });
    for (const header of addressing(url, operation)) client.addSoapHeader(header);
    if (profile === '2W-be-S') {
      client.setSecurity(
        new WSSecurityCert(key, cert, '', {
          signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
          signatureTransformations: [...transforms],
          additionalReferences: [...signed],
          signerOptions: { idMode: 'wssecurity' },
        }),
      );
    }
    const httpsAgent = new Agent({ key, cert, ca: keys.ca.certificate });
    const method: unknown = client[`${operation}Async`];
    assert.ok(typeof method === 'function');
    try {
      const sent: Promise<readonly unknown[]> = method.call(client, order.arguments, { httpsAgent, attachments });
      return (await sent)[0];
    } catch (error) {
      return faultTextOf(error);
    } finally {
      httpsAgent.destroy();
    }
  };

  for (const profile of ['2W-be', '2W-be-S'] as const) {
    it(`${profile}: asks, and gets the answer`, async () => {
      const answer = await ask({ profile, operation: 'zoekStukken', arguments: { trefwoord: 'één & ander' } });
      assert.deepEqual(answer, { titel: ['één & ander 1', 'één & ander 2'] });
    });

    it(`${profile}: gives octets inline, and gets them back`, async () => {
      const inhoud = octets(20_000).toString('base64');
      const answer = await ask({ profile, operation: 'bewaarStuk', arguments: { titel: 'stuk', inhoud, terug: true } });
      assert.ok(isDeepStrictEqual(answer, { sha256: sha256Hex(octets(20_000)), grootte: 20_000, inhoud }));
    });

    it(`${profile}: gets the fault of the service [Digikoppeling WUS-fault]`, async () => {
      const fault = await ask({ profile, operation: 'zoekStukken', arguments: { trefwoord: 'onbekend' } });
      assert.equal(fault, 'soap:Server: niets gevonden: {"archiefFout":{"code":"A404"}}');
    });
  }

  const attached: Pick<SoapCall, 'operation' | 'arguments' | 'attachments'> = {
    operation: 'bewaarStuk',
    arguments: {
      titel: 'stuk',
      inhoud: { $xml: `<xop:Include xmlns:xop="${XOP_NAMESPACE}" href="cid:stuk@partner"/>` },
    },
    attachments: [{ mimetype: 'application/octet-stream', contentId: 'stuk@partner', name: 's', body: octets(20_000) }],
  };

  it('2W-be: gives octets as an attachment [Digikoppeling WM001]', async () => {
    const answer = await ask({ profile: '2W-be', ...attached });
    assert.ok(typeof answer === 'object' && answer !== null && 'sha256' in answer);
    assert.equal(answer.sha256, sha256Hex(octets(20_000)));
  });

  it('2W-be-S: signs the Include in the place of the attachment, and is refused [Digikoppeling WB004-coverage]', async () => {
    assert.match(String(await ask({ profile: '2W-be-S', ...attached })), /InvalidSecurity/);
  });

  it('2W-be-S: is refused with the transforms that it has by itself: one of them is not canonicalization [Digikoppeling WB007]', async () => {
    const transforms = ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', EXCLUSIVE];
    const fault = await ask({
      profile: '2W-be-S',
      operation: 'zoekStukken',
      arguments: { trefwoord: 'x' },
      transforms,
    });
    assert.match(String(fault), /InvalidSecurity/);
  });

  it('2W-be-S: is refused when it leaves To out of what it signs [Digikoppeling WB004-coverage]', async () => {
    const signed = HEADERS.filter((name) => name !== 'wsa:To');
    const fault = await ask({ profile: '2W-be-S', operation: 'zoekStukken', arguments: { trefwoord: 'x' }, signed });
    assert.match(String(fault), /InvalidSecurity/);
  });
});

describe('soap of npm, as a provider over mutual TLS', () => {
  let keys: WusKeys;
  let tls: TlsServer;
  let provider: Server;
  let here: WusGateway;

  before(async () => {
    keys = await wusKeys();
    const { certificate: cert, key } = keys.provider;
    tls = createServer({ key, cert, ca: keys.ca.certificate, requestCert: true, rejectUnauthorized: true });
    await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
    const address = tls.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    provider = listen(tls, '/wus/archief', SERVICES, readFileSync(ARCHIEF_WSDL, 'utf8'));
    const parties = { ours: keys.consumer, partner: keys.provider };
    const terms = { ...parties, endpoint: `https://localhost:${port}/wus/archief` };
    const services = [
      await consumedArchief({ name: 'be', profile: '2W-be', mtom: false }, terms),
      await consumedArchief({ name: 's', profile: '2W-be-S', mtom: false }, terms),
    ];
    here = await openWusGateway({ keys, party: keys.consumer, clock: systemClock, services });
  });

  after(async () => {
    await here.close();
    tls.closeAllConnections();
    await new Promise((resolve) => tls.close(resolve));
  });

  afterEach(() => provider.clearSoapHeaders());

  const call = async (service: string, body: string): Promise<WusOutcome> => {
    const content = { body: Buffer.from(body), attachments: [] };
    return (await here.wus.call({ service, operation: undefined, content })).outcome;
  };

  it('writes no addressing of its own, and is no answer to us then [Digikoppeling WA001-RelatesTo, Digikoppeling WUS-0008]', async () => {
    await assert.rejects(call('be', zoekStukken('x')), isCode('WUS_RELATES_TO'));
  });

  it('answers us where its application writes the addressing, without To [Digikoppeling WA001-To-answer]', async () => {
    provider.addSoapHeader(addressed);
    const outcome = await call('be', zoekStukken('plan'));
    assert.ok(outcome.kind === 'answer');
    assert.match(outcome.content.body.toString(), /titel>plan 1<.*titel>plan 2</s);
  });

  it('keeps the octets that we give it', async () => {
    provider.addSoapHeader(addressed);
    const outcome = await call('be', bewaarStuk(octets(20_000).toString('base64')));
    assert.ok(outcome.kind === 'answer');
    assert.match(outcome.content.body.toString(), new RegExp(`sha256>${sha256Hex(octets(20_000))}<`));
  });

  it('gives us its fault, without addressing as well [Digikoppeling WUS-fault]', async () => {
    const outcome = await call('be', zoekStukken('onbekend'));
    assert.ok(outcome.kind === 'fault');
    assert.equal(outcome.fault.faultstring, 'niets gevonden');
  });

  it('gives a Timestamp for a signature: neither answer nor fault counts where we sign [Digikoppeling WB013-answer, Digikoppeling WUS-fault-unproven]', async () => {
    provider.addSoapHeader(addressed);
    await assert.rejects(call('s', zoekStukken('plan')), isCode('WUS_CONFIRMATION'));
    await assert.rejects(call('s', zoekStukken('onbekend')), isCode('WUS_FAULT_UNPROVEN'));
  });
});

const SERVICES: IServices = {
  ArchiefService: {
    ArchiefPort: {
      zoekStukken({ trefwoord }: { trefwoord: string }) {
        if (trefwoord === 'onbekend') throw declined();
        return { titel: [`${trefwoord} 1`, `${trefwoord} 2`] };
      },
      bewaarStuk({ inhoud }: { inhoud: string }) {
        const kept = Buffer.from(inhoud, 'base64');
        return { sha256: sha256Hex(kept), grootte: kept.length };
      },
    },
  },
};

/** What this server takes for a fault is an object, not an Error. */
function declined(): Error {
  const Fault = { faultcode: 'soap:Server', faultstring: 'niets gevonden', statusCode: 500 };
  return Object.assign(new Error('niets gevonden'), { Fault });
}

interface ArrivedHeaders {
  /** With the attributes of the element beside it, where it has any. */
  readonly MessageID?: string | { readonly $value?: string };
}

/** Called for each answer with what came. */
function addressed(operation: string, _arguments: unknown, { MessageID: messageId }: ArrivedHeaders): string {
  return [
    block('Action', `${ARCHIEF_NAMESPACE}:${operation}Response`),
    block('MessageID', `urn:uuid:${newId()}`),
    block('RelatesTo', (typeof messageId === 'string' ? messageId : messageId?.$value) ?? ''),
  ].join('');
}

function addressing(to: string, operation: string): readonly string[] {
  return [
    block('To', to),
    block('Action', `${ARCHIEF_NAMESPACE}:${operation}`),
    block('MessageID', `urn:uuid:${newId()}`),
    `<wsa:ReplyTo xmlns:wsa="${WSA_NAMESPACE}"><wsa:Address>${WSA_ANONYMOUS}</wsa:Address></wsa:ReplyTo>`,
  ];
}

function block(name: string, value: string): string {
  return `<wsa:${name} xmlns:wsa="${WSA_NAMESPACE}">${value}</wsa:${name}>`;
}

function isCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof GatewayError && underlying(error).code === code;
}

function faultTextOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

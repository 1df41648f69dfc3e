import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { GatewayError } from '../../../src/errors.ts';
import type { WusContent } from '../../../src/wus/content.ts';
import { ANSWERED, consultation } from '../../conformance/store/consultations.ts';
import { octets, T0 } from '../../conformance/store/records.ts';
import { newKey, openSecured } from './rest-access.ts';
import { json, openRestGateway } from './rest-gateway.ts';
import type { RestGateway } from './rest-gateway.ts';
import { attachmentsFolder, ECHO_NS, MESSAGE_ID, OIN, openWus, type Partner } from './wus-services.ts';

const ELEMENT = `<e:echo xmlns:e="${ECHO_NS}"><e:tekst>één</e:tekst></e:echo>`;
const ENVELOPE = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:e="${ECHO_NS}"><s:Body><e:echo><e:tekst>één</e:tekst></e:echo></s:Body></s:Envelope>`;
const FAULT = {
  faultcode: { namespace: 'http://schemas.xmlsoap.org/soap/envelope/', localName: 'Client' },
  faultstring: '0004 Het bericht klopt niet',
  faultactor: undefined,
  detail: [Buffer.from('<reden xmlns="urn:x">te kort</reden>')],
};

const echo: Partner = (content) => ({ kind: 'answer', content });

describe('the API of WUS', () => {
  const partner = { answer: echo, released: 0 };
  let rest: RestGateway;
  let asked: WusContent | undefined;
  before(async () => {
    rest = await openRestGateway({}, (test) => openWus(test, partner));
  });
  after(() => rest.close());
  beforeEach(() => {
    asked = undefined;
    partner.released = 0;
    partner.answer = (content) => {
      asked = content;
      return { kind: 'answer', content };
    };
  });

  const call = (
    type: string,
    body: string | Buffer,
    more: { path?: string; headers?: object } = {},
  ): Promise<Response> =>
    rest.fetch(`/api/v1/wus/services/${more.path ?? 'echo/calls'}`, {
      method: 'POST',
      headers: { 'Content-Type': type, ...more.headers },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });

  it('lists the services, and one with its operations', async () => {
    const { items } = await json<{ items: readonly Record<string, unknown>[] }>(
      await rest.fetch('/api/v1/wus/services'),
    );
    assert.deepEqual(
      items.map((one) => [one['name'], one['role'], one['profile'], one['partners'], one['endpoint'], one['backend']]),
      [
        ['echo', 'consumer', '2W-be-S', [OIN], 'https://dienst.example/wus/echo', null],
        ['provided', 'provider', '2W-be', [OIN], null, 'http://127.0.0.1:9/'],
      ],
    );
    const { operations } = await json<{ operations: unknown }>(await rest.fetch('/api/v1/wus/services/echo'));
    assert.deepEqual(operations, [
      {
        name: 'echo',
        inputAction: `${ECHO_NS}/echo`,
        outputAction: `${ECHO_NS}/echoAntwoord`,
        input: { namespace: ECHO_NS, localName: 'echo' },
        output: { namespace: ECHO_NS, localName: 'echoAntwoord' },
      },
    ]);
    assert.equal((await rest.fetch('/api/v1/wus/services/nope')).status, 404);
  });

  it('application/xml is the element, and so is the answer; headers name the message and its record', async () => {
    const answer = await call('application/xml', `<?xml version="1.0" encoding="UTF-8"?>\n${ELEMENT}\n`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'application/xml; charset=UTF-8');
    assert.deepEqual([answer.headers.get('message-id'), answer.headers.get('consultation-id')], [MESSAGE_ID, 'c1']);
    assert.equal(await answer.text(), ELEMENT);
    assert.equal(asked?.body.toString(), ELEMENT);
  });

  it('text/xml is an envelope, whose namespaces come along with the element', async () => {
    const answer = await call('text/xml; charset=utf-8', ENVELOPE, { headers: { SOAPAction: '""' } });
    const element = `<e:echo xmlns:e="${ECHO_NS}" xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">`;
    assert.deepEqual(
      new Set(asked?.body.toString().match(/xmlns:\w="[^"]*"/g)),
      new Set(element.match(/xmlns:\w="[^"]*"/g)),
    );
    assert.match(await answer.text(), /^<soap:Envelope [^>]*><soap:Body><e:echo .*<\/soap:Body><\/soap:Envelope>$/);
    assert.equal(answer.headers.get('content-type'), 'text/xml; charset=UTF-8');
  });

  it('application/json is translated by the schema of the WSDL, both ways', async () => {
    const answer = await call('application/json', '{"tekst":"één"}');
    assert.match(asked?.body.toString() ?? '', /^<(\w+:)?echo xmlns.*tekst>één<\/.*echo>$/);
    assert.equal(answer.headers.get('content-type'), 'application/json');
    assert.deepEqual(await json(answer), { tekst: 'één' });
  });

  it('multipart/related carries attachments, streamed, and so does the answer [Digikoppeling WM001]', async () => {
    const large = Buffer.alloc(300_000, 'x');
    const answer = await call('multipart/related; type="application/xop+xml"; boundary=b', mtom(large));
    assert.equal(answer.status, 200);
    const [attachment] = asked?.attachments ?? [];
    assert.deepEqual([attachment?.contentId, attachment?.size], ['a@x', large.length]);
    assert.ok(attachment !== undefined && 'file' in attachment.content);
    assert.match(answer.headers.get('content-type') ?? '', /^multipart\/related; .*application\/xop\+xml/);
    assert.ok(Buffer.from(await answer.arrayBuffer()).includes(large));
    assert.equal(partner.released, 1);
  });

  it('Accept chooses another form: an answer with attachments in one without them has base64', async () => {
    const answer = await call('multipart/related; type="application/xop+xml"; boundary=b', mtom(Buffer.from('abc')), {
      headers: { Accept: 'text/xml;q=0.2, multipart/related;q=0, image/png, application/xml; q=0.7' },
    });
    assert.match(await answer.text(), /<e:tekst>YWJj<\/e:tekst>/);
  });

  it('a fault that the partner signed is a problem with the fault in it', async () => {
    partner.answer = () => ({ kind: 'fault', fault: FAULT });
    const answer = await call('application/xml', ELEMENT);
    const problem = await json(answer);
    assert.deepEqual([answer.status, problem['code'], problem['detail']], [502, 'WUS_FAULT', FAULT.faultstring]);
    assert.equal(answer.headers.get('content-type'), 'application/problem+json');
    assert.equal(answer.headers.get('consultation-id'), 'c1');
    assert.deepEqual(problem['fault'], {
      faultcode: FAULT.faultcode,
      faultstring: FAULT.faultstring,
      faultactor: null,
      detail: ['<reden xmlns="urn:x">te kort</reden>'],
    });
  });

  it('for who posts SOAP a fault is a SOAP fault with status 500 [Digikoppeling WUS-fault]', async () => {
    partner.answer = () => ({ kind: 'fault', fault: FAULT });
    const answer = await call('text/xml', ENVELOPE);
    assert.equal(answer.status, 500);
    assert.match(await answer.text(), /<soap:Body><soap:Fault.*<faultcode>soap:Client<\/faultcode>.*te kort/);
  });

  const refused: readonly [string, string, string | Buffer, { path?: string }, number, string][] = [
    ['an unknown service', 'application/xml', ELEMENT, { path: 'nope/calls' }, 404, 'NOT_FOUND'],
    ['a service that is provided here', 'application/xml', ELEMENT, { path: 'provided/calls' }, 404, 'NOT_FOUND'],
    ['another media type', 'text/csv', 'a', {}, 415, 'MEDIA_TYPE_UNSUPPORTED'],
    ['form data', 'multipart/form-data; boundary=b', '--b--', {}, 415, 'MEDIA_TYPE_UNSUPPORTED'],
    ['an element that is none', 'application/xml', '<a>', {}, 400, 'XML_MALFORMED'],
    ['a DTD', 'application/xml', `<!DOCTYPE a>${ELEMENT}`, {}, 400, 'XML_FORBIDDEN'],
    ['another charset', 'application/xml; charset=iso-8859-1', ELEMENT, {}, 400, 'WUS_ENCODING'],
    ['too large a body', 'application/xml', `<a>${'x'.repeat(70_000)}</a>`, {}, 413, 'XML_LIMIT'],
    ['an Include without a package', 'application/xml', include('a@x'), {}, 400, 'WUS_ATTACHMENT'],
    ['an element as text/xml', 'text/xml', ELEMENT, {}, 400, 'SOAP_MALFORMED'],
    [
      'an envelope with two children in its Body',
      'text/xml',
      ENVELOPE.replace('<e:echo>', '<a/><e:echo>'),
      {},
      400,
      'WUS_BODY',
    ],
    [
      'a package without its attachment',
      'multipart/related; type="application/xop+xml"; boundary=b',
      mtom(),
      {},
      400,
      'WUS_ATTACHMENT',
    ],
    ['JSON that the schema does not know', 'application/json', '{"text":"a"}', {}, 422, 'TRANSLATION_IMPOSSIBLE'],
    ['malformed JSON', 'application/json', '{"a":', {}, 400, 'REQUEST_INVALID'],
    [
      'JSON for an unknown operation',
      'application/json',
      '{}',
      { path: 'echo/calls?operation=nope' },
      400,
      'REQUEST_INVALID',
    ],
    ['an unknown parameter', 'application/xml', ELEMENT, { path: 'echo/calls?op=a' }, 400, 'REQUEST_INVALID'],
  ];
  for (const [what, type, body, more, status, code] of refused) {
    it(`${what} is refused with ${status} ${code}, and nobody is called`, async () => {
      const answer = await call(type, body, more);
      const problem = await json(answer);
      assert.deepEqual([answer.status, problem['code']], [status, code], JSON.stringify(problem));
      assert.equal(asked, undefined);
    });
  }

  it('leaves no attachment behind: not of what was answered, refused, or broken off on either side', async () => {
    const large = Buffer.alloc(3_000_000, 'x');
    const type = 'multipart/related; type="application/xop+xml"; boundary=b';
    const answer = await call(type, mtom(large));
    await answer.body?.cancel();
    await call(type, mtom(large).subarray(0, 2_000_000));
    await brokenOff(rest.api, type, mtom(large).subarray(0, 1_000_000));
    while (filesIn(attachmentsFolder(rest)).length > 0) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(partner.released, 1);
  });

  it('what goes wrong on the way is a problem with its own code', async () => {
    partner.answer = () => Promise.reject(new GatewayError('WUS_PEER_UNREACHABLE', { detail: 'nobody there' }));
    const answer = await call('application/xml', ELEMENT);
    assert.deepEqual([answer.status, (await json(answer))['code']], [502, 'WUS_PEER_UNREACHABLE']);
  });

  it('an answer that JSON cannot say is the fault of the answer, not of the request', async () => {
    partner.answer = () => ({ kind: 'answer', content: { body: Buffer.from('<x/>'), attachments: [] } });
    const answer = await call('application/xml', ELEMENT, { headers: { Accept: 'application/json' } });
    const problem = await json(answer);
    assert.deepEqual([answer.status, problem['code']], [502, 'WUS_ANSWER_REFUSED']);
    assert.match(String(problem['detail']), /^TRANSLATION_IMPOSSIBLE: /);
    assert.equal(partner.released, 1);
  });

  it('lists consultations page by page, by every filter, and shows one with its bodies', async () => {
    const { consultations } = rest.store;
    await consultations.begin(consultation({ id: 'one', at: T0 }));
    await consultations.end('one', { ...ANSWERED, content: { request: octets('<a/>'), answer: octets('<b/>') } });
    await consultations.begin(consultation({ id: 'two', at: T0 + 1, result: 'refused', code: 'WUS_REPLAY' }));
    const undelivered = { result: 'undelivered', code: 'WUS_INLINE_LIMIT' } as const;
    await consultations.begin(consultation({ id: 'old', role: 'consumer', at: T0 - 9, ...undelivered }));
    const ids = async (query: string): Promise<unknown> => {
      const page = await json<{ items: readonly { id: string }[]; next?: string }>(
        await rest.fetch(`/api/v1/wus/consultations?${query}`),
      );
      return [page.items.map(({ id }) => id), page.next !== undefined];
    };
    assert.deepEqual(await ids(''), [['two', 'one', 'old'], false]);
    assert.deepEqual(await ids('result=undelivered'), [['old'], false]);
    assert.deepEqual(await ids('limit=1'), [['two'], true]);
    assert.deepEqual(await ids('result=refused&role=provider&service=echo'), [['two'], false]);
    assert.deepEqual(await ids(`messageId=urn:uuid:one&partner=00000099000000001000&operation=Echo`), [['one'], false]);
    assert.deepEqual(await ids('until=2026-11-22T12:00:00.001Z&since=2026-11-22T12:00:00Z'), [['one'], false]);
    const one = await json(await rest.fetch('/api/v1/wus/consultations/one'));
    assert.deepEqual(
      [one['result'], one['durationMs'], one['request'], one['answer'], one['code']],
      ['answered', 12, '<a/>', '<b/>', null],
    );
    assert.equal((await rest.fetch('/api/v1/wus/consultations/none')).status, 404);
    assert.equal((await rest.fetch('/api/v1/wus/consultations?result=bad')).status, 400);
  });

  it('A75 who sees all but contents sees no bodies of consultations, and who is limited to a service sees no other', async () => {
    const [operator, auditor, other] = [newKey(), newKey(), newKey()];
    const secured = await openSecured(
      [
        { name: 'beheer', roles: ['operate'], keys: operator.keys },
        { name: 'toezicht', roles: ['audit'], keys: auditor.keys },
        { name: 'ander', roles: ['audit'], services: ['provided'], keys: other.keys },
      ],
      { makeWus: (test) => openWus(test, partner) },
    );
    try {
      const { consultations } = secured.store;
      await consultations.begin(consultation({ id: 'one', at: T0 }));
      await consultations.end('one', { ...ANSWERED, content: { request: octets('<a/>'), answer: octets('<b/>') } });
      const bodies = async (bearer: string): Promise<unknown> => {
        const one = await json(await secured.as(bearer, '/api/v1/wus/consultations/one'));
        return [one['request'] ?? one['code'], one['answer']];
      };
      assert.deepEqual(await bodies(auditor.bearer), ['<a/>', '<b/>']);
      assert.deepEqual(await bodies(operator.bearer), [null, null]);
      assert.deepEqual(await bodies(other.bearer), ['NOT_FOUND', undefined]);
    } finally {
      await secured.close();
    }
  });

  it('A75 who is limited to a party or an action has the services and consultations of these only', async () => {
    const [mine, foreign, other] = [newKey(), newKey(), newKey()];
    const roles = ['send', 'audit'];
    const secured = await openSecured(
      [
        { name: 'eigen', roles, parties: ['00000099000000001000'], actions: ['echo', 'Echo'], keys: mine.keys },
        { name: 'vreemd', roles, parties: ['00000099000000003000'], keys: foreign.keys },
        { name: 'ander', roles, actions: ['iets-anders'], keys: other.keys },
      ],
      { makeWus: (test) => openWus(test, partner) },
    );
    try {
      const party = '00000099000000001000';
      await secured.store.consultations.begin(consultation({ id: 'one', party }));
      const seen = async (bearer: string): Promise<unknown> => {
        const get = async (path: string): Promise<Response> => secured.as(bearer, `/api/v1/wus/${path}`);
        const names = (await json<{ items: { name: string }[] }>(await get('services'))).items.map(({ name }) => name);
        const page = await json<{ items: { id: string; party: string }[] }>(await get('consultations'));
        const called = await secured.as(bearer, '/api/v1/wus/services/echo/calls', {
          method: 'POST',
          headers: { 'Content-Type': 'application/xml' },
          body: ELEMENT,
        });
        const others = [await get('services/echo'), await get('consultations/one'), called];
        return [names, page.items.map((one) => one.party), others.map(({ status }) => status)];
      };
      assert.deepEqual(await seen(mine.bearer), [['echo', 'provided'], [party], [200, 200, 200]]);
      assert.deepEqual(await seen(foreign.bearer), [[], [], [404, 404, 404]]);
      assert.deepEqual(await seen(other.bearer), [[], [], [404, 404, 404]]);
    } finally {
      await secured.close();
    }
  });

  it('names its services in readiness, and its routes in the OpenAPI document', async () => {
    const { checks } = await json<{ checks: readonly { name: string; detail: string }[] }>(
      await rest.fetch('/health/ready'),
    );
    const found = checks.find(({ name }) => name === 'wus');
    assert.equal(found?.detail, 'echo (consumer, 2W-be-S), provided (provider, 2W-be)');
    const { paths } = await json<{ paths: Record<string, { post?: { requestBody: { content: object } } }> }>(
      await rest.fetch('/api/v1/openapi.json'),
    );
    const types = Object.keys(paths['/wus/services/{name}/calls']?.post?.requestBody.content ?? {});
    assert.deepEqual(types, ['application/xml', 'text/xml', 'multipart/related', 'application/json']);
    for (const path of ['services', 'services/{name}', 'consultations', 'consultations/{id}'])
      assert.ok(paths[`/wus/${path}`] !== undefined, path);
  });
});

function include(contentId: string): string {
  return `<e:echo xmlns:e="${ECHO_NS}"><e:tekst><x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:${contentId}"/></e:tekst></e:echo>`;
}

function mtom(content?: Buffer): Buffer {
  const root = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${include('a@x')}</s:Body></s:Envelope>`;
  const head =
    '--b\r\nContent-Type: application/xop+xml; charset=UTF-8; type="text/xml"\r\nContent-ID: <root@x>\r\n\r\n';
  const part =
    content === undefined
      ? []
      : [Buffer.from('\r\n--b\r\nContent-Type: application/pdf\r\nContent-ID: <a@x>\r\n\r\n'), content];
  return Buffer.concat([Buffer.from(head + root), ...part, Buffer.from('\r\n--b--\r\n')]);
}

/** A caller that goes away in the middle of its body. */
async function brokenOff(api: string, contentType: string, begin: Buffer): Promise<void> {
  const { hostname, port } = new URL(api);
  const socket = connect({ host: hostname, port: Number(port) });
  const head = `POST /api/v1/wus/services/echo/calls HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${contentType}\r\nContent-Length: 9000000\r\n\r\n`;
  socket.write(head);
  await new Promise<void>((resolve) => void socket.write(begin, () => resolve()));
  socket.destroy();
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((one) =>
    one.isFile() ? [one.name] : [],
  );
}

import assert from 'node:assert/strict';
import { SECURITY_TITLE } from '../../../src/errors.ts';
import { SOAP_NS } from '../../../src/soap/envelope.ts';
import { WSA_NAMESPACE, WSSE_NAMESPACE } from '../../../src/wus/namespaces.ts';
import { soapEnvelope, soapFault } from '../../setup/wus-backend.ts';
import { CONSUMER_OIN, PROVIDER_OIN, THIRD_OIN } from '../../setup/wus-keys.ts';
import { ECHO_ACTION, echo, echoAnswer, ECHO_NAMESPACE } from '../../setup/wus-pair.ts';
import { openProvided, type Provided } from '../../setup/wus-provided.ts';

const without = (name: string) => (blocks: readonly string[]) =>
  blocks.filter((one) => !one.startsWith(`<wsa:${name} `));
const withBlock = (markup: string) => (blocks: readonly string[]) => [...blocks, markup];
const reference = (name: string, address: string, more = ''): string =>
  `<wsa:${name} xmlns:wsa="${WSA_NAMESPACE}" xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd" wsu:Id="extra"><wsa:Address>${address}</wsa:Address>${more}</wsa:${name}>`;

describe('a provided service', () => {
  let provided: Provided;
  before(async () => {
    provided = await openProvided();
  });
  after(() => provided.close());
  afterEach(() => provided.reset());

  it('hands the plain body to its backend, and says who asks', async () => {
    const { answer, messageId } = await provided.send();
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'text/xml; charset=UTF-8');
    assert.ok(answer.secured);
    const [call] = provided.backend.calls;
    assert.ok(call);
    assert.match(call.body.toString(), /<soap:Body><e:echo /);
    assert.doesNotMatch(call.body.toString(), /Header/);
    const { soapaction, 'postiljon-partner': partner, 'postiljon-message-id': id } = call.headers;
    assert.deepEqual([soapaction, partner, id], [`"${ECHO_ACTION}"`, CONSUMER_OIN, messageId]);
  });

  it('[Digikoppeling WA001-To] [Digikoppeling WA001-OIN] is found by To with our OIN, from a partner with its own', async () => {
    const to = `https://elsewhere.test/x/echo?oin=${PROVIDER_OIN}`;
    const { answer } = await provided.send({ addressing: { to, from: `urn:gemeente?OIN=${CONSUMER_OIN}` } });
    assert.equal(answer.status, 200);
  });

  it('[Digikoppeling WS002] takes a SOAPAction that is empty or the Action', async () => {
    for (const soapaction of ['""', `"${ECHO_ACTION}"`, ECHO_ACTION])
      assert.equal((await provided.send({}, { soapaction })).answer.status, 200, soapaction);
  });

  it('[Digikoppeling WA001-ReplyTo] takes a request without ReplyTo', async () => {
    assert.equal((await provided.send({ blocks: without('ReplyTo') })).answer.status, 200);
  });

  const faults: readonly [code: string, why: string, send: () => ReturnType<Provided['send']>][] = [
    [
      '0011',
      'an Action of no operation beside a SOAPAction of one',
      () => provided.send({ addressing: { action: 'urn:x' } }, { soapaction: `"${ECHO_ACTION}"` }),
    ],
    [
      '0004',
      'another body than the operation takes [Digikoppeling WUS-0004]',
      () => provided.send({ body: '<x xmlns="urn:x"/>' }),
    ],
    ['0004', 'no body', () => provided.send({ body: '' })],
    ['0004', 'two bodies', () => provided.send({ body: echo('a') + echo('b') })],
    ['0005', 'no To [Digikoppeling WUS-0005]', () => provided.send({ blocks: without('To') })],
    ['0006', 'no Action [Digikoppeling WUS-0006]', () => provided.send({ blocks: without('Action') })],
    ['0007', 'no MessageID [Digikoppeling WUS-0007]', () => provided.send({ blocks: without('MessageID') })],
    ['0011', 'an Action of no operation', () => provided.send({ addressing: { action: 'urn:x' } })],
    [
      '0011',
      'To of another service [Digikoppeling WUS-0011]',
      () => provided.send({ addressing: { to: 'https://dienst.test/wus/other' } }),
    ],
    [
      '0011',
      'To of another party',
      () => provided.send({ addressing: { to: `https://dienst.test/wus/echo?OIN=${THIRD_OIN}` } }),
    ],
    ['0011', 'From of another party', () => provided.send({ addressing: { from: `urn:x?OIN=${THIRD_OIN}` } })],
    [
      '0011',
      'answers to elsewhere',
      () =>
        provided.send({
          blocks: (all) => withBlock(reference('ReplyTo', 'https://elsewhere.test'))(without('ReplyTo')(all)),
        }),
    ],
    [
      '0011',
      'faults to elsewhere',
      () => provided.send({ blocks: withBlock(reference('FaultTo', 'https://elsewhere.test')) }),
    ],
    [
      '0011',
      'reference parameters',
      () => provided.send({ blocks: withBlock(reference('From', 'urn:x', '<wsa:ReferenceParameters/>')) }),
    ],
  ];
  for (const [code, why, send] of faults) {
    it(`answers ${why} with ${code}, addressed, confirmed and signed`, async () => {
      const { answer, messageId } = await send();
      assert.equal(answer.status, 500);
      assert.equal(answer.fault?.faultstring.slice(0, 5), `${code} `);
      assert.equal(answer.fault.faultcode.localName, 'Client');
      assert.ok(answer.secured);
      assert.match(answer.body.toString(), /SignatureConfirmation/);
      const known = answer.body.toString().includes(`>${messageId}</wsa:RelatesTo>`);
      assert.equal(known, code !== '0007');
      assert.equal(provided.backend.calls.length, 0);
    });
  }

  it('[Digikoppeling WB013-request] [Digikoppeling WB003] [Digikoppeling WUS-fault-silence] [Digikoppeling WB010-trust] answers everything in security with one fault, plain and the same', async () => {
    const messageId = 'urn:uuid:same';
    const texts = new Set<string>();
    for (const send of [
      provided.send({ addressing: { messageId }, change: (xml) => xml.replace('>dag<', '>nacht<') }),
      provided.send({ addressing: { messageId }, profile: '2W-be' }),
      provided.send({ addressing: { messageId }, party: provided.keys.rogue }),
      provided.send({ addressing: { messageId }, party: provided.keys.expired }),
    ]) {
      const { answer } = await send;
      assert.equal(answer.status, 500);
      assert.deepEqual(answer.fault?.faultcode, { namespace: WSSE_NAMESPACE, localName: 'InvalidSecurity' });
      assert.equal(answer.fault.faultstring, SECURITY_TITLE);
      assert.ok(!answer.secured);
      texts.add(answer.body.toString().replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ''));
    }
    assert.equal(texts.size, 1);
    assert.equal(provided.backend.calls.length, 0);
  });

  it('[Digikoppeling WUS-0002] [Digikoppeling WB009] is closed to a party of the same CA that is no partner', async () => {
    const { answer } = await provided.send({ party: provided.keys.third });
    assert.equal(answer.fault?.faultstring.slice(0, 5), '0002 ');
    assert.equal(provided.backend.calls.length, 0);
  });

  it('[Digikoppeling WS007] [Digikoppeling WUS-0010] refuses foreign header blocks', async () => {
    const { answer } = await provided.send({
      change: (xml) => xml.replace('</soap:Header>', '<x xmlns="urn:x"/></soap:Header>'),
    });
    assert.equal(answer.fault?.faultstring.slice(0, 5), '0010 ');
    const must = await provided.send({
      change: (xml) => xml.replace('</soap:Header>', '<x xmlns="urn:x" soap:mustUnderstand="1"/></soap:Header>'),
    });
    assert.equal(must.answer.fault?.faultcode.localName, 'MustUnderstand');
  });

  const secret = 'at nl.geheim.Register.open(Register.java:42)';

  it('passes on what a fault of its backend may say, and keeps an undeclared detail and a trace for the log', async () => {
    const detail = `<detail><r:reden xmlns:r="urn:r">${secret}</r:reden></detail>`;
    for (const [code, shown, text] of [
      ['s:Server.DK0051', 'Server', '0051 The service is not available now.'],
      ['x:Client', 'Server', '0051 The service is not available now.'],
      ['s:VersionMismatch', 'Server', '0051 The service is not available now.'],
      ['s:Clientele', 'Server', '0051 The service is not available now.'],
      ['s:Client.Leeg', 'Client', 'Het veld is leeg'],
      ['Client', 'Client', 'Het veld is leeg'],
    ] as const) {
      provided.backend.answer = () => soapFault(detail, code, `\n Het veld is leeg\n  ${secret}`);
      const { answer, messageId } = await provided.send();
      assert.equal(answer.status, 500);
      assert.deepEqual(answer.fault, {
        faultcode: { namespace: SOAP_NS, localName: shown },
        faultstring: text,
        faultactor: undefined,
        detail: [],
      });
      assert.ok(!answer.body.includes('geheim'));
      assert.ok(answer.secured);
      assert.match(answer.body.toString(), /addressing\/soap\/fault</);
      const noted = provided.gateway.warnings.find(
        ({ fields }) => 'messageId' in fields && fields.messageId === messageId,
      );
      assert.ok(JSON.stringify(noted).split(secret).length === 3, code);
    }
    provided.backend.answer = () => soapFault('', 's:Client', 'é'.repeat(300));
    assert.equal((await provided.send()).answer.fault?.faultstring, 'é'.repeat(200));
  });

  for (const [why, reply] of [
    ['an answer of HTML', { contentType: 'text/html', body: secret }],
    ['500 without a fault', { status: 500, body: soapEnvelope(echoAnswer(secret)) }],
    ['500 of plain text', { status: 500, contentType: 'text/plain', body: secret }],
    ['404', { status: 404, body: secret }],
    ['a redirect', { status: 302, body: secret }],
    ['an empty 202', { status: 202, contentType: 'text/xml', body: '' }],
    ['broken XML', { body: '<s:Envelope>' }],
    ['a DTD', { body: `<!DOCTYPE x [<!ENTITY e "${secret}">]>${soapEnvelope(echoAnswer('&e;'))}` }],
    ['another element than the WSDL names', { body: soapEnvelope(`<x>${secret}</x>`) }],
    ['another charset', { contentType: 'text/xml; charset=iso-8859-1', body: soapEnvelope(echoAnswer('x')) }],
    ['an endless answer', { body: soapEnvelope(echoAnswer('x'.repeat(2_000_000))) }],
    ['JSON that nobody asked for', { contentType: 'application/json', body: '{}' }],
    ['no package', { contentType: 'multipart/related; boundary=x; type="application/xop+xml"', body: secret }],
  ] as const) {
    it(`answers ${why} of a backend with 0051, and lets nothing of it out`, async () => {
      provided.backend.answer = () => reply;
      const { answer } = await provided.send();
      assert.equal(answer.status, 500);
      assert.equal(answer.fault?.faultstring, '0051 The service is not available now.');
      assert.equal(answer.fault.faultcode.localName, 'Server');
      assert.ok(answer.secured);
      assert.ok(!answer.body.includes('geheim'));
      assert.equal((await provided.last()).result, 'failed');
      assert.equal((await provided.last()).code, 'BACKEND_ANSWER');
    });
  }

  it('records each consultation: who, which, when, and how it went', async () => {
    const { messageId } = await provided.send();
    const answered = await provided.last();
    assert.equal(answered.service, 'echo');
    assert.equal(answered.operation, 'echo');
    assert.equal(answered.partner, CONSUMER_OIN);
    assert.equal(answered.messageId, messageId);
    assert.equal(answered.at, provided.clock.now());
    assert.equal(answered.durationMs, 0);
    assert.equal(answered.result, 'answered');
    assert.match(answered.answerId ?? '', /^urn:uuid:/);
    const { request, answer } = await provided.gateway.wus.consultations.find(answered.id);
    assert.deepEqual([request, answer], [undefined, undefined]);
    await provided.send({ change: (xml) => xml.replace('>dag<', '>nacht<') });
    const refused = await provided.last();
    assert.equal(refused.result, 'refused');
    assert.equal(refused.code, 'SIGNATURE_INVALID');
    provided.backend.answer = () => soapFault();
    await provided.send();
    assert.deepEqual([(await provided.last()).result, (await provided.last()).code], ['fault', 'Server']);
    await assert.rejects(provided.gateway.wus.consultations.find('nobody'), { code: 'NOT_FOUND' });
  });

  it('reads a bare element or an envelope alike, whichever the backend prefers', async () => {
    provided.backend.answer = () => ({ contentType: 'application/xml', body: echoAnswer('los') });
    assert.match((await provided.send()).answer.body.toString(), />los</);
    provided.backend.answer = () => ({ status: 200, body: soapFault().body });
    assert.equal((await provided.send()).answer.status, 500);
  });

  it('keeps namespaces that the answer of a backend declares on its envelope', async () => {
    provided.backend.answer = () => ({
      body: `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:e="${ECHO_NAMESPACE}"><s:Body><e:echoAntwoord><e:tekst>x</e:tekst></e:echoAntwoord></s:Body></s:Envelope>`,
    });
    assert.equal((await provided.send()).answer.status, 200);
  });
});

describe('a provided service whose faults all pass', () => {
  it('passes on whatever its backend says', async () => {
    const provided = await openProvided({ backend: { faults: 'all' } });
    try {
      provided.backend.answer = () => soapFault('<detail><r xmlns="urn:r">dicht</r></detail>', 's:Server.DK0051');
      const { fault } = (await provided.send()).answer;
      assert.equal(fault?.faultcode.localName, 'Server.DK0051');
      assert.equal(fault.faultstring, 'Het register is gesloten');
      assert.equal(fault.detail.length, 1);
    } finally {
      await provided.close();
    }
  });
});

describe('a provided service that keeps content', () => {
  it('keeps the bodies of request and answer, and those alone', async () => {
    const provided = await openProvided({ logContent: true });
    try {
      await provided.send();
      const { request, answer } = await provided.gateway.wus.consultations.find((await provided.last()).id);
      assert.equal(
        Buffer.from(request ?? []).toString(),
        Buffer.from(request ?? [])
          .toString()
          .match(/^<e:echo.*<\/e:echo>$/)?.[0],
      );
      assert.match(Buffer.from(answer ?? []).toString(), /^<e:echoAntwoord/);
    } finally {
      await provided.close();
    }
  });
});

describe('a provided service whose backend reads XML', () => {
  it('hands the element over as it is', async () => {
    const provided = await openProvided({ backend: { format: 'xml' } });
    try {
      assert.equal((await provided.send()).answer.status, 200);
      const [call] = provided.backend.calls;
      assert.equal(call?.headers['content-type'], 'application/xml; charset=UTF-8');
      assert.match(call.body.toString(), /^<e:echo /);
    } finally {
      await provided.close();
    }
  });
});

const json = (value: unknown): { contentType: string; body: string } => ({
  contentType: 'application/json',
  body: JSON.stringify(value),
});

describe('a provided service whose backend reads JSON', () => {
  let provided: Provided;
  before(async () => {
    provided = await openProvided({ backend: { format: 'json' } });
  });
  after(() => provided.close());

  it('translates the body, and the answer back', async () => {
    provided.backend.answer = ({ body }) => json({ tekst: `${JSON.parse(body.toString()).tekst} terug` });
    const { answer } = await provided.send();
    assert.equal(answer.status, 200);
    assert.match(answer.body.toString(), />dag terug</);
    assert.equal(provided.backend.calls[0]?.headers['content-type'], 'application/json');
    assert.equal(provided.backend.calls[0].headers['soapaction'], undefined);
  });

  it('answers 0051 to what is no answer by the schema', async () => {
    for (const reply of [
      json({ anders: 1 }),
      json('x'),
      { ...json({}), body: '{' },
      { ...json({ tekst: 'x' }), status: 500 },
    ]) {
      provided.backend.answer = () => reply;
      assert.equal((await provided.send()).answer.fault?.faultstring, '0051 The service is not available now.');
    }
  });

  it('answers a body that JSON cannot hold as one that does not follow the schema', async () => {
    provided.reset();
    const { answer } = await provided.send({ body: `<echo xmlns="${ECHO_NAMESPACE}"><onbekend/></echo>` });
    assert.equal(answer.fault?.faultstring.slice(0, 5), '0004 ');
    assert.equal(provided.backend.calls.length, 0);
  });
});

describe('a provided service without its backend', () => {
  it('[Digikoppeling WUS-0051] answers 0051 when it is not there, and when it is late', async () => {
    const provided = await openProvided({ backend: { timeoutMs: 50 } });
    try {
      provided.backend.answer = () => undefined;
      assert.equal((await provided.send()).answer.fault?.faultstring, '0051 The service is not available now.');
      assert.equal((await provided.last()).code, 'BACKEND_TIMEOUT');
      await provided.backend.close();
      const { answer } = await provided.send();
      assert.equal(answer.fault?.faultstring, '0051 The service is not available now.');
      assert.equal(answer.headers['retry-after'], '30');
      assert.ok(answer.secured);
      assert.equal((await provided.last()).code, 'BACKEND_UNREACHABLE');
    } finally {
      await provided.close();
    }
  });
});

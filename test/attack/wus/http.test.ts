import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { echo, ECHO_ACTION } from '../../setup/wus-pair.ts';
import { openProvided, type Provided } from '../../setup/wus-provided.ts';

describe('hostile HTTP to a provided service', () => {
  let provided: Provided;
  before(async () => {
    provided = await openProvided();
  });
  after(() => provided.close());
  afterEach(() => {
    assert.equal(provided.backend.calls.length, 0);
    provided.reset();
  });

  it('A56 finds services by their exact path and nothing else', async () => {
    for (const path of [
      '/wus/',
      '/wus',
      '/wus/nothing',
      '/wus/echo/',
      '/wus/echo?wsdl',
      '/wus/%65cho',
      '/wus/x/echo',
      '/wus//echo',
      '/wus/echo%00',
      '/ebms',
    ])
      assert.equal((await provided.post({ path, body: 'x' })).status, 404, path);
  });

  it('[Digikoppeling WW001] takes POST alone', async () => {
    for (const method of ['GET', 'PUT', 'OPTIONS', 'DELETE'])
      assert.equal((await provided.post({ method, body: '' })).status, 405, method);
  });

  it('A54 refuses another Content-Type by its head', async () => {
    for (const type of [
      undefined,
      'application/json',
      'text/xml; charset=UTF-8; charset=UTF-16',
      'text/xmlx',
      'multipart/form-data; boundary=x',
      'multipart/related; boundary=x; type="text/xml"',
    ])
      assert.equal((await provided.post({ body: '<x/>', headers: { 'content-type': type } })).status, 415, type);
  });

  it('A54 refuses a SOAPAction that no operation has, and one that is missing, without reading the body [Digikoppeling WUS-0003]', async () => {
    for (const soapaction of [
      undefined,
      '',
      '"',
      '"urn:x"',
      `"${ECHO_ACTION}/"`,
      `'${ECHO_ACTION}'`,
      `"${ECHO_ACTION}" "x"`,
    ]) {
      const answer = await provided.post({ body: 'x'.repeat(500_000), headers: { soapaction } });
      assert.equal(answer.status, 500, soapaction);
      assert.equal(answer.fault?.faultstring, '0003 The SOAPAction is not valid.');
      assert.equal(answer.headers['connection'], 'close');
    }
  });

  it('A54 refuses more than the service takes', async () => {
    const headers = { 'content-length': String(65 * 1024 * 1024) };
    assert.equal((await provided.post({ body: 'x', headers })).status, 413);
    const { answer } = await provided.send({ body: echo('x'.repeat(1_100_000)) });
    assert.equal(answer.fault?.faultstring.slice(0, 5), '0001 ');
  });

  it('A52 refuses content that is compressed', async () => {
    for (const encoding of ['gzip', 'deflate', 'br'])
      assert.equal((await provided.post({ body: 'x', headers: { 'content-encoding': encoding } })).status, 415);
  });

  it('[Digikoppeling WW001] A18 answers SOAP 1.2 with VersionMismatch in SOAP 1.1', async () => {
    const answers = [
      await provided.post({ body: '<x/>', headers: { 'content-type': 'application/soap+xml' } }),
      await provided.post({
        body: '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body/></e:Envelope>',
      }),
    ];
    for (const answer of answers) {
      assert.equal(answer.status, 500);
      assert.equal(answer.fault?.faultcode.localName, 'VersionMismatch');
    }
  });

  it('A55 goes by the Action that was signed, not by the SOAPAction', async () => {
    const { answer } = await provided.send(
      { addressing: { action: `${ECHO_ACTION}Antwoord` } },
      { soapaction: `"${ECHO_ACTION}"` },
    );
    assert.equal(answer.fault?.faultstring, '0011 A header has another value than prescribed.');
  });

  it('A53 ends with the connection of a body that breaks off', async () => {
    const { port } = new URL(provided.url);
    const socket = connect({ host: '127.0.0.1', port: Number(port) });
    const head = [
      'POST /wus/echo HTTP/1.1',
      'Host: x',
      'Content-Type: text/xml',
      'SOAPAction: ""',
      'Content-Length: 9',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n<x`, () => socket.destroy());
    let last = await provided.last();
    while (last.code !== 'HTTP_MALFORMED') last = await provided.last();
    assert.equal(last.result, 'refused');
  });
});

const envelope = (xml: string): string => xml.slice(xml.indexOf('<soap:Envelope'));

const doctype = (subset: string) => (xml: string) => `<!DOCTYPE soap:Envelope ${subset}>${envelope(xml)}`;

const split = (piece: string) => (xml: string) => xml.replace('urn:uuid:', () => `urn:${piece}uuid:`);

const swapped = (block: string): string =>
  block.replaceAll('wsa:', 'x:').replace('xmlns:x:', 'xmlns:x=').replaceAll('xmlns:wsa=', 'xmlns:x=');

const unknown = (block: string): string => block.replaceAll('wsa:ReplyTo', 'wsa:ReplyAfter');

describe('hostile XML to a provided service', () => {
  let provided: Provided;
  before(async () => {
    provided = await openProvided();
  });
  after(() => provided.close());
  afterEach(() => {
    assert.equal(provided.backend.calls.length, 0);
    provided.reset();
  });

  const refused = async (code: string, change: (xml: string) => string): Promise<void> => {
    const { answer } = await provided.send({ change });
    assert.equal(answer.status, 500);
    assert.equal(answer.fault?.faultstring.slice(0, code.length), code);
    assert.ok(!answer.secured);
    assert.ok(!answer.body.includes(readFileSync('/etc/hostname', 'utf8').trim() || '?'));
  };

  const security = 'The message failed a security check.';

  it('A01 A02 A03 A06 refuses every DTD', async () => {
    for (const subset of [
      '[<!ENTITY e SYSTEM "file:///etc/hostname">]',
      '[<!ENTITY e SYSTEM "http://169.254.169.254/">]',
      '[<!ENTITY % e SYSTEM "http://127.0.0.1:1/x.dtd"> %e;]',
      '',
    ])
      await refused('0001 ', doctype(subset));
  });

  it('A07 A08 A09 refuses what is too deep, too broad, too large', async () => {
    await refused('0001 ', (xml) => xml.replace('>dag<', () => `>${'<a>'.repeat(1000)}${'</a>'.repeat(1000)}<`));
    const attributes = Array.from({ length: 1000 }, (_, index) => ` a${index}="x"`).join('');
    await refused('0001 ', (xml) => xml.replace('<e:tekst', () => `<e:tekst${attributes}`));
    await refused('0001 ', (xml) => xml.replace('urn:uuid:', () => `urn:uuid:${'x'.repeat(1_100_000)}`));
  });

  it('A11 [Digikoppeling WS006] [Digikoppeling WUS-0009] refuses what is not UTF-8, by charset, declaration or octets', async () => {
    await refused('0009 ', (xml) => `<?xml version="1.0" encoding="ISO-8859-1"?>${xml}`);
    await refused('0009 ', (xml) => `<?xml version="1.0" encoding="UTF-7"?>${xml}`);
    await refused('0009 ', (xml) => `<?xml version="1.0" encoding="UTF-16"?>${xml}`);
    for (const charset of ['utf-16', 'iso-8859-1', 'us-ascii']) {
      const { answer } = await provided.send({}, { 'content-type': `text/xml; charset=${charset}` });
      assert.equal(answer.fault?.faultstring.slice(0, 5), '0009 ', charset);
    }
    const octets = await provided.post({ body: Buffer.from('\ufeff<x/>', 'utf16le') });
    assert.equal(octets.fault?.faultstring.slice(0, 5), '0009 ');
    const latin = await provided.post({ body: Buffer.from('<x>\xe9</x>', 'latin1') });
    assert.equal(latin.fault?.faultstring.slice(0, 5), '0009 ');
  });

  it('A12 refuses white space before the declaration, and a second byte order mark', async () => {
    await refused('0001 ', (xml) => ` <?xml version="1.0"?>${xml}`);
    await refused('0001 ', (xml) => `\ufeff\ufeff${xml}`);
  });

  it('A13 refuses octets that are no characters', async () => {
    for (const octets of ['\u0000', '\u0085', '\uffff', '\u000b'])
      await refused('0001 ', (xml) => xml.replace('>dag<', () => `>${octets}<`));
    const overlong = await provided.post({ body: Buffer.from([0x3c, 0x78, 0x3e, 0xc0, 0xaf, 0x3c, 0x2f, 0x78, 0x3e]) });
    assert.equal(overlong.fault?.faultstring.slice(0, 5), '0009 ');
  });

  it('A14 refuses a second root, and anything behind the first [Digikoppeling WUS-0001]', async () => {
    await refused('0001 ', (xml) => xml + xml);
    await refused('0001 ', (xml) => `${xml}x`);
  });

  it('A15 A16 never reads an identifier in pieces', async () => {
    for (const piece of ['<!-- x -->', '<?x y?>', '<x/>']) {
      const { answer } = await provided.send({ blocks: (all) => all.map(split(piece)) });
      assert.equal(answer.fault?.faultstring.slice(0, 5), '0011 ', piece);
    }
    await refused(security, (xml) => xml.replace(/(<wsa:To [^>]*>)/, '$1<![CDATA[]]>x'));
  });

  it('A17 reads the same by any prefix', async () => {
    const { answer } = await provided.send({ blocks: (all) => all.map(swapped) });
    assert.equal(answer.status, 200);
    provided.reset();
  });

  it('A18 refuses unknown headers of WS-Addressing, and doubled ones', async () => {
    const { answer } = await provided.send({ blocks: (all) => all.map(unknown) });
    assert.equal(answer.fault?.faultstring.slice(0, 5), '0010 ');
    for (const name of ['To', 'Action', 'MessageID', 'ReplyTo']) {
      const doubled = await provided.send({
        blocks: (all) =>
          all.flatMap((one) => (one.startsWith(`<wsa:${name} `) ? [one, one.replace('wsa-', 'second-')] : [one])),
      });
      assert.equal(doubled.answer.fault?.faultstring.slice(0, 5), '0011 ', name);
      assert.ok(doubled.answer.secured);
    }
  });

  it('A19 refuses a second Body, and a Body that was moved', async () => {
    const body = /<soap:Body.*<\/soap:Body>/s;
    await refused('0001 ', (xml) => xml.replace(body, (all) => all + all));
    await refused('0010 ', (xml) =>
      xml
        .replace(body, (all) => all.replace('dag', 'nacht'))
        .replace('</soap:Header>', () => `<w xmlns="urn:w">${body.exec(xml)?.[0]}</w></soap:Header>`),
    );
  });

  it('A34 hands nothing to a backend of what was refused', () => {
    assert.equal(provided.backend.calls.length, 0);
  });
});

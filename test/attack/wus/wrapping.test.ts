import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { partyA, partyB } from '../../setup/test-keys.ts';
import { BODY, honestMessage, idOf, markupOf, resigned, verdict, verifyText } from '../../setup/wus-signatures.ts';

const CONFIRMED = Buffer.alloc(256, 7).toString('base64');
const FORGED_CONTENT = BODY.replace('123456789', '987654321');
const WRAP = (content: string): string => `<x:Wrap xmlns:x="urn:x">${content}</x:Wrap>`;

let honest = '';
let body = '';
let bodyId = '';
let to = '';
let timestamp = '';
let security = '';
const forgedBody = (attributes = ''): string => `<soap:Body${attributes}>${FORGED_CONTENT}</soap:Body>`;

/** Proves that the honest message is accepted, and that the hostile one, which differs from it, is refused with this code. */
async function refused(hostile: string, code: string, terms: Parameters<typeof verdict>[1] = {}): Promise<void> {
  assert.equal(await verdict(honest), 'verified');
  assert.notEqual(hostile, honest);
  assert.equal(await verdictOrParse(hostile, terms), code);
}

async function verdictOrParse(text: string, terms: Parameters<typeof verdict>[1]): Promise<string> {
  try {
    return await verdict(text, terms);
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : assert.fail(String(error));
  }
}

const inHeader = (text: string, block: string): string =>
  text.replace('</soap:Header>', () => `${block}</soap:Header>`);
const inSecurity = (text: string, child: string): string =>
  text.replace('</wsse:Security>', () => `${child}</wsse:Security>`);

describe('signature wrapping in WUS', () => {
  before(async () => {
    honest = await honestMessage();
    body = markupOf(honest, 'soap:Body');
    bodyId = idOf(honest, 'soap:Body');
    to = markupOf(honest, 'wsa:To');
    timestamp = markupOf(honest, 'wsu:Timestamp');
    security = markupOf(honest, 'wsse:Security');
  });

  describe('A19 the signed Body elsewhere, a forged one in its place [Digikoppeling WB004-coverage]', () => {
    const places: Readonly<Record<string, [(forged: string) => string, string]>> = {
      'in a wrapper in the Header': [(forged) => inHeader(forged, WRAP(body)), 'SIGNATURE_COVERAGE'],
      'as a block of the Header': [(forged) => inHeader(forged, body), 'SIGNATURE_COVERAGE'],
      'in a wrapper in the Security header': [(forged) => inSecurity(forged, WRAP(body)), 'WUS_SECURITY_HEADER'],
      'as a child of the Security header': [(forged) => inSecurity(forged, body), 'WUS_SECURITY_HEADER'],
      'in an Object of the Signature': [
        (forged) => forged.replace('</ds:Signature>', () => `<ds:Object>${body}</ds:Object></ds:Signature>`),
        'SIGNATURE_INVALID',
      ],
      'in the KeyInfo': [(forged) => forged.replace('</ds:KeyInfo>', () => `${body}</ds:KeyInfo>`), 'WUS_TOKEN'],
      'in the forged one': [
        (forged) =>
          forged.replace(forgedBody(), () => forgedBody().replace('</soap:Body>', () => `${body}</soap:Body>`)),
        'SIGNATURE_COVERAGE',
      ],
      'behind the forged one, wrapped': [
        (forged) => forged.replace(forgedBody(), () => forgedBody() + WRAP(body)),
        'SIGNATURE_COVERAGE',
      ],
      'behind the forged one': [(forged) => forged.replace(forgedBody(), () => forgedBody() + body), 'SOAP_MALFORMED'],
      'before the forged one': [(forged) => forged.replace(forgedBody(), () => body + forgedBody()), 'SOAP_MALFORMED'],
      'in a whole Envelope in the Header': [(forged) => inHeader(forged, WRAP(honest)), 'SIGNATURE_INVALID'],
      'in a whole Envelope in the forged one': [
        (forged) => forged.replace(forgedBody(), () => `<soap:Body>${honest}</soap:Body>`),
        'SIGNATURE_INVALID',
      ],
    };
    for (const [place, [move, code]] of Object.entries(places)) {
      it(`A19 ${place}`, async () => {
        await refused(move(honest.replace(body, () => forgedBody())), code);
      });
    }

    it('A19 with the forged one under the same Id, whatever attribute holds it', async () => {
      for (const attribute of ['wsu:Id', 'xml:id', 'Id', 'ID', 'id', 'wsse:Id']) {
        const namespaces =
          ' xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd" xmlns:wsse="urn:w"';
        const forged = honest.replace(body, () => forgedBody(`${namespaces} ${attribute}="${bodyId}"`));
        await refused(inHeader(forged, WRAP(body)), 'SIGNATURE_INVALID');
      }
    });
  });

  describe('A19 a signed header elsewhere, a forged one in its place', () => {
    it('A19 To in a wrapper', async () => {
      const forged = to.replace('dienst.example', 'elders.example').replace(/ wsu:Id="[^"]*"/, '');
      await refused(
        honest.replace(to, () => forged + WRAP(to)),
        'SIGNATURE_COVERAGE',
      );
      await refused(
        honest.replace(to, () => WRAP(to)),
        'SIGNATURE_COVERAGE',
      );
      await refused(
        honest.replace(to, () => forged).replace('</soap:Envelope>', () => `${WRAP(to)}</soap:Envelope>`),
        'SIGNATURE_COVERAGE',
      );
    });

    it('A19 a second, unsigned To, Action, MessageID, RelatesTo or ReplyTo', async () => {
      for (const name of ['To', 'Action', 'MessageID', 'RelatesTo', 'ReplyTo', 'FaultTo', 'From', 'Other']) {
        const second = `<wsa:${name} xmlns:wsa="http://www.w3.org/2005/08/addressing">x</wsa:${name}>`;
        await refused(inHeader(honest, second), 'SIGNATURE_COVERAGE');
        await refused(
          honest.replace('<soap:Header>', () => `<soap:Header>${second}`),
          'SIGNATURE_COVERAGE',
        );
      }
    });

    it('A19 the Timestamp in a wrapper or beside, a fresh one in its place', async () => {
      const fresh = timestamp.replace(/ wsu:Id="[^"]*"/, '');
      await refused(
        inHeader(
          honest.replace(timestamp, () => fresh),
          WRAP(timestamp),
        ),
        'SIGNATURE_COVERAGE',
      );
      await refused(
        inHeader(
          honest.replace(timestamp, () => fresh),
          timestamp,
        ),
        'SIGNATURE_COVERAGE',
      );
      await refused(
        honest.replace(timestamp, () => fresh + timestamp),
        'WUS_SECURITY_HEADER',
      );
      const others = `<wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" soap:actor="urn:other">${timestamp}</wsse:Security>`;
      await refused(
        inHeader(
          honest.replace(timestamp, () => fresh),
          others,
        ),
        'SIGNATURE_COVERAGE',
      );
    });

    it('A19 the SignatureConfirmation of another answer in a wrapper, a forged one in its place', async () => {
      const answer = await honestMessage({ confirms: [CONFIRMED] });
      const confirmation = markupOf(answer, 'wsse11:SignatureConfirmation');
      assert.equal(await verdict(answer, { confirms: [CONFIRMED] }), 'verified');
      const other = Buffer.alloc(256, 9).toString('base64');
      const forged = confirmation.replace(CONFIRMED, other).replace(/ wsu:Id="[^"]*"/, '');
      const hostile = inHeader(
        answer.replace(confirmation, () => forged),
        WRAP(confirmation),
      );
      await refused(hostile, 'SIGNATURE_COVERAGE', { confirms: [other] });
    });
  });

  it('A19 two Headers, or none', async () => {
    await refused(
      honest.replace('<soap:Header>', () => '<soap:Header></soap:Header><soap:Header>'),
      'SOAP_MALFORMED',
    );
    await refused(honest.replace(/<soap:Header>.*<\/soap:Header>/s, ''), 'WUS_SECURITY_HEADER');
  });

  it('A19 two Security headers for us, whatever holds them apart', async () => {
    const empty =
      '<wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"';
    const next = 'http://schemas.xmlsoap.org/soap/actor/next';
    for (const attributes of ['', ' soap:actor=""', ` soap:actor="${next}"`]) {
      await refused(inHeader(honest, `${empty}${attributes}></wsse:Security>`), 'WUS_SECURITY_HEADER');
    }
    await refused(inHeader(honest, security), 'WUS_SECURITY_HEADER');
  });

  it('A19 a Security header for another actor counts for nothing', async () => {
    const others = security.replace('<wsse:Security ', () => '<wsse:Security soap:actor="urn:other" ');
    await refused(
      honest.replace(security, () => others),
      'WUS_SECURITY_HEADER',
    );
    await refused(
      honest.replace(security, () => WRAP(security)),
      'WUS_SECURITY_HEADER',
    );
  });

  it('A20 an Id that stands twice, wherever and as whatever [Digikoppeling WB004-coverage]', async () => {
    const xmlId = WRAP('').replace('xmlns:x', () => `xml:id="${bodyId}" xmlns:x`);
    await refused(inHeader(honest, xmlId), 'SIGNATURE_INVALID');
    for (const name of ['wsu:Timestamp', 'wsse:BinarySecurityToken', 'wsa:MessageID']) {
      const id = idOf(honest, name);
      for (const attribute of ['Id', 'ID', 'id', 'iD', 'x:Id', 'xml:id', 'wsu:Id']) {
        const block = `<x:W xmlns:x="urn:x" xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd" ${attribute}="${id}"/>`;
        await refused(inHeader(honest, block), 'SIGNATURE_INVALID');
        await refused(
          honest.replace('</soap:Envelope>', () => `${block}</soap:Envelope>`),
          'SIGNATURE_INVALID',
        );
      }
    }
  });

  it('A20 two Ids on one element, and two that nobody refers to', async () => {
    const twice = resigned(honest, (text) => text.replace('<soap:Body ', () => '<soap:Body xml:id="other" '));
    await refused(twice, 'SIGNATURE_INVALID');
    const pair = '<x:W xmlns:x="urn:x" xml:id="p"/><x:W xmlns:x="urn:x" xml:id="p"/>';
    await refused(inHeader(honest, pair), 'SIGNATURE_INVALID');
  });

  it('A20 what content calls id is its own affair, as long as no Reference could mean it', async () => {
    const content = '<m:a xmlns:m="urn:m" id="1" ID="2"><m:b id="1" Id="2" m:id="1"/></m:a>';
    assert.equal(await verdict(await honestMessage({ body: content })), 'verified');
  });

  it('A24 two signatures in the Security header', async () => {
    const signature = markupOf(honest, 'ds:Signature');
    await refused(
      honest.replace(signature, () => signature + signature),
      'WUS_SECURITY_HEADER',
    );
    const foreign = markupOf(await honestMessage({ party: partyB }), 'ds:Signature');
    await refused(
      honest.replace(signature, () => foreign + signature),
      'WUS_SECURITY_HEADER',
    );
    await refused(
      honest.replace(signature, () => signature + foreign),
      'WUS_SECURITY_HEADER',
    );
    await refused(
      honest.replace(signature, () => WRAP(signature)),
      'WUS_SECURITY_HEADER',
    );
    await refused(honest.replace(signature, ''), 'SIGNATURE_MISSING');
    const wsse = 'xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"';
    const declared = signature.replace('<ds:Signature', `<ds:Signature ${wsse}`);
    await refused(inHeader(honest.replace(signature, ''), declared), 'SIGNATURE_MISSING');
  });

  it('A24 a signature that is content of the signed Body is content', async () => {
    const content = `<m:stuk xmlns:m="urn:m">${markupOf(await honestMessage({ party: partyB }), 'ds:Signature').replaceAll(/<wsse:.*<\/wsse:SecurityTokenReference>/g, '')}</m:stuk>`;
    const { certificate } = await verifyText(await honestMessage({ body: content }));
    assert.deepEqual(Buffer.from(certificate), partyA.certificate);
  });

  it('A21 what is acted upon and not signed: Body, each header, Timestamp [Digikoppeling WB004, Digikoppeling WB004-coverage, Digikoppeling WB013-request]', async () => {
    for (const name of ['soap:Body', 'wsa:To', 'wsa:Action', 'wsa:MessageID', 'wsa:From', 'wsu:Timestamp']) {
      const id = idOf(honest, name);
      const without = resigned(honest, (text) =>
        text.replace(new RegExp(`<ds:Reference URI="#${id}">.*?</ds:Reference>`), ''),
      );
      await refused(without, 'SIGNATURE_COVERAGE');
    }
  });

  it('A21 an answer whose confirmation is not signed, unless the partner has leave [Digikoppeling WB014]', async () => {
    const answer = await honestMessage({ confirms: [CONFIRMED] });
    const id = idOf(answer, 'wsse11:SignatureConfirmation');
    const without = resigned(answer, (text) =>
      text.replace(new RegExp(`<ds:Reference URI="#${id}">.*?</ds:Reference>`), ''),
    );
    await refused(without, 'SIGNATURE_COVERAGE', { confirms: [CONFIRMED] });
    const told: string[] = [];
    const allow = { sha1: false, keyReferences: false, unsignedConfirmation: true };
    await verifyText(without, { confirms: [CONFIRMED], allow, weakened: (one) => told.push(one) });
    await verifyText(answer, { confirms: [CONFIRMED], allow, weakened: (one) => told.push(one) });
    assert.deepEqual(told, ['unsignedConfirmation']);
  });

  it('A21 a changed Body, header, Timestamp or confirmation', async () => {
    for (const [from, into] of [
      ['123456789', '123456780'],
      ['dienst.example', 'dienst.exampel'],
      ['12:00:00.000Z', '12:00:01.000Z'],
    ] as const) {
      await refused(honest.replace(from, into), 'SIGNATURE_INVALID');
    }
    const answer = await honestMessage({ confirms: [CONFIRMED] });
    const other = Buffer.alloc(256, 9).toString('base64');
    await refused(answer.replace(CONFIRMED, other), 'SIGNATURE_INVALID', { confirms: [other] });
  });

  it('A23 an element named twice, or one that nobody reads', async () => {
    const [reference = ''] = /<ds:Reference URI="#wsa-To">.*?<\/ds:Reference>/.exec(honest) ?? [];
    await refused(
      resigned(honest, (text) =>
        text.replace(
          '</ds:SignedInfo>',
          () => `${reference.replace(/>[^<]*<\/ds:DigestValue/, '>@</ds:DigestValue')}</ds:SignedInfo>`,
        ),
      ),
      'SIGNATURE_COVERAGE',
    );
    for (const [name, id] of [
      ['ds:Signature', 'S'],
      ['ds:SignedInfo', 'SI'],
      ['ds:KeyInfo', 'KI'],
    ] as const) {
      const hostile = resigned(honest, (text) =>
        text.replace(`<${name}`, () => `<${name} Id="${id}"`).replace('#wsa-To', () => `#${id}`),
      );
      await refused(hostile, 'SIGNATURE_COVERAGE');
    }
  });

  it('A35 the certificate is that of the token that the signature names, never another one that stands there', async () => {
    const other = await honestMessage({ party: partyB });
    const first = markupOf(honest, 'wsse:BinarySecurityToken');
    const both = other.replace('<wsse:BinarySecurityToken', () => `${first}<wsse:BinarySecurityToken`);
    assert.deepEqual(Buffer.from((await verifyText(both)).certificate), partyB.certificate);
    await refused(
      honest.replace(first, () =>
        markupOf(other, 'wsse:BinarySecurityToken').replace(
          idOf(other, 'wsse:BinarySecurityToken'),
          idOf(honest, 'wsse:BinarySecurityToken'),
        ),
      ),
      'SIGNATURE_INVALID',
    );
    await refused(
      honest.replace(
        /SecurityTokenReference><wsse:Reference URI="[^"]*"/,
        `SecurityTokenReference><wsse:Reference URI="#${bodyId}"`,
      ),
      'WUS_TOKEN',
    );
  });

  it('A35 a token outside the Security header is none', async () => {
    const token = markupOf(honest, 'wsse:BinarySecurityToken');
    const declared = token.replace(
      '<wsse:BinarySecurityToken',
      '<wsse:BinarySecurityToken xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"',
    );
    await refused(inHeader(honest.replace(token, ''), declared), 'WUS_TOKEN');
    await refused(honest.replace(token, ''), 'SIGNATURE_INVALID');
  });
});

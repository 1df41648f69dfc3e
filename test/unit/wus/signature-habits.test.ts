import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { honestMessage, markupOf, resigned, verdict } from '../../setup/wus-signatures.ts';

const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const WSSE11 = 'http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd';
const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const TRANSFORM = `<ds:Transform Algorithm="${EXCLUSIVE}"></ds:Transform>`;

type Edit = (text: string) => string;

const moved =
  (name: string, before: string): Edit =>
  (text) => {
    const block = markupOf(text, name);
    return text.replace(block, '').replace(before, () => block + before);
  };

const listing = (prefixes: string): Edit => {
  const list = `<ec:InclusiveNamespaces xmlns:ec="${EXCLUSIVE}" PrefixList="${prefixes}"></ec:InclusiveNamespaces>`;
  return (text) =>
    text.replaceAll(
      TRANSFORM,
      TRANSFORM.replace('></', () => `>${list}</`),
    );
};

/** Ways in which peers write what is no less signed. */
const HABITS: Readonly<Record<string, Edit>> = {
  'no prefix for XML Signature': (text) =>
    text.replaceAll('<ds:', '<').replaceAll('</ds:', '</').replace('xmlns:ds=', 'xmlns='),
  'prefixes of .NET': (text) =>
    text
      .replaceAll('wsse:', 'o:')
      .replaceAll('xmlns:wsse', 'xmlns:o')
      .replaceAll('wsu:', 'u:')
      .replaceAll('xmlns:wsu', 'xmlns:u')
      .replaceAll('soap:', 's:')
      .replaceAll('xmlns:soap', 'xmlns:s'),
  'lines and indentation': (text) => {
    const security = markupOf(text, 'wsse:Security');
    return text.replace(security, () => security.replaceAll('><', '>\n  <'));
  },
  'lines that end with CR LF': (text) => text.replaceAll('></ds:Reference>', '>\r\n</ds:Reference>'),
  'short forms of empty elements': (text) =>
    text.replaceAll(/><\/ds:(?:Transform|DigestMethod|SignatureMethod)>/g, '/>'),
  'a declaration of XML': (text) => `<?xml version='1.0' encoding='UTF-8'?>\n${text}`,
  'Ids on everything': (text) =>
    text
      .replace('<ds:Signature ', '<ds:Signature Id="S" ')
      .replace('<ds:SignedInfo>', '<ds:SignedInfo Id="SI">')
      .replace('<ds:SignatureValue>', '<ds:SignatureValue Id="SV">')
      .replace('<ds:Reference ', '<ds:Reference Id="R" Type="http://www.w3.org/2000/09/xmldsig#Object" ')
      .replace('<ds:KeyInfo>', '<ds:KeyInfo Id="KI">')
      .replace('<wsse:SecurityTokenReference>', `<wsse:SecurityTokenReference xmlns:wsu="${WSU}" wsu:Id="STR">`)
      .replace('<wsse:Security ', `<wsse:Security xmlns:wsu="${WSU}" wsu:Id="SEC" `),
  'a TokenType': (text) =>
    text.replace(
      '<wsse:SecurityTokenReference>',
      `<wsse:SecurityTokenReference xmlns:w="${WSSE11}" w:TokenType="urn:x" Usage="urn:y">`,
    ),
  'a reference without ValueType': (text) => text.replace(/(<wsse:Reference URI="[^"]*") ValueType="[^"]*"/, '$1'),
  'a token without EncodingType': (text) => text.replace(/ EncodingType="[^"]*"/, ''),
  'base64 in lines': (text) => text.replace('MII', 'MI\n I'),
  'an empty PrefixList': listing(''),
  'a PrefixList': listing('soap wsse #default  m'),
  'a PrefixList for SignedInfo': (text) =>
    text.replace(
      `<ds:CanonicalizationMethod Algorithm="${EXCLUSIVE}">`,
      (start) => `${start}<ec:InclusiveNamespaces xmlns:ec="${EXCLUSIVE}" PrefixList="soap"></ec:InclusiveNamespaces>`,
    ),
  'the Timestamp first': moved('wsu:Timestamp', '<wsse:BinarySecurityToken'),
  'the token last': moved('wsse:BinarySecurityToken', '</wsse:Security>'),
  'the Security header last': (text) => moved('wsse:Security', '</soap:Header>')(text),
  'References in another order': (text) => {
    const references = [...text.matchAll(/<ds:Reference .*?<\/ds:Reference>/g)].map(([whole]) => whole);
    return text.replace(references.join(''), () => references.toReversed().join(''));
  },
  'no mustUnderstand': (text) => text.replace(' soap:mustUnderstand="1"', ''),
  'an actor that is whoever comes next': (text) =>
    text.replace('<wsse:Security ', '<wsse:Security soap:actor="http://schemas.xmlsoap.org/soap/actor/next" '),
  'a Security header for somebody else besides': (text) =>
    text.replace('</soap:Header>', `<w:Security xmlns:w="${NAMESPACE}" soap:actor="urn:x"></w:Security></soap:Header>`),
  'a ReferenceList that is left of what was encrypted': (text) =>
    text.replace('<wsu:Timestamp', '<x:ReferenceList xmlns:x="http://www.w3.org/2001/04/xmlenc#"/><wsu:Timestamp'),
  'the token signed as it stands': (text) => {
    const [reference = ''] = /<ds:Reference .*?<\/ds:Reference>/.exec(text) ?? [];
    const id = /<wsse:BinarySecurityToken [^>]*wsu:Id="([^"]*)"/.exec(text)?.[1] ?? '';
    return text.replace(reference, () => reference + reference.replace(/URI="[^"]*"/, `URI="#${id}"`));
  },
};

const NAMESPACE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';

describe('habits of peers that sign', () => {
  for (const [habit, edit] of Object.entries(HABITS)) {
    it(`WB001 WB004 WB007 ${habit} [Digikoppeling WB001, Digikoppeling WB004]`, async () => {
      const honest = await honestMessage();
      const text = resigned(honest, edit);
      assert.notEqual(text, honest);
      assert.equal(await verdict(text), 'verified');
    });
  }
});

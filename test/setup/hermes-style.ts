import { EB_NS } from '../../src/ebms/namespaces.ts';
import { actorXPath } from '../../src/xmlsec/actor-filter.ts';
import { algorithm, DS, fillIn, INCLUSIVE, RSA_SHA256, SHA256, partReference } from '../unit/xmlsec/signed-message.ts';
import { type Draft, markupOf } from './msh-partner.ts';
import type { RawRequest } from './test-gateway.ts';
import { partyA, partyB } from './test-keys.ts';

/** Messages as Hermes puts them on the wire, made of our own data: another layout for the same content. */
export interface HermesStyle {
  /** The address in the hints to schemas, which nobody may ask. */
  readonly schemas?: string;
  readonly prefix?: string;
  readonly xpath?: string;
  readonly keyInfo?: string;
  readonly references?: string;
  readonly digest?: string;
}

const SOAP = 'SOAP-ENV';
const BLOCK = /<eb:(MessageHeader|SyncReply|AckRequested|Manifest)\b/g;

/** Its prefixes, declared again on every block; hints to schemas; one line. */
export function hermesMarkup(one: Draft, { schemas = 'http://127.0.0.1:1/', prefix = SOAP }: HermesStyle = {}): string {
  const hint = ` xsi:schemaLocation="${schemas} ${schemas}schema.xsd"`;
  return markupOf(one)
    .replace(/ xmlns:(?:ds|eb)="[^"]*"/g, '')
    .replace('xmlns:soap=', `xmlns:${prefix}=`)
    .replace(/(<\/?|\s)soap:/g, `$1${prefix}:`)
    .replace(BLOCK, `<eb:$1 xmlns:eb="${EB_NS}"`)
    .replace(
      `<${prefix}:Envelope`,
      `<${prefix}:Envelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xml="http://www.w3.org/XML/1998/namespace"${hint}`,
    )
    .replace(`<${prefix}:Header`, `<${prefix}:Header${hint}`)
    .replace(`<${prefix}:Body`, `<${prefix}:Body${hint}`);
}

/** Signed as it signs: last in Header, ds declared on Signature, blanks in the filter, wrapped base64, each certificate in an X509Data of its own. */
export function hermesSigned(one: Draft, style: HermesStyle = {}): Buffer {
  const { prefix = SOAP, xpath = actorXPath(prefix).replace('|', ' | '), digest = SHA256 } = style;
  const transforms = [
    algorithm('Transform', `${DS}enveloped-signature`),
    algorithm('Transform', 'http://www.w3.org/TR/1999/REC-xpath-19991116', `\n<ds:XPath>${xpath}</ds:XPath>\n`),
    algorithm('Transform', INCLUSIVE),
  ].join('\n');
  const envelope = `<ds:Reference URI="">\n<ds:Transforms>\n${transforms}\n</ds:Transforms>\n${algorithm('DigestMethod', digest)}\n<ds:DigestValue>@ENVELOPE@</ds:DigestValue>\n</ds:Reference>`;
  const parts = style.references ?? one.parts.map((part) => partReference(part)).join('\n');
  const info = [
    algorithm('CanonicalizationMethod', INCLUSIVE),
    algorithm('SignatureMethod', RSA_SHA256),
    envelope,
    parts,
  ];
  const signature = `<ds:Signature xmlns:ds="${DS}">\n<ds:SignedInfo>\n${info.join('\n')}\n</ds:SignedInfo>\n<ds:SignatureValue>@SIGNATURE@</ds:SignatureValue>\n${style.keyInfo ?? keyInfo()}\n</ds:Signature>`;
  const markup = hermesMarkup(one, style).replace(`</${prefix}:Header>`, () => `${signature}</${prefix}:Header>`);
  const signed = fillIn(markup, partyA).replace(
    /(<ds:SignatureValue>)([^<]*)/,
    (_, tag: string, value: string) => `${tag}\n${wrapped(value)}\n`,
  );
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8" ?>${signed}`);
}

/** Leaf first, as Hermes has it, or in another order. */
export function keyInfo(certificates: readonly Uint8Array[] = [partyA.certificate, partyB.certificate]): string {
  const data = certificates.map((der) => {
    const text = wrapped(Buffer.from(der).toString('base64'));
    return `<ds:X509Data>\n<ds:X509Certificate>\n${text}\n</ds:X509Certificate>\n</ds:X509Data>`;
  });
  return `<ds:KeyInfo>\n${data.join('\n')}\n</ds:KeyInfo>`;
}

const wrapped = (base64: string): string => (base64.match(/.{1,76}/g) ?? []).join('&#13;\n');

export interface HermesPacking {
  readonly boundary?: string;
  readonly contentType?: (boundary: string) => string;
  readonly idField?: string;
  readonly end?: string;
}

/** Its package: no start parameter, few headers, and nothing after the last boundary. */
export function hermesPackage(
  envelope: Uint8Array | string,
  { parts }: Draft,
  packing: HermesPacking = {},
): RawRequest {
  const { boundary = '----=_Part_1_1309335839.1795306988180', idField = 'Content-ID: ', end = '' } = packing;
  const contentType =
    packing.contentType ?? ((text: string) => `multipart/related; boundary="${text}"; type="text/xml"`);
  const root = [`--${boundary}\r\nContent-Type: text/xml; charset=UTF-8\r\nContent-Id: <soappart>\r\n\r\n`, envelope];
  const others = parts.flatMap(({ contentId, body }) => [
    `\r\n--${boundary}\r\nContent-Type: application/xml\r\n${idField}<${contentId}>\r\n\r\n`,
    body,
  ]);
  const pieces = [...root, ...others, `\r\n--${boundary}--${end}`];
  return {
    headers: { 'content-type': contentType(boundary), soapaction: '"ebXML"' },
    body: Buffer.concat(pieces.map((piece) => Buffer.from(piece))),
  };
}

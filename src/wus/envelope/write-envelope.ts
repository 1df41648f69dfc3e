import { SOAP_NS } from '../../soap/envelope.ts';

const START = Buffer.from(`<soap:Envelope xmlns:soap="${SOAP_NS}">`, 'latin1');
const BODY = Buffer.from('<soap:Body>', 'latin1');
const END = Buffer.from('</soap:Body></soap:Envelope>', 'latin1');

/** An envelope without security: header blocks as markup, and the children of the Body. */
export function writeEnvelope(headers: readonly string[], body: Uint8Array): Buffer {
  const header = headers.length === 0 ? '' : `<soap:Header>${headers.join('')}</soap:Header>`;
  return Buffer.concat([START, Buffer.from(header, 'utf8'), BODY, body, END]);
}

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { PayloadStore } from '../../src/ports/payload-store.ts';
import { parseEnvelope } from '../../src/soap/envelope.ts';
import type { WusContent } from '../../src/wus/content.ts';
import { childElements, parseXml, simpleText, type XmlElement } from '../../src/xml/tree.ts';
import { readPackage } from '../unit/mime/read-package.ts';
import { recorded, type RecordedCase, type RecordedPlace } from './wus-recordings.ts';

/** The recording with the same question as each operation, in the clear. */
const IN_THE_CLEAR: Readonly<Record<string, string>> = {
  klein: 'be-small',
  'groot-vraag': 'be-no-chunking',
  onbekend: 'be-fault-business',
  storing: 'be-fault-internal',
  afgewezen: 's-fault-client',
  bestand: 'be-mtom-request',
  'bestand-heen-en-weer': 'be-mtom-both-ways',
};

/** SHA-256 of the octets that every attachment has. */
const ATTACHED = 'b804d9baf411f3704302aae8c03df01c3b49c8287bbcab2917f90e18758be358';

/** What the backend got last is what the consumer of the recording asked, octets of attachments included. */
export function requireHandedOn({ asked }: RecordedPlace, { operation }: RecordedCase): void {
  const { request: handedOn, body } = asked.at(-1) ?? assert.fail('nothing was handed on');
  const { headers, body: sent } = recorded(IN_THE_CLEAR[operation] ?? assert.fail(operation), 'request');
  assert.equal(handedOn.partner, '00000099000000001000');
  assert.deepEqual(contentOf(handedOn.contentType, body), contentOf(headers['content-type'] ?? '', sent));
  const inhoud = JSON.stringify(contentOf(handedOn.contentType, body)).match(/[0-9a-f]{64}/g);
  assert.deepEqual(inhoud, operation.startsWith('bestand') ? [ATTACHED] : null);
}

/** The answer is what the provider of the recording gave to that question, under any profile. */
export async function requireAnswered(
  { body, attachments }: WusContent,
  { operation }: RecordedCase,
  payloads: PayloadStore,
): Promise<void> {
  const { headers, body: given } = recorded(IN_THE_CLEAR[operation] ?? assert.fail(operation), 'response');
  const byId = new Map<string | undefined, Buffer>();
  for (const { contentId, content } of attachments) byId.set(contentId, await buffer(await payloads.open(content)));
  const [expected] = contentOf(headers['content-type'] ?? '', given);
  assert.deepEqual(plain(parseXml(body).root, byId), expected);
}

/** A body without what namespaces and packages leave free: names, values, and digests of what is binary. */
function contentOf(contentType: string, octets: Buffer): readonly unknown[] {
  const [root, ...parts] = contentType.startsWith('multipart/') ? readPackage(contentType, octets) : [{ body: octets }];
  const byId = new Map(parts.map((part) => ['contentId' in part ? part.contentId : undefined, part.body]));
  const { body } = parseEnvelope(parseXml(root?.body ?? assert.fail('no root')));
  return childElements(body).map((el) => plain(el, byId));
}

/** What holds attachments by the WSDL. */
const BINARY = ['inhoud', 'kopie'];

function plain(el: XmlElement, byId: ReadonlyMap<string | undefined, Buffer>): unknown {
  const name = `{${el.namespace}}${el.localName}`;
  const attributes = el.attributes.map((one) => `${one.localName}=${one.value}`).sort();
  const children = childElements(el);
  const [only] = children;
  if (only?.localName === 'Include')
    return [name, digest(byId.get(only.attributes[0]?.value.slice('cid:'.length)) ?? assert.fail('no part'))];
  const text = simpleText(el) ?? '';
  if (BINARY.includes(el.localName)) return [name, digest(Buffer.from(text, 'base64'))];
  return [name, attributes, children.length === 0 ? text : children.map((child) => plain(child, byId))];
}

function digest(octets: Buffer): string {
  return createHash('sha256').update(octets).digest('hex');
}

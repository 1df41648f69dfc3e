import { cloudEvent, toDateTime } from '../../src/index.ts';
import type { HandedMessage, HandedPayload, StoredEvent } from '../../src/index.ts';
import type { Webhook } from './settings.ts';

/** Context attributes of one CloudEvent; what is undefined is left out. */
type Attributes = Readonly<Record<string, string | undefined>>;

/** A CloudEvent before it is written: `data` are the octets of `contentType`, none where there is nothing to carry. */
export interface Occurrence {
  readonly attributes: Attributes;
  readonly contentType: string | undefined;
  readonly data: Uint8Array | undefined;
  /** `data` are octets of a partner, in which nothing is changed. */
  readonly foreign?: boolean;
}

/** The request that carries it; `id` is what it is signed with. */
export interface Written {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** @spec NL GOV profile for CloudEvents 1.1 */
export function eventOccurrence(event: StoredEvent, source: string): Occurrence {
  const { data, datacontenttype, ...attributes } = cloudEvent(event, source);
  return {
    attributes: { ...attributes },
    contentType: datacontenttype,
    data: Buffer.from(JSON.stringify(data)),
  };
}

export interface MessageTerms extends Pick<Webhook, 'inlineLimit'> {
  readonly source: string;
  readonly apiUrl: string;
}

/**
 * A message that is handed over: its one payload where that is small enough, else `dataref`: the payload in the API, or
 * where there are several the message, which names them. @spec NL GOV profile for CloudEvents 1.1 (dataref)
 */
export async function messageOccurrence(message: HandedMessage, terms: MessageTerms): Promise<Occurrence> {
  const [payload, ...others] = message.payloads;
  const attributes = messageAttributes(message, terms.source);
  if (payload === undefined) return { attributes, contentType: undefined, data: undefined };
  const place = `${terms.apiUrl}/messages/${inUrl(message.messageId)}`;
  const choice = `?direction=in&from=${inUrl(message.fromPartyId)}`;
  const datacontenttype = others.length === 0 ? payload.contentType : undefined;
  if (others.length > 0)
    return { attributes: { ...attributes, dataref: place + choice }, contentType: undefined, data: undefined };
  const named = { ...attributes, payloadname: payload.name, payloadsha256: payload.sha256 };
  if (payload.size > terms.inlineLimit) {
    const dataref = `${place}/payloads/1${choice}`;
    return { attributes: { ...named, dataref, datacontenttype }, contentType: undefined, data: undefined };
  }
  const { contentType, translated = false } = payload;
  return { attributes: named, contentType, data: await octetsOf(payload), foreign: !translated };
}

function messageAttributes(message: HandedMessage, source: string): Attributes {
  return {
    specversion: '1.0',
    id: message.messageId,
    source,
    type: 'nl.postiljon.message.handover',
    time: toDateTime(message.receivedAt),
    subject: message.messageId,
    cpaid: message.cpaId,
    frompartyid: message.fromPartyId,
    fromrole: message.fromRole,
    topartyid: message.toPartyId,
    torole: message.toRole,
    service: message.service,
    action: message.action,
    conversationid: message.conversationId,
    reftomessageid: message.refToMessageId,
    attempt: String(message.attempt),
  };
}

/** What may stand in a URL as it is stays so: in a header each % is encoded once more. */
function inUrl(text: string): string {
  return encodeURIComponent(text).replaceAll('%40', '@').replaceAll('%3A', ':');
}

async function octetsOf(payload: HandedPayload): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await payload.open()) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** @spec CloudEvents HTTP Protocol Binding 1.0.2 §3 */
export function writeOccurrence(occurrence: Occurrence, mode: Webhook['mode']): Written {
  return mode === 'binary' ? writeBinary(occurrence) : writeStructured(occurrence);
}

function writeBinary({ attributes, contentType, data }: Occurrence): Written {
  const fields = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined || name === 'datacontenttype' ? [] : [[`ce-${name}`, headerValue(value)] as const],
  );
  const type = contentType ?? attributes['datacontenttype'];
  return {
    id: headerValue(attributes['id'] ?? ''),
    headers: { ...Object.fromEntries(fields), ...(type === undefined ? {} : { 'content-type': mediaType(type) }) },
    body: data ?? new Uint8Array(),
  };
}

/** Octets of a partner travel in base64: nothing about them is changed. */
function writeStructured({ attributes, contentType, data, foreign = false }: Occurrence): Written {
  const text = contentType === 'application/json' && !foreign;
  const content: unknown = text && data !== undefined ? JSON.parse(Buffer.from(data).toString('utf8')) : undefined;
  const event = {
    ...attributes,
    ...(contentType === undefined ? {} : { datacontenttype: contentType }),
    ...(content === undefined ? {} : { data: content }),
    ...(data === undefined || text ? {} : { data_base64: Buffer.from(data).toString('base64') }),
  };
  return {
    id: headerValue(attributes['id'] ?? ''),
    headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' },
    body: Buffer.from(JSON.stringify(event)),
  };
}

/** A partner chooses some of these: what a header cannot carry is percent-encoded. @spec CloudEvents HTTP §3.1.3.2 */
function headerValue(text: string): string {
  return text.toWellFormed().replace(/[^!#$&-~]/gu, encodeURIComponent);
}

/** What a partner named as media type is repeated only when it is one. */
function mediaType(type: string): string {
  return /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;[ -~]*)?$/.test(type) ? type : 'application/octet-stream';
}

import { GatewayError } from '../../../src/index.ts';
import type { SubmitRequest } from '../../../src/index.ts';
import { fittingName, LONGEST_NAME } from '../names.ts';

/** What a sidecar says: the fields of POST /messages, and which files the payloads are. */
export interface Sidecar {
  readonly terms: MessageTerms;
  readonly payloads: readonly SidecarPayload[];
}

export type MessageTerms = Omit<SubmitRequest, 'payloads' | 'idempotency' | 'resendOf'>;

export interface SidecarPayload {
  /** Beside the sidecar. */
  readonly file: string;
  readonly name: string | undefined;
  readonly contentType: string | undefined;
}

export const SIDECAR_ENDING = '.json';
/** What we add to a message that was settled; no payload may have the name. */
export const SENT_ENDING = '.sent.json';
export const REASON_ENDING = '.reason.json';

/** The name of what we add: with that of what was claimed before it, as far as a file system takes it. */
export function outcomeName(name: string, ending: typeof SENT_ENDING | typeof REASON_ENDING): string {
  return fittingName(name, ending);
}

const REQUIRED = ['cpaId', 'from', 'service', 'action'] as const;
const OPTIONAL = ['fromRole', 'to', 'toRole', 'conversationId', 'refToMessageId', 'messageId'] as const;
const TERMS: readonly string[] = [...REQUIRED, ...OPTIONAL];
const PAYLOAD_KEYS: readonly string[] = ['file', 'name', 'contentType'];
/** As in the API. */
const LONGEST_TEXT = 1024;
const MOST_COMPLAINTS = 20;

/** Throws REQUEST_INVALID whose detail names what is wrong. */
export function parseSidecar(octets: Uint8Array, sidecar: string): Sidecar {
  const value = parseJson(octets);
  if (!isMap(value)) throw invalid('must be a JSON object');
  const complaints = [
    ...strangers(value, [...TERMS, 'payloads'], ''),
    ...REQUIRED.filter((key) => value[key] === undefined).map((key) => `${key} is required`),
    ...TERMS.filter((key) => value[key] !== undefined && !isText(value[key])).map(
      (key) => `${key} must be text, 1 to ${LONGEST_TEXT} characters`,
    ),
  ];
  const listed: readonly unknown[] = Array.isArray(value['payloads']) ? value['payloads'] : [];
  if (!Array.isArray(value['payloads'])) complaints.push('payloads must be a list, empty where there are none');
  const payloads = listed.map((one, index) => readPayload(one, `payloads[${index}]`, complaints));
  const files = payloads.map(({ file }) => file);
  if (new Set(files).size < files.length) complaints.push('payloads: each file may be named once');
  for (const own of [sidecar, outcomeName(sidecar, SENT_ENDING), outcomeName(sidecar, REASON_ENDING)])
    if (files.includes(own)) complaints.push(`payloads: ${own} is no payload`);
  if (complaints.length > 0) throw invalid(firstOf(complaints));
  const text = (key: string): string => String(value[key]);
  const given = OPTIONAL.filter((key) => value[key] !== undefined).map((key) => [key, text(key)] as const);
  return {
    terms: {
      cpaId: text('cpaId'),
      from: text('from'),
      service: text('service'),
      action: text('action'),
      ...Object.fromEntries(given),
    },
    payloads,
  };
}

/** A sidecar of nothing but mistakes is no reason to write a report that is longer than itself. */
function firstOf(complaints: readonly string[]): string {
  const more = complaints.length - MOST_COMPLAINTS;
  return [...complaints.slice(0, MOST_COMPLAINTS), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

function readPayload(value: unknown, place: string, complaints: string[]): SidecarPayload {
  if (!isMap(value)) {
    complaints.push(`${place} must be an object`);
    return { file: place, name: undefined, contentType: undefined };
  }
  complaints.push(...strangers(value, PAYLOAD_KEYS, `${place}.`));
  const { file, name, contentType } = value;
  if (!isPlainName(file)) complaints.push(`${place}.file must be the bare name of a file beside the sidecar`);
  for (const [key, given] of Object.entries({ name, contentType }))
    if (given !== undefined && !isText(given))
      complaints.push(`${place}.${key} must be text, 1 to ${LONGEST_TEXT} characters`);
  return {
    file: String(file),
    name: typeof name === 'string' ? name : undefined,
    contentType: typeof contentType === 'string' ? contentType : undefined,
  };
}

/** A name within the folder, and no way out of it; names with a dot before them are of those who write. */
function isPlainName(name: unknown): name is string {
  return isText(name) && !/[/\\\0]/.test(name) && !name.startsWith('.') && Buffer.byteLength(name) <= LONGEST_NAME;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_TEXT;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function strangers(value: object, known: readonly string[], place: string): readonly string[] {
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  return unknown.map((key) => `${place}${key.slice(0, 40)} is not known; there are ${known.join(', ')}`);
}

function parseJson(octets: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(octets));
  } catch (cause) {
    throw invalid(`is no JSON in UTF-8: ${cause instanceof Error ? cause.message : ''}`, cause);
  }
}

function invalid(detail: string, cause?: unknown): GatewayError {
  return new GatewayError('REQUEST_INVALID', { location: 'sidecar', detail: `the sidecar ${detail}`, cause });
}

import { once } from 'node:events';
import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { Clock } from '../../src/clock.ts';
import { newId } from '../../src/ids.ts';
import { createSigner } from '../../src/trust/key-ring.ts';
import { writeAddressing } from '../../src/wus/addressing/write-addressing.ts';
import type { AddressingToWrite } from '../../src/wus/addressing/addressing.ts';
import type { WusFault } from '../../src/wus/content.ts';
import { parseArrived, type ParsedEnvelope } from '../../src/wus/envelope/parse-arrived.ts';
import { writeEnvelope } from '../../src/wus/envelope/write-envelope.ts';
import { readFault } from '../../src/wus/faults/read-fault.ts';
import { attachmentSource } from '../../src/wus/mtom/attachments.ts';
import { WSA_ANONYMOUS, WSSE_NAMESPACE } from '../../src/wus/namespaces.ts';
import type { WusProfileName } from '../../src/wus/profiles.ts';
import { secureEnvelope } from '../../src/wus/security/secure-envelope.ts';
import { findChild } from '../../src/xml/tree.ts';
import { MAX_AGE_MS } from './wus-gateway.ts';
import type { WusParty } from './wus-keys.ts';
import { ECHO_ACTION, echo, profileNamed } from './wus-pair.ts';

/** A message as a partner makes it, honest unless told otherwise. */
export interface MessageTerms {
  readonly party: WusParty;
  readonly clock: Clock;
  readonly profile?: WusProfileName;
  readonly addressing?: Partial<AddressingToWrite>;
  /** What becomes of the header blocks before they are signed. */
  readonly blocks?: (blocks: readonly string[]) => readonly string[];
  readonly body?: string;
  readonly encryptFor?: Uint8Array;
  readonly confirms?: readonly string[] | undefined;
  /** What becomes of the envelope after it was signed. */
  readonly change?: (envelope: string) => string;
}

export interface MadeMessage {
  readonly messageId: string;
  readonly envelope: Buffer;
}

export async function makeMessage(terms: MessageTerms): Promise<MadeMessage> {
  const { party, clock, change = (envelope: string) => envelope, blocks = (all: readonly string[]) => all } = terms;
  const messageId = terms.addressing?.messageId ?? `urn:uuid:${newId()}`;
  const written = writeAddressing({
    to: 'https://dienst.test/wus/echo',
    action: ECHO_ACTION,
    replyTo: WSA_ANONYMOUS,
    ...terms.addressing,
    messageId,
  });
  const headers = blocks(written);
  const body = Buffer.from(terms.body ?? echo('dag'));
  const { signed, encrypted } = profileNamed(terms.profile ?? '2W-be-S');
  const { bytes } = signed
    ? await secureEnvelope(
        { headers, body, attachments: attachmentSource([], { open: () => Promise.reject(new Error('none')) }) },
        {
          now: clock.now(),
          expiresAfterMs: MAX_AGE_MS,
          signer: createSigner([{ key: party.key, certificate: party.certificate }]),
          certificate: party.der,
          confirms: terms.confirms,
          encryptFor: encrypted ? terms.encryptFor : undefined,
        },
      )
    : { bytes: writeEnvelope(headers, body) };
  return { messageId, envelope: Buffer.from(change(bytes.toString())) };
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** Undefined when there is none. */
  readonly fault: WusFault | undefined;
  readonly envelope: ParsedEnvelope | undefined;
  /** Whether it has a wsse:Security header. */
  readonly secured: boolean;
}

export interface RawPost {
  readonly url: string;
  readonly body: Uint8Array | string;
  readonly method?: string;
  /** Those of an honest request where not given; undefined leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Who connects, and the CA that the other side is of. */
  readonly tls?: { readonly party: WusParty; readonly ca: string };
}

export async function rawPost({ url, body, method = 'POST', headers = {}, tls }: RawPost): Promise<RawAnswer> {
  const all = { 'content-type': 'text/xml; charset=UTF-8', soapaction: '""', ...headers };
  const sent = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const options = { method, headers: Object.fromEntries(sent), agent: false } as const;
  const request =
    tls === undefined
      ? requestPlain(url, options)
      : requestTls(url, { ...options, key: tls.party.key, cert: tls.party.certificate, ca: tls.ca });
  const answered = once(request, 'response');
  // Refused by its headers, the rest of a body may find nobody.
  request.on('error', () => undefined);
  request.end(body);
  const [response] = await answered;
  return describe(response.statusCode ?? 0, response.headers, await buffer(response));
}

function describe(status: number, headers: RawAnswer['headers'], body: Buffer): RawAnswer {
  const isXml = String(headers['content-type']).startsWith('text/xml');
  const envelope = isXml && body.length > 0 ? parseArrived(body, undefined) : undefined;
  const header = envelope?.soap.header;
  return {
    status,
    headers,
    body,
    envelope,
    fault: envelope && readFault(envelope.soap),
    secured: header !== undefined && findChild(header, WSSE_NAMESPACE, 'Security') !== undefined,
  };
}

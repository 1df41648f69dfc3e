import { hash as digestOf } from 'node:crypto';
import { type CanonicalForm, canonicalize, digestCanonical, namespacesInScope } from '../xml/c14n.ts';
import { elementsWhere, findChild, parseXml, resolvePrefix, type XmlElement } from '../xml/tree.ts';
import { tag } from '../xml/writer.ts';
import { isForNextActor, SOAP_NAMESPACE } from './actor-filter.ts';
import { DS_NAMESPACE } from './algorithms.ts';

/** What signing asks of the envelope that a Signature goes into. */
export interface SigningContext {
  readonly soapPrefix: string;
  /** Of the canonical form without the blocks for the next actor. */
  digest(hash: string): Buffer;
  /** Canonical octets of SignedInfo as a child of a Signature in the Header. */
  canonicalSignedInfo(signedInfo: string): Buffer;
  /** The whole envelope with the Signature as the last child of its Header. */
  insert(signature: string): Buffer;
}

const INCLUSIVE: CanonicalForm = { exclusive: false, comments: false };

/** Of any envelope: parsed, and put into canonical form. */
export function parsedContext(envelope: string): SigningContext {
  const document = parseXml(Buffer.from(envelope, 'utf8'));
  const header = headerOf(document.root);
  return {
    soapPrefix: header.prefix,
    digest: (digest) =>
      digestCanonical(document, { ...INCLUSIVE, digest }, elementsWhere(document.root, isForNextActor)),
    canonicalSignedInfo: (signedInfo) => canonicalInHeader(signedInfo, header),
    insert(signature) {
      const { bytes } = document;
      const at = bytes.lastIndexOf('</', header.end - 1);
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(signature, 'utf8'), bytes.subarray(at)]);
    },
  };
}

/** Our own writer makes the envelope, so that anything unfit is a mistake of ours. */
function headerOf(root: XmlElement): XmlElement {
  const header = findChild(root, SOAP_NAMESPACE, 'Header');
  if (header === undefined || header.prefix === '' || header.children.length === 0) {
    throw new Error('the envelope has no Header with a prefix and content');
  }
  if (resolvePrefix(header, 'ds') !== DS_NAMESPACE) throw new Error('the envelope does not declare ds');
  if (findChild(header, DS_NAMESPACE, 'Signature') !== undefined) throw new Error('the envelope is signed already');
  return header;
}

/**
 * Canonical XML takes the namespaces in scope along, and attributes of the xml prefix; so a copy of the Header's context is all
 * that SignedInfo has to be parsed in.
 */
function canonicalInHeader(signedInfo: string, header: XmlElement): Buffer {
  const context: Record<string, string> = {};
  for (const { prefix, uri } of namespacesInScope(header)) context[prefix === '' ? 'xmlns' : `xmlns:${prefix}`] = uri;
  for (const el of [header.parent, header]) {
    for (const one of el?.attributes ?? []) if (one.prefix === 'xml') context[`xml:${one.localName}`] = one.value;
  }
  const [child] = parseXml(Buffer.from(tag('ds:Signature', context, signedInfo), 'utf8')).root.children;
  if (child?.kind !== 'element') throw new Error('SignedInfo was lost');
  return canonicalize(child, INCLUSIVE);
}

/** An Envelope that declares its namespaces and has no other attribute, then its Header, which has none. */
const START = /^<soap:Envelope((?: xmlns:[a-z]+="[^"]*")+)><soap:Header>/;
const HEADER_END = '</soap:Header>';
/** The one block for the next actor that our writer makes, and any attribute that would be a sign of another. */
const SYNC_REPLY = /<eb:SyncReply [^>]*><\/eb:SyncReply>/;
const NEXT_ACTOR =
  / soap:actor="(?:http:\/\/schemas\.xmlsoap\.org\/soap\/actor\/next|urn:oasis:names:tc:ebxml-msg:actor:nextMSH)"/;
const SIGNED_INFO = '<ds:SignedInfo';

/**
 * Of markup that is canonical as it stands, with the prefixes soap, eb and ds: no need to parse it. Undefined when it is not of the
 * shape that this can be said of; then `parsedContext` serves.
 */
export function canonicalContext(markup: string): SigningContext | undefined {
  const declarations = START.exec(markup)?.[1];
  const at = markup.indexOf(HEADER_END);
  if (declarations?.includes(' xmlns:ds=') !== true || at < 0) return undefined;
  const filtered = markup.replace(SYNC_REPLY, '');
  if (NEXT_ACTOR.test(filtered)) return undefined;
  return {
    soapPrefix: 'soap',
    digest: (hash) => digestOf(hash, filtered, 'buffer'),
    canonicalSignedInfo: (signedInfo) =>
      Buffer.from(`${SIGNED_INFO}${declarations}${signedInfo.slice(SIGNED_INFO.length)}`, 'utf8'),
    insert: (signature) => Buffer.from(`${markup.slice(0, at)}${signature}${markup.slice(at)}`, 'utf8'),
  };
}

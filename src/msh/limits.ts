import { DEFAULT_MIME_LIMITS, type MimeLimits } from '../mime/reader.ts';
import { DEFAULT_XML_LIMITS, type XmlLimits } from '../xml/limits.ts';

/** What a partner may send at most; each is a setting. Sizes in octets. */
export interface MessageLimits {
  /** SOAP envelope; it is held in memory. */
  readonly maxEnvelopeBytes: number;
  /** Whole request body; parts stream to the payload store. */
  readonly maxMessageBytes: number;
  /** Messages of one conversation that may wait for earlier ones. */
  readonly maxHeldMessages: number;
  readonly xml: XmlLimits;
  readonly mime: MimeLimits;
}

export const DEFAULT_MESSAGE_LIMITS: MessageLimits = {
  maxEnvelopeBytes: 1024 * 1024,
  maxMessageBytes: 2 * 1024 * 1024 * 1024,
  maxHeldMessages: 1000,
  xml: DEFAULT_XML_LIMITS,
  mime: DEFAULT_MIME_LIMITS,
};

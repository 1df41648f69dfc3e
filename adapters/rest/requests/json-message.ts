import { GatewayError } from '../../../src/index.ts';
import type { SubmittedPayload } from '../../../src/index.ts';
import type { RestLimits } from '../options.ts';
import { FieldErrors } from '../field-errors.ts';
import type { ReceivedPayloads } from './received-payloads.ts';
import type { MessageTerms } from './submission.ts';

export interface JsonMessage extends MessageTerms {
  readonly payloads: readonly { readonly name?: string; readonly contentType: string; readonly content: string }[];
}

/** Stores the payloads of a JSON body. Throws HTTP_TOO_LARGE, and FieldErrors that name every content that is no base64. */
export async function storeJsonPayloads(
  message: JsonMessage,
  received: ReceivedPayloads,
  { parts }: Pick<RestLimits, 'parts'>,
): Promise<readonly SubmittedPayload[]> {
  if (message.payloads.length > parts)
    throw new GatewayError('HTTP_TOO_LARGE', { location: '/payloads', detail: `at most ${parts} payloads` });
  const decoded = message.payloads.map(({ content }) => decodeBase64(content));
  const wrong = decoded.flatMap((octets, index) =>
    octets === undefined ? [{ location: `/payloads/${index}/content`, detail: 'must be base64' }] : [],
  );
  if (wrong.length > 0) throw new FieldErrors(wrong);
  const payloads: SubmittedPayload[] = [];
  for (const [index, { name, contentType }] of message.payloads.entries()) {
    const content = await received.store([decoded[index] ?? Buffer.alloc(0)]);
    payloads.push({ contentType, content, ...(name === undefined ? {} : { name }) });
  }
  return payloads;
}

/** Buffer passes over what is no base64; here that is an error. */
function decodeBase64(text: string): Buffer | undefined {
  const octets = Buffer.from(text, 'base64');
  return octets.toString('base64') === text ? octets : undefined;
}

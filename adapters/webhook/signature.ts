import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/**
 * HMAC-SHA-256 over `<webhook-id>.<webhook-timestamp>.<body>`, as Standard Webhooks has it: libraries that check it are
 * there for most languages. A secret that begins with `whsec_` is base64; any other one counts as it stands. A partner chooses
 * the id of a message, and a dot in it could be read as the one behind it, so that one signature would fit two messages: each dot of
 * an id goes out as `%2E`. @spec Standard Webhooks 1.0.0, Signature scheme
 */
export function signatureHeaders(
  secret: string,
  { id, seconds, body }: { readonly id: string; readonly seconds: number; readonly body: Uint8Array },
): Readonly<Record<string, string>> {
  const key = secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), 'base64') : Buffer.from(secret);
  const name = id.replaceAll('.', '%2E');
  const digest = createHmac('sha256', key).update(`${name}.${seconds}.`).update(body).digest('base64');
  return { 'webhook-id': name, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${digest}` };
}

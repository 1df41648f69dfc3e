import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { Posted } from '../../setup/webhook-receiver.ts';

/** That the signature is of this body, with this secret, and was made just now. */
export function requireSigned({ headers, body }: Pick<Posted, 'headers' | 'body'>, secret: string | Buffer): void {
  const [id, seconds] = [headers['webhook-id'], headers['webhook-timestamp']];
  const expected = createHmac('sha256', secret)
    .update(`${String(id)}.${String(seconds)}.`)
    .update(body);
  assert.equal(headers['webhook-signature'], `v1,${expected.digest('base64')}`);
  assert.ok(Math.abs(Date.now() / 1_000 - Number(seconds)) < 60);
}

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { GatewayError } from '../../../src/errors.ts';
import { parseAddressing } from '../../../src/wus/addressing/parse-addressing.ts';
import { bodyElement } from '../../../src/wus/envelope/body-element.ts';
import { parseArrived } from '../../../src/wus/envelope/parse-arrived.ts';
import { verifySecurity } from '../../../src/wus/security/verify-security.ts';
import { canonicalize } from '../../../src/xml/c14n.ts';
import { readCapture } from '../../setup/captures.ts';
import { fixture, fixturesPresent } from '../../setup/fixtures.ts';
import { skipUnless } from '../../setup/skip.ts';
import { NO_ATTACHMENTS } from '../../setup/wus-encryption.ts';
import { honestMessage, NOW, TERMS } from '../../setup/wus-signatures.ts';

/** One bit that makes another letter of a letter, and one that makes another case of it. */
const MASKS = [0x01, 0x20];

describe('octets of a signed WUS message', () => {
  it('A21 A36 none can be changed so that something else is read [Digikoppeling WB004-coverage, Digikoppeling WB013-request]', async function () {
    this.timeout(90_000);
    await requireUnchangeable(Buffer.from(await honestMessage()), NOW);
  });

  it('A21 A36 nor of a message of CXF with WSS4J', async function () {
    skipUnless(this, fixturesPresent(), 'the folder of captures is not there');
    this.timeout(90_000);
    const { body } = readCapture('wus/s-no-inclusive-prefixes/1-request');
    const { exchanges }: { exchanges: readonly { receivedAt: string }[] } = JSON.parse(
      fixture('wus/s-no-inclusive-prefixes/case.json').toString(),
    );
    await requireUnchangeable(body, Date.parse(exchanges[0]?.receivedAt ?? ''));
  });
});

async function requireUnchangeable(signed: Buffer, now: number): Promise<void> {
  const honest = await whatIsRead(signed, now);
  assert.ok(honest !== undefined);
  const [tokenFrom, tokenTo] = tokenIn(signed);
  let refused = 0;
  for (let offset = 0; offset < signed.length; offset++) {
    if (offset >= tokenFrom && offset < tokenTo) continue;
    const changed = Buffer.from(signed);
    changed[offset] = (changed[offset] ?? 0) ^ (MASKS[offset % MASKS.length] ?? 1);
    const read = await whatIsRead(changed, now);
    if (read === undefined) refused++;
    else assert.equal(read, honest, `octet ${offset}: ${changed.toString('latin1', offset - 20, offset + 20)}`);
  }
  // What is left are attributes and declarations outside of what is signed, of which nobody reads anything.
  assert.ok(refused > (signed.length - (tokenTo - tokenFrom)) * 0.9);
}

/** Where the certificate stands: what of it was changed is for the chain to find, since its own CA signed it. */
function tokenIn(signed: Buffer): readonly [number, number] {
  const from = signed.indexOf('>MII') + 1;
  return [from, signed.indexOf('<', from)];
}

/** Everything that is acted upon; undefined when the message is refused. */
async function whatIsRead(bytes: Buffer, now: number): Promise<string | undefined> {
  try {
    const parsed = parseArrived(bytes, 'utf-8');
    const verified = await verifySecurity(
      { ...parsed, attachments: NO_ATTACHMENTS, decrypted: false },
      { ...TERMS, now },
    );
    const addressing = parseAddressing(parsed.soap.header);
    const blocks = parsed.soap.header?.children.filter(({ kind }) => kind === 'element') ?? [];
    const body = canonicalize(bodyElement(parsed.soap), { exclusive: true, comments: false }).toString();
    return JSON.stringify([verified, addressing, blocks.length, body]);
  } catch (error) {
    if (error instanceof GatewayError) return undefined;
    throw error;
  }
}

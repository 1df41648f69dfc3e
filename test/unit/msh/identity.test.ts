import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { identityOfOctets } from '../../../src/msh/identity.ts';

const envelope = Buffer.from('<envelope/>');
const part = (contentId: string, octets: string): Parameters<typeof identityOfOctets>[1][number] => ({
  contentId,
  content: { sha256: hash('sha256', octets) },
});
const parts = [part('a@x', 'one'), part('b@x', 'two')];
const identity = identityOfOctets(envelope, parts);

describe('the identity of an unsigned message', () => {
  it('is a SHA-256 in hex, the same each time and in any order of the parts', () => {
    assert.match(identity, /^[0-9a-f]{64}$/);
    assert.equal(identityOfOctets(Buffer.from(envelope), parts.toReversed()), identity);
  });

  const others: Readonly<Record<string, string>> = {
    'an octet of the envelope': identityOfOctets(Buffer.from('<envelope />'), parts),
    'an octet of a part': identityOfOctets(envelope, [part('a@x', 'one'), part('b@x', 'twO')]),
    'a Content-ID': identityOfOctets(envelope, [part('a@x', 'one'), part('c@x', 'two')]),
    'two parts that change places': identityOfOctets(envelope, [part('a@x', 'two'), part('b@x', 'one')]),
    'a part less': identityOfOctets(envelope, parts.slice(1)),
    'a part twice': identityOfOctets(envelope, [...parts, ...parts.slice(1)]),
    'no parts': identityOfOctets(envelope, []),
  };
  for (const [what, other] of Object.entries(others))
    it(`is another for ${what}`, () => assert.notEqual(other, identity));

  it('differs between all of these', () => {
    assert.equal(new Set(Object.values(others)).size, Object.keys(others).length);
  });

  it('cannot be shifted between envelope and parts', () => {
    const line = `${hash('sha256', 'one')} a@x\n`;
    const shifted = Buffer.concat([envelope, Buffer.from(line)]);
    assert.notEqual(identityOfOctets(shifted, []), identityOfOctets(envelope, [part('a@x', 'one')]));
  });
});

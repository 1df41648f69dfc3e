import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'mocha';
import { canonicalize } from '../../../src/xml/c14n.ts';
import { parseXml } from '../../../src/xml/tree.ts';
import { skipUnless } from '../../setup/skip.ts';
import { tool } from '../../setup/tools.ts';
import { TRICKY } from './tricky-documents.ts';

const xmllint = tool('xmllint');

function oracle(document: string, option: '--c14n' | '--exc-c14n'): Buffer {
  assert.ok(xmllint !== undefined);
  return execFileSync(xmllint, ['--nonet', option, '-'], { input: Buffer.from(document) });
}

describe('Canonical XML against xmllint', () => {
  for (const [title, document] of Object.entries(TRICKY)) {
    it(`§2.3 ${title}: inclusive and exclusive, with comments`, function () {
      skipUnless(this, xmllint !== undefined, 'xmllint is not on PATH');
      const tree = parseXml(Buffer.from(document));
      for (const exclusive of [false, true]) {
        assert.equal(
          canonicalize(tree, { exclusive, comments: true }).toString(),
          oracle(document, exclusive ? '--exc-c14n' : '--c14n').toString(),
        );
      }
    });
  }

  it('§2.3 an ampersand in a namespace URI is escaped, where libxml2 leaves it', () => {
    const tree = parseXml(Buffer.from('<a xmlns="urn:x?a=1&amp;b=2"/>'));
    for (const exclusive of [false, true]) {
      const octets = canonicalize(tree, { exclusive, comments: false }).toString();
      assert.equal(octets, '<a xmlns="urn:x?a=1&amp;b=2"></a>');
    }
  });
});

import { hash } from 'node:crypto';
import { parseXml } from '../../../src/xml/tree.ts';
import { sampleDocument } from '../documents.ts';
import { inTurns } from '../in-turns.ts';
import type { Scenario } from '../scenario.ts';

const MIB = 1024 * 1024;
/** Times the SHA-256 of the same octets. */
const ASKED = 20;

export const parse: Scenario = {
  name: 'parse',
  what: 'one thread: a document of 1 MB to a tree',
  async run() {
    const octets = sampleDocument(MIB);
    const { ours, bare } = await inTurns(
      () => parseXml(octets),
      () => hash('sha256', octets, 'buffer'),
    );
    const sha256 = { what: 'SHA-256 of its octets', value: bare };
    return [{ what: '1 MB', value: ours, unit: 'ms', better: 'less', bare: sha256, asked: ASKED }];
  },
};

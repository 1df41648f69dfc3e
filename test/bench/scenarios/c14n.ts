import { hash } from 'node:crypto';
import { digestCanonical } from '../../../src/xml/c14n.ts';
import { parseXml } from '../../../src/xml/tree.ts';
import { sampleDocument } from '../documents.ts';
import { inTurns } from '../in-turns.ts';
import type { Measured } from '../results.ts';
import type { Scenario } from '../scenario.ts';

const MIB = 1024 * 1024;
/** Times the SHA-256 of the same octets. */
const ASKED = 20;

export const c14n: Scenario = {
  name: 'c14n',
  what: 'one thread: the canonical form of a tree of 1 MB and its SHA-256, inclusive and exclusive',
  async run() {
    const octets = sampleDocument(MIB);
    const document = parseXml(octets);
    const measured: Measured[] = [];
    for (const exclusive of [false, true]) {
      const { ours, bare } = await inTurns(
        () => digestCanonical(document, { exclusive, comments: false, digest: 'sha256' }),
        () => hash('sha256', octets, 'buffer'),
      );
      const sha256 = { what: 'SHA-256 of its octets', value: bare };
      const what = `1 MB, ${exclusive ? 'exclusive' : 'inclusive'}`;
      measured.push({ what, value: ours, unit: 'ms', better: 'less', bare: sha256, asked: ASKED });
    }
    return measured;
  },
};

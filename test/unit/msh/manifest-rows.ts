import { checkManifest } from '../../../src/msh/inbound/checks/check-manifest.ts';
import type { ContractTerms } from '../../setup/msh-contracts.ts';
import type { Row } from './check-row.ts';
import { hrefs, inMessage } from './verified-message.ts';

const RM: ContractTerms = { profile: 'osb-rm' };
const PART = 'document@gemeente.test';

/** Rows of checkManifest. @spec ebMS2 §3.2 */
export const MANIFEST_ROWS: Row = {
  check: checkManifest,
  passes: [
    ['every part once', RM],
    ['percent-encoded', RM, hrefs('cid:document%40gemeente.test')],
    [
      'neither Manifest nor parts',
      RM,
      (whole) => ({ ...inMessage(() => ({ manifest: undefined }))(whole), parts: [] }),
    ],
  ],
  refuses: [
    [
      'a part that is missing [ebMS2 §3.2.2-1, KVS §3.2.2-1]',
      RM,
      hrefs(`cid:${PART}`, 'cid:other'),
      'PAYLOAD_MISSING',
      'cid:other',
    ],
    ['a part that is named twice', RM, hrefs(`cid:${PART}`, `cid:${PART}`), 'PAYLOAD_MISSING', `cid:${PART}`],
    ['a cid: in another case', RM, hrefs(`cid:${PART.toUpperCase()}`), 'PAYLOAD_MISSING', `cid:${PART.toUpperCase()}`],
    [
      'an encoding decoded twice',
      RM,
      hrefs('cid:document%2540gemeente.test'),
      'PAYLOAD_MISSING',
      'cid:document%2540gemeente.test',
    ],
    [
      'a reference to the outside [ebMS2 §3.2.2-2, KVS §3.2.1-1]',
      RM,
      hrefs('https://example.nl/x'),
      'PAYLOAD_UNRESOLVED',
      '//Body/Manifest/Reference/@href',
    ],
    ['a part that is not named [ebMS2 §3.2-2]', RM, hrefs(), 'PAYLOAD_UNLISTED', '//Body/Manifest'],
    [
      'parts without a Manifest [ebMS2 §3.2-2]',
      RM,
      inMessage(() => ({ manifest: undefined })),
      'PAYLOAD_UNLISTED',
      '//Body/Manifest',
    ],
  ],
};

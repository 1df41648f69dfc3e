import { DIGIKOPPELING } from './digikoppeling.ts';
import { WUS } from './digikoppeling-wus.ts';
import { HEADER } from './ebms2-header.ts';
import { MODULES } from './ebms2-modules.ts';
import { PACKAGING } from './ebms2-packaging.ts';
import { RELIABILITY } from './ebms2-reliability.ts';
import { SECURITY } from './ebms2-security.ts';
import type { Requirement } from './requirement.ts';

export interface Chapter {
  readonly title: string;
  readonly requirements: readonly Requirement[];
}

export const CHAPTERS: readonly Chapter[] = [
  { title: 'ebMS 2.0: package, envelope and HTTP', requirements: PACKAGING },
  { title: 'ebMS 2.0: MessageHeader and Manifest', requirements: HEADER },
  { title: 'ebMS 2.0: signatures, errors and SyncReply', requirements: SECURITY },
  { title: 'ebMS 2.0: reliable messaging', requirements: RELIABILITY },
  { title: 'ebMS 2.0: optional modules', requirements: MODULES },
  { title: 'Digikoppeling', requirements: DIGIKOPPELING },
  { title: 'Digikoppeling WUS', requirements: WUS },
];

export const REQUIREMENTS: readonly Requirement[] = CHAPTERS.flatMap((chapter) => chapter.requirements);

import type { Scenario } from '../scenario.ts';
import { encryption } from './encryption.ts';
import { idle } from './idle.ts';
import { receivePlain } from './receive-plain.ts';
import { receiveSigned } from './receive-signed.ts';
import { roundtrip } from './roundtrip.ts';
import { sendSigned } from './send-signed.ts';
import { submit } from './submit.ts';

export const SCENARIOS: readonly Scenario[] = [
  receiveSigned,
  receivePlain,
  roundtrip,
  sendSigned,
  submit,
  idle,
  encryption,
];

import type { Scenario } from '../scenario.ts';
import { c14n } from './c14n.ts';
import { encryption } from './encryption.ts';
import { growth } from './growth.ts';
import { idle } from './idle.ts';
import { parse } from './parse.ts';
import { payload1g } from './payload-1g.ts';
import { receivePlain } from './receive-plain.ts';
import { receiveSigned } from './receive-signed.ts';
import { roundtrip } from './roundtrip.ts';
import { sendSigned } from './send-signed.ts';
import { sign } from './sign.ts';
import { submit } from './submit.ts';
import { verify } from './verify.ts';

export const SCENARIOS: readonly Scenario[] = [
  receiveSigned,
  receivePlain,
  roundtrip,
  sendSigned,
  submit,
  verify,
  sign,
  parse,
  c14n,
  payload1g,
  encryption,
  growth,
  idle,
];

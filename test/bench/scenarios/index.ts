import type { Scenario } from '../scenario.ts';
import { amqpBridge } from './amqp-bridge.ts';
import { c14n } from './c14n.ts';
import { encryption } from './encryption.ts';
import { eventLatency } from './event-latency.ts';
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
import { wusLatency } from './wus-latency.ts';
import { wusMtom1g } from './wus-mtom-1g.ts';
import { wusRoundtrip } from './wus-roundtrip.ts';
import { wusVerify } from './wus-verify.ts';

export const SCENARIOS: readonly Scenario[] = [
  receiveSigned,
  receivePlain,
  roundtrip,
  sendSigned,
  submit,
  amqpBridge,
  eventLatency,
  verify,
  sign,
  parse,
  c14n,
  payload1g,
  wusRoundtrip,
  wusLatency,
  wusVerify,
  wusMtom1g,
  encryption,
  growth,
  idle,
];

import { PROFILE_NAMES } from '../../../src/cpa/profiles.ts';
import { type Bridged, exchangeByQueue } from './amqp-exchange.ts';
import { openAmqpPlace } from './amqp-place.ts';
import { type Exchanged, exchangeDocument } from './exchange.ts';
import type { Organisation } from '../../setup/organisation.ts';
import { openOrganisations } from './organisations.ts';
import { readArguments, wrongUsage } from '../../setup/read-arguments.ts';
import type { TwoOrganisations } from '../../setup/two-organisations.ts';
import { createSteps, type Steps } from './steps.ts';
import { callService, type WusCalled } from './wus-call.ts';
import { openWusPlace } from './wus-place.ts';
import { hasRabbitmq, NO_RABBITMQ } from '../../setup/servers/rabbitmq.ts';

const PROFILES: readonly string[] = PROFILE_NAMES.filter((name) => name.startsWith('osb-rm'));
const PARENT_CHECK_MS = 500;
/** What is shown of a consultation. */
const RECORDED = ['role', 'service', 'operation', 'partner', 'result', 'durationMs'];

const WUS_PROFILES: readonly string[] = ['2W-be', '2W-be-S', '2W-be-SE'];

const USAGE = `npm run demo                 a signed, reliable ebMS2 message between two organisations on this machine
npm run demo -- --wus        a signed question and its answer by WUS, between two organisations on this machine
npm run demo -- --amqp       the same message, between two applications that know only a queue of RabbitMQ
npm run demo -- --json       one JSON object instead of the steps
npm run demo -- --serve      keeps both gateways running and prints their addresses
npm run demo -- --profile osb-rm-e   with another reliable profile: here with encrypted payloads;
                             with --wus: 2W-be, 2W-be-S or 2W-be-SE`;

const { values } = readArguments(
  {
    options: {
      wus: { type: 'boolean' },
      amqp: { type: 'boolean' },
      profile: { type: 'string' },
      json: { type: 'boolean' },
      serve: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  },
  USAGE,
);
if (values.wus === true && values.amqp === true) wrongUsage('--wus or --amqp, not both', USAGE);
const known = values.wus === true ? WUS_PROFILES : PROFILES;
const profile = values.profile ?? (values.wus === true ? '2W-be-S' : 'osb-rm-s');
if (!known.includes(profile)) wrongUsage(`${profile} is none of ${known.join(', ')}`, USAGE);

if (values.amqp === true && !hasRabbitmq()) {
  console.error(`There is no broker to show this with. ${NO_RABBITMQ}`);
  process.exit(1);
}
await main();

async function main(): Promise<void> {
  const steps = createSteps(values.json === true);
  const place = await (values.wus === true
    ? openCall(steps)
    : values.amqp === true
      ? openBridge(steps)
      : openExchange(steps));
  const interrupted = new AbortController();
  const onSignal = (): void => interrupted.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  // npm does not pass a SIGTERM on; but what started this is gone then.
  const parent = process.ppid;
  const watch = setInterval(() => process.ppid !== parent && onSignal(), PARENT_CHECK_MS);
  try {
    await place.run();
    if (values.serve === true) await serve(place.organisations, interrupted.signal);
  } finally {
    clearInterval(watch);
    await place.close();
  }
}

interface Demo {
  readonly organisations: TwoOrganisations;
  run(): Promise<void>;
  close(): Promise<void>;
}

async function openExchange(steps: Steps): Promise<Demo> {
  const place = await openOrganisations(steps, profile);
  const { organisations } = place;
  const run = async (): Promise<void> => report(await exchangeDocument(place, steps), organisations, steps.totalMs());
  return { organisations, run, close: () => place.close() };
}

async function openBridge(steps: Steps): Promise<Demo> {
  const place = await openAmqpPlace(steps, profile);
  const { organisations } = place;
  const run = async (): Promise<void> =>
    reportBridge(await exchangeByQueue(place, steps), organisations, steps.totalMs());
  return { organisations, run, close: () => place.close() };
}

async function openCall(steps: Steps): Promise<Demo> {
  const place = await openWusPlace(steps, profile);
  const { organisations } = place;
  const run = async (): Promise<void> => reportCall(await callService(place, steps), organisations, steps.totalMs());
  return { organisations, run, close: () => place.close() };
}

function report(
  exchanged: Exchanged,
  [gemeente, dienst]: readonly [Organisation, Organisation],
  totalMs: number,
): void {
  const { messageId, receiptId, exchangeMs, cpaId } = exchanged;
  if (values.json === true) {
    const parties = { from: gemeente.oin, to: dienst.oin };
    console.log(JSON.stringify({ ok: true, messageId, receiptId, cpaId, exchangeMs, totalMs, ...parties }));
    return;
  }
  console.log(`
  Delivered. ${gemeente.name} holds the signed receipt ${receiptId};
  the document lies in the inbox of ${dienst.name}, byte for byte.
  From submit to signed receipt: ${exchangeMs} ms.`);
}

function reportBridge(
  bridged: Bridged,
  [gemeente, dienst]: readonly [Organisation, Organisation],
  totalMs: number,
): void {
  const { messageId, key, routingKey, bridgeMs, cpaId } = bridged;
  if (values.json === true) {
    const parties = { from: gemeente.oin, to: dienst.oin };
    console.log(JSON.stringify({ ok: true, messageId, key, routingKey, cpaId, bridgeMs, totalMs, ...parties }));
    return;
  }
  console.log(`
  Handed over. The application of ${gemeente.name} published
  ${key};
  that of ${dienst.name} found the document in its own queue, byte for byte, as
  ${messageId}.
  Neither knows SOAP, MIME, signatures or a CPA. From queue to queue: ${bridgeMs} ms.`);
}

function reportCall(
  called: WusCalled,
  [gemeente, dienst]: readonly [Organisation, Organisation],
  totalMs: number,
): void {
  const { messageId, answerId, callMs, consultations } = called;
  if (values.json === true) {
    const parties = { from: gemeente.oin, to: dienst.oin };
    console.log(JSON.stringify({ ok: true, profile, messageId, answerId, callMs, totalMs, ...parties, consultations }));
    return;
  }
  console.log(`
  Answered. ${dienst.name} verified who asked, its application answered, and
  ${gemeente.name} verified the answer. From question to answer: ${callMs} ms.
  On record, on either side:`);
  for (const [index, { name }] of [gemeente, dienst].entries()) {
    const one = consultations[index] ?? {};
    const [role, service, operation, partner, result, took] = RECORDED.map((field) => String(one[field]));
    console.log(`  ${name.padEnd(22)} ${role} ${service}/${operation}, partner ${partner}: ${result} in ${took} ms`);
  }
}

async function serve(organisations: readonly Organisation[], signal: AbortSignal): Promise<void> {
  console.log('\n  Both gateways keep running until Ctrl-C:');
  const path = values.wus === true ? '/wus/' : '/ebms';
  for (const { name, apiUrl, ebmsUrl } of organisations)
    console.log(`  ${name.padEnd(22)} API ${apiUrl}/api/v1   partners ${new URL(path, ebmsUrl).href}`);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

import { parseArgs } from 'node:util';
import { type Exchanged, exchangeDocument } from './exchange.ts';
import type { Organisation } from '../../setup/organisation.ts';
import { openOrganisations } from './organisations.ts';
import { createSteps } from './steps.ts';

const PARENT_CHECK_MS = 500;

const { values } = parseArgs({
  options: {
    profile: { type: 'string', default: 'osb-rm-s' },
    json: { type: 'boolean' },
    serve: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

if (values.help === true) {
  console.log(`npm run demo                 a signed, reliable ebMS2 message between two organisations on this machine
npm run demo -- --json       one JSON object instead of the steps
npm run demo -- --serve      keeps both gateways running and prints their addresses
npm run demo -- --profile osb-rm-e   with another reliable profile: here with encrypted payloads`);
} else {
  await main();
}

async function main(): Promise<void> {
  const steps = createSteps(values.json === true);
  const place = await openOrganisations(steps, values.profile);
  const interrupted = new AbortController();
  const onSignal = (): void => interrupted.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  // npm does not pass a SIGTERM on; but what started this is gone then.
  const parent = process.ppid;
  const watch = setInterval(() => process.ppid !== parent && onSignal(), PARENT_CHECK_MS);
  try {
    const exchanged = await exchangeDocument(place, steps);
    report(exchanged, place.organisations, steps.totalMs());
    if (values.serve === true) await serve(place.organisations, interrupted.signal);
  } finally {
    clearInterval(watch);
    await place.close();
  }
}

function report(
  exchanged: Exchanged,
  [gemeente, dienst]: readonly [Organisation, Organisation],
  totalMs: number,
): void {
  const { messageId, receiptId, exchangeMs, cpaId } = exchanged;
  if (values.json === true) {
    console.log(
      JSON.stringify({
        ok: true,
        messageId,
        receiptId,
        cpaId,
        exchangeMs,
        totalMs,
        from: gemeente.oin,
        to: dienst.oin,
      }),
    );
    return;
  }
  console.log(`
  Delivered. ${gemeente.name} holds the signed receipt ${receiptId};
  the document lies in the inbox of ${dienst.name}, byte for byte.
  From submit to signed receipt: ${exchangeMs} ms.`);
}

async function serve(organisations: readonly Organisation[], signal: AbortSignal): Promise<void> {
  console.log('\n  Both gateways keep running until Ctrl-C:');
  for (const { name, apiUrl, ebmsUrl } of organisations)
    console.log(`  ${name.padEnd(22)} API ${apiUrl}/api/v1   ebMS ${ebmsUrl}`);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

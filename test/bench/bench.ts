import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type Floor, measureFloor } from './floor.ts';
import type { Figures } from './measure.ts';
import { idle } from './scenarios/idle.ts';
import { receiveSigned } from './scenarios/receive-signed.ts';
import { roundtrip } from './scenarios/roundtrip.ts';

interface Scenario {
  readonly name: string;
  readonly what: string;
  run(floor: Floor): Promise<Figures>;
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'receive-signed-2k',
    what: 'receive 2 KB, signed, answer with a signed receipt',
    run: (floor) => receiveSigned(floor, 2048),
  },
  { name: 'receive-signed-10k', what: 'the same with 10 KB', run: (floor) => receiveSigned(floor, 10_240) },
  { name: 'roundtrip', what: 'two gateways, REST submit until DELIVERED', run: roundtrip },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { list: { type: 'boolean' }, json: { type: 'string' } },
});

if (values.list === true) {
  for (const { name, what } of SCENARIOS) console.log(`${name.padEnd(20)} ${what}`);
} else {
  await main();
}

async function main(): Promise<void> {
  const floor = measureFloor();
  const machine = `${cpus()[0]?.model ?? 'unknown'} × ${floor.cores}, Node ${process.version}`;
  console.log(machine);
  console.log(
    `RSA-2048: ${floor.signsPerSecond.toFixed(0)} signs/s, ${floor.verifiesPerSecond.toFixed(0)} verifies/s; F = ${floor.rate.toFixed(0)}/s`,
  );
  const chosen = SCENARIOS.filter(
    ({ name }) => positionals.length === 0 || positionals.some((wanted) => name.includes(wanted)),
  );
  const figures: Figures[] = [];
  for (const scenario of chosen) {
    console.log(`… ${scenario.name}: ${scenario.what}`);
    figures.push(await scenario.run(floor));
  }
  const resting = positionals.length === 0 || positionals.includes('idle') ? await idle() : undefined;
  printTable(figures);
  if (resting !== undefined)
    console.log(`idle: ready after ${resting.readyAfterMs.toFixed(0)} ms, RSS ${resting.rss.toFixed(0)} MB`);
  const report = JSON.stringify({ machine, at: new Date().toISOString(), floor, figures, idle: resting }, undefined, 2);
  if (values.json !== undefined) writeFileSync(values.json, `${report}\n`);
  else console.log(report);
}

function printTable(figures: readonly Figures[]): void {
  const rows = figures.map((row) => ({
    scenario: row.scenario,
    'rate/s': row.rate.toFixed(0),
    'p50 ms': row.p50.toFixed(1),
    'p99 ms': row.p99.toFixed(1),
    'CPU ms/message': row.cpuPerMessage.toFixed(2),
    'peak RSS MB': row.peakRss.toFixed(0),
    'floor/s': row.floor.toFixed(0),
    'of floor': `${(row.ofFloor * 100).toFixed(1)} %`,
    target: `${row.target * 100} %`,
  }));
  console.table(rows);
}

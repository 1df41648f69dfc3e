import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { COMPARISON_HEADS, comparisonRows, FIGURE_HEADS, figureRows, textTable } from './report.ts';
import { performancePage } from '../setup/docs/performance.ts';
import { readArguments, wrongUsage } from '../setup/read-arguments.ts';
import { type BenchRun, RESULTS_FILE, type ScenarioResult } from './results.ts';
import { progress, type Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios/index.ts';

const MIB = 1024 * 1024;

const SIZE = '1024';
const STORED = '100000,1000000';
const USAGE = `npm run bench -- [SCENARIO…]     the named ones, or all; results on stdout, progress on stderr
  --list            what there is
  --json            one JSON object instead of the table
  --save FILE       the same JSON in a file
  --compare FILE    beside an earlier run's JSON; a regression beyond noise is marked
  --write           into docs/performance.md; named scenarios take the place of their earlier figures
  --remark TEXT     what a reader of the figures must know
  --size MIB        of a large payload (${SIZE})
  --stored N,N…     messages in the store, for growth (${STORED}); each takes 16 KB of disk`;

const { values, positionals } = readArguments(
  {
    allowPositionals: true,
    options: {
      list: { type: 'boolean' },
      json: { type: 'boolean' },
      save: { type: 'string' },
      compare: { type: 'string' },
      write: { type: 'boolean' },
      remark: { type: 'string' },
      size: { type: 'string', default: SIZE },
      stored: { type: 'string', default: STORED },
      help: { type: 'boolean' },
    },
  },
  USAGE,
);

if (values.list === true) {
  for (const { name, what } of SCENARIOS) console.log(`${name.padEnd(16)} ${what}`);
} else {
  await main(chosen());
}

function chosen(): readonly Scenario[] {
  const unknown = positionals.find((wanted) => !SCENARIOS.some(({ name }) => name === wanted));
  if (unknown !== undefined) wrongUsage(`no scenario is called ${unknown}: see npm run bench -- --list`, USAGE);
  return SCENARIOS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
}

async function main(scenarios: readonly Scenario[]): Promise<void> {
  const before = values.compare === undefined ? undefined : readRun(values.compare);
  const options = { size: Number(values.size) * MIB, stored: values.stored.split(',').map(Number) };
  const results: ScenarioResult[] = [];
  for (const scenario of scenarios) {
    progress(`${scenario.name}: ${scenario.what}`);
    results.push({
      scenario: scenario.name,
      at: new Date().toISOString(),
      load: loadavg()[0] ?? 0,
      ...(values.remark === undefined ? {} : { remark: values.remark }),
      measured: await scenario.run(options),
    });
  }
  const run: BenchRun = {
    machine: `${cpus()[0]?.model.trim() ?? 'unknown'} × ${cpus().length}`,
    node: process.version,
    command: ['npm run bench', ...(positionals.length === 0 ? [] : ['--', ...positionals])].join(' '),
    results,
  };
  const json = `${JSON.stringify(run, undefined, 2)}\n`;
  if (values.write === true) writeDown(run);
  if (values.save !== undefined) writeFileSync(values.save, json);
  if (values.json === true) process.stdout.write(json);
  else report(run, before);
}

/** The committed figures, in the order of the scenarios, and the page that is made of them. */
function writeDown(run: BenchRun): void {
  const root = join(import.meta.dirname, '..', '..');
  const file = join(root, RESULTS_FILE);
  const earlier = positionals.length === 0 || !existsSync(file) ? [] : ownMachines(readRun(file), run);
  const results = SCENARIOS.flatMap(({ name }) => {
    const newest = [...run.results, ...earlier].find(({ scenario }) => scenario === name);
    return newest === undefined ? [] : [newest];
  });
  const whole = { ...run, command: 'npm run bench -- --write', results };
  writeFileSync(file, `${JSON.stringify(whole, undefined, 2)}\n`);
  writeFileSync(join(root, 'docs', 'performance.md'), performancePage(root));
}

/** Those of another machine say so. */
function ownMachines({ machine, results }: BenchRun, now: BenchRun): readonly ScenarioResult[] {
  return machine === now.machine ? results : results.map((one) => ({ machine, ...one }));
}

function report(run: BenchRun, before: BenchRun | undefined): void {
  console.log(`${run.machine}, Node ${run.node}\n`);
  console.log(textTable(FIGURE_HEADS, figureRows(run.results)));
  if (before === undefined) return;
  console.log(`\nAgainst ${before.machine}, Node ${before.node}, ${before.results[0]?.at ?? ''}\n`);
  console.log(textTable(COMPARISON_HEADS, comparisonRows(before, run)));
}

function readRun(file: string): BenchRun {
  const run: BenchRun = JSON.parse(readFileSync(file, 'utf8'));
  return run;
}

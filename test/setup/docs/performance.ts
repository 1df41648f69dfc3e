import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIGURE_HEADS, figureRows } from '../../bench/report.ts';
import { type BenchRun, RESULTS_FILE, type ScenarioResult } from '../../bench/results.ts';
import { SCENARIOS } from '../../bench/scenarios/index.ts';
import { page, table } from './page.ts';

/** The figures of the last run that was written down. */
export function performancePage(root: string): string {
  const run: BenchRun = JSON.parse(readFileSync(join(root, RESULTS_FILE), 'utf8'));
  const whats = new Map(SCENARIOS.map(({ name, what }) => [name, what]));
  const sections = run.results.map(
    (result) =>
      `## ${result.scenario}\n\n${whats.get(result.scenario) ?? ''} (${circumstances(result)})\n\n` +
      table(
        FIGURE_HEADS.slice(1),
        figureRows([result]).map(([, ...cells]) => cells),
      ),
  );
  return page(
    'Performance',
    `\`${RESULTS_FILE}\`, which \`npm run bench -- --write\` writes`,
    `Measured on ${run.machine}, Node ${run.node}, with \`${run.command}\`; the load generator ran on the same machine, beside the gateway.`,
    'Each figure stands beside what the same machine reached in the same run without a gateway: `bare` says how fast RSA ' +
      'alone, a bare server, a bare copy or SHA-256 was, `of bare` is the share (or the multiple, where less is better), ' +
      'and `asked` what the project wants of it. F is cores ÷ (1 ÷ signatures + 1 ÷ verifications a second): messages a ' +
      'second if nothing but RSA-2048 cost time. A load average well above the number of cores says that the machine had more to do: then the figures say little. Rates of your own machine: `npm run bench -- SCENARIO`.',
    ...sections,
  );
}

function circumstances({ at, machine, load, remark }: ScenarioResult): string {
  return [
    at.slice(0, 10),
    ...(machine === undefined ? [] : [machine]),
    `load average of the minute before: ${load.toFixed(1)}`,
    ...(remark === undefined ? [] : [remark]),
  ].join(', ');
}

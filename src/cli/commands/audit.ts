import { Command } from 'commander';
import { toDateTime } from '../../index.ts';
import type { AuditFinding, AuditReport } from '../../index.ts';
import { EXIT } from '../exit-codes.ts';
import type { End } from '../exit-codes.ts';
import { createOutput } from '../output.ts';
import { createProgress } from '../progress.ts';
import { formatOctets } from '../table.ts';
import { example, withCommon } from './options.ts';
import type { CommonOptions } from './options.ts';

export function auditCommand(end: End): Command {
  return withCommon(new Command('audit'))
    .description(
      'Check that nothing was lost: every message with its end, its way out and its payloads, digests included. Reads ' +
        'the store and the payload folder themselves, beside a running gateway or without one. Ends with 1 when ' +
        'something is missing.',
    )
    .option('--quick', 'look whether payloads are there and as long as they must be; read neither them nor envelopes')
    .addHelpText(
      'after',
      example(
        'postiljon audit -c gemeente/postiljon.yaml',
        'postiljon audit --quick --json -c gemeente/postiljon.yaml',
      ),
    )
    .action(async ({ config, json, quick }: CommonOptions & { readonly quick?: true }) => {
      const { auditStore, AUDIT_FINDINGS } = await import('../../app/audit.ts');
      const progress = createProgress(json === true);
      const report = await auditStore(config, {
        quick: quick === true,
        progress: ({ messages, of, octets }) =>
          progress.show(`Audit: ${messages} of ${of} messages, ${formatOctets(octets)} of payloads`),
      }).finally(() => progress.end());
      const explained = report.findings.map((finding) => ({ ...finding, ...AUDIT_FINDINGS[finding.code] }));
      const answer = { ...report, at: toDateTime(report.at), endedAt: toDateTime(report.endedAt), findings: explained };
      createOutput(json === true).answer(answer, describe(report, explained));
      end(report.ok ? EXIT.done : EXIT.failed);
    });
}

type Explained = AuditFinding & { readonly meaning: string; readonly remedy: string };

function describe(report: AuditReport, findings: readonly Explained[]): string {
  const { states, submitted, acknowledged, payloads, quick, findingCount } = report;
  const parts = (names: readonly (keyof typeof states)[]): string =>
    names.map((name) => `${name} ${states[name] ?? 0}`).join(' + ');
  const sums = [
    `submitted ${submitted} = ${parts(['DELIVERED', 'FAILED', 'EXPIRED', 'CANCELLED', 'QUEUED', 'SENT'])}\n`,
    `acknowledged ${acknowledged} = ${parts(['TAKEN', 'RECEIVED'])}\n`,
    `payloads ${payloads.count}, ${formatOctets(payloads.octets)}${quick ? ', not read (--quick)' : ', read and compared'}\n`,
  ].join('');
  if (findingCount === 0) return `${sums}Nothing is missing.\n`;
  const unlisted = findingCount - findings.length;
  const rest = unlisted === 0 ? '' : `and ${unlisted} more\n`;
  return `${sums}\n${findings.map(findingLines).join('')}${rest}${findingCount} found.\n`;
}

function findingLines({ code, direction, messageId, detail, meaning, remedy }: Explained): string {
  const subject = messageId === undefined ? '' : ` ${direction === 'in' ? 'received' : 'sent'} ${messageId}`;
  return `${code}${subject}\n  what: ${meaning} ${detail}\n  do:   ${remedy}\n`;
}

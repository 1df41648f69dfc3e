import { Command, Option } from 'commander';
import type { EvidenceReport } from '../../index.ts';
import { listOf, openApiClient, textOf } from '../api-client.ts';
import { EXIT } from '../exit-codes.ts';
import type { End } from '../exit-codes.ts';
import { createOutput } from '../output.ts';
import { collect, example, senderOption, withApi, withCommon } from './options.ts';
import type { ApiOptions, CommonOptions } from './options.ts';

interface ExportOptions extends ApiOptions {
  readonly direction?: string;
  readonly from?: string;
  readonly output?: string;
}

interface VerifyOptions extends CommonOptions {
  readonly trust?: readonly string[];
  readonly crl?: readonly string[];
}

export function evidenceCommand(end: End): Command {
  return new Command('evidence')
    .description('What proves one message: export it, verify it without a gateway.')
    .addCommand(exportCommand())
    .addCommand(verifyCommand(end));
}

function exportCommand(): Command {
  return withApi(new Command('export'))
    .description('Write the evidence of a message as plain files; README.txt among them says what proves what.')
    .argument('<id>', 'MessageId')
    .option('-o, --output <dir>', 'new folder (default: evidence-ID)')
    .addOption(senderOption())
    .addOption(new Option('--direction <direction>', 'received (in) or sent (out)').choices(['in', 'out']))
    .addHelpText('after', example('postiljon evidence export ID -o bewijs -c gemeente/postiljon.yaml'))
    .action(async (id: string, options: ExportOptions) => {
      const { makeEvidenceFolder, writeEvidenceFile } = await import('../../app/evidence-folder.ts');
      const client = await openApiClient(options);
      const path = `/messages/${encodeURIComponent(id)}`;
      const query = { direction: options.direction, from: options.from };
      const evidence = await client.json(`${path}/evidence`, { query });
      const folder = options.output ?? `evidence-${id.replaceAll(/[^A-Za-z0-9@._-]/g, '_')}`;
      await makeEvidenceFolder(folder);
      for (const file of listOf(evidence, 'files')) {
        const octets = [Buffer.from(textOf(file, 'content'), 'base64')];
        await writeEvidenceFile(folder, { name: textOf(file, 'name'), sha256: undefined, octets });
      }
      for (const part of listOf(evidence, 'parts')) {
        const octets = await client.stream(`${path}/payloads/${textOf(part, 'number')}`, {
          query: { ...query, form: 'original' },
        });
        await writeEvidenceFile(folder, { name: textOf(part, 'name'), sha256: textOf(part, 'sha256'), octets });
      }
      const answer = { messageId: textOf(evidence, 'messageId'), direction: textOf(evidence, 'direction'), folder };
      createOutput(options.json === true).answer(answer, `Wrote ${folder}\n`);
    });
}

function verifyCommand(end: End): Command {
  return withCommon(new Command('verify'))
    .description(
      'Check evidence by itself: no gateway, store or network. Ends with 4 when something does not hold; what is not proven (without --trust: whose the certificates are) is said, and is no failure.',
    )
    .argument('<dir>', 'folder that `evidence export` wrote')
    .option(
      '--trust <file>',
      'CAs (PEM) that you trust, intermediate ones too; may be repeated. Those in the folder are the word of who made it',
      collect,
    )
    .option(
      '--crl <file>',
      'revocation list of the time of the message, from its CA or from what you kept, beside those in the folder; may be repeated',
      collect,
    )
    .addHelpText('after', example('postiljon evidence verify --trust pkioverheid.pem bewijs'))
    .action(async (folder: string, { json, trust, crl }: VerifyOptions) => {
      const [{ openEvidenceFolder }, { openAuditing }, { verifyEvidence }] = await Promise.all([
        import('../../app/evidence-folder.ts'),
        import('../../app/auditor-trust.ts'),
        import('../../index.ts'),
      ]);
      const auditing = await openAuditing({ trust, crl });
      const report = await verifyEvidence(await openEvidenceFolder(folder), auditing);
      createOutput(json === true).answer(report, describe(report));
      end(report.holds ? EXIT.done : EXIT.refused);
    });
}

const MARKS = { proven: 'proven', failed: 'FAILED', unproven: 'not proven' } as const;

function describe({ messageId, direction, holds, findings }: EvidenceReport): string {
  const what = direction === 'in' ? 'received' : 'sent';
  const about = messageId === undefined ? 'unknown message' : `${what} message ${messageId}`;
  const open = new Set(findings.flatMap(({ subject, verdict }) => (verdict === 'unproven' ? [subject] : [])));
  const all = open.size === 0 ? 'Holds' : `Holds, but not proven: ${[...open].join(', ')}`;
  const head = `${holds ? all : 'DOES NOT HOLD'}: ${about}\n`;
  return head + findings.map(({ subject, verdict, text }) => `  ${MARKS[verdict]}: ${subject}: ${text}\n`).join('');
}

import { resolve } from 'node:path';
import { Command } from 'commander';
import { createOutput } from '../output.ts';
import { collect, example, readKeyBits, readWhole, withCommon } from './options.ts';

interface CaOptions {
  readonly out: string;
  readonly name: string;
  readonly keyBits?: number;
  readonly json?: true;
}

interface IssueOptions {
  readonly oin: string;
  readonly cn: string;
  readonly ca: string;
  readonly out: string;
  readonly host?: readonly string[];
  readonly days?: number;
  readonly keyBits?: number;
  readonly file?: string;
  readonly json?: true;
}

export function pkiCommand(): Command {
  const command = new Command('pki').description('A PKI for tests. Never for production: its certificates say TEST.');
  command.addCommand(caCommand());
  command.addCommand(issueCommand());
  command.addCommand(revokeCommand());
  command.addCommand(listCommand());
  return command;
}

function caCommand(): Command {
  return withCommon(new Command('ca'))
    .description('Make a test CA: ca.key, ca.crt and ca.crl, its revocation list.')
    .option('--out <dir>', 'folder', 'ca')
    .option('--name <name>', 'name of the CA', 'CA')
    .option('--key-bits <bits>', 'size of its key', readKeyBits)
    .addHelpText('after', example('postiljon pki ca --out ca'))
    .action(async ({ out, name, keyBits, json }: CaOptions) => {
      const { makeCa } = await import('../../app/pki.ts');
      const folder = resolve(out);
      await makeCa(folder, name, keyBits);
      createOutput(json === true).answer({ folder }, `Made ${folder}/ca.key, ${folder}/ca.crt and ${folder}/ca.crl\n`);
    });
}

interface ListOptions {
  readonly ca: string;
  readonly days?: number;
  readonly json?: true;
}

function revokeCommand(): Command {
  return withCommon(new Command('revoke'))
    .description(
      'Put a certificate on the revocation list of the test CA. Gateways that read the file refuse it at once.',
    )
    .argument('<cert>', 'file of the certificate')
    .option('--ca <dir>', 'folder of the CA', 'ca')
    .option('--days <days>', 'validity of the list (default: 3650)', readWhole)
    .addHelpText('after', example('postiljon pki revoke dienst/keys/sign.crt --ca ca'))
    .action(async (file: string, { ca, days, json }: ListOptions) => {
      const { renewList } = await import('../../app/pki.ts');
      const made = await renewList({ ca: resolve(ca), days, revoke: [resolve(file)] });
      createOutput(json === true).answer({ ...made, revoked: resolve(file) }, `Revoked ${file} in ${made.list}\n`);
    });
}

function listCommand(): Command {
  return withCommon(new Command('crl'))
    .description('Write the revocation list of the test CA anew, with what was revoked before.')
    .option('--ca <dir>', 'folder of the CA', 'ca')
    .option('--days <days>', 'validity of the list (default: 3650)', readWhole)
    .addHelpText('after', example('postiljon pki crl --ca ca --days 30'))
    .action(async ({ ca, days, json }: ListOptions) => {
      const { renewList } = await import('../../app/pki.ts');
      const made = await renewList({ ca: resolve(ca), days });
      createOutput(json === true).answer(made, `Made ${made.list}\n`);
    });
}

function issueCommand(): Command {
  return withCommon(new Command('issue'))
    .description('Issue a certificate with an OIN, for TLS and for signatures: NAME.key and NAME.crt.')
    .requiredOption('--oin <oin>', 'OIN, goes into subject.serialNumber')
    .requiredOption('--cn <name>', 'common name')
    .option('--ca <dir>', 'folder of the CA', 'ca')
    .option('--out <dir>', 'folder of the new files', '.')
    .option('--file <name>', 'NAME of the files (default: the common name)')
    .option('--host <name>', 'DNS name or IP address for TLS; may be repeated (default: localhost, 127.0.0.1)', collect)
    .option('--days <days>', 'validity', readWhole)
    .option('--key-bits <bits>', 'size of the key', readKeyBits)
    .addHelpText('after', example('postiljon pki issue --oin 00000099000000001000 --cn gemeente --ca ca --out keys'))
    .action(async ({ json, file, host, ...options }: IssueOptions) => {
      const { issue } = await import('../../app/pki.ts');
      const name = (file ?? options.cn).replaceAll(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '');
      const request = { ...options, name, hosts: host, ca: resolve(options.ca), out: resolve(options.out) };
      const issued = await issue({ ...request, days: options.days, keyBits: options.keyBits });
      createOutput(json === true).answer(issued, `Made ${issued.key} and ${issued.certificate}\n`);
    });
}

import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Command, Option } from 'commander';
import { GatewayError } from '../../index.ts';
import { openApiClient } from '../api-client.ts';
import { download } from '../download.ts';
import { isEnvelope, mtomPackage } from '../mtom-upload.ts';
import { createOutput } from '../output.ts';
import { parsePayloadArgument, type Upload } from '../upload.ts';
import { collect, example, withApi } from './options.ts';
import type { ApiOptions } from './options.ts';

interface Options extends ApiOptions {
  readonly body?: string;
  readonly jsonBody?: string;
  readonly attachment?: readonly string[];
  readonly package?: true;
  readonly output?: string;
}

export function wusCallCommand(): Command {
  return withApi(new Command('call'))
    .description(
      'Call a service of a partner and show its verified answer. The gateway addresses, signs and encrypts; the body is ' +
        'what the WSDL names as input. Ends with 1 when the partner answered with a fault, 4 when request or answer was ' +
        'refused, 5 when nobody could be reached.',
    )
    .argument('<service>', 'name of a consumed service: `wus list` shows them')
    .argument('[operation]', 'needed only with JSON, and where several operations take the same element')
    .addOption(
      new Option('--body <file>', 'the XML element, or a SOAP envelope around it; - is stdin').conflicts('jsonBody'),
    )
    .option('--json-body <file>', 'JSON, which the gateway translates by the WSDL; - is stdin')
    .option('--attachment <file[=type]>', 'a file that the body includes as cid:<name>; may be repeated', collect)
    .option('--package', 'the answer as an MTOM package, attachments as parts (default: base64 in the body)')
    .option('-o, --output <file>', 'file for the answer (default: stdout)')
    .addHelpText(
      'after',
      example(
        'postiljon wus call echo --body vraag.xml -c gemeente/postiljon.yaml',
        `echo '{"tekst":"dag"}' | postiljon wus call echo --json-body - -c gemeente/postiljon.yaml`,
        'postiljon wus call melding --body melding.xml --attachment rapport.pdf -o antwoord.xml -c gemeente/postiljon.yaml',
      ),
    )
    .action(call);
}

async function call(service: string, operation: string | undefined, options: Options): Promise<void> {
  const { headers, body } = await uploadOf(options);
  const client = await openApiClient(options);
  const answer = await client.stream(`/wus/services/${encodeURIComponent(service)}/calls`, {
    method: 'POST',
    query: { operation },
    headers: { ...headers, ...acceptOf(options) },
    body,
  });
  const about = { messageId: header(answer, 'message-id'), consultation: header(answer, 'consultation-id') };
  if (options.output !== undefined || options.json !== true) return download(answer, options, about);
  const text = await textOf(answer);
  const isJson = header(answer, 'content-type').startsWith('application/json');
  const value: unknown = isJson ? JSON.parse(text) : text;
  createOutput(true).answer({ ...about, contentType: header(answer, 'content-type'), answer: value }, '');
}

async function uploadOf({ body, jsonBody, attachment = [] }: Options): Promise<Upload> {
  if (jsonBody !== undefined) {
    if (attachment.length > 0) throw usage('--attachment goes with --body: JSON has its binary content in base64');
    return whole('application/json', await readGiven(jsonBody));
  }
  if (body === undefined) throw usage('give --body or --json-body');
  const bytes = await readGiven(body);
  const xml = bytes.toString('utf8');
  if (attachment.length > 0) return mtomPackage(xml, attachment.map(parsePayloadArgument));
  return whole(isEnvelope(xml) ? 'text/xml; charset=utf-8' : 'application/xml', bytes);
}

function whole(contentType: string, body: Buffer): Upload {
  return { headers: { 'Content-Type': contentType, 'Content-Length': String(body.length) }, body };
}

/** A package is for who asks for it; who posts an envelope gets one. */
function acceptOf(options: Options): Readonly<Record<string, string>> {
  if (options.package === true) return { Accept: 'multipart/related' };
  return options.attachment === undefined ? {} : { Accept: 'application/xml' };
}

async function readGiven(file: string): Promise<Buffer> {
  if (file === '-') return Buffer.concat(await process.stdin.toArray());
  try {
    return await readFile(file);
  } catch (cause) {
    throw new GatewayError('FILE_MISSING', { location: file, detail: `${file} cannot be read`, cause });
  }
}

function usage(detail: string): GatewayError {
  return new GatewayError('REQUEST_INVALID', { location: '--body', detail });
}

function header(answer: IncomingMessage, name: string): string {
  const value = answer.headers[name];
  return typeof value === 'string' ? value : '';
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

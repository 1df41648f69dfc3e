import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeMultipart } from '../../../src/mime/writer.ts';
import { envelope, HEADER, signMessage } from '../../unit/xmlsec/signed-message.ts';
import { writeMessage } from '../../../src/ebms/write-message.ts';
import { acknowledgmentMessage, applicationMessage, errorMessage } from '../../unit/ebms/samples.ts';

const CPAS = fileURLToPath(new URL('../../../cpa', import.meta.url));

export async function envelopeSamples(): Promise<readonly Buffer[]> {
  const signed = [await signMessage(), await signMessage(envelope(HEADER, ''), [])];
  const written = [applicationMessage, acknowledgmentMessage, errorMessage].map((one) =>
    Buffer.from(writeMessage(one)),
  );
  return [...signed, ...written];
}

export function cpaSamples(): readonly Buffer[] {
  return readdirSync(CPAS)
    .filter((name) => name.endsWith('.xml'))
    .map((name) => readFileSync(join(CPAS, name)));
}

export const BOUNDARY = 'grens_1';

/** A package of ours under a boundary that the scraps know. */
export async function packageSample(): Promise<Buffer> {
  const root = { contentId: 'root@a.test', contentType: 'text/xml; charset=UTF-8', bytes: await signMessage() };
  const bodies = [Buffer.from('<b>één</b>\r\n'), Buffer.from([0, 1, 255, 13, 10, 45, 45]), Buffer.alloc(0)];
  const parts = bodies.map((body, n) => ({
    contentId: `part-${n}@a.test`,
    contentType: 'application/octet-stream',
    name: `bijlage ${n}.bin`,
    size: body.length,
    body,
  }));
  const { body, contentType } = writeMultipart(root, parts);
  const boundary = /boundary="([^"]+)"/.exec(contentType)?.[1] ?? '';
  const text = Buffer.isBuffer(body) ? body.toString('latin1') : '';
  return Buffer.from(text.replaceAll(boundary, BOUNDARY), 'latin1');
}

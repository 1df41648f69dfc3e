import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeEvidenceFolder, openEvidenceFolder, writeEvidenceFile } from '../../src/app/evidence-folder.ts';
import type { EvidenceTrust } from '../../src/msh/evidence/check-certificate.ts';
import { type EvidenceReport, verifyEvidence } from '../../src/msh/evidence/verify-evidence.ts';
import type { TestGateway } from './test-gateway.ts';

/** Writes the evidence of a message as `postiljon evidence export` does; `use` gets the folder, which is removed afterwards. */
export async function withEvidence(
  { gateway }: TestGateway,
  messageId: string,
  use: (folder: string) => Promise<void> | void,
): Promise<void> {
  const folder = join(mkdtempSync(join(tmpdir(), 'evidence-')), 'of one');
  try {
    await makeEvidenceFolder(folder);
    const { files, parts } = await gateway.messages.evidence(messageId);
    for (const { name, content } of files)
      await writeEvidenceFile(folder, { name, sha256: undefined, octets: [content] });
    for (const { name, number, sha256 } of parts) {
      const { stream } = await gateway.messages.openPayload(messageId, number);
      await writeEvidenceFile(folder, { name, sha256, octets: stream });
    }
    await use(folder);
  } finally {
    rmSync(join(folder, '..'), { recursive: true, force: true });
  }
}

export async function verifyFolder(folder: string, trust?: EvidenceTrust): Promise<EvidenceReport> {
  return verifyEvidence(await openEvidenceFolder(folder), trust);
}

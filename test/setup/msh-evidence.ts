import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeEvidenceFolder, openEvidenceFolder, writeEvidenceFile } from '../../src/app/evidence-folder.ts';
import { type EvidenceReport, verifyEvidence } from '../../src/msh/evidence/verify-evidence.ts';
import type { KeptList } from '../../src/ports/trust.ts';
import { createPastTrust } from '../../src/trust/past-trust.ts';
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

/** By the CAs `named`, as with --trust, and with further `lists`, as with --crl. */
export async function verifyFolder(
  folder: string,
  named?: readonly Uint8Array[],
  lists: readonly KeptList[] = [],
): Promise<EvidenceReport> {
  return verifyEvidence(await openEvidenceFolder(folder), { named, lists, open: createPastTrust });
}

/** As who tampers would: the manifest agrees again with what is in the folder. */
export function mendManifest(folder: string): void {
  const path = join(folder, 'manifest.json');
  const manifest: { files: { name: string; sha256: string }[] } = JSON.parse(readFileSync(path, 'utf8'));
  for (const file of manifest.files) {
    if (existsSync(join(folder, file.name))) {
      file.sha256 = createHash('sha256')
        .update(readFileSync(join(folder, file.name)))
        .digest('hex');
    }
  }
  writeFileSync(
    path,
    JSON.stringify({ ...manifest, files: manifest.files.filter(({ name }) => existsSync(join(folder, name))) }),
  );
}

/** What does not hold, as subject and code. */
export async function failures(folder: string, named?: readonly Uint8Array[]): Promise<readonly string[]> {
  const { holds, findings } = await verifyFolder(folder, named);
  const failed = findings.filter(({ verdict }) => verdict === 'failed');
  assert.equal(holds, failed.length === 0);
  return failed.map(({ subject, code }) => (code === undefined ? subject : `${subject} ${code}`));
}

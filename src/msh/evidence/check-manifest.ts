import { type EvidenceReader, EVIDENCE_FORMAT, type EvidenceManifest, FILES } from './evidence.ts';
import type { EvidenceFindings } from './findings.ts';
import { isObject, isText, parseJson } from './json.ts';

/** Every file has the SHA-256 that the manifest says, and none is there beside. */
export async function checkManifest(
  reader: EvidenceReader,
  findings: EvidenceFindings,
): Promise<EvidenceManifest | undefined> {
  const octets = await reader.read(FILES.manifest);
  const manifest = octets === undefined ? undefined : readManifest(parseJson(octets));
  if (manifest === undefined) {
    findings.failed('files', `${FILES.manifest} is missing or cannot be read`);
    return undefined;
  }
  const listed = new Set([FILES.manifest, ...manifest.files.map(({ name }) => name)]);
  const surplus = (await reader.names()).filter((name) => !listed.has(name));
  for (const name of surplus) findings.failed('files', `${name} is not in ${FILES.manifest}`);
  let wrong = surplus.length;
  for (const { name, sha256 } of manifest.files) {
    const digest = await reader.digest(name, 'sha256');
    if (digest?.toString('hex') === sha256) continue;
    wrong += 1;
    findings.failed('files', digest === undefined ? `${name} is missing` : `${name} was changed`);
  }
  if (wrong === 0) findings.proven('files', `all ${manifest.files.length} files are as ${FILES.manifest} says`);
  return manifest;
}

function readManifest(value: unknown): EvidenceManifest | undefined {
  if (!isObject(value) || value['format'] !== EVIDENCE_FORMAT) return undefined;
  const { messageId, direction, files } = value;
  if (!isText(messageId) || (direction !== 'in' && direction !== 'out') || !Array.isArray(files)) return undefined;
  const listed = files.flatMap((one: unknown) =>
    isObject(one) && isText(one['name']) && isText(one['sha256']) ? [{ name: one['name'], sha256: one['sha256'] }] : [],
  );
  return listed.length === files.length ? { format: EVIDENCE_FORMAT, messageId, direction, files: listed } : undefined;
}

import { parseDateTime } from '../../clock.ts';
import { toGatewayError } from '../../errors.ts';
import type { KeptList, PastLists, PastTrust } from '../../ports/trust.ts';
import { type EvidenceReader, FILES, isListFile } from './evidence.ts';
import type { EvidenceFindings } from './findings.ts';

/** Where the CAs come from that a check believes. */
export interface Auditing {
  /** CAs (each DER or a PEM bundle) of who checks; undefined: nobody named any. */
  readonly named: readonly Uint8Array[] | undefined;
  /** Revocation lists that who checks has from elsewhere: of the time of the message, when those of the evidence are later. */
  readonly lists: readonly KeptList[];
  /** Throws CONFIG_INVALID. */
  readonly open: (roots: readonly Uint8Array[]) => PastTrust;
}

/** The lists of the evidence and of who checks it, read once. */
export interface EvidenceLists {
  /** What they say of one certificate at a time, RFC 3339. */
  check(certificate: Uint8Array, at: string): Promise<void>;
}

/**
 * A list counts by the signature of its CA, which is one that the auditor named, or else one in the evidence. Without
 * lists nothing is said of revocation but that. @spec Digikoppeling PKI003
 */
export async function openLists(
  reader: EvidenceReader,
  { findings, auditing }: { readonly findings: EvidenceFindings; readonly auditing: Auditing },
): Promise<EvidenceLists> {
  const kept = [...(await readKept(reader)), ...auditing.lists];
  const lists = kept.length === 0 ? undefined : await tryOpen(reader, { findings, auditing, kept });
  for (const { name, damaged, detail } of lists?.faults ?? []) {
    // What the auditor brought says nothing against the evidence.
    const isOwn = !auditing.lists.some((list) => list.name === name);
    if (damaged && isOwn) findings.failed('revocation', `${name} cannot be believed: ${detail}`, 'CRL_INVALID');
    else findings.unproven('revocation', `${name}: ${detail}`);
  }
  const said = new Set<string>();
  return {
    async check(certificate, at) {
      if (lists === undefined) {
        if (kept.length === 0) unknown(findings, said, 'there are no revocation lists');
        return;
      }
      await judge({ findings, lists, said }, { certificate, at });
    },
  };
}

async function readKept(reader: EvidenceReader): Promise<readonly KeptList[]> {
  const names = (await reader.names()).filter(isListFile);
  const kept: KeptList[] = [];
  for (const name of names) {
    const octets = await reader.read(name);
    if (octets !== undefined) kept.push({ name, octets });
  }
  return kept;
}

async function tryOpen(
  reader: EvidenceReader,
  { findings, auditing, kept }: { findings: EvidenceFindings; auditing: Auditing; kept: readonly KeptList[] },
): Promise<PastLists | undefined> {
  const enclosed = await reader.read(FILES.authorities);
  const roots = auditing.named ?? (enclosed === undefined ? [] : [enclosed]);
  try {
    return auditing.open(roots).readLists(kept);
  } catch (error) {
    findings.failed('revocation', `${FILES.authorities} holds no certificates`, toGatewayError(error).code);
    return undefined;
  }
}

interface Judging {
  readonly findings: EvidenceFindings;
  readonly lists: PastLists;
  readonly said: Set<string>;
}

async function judge(
  { findings, lists, said }: Judging,
  { certificate, at }: { readonly certificate: Uint8Array; readonly at: string },
): Promise<void> {
  try {
    const verdicts = await lists.judge(certificate, parseDateTime(at) ?? Number.NaN);
    if (verdicts.length === 0) unknown(findings, said, 'no CA above the certificate is known here');
    for (const { subject, kind, detail } of verdicts) {
      const text = `${subject}: ${detail}`;
      if (kind === 'unknown') unknown(findings, said, text);
      else if (kind === 'revoked') findings.failed('revocation', `${text}, before ${at}`, 'CERTIFICATE_REVOKED');
      else if (isNew(said, `${text} ${at}`)) findings.proven('revocation', `not revoked on ${at}: ${text}`);
    }
  } catch (error) {
    const { code, detail } = toGatewayError(error);
    unknown(findings, said, `the lists cannot be asked: ${detail ?? code}`);
  }
}

/** Message and receipt share CAs: said once. */
function unknown(findings: EvidenceFindings, said: Set<string>, text: string): void {
  if (isNew(said, text)) findings.unproven('revocation', `whether a certificate was revoked: ${text}`);
}

function isNew(said: Set<string>, text: string): boolean {
  if (said.has(text)) return false;
  said.add(text);
  return true;
}

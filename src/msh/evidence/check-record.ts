import { parseDateTime } from '../../clock.ts';
import { decodeCid } from '../../mime/content-id.ts';
import { FUTURE_MS } from '../inbound/checks/check-times.ts';
import type { AboutEvidence } from './about-evidence.ts';
import { FILES, type RecordedPart } from './evidence.ts';

/** What the gateway noted says nothing else than the envelope and the parts. */
export async function checkRecord(about: AboutEvidence): Promise<void> {
  const { findings, record, read } = about;
  const { header } = read.message;
  const { timestamp } = header.messageData;
  if (record.cpaId !== header.cpaId) {
    findings.failed('message', `${FILES.envelope} is under another contract than ${FILES.record} says`);
  }
  if (isBefore(record.storedAt, timestamp)) {
    findings.failed(
      'message',
      `${FILES.record} has it stored at ${record.storedAt}, before it was made at ${timestamp}`,
    );
  }
  for (const id of missingParts(about)) findings.failed('message', `${FILES.record} does not name the part ${id}`);
  for (const part of record.parts) await checkPart(about, part);
}

/** The receipt was given after the message was stored, and before it ended by it. */
export function checkReceiptTime({ findings, record }: AboutEvidence, timestamp: string): void {
  const { storedAt, state, stateAt } = record;
  if (isBefore(timestamp, storedAt)) {
    findings.failed('receipt', `it is of ${timestamp}, before the message was stored at ${storedAt}`);
  }
  if (state === 'DELIVERED' && isBefore(stateAt, timestamp)) {
    findings.failed('receipt', `it is of ${timestamp}, after the message was DELIVERED at ${stateAt}`);
  }
}

/** By more than clocks may differ. */
function isBefore(one: string, other: string): boolean {
  const [first, second] = [parseDateTime(one), parseDateTime(other)];
  return first !== undefined && second !== undefined && first + FUTURE_MS < second;
}

function missingParts({ read: { message }, record }: AboutEvidence): readonly string[] {
  const references = message.kind === 'ApplicationMessage' ? (message.manifest?.references ?? []) : [];
  const named = references.flatMap(({ href }) => decodeCid(href) ?? []);
  return named.filter((id) => !record.parts.some(({ contentId }) => contentId === id));
}

async function checkPart({ reader, findings }: AboutEvidence, { file, size, sha256 }: RecordedPart): Promise<void> {
  const digest = await reader.digest(file, 'sha256');
  if (digest === undefined) return;
  if (digest.toString('hex') !== sha256)
    findings.failed('files', `${file} has another SHA-256 than ${FILES.record} says`);
  if ((await reader.size(file)) !== size)
    findings.failed('files', `${file} has another size than ${FILES.record} says`);
}

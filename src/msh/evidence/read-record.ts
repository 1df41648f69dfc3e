import { parseDateTime } from '../../clock.ts';
import { type EvidenceReader, type EvidenceRecord, FILES, partFile, type RecordedPart } from './evidence.ts';
import type { EvidenceFindings } from './findings.ts';
import { isObject, isText, parseJson } from './json.ts';

/** What the gateway noted; undefined, with a finding, when it cannot be read. */
export async function readRecord(
  reader: EvidenceReader,
  findings: EvidenceFindings,
): Promise<EvidenceRecord | undefined> {
  const octets = await reader.read(FILES.record);
  const record = octets === undefined ? undefined : recordOf(parseJson(octets));
  if (record === undefined) findings.failed('files', `${FILES.record} is missing or cannot be read`);
  return record;
}

function recordOf(value: unknown): EvidenceRecord | undefined {
  if (!isObject(value)) return undefined;
  const { messageId, direction, cpaId, state, storedAt, stateAt, held, parts } = value;
  if (!isText(messageId) || !isText(cpaId) || !isText(state) || (direction !== 'in' && direction !== 'out')) {
    return undefined;
  }
  if (!isTime(storedAt) || !isTime(stateAt) || !Array.isArray(parts)) return undefined;
  const read = parts.flatMap((part: unknown, index) => partOf(part, index + 1) ?? []);
  if (read.length < parts.length) return undefined;
  const times = { storedAt, stateAt, held: held === true };
  return { messageId, direction, cpaId, state, ...times, parts: read, attempts: [] };
}

function partOf(value: unknown, number: number): RecordedPart | undefined {
  if (!isObject(value)) return undefined;
  const { file, contentId, contentType, name, size, sha256 } = value;
  if (file !== partFile(number) || !isText(contentId) || !isText(contentType) || !isText(sha256)) return undefined;
  if (typeof size !== 'number' || (name !== undefined && !isText(name))) return undefined;
  return { file, contentId, contentType, name, size, sha256 };
}

function isTime(value: unknown): value is string {
  return isText(value) && parseDateTime(value) !== undefined;
}

import { GatewayError } from '../../../errors.ts';
import type {
  CallKey,
  Consultation,
  ConsultationContent,
  ConsultationEnd,
  ConsultationLog,
} from '../../../ports/consultations.ts';
import type { Database, Query } from '../database.ts';

export function beginConsultation(
  db: Database,
  { consultation: one, call }: { readonly consultation: Consultation; readonly call?: CallKey | undefined },
): void {
  if (call?.again === false) requireNew(db, call);
  const sequence = db.insert(
    `INSERT INTO consultation (id, role, service, party, operation, partner, tls_oin, at, message_id, answer_id, result, code,
       detail, duration_ms, remote)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    one.id,
    one.role,
    one.service,
    one.party,
    one.operation,
    one.partner,
    one.tlsOin,
    one.at,
    one.messageId,
    one.answerId,
    one.result,
    one.code,
    one.detail,
    one.durationMs,
    one.remote,
  );
  if (call !== undefined)
    db.run(
      'INSERT OR REPLACE INTO wus_call (application, key, consultation) VALUES (?, ?, ?)',
      call.application,
      call.key,
      sequence,
    );
}

type EarlierRow = Pick<ConsultationRow, 'id' | 'result' | 'code'>;

const EARLIER: Query<EarlierRow> = {
  sql: `SELECT c.id, c.result, c.code FROM wus_call w JOIN consultation c ON c.sequence = w.consultation
        WHERE w.application = ? AND w.key = ?`,
};

function requireNew(db: Database, { application, key }: CallKey): void {
  const row = db.get(EARLIER, application, key);
  if (row === undefined) return;
  const { id, result, code } = row;
  const detail = `consultation ${id}: ${result}${code === null ? '' : `, ${code}`}`;
  throw new GatewayError('CALL_REPEATED', { location: 'message_id', detail });
}

const SEQUENCE: Query<{ readonly sequence: number }> = { sql: 'SELECT sequence FROM consultation WHERE id = ?' };

export function endConsultation(
  db: Database,
  { id, end }: { readonly id: string; readonly end: ConsultationEnd },
): void {
  const row = db.get(SEQUENCE, id);
  if (row === undefined) return;
  db.run(
    'UPDATE consultation SET result = ?, code = ?, detail = ?, duration_ms = ?, answer_id = ? WHERE sequence = ?',
    end.result,
    end.code,
    end.detail,
    end.durationMs,
    end.answerId,
    row.sequence,
  );
  if (end.content === undefined) return;
  db.run(
    'INSERT OR REPLACE INTO consultation_content (consultation, request, answer) VALUES (?, ?, ?)',
    row.sequence,
    end.content.request,
    end.content.answer,
  );
}

export interface ConsultationRow {
  readonly sequence: number;
  readonly id: string;
  readonly role: Consultation['role'];
  readonly service: string;
  readonly party: string | null;
  readonly operation: string | null;
  readonly partner: string | null;
  readonly tls_oin: string | null;
  readonly at: number;
  readonly message_id: string | null;
  readonly answer_id: string | null;
  readonly result: Consultation['result'];
  readonly code: string | null;
  readonly detail: string | null;
  readonly duration_ms: number | null;
  readonly remote: string | null;
}

export const CONSULTATION_COLUMNS =
  'sequence, id, role, service, party, operation, partner, tls_oin, at, message_id, answer_id, result, code, detail, duration_ms, remote';

const FOUND: Query<ConsultationRow> = { sql: `SELECT ${CONSULTATION_COLUMNS} FROM consultation WHERE id = ?` };
const CONTENT: Query<{ readonly request: Uint8Array | null; readonly answer: Uint8Array | null }> = {
  sql: 'SELECT request, answer FROM consultation_content WHERE consultation = ?',
};

export function findConsultation(
  db: Database,
  { id }: { readonly id: string },
): (Consultation & ConsultationContent) | undefined {
  const row = db.get(FOUND, id);
  if (row === undefined) return undefined;
  const content = db.get(CONTENT, row.sequence);
  return { ...toConsultation(row), request: content?.request ?? undefined, answer: content?.answer ?? undefined };
}

export function toConsultation(row: ConsultationRow): Consultation {
  return {
    id: row.id,
    role: row.role,
    service: row.service,
    party: row.party ?? undefined,
    operation: row.operation ?? undefined,
    partner: row.partner ?? undefined,
    tlsOin: row.tls_oin ?? undefined,
    at: row.at,
    messageId: row.message_id ?? undefined,
    answerId: row.answer_id ?? undefined,
    result: row.result,
    code: row.code ?? undefined,
    detail: row.detail ?? undefined,
    durationMs: row.duration_ms ?? undefined,
    remote: row.remote ?? undefined,
  };
}

interface ReplayRow {
  readonly partner: string;
  readonly message_id: string;
  readonly at: number;
}

const REPLAYABLE: Query<ReplayRow> = {
  sql: `SELECT partner, message_id, at FROM consultation
        WHERE at >= ? AND role = 'provider' AND result <> 'refused' AND partner IS NOT NULL AND message_id IS NOT NULL
        ORDER BY at`,
};

export function replayableConsultations(
  db: Database,
  { since }: { readonly since: number },
): Awaited<ReturnType<ConsultationLog['replayable']>> {
  return db.all(REPLAYABLE, since).map((row) => ({ partner: row.partner, messageId: row.message_id, at: row.at }));
}

/** The oldest first, so that a batch that stops half way has left no gap. */
export function purgeConsultations(
  db: Database,
  { before, limit }: { readonly before: number; readonly limit: number },
): number {
  return db.run(
    'DELETE FROM consultation WHERE sequence IN (SELECT sequence FROM consultation WHERE at < ? ORDER BY at LIMIT ?)',
    before,
    limit,
  );
}

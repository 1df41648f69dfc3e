import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { globSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { audit } from '../../../src/msh/audit/audit.ts';
import { AUDIT_FINDINGS } from '../../../src/msh/audit/findings.ts';
import { GatewayError } from '../../../src/errors.ts';
import type { AuditReport } from '../../../src/msh/gateway.ts';
import { openPayloadFiles } from '../../../src/store/files/payload-files.ts';
import { openStoreReader } from '../../../src/store/open-store.ts';
import { dienst } from '../../setup/msh-contracts.ts';
import { openPair, untilAttempts, untilState } from '../../setup/msh-pair.ts';
import type { Pair } from '../../setup/msh-pair.ts';

const LARGE = 100_000;

/** The law of conservation on a live store, and every way to break it that a disk or a hand has. */
describe('the audit', () => {
  let pair: Pair;
  let sent: string;
  const seen = new Set<string>();
  before(async () => {
    pair = await openPair({ profile: 'osb-rm-s', sync: true });
    ({ messageId: sent } = await pair.submit([randomBytes(LARGE), randomBytes(100)]));
    await untilState(pair.sender, sent, 'DELIVERED');
    await pair.receiver.gateway.messages.take(sent);
    pair.routes.bend(dienst.endpoint, () => Promise.reject(new GatewayError('PEER_UNREACHABLE')));
    const open = await pair.submit();
    await untilAttempts(pair.sender, open.messageId, 1);
    const cancelled = await pair.submit();
    await pair.sender.gateway.messages.cancel(cancelled.messageId);
  });
  // The last test has closed the receiver already.
  after(async () => {
    await pair.sender.close();
    rmSync(pair.receiver.folder, { recursive: true, force: true });
  });

  const codes = async (side: 'sender' | 'receiver', quick = false): Promise<readonly string[]> => {
    const report = await pair[side].gateway.audit({ quick });
    for (const { code } of report.findings) seen.add(code);
    assert.equal(report.ok, report.findings.length === 0);
    return report.findings.map(({ code, messageId }) => `${code} ${messageId === sent ? 'sent' : (messageId ?? '-')}`);
  };
  const payloadFile = (side: 'sender' | 'receiver'): string => {
    const [file = assert.fail('no payload file')] = globSync('payloads/??/*', { cwd: pair[side].folder });
    return join(pair[side].folder, file);
  };
  /** Changes the store behind the back of the gateway, looks, and changes it back. */
  const broken = async (
    side: 'sender' | 'receiver',
    { damage, repair }: { readonly damage: string; readonly repair: string },
  ): Promise<readonly string[]> => {
    const db = new DatabaseSync(join(pair[side].folder, 'postiljon.db'));
    db.exec(`PRAGMA busy_timeout = 2000; PRAGMA foreign_keys = OFF; CREATE TEMP TABLE kept AS SELECT 1; ${damage}`);
    const found = await codes(side);
    db.exec(repair);
    db.close();
    assert.deepEqual(await codes(side), [], 'whole again');
    return found;
  };

  it('finds nothing where nothing is lost, and says what it saw', async () => {
    const progress: number[] = [];
    const report: AuditReport = await pair.sender.gateway.audit({
      progress: ({ messages }) => progress.push(messages),
    });
    const { ok, quick, submitted, acknowledged, states, findings, findingCount, payloads } = report;
    assert.deepEqual(
      { ok, quick, submitted, acknowledged, states, findings, findingCount, count: payloads.count },
      {
        ok: true,
        quick: false,
        submitted: 3,
        acknowledged: 0,
        states: { DELIVERED: 1, QUEUED: 1, CANCELLED: 1 },
        findings: [],
        findingCount: 0,
        count: 4,
      },
    );
    assert.equal(progress.at(-1), 3);
    const received = await pair.receiver.gateway.audit();
    assert.deepEqual([received.ok, received.acknowledged, received.states], [true, 1, { TAKEN: 1 }]);
  });

  it('finds a byte that was flipped in a payload file, unless it is asked to be quick', async () => {
    const file = payloadFile('receiver');
    const octets = readFileSync(file);
    writeFileSync(file, Buffer.concat([Buffer.from([(octets[0] ?? 0) ^ 1]), octets.subarray(1)]));
    assert.deepEqual(await codes('receiver'), ['PAYLOAD_DAMAGED sent']);
    assert.deepEqual(await codes('receiver', true), []);
    truncateSync(file, 10);
    assert.deepEqual(await codes('receiver', true), ['PAYLOAD_DAMAGED sent']);
    writeFileSync(file, octets);
  });

  it('finds a payload file that is gone', async () => {
    const file = payloadFile('receiver');
    const octets = readFileSync(file);
    rmSync(file);
    for (const quick of [false, true]) assert.deepEqual(await codes('receiver', quick), ['PAYLOAD_MISSING sent']);
    writeFileSync(file, octets);
  });

  it('finds a byte that was flipped in a payload that the store holds', async () => {
    const found = await broken('receiver', {
      damage:
        "CREATE TEMP TABLE was AS SELECT octets FROM payload WHERE octets IS NOT NULL; UPDATE payload SET octets = CAST(x'00' || substr(octets, 2) AS BLOB) WHERE octets IS NOT NULL",
      repair: 'UPDATE payload SET octets = (SELECT octets FROM was) WHERE octets IS NOT NULL',
    });
    assert.deepEqual(found, ['PAYLOAD_DAMAGED sent']);
  });

  it('finds a routed message that nothing hands over, one whose destination is gone, and a taken one that would be', async () => {
    const routed = "UPDATE message SET destination = 'amqp', state = 'RECEIVED'";
    const repair = "UPDATE message SET destination = 'inbox', state = 'TAKEN'; DELETE FROM handover";
    const row = "INSERT INTO handover (message, destination, due_at) SELECT id, 'amqp', 9000000000000000 FROM message";
    assert.deepEqual(await broken('receiver', { damage: routed, repair }), [
      'HANDOVER_MISSING sent',
      'DESTINATION_UNKNOWN sent',
    ]);
    assert.deepEqual(await broken('receiver', { damage: `${routed}; ${row}`, repair }), ['DESTINATION_UNKNOWN sent']);
    assert.deepEqual(await broken('receiver', { damage: row, repair }), ['HANDOVER_LEFT sent']);
  });

  it('finds a final event that is gone, and one that came twice', async () => {
    const type = "type = 'message.delivered'";
    const keep = `CREATE TEMP TABLE was AS SELECT * FROM event WHERE ${type};`;
    const gone = await broken('sender', {
      damage: `${keep} DELETE FROM event WHERE ${type}`,
      repair: 'INSERT INTO event SELECT * FROM was',
    });
    assert.deepEqual(gone, ['END_EVENT sent']);
    const columns = 'id, type, at, message_id, direction, cpa_id, data, message';
    const twice = await broken('sender', {
      damage: `${keep} INSERT INTO event (${columns}) SELECT ${columns} FROM was`,
      repair: `DELETE FROM event WHERE ${type} AND sequence NOT IN (SELECT sequence FROM was)`,
    });
    assert.deepEqual(twice, ['END_EVENT sent']);
  });

  it('finds an open message that nothing will send, and an ended one that would be sent', async () => {
    const found = await broken('sender', {
      damage:
        "CREATE TEMP TABLE was AS SELECT * FROM outbox; UPDATE outbox SET message = (SELECT id FROM message WHERE state = 'DELIVERED')",
      repair: 'UPDATE outbox SET message = (SELECT message FROM was)',
    });
    assert.deepEqual(new Set(found.map((line) => line.split(' ')[0])), new Set(['OUTBOX_LEFT', 'OUTBOX_MISSING']));
  });

  it('finds an outbox row that leads nowhere', async () => {
    const found = await broken('receiver', {
      damage: "INSERT INTO outbox (message, endpoint, lane, due_at) VALUES (99999, 'x', 'x', 9e15)",
      repair: 'DELETE FROM outbox WHERE message = 99999',
    });
    assert.deepEqual(found, ['OUTBOX_STRAY -']);
  });

  it('finds an envelope that is gone', async () => {
    const found = await broken('receiver', {
      damage: 'CREATE TEMP TABLE was AS SELECT * FROM envelope; DELETE FROM envelope',
      repair: 'INSERT INTO envelope SELECT * FROM was',
    });
    assert.deepEqual(found, ['ENVELOPE_MISSING sent']);
  });

  it('finds a message that is gone while its event stands, also when its row was numbered again', async () => {
    for (const [side, state, own] of [
      ['receiver', 'TAKEN', "direction = 'in'"],
      ['sender', 'DELIVERED', "state = 'DELIVERED'"],
    ] as const) {
      const keep = `CREATE TEMP TABLE was AS SELECT * FROM message WHERE ${own};`;
      const put = `INSERT INTO message SELECT * FROM was; UPDATE state_count SET count = 1 WHERE state = '${state}'`;
      const gone = await broken(side, { damage: `${keep} DELETE FROM message WHERE ${own}`, repair: put });
      assert.deepEqual(gone, ['MESSAGE_MISSING sent']);
      const found = await broken(side, {
        damage: `${keep} UPDATE message SET message_id = 'other@x' WHERE ${own}`,
        repair: `UPDATE message SET message_id = (SELECT message_id FROM was) WHERE ${own}`,
      });
      assert.ok(found.includes('MESSAGE_MISSING sent'), found.join());
    }
  });

  it('finds a receipt that is gone: of the partner, and our own', async () => {
    for (const side of ['sender', 'receiver'] as const) {
      const found = await broken(side, {
        damage: 'CREATE TEMP TABLE was AS SELECT * FROM signal; DELETE FROM signal',
        repair: 'INSERT INTO signal SELECT * FROM was',
      });
      assert.deepEqual(found, ['RECEIPT_MISSING sent']);
    }
  });

  it('finds an envelope that cannot be read, that is of another message, or that is not what was signed', async () => {
    const mine = 'message = (SELECT min(id) FROM message)';
    const repair = `UPDATE envelope SET octets = (SELECT octets FROM was) WHERE ${mine}`;
    for (const changed of [
      "x'00'",
      "CAST(replace(CAST(octets AS TEXT), substr((SELECT message_id FROM message WHERE id = envelope.message), 1, 8), 'ffffffff') AS BLOB)",
      "CAST(replace(CAST(octets AS TEXT), '<eb:ConversationId>', '<eb:ConversationId>x') AS BLOB)",
    ]) {
      const damage = `CREATE TEMP TABLE was AS SELECT octets FROM envelope WHERE ${mine}; UPDATE envelope SET octets = ${changed} WHERE ${mine}`;
      for (const side of ['sender', 'receiver'] as const)
        assert.deepEqual(await broken(side, { damage, repair }), ['ENVELOPE_DAMAGED sent']);
    }
  });

  it('finds counts that are wrong, and a message that vanished with them', async () => {
    const found = await broken('receiver', {
      damage: "UPDATE state_count SET count = 7 WHERE state = 'TAKEN'",
      repair: "UPDATE state_count SET count = 1 WHERE state = 'TAKEN'",
    });
    assert.deepEqual(found, ['COUNT_WRONG -']);
  });

  it('finds a state that no message of that direction has', async () => {
    for (const state of ['DELIVERED', 'LOST']) {
      const found = await broken('receiver', {
        damage: `UPDATE message SET state = '${state}'`,
        repair:
          "UPDATE message SET state = 'TAKEN'; UPDATE state_count SET count = 0; UPDATE state_count SET count = 1 WHERE state = 'TAKEN'",
      });
      assert.ok(found.includes('STATE_UNKNOWN sent'), found.join());
    }
  });

  it('finds what the database says of its own damage', async () => {
    await pair.receiver.close(true);
    const path = join(pair.receiver.folder, 'postiljon.db');
    const db = new DatabaseSync(path);
    const page = Number(
      db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'message_action'").get()?.['rootpage'],
    );
    db.close();
    const octets = readFileSync(path);
    writeFileSync(path, octets.fill(0xff, (page - 1) * 4096 + 8, (page - 1) * 4096 + 12));
    const source = openStoreReader({ url: `sqlite:${path}` });
    const payloads = await openPayloadFiles({ directory: join(pair.receiver.folder, 'payloads') });
    const { findings } = await audit({ source, payloads, clock: pair.clock });
    await source.close();
    for (const { code } of findings) seen.add(code);
    assert.deepEqual([...new Set(findings.map(({ code }) => code))], ['STORE_DAMAGED']);
  });

  it('every code was provoked above', () => {
    assert.deepEqual(
      Object.keys(AUDIT_FINDINGS).filter((code) => !seen.has(code)),
      [],
    );
  });
});

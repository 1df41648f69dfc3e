import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { KeptList } from '../../../src/ports/trust.ts';
import { createCa } from '../../../src/trust/test-pki.ts';
import { type ContractParty, dienst, gemeente } from '../../setup/msh-contracts.ts';
import { failures, mendManifest, verifyFolder, withEvidence } from '../../setup/msh-evidence.ts';
import { MovableClock, untilState, withPair } from '../../setup/msh-pair.ts';
import {
  DAY_MS,
  derOf,
  derOfList,
  type Hierarchy,
  hierarchy,
  listOf,
  NOW,
  resign,
  revocations,
  type TestRevocation,
} from '../../setup/revocation-lists.ts';
import { skipUnless } from '../../setup/skip.ts';
import { tool } from '../../setup/tools.ts';

const CA_LIST = 'revocation/1.crl';
const ROOT_LIST = 'revocation/2.crl';

describe('evidence with revocation lists', () => {
  let all: Hierarchy;
  let lists: Readonly<Record<'root.crl' | 'ca.crl', string>>;
  const opened = revocations();

  before(async () => {
    all = await hierarchy();
    lists = { 'root.crl': await listOf({ ca: all.root }), 'ca.crl': await listOf({ ca: all.ca }) };
  });

  /** Delivered now; `use` gets the evidence of the sender as it is exported after `later`. */
  async function withFolder(
    use: (folder: string) => Promise<void>,
    later: (revocation: TestRevocation) => Promise<void> = () => Promise.resolve(),
    { swapped = false, ...more }: { readonly archive?: string; readonly swapped?: boolean } = {},
  ): Promise<void> {
    const clock = new MovableClock(NOW);
    const revocation = await opened(lists, { clock, ...more });
    const keys = [all.leaf, all.other].map(({ certificate, key }) => ({ certificate, key }));
    const roots = authorities();
    const [first, second] = swapped ? [all.other, all.leaf] : [all.leaf, all.other];
    const parties = [signing(gemeente, first.certificate), signing(dienst, second.certificate)] as const;
    const options = { clock, keys, roots, revocation: revocation.revocation };
    await withPair(
      { profile: 'osb-rm-s', parties },
      async (pair) => {
        const { messageId } = await pair.submit();
        await untilState(pair.sender, messageId, 'DELIVERED');
        await later(revocation);
        await withEvidence(pair.sender, messageId, use);
      },
      options,
    );
  }

  const authorities = (): readonly Buffer[] => [all.root, all.ca].map(({ certificate }) => Buffer.from(certificate));

  it('the lists of every CA above message and receipt are in it, and say that nothing was revoked [Digikoppeling PKI003]', async function () {
    await withFolder(async (folder) => {
      assert.deepEqual(await failures(folder), []);
      assert.deepEqual(await failures(folder, authorities()), []);
      assert.deepEqual(await revocationOf(folder), ['proven', 'proven', 'proven']);
      assert.deepEqual(readFileSync(join(folder, CA_LIST)), derOfList(lists['ca.crl']));
      assert.deepEqual(readFileSync(join(folder, ROOT_LIST)), derOfList(lists['root.crl']));
      skipUnless(this, tool('openssl') !== undefined, 'openssl is not on PATH');
      const commands = readFileSync(join(folder, 'README.txt'), 'utf8').match(/^ {4}openssl .*$/gm) ?? [];
      assert.equal(commands.length, 2);
      for (const command of commands) {
        const { status, stderr } = spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
        assert.deepEqual([status, stderr.trim()], [0, 'verify OK']);
      }
    });
  });

  it('revoked after the message: it was good then, and the evidence says since when it is not', () =>
    withFolder(
      async (folder) => {
        const { findings, holds } = await verifyFolder(folder);
        assert.ok(holds);
        const since = new Date(NOW + DAY_MS).toISOString();
        assert.ok(
          findings.some(({ verdict, text }) => verdict === 'proven' && text.includes(`revoked only since ${since}`)),
        );
      },
      async ({ put, clock }) => {
        clock.advance(DAY_MS);
        await put('ca.crl', await listOf({ ca: all.ca, revoke: [all.leaf.certificate], now: NOW + DAY_MS }));
      },
    ));

  it('exported a year later, from a list of then: it counts as long as the certificate had not ended', async () => {
    await withFolder(
      async (folder) => assert.deepEqual(await revocationOf(folder), ['proven', 'proven', 'proven']),
      newListsAfter(360),
    );
    await withFolder(
      async (folder) => assert.deepEqual(await revocationOf(folder), ['unproven', 'proven', 'unproven']),
      newListsAfter(370),
    );
  });

  it('exported when the certificates had ended: a list of then that the auditor has says it, and one that is none says nothing', async () => {
    await withFolder(async (folder) => {
      const kept = { name: 'then.crl', octets: derOfList(lists['ca.crl']) };
      assert.deepEqual(await revocationOf(folder, [kept]), ['proven', 'proven', 'proven']);
      const forged = { name: 'forged.crl', octets: resign(lists['ca.crl'], all.root, (signed) => signed) };
      const { holds, findings } = await verifyFolder(folder, undefined, [forged]);
      assert.ok(holds);
      assert.ok(findings.some(({ verdict, text }) => verdict === 'unproven' && text.startsWith('forged.crl: ')));
      const revoked = await listOf({ ca: all.ca, revoke: [all.leaf.certificate], now: NOW - DAY_MS });
      const against = await verifyFolder(folder, undefined, [{ name: 'then.crl', octets: derOfList(revoked) }]);
      assert.equal(against.holds, false);
    }, newListsAfter(370));
  });

  it('exported when the certificates had ended: the lists by which they were judged were kept, and a gateway that was started since finds them', async () => {
    const archive = mkdtempSync(join(tmpdir(), 'postiljon-kept-'));
    try {
      const proven = (folder: string): Promise<void> =>
        revocationOf(folder).then((verdicts) => assert.deepEqual(verdicts, ['proven', 'proven', 'proven']));
      await withFolder(proven, newListsAfter(370), { archive });
      const kept = readdirSync(archive);
      assert.equal(kept.length, 2, 'one of each CA');
      // A day has one list of each; what is there is not written again.
      const again = await opened(lists, { archive });
      await again.check(all.leaf.certificate);
      const newer = await listOf({ ca: all.ca, now: NOW + 60_000 });
      again.clock.advance(120_000);
      await again.put('ca.crl', newer);
      await again.check(all.leaf.certificate);
      assert.deepEqual(await again.revocation.listsOf(derOf(all.leaf.certificate), NOW), [
        derOfList(newer),
        ...(['ca.crl', 'root.crl'] as const).map((name) => derOfList(lists[name])),
      ]);
      assert.deepEqual(readdirSync(archive), kept);
    } finally {
      rmSync(archive, { recursive: true, force: true });
    }
  });

  it('a folder for them that cannot be written costs no message', async () => {
    const archive = join(mkdtempSync(join(tmpdir(), 'postiljon-kept-')), 'file');
    writeFileSync(archive, '');
    const test = await opened(lists, { archive });
    await test.check(all.leaf.certificate);
    assert.equal((await test.revocation.listsOf(derOf(all.leaf.certificate), NOW)).length, 2);
    assert.deepEqual([...new Set(test.failures.map(({ source }) => source))], [archive]);
    rmSync(dirname(archive), { recursive: true });
  });

  const REPLACED: readonly (readonly [
    what: string,
    file: string,
    list: () => Promise<Buffer>,
    failed: readonly string[],
    verdicts: readonly string[],
  ])[] = [
    [
      'names the certificate of the message, from before it',
      CA_LIST,
      async () => derOfList(await listOf({ ca: all.ca, revoke: [all.leaf.certificate], now: NOW - DAY_MS })),
      ['revocation CERTIFICATE_REVOKED'],
      ['failed', 'proven', 'proven'],
    ],
    [
      'names the certificate of the receipt',
      CA_LIST,
      async () => derOfList(await listOf({ ca: all.ca, revoke: [all.other.certificate] })),
      ['revocation CERTIFICATE_REVOKED'],
      ['proven', 'proven', 'failed'],
    ],
    [
      'names the CA',
      ROOT_LIST,
      async () => derOfList(await listOf({ ca: all.root, revoke: [all.ca.certificate] })),
      ['revocation CERTIFICATE_REVOKED', 'revocation CERTIFICATE_REVOKED'],
      ['proven', 'failed', 'proven', 'failed'],
    ],
    [
      'was changed in its day of issue',
      CA_LIST,
      async () => changed(derOfList(lists['ca.crl']), '261122'),
      ['revocation CRL_INVALID'],
      ['failed', 'unproven', 'proven', 'unproven'],
    ],
    [
      'was cut short',
      CA_LIST,
      async () => derOfList(lists['ca.crl']).subarray(0, -9),
      ['revocation CRL_INVALID'],
      ['failed', 'unproven', 'proven', 'unproven'],
    ],
    [
      'is signed by somebody else under the name of the CA',
      CA_LIST,
      async () => resign(lists['ca.crl'], all.root, (signed) => signed),
      ['revocation CRL_INVALID'],
      ['failed', 'unproven', 'proven', 'unproven'],
    ],
    [
      'is of a CA that nobody knows here',
      CA_LIST,
      async () => derOfList(await listOf({ ca: await createCa({ name: 'other', keyBits: 2048, now: NOW }) })),
      [],
      ['unproven', 'unproven', 'proven', 'unproven'],
    ],
    [
      'had ended before the message',
      CA_LIST,
      async () => derOfList(await listOf({ ca: all.ca, now: NOW - 9 * DAY_MS, days: 1 })),
      [],
      ['unproven', 'proven', 'unproven'],
    ],
  ];

  for (const [what, file, list, failed, verdicts] of REPLACED) {
    it(`a list that ${what}`, () =>
      withFolder(async (folder) => {
        writeFileSync(join(folder, file), await list());
        mendManifest(folder);
        assert.deepEqual(await failures(folder), failed);
        assert.deepEqual(await revocationOf(folder), verdicts);
      }));
  }

  it('the time that counts is the signed one: an earlier one that was noted hides no revocation [Digikoppeling PKI003]', () =>
    withFolder(async (folder) => {
      const revoke = [all.leaf.certificate];
      writeFileSync(join(folder, CA_LIST), derOfList(await listOf({ ca: all.ca, revoke, now: NOW - DAY_MS })));
      const path = join(folder, 'message.json');
      const record: object = JSON.parse(readFileSync(path, 'utf8'));
      writeFileSync(path, JSON.stringify({ ...record, storedAt: new Date(NOW - 3 * DAY_MS).toISOString() }));
      mendManifest(folder);
      assert.deepEqual(await failures(folder), ['message', 'revocation CERTIFICATE_REVOKED']);
    }));

  it('signed with the certificate of another party, by its OIN [Digikoppeling PKI001]', () =>
    withFolder(async (folder) => assert.deepEqual(await failures(folder), ['certificate', 'certificate']), undefined, {
      swapped: true,
    }));

  it('lists that were removed are missed, and by CAs of somebody else they say nothing', () =>
    withFolder(async (folder) => {
      const { certificate } = await createCa({ name: 'other', keyBits: 2048, now: NOW });
      const byOthers = await verifyFolder(folder, [Buffer.from(certificate)]);
      const said = byOthers.findings.filter(({ subject }) => subject === 'revocation');
      assert.ok(said.length > 0 && said.every(({ verdict }) => verdict === 'unproven'));
      writeFileSync(join(folder, 'certificates/authorities.pem'), 'none');
      mendManifest(folder);
      assert.deepEqual(await failures(folder), ['revocation CONFIG_INVALID']);
      for (const name of [CA_LIST, ROOT_LIST]) rmSync(join(folder, name));
      mendManifest(folder);
      assert.deepEqual(await failures(folder), []);
      assert.deepEqual(await revocationOf(folder), ['unproven']);
    }));

  it('without revocation at the gateway there are no lists, and README.txt says so', async () => {
    await withPair({ profile: 'osb-rm-s' }, async (pair) => {
      const { messageId } = await pair.submit();
      await untilState(pair.sender, messageId, 'DELIVERED');
      await withEvidence(pair.sender, messageId, (folder) => {
        assert.ok(!existsSync(join(folder, CA_LIST)));
        assert.match(readFileSync(join(folder, 'README.txt'), 'utf8'), /There are no revocation lists/);
      });
    });
  });
});

function signing(party: ContractParty, certificatePem: string): ContractParty {
  return { ...party, keys: { ...party.keys, certificatePem } };
}

/** The last digit of a day becomes its neighbour. */
function changed(octets: Buffer, day: string): Buffer {
  const copy = Buffer.from(octets);
  const at = copy.indexOf(day) + day.length - 1;
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

async function revocationOf(folder: string, lists: readonly KeptList[] = []): Promise<readonly string[]> {
  const { findings } = await verifyFolder(folder, undefined, lists);
  return findings.flatMap(({ subject, verdict }) => (subject === 'revocation' ? [verdict] : []));
}

/** Time passes, and the CAs issue anew. */
function newListsAfter(days: number): (revocation: TestRevocation) => Promise<void> {
  return async ({ clock, put }) => {
    const { root, ca } = await hierarchy();
    clock.advance(days * DAY_MS);
    const now = NOW + days * DAY_MS;
    await put('ca.crl', await listOf({ ca, now }));
    await put('root.crl', await listOf({ ca: root, now }));
  };
}

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeEvidenceFolder, writeEvidenceFile } from '../../../src/app/evidence-folder.ts';
import { failures, mendManifest, verifyFolder, withEvidence } from '../../setup/msh-evidence.ts';
import { createCa } from '../../../src/trust/test-pki.ts';
import { dienst, gemeente } from '../../setup/msh-contracts.ts';
import { hangingLine, openPair, type Pair, untilState, withPair } from '../../setup/msh-pair.ts';
import { draft, pack, requireAccepted, sealDraft, withReceiver } from '../../setup/msh-partner.ts';
import { skipUnless } from '../../setup/skip.ts';
import { tool } from '../../setup/tools.ts';

const PAYLOADS = [Buffer.from('<melding>één</melding>\r\n'), Buffer.from([0, 1, 2, 255]), Buffer.alloc(0)];

/** The commands of README.txt, exactly as they stand there, run in the folder by a shell. */
function runReadme(folder: string): readonly { readonly command: string; readonly status: number | null }[] {
  const commands = readFileSync(join(folder, 'README.txt'), 'utf8').match(/^ {4}xmlsec1 .*$/gm) ?? [];
  return commands.map((command) => ({ command, status: spawnSync('sh', ['-c', command], { cwd: folder }).status }));
}

function change(folder: string, name: string, from: string, to: string): void {
  const text = readFileSync(join(folder, name), 'latin1');
  assert.ok(text.includes(from), `${name} holds ${from}`);
  writeFileSync(join(folder, name), text.replace(from, to), 'latin1');
}

function edit(folder: string, name: string, from: RegExp, to: string): void {
  const text = readFileSync(join(folder, name), 'utf8');
  assert.match(text, from);
  writeFileSync(join(folder, name), text.replace(from, to));
}

async function delivered(pair: Pair): Promise<string> {
  const { messageId } = await pair.submit(PAYLOADS);
  await untilState(pair.sender, messageId, 'DELIVERED');
  return messageId;
}

describe('evidence of a signed, reliable message', () => {
  for (const sync of [false, true]) {
    for (const side of ['sender', 'receiver'] as const) {
      it(`of the ${side}${sync ? ', synchronous' : ''}: message and receipt are proven, by us and by xmlsec1 alone [ebMS2 §4.1.4.2-1]`, async function () {
        await withEvidenceOf({ profile: 'osb-rm-s', sync }, side, async (folder) => {
          const { findings, holds } = await verifyFolder(folder);
          assert.ok(holds);
          const proven = findings.filter(({ verdict }) => verdict === 'proven').map(({ subject }) => subject);
          assert.deepEqual(proven, ['files', 'message', 'certificate', 'receipt', 'certificate', 'events']);
          skipUnless(this, tool('xmlsec1') !== undefined, 'xmlsec1 is not on PATH');
          const runs = runReadme(folder);
          assert.equal(runs.length, 2);
          for (const { command, status } of runs) assert.equal(status, 0, command);
        });
      });
    }
  }

  it('without CAs of who checks, whose the certificates are is not proven; by other CAs it fails [ebMS2 §4.1.4.2-1]', () =>
    withEvidenceOf({ profile: 'osb-rm-s' }, 'receiver', async (folder) => {
      const about = async (trust?: readonly Uint8Array[]): Promise<readonly string[]> => {
        const { findings, holds } = await verifyFolder(folder, trust);
        const found = findings.filter(({ subject }) => subject === 'authorities');
        return [String(holds), ...found.map(({ verdict, code }) => `${verdict} ${code ?? ''}`.trim())];
      };
      const roots = [gemeente.keys.certificate, dienst.keys.certificate];
      assert.deepEqual(await about(), ['true', 'unproven']);
      assert.deepEqual(await about(roots), ['true', 'proven', 'proven']);
      const [one] = roots;
      assert.ok(one !== undefined);
      const failed = 'failed CERTIFICATE_UNTRUSTED';
      assert.deepEqual(await about([one]), ['false', 'proven', failed]);
      const { certificate } = await createCa({ name: 'other', keyBits: 2048 });
      assert.deepEqual(await about([Buffer.from(certificate)]), ['false', failed, failed]);
    }));

  for (const side of ['sender', 'receiver'] as const) {
    it(`of the ${side}, encrypted on the way: the plain parts are what was signed`, async function () {
      await withEvidenceOf({ profile: 'osb-rm-e' }, side, async (folder) => {
        assert.deepEqual(await failures(folder), []);
        assert.deepEqual(readFileSync(join(folder, 'parts/1.bin')), PAYLOADS[0]);
        skipUnless(this, tool('xmlsec1') !== undefined, 'xmlsec1 is not on PATH');
        assert.deepEqual(
          runReadme(folder).map(({ status }) => status),
          [0, 0],
        );
      });
    });
  }

  it('of a part whose Content-ID means something to a shell: it is quoted in README.txt', async function () {
    skipUnless(this, tool('xmlsec1') !== undefined, 'xmlsec1 is not on PATH');
    await withReceiver({ profile: 'osb-rm-s', sync: true }, async (at) => {
      const one = draft(at, [{ contentId: "$(touch,x)&'a;b'@gemeente.test", body: Buffer.from('deel') }]);
      await requireAccepted(at, pack(await sealDraft(one, at.agreement), one.parts));
      await withEvidence(at.here, one.message.header.messageData.messageId, async (folder) => {
        assert.deepEqual(await failures(folder), []);
        assert.deepEqual(
          runReadme(folder).map(({ status }) => status),
          [0, 0],
        );
        assert.ok(!existsSync(join(folder, 'x')));
      });
    });
  });

  const TAMPERED: readonly (readonly [
    what: string,
    tamper: (folder: string) => void,
    failed: readonly string[],
    xmlsec1: readonly number[],
  ])[] = [
    ['nothing', () => undefined, [], [0, 0]],
    [
      'an octet of a part',
      (folder) => change(folder, 'parts/1.bin', '<melding>', '<Melding>'),
      ['files', 'message SIGNATURE_INVALID'],
      [1, 0],
    ],
    [
      'the envelope',
      (folder) => change(folder, 'envelope.xml', 'melden</eb:Action>', 'Melden</eb:Action>'),
      ['contract ACTION_NOT_AGREED'],
      [1, 0],
    ],
    [
      'the time of the receipt',
      (folder) => change(folder, 'receipt.xml', '<eb:Timestamp>2', '<eb:Timestamp>3'),
      ['receipt SIGNATURE_INVALID'],
      [0, 1],
    ],
    [
      'the certificate of the message',
      (folder) =>
        writeFileSync(join(folder, 'certificates/message.pem'), readFileSync(join(folder, 'certificates/receipt.pem'))),
      ['certificate'],
      [1, 0],
    ],
    [
      'the MessageId that was noted',
      (folder) => change(folder, 'message.json', '"messageId": "', '"messageId": "x'),
      ['files', 'message', 'receipt', 'events'],
      [0, 0],
    ],
    [
      'the day on which it came, to one before the certificate',
      (folder) => change(folder, 'message.json', '"storedAt": "20', '"storedAt": "19'),
      ['message'],
      [0, 0],
    ],
    [
      'the day on which it came, to one after the receipt',
      (folder) => change(folder, 'message.json', '"storedAt": "20', '"storedAt": "21'),
      ['receipt'],
      [0, 0],
    ],
    [
      'the contract that was noted',
      (folder) => change(folder, 'message.json', '"cpaId": "', '"cpaId": "x'),
      ['message'],
      [0, 0],
    ],
    [
      'the digest of a part that was noted',
      (folder) => edit(folder, 'message.json', /"sha256": "[0-9a-f]{4}/, '"sha256": "beef'),
      ['files'],
      [0, 0],
    ],
    [
      'the size of a part that was noted',
      (folder) => edit(folder, 'message.json', /"size": /, '"size": 1'),
      ['files'],
      [0, 0],
    ],
    [
      'the direction in the manifest',
      (folder) => change(folder, 'manifest.json', '"direction": "in"', '"direction": "out"'),
      ['files'],
      [0, 0],
    ],
  ];

  for (const [what, tamper, failed, statuses] of TAMPERED) {
    it(`tampered with, even if the manifest is mended: ${what}`, async function () {
      await withEvidenceOf({ profile: 'osb-rm-s' }, 'receiver', async (folder) => {
        tamper(folder);
        mendManifest(folder);
        assert.deepEqual(await failures(folder), failed);
        skipUnless(this, tool('xmlsec1') !== undefined, 'xmlsec1 is not on PATH');
        assert.deepEqual(
          runReadme(folder).map(({ status }) => Math.min(status ?? 9, 1)),
          statuses,
        );
      });
    });
  }

  it('a part that is missing, changed or added is told by the manifest', async () => {
    await withEvidenceOf({ profile: 'osb-rm-s' }, 'sender', async (folder) => {
      renameSync(join(folder, 'parts/2.bin'), join(folder, 'parts/9.bin'));
      change(folder, 'README.txt', 'THE FILES', 'THE FILE');
      assert.deepEqual(await failures(folder), ['files', 'files', 'files', 'message SIGNATURE_INVALID']);
    });
  });

  for (const [what, hide] of [
    ['cpa.xml is removed', (folder) => rmSync(join(folder, 'cpa.xml'))],
    ['cpa.xml says that nothing is signed', unsigned],
    [
      'cpa.xml says that nothing is signed, and the certificate is removed',
      (folder) => {
        unsigned(folder);
        rmSync(join(folder, 'certificates/message.pem'));
      },
    ],
  ] as const satisfies readonly (readonly [string, (folder: string) => void])[]) {
    it(`a signature that is there is checked, also where ${what}`, () =>
      withEvidenceOf({ profile: 'osb-rm-s' }, 'receiver', async (folder) => {
        hide(folder);
        change(folder, 'parts/1.bin', '<melding>', '<Melding>');
        mendManifest(folder);
        const failed = await failures(folder);
        assert.ok(failed.includes('message SIGNATURE_INVALID'), failed.join());
      }));
  }

  for (const state of ['FAILED', 'EXPIRED']) {
    it(`a message that is ${state} has no receipt, unless it came late`, () =>
      withEvidenceOf({ profile: 'osb-rm-s' }, 'sender', async (folder) => {
        change(folder, 'message.json', '"state": "DELIVERED"', `"state": "${state}"`);
        change(folder, 'events.json', 'message.delivered', `message.${state.toLowerCase()}`);
        mendManifest(folder);
        assert.deepEqual(await failures(folder), ['events']);
      }));
  }

  it('DELIVERED by a receipt that is not there', () =>
    withEvidenceOf({ profile: 'osb-rm-s' }, 'sender', async (folder) => {
      for (const name of ['receipt.xml', 'certificates/receipt.pem']) rmSync(join(folder, name));
      mendManifest(folder);
      assert.deepEqual(await failures(folder), ['receipt']);
    }));

  it('a receipt of another message proves nothing of this one [ebMS2 §6.3.2.5-2]', async () => {
    await withPair({ profile: 'osb-rm-s' }, async (pair) => {
      const [one, other] = [await delivered(pair), await delivered(pair)];
      await withEvidence(pair.sender, other, (theirs) =>
        withEvidence(pair.sender, one, async (folder) => {
          writeFileSync(join(folder, 'receipt.xml'), readFileSync(join(theirs, 'receipt.xml')));
          mendManifest(folder);
          assert.deepEqual(await failures(folder), ['receipt', 'receipt SIGNAL_UNEXPECTED']);
        }),
      );
    });
  });

  it('without files, or with files that are none, it says so and never throws', async () => {
    await withEvidenceOf({ profile: 'osb-rm-s' }, 'sender', async (folder) => {
      for (const name of ['cpa.xml', 'receipt.xml', 'envelope.xml', 'message.json', 'manifest.json']) {
        writeFileSync(join(folder, name), '{"no":"<xml');
        mendIfThere(folder);
        assert.notDeepEqual(await failures(folder), [], `${name} damaged`);
        rmSync(join(folder, name));
        if (name !== 'receipt.xml') assert.notDeepEqual(await failures(folder), [], `no ${name}`);
      }
    });
  });
});

describe('evidence of messages that prove less', () => {
  for (const profile of ['osb-be', 'osb-rm', 'osb-be-s'] as const) {
    it(`${profile}: holds, and says what it cannot prove`, async () => {
      await withPair({ profile }, async (pair) => {
        const messageId = await delivered(pair);
        for (const side of ['sender', 'receiver'] as const) {
          await withEvidence(pair[side], messageId, async (folder) => {
            const { holds, findings } = await verifyFolder(folder);
            assert.ok(holds);
            const unproven = findings.filter(({ verdict }) => verdict === 'unproven').map(({ subject }) => subject);
            assert.deepEqual(
              unproven,
              profile === 'osb-be-s'
                ? ['contract', 'certificate', 'revocation', 'receipt', 'authorities']
                : ['contract', 'message', 'receipt'],
            );
            assert.equal(existsSync(join(folder, 'receipt.xml')), profile === 'osb-rm');
          });
        }
      });
    });
  }

  it('a message that is still open has no receipt', async () => {
    const pair = await openPair({ profile: 'osb-rm-s' });
    const line = hangingLine();
    try {
      pair.routes.bend(dienst.endpoint, line.way);
      const { messageId } = await pair.submit(PAYLOADS);
      await line.tried;
      await withEvidence(pair.sender, messageId, async (folder) => {
        assert.match(
          readFileSync(join(folder, 'README.txt'), 'utf8'),
          /Nothing here proves that the message was received/,
        );
        assert.deepEqual(await failures(folder), []);
      });
    } finally {
      line.release();
      await pair.close();
    }
  });

  it('a contract that was removed is missed', async () => {
    await withPair({ profile: 'osb-rm-s' }, async (pair) => {
      const messageId = await delivered(pair);
      await pair.sender.gateway.cpas.deactivate(pair.cpaId);
      await pair.sender.gateway.cpas.remove(pair.cpaId);
      await withEvidence(pair.sender, messageId, async (folder) => {
        assert.deepEqual(await failures(folder), ['contract']);
        assert.ok(!existsSync(join(folder, 'certificates/message.pem')));
      });
    });
  });

  it('a file is written nowhere but in the folder, and only with the octets that were named', async () => {
    await withEvidenceOf({ profile: 'osb-be' }, 'sender', async (folder) => {
      for (const name of ['../x.xml', '/x.xml', 'a/../x.xml', 'parts/../../x.xml', 'parts\\x.xml', '.x', 'parts/']) {
        await assert.rejects(writeEvidenceFile(folder, { name, sha256: undefined, octets: [] }), {
          code: 'DOWNLOAD_DAMAGED',
        });
      }
      const octets = [Buffer.from('x')];
      await assert.rejects(writeEvidenceFile(folder, { name: 'x.xml', sha256: '00', octets }), {
        code: 'DOWNLOAD_DAMAGED',
      });
      assert.ok(!existsSync(join(folder, 'x.xml')) && !existsSync(join(folder, 'x.xml.part')));
      await assert.rejects(makeEvidenceFolder(folder), { code: 'FILE_EXISTS' });
      await assert.rejects(verifyFolder(join(folder, 'nowhere')), { code: 'FILE_MISSING' });
    });
  });

  for (const [what, make] of [
    ['a link', (path) => symlinkSync('/dev/zero', path)],
    ['a pipe', (path) => assert.equal(spawnSync('mkfifo', [path]).status, 0)],
  ] as const satisfies readonly (readonly [string, (path: string) => void])[]) {
    it(`${what} in the folder is not read: FILE_MISSING`, async function () {
      skipUnless(this, process.platform !== 'win32', 'Windows has none');
      await withEvidenceOf({ profile: 'osb-be' }, 'sender', async (folder) => {
        rmSync(join(folder, 'message.json'));
        make(join(folder, 'message.json'));
        await assert.rejects(verifyFolder(folder), { code: 'FILE_MISSING' });
      });
    });
  }

  it('an unknown message has none: NOT_FOUND', async () => {
    await withPair({ profile: 'osb-rm-s' }, async (pair) => {
      await assert.rejects(pair.sender.gateway.messages.evidence('nope@x'), { code: 'NOT_FOUND' });
    });
  });
});

function unsigned(folder: string): void {
  const path = join(folder, 'cpa.xml');
  const text = readFileSync(path, 'utf8').replaceAll(/(isNonRepudiationRequired=")true"/g, '$1false"');
  writeFileSync(path, text.replaceAll(/<tp:(Sender|Receiver)NonRepudiation>.*?<\/tp:\1NonRepudiation>/gs, ''));
}

function mendIfThere(folder: string): void {
  try {
    mendManifest(folder);
  } catch {
    // The manifest itself was damaged.
  }
}

function withEvidenceOf(
  terms: Parameters<typeof openPair>[0],
  side: 'sender' | 'receiver',
  use: (folder: string) => Promise<void>,
): Promise<void> {
  return withPair(terms, async (pair) => withEvidence(pair[side], await delivered(pair), use));
}

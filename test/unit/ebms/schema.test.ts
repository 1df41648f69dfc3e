import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { errorListFor } from '../../../src/ebms/error-list.ts';
import { writeMessage } from '../../../src/ebms/write-message.ts';
import { GatewayError } from '../../../src/errors.ts';
import { fixturePath, fixturesPresent } from '../../setup/fixtures.ts';
import { skipUnless } from '../../setup/skip.ts';
import { tool } from '../../setup/tools.ts';
import { anyMessage } from './messages-arbitrary.ts';
import { acknowledgmentMessage, applicationMessage, errorMessage } from './samples.ts';

const xmllint = tool('xmllint') ?? '';

describe('what writeMessage makes, under msg-header-2_0.xsd', () => {
  let folder = '';

  before(function () {
    skipUnless(this, xmllint !== '', 'xmllint is not installed');
    skipUnless(this, fixturesPresent(), 'the schemas lie among the fixtures, which are absent');
    folder = mkdtempSync(join(tmpdir(), 'postiljon-schema-'));
  });

  after(() => {
    if (folder !== '') rmSync(folder, { recursive: true });
  });

  it('§3 the common messages are valid [ebMS2 §2.3-1, ebMS2 §2.3.8-1, ebMS2 §2.3.9-1, ebMS2 §3.1-3]', () => {
    const refusal = new GatewayError('SIGNATURE_INVALID', { location: '//Header/Signature' });
    const failed = { ...errorMessage, errorList: errorListFor(refusal) };
    assertValid(
      [applicationMessage, acknowledgmentMessage, errorMessage, failed].map((message) => writeMessage(message)),
    );
  });

  it('§3 messages of any content are valid [ebMS2 §3.1-3, ebMS2 §4.2.3-1, ebMS2 §4.2.3.2-1, ebMS2 §4.2.3.2-3]', () => {
    // A hundred at once: one process for all of them.
    const messages = fc.sample(anyMessage, { numRuns: 100, seed: 20261122 });
    assertValid(messages.map((message) => writeMessage(message)));
  });

  function assertValid(markups: readonly string[]): void {
    const files = markups.map((markup, index) => {
      const file = join(folder, `${index}.xml`);
      writeFileSync(file, markup);
      return file;
    });
    const schema = fixturePath('xsd/msg-header-2_0.xsd');
    const { status, stderr } = spawnSync(xmllint, ['--nonet', '--noout', '--schema', schema, ...files], {
      encoding: 'utf8',
    });
    assert.equal(
      status,
      0,
      stderr
        .split('\n')
        .filter((line) => !line.endsWith(' validates'))
        .join('\n'),
    );
  }
});

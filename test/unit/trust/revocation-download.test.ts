import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as asn1 from 'asn1js';
import { GatewayError } from '../../../src/errors.ts';
import { alterCertificate, extensionOf, setExtension } from './altered-certificate.ts';
import { DAY_MS, type Hierarchy, hierarchy, listOf, NOW, openRevocation, tlv } from '../../setup/revocation-lists.ts';
import type { TestRevocation } from '../../setup/revocation-lists.ts';

const URL = 'http://crl.example/ca.crl';
const UNKNOWN = { code: 'REVOCATION_UNKNOWN' };

/** CRLDistributionPoints with one address. */
function pointTo(url: string): asn1.BaseBlock {
  const point = tlv(0x30, tlv(0xa0, tlv(0xa0, tlv(0x86, Buffer.from(url)))));
  return asn1.fromBER(new Uint8Array(tlv(0x30, point))).result;
}

const refusing = (): Promise<string> => Promise.reject(new GatewayError('CRL_UNREACHABLE'));

describe('revocation lists from the addresses that certificates name', () => {
  let all: Hierarchy;
  let rootList: string;
  let leaf: string;
  let folder: string;
  let asked: string[];
  let opened: TestRevocation[] = [];
  let answer: () => Promise<string>;

  before(async () => {
    all = await hierarchy();
    rootList = await listOf({ ca: all.root });
    leaf = alterCertificate(all.leaf.certificate, all.ca.key, (one) =>
      setExtension(one, extensionOf('2.5.29.31', pointTo(URL), false)),
    );
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'postiljon-crl-kept-'));
    asked = [];
  });
  afterEach(() => {
    for (const one of opened) one.close();
    opened = [];
    rmSync(folder, { recursive: true, force: true });
  });

  const fetch = async (url: string): Promise<Uint8Array> => {
    asked.push(url);
    return Buffer.from(await answer());
  };
  const open = async (): Promise<TestRevocation> => {
    const one = await openRevocation({ 'root.crl': rootList }, { download: { fetch, folder } });
    opened.push(one);
    return one;
  };

  it('are fetched once at first need, whoever waits, and kept [Digikoppeling PKI004, Digikoppeling WT005]', async () => {
    answer = () => listOf({ ca: all.ca });
    const { check } = await open();
    await Promise.all([check(leaf), check(leaf)]);
    await check(leaf);
    assert.deepEqual(asked, [URL]);
    assert.equal(readdirSync(folder).length, 1);
  });

  it('are there after a restart without a network [Digikoppeling PKI004]', async () => {
    answer = () => listOf({ ca: all.ca });
    await (await open()).check(leaf);
    answer = refusing;
    await (await open()).check(leaf);
    assert.deepEqual(asked, [URL]);
  });

  it('are refreshed long before they end, and what they revoke counts then', async () => {
    answer = () => listOf({ ca: all.ca });
    const { check, clock, revocation } = await open();
    await check(leaf);
    clock.advance(4 * 3_600_000 + 1_000);
    answer = () => listOf({ ca: all.ca, now: clock.now(), revoke: [leaf] });
    await revocation.poll();
    assert.equal(asked.length, 2);
    await assert.rejects(check(leaf), { code: 'CERTIFICATE_REVOKED' });
  });

  it('an outage is borne until the list ends, asked about ever less often, and over when the CA is back', async () => {
    answer = () => listOf({ ca: all.ca, days: 1 });
    const { check, clock, revocation, failures } = await open();
    await check(leaf);
    answer = refusing;
    clock.advance(DAY_MS / 2);
    await revocation.poll();
    await revocation.poll();
    assert.equal(failures.length, 1);
    await check(leaf);
    clock.advance(DAY_MS);
    await assert.rejects(check(leaf), UNKNOWN);
    const before = asked.length;
    await assert.rejects(check(leaf), UNKNOWN);
    assert.equal(asked.length, before, 'no message makes it ask again at once');
    answer = () => listOf({ ca: all.ca, now: clock.now() });
    clock.advance(900_000);
    await check(leaf);
  });

  it('A73 an older list, or one of somebody else, never takes the place of a newer one', async () => {
    answer = () => listOf({ ca: all.ca, revoke: [leaf] });
    const { check, clock, revocation, failures } = await open();
    await assert.rejects(check(leaf), { code: 'CERTIFICATE_REVOKED' });
    const wrong = [listOf({ ca: all.ca, now: NOW - DAY_MS }), listOf({ ca: all.root }).then((list) => list.slice(1))];
    for (const list of wrong) {
      answer = () => list;
      clock.advance(DAY_MS);
      await revocation.poll();
    }
    assert.equal(failures.length, 2);
    await assert.rejects(check(leaf), { code: 'CERTIFICATE_REVOKED' });
  });
});

import assert from 'node:assert/strict';
import { constants, sign } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '../../../src/errors.ts';
import { readLists } from '../../../src/trust/revocation/list.ts';
import { createTrust } from '../../../src/trust/trust-store.ts';
import {
  DAY_MS,
  derOf,
  derOfList,
  type Hierarchy,
  hierarchy,
  listOf,
  NOW,
  REVOKED,
  revocations,
  tlv,
  UNKNOWN,
} from '../../setup/revocation-lists.ts';

describe('revocation', () => {
  let all: Hierarchy;
  let rootList: string;
  let caList: string;
  const opened = revocations();

  before(async () => {
    all = await hierarchy();
    rootList = await listOf({ ca: all.root });
    caList = await listOf({ ca: all.ca });
  });

  it('a certificate that no list names is believed, from PEM and from DER [Digikoppeling PKI003]', async () => {
    const { check, failures } = await opened({ 'root.crl': rootList, 'ca.crl': derOfList(caList) });
    await check(all.leaf.certificate);
    assert.deepEqual(failures, []);
  });

  it('one that the list of its CA names is refused, its neighbour is not [Digikoppeling PKI003, KVS §4.1.4.1-3]', async () => {
    const list = await listOf({ ca: all.ca, revoke: [all.leaf.certificate] });
    const { check } = await opened({ 'lists.pem': rootList + list });
    await assert.rejects(check(all.leaf.certificate), REVOKED);
    await check(all.other.certificate);
  });

  it('a CA that is revoked takes all below it along', async () => {
    const { check } = await opened({
      'lists.pem': (await listOf({ ca: all.root, revoke: [all.ca.certificate] })) + caList,
    });
    await assert.rejects(check(all.leaf.certificate), REVOKED);
  });

  it('without a list of each CA of the chain nothing is believed, unless the mode is ifPresent', async () => {
    const strict = await opened({ 'ca.crl': caList });
    await assert.rejects(strict.check(all.leaf.certificate), UNKNOWN);
    const lenient = await opened({ 'ca.crl': caList }, { mode: 'ifPresent' });
    await lenient.check(all.leaf.certificate);
  });

  it('a list that has ended says nothing more, but what it revoked stays revoked', async () => {
    const list = await listOf({ ca: all.ca, revoke: [all.leaf.certificate], days: 2 });
    const { check, clock } = await opened({ 'lists.pem': rootList + list });
    await check(all.other.certificate);
    clock.advance(3 * DAY_MS);
    await assert.rejects(check(all.other.certificate), UNKNOWN);
    await assert.rejects(check(all.leaf.certificate), REVOKED);
  });

  it('a list of the future does not count yet, and the one of today does', async () => {
    const future = await listOf({ ca: all.ca, now: NOW + DAY_MS });
    const alone = await opened({ 'lists.pem': rootList + future });
    await assert.rejects(alone.check(all.leaf.certificate), UNKNOWN);
    const both = await opened({ 'lists.pem': rootList + future, 'ca.crl': caList });
    await both.check(all.leaf.certificate);
  });

  it('a list that is replaced counts at once, also for what was believed before [Digikoppeling PKI003]', async () => {
    const { check, put } = await opened({ 'root.crl': rootList, 'ca.crl': caList });
    await check(all.leaf.certificate);
    await put('ca.crl', await listOf({ ca: all.ca, revoke: [all.leaf.certificate] }));
    await assert.rejects(check(all.leaf.certificate), REVOKED);
    await put('ca.crl', caList);
    await check(all.leaf.certificate);
  });

  it('a gateway looks at its files by itself, every few seconds', async () => {
    const one = await opened({ 'root.crl': rootList, 'ca.crl': caList });
    await one.check(all.leaf.certificate);
    const changed = new Promise<void>((resolve) => void one.revocation.onChange(resolve));
    writeFileSync(join(one.folder, 'ca.crl'), await listOf({ ca: all.ca, revoke: [all.leaf.certificate] }));
    one.clock.advance(10_000);
    await changed;
    await assert.rejects(one.check(all.leaf.certificate), REVOKED);
  });

  it('a file that goes, or becomes something else, leaves the list before in force and is told once', async () => {
    const { check, put, failures, folder, revocation } = await opened({ 'root.crl': rootList, 'ca.crl': caList });
    await put('ca.crl', 'not a list');
    await revocation.poll();
    await check(all.leaf.certificate);
    rmSync(join(folder, 'ca.crl'));
    await revocation.poll();
    await check(all.leaf.certificate);
    assert.equal(failures.length, 2);
    assert.deepEqual(
      failures.map(({ error }) => error instanceof GatewayError && error.code),
      ['CRL_INVALID', 'CRL_INVALID'],
    );
  });

  it('an alarm is raised once a CA, and again after there was a list', async () => {
    const { check, put, revocation } = await opened({ 'root.crl': rootList, 'ca.crl': 'nothing' });
    const alarms: string[] = [];
    revocation.onAlarm(({ authority }) => alarms.push(authority));
    for (let index = 0; index < 3; index++) await assert.rejects(check(all.leaf.certificate), UNKNOWN);
    assert.equal(alarms.length, 1);
    await put('ca.crl', caList);
    await check(all.leaf.certificate);
    await put('ca.crl', await listOf({ ca: all.ca, now: NOW - 3 * DAY_MS, days: 1 }));
    await assert.rejects(check(all.leaf.certificate), UNKNOWN);
    assert.equal(alarms.length, 2);
  });

  it('what TLS has chained is looked up the same way, and remembered until a list changes', async () => {
    const { revocation, put } = await opened({ 'root.crl': rootList, 'ca.crl': caList });
    const trust = createTrust({ roots: [all.root, all.ca].map((one) => Buffer.from(one.certificate)), revocation });
    const der = derOf(all.leaf.certificate);
    await trust.checkPeer(der);
    assert.equal(trust.checkPeer(der), undefined);
    await put('ca.crl', await listOf({ ca: all.ca, revoke: [all.leaf.certificate] }));
    assert.throws(() => trust.checkPeer(der), REVOKED);
    await trust.checkPeer(derOf(all.other.certificate));
  });

  it('whose issuer is not configured cannot be looked up', async () => {
    const { revocation } = await opened({ 'root.crl': rootList }, { roots: [all.root.certificate] });
    const trust = createTrust({ roots: [Buffer.from(all.root.certificate)], revocation });
    assert.throws(() => trust.checkPeer(derOf(all.leaf.certificate)), UNKNOWN);
  });

  it('RSASSA-PSS, with which PKIoverheid signs, is read', async () => {
    const der = derOfList(caList);
    // The same list with PSS and SHA-256 in the place of PKCS#1: both names of the algorithm, and the signature.
    const plain = Buffer.from('300d06092a864886f70d01010b0500', 'hex');
    const pss = Buffer.from(
      '304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120',
      'hex',
    );
    const start = der.indexOf(plain);
    const end = der.lastIndexOf(plain);
    const head = der.subarray(0, start);
    const inner = der.subarray(start + plain.length, end);
    const version = head.subarray(head.length - 3);
    const tbs = tlv(0x30, Buffer.concat([version, pss, inner]));
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const signature = sign('sha256', tbs, { key: all.ca.key, padding, saltLength: 32 });
    const list = tlv(0x30, Buffer.concat([tbs, pss, tlv(0x03, Buffer.concat([Buffer.of(0), signature]))]));
    const { check } = await opened({ 'root.crl': rootList, 'ca.crl': list });
    await check(all.leaf.certificate);
  });

  it('health and metrics see each CA once: current, ended, missing', async () => {
    const { revocation } = await opened({ 'ca.crl': await listOf({ ca: all.ca, now: NOW - 9 * DAY_MS, days: 1 }) });
    const states = revocation.lists().map(({ authority, state }) => [/CN=TEST (\w+)/.exec(authority)?.[1], state]);
    assert.deepEqual(states, [
      ['root', 'missing'],
      ['CA', 'ended'],
    ]);
  });

  it('a list holds serial numbers of any length, and none at all', async () => {
    const [empty] = readLists(Buffer.from(caList));
    assert.equal(empty?.serials.size, 0);
    const list = await listOf({ ca: all.ca, revoke: [all.leaf.certificate, all.other.certificate] });
    assert.equal(readLists(Buffer.from(list))[0]?.serials.size, 2);
  });
});

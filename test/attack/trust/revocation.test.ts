import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readLists } from '../../../src/trust/revocation/list.ts';
import { ListRegister } from '../../../src/trust/revocation/register.ts';
import {
  derOfList,
  type Hierarchy,
  hierarchy,
  listOf,
  NOW,
  REVOKED,
  revocations,
  resign,
  tlv,
  UNKNOWN,
} from '../../setup/revocation-lists.ts';

const INVALID = { code: 'CRL_INVALID' };
const MIB = 2 ** 20;

const TRUE = Buffer.of(0xff);
/** IssuingDistributionPoint with what is given. */
const scope = (...fields: readonly (readonly [number, Buffer])[]): Buffer =>
  tlv(0x30, Buffer.concat(fields.map(([tag, content]) => tlv(tag, content))));
const pointAt = (url: string): readonly [number, Buffer] => [0xa0, tlv(0xa0, tlv(0x86, Buffer.from(url)))];

describe('A73 revocation lists that are huge, forged or for something else', () => {
  let all: Hierarchy;
  let rootList: string;
  let revoking: string;
  const open = revocations();

  before(async () => {
    all = await hierarchy();
    rootList = await listOf({ ca: all.root });
    revoking = await listOf({ ca: all.ca, revoke: [all.leaf.certificate] });
  });

  /** Nothing is believed through such a list, and it revokes nobody. */
  const isRefused = async (list: string | Uint8Array, reason: RegExp): Promise<void> => {
    const { check, failures } = await open({ 'root.crl': rootList, 'ca.crl': list });
    await assert.rejects(check(all.leaf.certificate), UNKNOWN);
    assert.equal(failures.length, 1);
    assert.match(String(failures[0]?.error), reason);
  };

  it('A73 a bad signature', async () => {
    const der = derOfList(revoking);
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
    await isRefused(der, /signature is not of the CA/);
  });

  it('A73 an entry that was taken out', async () => {
    const der = derOfList(await listOf({ ca: all.ca, revoke: [all.leaf.certificate] }));
    const forged = resign(await listOf({ ca: all.ca }), all.root, (signed) => signed);
    assert.notDeepEqual(forged, der);
    await isRefused(forged, /signature is not of the CA/);
  });

  it('A73 a list of a CA that nobody trusts', async () => {
    const roots = [all.root.certificate];
    const { check, failures } = await open({ 'ca.crl': revoking }, { roots, mode: 'ifPresent' });
    await assert.rejects(check(all.leaf.certificate), { code: 'CERTIFICATE_UNTRUSTED' });
    assert.match(String(failures[0]?.error), /none of the configured CAs/);
  });

  it('A73 a list of another CA says nothing of this one', async () => {
    const { check } = await open({ 'root.crl': rootList, 'again.crl': rootList });
    await assert.rejects(check(all.leaf.certificate), UNKNOWN);
  });

  it('A73 a list signed by a certificate that is no CA for lists', async () => {
    const { check } = await open({
      'root.crl': await listOf({ ca: { ...all.root, certificate: all.leaf.certificate, key: all.leaf.key } }),
    });
    await assert.rejects(check(all.leaf.certificate), UNKNOWN);
  });

  const extensions: readonly (readonly [string, readonly [string, boolean, Uint8Array], RegExp])[] = [
    ['an unknown critical extension', ['1.2.3.4', true, Buffer.of(5, 0)], /critical extension 1\.2\.3\.4/],
    ['a delta list', ['2.5.29.27', true, Buffer.of(2, 1, 1)], /delta list/],
    ['an indirect list', ['2.5.29.28', true, scope([0x84, TRUE])], /indirect list/],
    ['a list for some reasons only', ['2.5.29.28', true, scope([0x83, Buffer.of(0, 0x60)])], /some reasons/],
    ['a list of attribute certificates', ['2.5.29.28', true, scope([0x85, TRUE])], /attribute certificates/],
    ['a scope that cannot be decoded', ['2.5.29.28', true, Buffer.of(0x30, 3, 1)], /cut off/],
  ];
  for (const [name, extension, reason] of extensions) {
    it(`A73 ${name}`, async () => {
      await isRefused(await listOf({ ca: all.ca, extensions: [extension] }), reason);
    });
  }

  it('A73 a list for CAs only says nothing of other certificates, and one for users does', async () => {
    const forAuthorities = await listOf({ ca: all.ca, extensions: [['2.5.29.28', true, scope([0x82, TRUE])]] });
    const one = await open({ 'root.crl': rootList, 'ca.crl': forAuthorities });
    await assert.rejects(one.check(all.leaf.certificate), UNKNOWN);
    const forUsers = await listOf({ ca: all.ca, extensions: [['2.5.29.28', true, scope([0x81, TRUE])]] });
    const other = await open({ 'root.crl': rootList, 'ca.crl': forUsers });
    await other.check(all.leaf.certificate);
  });

  it('A73 a list of one distribution point says nothing of certificates of another', async () => {
    const part = await listOf({
      ca: all.ca,
      extensions: [['2.5.29.28', true, scope(pointAt('http://crl.example/1'))]],
    });
    const { check, failures } = await open({ 'root.crl': rootList, 'ca.crl': part });
    await assert.rejects(check(all.leaf.certificate), UNKNOWN);
    assert.deepEqual(failures, []);
  });

  it('A73 a critical extension of an entry', () => {
    const entry = tlv(
      0x30,
      Buffer.concat([
        tlv(2, Buffer.of(7)),
        tlv(0x17, Buffer.from('260101000000Z')),
        tlv(
          0x30,
          tlv(0x30, Buffer.concat([tlv(6, Buffer.of(0x55, 0x1d, 0x1d)), tlv(1, TRUE), tlv(4, Buffer.of(5, 0))])),
        ),
      ]),
    );
    const changed = withEntries(derOfList(rootList), [entry]);
    assert.throws(() => readLists(changed), { ...INVALID, message: /2\.5\.29\.29/ });
  });

  it('A73 a list without an end', async () => {
    const der = resign(revoking, all.ca, (signed) => {
      const times = [...signed.toString('latin1').matchAll(/\d{12}Z/g)];
      const at = (times[1]?.index ?? 2) - 2;
      const without = Buffer.concat([signed.subarray(0, at), signed.subarray(at + 15)]);
      return tlv(0x30, without.subarray(signed[1] === 0x82 ? 4 : 3));
    });
    await isRefused(der, /no nextUpdate/);
  });

  it('A73 a file beyond the size cap is not read', async () => {
    const { check, failures } = await open(
      { 'root.crl': rootList, 'ca.crl': Buffer.alloc(300_000) },
      { maxBytes: 200_000 },
    );
    await assert.rejects(check(all.leaf.certificate), UNKNOWN);
    assert.match(String(failures[0]?.error), /larger than 200000/);
  });

  it('A73 a list as large as the cap is read in seconds, and searched at once', () => {
    const entries: Buffer[] = [];
    const date = tlv(0x17, Buffer.from('260101000000Z'));
    for (let size = 0, serial = 1; size < 15 * MIB; serial++) {
      const number = Buffer.alloc(16, 0x41);
      number.writeUInt32BE(serial, 12);
      const entry = tlv(0x30, Buffer.concat([tlv(2, number), date]));
      entries.push(entry);
      size += entry.length;
    }
    const huge = withEntries(derOfList(rootList), entries);
    const began = performance.now();
    const [list] = readLists(huge);
    assert.ok(performance.now() - began < 5_000);
    assert.equal(list?.serials.size, entries.length);
  }).timeout(20_000);

  const broken: readonly (readonly [string, Uint8Array])[] = [
    ['nothing', Buffer.alloc(0)],
    ['a length beyond the end', Buffer.of(0x30, 0x84, 0x7f, 0xff, 0xff, 0xff)],
    ['a length without an end', Buffer.of(0x30, 0x80, 0, 0)],
    ['sequences in sequences', nested(10_000)],
    ['octets after the end', Buffer.of(0x30, 0, 0)],
  ];
  for (const [name, octets] of broken) {
    it(`A73 octets that are no list: ${name}`, () => {
      assert.throws(() => readLists(octets), INVALID);
    });
  }

  it('A73 no cut of a list is read, and no change of an octet is believed', async () => {
    const der = derOfList(revoking);
    for (let end = 0; end < der.length; end += 1) assert.throws(() => readLists(der.subarray(0, end)), INVALID);
    const { revocation, check, failures } = await open({ 'root.crl': rootList, 'ca.crl': revoking });
    await assert.rejects(check(all.leaf.certificate), REVOKED);
    assert.equal(failures.length, 0);
    const register = new ListRegister([new X509Certificate(all.ca.certificate)]);
    for (let at = 0; at < der.length; at += 1) {
      const changed = Buffer.from(der);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      assert.throws(() => register.replace('x', readLists(changed)), INVALID, `octet ${at}`);
    }
    assert.equal(revocation.lists().length, 2);
  });

  it('A69 a certificate that is revoked, and one whose CA is', async () => {
    const leaf = await open({ 'root.crl': rootList, 'ca.crl': revoking });
    await assert.rejects(leaf.check(all.leaf.certificate), REVOKED);
    const above = await open({
      'root.crl': await listOf({ ca: all.root, revoke: [all.ca.certificate] }),
      'ca.crl': await listOf({ ca: all.ca }),
    });
    await assert.rejects(above.check(all.other.certificate), REVOKED);
  });

  it('A69 a list that has ended is no list: what it does not name is not believed', async () => {
    const { check } = await open({
      'root.crl': rootList,
      'ca.crl': await listOf({ ca: all.ca, now: NOW - 86_400_000 * 3, days: 1 }),
    });
    await assert.rejects(check(all.leaf.certificate), UNKNOWN);
  });
});

function nested(depth: number): Buffer {
  let octets: Buffer = Buffer.alloc(0);
  for (let index = 0; index < Math.min(depth, 2_000); index++) octets = tlv(0x30, octets);
  return octets;
}

/** A list with other entries; its signature no longer fits. */
function withEntries(der: Buffer, entries: readonly Buffer[]): Buffer {
  const ends = [...der.toString('latin1').matchAll(/\d{12}Z/g)];
  const at = (ends[1]?.index ?? 0) + 13;
  const headLength = (start: number): number => ((der[start + 1] ?? 0) < 0x80 ? 2 : 2 + ((der[start + 1] ?? 0) & 0x7f));
  const outer = headLength(0);
  const inner = outer + headLength(outer);
  const length = der.readUIntBE(outer + 2, inner - outer - 2);
  const end = inner + length;
  const signed = tlv(
    0x30,
    Buffer.concat([der.subarray(inner, at), tlv(0x30, Buffer.concat(entries)), der.subarray(at, end)]),
  );
  return tlv(0x30, Buffer.concat([signed, der.subarray(end)]));
}

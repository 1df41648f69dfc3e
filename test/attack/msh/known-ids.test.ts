import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import type { ErrorCode } from '../../../src/errors.ts';
import { dienst, gemeente } from '../../setup/msh-contracts.ts';
import {
  alertsOf,
  type Draft,
  draft,
  markupOf,
  pack,
  type Receiving,
  requireAccepted,
  requireRefused,
  sealDraft,
  SECURITY,
  signMarkup,
  withReceiver,
} from '../../setup/msh-partner.ts';
import type { RawRequest } from '../../setup/test-gateway.ts';

const SIGNED = { profile: 'osb-rm-s', sync: true } as const;
const UNSIGNED = { profile: 'osb-rm', sync: true } as const;
const AT = '//Header/MessageHeader';
type Header = Draft['message']['header'];

const changes: readonly (readonly [what: string, location: string, change: (header: Header) => Partial<Header>])[] = [
  ['another Action', `${AT}/Action`, () => ({ action: 'anders' })],
  ['another Service', `${AT}/Service`, () => ({ service: { value: 'urn:other' } })],
  ['another role', `${AT}/From/Role`, ({ from }) => ({ from: { ...from, role: 'anders' } })],
];

const changed = (one: Draft, change: (header: Header) => Partial<Header>): Draft => ({
  ...one,
  message: { ...one.message, header: { ...one.message.header, ...change(one.message.header) } },
});

describe('a copy of a known message whose header the CPA does not agree to', () => {
  for (const [what, location, change] of changes) {
    it(`A77 ${what}, signed by its sender: SecurityFailure and an alert`, () =>
      withReceiver(SIGNED, async (at) => {
        const one = draft(at);
        await requireAccepted(at, pack(await sealDraft(one, at.agreement), one.parts));
        const copy = changed(one, change);
        const request = pack(await sealDraft(copy, at.agreement), one.parts);
        await requireRefused(at, request, { code: 'DUPLICATE_CONFLICT', error: SECURITY });
        assert.deepEqual(await alertsOf(at), ['alert.duplicate-conflict']);
      }));

    it(`A77 ${what}, from who is no sender: refused as if the MessageId were new, so that nobody can ask`, () =>
      withReceiver(SIGNED, async (at) => {
        const one = draft(at);
        const refused = { code: 'ACTION_NOT_AGREED', error: ['ValueNotRecognized', location] } as const;
        const copy = changed(one, change);
        const signedByOther = await signMarkup(markupOf(copy), one.parts, {
          agreement: at.agreement,
          keys: dienst.keys,
        });
        const strangers = [pack(markupOf(copy), one.parts), pack(signedByOther, one.parts)];
        for (const request of strangers) await requireRefused(at, request, refused);
        await requireAccepted(at, pack(await sealDraft(one, at.agreement), one.parts));
        for (const request of strangers) await requireRefused(at, request, refused);
        // The operator is told all the same.
        assert.deepEqual(await alertsOf(at), ['alert.message-refused', 'alert.message-refused']);
      }));
  }

  it('A77 an unsigned contract: who is bound by its TLS certificate gets SecurityFailure, plain HTTP tells nothing', () =>
    withReceiver(UNSIGNED, async (at) => {
      const one = draft(at);
      await requireAccepted(at, pack(await sealDraft(one, at.agreement), one.parts));
      const copy = pack(markupOf(changed(one, () => ({ action: 'anders' }))), one.parts);
      assert.equal(await codeOf(at, copy, undefined), 'ACTION_NOT_AGREED');
      assert.equal(await codeOf(at, copy, gemeente.keys.certificate), 'DUPLICATE_CONFLICT');
      const fresh = pack(markupOf(changed(draft(at), () => ({ action: 'anders' }))), one.parts);
      assert.equal(await codeOf(at, fresh, gemeente.keys.certificate), 'ACTION_NOT_AGREED');
    }));
});

describe('a repeat after the certificate of its signature has ended', () => {
  it('§6.5.6 gets the stored receipt; a new message and a changed copy are refused', () =>
    withReceiver(SIGNED, async (at) => {
      const one = draft(at);
      const request = pack(await sealDraft(one, at.agreement), one.parts);
      const { body } = await requireAccepted(at, request);
      at.clock.advance(Date.parse('2057-01-01T00:00:00Z') - at.clock.now());
      const again = await at.here.post(request);
      assert.deepEqual([again.status, again.body.toString()], [200, body.toString()]);
      assert.equal(at.here.gateway.counters.duplicates, 1);
      const untrusted = { code: 'CERTIFICATE_UNTRUSTED', error: SECURITY } as const;
      const fresh = draft(at);
      await requireRefused(at, pack(await sealDraft(fresh, at.agreement), fresh.parts), untrusted);
      const copy = changed(one, () => ({ conversationId: 'another' }));
      await requireRefused(at, pack(await sealDraft(copy, at.agreement), one.parts), untrusted);
      assert.deepEqual(await alertsOf(at), ['alert.message-refused', 'alert.message-refused']);
    }));
});

/** Hands a request in as the endpoint does with a TLS client certificate; answers what it was refused for. */
async function codeOf(
  { here }: Receiving,
  { headers, body }: RawRequest,
  clientCertificate: Uint8Array | undefined,
): Promise<ErrorCode | undefined> {
  const request = { method: 'POST', path: '/ebms', headers, remote: 'test', clientCertificate };
  await here.gateway.receive({ ...request, body: Readable.from([Buffer.from(body)]) });
  const [refusal] = (await here.store.listRefusals({ limit: 1 })).items;
  return refusal?.code;
}

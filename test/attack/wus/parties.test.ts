import assert from 'node:assert/strict';
import type { WusProfileName } from '../../../src/wus/profiles.ts';
import { STRANGERS_PER_MINUTE } from '../../../src/wus/provider/refuse.ts';
import type { WusPartner } from '../../../src/wus/service.ts';
import { CONSUMER_OIN, THIRD_OIN, type WusParty } from '../../setup/wus-keys.ts';
import { profileNamed } from '../../setup/wus-pair.ts';
import { makeMessage, type MessageTerms, rawPost, type RawAnswer } from '../../setup/wus-partner.ts';
import { openProvided, type Provided } from '../../setup/wus-provided.ts';

const NOTHING: WusPartner = {
  allow: { sha1: false, cbc: false, rsa15: false, keyReferences: false, unsignedConfirmation: false },
  certificates: [],
  encryptFor: undefined,
  tlsOin: undefined,
};

async function sendAs(
  { url, keys, clock }: Provided,
  connects: WusParty,
  message: Partial<MessageTerms> = {},
): Promise<RawAnswer> {
  const { envelope } = await makeMessage({ party: keys.consumer, clock, ...message });
  return rawPost({ url, body: envelope, tls: { party: connects, ca: keys.ca.certificate } });
}

const codeOf = ({ status, fault }: RawAnswer): string =>
  status === 200 ? '200' : (fault?.faultstring.slice(0, 4) ?? '');

describe('who connects, who signs and who is named', () => {
  const opened: Provided[] = [];
  const open = async (
    profile: WusProfileName,
    partners?: ReadonlyMap<string, WusPartner>,
    more = {},
  ): Promise<Provided> => {
    const provided = await openProvided({
      profile: profileNamed(profile),
      gateway: { tls: true, ...(partners === undefined ? {} : { partners }) },
      ...more,
    });
    opened.push(provided);
    return provided;
  };
  after(() => Promise.all(opened.map((one) => one.close())));

  it('A60 [Digikoppeling WT002] are one party', async () => {
    const provided = await open('2W-be-S');
    const { keys, backend } = provided;
    assert.equal(codeOf(await sendAs(provided, keys.third)), '0002');
    assert.equal(codeOf(await sendAs(provided, keys.consumer, { party: keys.third })), '0002');
    assert.equal(
      codeOf(await sendAs(provided, keys.consumer, { addressing: { from: `urn:x?OIN=${THIRD_OIN}` } })),
      '0011',
    );
    assert.equal(backend.calls.length, 0);
    assert.equal(
      codeOf(await sendAs(provided, keys.consumer, { addressing: { from: `urn:x?OIN=${CONSUMER_OIN}` } })),
      '200',
    );
  });

  it('a stranger with a certificate that is trusted does not fill the records; a minute later it is on record again', async () => {
    const provided = await open('2W-be');
    const { keys, clock, gateway } = provided;
    const recorded = async (): Promise<number> => (await gateway.wus.consultations.list({ limit: 1000 })).items.length;
    const knock = async (): Promise<string> => codeOf(await sendAs(provided, keys.third, { profile: '2W-be' }));
    for (let count = 0; count < STRANGERS_PER_MINUTE + 5; count += 1) assert.equal(await knock(), '0002');
    assert.equal(await recorded(), STRANGERS_PER_MINUTE);
    clock.advance(60_000);
    assert.equal(await knock(), '0002');
    assert.equal(await recorded(), STRANGERS_PER_MINUTE + 1);
    assert.equal(codeOf(await sendAs(provided, keys.consumer, { profile: '2W-be' })), '200');
  });

  it('A60 are one party where TLS alone says who it is', async () => {
    const provided = await open('2W-be');
    const { keys, backend } = provided;
    const plain = { profile: '2W-be' } as const;
    assert.equal(codeOf(await sendAs(provided, keys.third, plain)), '0002');
    assert.equal(
      codeOf(await sendAs(provided, keys.consumer, { ...plain, addressing: { from: `urn:x?OIN=${THIRD_OIN}` } })),
      '0011',
    );
    assert.equal(backend.calls.length, 0);
    assert.equal(codeOf(await sendAs(provided, keys.consumer, plain)), '200');
    const { partner, tlsOin } = await provided.last();
    assert.deepEqual([partner, tlsOin], [CONSUMER_OIN, CONSUMER_OIN]);
  });

  it('A60 may differ where an intermediary connects, and then nobody else does', async () => {
    const partners = new Map([[CONSUMER_OIN, { ...NOTHING, tlsOin: THIRD_OIN }]]);
    const provided = await open('2W-be-S', partners);
    const { keys } = provided;
    assert.equal(codeOf(await sendAs(provided, keys.consumer)), '0002');
    const refused = await provided.last();
    assert.deepEqual([refused.partner, refused.tlsOin], [undefined, CONSUMER_OIN]);
    assert.equal(codeOf(await sendAs(provided, keys.third)), '200');
    const { partner, tlsOin } = await provided.last();
    assert.deepEqual([partner, tlsOin], [CONSUMER_OIN, THIRD_OIN]);
  });

  it('A60 are named where an intermediary connects for several without signatures', async () => {
    const both = { ...NOTHING, tlsOin: THIRD_OIN };
    const other = '00000099000000004000';
    const partners = new Map([
      [CONSUMER_OIN, both],
      [other, both],
    ]);
    const provided = await open('2W-be', partners, { partners: new Set([CONSUMER_OIN, other]) });
    const { keys } = provided;
    assert.equal(codeOf(await sendAs(provided, keys.third, { profile: '2W-be' })), '0002');
    const from = `urn:x?OIN=${other}`;
    assert.equal(codeOf(await sendAs(provided, keys.third, { profile: '2W-be', addressing: { from } })), '200');
    assert.equal((await provided.last()).partner, other);
  });

  it('are unknown without a certificate where nobody signs', async () => {
    const provided = await openProvided({ profile: profileNamed('2W-be') });
    opened.push(provided);
    assert.equal(codeOf((await provided.send()).answer), '0002');
  });

  it('[Digikoppeling WB011] A43 keep to the profile of the service', async () => {
    const provided = await open('2W-be-SE');
    const { keys, clock, backend } = provided;
    const seal = { party: keys.consumer, clock, profile: '2W-be-SE', encryptFor: keys.provider.der } as const;
    const clear = await sendAs(provided, keys.consumer, { profile: '2W-be-S' });
    assert.equal(clear.fault?.faultcode.localName, 'InvalidSecurity');
    const elsewhere = await sendAs(provided, keys.consumer, { ...seal, encryptFor: keys.third.der });
    assert.equal(elsewhere.fault?.faultcode.localName, 'InvalidSecurity');
    assert.equal(backend.calls.length, 0);
    assert.equal((await sendAs(provided, keys.consumer, seal)).status, 200);
  });
});

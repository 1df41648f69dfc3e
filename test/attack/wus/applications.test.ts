import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { MessageOwner } from '../../../src/ports/store.ts';
import type { ApplicationAnswer } from '../../../src/wus/application/call-partner.ts';
import { jsonTranslation } from '../../../src/wus/application/json-translation.ts';
import { createWusUseCases, type OwnWus } from '../../../src/wus/application/use-cases.ts';
import { soapEnvelope } from '../../setup/wus-backend.ts';
import { CONSUMER_OIN, PROVIDER_OIN, THIRD_OIN } from '../../setup/wus-keys.ts';
import { openWusPair, sampleWsdl, type WusPair } from '../../setup/wus-pair.ts';
import { openProvided } from '../../setup/wus-provided.ts';

const NAMESPACE = 'http://dienst.voorbeeld.example/wus/melding_v1';
const ASK = `<m:vraagStatus xmlns:m="${NAMESPACE}"><m:meldingnummer>7</m:meldingnummer></m:vraagStatus>`;
const ANSWER = `<m:status xmlns:m="${NAMESPACE}"><m:meldingnummer>7</m:meldingnummer><m:inOnderzoek>true</m:inOnderzoek></m:status>`;

const party = (oin: string): string => `urn:osb:oin:${oin}`;

/** Reads nothing of the answer. */
async function ask(
  wus: OwnWus,
  more: { contentType?: string; body?: string; operation?: string } = {},
): Promise<ApplicationAnswer> {
  const { contentType = 'application/xml', body = ASK, operation } = more;
  const answer = await wus.callPartner({
    service: 'echo',
    operation,
    contentType,
    answerAs: undefined,
    body: Readable.from([Buffer.from(body)]),
  });
  await answer.release();
  return answer;
}

describe('A75 applications that try more of WUS than is theirs', () => {
  let pair: WusPair;
  before(async () => {
    const wsdl = await sampleWsdl('melding_v1.wsdl');
    pair = await openWusPair({
      consumed: { wsdl, logContent: true },
      provided: { wsdl, logContent: true, ours: new Set([PROVIDER_OIN, THIRD_OIN]) },
    });
    pair.backend.answer = () => ({ body: soapEnvelope(ANSWER) });
  });
  after(() => pair.close());

  const own = (side: 'consumer' | 'provider', limits: Partial<MessageOwner>): OwnWus => {
    const { wus, payloads } = pair[side];
    const owner = {
      directions: ['out'],
      parties: undefined,
      services: undefined,
      actions: undefined,
      ...limits,
    } as const;
    return createWusUseCases({ wus, payloads, translation: jsonTranslation, counts: () => [] }).usedBy({ owner });
  };
  it('a service that is called in the name of another party is not there, and nobody is asked', async () => {
    const before = pair.backend.calls.length;
    const foreign = own('consumer', { parties: [party(THIRD_OIN)] });
    assert.deepEqual(foreign.services, []);
    const unknown = { code: 'NOT_FOUND', detail: 'there is no service echo; there are none' };
    await assert.rejects(ask(foreign), unknown);
    await assert.rejects(
      ask(foreign, { contentType: 'application/json', body: '{}', operation: 'vraagStatus' }),
      unknown,
    );
    await assert.rejects(ask(own('consumer', { services: ['anders'] })), unknown);
    // An application with no party that WUS could know has none of it.
    await assert.rejects(ask(own('consumer', { parties: ['naam'] })), unknown);
    assert.equal(pair.backend.calls.length, before);
    assert.equal(
      (await ask(own('consumer', { parties: [party(THIRD_OIN), party(CONSUMER_OIN)] }))).operation,
      'vraagStatus',
    );
  });

  it('an operation that is not among its actions is not there, whatever form and name are given', async () => {
    const before = pair.backend.calls.length;
    const other = own('consumer', { actions: ['dienMeldingIn'] });
    assert.deepEqual(
      other.services.map(({ wsdl }) => wsdl.operations.map(({ name }) => name)),
      [['dienMeldingIn']],
    );
    await assert.rejects(ask(other), { code: 'WUS_OPERATION' });
    await assert.rejects(ask(other, { operation: 'vraagStatus' }), { code: 'WUS_OPERATION' });
    await assert.rejects(ask(other, { operation: 'dienMeldingIn' }), { code: 'WUS_BODY' });
    await assert.rejects(ask(other, { contentType: 'text/xml', body: soapEnvelope(ASK) }), { code: 'WUS_OPERATION' });
    await assert.rejects(
      ask(other, { contentType: 'application/json', body: '{"meldingnummer":7}', operation: 'vraagStatus' }),
      { code: 'REQUEST_INVALID', location: 'operation' },
    );
    assert.deepEqual(own('consumer', { actions: ['Afleveren'] }).services, []);
    assert.equal(pair.backend.calls.length, before);
    const { outcome } = await ask(own('consumer', { actions: ['vraagStatus'] }));
    assert.ok(outcome.kind === 'answer' && outcome.answer.body instanceof Uint8Array);
    assert.match((await buffer(Readable.from([outcome.answer.body]))).toString(), /inOnderzoek/);
  });

  it('consultations of another party, operation or service are not there, with their bodies', async () => {
    const { consultation: id } = await ask(own('consumer', {}));
    const seen = async ({ consultations }: OwnWus): Promise<unknown> => {
      const { items } = await consultations.list({ limit: 1 });
      const nowhere = await consultations.find('nobody').catch(({ code, detail }) => ({ code, detail }));
      const found = await consultations.find(id).catch(({ code, detail }) => ({ code, detail }));
      if ('code' in found && found.code === 'NOT_FOUND')
        assert.deepEqual({ ...found, detail: 'nobody' }, nowhere, 'as one that never was');
      return [
        items.map((one) => one.id),
        'request' in found && Buffer.from(found.request ?? []).includes('vraagStatus'),
      ];
    };
    const limits: readonly Partial<MessageOwner>[] = [
      { parties: [party(CONSUMER_OIN)] },
      { actions: ['vraagStatus'] },
      { services: ['echo'], actions: ['vraagStatus'], parties: [party(CONSUMER_OIN)] },
    ];
    for (const one of limits) assert.deepEqual(await seen(own('consumer', one)), [[id], true], JSON.stringify(one));
    const others: readonly Partial<MessageOwner>[] = [
      { parties: [party(THIRD_OIN)] },
      { parties: ['naam'] },
      { actions: ['dienMeldingIn'] },
      { services: ['anders'] },
      { parties: [party(THIRD_OIN)], services: ['echo'] },
    ];
    for (const one of others) assert.deepEqual(await seen(own('consumer', one)), [[], false], JSON.stringify(one));
  });

  it('a provided service is of every party that it serves, and what was asked of the one that was named', async () => {
    for (const oin of [PROVIDER_OIN, THIRD_OIN])
      assert.equal(own('provider', { parties: [party(oin)] }).services.length, 1);
    assert.equal(own('provider', { parties: [party(CONSUMER_OIN)] }).services.length, 0);
    const provided = await openProvided({ ours: new Set([PROVIDER_OIN, THIRD_OIN]) });
    try {
      const asked = async (to: string): Promise<unknown> => {
        await provided.send({ addressing: { to } });
        const { result, party: of } = await provided.last();
        return [result, of];
      };
      const address = 'https://dienst.test/wus/echo';
      assert.deepEqual(await asked(`${address}?OIN=${THIRD_OIN}`), ['answered', THIRD_OIN]);
      assert.deepEqual(await asked(`${address}?OIN=${PROVIDER_OIN}`), ['answered', PROVIDER_OIN]);
      // Nobody said whose these are.
      assert.deepEqual(await asked(address), ['answered', undefined]);
      assert.deepEqual(await asked(`${address}?OIN=${CONSUMER_OIN}`), ['refused', undefined]);
    } finally {
      await provided.close();
    }
  });

  it('of a service of one party everything is of that one, what is refused too', async () => {
    const provided = await openProvided();
    try {
      await provided.send();
      assert.equal((await provided.last()).party, PROVIDER_OIN);
      await provided.send({ change: (xml) => xml.replace('>dag<', '>nacht<') });
      const { result, party: of } = await provided.last();
      assert.deepEqual([result, of], ['refused', PROVIDER_OIN]);
    } finally {
      await provided.close();
    }
  });
});

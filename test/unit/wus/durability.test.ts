import assert from 'node:assert/strict';
import { GatewayError } from '../../../src/errors.ts';
import type { ConsultationLog } from '../../../src/ports/consultations.ts';
import { openWusPair } from '../../setup/wus-pair.ts';
import { openProvided } from '../../setup/wus-provided.ts';

/** The real log, but for what is said. */
function changed(log: ConsultationLog, change: Partial<ConsultationLog>): ConsultationLog {
  return {
    begin: (one) => log.begin(one),
    end: (id, end) => log.end(id, end),
    list: (query) => log.list(query),
    find: (id) => log.find(id),
    replayable: (since) => log.replayable(since),
    purge: (before, limit) => log.purge(before, limit),
    ...change,
  };
}

const full = (): Promise<never> => Promise.reject(new GatewayError('STORE_UNAVAILABLE'));

describe('the record of a consultation', () => {
  it('goes to disk while the backend is asked, and the answer waits for it', async () => {
    const { promise: disk, resolve: written } = Promise.withResolvers<void>();
    const { promise: asked, resolve: backendAsked } = Promise.withResolvers<void>();
    const consultations = (log: ConsultationLog): ConsultationLog =>
      changed(log, { begin: (one) => disk.then(() => log.begin(one)) });
    const provided = await openProvided({ gateway: { consultations } });
    try {
      const { answer: echoes } = provided.backend;
      provided.backend.answer = (call) => {
        backendAsked();
        return echoes(call);
      };
      let answered = false;
      const sent = provided.send().then(({ answer }) => {
        answered = true;
        return answer;
      });
      await asked;
      // The backend has long answered by the time that another request has been refused.
      await provided.post({ body: 'x', headers: { soapaction: '"urn:x"' }, method: 'GET' });
      assert.equal(answered, false);
      written();
      assert.equal((await sent).status, 200);
    } finally {
      await provided.close();
    }
  });

  it('that cannot be had keeps the answer back', async () => {
    const provided = await openProvided({ gateway: { consultations: (log) => changed(log, { begin: full }) } });
    try {
      const { answer } = await provided.send();
      assert.equal(answer.status, 500);
      assert.equal(answer.fault?.faultstring.slice(0, 5), '0051 ');
      assert.equal(answer.headers['retry-after'], '30');
      assert.ok(answer.secured);
      assert.ok(provided.gateway.warnings.some(({ message }) => message.includes('could not be stored')));
    } finally {
      await provided.close();
    }
    const pair = await openWusPair({ consumer: { consultations: (log) => changed(log, { begin: full }) } });
    try {
      await assert.rejects(pair.call('a'), { code: 'STORE_UNAVAILABLE' });
    } finally {
      await pair.close();
    }
  });

  it('whose end cannot be stored takes nothing from the answer, and is in the log', async () => {
    const end = { consultations: (log: ConsultationLog) => changed(log, { end: full }) };
    const pair = await openWusPair({ consumer: end, provider: end });
    try {
      const { outcome, consultation } = await pair.call('a');
      assert.equal(outcome.kind, 'answer');
      assert.equal((await pair.consumer.wus.consultations.find(consultation)).result, 'running');
      for (const { warnings } of [pair.consumer, pair.provider])
        assert.ok(warnings.some(({ message }) => message.includes('could not be stored')));
    } finally {
      await pair.close();
    }
  });
});

describe('stopping', () => {
  it('lets what is under way end, and refuses what comes', async () => {
    const { promise: asked, resolve: backendAsked } = Promise.withResolvers<void>();
    const { promise: release, resolve: answers } = Promise.withResolvers<void>();
    const provided = await openProvided();
    try {
      const { answer: echoes } = provided.backend;
      provided.backend.answer = async (call) => {
        backendAsked();
        await release;
        return echoes(call);
      };
      const sent = provided.send();
      await asked;
      const stopped = provided.gateway.wus.stop();
      const { answer } = await provided.send();
      assert.equal(answer.fault?.faultstring.slice(0, 5), '0051 ');
      await assert.rejects(
        provided.gateway.wus.call({
          service: 'x',
          operation: undefined,
          content: { body: Buffer.from('<x/>'), attachments: [] },
        }),
        { code: 'BUSY' },
      );
      answers();
      assert.equal((await sent).answer.status, 200);
      await stopped;
      const { items } = await provided.gateway.wus.consultations.list({ result: 'answered', limit: 10 });
      assert.equal(items.length, 1);
    } finally {
      await provided.close();
    }
  });

  it('cuts off a backend that it waited for long enough: the partner hears 0051, and the record is closed', async () => {
    const { promise: asked, resolve: backendAsked } = Promise.withResolvers<void>();
    const provided = await openProvided();
    try {
      provided.backend.answer = () => {
        backendAsked();
        return undefined;
      };
      const sent = provided.send();
      await asked;
      const stopped = provided.gateway.wus.stop(1000);
      provided.clock.advance(1000);
      await stopped;
      const { items } = await provided.gateway.wus.consultations.list({ limit: 10 });
      assert.deepEqual(
        items.map(({ result, code }) => [result, code]),
        [['failed', 'BUSY']],
      );
      const { answer } = await sent;
      assert.equal(answer.fault?.faultstring.slice(0, 5), '0051 ');
      assert.equal(answer.headers['retry-after'], '30');
      assert.ok(provided.gateway.warnings.some(({ message }) => message.includes('cut off')));
    } finally {
      await provided.close();
    }
  });

  it('cuts off a partner that it waited for long enough', async () => {
    const pair = await openWusPair();
    try {
      const { promise: asked, resolve: partnerAsked } = Promise.withResolvers<void>();
      pair.backend.answer = () => {
        partnerAsked();
        return undefined;
      };
      const failed = assert.rejects(pair.call('a'), { code: 'BUSY' });
      await asked;
      const stopped = pair.consumer.wus.stop(1000);
      pair.clock.advance(1000);
      await stopped;
      await failed;
      const { items } = await pair.consumer.wus.consultations.list({ limit: 10 });
      assert.deepEqual(
        items.map(({ result, code }) => [result, code]),
        [['failed', 'BUSY']],
      );
      await pair.backend.close();
    } finally {
      await pair.close();
    }
  });
});

import assert from 'node:assert/strict';
import { type ErrorCode, ERRORS, GatewayError } from '../../../src/errors.ts';
import type { PingResult } from '../../../src/msh/partner-use-cases.ts';
import { writeFault } from '../../../src/soap/fault.ts';
import { type ContractTerms, contract, cpaIdOf, dienst, gemeente } from '../../setup/msh-contracts.ts';
import { messageIn, type ReplyChanges, replyTo } from '../../setup/msh-exchanges.ts';
import { hangingLine, untilAttempts } from '../../setup/msh-pair.ts';
import { errorFor, type Sending, signSignal, withSender } from '../../setup/msh-receipts.ts';
import type { PartnerAnswer } from '../../setup/recording-partner.ts';

const SYNC: ContractTerms = { profile: 'osb-rm', sync: true };
const ASYNC: ContractTerms = { profile: 'osb-rm-s' };
const XML = { 'content-type': 'text/xml' };
const SILENCE_MS = 30_000;

const inAnswer = (changes?: ReplyChanges) => ({
  answerTo: (envelope: Buffer): PartnerAnswer => ({ status: 200, headers: XML, body: replyTo(envelope, changes) }),
});

describe('a Ping of ours', () => {
  it('[ebMS2 §8.1-1] synchronous: with SyncReply, and the Pong is in the HTTP answer', () =>
    withSender(
      SYNC,
      async (at) => {
        const result = await ping(at, SYNC);
        const { kind, header, syncReply } = messageIn(at.partner.requests[0] ?? { body: Buffer.alloc(0) });
        assert.equal(kind, 'PingMessage');
        assert.ok(syncReply !== undefined);
        assert.deepEqual(
          [
            header.from.partyIds[0]?.value,
            header.to.partyIds[0]?.value,
            header.from.role,
            header.messageData.messageId,
          ],
          [gemeente.oin, dienst.oin, undefined, result.pingId],
        );
        const { pingId: _pingId, pongId: _pongId, ...rest } = result;
        assert.deepEqual(rest, {
          cpaId: cpaIdOf(contract(SYNC)),
          from: gemeente.key,
          to: dienst.key,
          endpoint: dienst.endpoint,
          way: 'synchronous',
          roundTripMs: 0,
        });
        assert.deepEqual((await at.here.store.listMessages({ limit: 10 })).items, []);
      },
      inAnswer(),
    ));

  it('§8.2 asynchronous: without SyncReply, and the Pong comes by a request of its own [ebMS2 §8.1-1]', () =>
    withSender(ASYNC, async (at) => {
      const pinging = ping(at, ASYNC);
      const question = await at.partner.request(1);
      assert.equal(messageIn(question).syncReply, undefined);
      at.clock.advance(1234);
      const answer = await at.post(replyTo(question.body));
      assert.deepEqual([answer.status, answer.body.length], [204, 0]);
      const { way, roundTripMs } = await pinging;
      assert.deepEqual([way, roundTripMs], ['asynchronous', 1234]);
    }));

  it('§8.2 the Pong may overtake the HTTP answer to the Ping', () => {
    const { promise: answered, resolve } = Promise.withResolvers<PartnerAnswer>();
    return withSender(
      ASYNC,
      async (at) => {
        const pinging = ping(at, ASYNC);
        const question = await at.partner.request(1);
        await at.post(replyTo(question.body));
        assert.equal((await pinging).way, 'asynchronous');
        resolve({ status: 204 });
      },
      { answerTo: () => answered },
    );
  });

  it('§8.1 a signed Pong must be signed right', () =>
    withSender(ASYNC, async (at) => {
      const pinging = ping(at, ASYNC);
      const { body } = await at.partner.request(1);
      const signed = await signSignal(replyTo(body).toString(), dienst.keys);
      const forged = Buffer.from(signed.toString().replace('<eb:Action>Pong', '<eb:Action >Pong'));
      const changed = Buffer.from(signed.toString().replace(/<eb:Timestamp>2026/, '<eb:Timestamp>2025'));
      assert.equal((await at.post(changed)).status, 204);
      assert.equal(await alerts(at), 1);
      // White space inside a tag is none of the signature's business.
      await at.post(forged);
      assert.equal((await pinging).way, 'asynchronous');
    }));

  const failures: Readonly<Record<string, readonly [PartnerAnswer | ((ping: Buffer) => PartnerAnswer), ErrorCode]>> = {
    'a MessageError': [(asked) => ({ status: 200, headers: XML, body: errorFor(asked) }), 'PEER_REFUSED'],
    'a SOAP Fault': [{ status: 500, headers: XML, body: writeFault(new GatewayError('CPA_UNKNOWN')) }, 'PEER_ANSWER'],
    'a 500 without a Fault': [{ status: 500, headers: XML, body: Buffer.from('<a/>') }, 'PEER_ANSWER'],
    'a 404': [{ status: 404 }, 'PEER_ANSWER'],
    'a page of a proxy': [{ status: 200, body: Buffer.from('<html>Welcome') }, 'PEER_ANSWER'],
    'our own Ping': [(asked) => ({ status: 200, headers: XML, body: asked }), 'PEER_ANSWER'],
    'the Pong of another Ping': [
      (asked) => ({ status: 200, headers: XML, body: other(asked, { refToMessageId: 'another@gemeente.test' }) }),
      'PEER_ANSWER',
    ],
    'a Pong of another version': [
      (asked) => ({ status: 200, headers: XML, body: replyTo(asked, { header: () => ({ version: '3.0' }) }) }),
      'PEER_ANSWER',
    ],
  };
  for (const [what, [answer, code]] of Object.entries(failures)) {
    it(`§8.1 answered with ${what}: ${code}`, () =>
      withSender(SYNC, (at) => assert.rejects(ping(at, SYNC), { code }), {
        answerTo: (asked) => (typeof answer === 'function' ? answer(asked) : answer),
      }));
  }

  it('§8.1 the words of a SOAP Fault are told to who asked', () =>
    withSender(SYNC, (at) => assert.rejects(ping(at, SYNC), { detail: `HTTP 500: ${ERRORS.CPA_UNKNOWN.title}` }), {
      answerTo: () => ({ status: 500, headers: XML, body: writeFault(new GatewayError('CPA_UNKNOWN')) }),
    }));

  it('§8.1 a MessageError that comes by a request of its own: PEER_REFUSED with what it says', () =>
    withSender(ASYNC, async (at) => {
      const pinging = assert.rejects(ping(at, ASYNC), {
        code: 'PEER_REFUSED',
        detail: 'Inconsistent, //Header/MessageHeader/CPAId, not here',
      });
      await at.post(errorFor((await at.partner.request(1)).body));
      await pinging;
      assert.equal(await alerts(at), 0);
    }));

  it('§8.1 no answer within half a minute: PEER_SILENT; a Pong after that is refused with an alert', () =>
    withSender(ASYNC, async (at) => {
      const pinging = assert.rejects(ping(at, ASYNC), { code: 'PEER_SILENT' });
      const { body } = await at.partner.request(1);
      at.clock.advance(SILENCE_MS - 1);
      at.clock.advance(1);
      await pinging;
      assert.equal((await at.post(replyTo(body))).status, 204);
      assert.equal(await alerts(at), 1);
    }));

  it('§8.1 a line that hangs: PEER_SILENT too; nobody there: PEER_UNREACHABLE', () =>
    withSender(SYNC, async (at) => {
      const line = hangingLine();
      at.routes.bend(dienst.endpoint, line.way);
      const pinging = assert.rejects(ping(at, SYNC), { code: 'PEER_SILENT' });
      await line.tried;
      at.clock.advance(SILENCE_MS);
      await pinging;
      line.release();
      at.routes.bend(dienst.endpoint);
      at.routes.lead(dienst.endpoint, 'http://127.0.0.1:1/ebms');
      await assert.rejects(ping(at, SYNC), { code: 'PEER_UNREACHABLE' });
    }));

  it('a gateway that stops waits no longer: BUSY', () =>
    withSender(ASYNC, async (at) => {
      const pinging = assert.rejects(ping(at, ASYNC), { code: 'BUSY' });
      await at.partner.request(1);
      await at.here.gateway.stop(0);
      await pinging;
    }));

  it('§8.1 names who it cannot be for', () =>
    withSender(SYNC, async (at) => {
      const { partners, cpas } = at.here.gateway;
      const cpaId = cpaIdOf(contract(SYNC));
      await assert.rejects(partners.ping({ cpaId: 'nope', from: gemeente.oin }), { code: 'CPA_UNKNOWN' });
      await assert.rejects(partners.ping({ cpaId, from: dienst.oin }), { code: 'NOT_OUR_PARTY' });
      await assert.rejects(partners.ping({ cpaId, from: gemeente.oin, to: gemeente.oin }), { code: 'PARTY_UNKNOWN' });
      await cpas.deactivate(cpaId);
      await assert.rejects(partners.ping({ cpaId, from: gemeente.oin }), { code: 'CPA_INACTIVE' });
      assert.equal(at.partner.requests.length, 0);
    }));
});

describe('a StatusRequest of ours', () => {
  const statuses = ['UnAuthorized', 'NotRecognized', 'Received', 'Processed', 'Forwarded'] as const;
  for (const status of statuses) {
    it(`[ebMS2 §7.3.3-1] ${status} is told as the partner says it, and the message stays as it is`, () =>
      withSender(
        SYNC,
        async (at) => {
          const messageId = await at.send();
          await untilAttempts(at.here, messageId, 1);
          const told = await at.here.gateway.messages.status(messageId);
          const known = status === 'Received' || status === 'Processed';
          assert.deepEqual(
            [told.messageId, told.status, told.receivedAt],
            [messageId, status, known ? at.clock.now() : undefined],
          );
          assert.equal((await at.here.gateway.messages.find(messageId)).state, 'SENT');
        },
        {
          answerTo: (envelope, number) =>
            number === 1 ? { status: 204 } : { status: 200, headers: XML, body: replyTo(envelope, { status }) },
        },
      ));
  }

  it('[ebMS2 §7.1.1-1] names the message in the Body, and in the header where one peer looks for it', () =>
    withSender(ASYNC, async (at) => {
      const messageId = await at.send();
      await untilAttempts(at.here, messageId, 1);
      const asking = at.here.gateway.messages.status(messageId);
      const question = await at.partner.request(2);
      const message = messageIn(question);
      assert.ok(message.kind === 'StatusRequestMessage');
      assert.deepEqual([message.refToMessageId, message.header.messageData.refToMessageId], [messageId, messageId]);
      await at.post(replyTo(question.body));
      assert.deepEqual([(await asking).way, (await asking).status], ['asynchronous', 'Received']);
    }));

  it('§7.1.2 a StatusResponse about another message is no answer', () =>
    withSender(
      SYNC,
      async (at) => {
        const messageId = await at.send();
        await untilAttempts(at.here, messageId, 1);
        await assert.rejects(at.here.gateway.messages.status(messageId), { code: 'PEER_ANSWER' });
        await assert.rejects(at.here.gateway.messages.status('never@gemeente.test'), { code: 'NOT_FOUND' });
      },
      {
        answerTo: (envelope, number) =>
          number === 1
            ? { status: 204 }
            : { status: 200, headers: XML, body: replyTo(envelope, { about: 'another@gemeente.test' }) },
      },
    ));
});

function ping({ here }: Sending, terms: ContractTerms): Promise<PingResult> {
  return here.gateway.partners.ping({ cpaId: cpaIdOf(contract(terms)), from: gemeente.oin });
}

function other(asked: Buffer, { refToMessageId }: { readonly refToMessageId: string }): Buffer {
  return replyTo(asked, { header: ({ messageData }) => ({ messageData: { ...messageData, refToMessageId } }) });
}

async function alerts({ here }: Sending): Promise<number> {
  return (await here.events()).filter((event) => event.type === 'alert.signal-refused').length;
}

import assert from 'node:assert/strict';
import type { AcknowledgmentMessage, EbmsMessage } from '../../../src/ebms/message.ts';
import { ACTOR_TO_PARTY_MSH, MSH_SERVICE } from '../../../src/ebms/namespaces.ts';
import { messageIn } from '../../setup/msh-exchanges.ts';
import { submitTo, untilState, withPair } from '../../setup/msh-pair.ts';
import { dienst, gemeente, REPLY_ACTION } from '../../setup/msh-contracts.ts';
import {
  type Draft,
  draft,
  markupOf,
  pack,
  type Receiving,
  requireAccepted,
  sealDraft,
  withReceiver,
} from '../../setup/msh-partner.ts';
import { envelopeIn, receiptFor, type Sending, withSender } from '../../setup/msh-receipts.ts';
import { parse } from '../ebms/samples.ts';

const SYNC = { profile: 'osb-rm-s', sync: true } as const;
const XML = { 'content-type': 'text/xml' };

/** The first request that the gateway sends, whatever package it is in. */
async function firstSent(
  at: Sending,
  payloads?: readonly Buffer[],
): Promise<Awaited<ReturnType<Sending['partner']['request']>>> {
  await at.send(payloads);
  return at.partner.request(1);
}

describe('a message on the wire', () => {
  it('§B.2.2 with payloads: a package whose headers are HTTP headers, and no others [ebMS2 §B.2.2-2, ebMS2 §B.2.2-3, KVS §B.2.2-1, KVS §B.2.2-2]', () =>
    withSender({ profile: 'osb-rm-s' }, async (at) => {
      const { headers, body } = await firstSent(at);
      assert.equal(headers['soapaction'], '"ebXML"');
      assert.match(
        headers['content-type'] ?? '',
        /^multipart\/related; boundary="[^"]+"; type="text\/xml"; start="<[^>]+>"$/,
      );
      assert.deepEqual(
        Object.keys(headers)
          .filter((name) => /^(?:mime-|content-)/.test(name))
          .sort(),
        ['content-length', 'content-type'],
      );
      assert.doesNotMatch(body.toString('latin1'), /Content-Transfer-Encoding: (?!binary)/i);
    }));

  it('§2.1.3 the envelope is text/xml in UTF-8, and is named in the first part [ebMS2 §2.1.3-1, ebMS2 §2.1.3-2, ebMS2 §2.1.3.2-1, ebMS2 §2.1.3.2-3, KVS §2.1.3.2-1]', () =>
    withSender({ profile: 'osb-rm-s' }, async (at) => {
      const { body } = await firstSent(at);
      const [, first = ''] = body.toString('latin1').split(/\r\n\r\n|--[^\r\n]+\r\n/);
      assert.match(first, /Content-Type: text\/xml; charset=UTF-8/);
      const envelope = envelopeIn(body);
      assert.doesNotThrow(() => new TextDecoder('utf-8', { fatal: true }).decode(envelope));
      assert.ok(parse(envelope));
    }));

  it('§2.1.4 every payload is a part of its own that the Manifest names, in order [ebMS2 §2.1.4-1, ebMS2 §3.2-1, KVS §3.2.1-1]', () =>
    withSender({ profile: 'osb-rm-s' }, async (at) => {
      const { body } = await firstSent(at, [Buffer.from('een'), Buffer.from('twee'), Buffer.alloc(0)]);
      const { message } = parse(envelopeIn(body));
      assert.ok(message.kind === 'ApplicationMessage');
      const named = (message.manifest?.references ?? []).map(({ href }) => href.replace(/^cid:/, ''));
      const parts = [...body.toString('latin1').matchAll(/Content-ID: <([^>]+)>/g)].map(([, id]) => id);
      assert.deepEqual(named, parts.slice(1));
      assert.equal(named.length, 3);
    }));

  it('§2.1.2 without payloads it is the bare envelope, without a Manifest [ebMS2 §2.1.2-5]', () =>
    withSender({ profile: 'osb-rm-s' }, async (at) => {
      const { headers, body } = await firstSent(at, []);
      assert.equal(headers['content-type'], 'text/xml; charset=UTF-8');
      const { message } = parse(body);
      assert.ok(message.kind === 'ApplicationMessage');
      assert.equal(message.manifest, undefined);
    }));

  it('§3.1 parties, roles, CPAId and conversation are those of the contract and the application [ebMS2 §3.1.1-1, ebMS2 §3.1.2-1, ebMS2 §3.1.5-1, ebMS2 §3.1.6.3-3, KVS §3.1.1.1-1, Digikoppeling EB002]', () =>
    withSender({ profile: 'osb-rm-s' }, async (at) => {
      const { header } = parse(envelopeIn((await firstSent(at)).body)).message;
      assert.deepEqual(header.from, { partyIds: [{ type: 'urn:osb:oin', value: gemeente.oin }], role: gemeente.role });
      assert.deepEqual(header.to, { partyIds: [{ type: 'urn:osb:oin', value: dienst.oin }], role: dienst.role });
      assert.ok(at.here.gateway.cpas.list().some(({ cpa }) => cpa.cpaId === header.cpaId));
      assert.equal(header.messageData.refToMessageId, undefined);
    }));

  it('§6.3.1 it asks the last MSH for a receipt, never the next one [ebMS2 §6.3.1-1, ebMS2 §6.3.1-2, KVS §10-1]', () =>
    withSender({ profile: 'osb-rm-s' }, async (at) => {
      const { body } = await firstSent(at);
      const asked = [...body.toString().matchAll(/<eb:AckRequested[^>]*>/g)].map(([tag]) => tag);
      assert.equal(asked.length, 1);
      assert.match(asked[0] ?? '', /soap:mustUnderstand="1"/);
      assert.match(asked[0] ?? '', /eb:signed="true"/);
      assert.ok(asked[0]?.includes(`soap:actor="${ACTOR_TO_PARTY_MSH}"`));
    }));

  it('§6.4.7 SyncReply is there where the contract is synchronous, and nowhere else [ebMS2 §6.4.7-1, ebMS2 §4.3-1]', async () => {
    await withSender({ profile: 'osb-rm-s' }, async (at) => {
      assert.doesNotMatch((await firstSent(at)).body.toString(), /SyncReply/);
    });
    await withSender(
      SYNC,
      async (at) => {
        const { body } = await firstSent(at);
        assert.match(
          body.toString(),
          /<eb:SyncReply [^>]*soap:actor="http:\/\/schemas.xmlsoap.org\/soap\/actor\/next" soap:mustUnderstand="1"/,
        );
      },
      { answerTo: async (envelope) => ({ status: 200, headers: XML, body: await receiptFor(envelope) }) },
    );
  });

  it('§4.1.3 KeyInfo shows the certificate [ebMS2 §4.1.3-8]', () =>
    withSender({ profile: 'osb-rm-s' }, async (at) => {
      const shown = /<ds:X509Certificate>([^<]+)</.exec((await firstSent(at)).body.toString())?.[1] ?? '';
      assert.deepEqual(Buffer.from(shown, 'base64'), Buffer.from(gemeente.keys.certificate));
    }));
});

describe('a receipt on the wire', () => {
  for (const sync of [true, false]) {
    it(`§6.5.3 stands alone, names the message, asks for nothing${sync ? '' : ', by a request of its own'} [ebMS2 §3.1.3-1, ebMS2 §3.1.6.3-2, ebMS2 §6.3.1.4-1, ebMS2 §6.3.2.1-1, ebMS2 §6.3.2.2-1, ebMS2 §6.3.2.3-1, ebMS2 §6.3.2.7-1, ebMS2 §6.5.3-1, KVS §6.5.3-1, KVS §3.1.3-1]`, () =>
      withReceiver({ profile: 'osb-rm-s', sync }, async (at) => {
        const one = draft(at);
        const { message, text } = await answerTo(at, one);
        assert.ok(message.kind === 'AcknowledgmentMessage');
        requireAbout(message, one);
        assert.equal(message.header.action, 'Acknowledgment');
        const { acknowledgment }: AcknowledgmentMessage = message;
        assert.equal(acknowledgment.refToMessageId, one.message.header.messageData.messageId);
        assert.equal(acknowledgment.timestamp, '2026-11-22T12:00:00.000Z');
        assert.equal(acknowledgment.actor, ACTOR_TO_PARTY_MSH);
        assert.doesNotMatch(text, /AckRequested|Manifest|DuplicateElimination|TimeToLive/);
      }));
  }
});

describe('a MessageError on the wire', () => {
  for (const sync of [true, false]) {
    it(`§4.2.4 stands alone, names the message, asks for nothing${sync ? '' : ', by a request of its own'}, and no receipt is given [ebMS2 §3.1.3-1, ebMS2 §3.1.6.3-2, ebMS2 §4.2.4.1-1, ebMS2 §4.2.4.3-1, ebMS2 §6.3.1.4-2, ebMS2 §6.5.3-3, ebMS2 §4.2.3.2-3]`, () =>
      withReceiver({ profile: 'osb-rm', sync }, async (at) => {
        const whole = draft(at);
        const one = { ...whole, message: { ...whole.message, header: { ...whole.message.header, action: 'anders' } } };
        const { message, text } = await answerTo(at, one);
        assert.ok(message.kind === 'ErrorMessage');
        requireAbout(message, one);
        assert.equal(message.header.action, 'MessageError');
        assert.match(text, /<eb:Description xml:lang="[a-zA-Z-]+"/);
        assert.doesNotMatch(text, /AckRequested|Acknowledgment|Manifest/);
      }));
  }
});

function oddHeaders({ contentId, contentType }: { contentId: string; contentType: string }): readonly string[] {
  return [`Content-ID: <${contentId}>`, `Content-Type: ${contentType}`, 'Content-Language: nl', 'X-Unknown: yes'];
}

describe('what a partner may write in its own way', () => {
  it('§2.1.2 the root part is the one that start names, wherever it stands [ebMS2 §2.1.2-4]', () =>
    withReceiver({ profile: 'osb-rm' }, async (at) => {
      const one = draft(at);
      await requireAccepted(at, pack(markupOf(one), one.parts, { rootAt: 1 }));
    }));

  it('§2.1.5 unknown MIME headers, in the package and among the HTTP headers, are ignored [ebMS2 §2.1.5-1, KVS §B.2.2-3]', () =>
    withReceiver({ profile: 'osb-rm' }, async (at) => {
      const one = draft(at);
      const request = pack(markupOf(one), one.parts, { partHeaders: oddHeaders });
      await requireAccepted(at, {
        ...request,
        headers: { ...request.headers, 'mime-version': '1.0', 'content-description': 'x' },
      });
    }));

  it('§2.1.3.2 a charset that contradicts the envelope is refused [ebMS2 §2.1.3.2-2]', () =>
    withReceiver({ profile: 'osb-rm' }, async (at) => {
      const markup = markupOf(draft(at, [])).replace(/<eb:Manifest.*<\/eb:Manifest>/, '');
      const bare = (charset: string): Parameters<typeof requireAccepted>[1] => ({
        headers: { 'content-type': `text/xml; charset=${charset}`, soapaction: '"ebXML"' },
        body: Buffer.from(markup),
      });
      const answer = await at.here.post(bare('UTF-16'));
      assert.equal(answer.status, 500);
      await requireAccepted(at, bare('utf-8'));
    }));

  it('§2.3.7 an id on an element changes nothing [ebMS2 §2.3.7-1]', () =>
    withReceiver({ profile: 'osb-rm' }, async (at) => {
      const one = draft(at);
      const markup = markupOf(one)
        .replace('<eb:MessageHeader ', '<eb:MessageHeader eb:id="mh" ')
        .replace('<eb:Manifest ', '<eb:Manifest eb:id="mf" ');
      assert.match(markup, /eb:id="mh".*eb:id="mf"/);
      await requireAccepted(at, pack(markup, one.parts));
    }));

  it('§4.1.3 a signed part in base64 verifies as it was before [ebMS2 §4.1.3-5]', () =>
    withReceiver(SYNC, async (at) => {
      const one = draft(at);
      const envelope = await sealDraft(one, at.agreement);
      const encoded = pack(envelope, one.parts, {
        partHeaders: ({ contentId, contentType }) => [
          `Content-Type: ${contentType}`,
          `Content-ID: <${contentId}>`,
          'Content-Transfer-Encoding: base64',
        ],
        encode: (body) => Buffer.from(body.toString('base64')),
      });
      const answer = await requireAccepted(at, encoded);
      assert.match(answer.body.toString(), /Acknowledgment/);
    }));
});

it('§3.1.6.3 a reply names its request, in its conversation [ebMS2 §3.1.6.3-1, ebMS2 §3.1.3-1, Digikoppeling EB016]', async () => {
  await withPair({ profile: 'osb-rm-s' }, async (pair) => {
    const { messageId } = await pair.submit();
    const { conversationId } = await untilState(pair.receiver, messageId, 'RECEIVED');
    const reply = await submitTo(pair.receiver, {
      cpaId: pair.cpaId,
      payloads: [],
      request: { from: dienst.oin, action: REPLY_ACTION, conversationId, refToMessageId: messageId },
    });
    const received = await untilState(pair.sender, reply.messageId, 'RECEIVED');
    assert.deepEqual([received.conversationId, received.refToMessageId], [conversationId, messageId]);
  });
});

/** What is answered to a draft, in the HTTP response or by a request of its own. */
async function answerTo(at: Receiving, one: Draft): Promise<{ readonly message: EbmsMessage; readonly text: string }> {
  const answer = await at.here.post(pack(await sealDraft(one, at.agreement), one.parts));
  const carrier = answer.body.length > 0 ? answer : await at.partner.request(1);
  return { message: messageIn(carrier), text: carrier.body.toString() };
}

/** A signal: back to who sent, in the same conversation, about that message. */
function requireAbout({ header }: EbmsMessage, { message }: Draft): void {
  assert.deepEqual(header.service, { value: MSH_SERVICE });
  assert.deepEqual(header.from.partyIds, message.header.to.partyIds);
  assert.deepEqual(header.to.partyIds, message.header.from.partyIds);
  assert.equal(header.cpaId, message.header.cpaId);
  assert.equal(header.conversationId, message.header.conversationId);
  assert.equal(header.messageData.refToMessageId, message.header.messageData.messageId);
}

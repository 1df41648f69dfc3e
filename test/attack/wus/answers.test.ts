import assert from 'node:assert/strict';
import { GatewayError } from '../../../src/errors.ts';
import { underlying } from '../../../src/wus/consumer/call-failures.ts';
import { writeEnvelope } from '../../../src/wus/envelope/write-envelope.ts';
import type { WusProfileName } from '../../../src/wus/profiles.ts';
import { findChild, parseXml, textContent } from '../../../src/xml/tree.ts';
import { WSA_ANONYMOUS } from '../../../src/wus/namespaces.ts';
import { soapFault } from '../../setup/wus-backend.ts';
import { MAX_AGE_MS, SKEW_MS } from '../../setup/wus-gateway.ts';
import { ECHO_ANSWER_ACTION, echoAnswer, openWusPair, type WusPair, type WusWay } from '../../setup/wus-pair.ts';
import { makeMessage, type MessageTerms } from '../../setup/wus-partner.ts';

/** What somebody in the place of the provider answers; the SignatureValue and MessageID of the request are at hand. */
type Forge = (asked: {
  readonly messageId: string;
  readonly signatureValue: string;
}) => Partial<MessageTerms> & { readonly status?: number };

/** The application hears that the answer is bad, never that its request is; the record has the code. */
async function refusesCall(pair: WusPair, code: string): Promise<void> {
  await assert.rejects(pair.call('a'), (error) => {
    assert.ok(error instanceof GatewayError);
    assert.deepEqual([error.row.http, underlying(error).code], [502, code]);
    return true;
  });
  const [record] = (await pair.consumer.wus.consultations.list({ limit: 1 })).items;
  assert.deepEqual([record?.result, record?.code], ['failed', code]);
}

describe('an answer that is not the one that was asked for', () => {
  const pairs = new Map<WusProfileName, WusPair>();
  before(async () => {
    for (const profile of ['2W-be', '2W-be-S', '2W-be-SE'] as const) pairs.set(profile, await openWusPair({ profile }));
  });
  after(() => Promise.all([...pairs.values()].map((pair) => pair.close())));

  async function refuses(code: string, profile: WusProfileName, forge: Forge): Promise<void> {
    const pair = pairs.get(profile);
    assert.ok(pair);
    pair.bend(forging(pair, profile, forge));
    await refusesCall(pair, code);
  }

  async function takes(profile: WusProfileName, forge: Forge): Promise<string> {
    const pair = pairs.get(profile);
    assert.ok(pair);
    pair.bend(forging(pair, profile, forge));
    return (await pair.call('a')).outcome.kind;
  }

  it('is taken when it is honest, or nothing below proves anything', async () => {
    for (const profile of ['2W-be', '2W-be-S', '2W-be-SE'] as const)
      assert.equal(await takes(profile, () => ({})), 'answer');
  });

  it('[Digikoppeling WA001-To-answer] is taken without To', async () => {
    for (const profile of ['2W-be', '2W-be-S'] as const) {
      assert.equal(await takes(profile, () => ({ blocks: withoutTo })), 'answer');
    }
  });

  it('[Digikoppeling WA001-RelatesTo] [Digikoppeling WUS-0008] is refused with another RelatesTo, or none', async () => {
    for (const profile of ['2W-be', '2W-be-S'] as const) {
      await refuses('WUS_RELATES_TO', profile, () => ({ addressing: answering('urn:uuid:other') }));
      await refuses('WUS_RELATES_TO', profile, () => ({
        blocks: (all) => all.filter((one) => !one.startsWith('<wsa:RelatesTo')),
      }));
    }
  });

  it('[Digikoppeling WB014] is refused without the SignatureConfirmation, with another one, and with one too many', async () => {
    await refuses('WUS_CONFIRMATION', '2W-be-S', () => ({ confirms: undefined }));
    await refuses('WUS_CONFIRMATION', '2W-be-S', () => ({ confirms: [Buffer.alloc(256).toString('base64')] }));
    await refuses('WUS_CONFIRMATION', '2W-be-S', ({ signatureValue }) => ({
      confirms: [signatureValue, signatureValue],
    }));
  });

  it('A35 is refused from another party of the same CA, and from strangers', async () => {
    const { third, rogue, expired } = pairs.get('2W-be-S')?.keys ?? assert.fail();
    await refuses('WUS_TOKEN', '2W-be-S', () => ({ party: third }));
    await refuses('CERTIFICATE_UNTRUSTED', '2W-be-S', () => ({ party: rogue }));
    await refuses('CERTIFICATE_UNTRUSTED', '2W-be-S', () => ({ party: expired }));
  });

  it('[Digikoppeling WB011] [Digikoppeling WB013-answer] A43 is refused under another profile', async () => {
    await refuses('WUS_SECURITY_HEADER', '2W-be-S', () => ({ profile: '2W-be' }));
    await refuses('ENCRYPTION_NOT_AGREED', '2W-be-SE', () => ({ profile: '2W-be-S' }));
    await refuses('WUS_ANSWER', '2W-be', () => ({ profile: '2W-be-S' }));
  });

  it('[Digikoppeling WB013-answer] is refused when it was changed', async () => {
    await refuses('SIGNATURE_INVALID', '2W-be-S', () => ({ change: (xml) => xml.replace('>vals<', '>echt<') }));
  });

  it('[Digikoppeling WA001-Action] is refused with another Action, another element, no MessageID', async () => {
    for (const profile of ['2W-be', '2W-be-S'] as const) {
      await refuses('WUS_ANSWER', profile, ({ messageId }) => ({
        addressing: { ...answering(messageId), action: 'urn:x' },
      }));
      await refuses('WUS_ANSWER', profile, () => ({ body: '<x/>' }));
      await refuses('WUS_BODY', profile, () => ({ body: '' }));
      await refuses('WUS_ANSWER', profile, () => ({ status: 500 }));
      await refuses('WUS_MESSAGE_ID', profile, () => ({
        blocks: (all) => all.filter((one) => !one.startsWith('<wsa:MessageID')),
      }));
    }
  });

  it('A63 is refused when it is the answer of an earlier request', async () => {
    const pair = pairs.get('2W-be-S') ?? assert.fail();
    let earlier: Awaited<ReturnType<Parameters<WusWay>[1]>> | undefined;
    pair.bend(async (request, forward) => {
      const answer = await forward(request);
      earlier ??= answer;
      return earlier;
    });
    assert.equal((await pair.call('a')).outcome.kind, 'answer');
    await refusesCall(pair, 'WUS_CONFIRMATION');
  });

  it('A63 is refused when it is too old', async () => {
    const pair = pairs.get('2W-be-S') ?? assert.fail();
    pair.bend(async (request, forward) => {
      const answer = await forward(request);
      pair.clock.advance(MAX_AGE_MS + 2 * SKEW_MS);
      return answer;
    });
    await refusesCall(pair, 'WUS_TIMESTAMP');
  });

  it('[Digikoppeling WB013-answer] [Digikoppeling WUS-fault-unproven] is an unproven fault when nobody has signed it for this request', async () => {
    const fault =
      '<soap:Fault xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><faultcode>soap:Server</faultcode><faultstring>nee</faultstring></soap:Fault>';
    const status = 500;
    const { third } = pairs.get('2W-be-S')?.keys ?? assert.fail();
    await refuses('WUS_FAULT_UNPROVEN', '2W-be-S', () => ({ body: fault, status, profile: '2W-be' }));
    await refuses('WUS_FAULT_UNPROVEN', '2W-be-S', () => ({ body: fault, status, confirms: undefined }));
    await refuses('WUS_FAULT_UNPROVEN', '2W-be-S', () => ({ body: fault, status, party: third }));
    await refuses('WUS_FAULT_UNPROVEN', '2W-be-SE', () => ({ body: fault, status, profile: '2W-be' }));
    await refuses('WUS_RELATES_TO', '2W-be', () => ({ body: fault, status, addressing: answering('urn:uuid:other') }));
    assert.equal(await takes('2W-be-S', () => ({ body: fault, status })), 'fault');
    assert.equal(await takes('2W-be', () => ({ body: fault, status, blocks: () => [] })), 'fault');
  });

  it('[Digikoppeling WS007] is refused with blocks that the profile does not have', async () => {
    await refuses('WUS_ANSWER', '2W-be', () => ({ blocks: (all) => [...all, '<x xmlns="urn:x"/>'] }));
  });

  it('A06 A11 is refused with a DTD, or in another encoding', async () => {
    await refuses('WUS_ANSWER', '2W-be', () => ({ change: (xml) => `<!DOCTYPE x>${xml}` }));
    await refuses('WUS_ANSWER', '2W-be', () => ({
      change: (xml) => `<?xml version="1.0" encoding="ISO-8859-1"?>${xml}`,
    }));
  });
});

describe('a fault of a provider that could not read the request', () => {
  it('is unproven in a profile that signs', async () => {
    const pair = await openWusPair();
    try {
      pair.bend((request, forward) =>
        forward({
          ...request,
          body: writeEnvelope([], Buffer.from('<x/>')),
          contentLength: writeEnvelope([], Buffer.from('<x/>')).length,
        }),
      );
      await assert.rejects(pair.call('a'), { code: 'WUS_FAULT_UNPROVEN' });
      pair.bend(undefined);
      pair.backend.answer = () => soapFault();
      assert.equal((await pair.call('a')).outcome.kind, 'fault');
    } finally {
      await pair.close();
    }
  });
});

function answering(relatesTo: string): { to: string; action: string; relatesTo: string } {
  return { to: WSA_ANONYMOUS, action: ECHO_ANSWER_ACTION, relatesTo };
}

function forging({ keys, clock }: WusPair, profile: WusProfileName, forge: Forge): WusWay {
  return async (request) => {
    const sent = Buffer.from(request.body instanceof Uint8Array ? request.body : []).toString();
    const messageId = /<wsa:MessageID [^>]*>([^<]*)</.exec(sent)?.[1] ?? '';
    const asked = { messageId, signatureValue: signatureValueIn(sent) };
    const { status = 200, ...terms } = forge(asked);
    const { envelope } = await makeMessage({
      party: keys.provider,
      clock,
      profile,
      body: echoAnswer('vals'),
      encryptFor: keys.consumer.der,
      confirms: [asked.signatureValue],
      addressing: answering(messageId),
      ...terms,
    });
    return { status, contentType: 'text/xml; charset=UTF-8', body: envelope };
  };
}

function signatureValueIn(xml: string): string {
  const ds = 'http://www.w3.org/2000/09/xmldsig#';
  const markup = /<ds:SignatureValue.*?<\/ds:SignatureValue>/s.exec(xml)?.[0];
  if (markup === undefined) return '';
  const value = findChild(parseXml(Buffer.from(`<x xmlns:ds="${ds}">${markup}</x>`)).root, ds, 'SignatureValue');
  return value === undefined ? '' : textContent(value);
}

function withoutTo(blocks: readonly string[]): readonly string[] {
  return blocks.filter((block) => !block.startsWith('<wsa:To'));
}

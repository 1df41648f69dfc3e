import assert from 'node:assert/strict';
import {
  draft,
  markupOf,
  pack,
  requireAccepted,
  requireRefused,
  sealDraft,
  signMarkup,
  withReceiver,
} from '../../setup/msh-partner.ts';

const TERMS = { profile: 'osb-rm-s', sync: true } as const;
const NEXT_MSH = 'urn:oasis:names:tc:ebxml-msg:actor:nextMSH';
const NEXT = 'http://schemas.xmlsoap.org/soap/actor/next';
describe('header blocks that an actor puts out of the signature', () => {
  const blocks = ['MessageHeader', 'AckRequested'];
  for (const block of blocks) {
    for (const actor of [NEXT_MSH, NEXT]) {
      it(`A81 ${block} for ${actor.slice(actor.lastIndexOf(':') + 1)}: refused, whatever it says`, () =>
        withReceiver(TERMS, async (at) => {
          const honest = draft(at);
          await requireAccepted(at, pack(await sealDraft(honest, at.agreement), honest.parts));
          const one = draft(at);
          const markup = withActor(markupOf(one), block, actor);
          const signed = (await signMarkup(markup, one.parts, at)).toString();
          const before = await at.here.store.listMessages({ limit: 10 });
          for (const envelope of [signed, signed.replace('conversation-1', 'forged')]) {
            const answer = await at.here.post(pack(envelope, one.parts));
            assert.doesNotMatch(answer.body.toString(), /<eb:Acknowledgment/);
            assert.deepEqual(await at.here.store.listMessages({ limit: 10 }), before);
          }
        }));
    }
  }

  it('A81 a SyncReply that is added on the way widens nothing: the contract is asynchronous', () =>
    withReceiver({ profile: 'osb-rm-s' }, async (at) => {
      const one = draft(at);
      const signed = (await sealDraft(one, at.agreement)).toString();
      const sync = `<eb:SyncReply eb:version="2.0" soap:actor="${NEXT}" soap:mustUnderstand="1"></eb:SyncReply>`;
      const request = pack(
        signed.replace('<ds:Signature>', () => `${sync}<ds:Signature>`),
        one.parts,
      );
      await requireRefused(at, request, { code: 'HEADER_NOT_AGREED', error: ['Inconsistent', '//Header/SyncReply'] });
      await requireAccepted(at, pack(signed, one.parts));
    }));

  it('A81 an AckRequested for the next MSH that is added on the way asks for nothing', () =>
    withReceiver({ profile: 'osb-be-s' }, async (at) => {
      const one = draft(at);
      const signed = (await sealDraft(one, at.agreement)).toString();
      const ack = `<eb:AckRequested eb:signed="true" eb:version="2.0" soap:actor="${NEXT_MSH}" soap:mustUnderstand="1"></eb:AckRequested>`;
      const request = pack(
        signed.replace('<ds:Signature>', () => `${ack}<ds:Signature>`),
        one.parts,
      );
      await requireRefused(at, request, {
        code: 'FEATURE_UNSUPPORTED',
        error: ['NotSupported', '//Header/AckRequested/@actor'],
      });
      await requireAccepted(at, pack(signed, one.parts));
    }));

  it('A81 inside the Body an actor is refused', () =>
    withReceiver(TERMS, async (at) => {
      const one = draft(at);
      const markup = withActor(markupOf(one), 'Manifest', NEXT_MSH);
      const answer = await at.here.post(pack(await signMarkup(markup, one.parts, at), one.parts));
      assert.doesNotMatch(answer.body.toString(), /<eb:Acknowledgment/);
      assert.equal((await at.here.store.listMessages({ limit: 1 })).items.length, 0);
    }));
});

function withActor(markup: string, block: string, actor: string): string {
  const tag = new RegExp(`<eb:${block}( [^>]*)>`).exec(markup)?.[0] ?? '';
  const changed = `${tag.replace(/ soap:actor="[^"]*"/, '').slice(0, -1)} soap:actor="${actor}">`;
  assert.notEqual(changed, tag);
  return markup.replace(tag, () => changed);
}

import assert from 'node:assert/strict';
import { openOutboxTest, TERMS } from '../../setup/files-outbox.ts';
import { meldingJson, meldingTranslation, meldingXml } from '../../setup/translations.ts';

describe('an outbox whose route translates', () => {
  it('JSON is sent as XML, and what cannot be is in refused with its place', async () => {
    const translation = await meldingTranslation();
    const json = { schema: 'melding.xsd', element: undefined };
    const routes = [{ destination: 'partner', json, translation }];
    const outbox = await openOutboxTest({}, { routes });
    const { at, picker, textsOf } = outbox;
    try {
      const payloads = [{ file: 'melding.dat', contentType: 'application/json' }];
      const document = JSON.stringify(meldingJson(1, 'dag'));
      at.send('goed.json', { ...TERMS, messageId: 'goed@gemeente.test', payloads }, { 'melding.dat': document });
      await picker.look();
      const [text = ''] = await textsOf('goed@gemeente.test');
      assert.deepEqual(JSON.parse(translation.toJson(Buffer.from(text)).toString()), meldingJson(1, 'dag'));
      assert.deepEqual(translation.toJson(Buffer.from(meldingXml(1, 'dag'))).toString(), document);

      at.send('fout.json', { ...TERMS, payloads }, { 'melding.dat': '{"nummer":"een"}' });
      await picker.look();
      const [refused] = at.settled('refused');
      assert.deepEqual(refused?.files, ['fout.json', 'fout.json.reason.json', 'melding.dat']);
      assert.partialDeepStrictEqual(refused.outcome, { code: 'TRANSLATION_IMPOSSIBLE', location: '/nummer' });
    } finally {
      await outbox.close();
    }
  });
});

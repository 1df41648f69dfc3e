import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { compose } from '../../../src/app/compose.ts';
import { readConfig } from '../../../src/app/config/config.ts';
import { openWusPair, type WusPair, echo } from '../../setup/wus-pair.ts';

const drop = (): void => undefined;
const WSDL = join(import.meta.dirname, '..', '..', '..', 'wsdl', 'echo_v1.wsdl');

describe('a configured call without signatures', () => {
  let pair: WusPair;
  let folder: string;

  before(async () => {
    pair = await openWusPair({ profile: '2W-be' });
    folder = mkdtempSync(join(tmpdir(), 'postiljon-wus-'));
    writeFileSync(join(folder, 'own.key'), pair.keys.consumer.key, { mode: 0o600 });
    writeFileSync(join(folder, 'own.crt'), pair.keys.consumer.certificate);
    writeFileSync(join(folder, 'ca.crt'), pair.keys.ca.certificate);
  });

  after(async () => {
    await pair.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const call = async (partner: string): Promise<string> => {
    const own = `{ key: ${folder}/own.key, certificate: ${folder}/own.crt }`;
    const service = `{ name: echo, role: consumer, wsdl: ${WSDL}, profile: 2W-be, partner: '${partner}', endpoint: '${pair.url}', to: 'https://dienst.test/wus/echo' }`;
    const file = join(folder, 'postiljon.yaml');
    writeFileSync(
      file,
      `name: gemeente
parties: ['urn:osb:oin:${pair.keys.consumer.oin}']
data: ${folder}/data-${partner}
ebms: { host: 127.0.0.1, tls: ${own.replace(' }', `, clientCa: ${folder}/ca.crt }`)} }
keys: { sign: ${own}, tlsClient: ${own}, trust: [${folder}/ca.crt] }
revocation: { mode: off }
wus: { services: [${service}] }
`,
    );
    const composed = await compose(readConfig(file, {}), { debug: drop, info: drop, warn: drop, error: drop });
    try {
      const answer = await composed.wus.useCases.callPartner({
        service: 'echo',
        operation: undefined,
        contentType: 'application/xml',
        answerAs: undefined,
        body: Readable.from([Buffer.from(echo('dag'))]),
      });
      await answer.release();
      return answer.outcome.kind;
    } finally {
      await composed.wus.stop(0);
      await composed.gateway.stop(0);
    }
  };

  it('takes the answer of the partner [Digikoppeling WT002]', async () => {
    assert.equal(await call(pair.keys.provider.oin), 'answer');
  });

  it('takes none of another party, whose certificate is as good [Digikoppeling WT002]', async () => {
    await assert.rejects(call(pair.keys.third.oin), {
      code: 'WUS_PEER_UNREACHABLE',
      detail: /^CERTIFICATE_UNTRUSTED: /,
    });
  });
});

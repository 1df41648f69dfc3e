import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleWsdl, WSDL_FOLDER } from '../wus/wsdl-samples.ts';
import { run } from './run.ts';

interface Check {
  readonly valid: boolean;
  readonly operations: readonly string[];
  readonly findings: readonly { readonly code: string; readonly place: string }[];
}

const importing = (path: string): string =>
  sampleWsdl('bevraging_v1.wsdl', ['schemaLocation="', `schemaLocation="${path}/`]);

describe('postiljon wus validate', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'postiljon-wsdl-'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const put = (path: string, text: string): string => {
    writeFileSync(join(folder, path), text);
    return join(folder, path);
  };

  it('ends with 0 and names the operations of WSDLs that can be used', async () => {
    const files = ['echo_v1.wsdl', 'bevraging_v1.wsdl'].map((name) => join(WSDL_FOLDER, name));
    const { code, stdout } = await run('wus', 'validate', ...files);
    assert.equal(code, 0);
    assert.match(stdout, /echo_v1\.wsdl: valid, echo\n[^]*bevraging_v1\.wsdl: valid, zoekVergunningen, geefDocument\n/);
  });

  it('ends with 4 and tells what is wrong, where, by which clause, and what to do', async () => {
    const file = put('bad.wsdl', sampleWsdl('echo_v1.wsdl', ['style="document"', 'style="rpc"']));
    const { code, stdout } = await run('wus', 'validate', join(WSDL_FOLDER, 'echo_v1.wsdl'), file);
    assert.equal(code, 4);
    assert.match(
      stdout,
      /bad\.wsdl: NOT VALID\n {2}ERROR BINDING_STYLE: [^\n]*\n {6}at bad\.wsdl:\d+ [^\n]*\n {6}by Digikoppeling WW001\n {6}do /,
    );
    const json = await run('wus', 'validate', file, '--json');
    const [check]: readonly Check[] = JSON.parse(json.stdout);
    assert.deepEqual([json.code, check?.valid, check?.operations], [4, false, []]);
    assert.equal(check?.findings[0]?.code, 'BINDING_STYLE');
  });

  it('ends with 3 for a file that is not there', async () => {
    const { code } = await run('wus', 'validate', join(folder, 'nope.wsdl'));
    assert.equal(code, 3);
  });

  it('reads what lies below the folder of the WSDL, and follows no link out of it', async () => {
    mkdirSync(join(folder, 'xsd'));
    put('xsd/bevraging_v1.xsd', sampleWsdl('bevraging_v1.xsd'));
    symlinkSync(WSDL_FOLDER, join(folder, 'link'));
    const below = await run('wus', 'validate', put('below.wsdl', importing('xsd')));
    const linked = await run('wus', 'validate', put('linked.wsdl', importing('link')));
    assert.equal(below.code, 0, below.stdout);
    assert.equal(linked.code, 4);
    assert.match(linked.stdout, /IMPORT_MISSING/);
  });
});

import assert from 'node:assert/strict';
import { attachment } from '../../../adapters/rest/representations/content-disposition.ts';

describe('Content-Disposition', () => {
  const cases: readonly [string | undefined, string, string][] = [
    ['melding.xml', 'melding.xml', 'melding.xml'],
    ['één "b".txt', '__n _b_.txt', '%C3%A9%C3%A9n%20%22b%22.txt'],
    ['../../etc/passwd', 'passwd', 'passwd'],
    ['\\\\server\\share\\x.exe', 'x.exe', 'x.exe'],
    ['.htaccess', 'htaccess', 'htaccess'],
    ['a\r\nSet-Cookie: b', 'aSet-Cookie_ b', 'aSet-Cookie%3A%20b'],
    ['gpj.\u202Eexe', 'gpj.exe', 'gpj.exe'],
    ["o'neil(1)*.txt", 'o_neil_1__.txt', 'o%27neil%281%29%2A.txt'],
    ['..', 'payload-1', 'payload-1'],
    [undefined, 'payload-1', 'payload-1'],
  ];
  for (const [name, ascii, encoded] of cases) {
    it(`RFC 6266 ${JSON.stringify(name)} is saved as ${ascii}`, () => {
      assert.equal(attachment(name, 'payload-1'), `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`);
    });
  }

  it('RFC 6266 a long name is cut, never in the middle of a character', () => {
    const value = attachment('😀'.repeat(3000), 'payload-1');
    assert.ok(value.length < 1000);
    assert.doesNotThrow(() => decodeURIComponent(value.split("''")[1] ?? ''));
  });
});

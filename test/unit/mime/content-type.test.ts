import assert from 'node:assert/strict';
import { decodeCid, encodeCid } from '../../../src/mime/content-id.ts';
import { parseContentType, rootContentId } from '../../../src/mime/content-type.ts';

const rootOf = (header: string) => rootContentId(parseContentType(header) ?? assert.fail());

const parsed = (header: string) => {
  const contentType = parseContentType(header);
  return contentType && [contentType.type, Object.fromEntries(contentType.parameters)];
};

describe('RFC 2045 §5.1 Content-Type', () => {
  it('is read in any case, order and quoting', () => {
    assert.deepEqual(parsed('Multipart/RELATED;TYPE=text/xml ; Boundary="a b" ;start=<x@y>; start-info="text/xml"'), [
      'multipart/related',
      { type: 'text/xml', boundary: 'a b', start: '<x@y>', 'start-info': 'text/xml' },
    ]);
    assert.deepEqual(parsed('multipart/related; boundary=----=_Part_69_970.179; type="text/xml";'), [
      'multipart/related',
      { boundary: '----=_Part_69_970.179', type: 'text/xml' },
    ]);
    assert.deepEqual(parsed(' text/xml '), ['text/xml', {}]);
    assert.deepEqual(parsed('a/b; c="d\\"\\\\e"'), ['a/b', { c: 'd"\\e' }]);
  });

  it('is undefined when it is malformed or names a parameter twice', () => {
    for (const header of [
      '',
      'text',
      'text/',
      '/xml',
      'text/html;UTF-8',
      'text/xml charset=x',
      'a/b; c="d',
      'a/b; c=',
      'a/b; boundary=x; Boundary=y',
      'a/b, c/d',
    ]) {
      assert.equal(parseContentType(header), undefined, header);
    }
  });

  it('takes time linear in a hostile header', () => {
    const started = performance.now();
    parseContentType(`a/b${' '.repeat(200_000)}x`);
    parseContentType(`a/b;${'c '.repeat(100_000)}`);
    parseContentType(`a/b; c="${'\\'.repeat(200_001)}`);
    assert.ok(performance.now() - started < 1000);
  });

  it('RFC 2387 §3.2 start names the root part without brackets', () => {
    assert.equal(rootOf('multipart/related; start="<a@b>"'), 'a@b');
    assert.equal(rootOf('multipart/related; start="a@b"'), 'a@b');
    assert.equal(rootOf('multipart/related'), undefined);
  });
});

describe('RFC 2392 cid: references', () => {
  it('are decoded exactly once', () => {
    assert.equal(decodeCid('cid:a@b'), 'a@b');
    assert.equal(decodeCid('CID:a%40b'), 'a@b');
    assert.equal(decodeCid('cid:a%2540b'), 'a%40b');
    assert.equal(decodeCid('cid:caf%C3%A9'), 'café');
  });

  it('are undefined when they are no cid:, empty or ill encoded', () => {
    for (const href of ['', 'a@b', 'http://a', 'cid:', 'cid:%', 'cid:%zz', 'cid:%ff', '#a']) {
      assert.equal(decodeCid(href), undefined, href);
    }
  });

  it('leave an ordinary Content-ID as it is and come back from any other', () => {
    assert.equal(encodeCid('4881987d-9963@localhost'), 'cid:4881987d-9963@localhost');
    for (const contentId of ['50%', 'a b', 'a/b?c#d', 'é', '<x>', '"', "it's(1)"]) {
      assert.equal(decodeCid(encodeCid(contentId)), contentId);
    }
  });
});

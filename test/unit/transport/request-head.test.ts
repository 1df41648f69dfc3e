import assert from 'node:assert/strict';
import { isLoopback } from '../../../src/transport/loopback.ts';
import { announcesBody, findServed, refuseHead, type RequestHead } from '../../../src/transport/request-head.ts';

const served = { path: '/ebms', maxBodyBytes: 100 };
const head = { method: 'POST', url: '/ebms', headers: {} };
const statusFor = (more: Partial<RequestHead>): number | undefined => {
  const asked = { ...head, ...more };
  return refuseHead(asked, findServed(asked.url, [served]).served)?.status;
};

describe('what the endpoint refuses for its headers alone', () => {
  it('serves one path, also in absolute form, and nothing beside it', () => {
    assert.equal(statusFor({}), undefined);
    assert.equal(statusFor({ url: 'http://localhost:8443/ebms' }), undefined);
    for (const url of [
      '/',
      '/ebms/',
      '/EBMS',
      '/ebms?wsdl',
      '/ebms?',
      '//ebms',
      '/%65bms',
      '/x/../ebms',
      '*',
      undefined,
    ]) {
      assert.equal(statusFor({ url }), 404, String(url));
    }
  });

  it('serves what lies below a path that ends in a slash, as it was sent', () => {
    const below = { path: '/wus/', maxBodyBytes: 1 };
    const find = (url: string): string | undefined => {
      const { path, served: found } = findServed(url, [served, below]);
      return found === undefined ? undefined : `${found.path} ${path}`;
    };
    assert.equal(find('/ebms'), '/ebms /ebms');
    assert.equal(find('/wus/echo'), '/wus/ /wus/echo');
    assert.equal(find('https://localhost/wus/echo?wsdl'), '/wus/ /wus/echo?wsdl');
    assert.equal(find('/wus/%2e%2e/ebms'), '/wus/ /wus/%2e%2e/ebms');
    for (const url of ['/wus/', '/wus', '/Wus/echo', '//wus/echo', '/x/wus/echo', '/ebms/wus/echo'])
      assert.equal(find(url), undefined, url);
  });

  it('serves POST only, and says so', () => {
    for (const method of ['GET', 'HEAD', 'PUT', 'OPTIONS', 'post', undefined]) {
      assert.equal(statusFor({ method }), 405, String(method));
    }
    assert.deepEqual(refuseHead({ ...head, method: 'GET' }, served)?.headers, { Allow: 'POST' });
  });

  it('takes no other encoding than chunked and identity', () => {
    assert.equal(statusFor({ headers: { 'transfer-encoding': 'Chunked', 'content-encoding': 'IDENTITY' } }), undefined);
    assert.equal(statusFor({ headers: { 'transfer-encoding': 'gzip, chunked' } }), 400);
    for (const encoding of ['gzip', 'deflate', 'br', 'zstd', 'identity, gzip']) {
      assert.equal(statusFor({ headers: { 'content-encoding': encoding } }), 415, encoding);
    }
  });

  it('takes a declared length up to the limit', () => {
    assert.equal(statusFor({ headers: { 'content-length': '100' } }), undefined);
    assert.equal(statusFor({ headers: { 'content-length': '101' } }), 413);
    assert.equal(statusFor({ headers: { 'content-length': '9'.repeat(40) } }), 413);
  });

  it('knows whether a body follows', () => {
    assert.equal(announcesBody({}), false);
    assert.equal(announcesBody({ 'content-length': '0' }), false);
    assert.equal(announcesBody({ 'content-length': '1' }), true);
    assert.equal(announcesBody({ 'transfer-encoding': 'chunked' }), true);
  });
});

describe('loopback', () => {
  it('is 127.0.0.0/8, ::1 and localhost', () => {
    for (const host of ['127.0.0.1', '127.8.9.10', '::1', '[::1]', 'localhost', 'LOCALHOST'])
      assert.ok(isLoopback(host), host);
  });

  it('is no name or address that only looks like it', () => {
    for (const host of [
      '0.0.0.0',
      '::',
      '127.0.0.1.example.nl',
      '127.example.nl',
      'localhost.example.nl',
      '10.0.0.1',
      '',
    ]) {
      assert.ok(!isLoopback(host), host);
    }
  });
});

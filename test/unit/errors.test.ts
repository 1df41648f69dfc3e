import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ERRORS, type ErrorRow, GatewayError, toGatewayError } from '../../src/errors.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rows: readonly [string, ErrorRow][] = Object.entries(ERRORS);

describe('the table of errors', () => {
  it('has codes in capitals that name a thing, not a number', () => {
    assert.deepEqual(
      rows.map(([code]) => code).filter((code) => !/^[A-Z]+(?:_[A-Z]+)*$/.test(code)),
      [],
    );
  });

  it('is the sum of its groups, each code in one of them', () => {
    const groups = globSync('src/errors/*.ts', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'));
    const codes = groups.flatMap((text) =>
      [...text.matchAll(/^ {2}([A-Z_]+): (?:row|security)\(/gm)].map((match) => match[1]),
    );
    assert.equal(new Set(codes).size, codes.length);
    assert.equal(codes.length, rows.length);
  });

  it('has fixed sentences without places for particulars', () => {
    const bad = rows.filter(([, row]) => !/^[A-Z][^$%{}<>\n]*\.$/.test(row.title) || !/^\S[^\n]*\.$/.test(row.remedy));
    assert.deepEqual(bad, []);
  });

  it('gives every security failure the same sentence, so that a partner cannot tell them apart', () => {
    const security = rows.filter(([, row]) => row.ebms === 'SecurityFailure');
    assert.ok(security.length > 5);
    assert.deepEqual([...new Set(security.map(([, row]) => row.title))], ['The message failed a security check.']);
  });

  it('calls retriable what the API answers with 5xx only', () => {
    assert.deepEqual(
      rows.filter(([, row]) => row.retriable && row.http < 500).map(([code]) => code),
      [],
    );
  });

  it('stands in docs/errors.md code by code, and nothing else does', () => {
    const page = readFileSync(join(root, 'docs', 'errors.md'), 'utf8');
    const documented = [...page.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1]);
    assert.deepEqual(
      documented,
      rows.map(([code]) => code),
    );
  });

  it('holds no code that nothing in src/ or adapters/ uses', () => {
    const files = globSync('{src,adapters}/**/*.ts', { cwd: root }).filter((file) => !/^src.errors\b/.test(file));
    const used = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
    const unused = rows
      .map(([code]) => code)
      .filter((code) => !used.includes(`'${code}'`) && !used.includes(`ERRORS.${code}`));
    assert.deepEqual(unused, []);
  });
});

describe('a GatewayError', () => {
  it('keeps particulars apart from what a partner may see', () => {
    const error = new GatewayError('SIGNATURE_INVALID', {
      location: '//Header/Signature',
      detail: 'digest of part 2 differs',
    });
    assert.equal(error.row.title, 'The message failed a security check.');
    assert.equal(error.location, '//Header/Signature');
    assert.equal(error.message, 'digest of part 2 differs');
  });

  it('stays itself where anything may have been thrown, and everything else becomes INTERNAL with its cause', () => {
    const ours = new GatewayError('BUSY');
    assert.equal(toGatewayError(ours), ours);
    const theirs = new TypeError('x is not a function');
    assert.equal(toGatewayError(theirs).code, 'INTERNAL');
    assert.equal(toGatewayError(theirs).cause, theirs);
    assert.equal(toGatewayError('text').detail, 'text');
  });
});

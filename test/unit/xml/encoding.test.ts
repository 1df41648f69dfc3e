import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { GatewayError } from '../../../src/errors.ts';
import { parseXml, textContent } from '../../../src/xml/tree.ts';

const MARK = '\ufeff';
const utf16le = (text: string): Buffer => Buffer.from(text, 'utf16le');
const utf16be = (text: string): Buffer => utf16le(text).swap16();

const ACCEPTED: readonly (readonly [title: string, bytes: Buffer])[] = [
  ['UTF-8 with byte order mark', Buffer.from(`${MARK}<?xml version="1.0" encoding="UTF-8"?><a>€</a>`)],
  ['UTF-8 with byte order mark and no declaration', Buffer.from(`${MARK}<a>€</a>`)],
  ['UTF-16 little end first', utf16le(`${MARK}<?xml version="1.0" encoding="UTF-16"?><a>€</a>`)],
  ['UTF-16 big end first', utf16be(`${MARK}<?xml version="1.0" encoding="utf-16"?><a>€</a>`)],
  ['UTF-16 with byte order mark and no declaration', utf16be(`${MARK}<a>€</a>`)],
  ['UTF-16LE without byte order mark', utf16le('<?xml version="1.0" encoding="UTF-16LE"?><a>€</a>')],
  ['UTF-16BE without byte order mark', utf16be('<?xml version="1.0" encoding="UTF-16BE"?><a>€</a>')],
];

const REFUSED: readonly (readonly [title: string, bytes: Buffer, code: string])[] = [
  [
    'UTF-16 where the declaration says UTF-8',
    utf16le(`${MARK}<?xml version="1.0" encoding="UTF-8"?><a/>`),
    'XML_FORBIDDEN',
  ],
  [
    'UTF-8 where the declaration says UTF-16',
    Buffer.from('<?xml version="1.0" encoding="UTF-16"?><a/>'),
    'XML_FORBIDDEN',
  ],
  ['UTF-16 without byte order mark and declaration', utf16le('<a/>'), 'XML_FORBIDDEN'],
  [
    'UTF-16 without byte order mark, declared UTF-16',
    utf16le('<?xml version="1.0" encoding="UTF-16"?><a/>'),
    'XML_FORBIDDEN',
  ],
  ['half a UTF-16 unit', Buffer.concat([utf16le(`${MARK}<a/>`), Buffer.from([0x20])]), 'XML_MALFORMED'],
  ['a lone surrogate in UTF-16', utf16le(`${MARK}<a>\ud800</a>`), 'XML_MALFORMED'],
  ['a second byte order mark', Buffer.from(`${MARK}${MARK}<a/>`), 'XML_MALFORMED'],
  ['a second byte order mark in UTF-16', utf16le(`${MARK}${MARK}<a/>`), 'XML_MALFORMED'],
  ['a byte order mark after white space', Buffer.from(` ${MARK}<a/>`), 'XML_MALFORMED'],
  ['UTF-32', Buffer.from('fffe00003c000000', 'hex'), 'XML_FORBIDDEN'],
  ['EBCDIC', Buffer.from('4c6fa7949340a58599a2899695', 'hex'), 'XML_FORBIDDEN'],
  ['UTF-7', Buffer.from('<?xml version="1.0" encoding="UTF-7"?><a/>'), 'XML_FORBIDDEN'],
];

describe('XML 1.0 §4.3.3 encodings', () => {
  for (const [title, bytes] of ACCEPTED) {
    it(`${title} is read`, () => {
      assert.equal(textContent(parseXml(bytes).root), '€');
    });
  }
  for (const [title, bytes, code] of REFUSED) {
    it(`${title} is refused`, () => {
      assert.throws(
        () => parseXml(bytes),
        (error) => error instanceof GatewayError && error.code === code,
      );
    });
  }

  it('offsets count in the UTF-8 that UTF-16 became', () => {
    const { root, bytes, encoding } = parseXml(utf16le(`${MARK}<a>€</a>`));
    assert.equal(encoding, 'UTF-16');
    assert.equal(Buffer.from(bytes).toString('utf8', root.start, root.end), '<a>€</a>');
  });
});

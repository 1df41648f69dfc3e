import assert from 'node:assert/strict';
import { errorListFor } from '../../../src/ebms/error-list.ts';
import { writeMessage } from '../../../src/ebms/write-message.ts';
import { ERRORS, type ErrorCode, GatewayError } from '../../../src/errors.ts';
import { errorMessage, parse } from './samples.ts';

describe('errorListFor', () => {
  it('§4.2.3 tells code, place and the fixed title, and never the detail [ebMS2 §4.2.3.2-1, ebMS2 §4.2.3.2-2]', () => {
    const error = new GatewayError('HEADER_VALUE', { location: '//Header/MessageHeader/@version', detail: 'secret' });
    assert.deepEqual(errorListFor(error), {
      version: '2.0',
      highestSeverity: 'Error',
      errors: [
        {
          codeContext: 'urn:oasis:names:tc:ebxml-msg:service:errors',
          errorCode: 'Inconsistent',
          severity: 'Error',
          location: '//Header/MessageHeader/@version',
          description: 'A value of the ebMS header is not allowed.',
        },
      ],
    });
  });

  it('§4.2.3.4.2 all security failures look the same', () => {
    const codes = Object.keys(ERRORS)
      .filter(isErrorCode)
      .filter((code) => new GatewayError(code).row.ebms === 'SecurityFailure');
    assert.ok(codes.length > 5);
    const [first, ...others] = codes.map((code) => errorListFor(new GatewayError(code, { location: `at ${code}` })));
    for (const other of others) assert.deepEqual(other, first);
    assert.equal(first?.errors[0]?.location, '//Header/Signature');
  });

  it('§4.2.3.4.2 an error without a code of ebMS is Unknown, without a place', () => {
    for (const code of ['INTERNAL', 'CONFIG_INVALID'] as const) {
      const [only] = errorListFor(new GatewayError(code, { location: '/keys/sign' })).errors;
      assert.equal(only?.errorCode, 'Unknown');
      assert.equal(only?.location, undefined);
    }
  });

  it('§4.2.3.2 a place with characters that XML cannot hold is written all the same', () => {
    const location = `cid:a\u0000b\uFFFE\uD800"<${'x'.repeat(2000)}`;
    const errorList = errorListFor(new GatewayError('PAYLOAD_MISSING', { location }));
    const { message } = parse(writeMessage({ ...errorMessage, errorList }));
    assert.match(
      (message.kind === 'ErrorMessage' && message.errorList.errors[0]?.location) || '',
      /^cid:a\?b\?\?"<x{980,}$/,
    );
  });
});

function isErrorCode(code: string): code is ErrorCode {
  return code in ERRORS;
}

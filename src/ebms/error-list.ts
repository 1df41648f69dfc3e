import type { GatewayError } from '../errors.ts';
import type { XmlElement } from '../xml/tree.ts';
import { tag } from '../xml/writer.ts';
import { checkAttributes, ebAttribute, freeText, requiredAttribute } from './element-values.ts';
import { parseEndToEndExtension } from './header-extension.ts';
import { writeDescription } from './message-header.ts';
import type { EbmsError, ErrorList } from './message.ts';
import { EBMS_VERSION, ERROR_CODE_CONTEXT } from './namespaces.ts';
import { invalid, Sequence } from './sequence.ts';

const AT = '//Header/ErrorList';
const ERROR_AT = `${AT}/Error`;
const ERRORS = { min: 1, max: 100 };
const LIST_ATTRIBUTES: readonly string[] = ['version', 'highestSeverity'];
const ERROR_ATTRIBUTES: readonly string[] = ['codeContext', 'errorCode', 'severity', 'location'];
/** Longest codeContext, location and Description that is kept; peers put whole exceptions in there. */
const TEXT_MAX = 4000;
/** Longest location that we send. */
const LOCATION_MAX = 1000;
/** What a partner learns of any security failure, whichever check it was. */
const SECURITY_LOCATION = '//Header/Signature';

/**
 * The one Error that tells a partner of a refusal: code and title of its row, and the place. All security failures look
 * the same, and an error without a code of ebMS is 'Unknown' without a place. @spec ebMS2 §4.2.3
 */
export function errorListFor(error: GatewayError): ErrorList {
  const { ebms = 'Unknown', title } = error.row;
  const location =
    ebms === 'SecurityFailure' ? SECURITY_LOCATION : ebms === 'Unknown' ? undefined : cleanLocation(error.location);
  const only: EbmsError = {
    codeContext: ERROR_CODE_CONTEXT,
    errorCode: ebms,
    severity: 'Error',
    location,
    description: title,
  };
  return { version: EBMS_VERSION, highestSeverity: 'Error', errors: [only] };
}

/** A location may hold a decoded cid: of the partner, with characters that XML cannot carry. */
function cleanLocation(location: string | undefined): string | undefined {
  const clean = location?.slice(0, LOCATION_MAX).replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '?');
  return clean === '' ? undefined : clean;
}

/** @spec ebMS2 §4.2.3 */
export function parseErrorList(block: XmlElement): ErrorList {
  const version = parseEndToEndExtension(block, AT, LIST_ATTRIBUTES);
  const highestSeverity = parseSeverity(block, AT, 'highestSeverity');
  const sequence = new Sequence(block, AT);
  const errors = sequence.many('Error', ERRORS).map(parseError);
  sequence.end('extensible');
  if (highestSeverity === 'Warning' && errors.some(({ severity }) => severity === 'Error')) {
    throw invalid(`${AT}/@highestSeverity`, 'lower than that of an Error');
  }
  return { version, highestSeverity, errors };
}

/** An empty location or Description counts as none: a partner's error is worth more than its form. */
function parseError(element: XmlElement): EbmsError {
  checkAttributes(element, ERROR_AT, ERROR_ATTRIBUTES);
  const sequence = new Sequence(element, ERROR_AT);
  const description = sequence.optional('Description');
  sequence.end('extensible');
  return {
    codeContext: optionalText(ebAttribute(element, 'codeContext')),
    errorCode: requiredAttribute(element, ERROR_AT, 'errorCode'),
    severity: parseSeverity(element, ERROR_AT, 'severity'),
    location: optionalText(ebAttribute(element, 'location')),
    description:
      description === undefined ? undefined : optionalText(freeText(description, `${ERROR_AT}/Description`, TEXT_MAX)),
  };
}

function parseSeverity(element: XmlElement, location: string, localName: string): 'Error' | 'Warning' {
  const severity = requiredAttribute(element, location, localName);
  if (severity !== 'Error' && severity !== 'Warning') throw invalid(`${location}/@${localName}`, 'not a severity');
  return severity;
}

function optionalText(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text.slice(0, TEXT_MAX);
}

export function writeErrorList({ version, highestSeverity, errors }: ErrorList): string {
  return tag(
    'eb:ErrorList',
    { 'soap:mustUnderstand': '1', 'eb:highestSeverity': highestSeverity, 'eb:version': version },
    ...errors.map(writeError),
  );
}

function writeError({ codeContext, errorCode, severity, location, description }: EbmsError): string {
  return tag(
    'eb:Error',
    { 'eb:codeContext': codeContext, 'eb:errorCode': errorCode, 'eb:location': location, 'eb:severity': severity },
    description === undefined ? '' : writeDescription(description),
  );
}

import type { EbmsError, ErrorList } from '../../ebms/message.ts';
import type { EventValue } from '../../ports/store.ts';

/** How much of a partner's own words an event keeps. */
const TEXT_MAX = 500;

/**
 * What an ErrorList says, as data of an event: the first Error of the highest severity by itself, and every one in
 * `errors` where there are several. @spec ebMS2 §4.2.3
 */
export function errorData({ highestSeverity, errors }: ErrorList): Readonly<Record<string, EventValue>> {
  const gravest = errors.find(({ severity }) => severity === highestSeverity) ?? errors[0];
  const first = gravest === undefined ? {} : textsOf(gravest);
  const head = { errorCode: '', location: '', description: '', ...first, severity: highestSeverity };
  return errors.length > 1 ? { ...head, errors: errors.map(textsOf) } : head;
}

function textsOf({ errorCode, severity, location = '', description = '' }: EbmsError): Record<string, string> {
  return {
    errorCode,
    severity,
    location: location.slice(0, TEXT_MAX),
    description: description.slice(0, TEXT_MAX),
  };
}

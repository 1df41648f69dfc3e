import { toDateTime } from '../../../src/index.ts';
import type { StoredEvent } from '../../../src/index.ts';

/** A CloudEvent in structured JSON. The attributes hold no sensitive data. @spec NL GOV profile for CloudEvents 1.1 */
export function cloudEvent(event: StoredEvent, source: string): object {
  return {
    specversion: '1.0',
    id: event.id,
    source,
    type: `nl.postiljon.${event.type}`,
    time: toDateTime(event.at),
    ...(event.messageId === undefined ? {} : { subject: event.messageId }),
    datacontenttype: 'application/json',
    sequence: String(event.sequence),
    sequencetype: 'Integer',
    data: {
      ...(event.messageId === undefined ? {} : { messageId: event.messageId }),
      ...(event.direction === undefined ? {} : { direction: event.direction }),
      ...(event.cpaId === undefined ? {} : { cpaId: event.cpaId }),
      ...event.data,
    },
  };
}

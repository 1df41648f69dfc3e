import { toDateTime } from '../../clock.ts';
import type { StoredEvent } from '../../ports/store.ts';

/** A CloudEvent in structured JSON. The attributes hold no sensitive data. @spec NL GOV profile for CloudEvents 1.1 */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly subject?: string;
  readonly datacontenttype: 'application/json';
  readonly sequence: string;
  readonly sequencetype: 'Integer';
  readonly data: Readonly<Record<string, unknown>>;
}

export function cloudEvent(event: StoredEvent, source: string): CloudEvent {
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

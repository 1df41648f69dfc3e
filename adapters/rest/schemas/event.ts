import { dateTime, open, page, text } from './fields.ts';

/** @spec CloudEvents 1.0, NL GOV profile 1.1 */
export const EVENT = open({
  specversion: text('1.0'),
  id: text('Unique; a repeat carries the same one.'),
  source: text('`urn:nld:oin:<OIN>:systeem:postiljon`.'),
  type: text('`nl.postiljon.` and the event, such as `nl.postiljon.message.received`.'),
  time: dateTime('When it happened.'),
  datacontenttype: text('application/json'),
  sequence: text('Counts up; what `after` and `Last-Event-ID` take.'),
  sequencetype: text('Integer'),
  data: { type: 'object', description: 'Particulars: direction, cpaId and what belongs to the type.' },
});

export const EVENT_PAGE = page(EVENT);

export const EVENTS_QUERY = {
  after: { type: 'integer', minimum: 0, default: 0, description: 'Sequence of the last event that is known already.' },
  limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100, description: 'Events of a page.' },
} as const;

export const STREAM_QUERY = { after: EVENTS_QUERY.after } as const;

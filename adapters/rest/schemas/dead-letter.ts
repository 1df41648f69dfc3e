import { EVENT } from './event.ts';
import { dateTime, flag, given, integer, nullableText, open, page, text } from './fields.ts';
import { PAGING_QUERY } from './message.ts';

export const DEAD_LETTER = open({
  id: text('Id of the dead letter.'),
  subscriber: text('Who did not take it, such as `webhook:<name>`.'),
  at: dateTime('When it was tried last.'),
  attempts: integer('How often.'),
  code: text('Our code.'),
  detail: nullableText('What happened.'),
  replaying: flag('It is to be sent once more.'),
  event: EVENT,
});

export const DEAD_LETTER_PAGE = page(DEAD_LETTER);

export const DEAD_LETTERS_QUERY = { subscriber: given('Only of this subscriber.'), ...PAGING_QUERY } as const;

export const DEAD_LETTER_ID_PARAMS = {
  type: 'object',
  properties: { id: text('Id of the dead letter.') },
  required: ['id'],
};

export const REPLAYED = open({ id: text('The dead letter.') });

import { OPERATIONS } from '../jobs/operations.ts';
import { closed, integer, nullableDateTime, dateTime, open, text } from './fields.ts';
import { INBOX_QUERY, MESSAGES_QUERY } from './message.ts';

const { cursor: _, limit: __, ...FILTERS } = INBOX_QUERY;

export const JOB_JSON = closed(
  {
    operation: { type: 'string', enum: Object.keys(OPERATIONS), description: 'What is done with each message found.' },
    query: {
      ...closed({ state: MESSAGES_QUERY.state, ...FILTERS }),
      description: 'Which messages: as the parameters of GET /messages. `resend` and `cancel` need a `state`.',
    },
  },
  ['operation', 'query'],
);

export const JOB = open({
  id: text('Id of the job.'),
  operation: text('What is done.'),
  state: {
    type: 'string',
    enum: ['searching', 'running', 'done', 'stopped', 'failed'],
    description: '`done`: every message had its turn. `failed`: the search itself failed.',
  },
  total: { type: ['integer', 'null'], description: 'Messages found; null while it searches.' },
  done: integer('Messages that are done.'),
  failed: integer('Messages that are not, and why the first hundred are not stands in `failures`.'),
  failures: {
    type: 'array',
    items: open({ messageId: text('The message.'), code: text('Our code.'), detail: text('What exactly.') }),
  },
  startedAt: dateTime('Begin.'),
  endedAt: nullableDateTime('End; null while it runs.'),
});

export const JOB_ID_PARAMS = { type: 'object', properties: { id: text('Id of the job.') }, required: ['id'] };

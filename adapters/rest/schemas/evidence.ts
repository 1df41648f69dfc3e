import { integer, open, text } from './fields.ts';

export const EVIDENCE = open({
  messageId: text('The message.'),
  direction: { type: 'string', enum: ['in', 'out'], description: '`in`: received; `out`: sent.' },
  files: {
    type: 'array',
    items: open({ name: text('Path below the folder.'), content: text('The octets in base64.') }),
  },
  parts: {
    type: 'array',
    items: open({
      name: text('Path below the folder.'),
      number: integer('Number of the payload.'),
      size: integer('Octets.'),
      sha256: text('SHA-256 of the octets, lower-case hex.'),
    }),
  },
});

import { closed, given, open, text } from './fields.ts';

/** The JSON body of POST /routes/explain. */
export const EXPLAIN_JSON = closed({
  cpaId: given('CPAId.'),
  from: given('Its sender: `urn:osb:oin:<OIN>` or a bare OIN.'),
  to: given('Its receiver: `urn:osb:oin:<OIN>` or a bare OIN.'),
  role: given('Role of the receiver.'),
  service: given('`type:value`.'),
  action: given('Action.'),
  direction: {
    type: 'string',
    enum: ['in', 'out'],
    default: 'in',
    description: '`out`: a message that is sent; its rules lead to `partner`.',
  },
});

const RULE = { type: ['integer', 'null'], description: 'Number of the rule that decides, 1 is the first; null: none.' };

export const EXPLAINED = open({
  destination: text('Where the message would go.'),
  json: {
    type: ['object', 'null'],
    description: 'How payloads are translated between XML and JSON; null: they go as they are.',
    properties: {
      schema: text('File with the schema.'),
      element: { type: ['string', 'null'], description: 'The root element, where the rule names it.' },
    },
  },
  rule: RULE,
  steps: {
    type: 'array',
    description: 'Each rule up to the one that decides.',
    items: {
      type: 'object',
      required: ['rule', 'destination', 'matches', 'mismatch'],
      properties: {
        rule: { type: 'integer', description: '1 is the first.' },
        destination: text('Of the rule.'),
        matches: { type: 'boolean', description: 'Whether it decides.' },
        mismatch: {
          type: ['object', 'null'],
          description: 'The first field that differs.',
          properties: {
            field: text('Its name in the rule.'),
            wanted: text('What the rule asks for.'),
            found: { type: ['string', 'null'], description: 'What the message has; null: not known.' },
          },
        },
      },
    },
  },
});

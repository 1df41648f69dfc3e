/** Building blocks of the schemas; each is plain JSON Schema and goes into the OpenAPI document as it stands. */
export const text = (description: string) => ({ type: 'string', description }) as const;
export const nullableText = (description: string) => ({ type: ['string', 'null'], description }) as const;
export const dateTime = (description: string) => ({ type: 'string', format: 'date-time', description }) as const;
export const nullableDateTime = (description: string) =>
  ({ type: ['string', 'null'], format: 'date-time', description }) as const;
export const integer = (description: string) => ({ type: 'integer', description }) as const;
export const flag = (description: string) => ({ type: 'boolean', description }) as const;

const LONGEST_NAME = 1024;

/** A text that a caller gives: not empty, no control characters. */
export const given = (description: string) =>
  ({
    type: 'string',
    minLength: 1,
    maxLength: LONGEST_NAME,
    pattern: '^[^\\u0000-\\u001f\\u007f]+$',
    description,
  }) as const;

export const closed = <P extends object>(properties: P, required: readonly (keyof P & string)[] = []) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});

/** An answer: what is there may grow. */
export const open = <P extends object>(properties: P) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});

export const page = (items: object) => ({
  type: 'object',
  properties: {
    items: { type: 'array', items },
    next: { type: 'string', description: 'The cursor of the following page; absent on the last one.' },
  },
  required: ['items'],
});

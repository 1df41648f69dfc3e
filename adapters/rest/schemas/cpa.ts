import { dateTime, flag, nullableText, open, text } from './fields.ts';

const FINDINGS = {
  type: 'array',
  description: 'What is wrong or noteworthy; an error forbids import.',
  items: {
    type: 'object',
    properties: {
      severity: { type: 'string', enum: ['error', 'warning', 'note'] },
      code: text('Of the rule.'),
      place: text('Where in the document.'),
      text: text('What is wrong.'),
      remedy: text('What to do.'),
      spec: text('Clause.'),
    },
    required: ['severity', 'code', 'place', 'text', 'remedy'],
  },
} as const;

const SUMMARY = {
  cpaId: text('cpaid.'),
  active: flag('Whether messages may be exchanged under it.'),
  status: { type: 'string', enum: ['proposed', 'agreed', 'signed'], description: 'Status of the document.' },
  start: dateTime('First moment of its validity.'),
  end: dateTime('Last moment of its validity.'),
  importedAt: dateTime('When it was imported.'),
};

const PARTY = {
  partyName: text('Name.'),
  partyIds: { type: 'array', items: text('`type:value`.') },
};

const ROLE = open({
  role: text('Role.'),
  service: text('`type:value`.'),
  canSend: { type: 'array', items: text('Action.') },
  canReceive: { type: 'array', items: text('Action.') },
});

const CERTIFICATE = open({
  certId: text('Id in the document.'),
  subject: nullableText('Subject; null when the certificate cannot be read.'),
  issuer: nullableText('Issuer.'),
  validFrom: { type: ['string', 'null'], format: 'date-time' },
  validTo: { type: ['string', 'null'], format: 'date-time' },
  sha256: nullableText('Fingerprint, lower-case hex.'),
});

export const CPA_LIST = open({
  items: { type: 'array', items: open({ ...SUMMARY, parties: { type: 'array', items: open(PARTY) } }) },
});

export const CPA_DETAIL = open({
  ...SUMMARY,
  parties: {
    type: 'array',
    items: open({
      ...PARTY,
      endpoints: { type: 'array', items: text('URL.') },
      roles: { type: 'array', items: ROLE },
      certificates: { type: 'array', items: CERTIFICATE },
    }),
  },
});

export const CPA_IMPORTED = open({
  cpaId: text('cpaid.'),
  active: flag('Whether it is active now.'),
  findings: FINDINGS,
});

export const CPA_VALIDATED = open({
  valid: flag('Whether it could be imported.'),
  cpaId: nullableText('cpaid; null when the document cannot be read.'),
  findings: FINDINGS,
});

export const CPA_ACTIVE = open({ cpaId: text('cpaid.'), active: flag('Whether it is active now.') });

export const CPA_ID_PARAMS = {
  type: 'object',
  properties: { id: text('cpaid, percent-encoded.') },
  required: ['id'],
};

export const IMPORT_QUERY = {
  activate: { type: 'string', enum: ['true', 'false'], default: 'false', description: 'Activate it at once.' },
} as const;

export const XML_TYPES = ['text/xml', 'application/xml', 'application/octet-stream'] as const;

import { CONSULTATION_RESULTS } from '../../../src/index.ts';
import { PAGING_QUERY } from './message.ts';
import { closed, dateTime, flag, given, nullableText, open, page, text } from './fields.ts';

const ROLES = ['provider', 'consumer'] as const;
const RESULTS = Object.keys(CONSULTATION_RESULTS);
const RESULTS_SHOWN = Object.entries(CONSULTATION_RESULTS).map(([name, meaning]) => `\`${name}\`: ${meaning}`);

const NAME = open({ namespace: text('Namespace.'), localName: text('Local name.') });

const OPERATION = open({
  name: text('Its name in the WSDL.'),
  inputAction: text('wsa:Action of the request.'),
  outputAction: text('wsa:Action of the answer.'),
  input: { ...NAME, description: 'The element that is the body of the request.' },
  output: { ...NAME, description: 'The element that is the body of the answer.' },
});

export const SERVICE = open({
  name: text('Its name here, and the last part of its path.'),
  role: { type: 'string', enum: ROLES, description: '`provider`: partners call us; `consumer`: we call a partner.' },
  profile: { type: 'string', enum: ['2W-be', '2W-be-S', '2W-be-SE'], description: 'The profile of Digikoppeling.' },
  parties: {
    type: 'array',
    items: { type: 'string' },
    description: 'OINs of ours: in whose name it is called, or provided.',
  },
  partners: { type: 'array', items: { type: 'string' }, description: 'OINs: who may call, or who is called.' },
  endpoint: nullableText('Where the partner is called; null: provided here.'),
  backend: nullableText('Where requests of partners go; null: consumed here.'),
  mtom: flag('Binary content of messages we send travels as attachments.'),
  logContent: flag('Consultations keep the bodies.'),
  portType: text('Name of the portType.'),
  targetNamespace: text('Of the WSDL.'),
  operations: { type: 'array', items: OPERATION, description: 'What can be asked.' },
});

export const SERVICES = open({ items: { type: 'array', items: SERVICE } });

export const SERVICE_PARAMS = closed({ name: given('Name of the service.') }, ['name']);

export const CALL_QUERY = {
  operation: given('Needed only with JSON, and where several operations take the same element.'),
};

export const ELEMENT = { type: 'string', description: 'The one child of soap:Body: an XML element, UTF-8.' };
export const ENVELOPE = {
  type: 'string',
  description: 'A SOAP 1.1 envelope with that element in its Body; headers are made by the gateway.',
};
export const PACKAGE = {
  type: 'string',
  format: 'binary',
  description:
    'MTOM: the envelope as application/xop+xml, and what its xop:Includes stand for as further parts, streamed.',
};
export const JSON_BODY = { description: 'What the element says; the gateway translates it by the schema of the WSDL.' };

export const FAULT = {
  type: 'object',
  description: 'The fault that the partner signed; with code WUS_FAULT only.',
  properties: {
    faultcode: open({ namespace: text('Empty: the code has no prefix.'), localName: text('Local name.') }),
    faultstring: text('What it says.'),
    faultactor: nullableText('Who says it.'),
    detail: { type: 'array', items: { type: 'string' }, description: 'Each child of detail, as XML.' },
  },
} as const;

const CONSULTATION_FIELDS = {
  id: text('Id of this record.'),
  role: { type: 'string', enum: ROLES, description: '`provider`: a partner asked; `consumer`: we asked.' },
  service: text('Name of the service.'),
  party: nullableText(
    'OIN of ours: in whose name it was asked, or who was asked; null where that may be several and was not said.',
  ),
  operation: nullableText('Null: it was refused before that was known.'),
  partner: nullableText('OIN of the partner.'),
  tlsOin: nullableText(
    'OIN in the certificate that TLS showed, also of who was refused; `partner` is the one that was proven.',
  ),
  at: dateTime('When the request came, or was made.'),
  messageId: nullableText('wsa:MessageID of the request.'),
  answerId: nullableText('wsa:MessageID of the answer.'),
  result: {
    type: 'string',
    enum: RESULTS,
    description: RESULTS_SHOWN.join(' '),
  },
  code: nullableText('Our error code, or the faultcode.'),
  detail: nullableText('For operators.'),
  durationMs: { type: ['number', 'null'], description: 'How long it took; null while it runs.' },
  remote: nullableText('Address of the partner.'),
};

export const CONSULTATION = open({
  ...CONSULTATION_FIELDS,
  request: nullableText('The body, where the service keeps it.'),
  answer: nullableText('The body of the answer, where the service keeps it.'),
});

export const CONSULTATION_PAGE = page(open(CONSULTATION_FIELDS));

export const CONSULTATION_PARAMS = closed({ id: given('Id of the record.') }, ['id']);

export const CONSULTATIONS_QUERY = {
  service: given('Name of the service.'),
  operation: given('Name of the operation.'),
  partner: given('OIN of the partner; of what was refused before that was proven, the OIN that TLS showed.'),
  result: { type: 'string', enum: RESULTS, description: 'How it went.' },
  role: { type: 'string', enum: ROLES, description: 'Who asked.' },
  messageId: given('wsa:MessageID of the request.'),
  since: dateTime('At or after.'),
  until: dateTime('Before.'),
  ...PAGING_QUERY,
};

import { error, type FindingAt, findingAt, type FindingRow, note, warning } from '../../errors/finding.ts';

const NONE_NEEDED = 'Nothing needs to be done.';

/** Every finding about a CPA. */
export const FINDINGS = {
  // dates and status
  STATUS_PROPOSED: error(
    'The CPA is only proposed.',
    'Agree it with the partner and set Status to agreed.',
    'CPPA 2.0 §9.2',
  ),
  STATUS_SIGNED: note(
    'The status is signed, which some gateways accept at import and then refuse at each message.',
    'Agree on the status agreed if the partner refuses messages.',
    'CPPA 2.0 §9.2',
  ),
  CPA_SIGNATURE_VALID: note('The CPA is signed by a party of it, and unchanged since.', NONE_NEEDED, 'CPPA 2.0 §9.9'),
  CPA_SIGNATURE_INVALID: error(
    'A Signature of the CPA does not hold: the contract was changed after it was signed, or signed in a way not known here.',
    'Ask the party that signed it for its file, octet for octet; sign with SHA-2, one Reference URI="" and the certificate in KeyInfo.',
    'CPPA 2.0 §9.9',
  ),
  CPA_SIGNATURE_STRANGER: error(
    'The CPA is signed with a certificate that it names for neither party.',
    'Let a party sign it with a certificate of its PartyInfo.',
    'CPPA 2.0 §9.9',
  ),
  CPA_SIGNATURE_MISSING: warning(
    'The status is signed and there is no Signature.',
    'Ask for the signed file, or agree on the status agreed.',
    'CPPA 2.0 §9.9',
  ),
  CPA_ID_FORM: error(
    'The cpaid cannot stand in a path or a header.',
    'Give it at most 255 characters, without white space, control characters and dot segments.',
    'CPPA 2.0 §9.1',
  ),
  SCHEMA_VERSION: note('The schema version is not 2_0b.', NONE_NEEDED),
  DATES_REVERSED: error('Start is not before End.', 'Mend the dates.', 'CPPA 2.0 §9.3'),
  DATES_ENDED: error('The CPA has ended.', 'Agree on a new CPA.', 'CPPA 2.0 §9.3'),
  DATES_LATER: warning('The CPA has not begun.', 'Until Start every message is refused.', 'CPPA 2.0 §9.3'),
  DATES_END_SOON: warning('The CPA ends within 60 days.', 'Agree on a new CPA in time.'),
  DATES_LONG: warning(
    'The CPA ends more than ten years from now.',
    'Let it end with the certificates that it names.',
    'Digikoppeling Best Practices ebMS',
  ),
  // parties
  PARTY_ID_SHARED: error('Both parties have the same PartyId.', 'Give each party its own.', 'CPPA 2.0 §8.4.2'),
  PARTY_ID_TYPE: warning(
    'The PartyId has not the type urn:osb:oin.',
    'Digikoppeling knows parties by their OIN.',
    'Digikoppeling ebMS2 §3.1.1',
  ),
  OIN_FORM: warning('The OIN has not 20 positions.', 'Check it in the OIN register.', 'Digikoppeling OIN'),
  OIN_TEST: note('The OIN is one for tests.', 'Use the CPA in a test environment only.', 'Digikoppeling OIN'),
  // references
  CHANNEL_MISSING: error(
    'ChannelId names no DeliveryChannel of this party.',
    'Mend the reference.',
    'CPPA 2.0 §8.4.10',
  ),
  DEFAULT_CHANNEL_MISSING: error(
    'There is no default channel, on which signals arrive.',
    'Let defaultMshChannelId name a DeliveryChannel of this party.',
    'CPPA 2.0 §8.4.1',
  ),
  TRANSPORT_MISSING: error('transportId names no Transport of this party.', 'Mend the reference.', 'CPPA 2.0 §8.4.21'),
  DOC_EXCHANGE_MISSING: error(
    'docExchangeId names no DocExchange of this party.',
    'Mend the reference.',
    'CPPA 2.0 §8.4.21',
  ),
  CERTIFICATE_MISSING: error('certId names no Certificate of this party.', 'Mend the reference.', 'CPPA 2.0 §8.4.19'),
  // both sides
  COUNTERPART_MISSING: error(
    'The other party has no CanReceive for this action.',
    'Let the other party receive it, in the same service.',
    'CPPA 2.0 §8.4.7',
  ),
  COUNTERPART_DIFFERS: error(
    'OtherPartyActionBinding names no CanReceive with the same service and action.',
    'Let it name the binding of the other party.',
    'CPPA 2.0 §8.4.7',
  ),
  RECEIVE_UNMATCHED: warning('Nobody can send this action.', 'Leave it out, or let the other party send it.'),
  CHARACTERISTICS_DIFFER: warning(
    'Sender and receiver demand different protection; the sender decides.',
    'Give both bindings the same BusinessTransactionCharacteristics.',
    'CPPA 2.0 §8.4.8',
  ),
  MESSAGING_DIFFERS: warning(
    "Sender's and receiver's channel have different MessagingCharacteristics; the sender's decide.",
    'Give both channels the same.',
    'CPPA 2.0 §8.4.22',
  ),
  RETRIES_DIFFER: note(
    "Sender's and receiver's binding have different Retries or RetryInterval; the sender's decide here.",
    'Give both the same: some gateways send by the binding of the receiver.',
    'CPPA 2.0 §8.4.41',
  ),
  // messaging
  ACK_PER_MESSAGE: note(
    'ackRequested is perMessage: this gateway asks no Acknowledgment and sends best effort; it gives one when asked.',
    'Use always or never.',
    'CPPA 2.0 §8.4.22',
  ),
  ACK_SIGNING_MISSING: error(
    'Signed Acknowledgments are demanded and the receiver has no SenderNonRepudiation to sign them with.',
    'Give the default channel of the receiver a SenderNonRepudiation.',
    'ebMS2 §6.3.2.4',
  ),
  ACK_SIGNED_UNREQUESTED: note('ackSignatureRequested is always where no Acknowledgment is asked.', NONE_NEEDED),
  SYNC_RESPONSE: note(
    'The contract has business responses in the HTTP answer: they are read there, and given where `ebms.responseSeconds` is set. Digikoppeling has no such answers, and few gateways read them.',
    'Use mshSignalsOnly or none, unless both gateways can.',
    'ebMS2 §4.3',
  ),
  ACTOR_NEXT_MSH: warning(
    'Acknowledgments of the next MSH are asked, which is not supported.',
    'Use the actor toPartyMSH.',
    'ebMS2 §6.3.1.1',
  ),
  ACTOR_MISSING: note(
    'Acknowledgments are demanded and no actor is named: toPartyMSH is taken.',
    'Write actor toPartyMSH: some gateways cannot send without it.',
    'ebMS2 §6.3.1.1',
  ),
  DUPLICATES_ALLOWED: warning(
    'Messages are repeated until they are acknowledged and duplicateElimination is not always: an application may see one twice elsewhere.',
    'Use always.',
    'ebMS2 §3.1.7',
  ),
  CHANNELS_SEVERAL: note('The action has several channels; the first is used.', NONE_NEEDED, 'CPPA 2.0 §8.4.10'),
  BINDING_NESTED: note('The reply stands inside another action: it is sent as a message of its own.', NONE_NEEDED),
  BUSINESS_SIGNALS: note(
    'Receipts of business signals are demanded, which is between the applications.',
    'This gateway gives MSH Acknowledgments only.',
    'CPPA 2.0 §8.4.8',
  ),
  // reliability
  RELIABLE_MESSAGING_MISSING: error(
    'Acknowledgments are demanded and the sender has no ReliableMessaging.',
    'Give its ebXMLSenderBinding Retries and RetryInterval.',
    'CPPA 2.0 §8.4.41',
  ),
  RETRIES_UNSET: note(
    'Retries or RetryInterval is absent, or the interval is 0: this gateway takes 8 retries, 3 hours apart.',
    'Name both.',
    'CPPA 2.0 §8.4.41',
  ),
  PERSIST_TOO_SHORT: warning(
    'PersistDuration is shorter than (1 + Retries) × RetryInterval: this gateway stops before all retries are made.',
    'Lengthen PersistDuration.',
    'ebMS2 §6.4.1',
  ),
  MESSAGE_ORDER: warning(
    'MessageOrder is Guaranteed: one message that is lost holds up all that follow it in its conversation.',
    'Use NotGuaranteed, as Digikoppeling advises, unless both gateways can do it and the order matters.',
    'Digikoppeling ebMS2 §9',
  ),
  MESSAGE_ORDER_IDLE: warning(
    'MessageOrder is Guaranteed on a channel that cannot have it: nothing will be numbered.',
    'Use NotGuaranteed, or ackRequested and duplicateElimination always and syncReplyMode none.',
    'ebMS2 §9.1',
  ),
  // security
  SIGNING_TERMS_MISSING: error(
    'The action must be signed and the channel of the sender has no SenderNonRepudiation.',
    'Add one, with HashFunction, SignatureAlgorithm and SigningCertificateRef.',
    'CPPA 2.0 §8.4.44',
  ),
  ALGORITHM_SHA1: warning(
    'The signature uses SHA-1, which Digikoppeling forbids.',
    'Agree on SHA-256; until then this partner needs `allow: [sha1]`.',
    'Digikoppeling SIGN001',
  ),
  ALGORITHM_UNKNOWN: error(
    'The algorithm of the signature is not known here.',
    'Use RSA with SHA-256, SHA-384 or SHA-512.',
    'Digikoppeling SIGN004',
  ),
  ENCRYPTION_TERMS_MISSING: warning(
    'The action is confidential and neither party has a ReceiverDigitalEnvelope: payloads travel unencrypted.',
    'Give both receiver bindings a ReceiverDigitalEnvelope, or write isConfidential transient.',
    'Digikoppeling ENC001',
  ),
  ENCRYPTION_RECEIVER_MISSING: error(
    'The payload must be encrypted and the channel of the receiver has no ReceiverDigitalEnvelope to do it for.',
    'Add one, with EncryptionAlgorithm and EncryptionCertificateRef.',
    'CPPA 2.0 §8.4.54',
  ),
  ENCRYPTION_SENDER_MISSING: warning(
    'Only the receiver has a ReceiverDigitalEnvelope: some gateways then send the payload unencrypted, which is refused.',
    'Give the channel of the sender one as well.',
    'CPPA 2.0 §8.4.54',
  ),
  ENCRYPTION_CERTIFICATE_MISSING: error(
    'The ReceiverDigitalEnvelope names no certificate to encrypt for.',
    'Add an EncryptionCertificateRef.',
    'CPPA 2.0 §8.4.54',
  ),
  ENCRYPTION_UNSIGNED: warning(
    'The payload is encrypted and the message is not signed: anybody can encrypt for the receiver.',
    'Sign as well, as the profiles osb-be-e and osb-rm-e do.',
    'Digikoppeling ENC001',
  ),
  ENCRYPTION_ALGORITHM_LEGACY: warning(
    'The payload is encrypted with CBC or 3DES, which Digikoppeling takes from legacy only.',
    'Agree on AES-GCM; until then this partner needs `allow: [cbc]` to send, and `encryption: { data: aes256-gcm }` to be sent to.',
    'Digikoppeling ENC003',
  ),
  ENCRYPTION_ALGORITHM_UNKNOWN: error(
    'The EncryptionAlgorithm is not known here.',
    'Use http://www.w3.org/2009/xmlenc11#aes256-gcm.',
    'Digikoppeling ENC003',
  ),
  TLS_OUTDATED: note(
    'The transport names an outdated protocol: TLS 1.2 or 1.3 is used whatever it says.',
    'Write TLS.',
    'Digikoppeling TLS004',
  ),
  // certificates
  CERTIFICATE_UNREADABLE: error('The certificate cannot be read.', 'Put it into X509Certificate, DER in base64.'),
  CERTIFICATE_ENDED: error('The certificate has ended.', 'Agree on a CPA with a new one.', 'Digikoppeling PKI002'),
  CERTIFICATE_LATER: error('The certificate is not valid yet.', 'Wait, or use one that is.', 'Digikoppeling PKI002'),
  CERTIFICATE_TLS_DATES: warning(
    'A TLS certificate is not valid now; this gateway judges the one that is really used.',
    'Renew it in the CPA at the next occasion.',
    'Digikoppeling PKI002',
  ),
  CERTIFICATE_ENDS_SOON: warning('The certificate ends within 60 days.', 'Prepare a CPA with a new one.'),
  CERTIFICATE_ENDS_FIRST: note('The certificate ends before the CPA.', 'Renew both together.'),
  CERTIFICATE_KEY_SHORT: error('The RSA key is shorter than 2048 bits.', 'Use 3072 bits.', 'Digikoppeling TLS006'),
  CERTIFICATE_KEY_PHASE_OUT: note(
    'The RSA key has less than 3072 bits, which NCSC phases out.',
    'Use 3072 bits at the next renewal.',
    'Digikoppeling TLS006',
  ),
  CERTIFICATE_KEY_TYPE: error('The certificate that signs or encrypts holds no RSA key.', 'Use one with an RSA key.'),
  CERTIFICATE_SHA1: warning('The certificate is signed with SHA-1.', 'Renew it.', 'Digikoppeling SIGN001'),
  CERTIFICATE_OIN: note(
    'subject.serialNumber of the certificate is not the OIN of the party.',
    'That is right for an intermediary; else check the certificate.',
    'Digikoppeling PKI001',
  ),
  // endpoints
  ENDPOINT_MISSING: error(
    'The party receives and has no Endpoint.',
    'Add one to TransportReceiver.',
    'CPPA 2.0 §8.4.30',
  ),
  ENDPOINT_INVALID: error(
    'The Endpoint is no usable URL.',
    'Use https://host/path without user, password and fragment.',
    'CPPA 2.0 §8.4.30',
  ),
  ENDPOINT_PLAIN: warning('The Endpoint is plain HTTP.', 'Use https.', 'Digikoppeling TLS002'),
  ENDPOINT_LOCAL: warning(
    'The Endpoint lies on this machine or on its own network link.',
    'Check that the partner really means this address.',
  ),
  ENDPOINTS_SEVERAL: note('There are several Endpoints; the first is used.', NONE_NEEDED),
  ENDPOINT_HOST: note(
    'The server certificate that the CPA names is not for the host of the Endpoint.',
    'Name the certificate that the server really shows.',
    'Digikoppeling PKI001',
  ),
  TRANSPORT_PROTOCOL: error('The transport is not HTTP.', 'Use HTTP 1.1 over TLS.', 'Digikoppeling ebMS2 §B'),
  // customs
  CPA_ID_CHARACTERS: note(
    'The cpaid has other characters than letters, digits, _ and -.',
    'Some gateways make file names of it: use service_partyA_partyB_version.',
    'Digikoppeling Best Practices ebMS',
  ),
  CONVERSATION_CONSTRAINTS: note('ConversationConstraints are not enforced here.', 'Leave them out.', 'CPPA 2.0 §9.5'),
  SERVICES_SEVERAL: note(
    'The CPA is about several services.',
    'Make a CPA for each service.',
    'Digikoppeling Best Practices ebMS',
  ),
  SERVICE_TYPE: note(
    'The Service has not the type urn:osb:services.',
    'Digikoppeling types its services so.',
    'Digikoppeling Best Practices ebMS',
  ),
  IDENTIFIER_BLANKS: error(
    'Service or action holds white space.',
    'Leave it out: it does not survive every gateway.',
    'Digikoppeling ebMS2 §3.1.4',
  ),
  ROLES_SEVERAL: note(
    'A party has several roles in one CPA.',
    'Give each party one role.',
    'Digikoppeling ebMS2 §3.1.1',
  ),
  CHARACTERISTICS_UNUSUAL: note(
    'BusinessTransactionCharacteristics are not what Digikoppeling always says.',
    'Let isAuthenticated and isTamperProof be transient (signed: persistent), and isAuthorizationRequired true.',
    'Digikoppeling Best Practices ebMS',
  ),
  // profiles
  PROFILE: note('The action follows a Digikoppeling profile.', NONE_NEEDED, 'Digikoppeling ebMS2 §1.4'),
  PROFILE_NONE: note(
    'The action follows no Digikoppeling profile.',
    'Compare it with the sample contracts of the profiles.',
    'Digikoppeling ebMS2 §1.4',
  ),
} as const satisfies Record<string, FindingRow>;

export type FindingCode = keyof typeof FINDINGS;

/** One finding about a CPA; `place` is an XPath without prefixes. */
export type Finding = FindingAt<FindingCode>;

export function finding(code: FindingCode, place: string, particulars?: string): Finding {
  return findingAt(FINDINGS, code, place, particulars);
}

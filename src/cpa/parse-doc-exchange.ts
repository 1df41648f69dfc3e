import type { XmlElement } from '../xml/tree.ts';
import {
  child,
  children,
  durationOf,
  LONGEST_DURATION_MS,
  invalid,
  optionalAttribute,
  placeOf,
  requiredAttribute,
  requiredChild,
  requiredText,
} from './element-reader.ts';
import type { DigitalEnvelope, DocExchange, MessagingBinding, NonRepudiation, ReliableMessaging } from './model.ts';

type Side = 'Sender' | 'Receiver';

/** @spec CPPA 2.0 §8.4.39 */
export function parseDocExchange(element: XmlElement, docExchangeId: string): DocExchange {
  const sender = child(element, 'ebXMLSenderBinding');
  const receiver = child(element, 'ebXMLReceiverBinding');
  return {
    docExchangeId,
    sender: sender && parseBinding(sender, 'Sender'),
    receiver: receiver && parseBinding(receiver, 'Receiver'),
  };
}

function parseBinding(element: XmlElement, side: Side): MessagingBinding {
  const reliable = child(element, 'ReliableMessaging');
  const persistDuration = child(element, 'PersistDuration');
  const nonRepudiation = child(element, `${side}NonRepudiation`);
  const envelope = child(element, `${side}DigitalEnvelope`);
  return {
    reliable: reliable && parseReliableMessaging(reliable),
    persistDuration: persistDuration && durationOf(persistDuration),
    nonRepudiation: nonRepudiation && parseNonRepudiation(nonRepudiation),
    envelope: envelope && parseEnvelope(envelope),
  };
}

function parseReliableMessaging(element: XmlElement): ReliableMessaging {
  const retries = child(element, 'Retries');
  const retryInterval = child(element, 'RetryInterval');
  const order = child(element, 'MessageOrderSemantics');
  const schedule = { retries: retries && countOf(retries), retryInterval: retryInterval && durationOf(retryInterval) };
  if ((1 + (schedule.retries ?? 0)) * (schedule.retryInterval ?? 0) > LONGEST_DURATION_MS)
    throw invalid(placeOf(element), 'its retries go on for more than a hundred years');
  return {
    ...schedule,
    messageOrder: order !== undefined && requiredText(order) === 'Guaranteed' ? 'Guaranteed' : 'NotGuaranteed',
  };
}

function countOf(element: XmlElement): number {
  const text = requiredText(element);
  if (!/^\+?\d{1,9}$/.test(text)) throw invalid(placeOf(element), 'it is no number from 0 on');
  return Number(text);
}

function parseNonRepudiation(element: XmlElement): NonRepudiation {
  const reference = child(element, 'SigningCertificateRef');
  return {
    hashFunction: requiredText(requiredChild(element, 'HashFunction')),
    signatureAlgorithms: children(element, 'SignatureAlgorithm').map(algorithmOf),
    certificateRef: reference && requiredAttribute(reference, 'certId'),
  };
}

function parseEnvelope(element: XmlElement): DigitalEnvelope {
  const reference = child(element, 'EncryptionCertificateRef');
  return {
    encryptionAlgorithms: children(element, 'EncryptionAlgorithm').map(algorithmOf),
    certificateRef: reference && requiredAttribute(reference, 'certId'),
  };
}

/** The URI stands in the attribute `w3c`, or else in the text. */
function algorithmOf(element: XmlElement): string {
  return optionalAttribute(element, 'w3c') ?? requiredText(element);
}

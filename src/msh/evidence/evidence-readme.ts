import { decodeCid } from '../../mime/content-id.ts';
import type { MessageDetail } from '../../ports/store.ts';
import { FILES, listFile, partFile } from './evidence.ts';
import type { EnvelopeSignature, Signatures } from './read-evidence-message.ts';

/** README.txt: what proves what, and how to check it with xmlsec1 alone. */
export function evidenceReadme(
  message: MessageDetail,
  { signatures, lists }: { readonly signatures: Signatures; readonly lists: number },
): string {
  const { messageId, direction } = message;
  const sections = [
    `Evidence of message ${printable(messageId)}, which this gateway ${direction === 'in' ? 'received' : 'sent'}.`,
    wholeCheck(),
    messageSection(message, signatures.message),
    receiptSection(message, signatures.receipt),
    revocationSection(lists),
    filesSection(),
  ];
  return `${sections.join('\n\n')}\n`;
}

function wholeCheck(): string {
  return [
    'ALL AT ONCE',
    'This needs no gateway, no store and no network, and ends with 0 when everything holds:',
    '',
    '    postiljon evidence verify .',
  ].join('\n');
}

function messageSection(message: MessageDetail, { signature, certificate }: EnvelopeSignature): string {
  const head = 'THE MESSAGE';
  if (signature === undefined) {
    return `${head}\n${FILES.envelope} is not signed: the contract does not ask for it. The files say what was exchanged; they do not\nprove who made it. The connection (mutual TLS) identified the partner, and left nothing behind to show.`;
  }
  if (certificate === undefined)
    return `${head}\n${FILES.envelope} is signed, but the contract that names the certificate is not here any more.`;
  const files = new Map(message.payloads.map((payload, index) => [payload.contentId, partFile(index + 1)]));
  const maps = signature.references.flatMap(({ uri }) => {
    const file = files.get(decodeCid(uri) ?? '');
    return file === undefined ? [] : [`--url-map:${quoted(uri)} ${file}`];
  });
  return [
    head,
    `The holder of ${FILES.messageCertificate} signed ${FILES.envelope} and every file of parts/, octet for octet. To check it with`,
    'xmlsec1, in this folder; it says OK and ends with 0:',
    '',
    `    ${['xmlsec1 --verify --enabled-key-data rsa', `--pubkey-cert-pem ${FILES.messageCertificate}`, ...maps, FILES.envelope].join(' ')}`,
  ].join('\n');
}

function receiptSection(message: MessageDetail, receipt: EnvelopeSignature | undefined): string {
  const head = 'THE RECEIPT';
  const by = message.direction === 'in' ? 'this gateway gave' : 'the partner gave';
  if (receipt === undefined) return `${head}\nThere is none. Nothing here proves that the message was received.`;
  if (receipt.signature === undefined) {
    return `${head}\n${FILES.receipt}, which ${by}, is not signed: it does not prove who made it.`;
  }
  if (receipt.certificate === undefined)
    return `${head}\n${FILES.receipt} is signed, but the contract that names the certificate is not here any more.`;
  return [
    head,
    `The holder of ${FILES.receiptCertificate} signed ${FILES.receipt}, which ${by}. In it stand the time of receipt, the MessageId and the`,
    `same References (digests of envelope and parts) as in ${FILES.envelope}: it is a receipt of exactly this message.`,
    '',
    `    xmlsec1 --verify --enabled-key-data rsa --pubkey-cert-pem ${FILES.receiptCertificate} ${FILES.receipt}`,
  ].join('\n');
}

function revocationSection(lists: number): string {
  const head = 'REVOCATION';
  if (lists === 0) {
    return `${head}\nThere are no revocation lists: nothing signed that has them, or the gateway had none. Nothing here says that no\ncertificate was revoked.`;
  }
  const commands = Array.from(
    { length: lists },
    (_, index) => `    openssl crl -inform DER -in ${listFile(index + 1)} -CAfile ${FILES.authorities} -noout -text`,
  );
  return [
    head,
    'The lists of the CAs above the signers, signed by the CAs: those in force when the evidence was made, and where the gateway has',
    'them those in force when the message was judged. A certificate whose serial number is not among the revoked ones, or with a',
    'later date than that of the message, was good then. A CA may leave out certificates that have ended: then a list of the time',
    'of the message says it. Where none is here, its CA or you may have kept one:',
    '',
    '    postiljon evidence verify --crl LIST.crl .',
    '',
    'To see a list, and that its CA signed it (verify OK):',
    '',
    ...commands,
  ].join('\n');
}

function filesSection(): string {
  return [
    'THE FILES',
    `${FILES.envelope}, ${FILES.receipt} and parts/ are the octets that were exchanged (encrypted payloads: decrypted, as they were signed).`,
    `${FILES.contract} is the contract that names the certificates. It is not signed itself: compare it with your own copy. Without it`,
    'the evidence does not hold: nothing says whose certificates count.',
    `${FILES.authorities} holds the certificate authorities that this gateway trusted when the evidence was made. They are its`,
    'word too: get those of the parties from who runs them, and name them:',
    '',
    '    postiljon evidence verify --trust CA.pem .',
    '',
    `${FILES.record} is what the gateway noted: times, attempts, names of the parts; ${FILES.events} every event of the`,
    'message, in order. They are the word of this gateway alone.',
    `${FILES.manifest} has the SHA-256 of every other file. Whoever keeps its own SHA-256 elsewhere can show that nothing was changed.`,
  ].join('\n');
}

const QUOTE = "'";
const QUOTE_WITHIN = "'\\''";

/** For a POSIX shell. */
function quoted(text: string): string {
  if (/^[A-Za-z0-9:@._-]+$/.test(text)) return text;
  return QUOTE + text.replaceAll(QUOTE, QUOTE_WITHIN) + QUOTE;
}

function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?');
}

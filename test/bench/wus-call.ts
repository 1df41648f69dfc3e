import type { Readable } from 'node:stream';
import { newId } from '../../src/ids.ts';
import { readCertificates } from '../../src/trust/certificate.ts';
import { createSigner } from '../../src/trust/key-ring.ts';
import { writeAddressing } from '../../src/wus/addressing/write-addressing.ts';
import type { WusAttachment } from '../../src/wus/content.ts';
import type { AttachmentSource } from '../../src/wus/mtom/attachments.ts';
import { XOP_NAMESPACE } from '../../src/wus/namespaces.ts';
import { secureEnvelope } from '../../src/wus/security/secure-envelope.ts';

/** Of the service `echo` of the samples. */
const NAMESPACE = 'http://dienst.voorbeeld.example/wus/echo_v1';

/** The body of a request that includes one attachment. */
export function callBody(contentId: string): Buffer {
  const include = `<xop:Include xmlns:xop="${XOP_NAMESPACE}" href="cid:${contentId}"/>`;
  return Buffer.from(`<e:echo xmlns:e="${NAMESPACE}"><e:tekst>${include}</e:tekst></e:echo>`);
}

export const ANSWER_BODY = Buffer.from(
  `<e:echoAntwoord xmlns:e="${NAMESPACE}"><e:tekst>taken</e:tekst></e:echoAntwoord>`,
);

/** The one attachment of a message, made while it is read. */
export function largeAttachment(size: number, open: () => Readable): AttachmentSource {
  const attachment: WusAttachment = {
    contentId: 'bench@localhost',
    contentType: 'application/octet-stream',
    size,
    content: { file: 'nowhere' },
  };
  return { all: [attachment], find: () => attachment, open: () => Promise.resolve(open()) };
}

/** The envelope of a 2W-be-S request whose Body includes the one attachment of `source`. */
export async function signedCall(
  { key, certificate }: { readonly key: Buffer; readonly certificate: Buffer },
  source: AttachmentSource,
): Promise<Buffer> {
  const [signing] = readCertificates(certificate.toString(), 'bench');
  if (signing === undefined) throw new Error('a certificate was expected');
  const headers = writeAddressing({
    to: 'https://localhost/wus/echo',
    action: `${NAMESPACE}/echo`,
    messageId: `urn:uuid:${newId()}`,
  });
  const body = callBody(source.all[0]?.contentId ?? '');
  const secured = await secureEnvelope(
    { headers, body, attachments: source },
    {
      now: Date.now(),
      expiresAfterMs: 300_000,
      signer: createSigner([{ key, certificate: signing }]),
      certificate: signing,
      confirms: undefined,
      encryptFor: undefined,
    },
  );
  return secured.bytes;
}

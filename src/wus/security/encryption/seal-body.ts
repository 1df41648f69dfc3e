import { createCipheriv, randomBytes } from 'node:crypto';
import { GatewayError } from '../../../errors.ts';
import { tag } from '../../../xml/writer.ts';
import { DS_NAMESPACE } from '../../../xmlsec/algorithms.ts';
import {
  contentAlgorithm,
  type KeyTransport,
  rsaOaepMgf1p,
  SEALING_ALGORITHMS,
  XENC_NAMESPACE,
} from '../../../xmlsec/encryption/algorithms.ts';
import { HELD } from '../../../xmlsec/encryption/block-decipher.ts';
import { writeEncryptedKey } from '../../../xmlsec/encryption/encrypted-key.ts';
import { certificateKey } from '../../../xmlsec/certificate-key.ts';
import { ENCRYPTED_KEY_TOKEN, WSSE11_NAMESPACE, WSSE_NAMESPACE } from '../../namespaces.ts';
import { writeTokenReference } from './token-reference.ts';

export interface SealTerms {
  /** DER of the receiver's certificate. */
  readonly certificate: Uint8Array;
  /** URI; AES-256-GCM when undefined. */
  readonly algorithm?: string | undefined;
  readonly keyTransport?: KeyTransport | undefined;
}

export interface SealedContent {
  /** Markup of xenc:EncryptedKey: the first child of wsse:Security. Declares its namespaces itself. */
  readonly encryptedKey: string;
  /** Markup of xenc:EncryptedData: what soap:Body holds instead. */
  readonly body: Buffer;
}

/**
 * Encrypts the content of soap:Body: all its octets as they are, after they were signed. Throws CERTIFICATE_UNTRUSTED when the
 * certificate holds no key to encrypt for. @spec XML Encryption 1.1 §4.3, Digikoppeling WB005, WB006, ENC003, ENC004
 */
export function encryptBody(content: Buffer, { certificate, algorithm, keyTransport }: SealTerms): SealedContent {
  const row = contentAlgorithm(algorithm ?? SEALING_ALGORITHMS[0] ?? '');
  if (row?.mode !== 'gcm') throw new Error(`no algorithm to encrypt with: ${algorithm}`);
  const [keyId, dataId] = [newId('EK'), newId('ED')];
  const key = randomBytes(row.keyLength);
  const iv = randomBytes(row.ivLength);
  const cipher = createCipheriv(row.cipher, key, iv, { authTagLength: HELD });
  const cipherText = Buffer.concat([iv, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
  return {
    encryptedKey: writeKey(key, { certificate, keyTransport: keyTransport ?? rsaOaepMgf1p() }, { keyId, dataId }),
    body: writeData(cipherText, row.uri, { keyId, dataId }),
  };
}

interface Ids {
  readonly keyId: string;
  readonly dataId: string;
}

function newId(prefix: string): string {
  return `${prefix}-${randomBytes(16).toString('hex')}`;
}

function writeKey(
  key: Buffer,
  { certificate, keyTransport }: { readonly certificate: Uint8Array; readonly keyTransport: KeyTransport },
  { keyId, dataId }: Ids,
): string {
  return writeEncryptedKey(
    key,
    { key: publicKeyOf(certificate), keyInfo: writeTokenReference(certificate), transport: keyTransport },
    {
      attributes: {
        'xmlns:xenc': XENC_NAMESPACE,
        'xmlns:ds': DS_NAMESPACE,
        'xmlns:wsse': WSSE_NAMESPACE,
        Id: keyId,
      },
      after: tag('xenc:ReferenceList', {}, tag('xenc:DataReference', { URI: `#${dataId}` })),
    },
  );
}

function publicKeyOf(certificate: Uint8Array): ReturnType<typeof certificateKey> {
  try {
    return certificateKey(certificate);
  } catch (cause) {
    const detail = 'the certificate to encrypt for holds no RSA key of 2048 bits or more';
    throw new GatewayError('CERTIFICATE_UNTRUSTED', { detail, cause });
  }
}

const EMPTY_VALUE = '</xenc:CipherValue>';

function writeData(cipherText: Buffer, algorithm: string, { keyId, dataId }: Ids): Buffer {
  const markup = tag(
    'xenc:EncryptedData',
    {
      'xmlns:xenc': XENC_NAMESPACE,
      'xmlns:ds': DS_NAMESPACE,
      'xmlns:wsse': WSSE_NAMESPACE,
      'xmlns:wsse11': WSSE11_NAMESPACE,
      Id: dataId,
      Type: `${XENC_NAMESPACE}Content`,
    },
    tag('xenc:EncryptionMethod', { Algorithm: algorithm }),
    tag(
      'ds:KeyInfo',
      {},
      tag(
        'wsse:SecurityTokenReference',
        { 'wsse11:TokenType': ENCRYPTED_KEY_TOKEN },
        tag('wsse:Reference', { URI: `#${keyId}` }),
      ),
    ),
    tag('xenc:CipherData', {}, tag('xenc:CipherValue', {})),
  );
  const at = markup.indexOf(EMPTY_VALUE);

  const value = Buffer.from(cipherText.toString('base64'), 'latin1');
  return Buffer.concat([Buffer.from(markup.slice(0, at)), value, Buffer.from(markup.slice(at))]);
}

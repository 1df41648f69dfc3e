import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignedXml } from 'xml-crypto';
import { SOAP_NS } from '../../../src/soap/envelope.ts';
import { WSA_NAMESPACE, WSSE11_NAMESPACE, WSU_NAMESPACE } from '../../../src/wus/namespaces.ts';
import { xmlsec1 } from './xmlsec1.ts';

/** Whether xml-crypto verifies an envelope with that certificate (PEM). */
export function askXmlCrypto(text: string, certificate: string): boolean {
  const verifier = new SignedXml({ publicCert: certificate, idMode: 'wssecurity' });
  verifier.loadSignature(
    /<ds:Signature.*<\/ds:Signature>/s.exec(
      text.replace('<wsse:SecurityTokenReference>', `<wsse:SecurityTokenReference xmlns:wsse="urn:any">`),
    )?.[0] ?? '',
  );
  try {
    return verifier.checkSignature(text);
  } catch {
    return false;
  }
}

/** The same of xmlsec1, which is to be there. */
export function askXmlsec1(text: string, certificate: string): { readonly ok: boolean; readonly said: string } {
  return runXmlsec1(text, { command: '--verify', keyOption: '--pubkey-cert-pem', key: certificate });
}

export interface Xmlsec1Run {
  readonly command: string;
  readonly keyOption: string;
  /** PEM */
  readonly key: string;
}

/** Tells xmlsec1 which attributes are Ids, which it cannot know. */
export function runXmlsec1(
  text: string,
  { command, keyOption, key }: Xmlsec1Run,
): { readonly ok: boolean; readonly said: string; readonly written: string } {
  const folder = mkdtempSync(join(tmpdir(), 'xmlsec1-'));
  try {
    const [document, keyFile] = [join(folder, 'document.xml'), join(folder, 'key.pem')];
    writeFileSync(document, text);
    writeFileSync(keyFile, key);
    const named = [
      `${WSU_NAMESPACE}:Timestamp`,
      `${SOAP_NS}:Body`,
      `${WSSE11_NAMESPACE}:SignatureConfirmation`,
      ...['To', 'Action', 'MessageID', 'RelatesTo', 'From', 'ReplyTo'].map((name) => `${WSA_NAMESPACE}:${name}`),
    ];
    const ids = named.flatMap((name) => ['--id-attr:Id', name]);
    const args = [command, keyOption, keyFile, '--enabled-key-data', 'rsa', ...ids, document];
    const { status, stderr, stdout } = spawnSync(xmlsec1 ?? 'xmlsec1', args, { encoding: 'utf8' });
    return { ok: status === 0, said: stderr, written: stdout };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

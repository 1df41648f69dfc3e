import { connect as connectPlain, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Config } from '../config/config.ts';
import { loadCertificates, loadKey } from '../load-keys.ts';
import { TLS_PROFILE, identityOptions } from '../../transport/tls-profile.ts';
import { doubt, good } from './finding.ts';
import type { DoctorFinding } from './finding.ts';

const PATIENCE_MS = 5_000;

/** Opens a connection as a message would, and sends nothing. */
export async function checkPartner(name: string, url: string, config: Config): Promise<DoctorFinding> {
  if (!URL.canParse(url)) return doubt(name, `${url} is no URL`, 'Ask the partner for a CPA with a right Endpoint.');
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const secure = protocol === 'https:';
  const address = { host, port: port === '' ? (secure ? 443 : 80) : Number(port) };
  const problem = await attempt(
    secure
      ? connectTls({ ...address, ...(await tlsOptions(config)), ...(isIP(host) === 0 ? { servername: host } : {}) })
      : connectPlain(address),
    secure ? 'secureConnect' : 'connect',
  );
  if (problem === undefined) return good(name, `${url} can be reached`);
  return doubt(name, `${url} cannot be reached: ${problem}`, 'Check network, firewall, certificates and the partner.');
}

async function tlsOptions({ keys }: Config): Promise<object> {
  const ca = await loadCertificates(keys.trust, 'keys.trust');
  if (keys.tlsClient === undefined) return { ...TLS_PROFILE, ca };
  const { key, certificate, passphrase } = await loadKey(keys.tlsClient);
  return {
    ...TLS_PROFILE,
    ca,
    ...identityOptions({ key, certificate, ...(passphrase === undefined ? {} : { passphrase }) }),
  };
}

function attempt(socket: Socket, ready: 'connect' | 'secureConnect'): Promise<string | undefined> {
  return new Promise((resolve) => {
    const end = (problem: string | undefined): void => {
      resolve(problem);
      socket.destroy();
    };
    socket.setTimeout(PATIENCE_MS, () => end('no answer in time'));
    socket.once(ready, () => end(undefined));
    socket.once('error', (error) => end(error.message));
  });
}

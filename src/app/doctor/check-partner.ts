import { connect as connectPlain, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Config } from '../config/config.ts';
import { loadCertificates, loadKey } from '../load-keys.ts';
import { messageOf } from '../../transport/peer-failure.ts';
import { TLS_PROFILE, identityOptions } from '../../transport/tls-profile.ts';
import { doubt, good } from './finding.ts';
import type { DoctorFinding } from './finding.ts';

const PATIENCE_MS = 5_000;
/** How long the other side has to hang up as well. */
const LEAVE_MS = 1_000;

/** Opens a connection as a message would, and sends nothing. */
export async function checkPartner(name: string, url: string, config: Config): Promise<DoctorFinding> {
  if (!URL.canParse(url)) return doubt(name, `${url} is no URL`, 'Ask the partner for a CPA with a right Endpoint.');
  const parsed = new URL(url);
  const address = addressOf(parsed);
  const { host } = address;
  const secure = parsed.protocol === 'https:';
  const problem = await attempt(
    secure
      ? connectTls({ ...address, ...(await tlsOptions(config)), ...(isIP(host) === 0 ? { servername: host } : {}) })
      : connectPlain(address),
    secure ? 'secureConnect' : 'connect',
  );
  if (problem === undefined) return good(name, `${url} can be reached`);
  return doubt(name, `${url} cannot be reached: ${problem}`, 'Check network, firewall, certificates and the partner.');
}

/** Opens a plain connection and closes it; answers what went wrong. */
export function connectTo(url: URL): Promise<string | undefined> {
  return attempt(connectPlain(addressOf(url)), 'connect');
}

const USUAL_PORTS: Readonly<Record<string, number>> = { 'https:': 443, 'amqp:': 5672, 'amqps:': 5671 };

function addressOf({ protocol, hostname, port }: URL): { readonly host: string; readonly port: number } {
  const usual = USUAL_PORTS[protocol] ?? 80;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? usual : Number(port) };
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
    let reached = false;
    socket.setTimeout(PATIENCE_MS, () => end(reached ? undefined : 'no answer in time'));
    // A line that is torn down in its handshake is an incident at the other end.
    socket.once(ready, () => {
      reached = true;
      socket.setTimeout(LEAVE_MS);
      socket.resume().once('close', () => resolve(undefined));
      socket.end();
    });
    // In TLS 1.3 our certificate may be refused behind the handshake; a plain line that is cut was there.
    socket.once('error', (error) => end(reached && ready === 'connect' ? undefined : messageOf(error)));
  });
}

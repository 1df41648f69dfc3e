import { once } from 'node:events';
import { get } from 'node:http';
import { createServer } from 'node:net';
import type { Config } from '../config/config.ts';
import { bad, good } from './finding.ts';
import type { DoctorFinding } from './finding.ts';

const PATIENCE_MS = 2_000;

/** Ports are free, or this gateway holds them already. */
export async function checkPorts(config: Config): Promise<readonly DoctorFinding[]> {
  const running = await isRunning(config);
  const places = [
    ['ebms.port', config.ebms],
    ['api.port', config.api],
  ] as const;
  return Promise.all(places.map(([key, { host, port }]) => checkPort({ key, host, port, running })));
}

/** Whether a gateway answers where the API of this configuration would be. */
export function isRunning({ api }: Config): Promise<boolean> {
  return new Promise((resolve) => {
    const host = api.host === '0.0.0.0' ? '127.0.0.1' : api.host;
    const request = get(
      { host, port: api.port, path: '/health/live', agent: false, timeout: PATIENCE_MS },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

async function checkPort(place: {
  readonly key: string;
  readonly host: string;
  readonly port: number;
  readonly running: boolean;
}): Promise<DoctorFinding> {
  const { key, host, port, running } = place;
  const problem = await tryListening(host, port);
  if (problem === undefined) return good(key, `${host}:${port} is free`);
  if (problem === 'EADDRINUSE' && running) return good(key, `${host}:${port} is in use, and a gateway answers`);
  const remedy = problem === 'EADDRINUSE' ? 'Stop what holds it, or take another port.' : 'Check host and port.';
  return bad(key, `${host}:${port} cannot be listened on: ${problem}`, remedy);
}

async function tryListening(host: string, port: number): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
  }
}

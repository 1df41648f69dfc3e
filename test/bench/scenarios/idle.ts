import { postiljon, startGateway } from '../../setup/gateway-process.ts';
import { rssOf } from '../measure.ts';
import { makeTwoParties } from '../two-parties.ts';

const SETTLE_MS = 2_000;

export interface IdleFigures {
  /** ms from spawn until /health/ready answers. */
  readonly readyAfterMs: number;
  /** MB, after a pause. */
  readonly rss: number;
}

/** A gateway from dist/ with one contract and nothing to do. */
export async function idle(): Promise<IdleFigures> {
  const parties = await makeTwoParties();
  try {
    const first = await parties.start(parties.receiver);
    await postiljon('cpa', 'list', '-c', parties.receiver.config);
    await first.stop();
    const gateway = await startGateway(parties.receiver.config, parties.receiver.apiUrl);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const rss = rssOf(gateway.pid);
    await gateway.stop();
    return { readyAfterMs: gateway.readyAfterMs, rss };
  } finally {
    parties.remove();
  }
}

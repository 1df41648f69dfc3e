import type { ConsultationCount } from '../consultations/counts.ts';
import type { WusService } from '../service.ts';
import type { Wus } from '../wus.ts';
import type { Exchange } from './exchange.ts';

/** What adapters and the command line can ask of WUS. */
export interface WusUseCases {
  readonly services: readonly WusService[];
  readonly exchange: Exchange;
  readonly consultations: Wus['consultations'];
  /** Consultations that ended since start, for /metrics. */
  counts(): readonly ConsultationCount[];
}

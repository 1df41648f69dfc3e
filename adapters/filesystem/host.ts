import type { AdapterHost, Gateway } from '../../src/index.ts';

/** What the adapter uses of what it is given. */
export interface FilesHost extends Pick<AdapterHost, 'clock' | 'log' | 'random'> {
  readonly gateway: Pick<Gateway, 'messages' | 'handovers' | 'usedBy'>;
}

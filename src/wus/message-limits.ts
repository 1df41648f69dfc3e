import { DEFAULT_MIME_LIMITS } from '../mime/limits.ts';
import type { CollectLimits } from '../mime/package-collector.ts';
import type { WusService } from './service.ts';

export function collectLimits({
  maxEnvelopeBytes,
  maxMessageBytes,
}: Pick<WusService, 'maxEnvelopeBytes' | 'maxMessageBytes'>): CollectLimits {
  return { maxEnvelopeBytes, maxMessageBytes, mime: { ...DEFAULT_MIME_LIMITS, maxBytes: maxMessageBytes } };
}

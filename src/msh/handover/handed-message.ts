import { type HandedMessage, type HandedPayload, type HandoverJob, MOST_OCTETS_COUNTED } from '../../ports/handover.ts';
import type { PayloadStore } from '../../ports/payload-store.ts';
import type { Translations } from '../translation/translations.ts';
import { handedPayload } from './handed-payload.ts';

/** At once where no route translates it. Rejects with what `Translations.handed` throws. */
export function handedMessage(
  job: HandoverJob,
  store: PayloadStore,
  translations: Pick<Translations, 'translates' | 'handed'>,
): HandedMessage | Promise<HandedMessage> {
  const { header, destination, payloads, attempt } = job;
  if (translations.translates(header, destination)) return translatedMessage(job, translations);
  return { ...header, ...replyOf(job), attempt, payloads: payloads.map((payload) => handedPayload(payload, store)) };
}

async function translatedMessage(job: HandoverJob, translations: Pick<Translations, 'handed'>): Promise<HandedMessage> {
  const { header, destination, payloads, attempt } = job;
  const handed: HandedPayload[] = [];
  for (const [index, payload] of payloads.entries())
    handed.push(await translations.handed(header, destination, index + 1, payload));
  return { ...header, ...replyOf(job), attempt, payloads: handed };
}

function replyOf({ replyTo }: HandoverJob): Pick<HandedMessage, 'replyTo'> {
  return replyTo === undefined ? {} : { replyTo };
}

/** What it counts in memory. */
export function octetsOf({ payloads }: HandoverJob): number {
  const octets = payloads.reduce((sum, { size }) => sum + size, 0);
  return Math.min(octets, MOST_OCTETS_COUNTED);
}

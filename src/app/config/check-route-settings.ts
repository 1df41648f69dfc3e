import { PARTNER } from '../../msh/handover/routes.ts';
import type { Settings } from './key-table.ts';
import { didYouMean } from './read-value.ts';
import type { Rule } from './rule.ts';
import { nearest } from './suggest.ts';

/** Every destination that the configured adapters serve. */
export function destinationsOf(settings: Settings): readonly string[] {
  const folders = settings['adapters.filesystem.folders'].filter(({ inbox }) => inbox !== undefined);
  return [
    'inbox',
    ...(settings['adapters.amqp.url'] === undefined ? [] : ['amqp']),
    ...settings['adapters.webhooks'].map(({ name }) => `webhook:${name}`),
    ...folders.map(({ name }) => `files:${name}`),
  ];
}

const LARGEST_TRANSLATED = 64 * 2 ** 20;

export const ROUTE_RULES: readonly Rule[] = [
  (settings) => {
    const known = destinationsOf(settings);
    const strange = settings.routes.flatMap(({ destination }, index) =>
      known.includes(destination) || destination === PARTNER
        ? []
        : [`rule ${index + 1}: no adapter serves ${destination}${didYouMean(nearest(destination, known))}`],
    );
    return strange.length === 0 ? undefined : { key: 'routes', reason: strange.join('; ') };
  },
  ({ 'ebms.limits.translated': most }) =>
    most > LARGEST_TRANSLATED
      ? { key: 'ebms.limits.translated', reason: 'may be 64 MiB at most: all of it is in memory, several times' }
      : undefined,
];

import type { Settings } from './key-table.ts';
import type { Rule } from './rule.ts';

const KEY = 'adapters.filesystem.folders';

/** What the folders of applications are to each other, and to the parties of the gateway. */
export const FOLDER_RULES: readonly Rule[] = [
  (settings) => {
    const twice = firstTwice(settings[KEY].map(({ name }) => name));
    return twice === undefined
      ? undefined
      : { key: KEY, reason: `${twice}: two have this name; the destination files:${twice} is of one` };
  },
  (settings) => {
    const twice = firstTwice(outboxesOf(settings));
    return twice === undefined
      ? undefined
      : { key: KEY, reason: `${twice}: is the outbox of two; each message is of one application` };
  },
  (settings) => {
    const outboxes = outboxesOf(settings);
    const loop = settings[KEY].find(({ inbox }) => inbox !== undefined && outboxes.includes(inbox));
    return loop && { key: KEY, reason: `${loop.name}: its inbox is an outbox: what comes would be sent` };
  },
  (settings) => {
    for (const { name, outbox } of settings[KEY]) {
      const named = [...(outbox?.parties ?? []), ...(outbox?.message === undefined ? [] : [outbox.message.from])];
      const strange = named.find((party) => !settings.parties.includes(party));
      if (strange !== undefined) return { key: KEY, reason: `${name}: ${strange} is none of \`parties\`` };
    }
    return undefined;
  },
  (settings) => {
    const own = settings[KEY].find(({ outbox }) => {
      const from = outbox?.message?.from;
      return from !== undefined && outbox?.parties?.includes(from) === false;
    });
    return own && { key: KEY, reason: `${own.name}: message.from is none of its own parties` };
  },
];

function outboxesOf(settings: Settings): readonly string[] {
  return settings[KEY].flatMap(({ outbox }) => (outbox === undefined ? [] : [outbox.folder]));
}

function firstTwice(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index);
}

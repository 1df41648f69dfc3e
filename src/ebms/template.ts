/** Markup that is written once for all messages that are alike but for a few values. */
export interface Template<Key extends string> {
  /** The whole markup. The values are markup too: `escapeText`. */
  insert(values: Readonly<Record<Key, string>>): string;
}

/** Private-use characters: they stand in hardly any text that a contract agrees. */
const FIRST_MARK = 0xe000;
const MARK = /[\ue000-\uf8ff]/;
const EACH_MARK = /([\ue000-\uf8ff])/;

/**
 * Makes a template of what `write` writes around the values that it asks for. undefined when the text around them holds a private-use
 * character, so that nobody could tell where values go.
 */
export function makeTemplate<Key extends string>(
  keys: readonly Key[],
  write: (value: (key: Key) => string) => string,
): Template<Key> | undefined {
  if (MARK.test(write(() => ''))) return undefined;
  const marked = write((key) => String.fromCharCode(FIRST_MARK + keys.indexOf(key))).split(EACH_MARK);
  const pieces = marked.map((piece, index) =>
    index % 2 === 0 ? { text: piece } : { key: keys[piece.charCodeAt(0) - FIRST_MARK] },
  );
  return {
    insert(values) {
      let markup = '';
      for (const { text, key } of pieces) markup += key === undefined ? (text ?? '') : values[key];
      return markup;
    },
  };
}

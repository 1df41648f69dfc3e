import { decryptionFailed } from './refusal.ts';

const LINE_FEED = 0x0a;
const MINUS = 0x2d;
const UNDERSCORE = 0x5f;
const WHITE_SPACE = /(?:[\t\n\r ]|&#(?:0*(?:9|1[03]|32)|x0*(?:9|[aAdD]|20));)+/g;
/** The longest reference to white space that is waited for when a chunk ends in it. */
const LONGEST_REFERENCE = 16;
const GROUP_BEGUN = /^[A-Za-z0-9+/]{0,3}$/;
const PADDING = /^={0,2}$/;
const URL_ALPHABET = /[-_]/;
const LAST_GROUP = /^[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/]=)$/;

/**
 * Decodes base64 that comes in pieces: strict but for white space, which may also be written as `&#13;` and the like. Whole groups
 * of four go the fast way; up to three characters wait for the next piece. Throws DECRYPTION_FAILED. @spec RFC 4648 §4
 */
export class Base64Decoder {
  /** Characters of a group begun, then one or two `=`, then perhaps a reference begun. */
  #group = '';
  #padding = '';
  #reference = '';

  /** Octets that a piece can come to at most. */
  static room(length: number): number {
    return Math.ceil(((length + LONGEST_REFERENCE) * 3) / 4) + 3;
  }

  /** Writes what `piece` decodes to into `target` at `at`, and answers where that ends. */
  decode(piece: Buffer, target: Buffer, at: number): number {
    const text = piece.toString('latin1');
    const end = this.#looksPlain(piece) ? this.#decodeGroups(text, target, at) : undefined;
    return end ?? this.#decodeText(text, target, at);
  }

  /** The end of the text: its last group, if that is a short one. */
  finish(target: Buffer, at: number): number {
    const group = this.#group + this.#padding;
    if (this.#reference !== '') throw notBase64();
    if (group === '') return at;
    const octets = Buffer.from(group, 'base64');
    if (!LAST_GROUP.test(group) || octets.toString('base64') !== group) throw notBase64();
    return at + octets.copy(target, at);
  }

  /** Searched for: what the library would take for base64, and line ends, which would make the fast way a vain one. */
  #looksPlain(piece: Buffer): boolean {
    if (this.#padding !== '' || this.#reference !== '') return false;
    return !piece.includes(LINE_FEED) && !piece.includes(MINUS) && !piece.includes(UNDERSCORE);
  }

  #decodeText(given: string, target: Buffer, at: number): number {
    const text = this.#whole(given).replace(WHITE_SPACE, '');
    const equals = text.indexOf('=');
    const significant = equals < 0 ? text : text.slice(0, equals);
    if ((this.#padding !== '' && significant !== '') || URL_ALPHABET.test(significant)) throw notBase64();
    if (equals >= 0) this.#padding += text.slice(equals);
    if (!PADDING.test(this.#padding)) throw notBase64();
    const end = this.#decodeGroups(significant, target, at);
    if (end === undefined) throw notBase64();
    return end;
  }

  /** The text with the reference that began in the piece before, and without one that ends in the next. */
  #whole(given: string): string {
    const text = this.#reference + given;
    const begun = text.lastIndexOf('&');
    const open = begun >= 0 && text.length - begun < LONGEST_REFERENCE && !text.includes(';', begun);
    this.#reference = open ? text.slice(begun) : '';
    return open ? text.slice(0, begun) : text;
  }

  /** Undefined, and nothing is changed, when `text` holds anything but the alphabet: what is passed over makes it shorter. */
  #decodeGroups(text: string, target: Buffer, at: number): number | undefined {
    const lead = this.#group === '' ? 0 : Math.min(4 - this.#group.length, text.length);
    const group = this.#group + text.slice(0, lead);
    const whole = text.length - ((text.length - lead) % 4);
    const complete = group.length === 4;
    const rest = complete || group === '' ? text.slice(whole) : group;
    if (!GROUP_BEGUN.test(rest)) return undefined;
    let end = at;
    if (complete) end += target.write(group, end, 'base64');
    const expected = at + (complete ? 3 : 0) + ((whole - lead) / 4) * 3;
    if (whole > lead)
      end += target.write(lead === 0 && whole === text.length ? text : text.slice(lead, whole), end, 'base64');
    if (end !== expected) return undefined;
    this.#group = rest;
    return end;
  }
}

function notBase64(): Error {
  return decryptionFailed('CipherValue: not base64');
}

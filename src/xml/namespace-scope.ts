import { type XmlNamespace, XML_NAMESPACE } from './events.ts';

/** Prefix → namespace at the place of reading or writing; what an element changes is taken back at its end. */
export class NamespaceScope {
  readonly #current = new Map<string, string>([['xml', XML_NAMESPACE]]);
  /** What the declarations in scope replaced, innermost last. */
  readonly #replaced: { readonly prefix: string; readonly uri: string | undefined }[] = [];

  /** How many declarations are in scope, overridden ones included. */
  get size(): number {
    return this.#replaced.length;
  }

  get(prefix: string): string | undefined {
    return this.#current.get(prefix);
  }

  declare({ prefix, uri }: XmlNamespace): void {
    this.#replaced.push({ prefix, uri: this.#current.get(prefix) });
    this.#current.set(prefix, uri);
  }

  /** Takes back all declarations but the first `size`. */
  shrink(size: number): void {
    while (this.#replaced.length > size) {
      const last = this.#replaced.pop();
      if (last === undefined) return;
      if (last.uri === undefined) this.#current.delete(last.prefix);
      else this.#current.set(last.prefix, last.uri);
    }
  }
}

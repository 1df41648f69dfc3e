/** Caps of one document; going over one is XML_LIMIT. */
export interface XmlLimits {
  readonly maxBytes: number;
  /** Trees are walked by recursion: keep it under some thousands. */
  readonly maxDepth: number;
  /** Of one element, namespace declarations included. */
  readonly maxAttributes: number;
  /** Octets of a qualified name or of a processing instruction's target. */
  readonly maxNameLength: number;
  /** Elements, texts, comments and processing instructions. */
  readonly maxNodes: number;
  /** Namespace declarations in scope at once, overridden ones included. */
  readonly maxNamespaces: number;
}

export const DEFAULT_XML_LIMITS: XmlLimits = {
  maxBytes: 10 * 1024 * 1024,
  maxDepth: 256,
  maxAttributes: 256,
  maxNameLength: 1024,
  maxNodes: 200_000,
  maxNamespaces: 256,
};

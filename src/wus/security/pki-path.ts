const SEQUENCE = 0x30;
const LONG_FORM = 0x80;

/** The last member of a DER SEQUENCE of SEQUENCEs: in a PKIPath the certificate that the others lead to. @spec X.509 §7.8 */
export function lastOfSequence(der: Buffer): Buffer | undefined {
  const outer = sequenceAt(der, 0);
  if (outer === undefined || outer.end !== der.length) return undefined;
  let last: Buffer | undefined;
  for (let at = outer.content; at < outer.end; ) {
    const member = sequenceAt(der, at);
    if (member === undefined) return undefined;
    last = der.subarray(at, member.end);
    at = member.end;
  }
  return last;
}

function sequenceAt(der: Buffer, at: number): { readonly content: number; readonly end: number } | undefined {
  const first = der[at + 1];
  if (der[at] !== SEQUENCE || first === undefined) return undefined;
  const octets = first < LONG_FORM ? 0 : first - LONG_FORM;
  const content = at + 2 + octets;
  if (octets > 3 || content > der.length || first === LONG_FORM) return undefined;
  const end = content + (octets === 0 ? first : der.readUIntBE(at + 2, octets));
  return end > der.length ? undefined : { content, end };
}

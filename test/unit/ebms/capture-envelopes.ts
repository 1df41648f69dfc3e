import { fixture } from '../../setup/fixtures.ts';

/** The SOAP envelope inside a recorded HTTP request or answer; undefined when it holds none. */
export function capturedEnvelope(path: string): Buffer | undefined {
  const octets = fixture(path).toString('latin1');
  const start = /<([A-Za-z-]+):Envelope[\s>]/.exec(octets);
  if (start === null) return undefined;
  const endTag = `</${start[1]}:Envelope>`;
  const end = octets.lastIndexOf(endTag);
  return Buffer.from(octets.slice(start.index, end + endTag.length), 'latin1');
}

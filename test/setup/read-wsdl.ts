import assert from 'node:assert/strict';
import { inspectWsdl, type OpenWsdlFile } from '../../src/wus/wsdl/read-wsdl.ts';
import type { WsdlInterface } from '../../src/wus/wsdl/wsdl.ts';

/** A WSDL in which nothing is wrong. */
export async function readWsdl(name: string, bytes: Uint8Array, open: OpenWsdlFile): Promise<WsdlInterface> {
  const { wsdl, findings } = await inspectWsdl(name, bytes, open);
  assert.ok(wsdl !== undefined, JSON.stringify(findings));
  return wsdl;
}

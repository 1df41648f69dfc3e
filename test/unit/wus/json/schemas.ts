import assert from 'node:assert/strict';
import { loadDocuments } from '../../../../src/wus/wsdl/documents.ts';
import { indexComponents } from '../../../../src/wus/wsdl/schema/components.ts';
import { readSchema } from '../../../../src/wus/wsdl/schema/read-schema.ts';
import type { XsdSchema } from '../../../../src/wus/wsdl/schema/schema.ts';
import { inspectWsdl } from '../../../../src/wus/wsdl/read-wsdl.ts';
import type { WsdlInterface } from '../../../../src/wus/wsdl/wsdl.ts';
import { openFiles, sampleWsdl, type SampleWsdl } from '../wsdl-samples.ts';

export const NS = 'urn:test';

/** The schema of global components; `tns` and `xs` are declared, local elements are qualified unless `form` says otherwise. */
export async function schemaOf(content: string, form = 'qualified'): Promise<XsdSchema> {
  const text =
    `<d:definitions xmlns:d="http://schemas.xmlsoap.org/wsdl/" targetNamespace="urn:w"><d:types>` +
    `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:tns="${NS}" targetNamespace="${NS}" ` +
    `elementFormDefault="${form}">${content}</xs:schema></d:types></d:definitions>`;
  const documents = await loadDocuments('test.wsdl', Buffer.from(text), openFiles());
  assert.deepEqual(documents.findings, []);
  return readSchema(indexComponents(documents.schemas));
}

export async function sampleInterface(sample: SampleWsdl): Promise<WsdlInterface> {
  const file = `${sample}.wsdl`;
  const { wsdl, findings } = await inspectWsdl(file, Buffer.from(sampleWsdl(file)), openFiles());
  assert.deepEqual(findings, []);
  assert.ok(wsdl !== undefined);
  return wsdl;
}

import assert from 'node:assert/strict';
import type { Translation } from '../../src/ports/translation.ts';
import { createTranslation } from '../../src/wus/json/translation.ts';
import { inspectSchema } from '../../src/wus/wsdl/read-schema-file.ts';

export const MELDING = 'urn:voorbeeld:melding';

/** A schema of one element, `melding`: a number and any number of remarks. */
export const MELDING_XSD =
  `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="${MELDING}" elementFormDefault="qualified">` +
  '<xs:element name="melding"><xs:complexType><xs:sequence><xs:element name="nummer" type="xs:int"/>' +
  '<xs:element name="opmerking" type="xs:string" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>' +
  '<xs:attribute name="spoed" type="xs:boolean"/></xs:complexType></xs:element></xs:schema>';

export async function meldingTranslation(): Promise<Translation> {
  const { schema } = await inspectSchema('melding.xsd', Buffer.from(MELDING_XSD), () => Promise.resolve(undefined));
  assert.ok(schema !== undefined);
  return createTranslation({ namespace: MELDING, localName: 'melding' }, schema);
}

export const meldingXml = (nummer: number | string, ...opmerkingen: readonly string[]): string =>
  `<m:melding xmlns:m="${MELDING}" spoed="true"><m:nummer>${nummer}</m:nummer>` +
  `${opmerkingen.map((one) => `<m:opmerking>${one}</m:opmerking>`).join('')}</m:melding>`;

export const meldingJson = (nummer: number, ...opmerking: readonly string[]): object => ({
  '@spoed': true,
  nummer,
  ...(opmerking.length === 0 ? {} : { opmerking }),
});

/*
 * A document as registers exchange them: records with nested elements in two namespaces, attributes with and without
 * prefix, indentation, a remark of a paragraph, letters beyond ASCII, references, and now and then a small attachment.
 */
const NAMESPACES =
  'xmlns="urn:voorbeeld:register:1.0" xmlns:vb="urn:voorbeeld:basis:2.1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
const REMARK =
  'De aanvrager is gehoord op het stadhuis; de stukken zijn op dezelfde dag aan het dossier toegevoegd en ter inzage gelegd. ' +
  'Tegen dit besluit kan binnen zes weken bezwaar worden gemaakt bij het college van burgemeester en wethouders.';
const ATTACHMENT_EVERY = 40;
const ATTACHMENT = Buffer.alloc(1500, 'postiljon').toString('base64');

/** A well-formed document of about `size` octets (less than a record over it); the same at every call. */
export function sampleDocument(size: number): Buffer {
  const parts = [`<?xml version="1.0" encoding="UTF-8"?>\n<register ${NAMESPACES}>\n`];
  for (let index = 0, length = 0; length < size; index++) {
    const text = record(index);
    length += Buffer.byteLength(text);
    parts.push(text);
  }
  return Buffer.from(`${parts.join('')}</register>\n`);
}

function record(index: number): string {
  const day = String((index % 28) + 1).padStart(2, '0');
  const remark = index % 3 === 0 ? `\n    <vb:toelichting xml:lang="nl">${REMARK}</vb:toelichting>` : '';
  const attachment =
    index % ATTACHMENT_EVERY === 0 ? `\n    <vb:bijlage contentType="application/pdf">${ATTACHMENT}</vb:bijlage>` : '';
  return `  <dossier id="D${index}" vb:versie="3" xsi:type="vb:Aanvraag">
    <vb:nummer soort="zaak">2026-${index}</vb:nummer>
    <vb:persoon vb:bsn="${100_000_000 + index}">
      <vb:voornamen>Renée Anna</vb:voornamen>
      <vb:geslachtsnaam voorvoegsel="van der">Bakker &amp; Zonen</vb:geslachtsnaam>
      <vb:geboorte datum="1971-04-${day}" land="6030"/>
    </vb:persoon>
    <adres>
      <straat>Julianastraat</straat>
      <huisnummer>${(index % 300) + 1}</huisnummer>
      <postcode>1234 AB</postcode>
      <plaats>’s-Gravenhage</plaats>
    </adres>
    <vb:status code="${index % 7}" sinds="2026-10-${day}T09:30:00Z">in behandeling</vb:status>${remark}${attachment}
  </dossier>
`;
}

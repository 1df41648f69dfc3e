import type { SampleWsdl } from '../wsdl-samples.ts';

const MELDING = 'http://dienst.voorbeeld.example/wus/melding_v1';
const BEVRAGING = 'http://dienst.voorbeeld.example/schema/bevraging_v1';
const ECHO = 'http://dienst.voorbeeld.example/wus/echo_v1';

/** A body of a sample service, and what it is in JSON. */
export interface SampleBody {
  readonly sample: SampleWsdl;
  readonly xml: string;
  readonly json: unknown;
  readonly attachments?: readonly string[];
}

export const BODIES: readonly SampleBody[] = [
  {
    sample: 'echo_v1',
    xml: `<e:echo xmlns:e="${ECHO}"><e:tekst>één &lt; twee &amp;&#13; drie</e:tekst></e:echo>`,
    json: { tekst: 'één < twee &\r drie' },
  },
  {
    sample: 'melding_v1',
    xml:
      `<dienMeldingIn xmlns="${MELDING}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n  <!-- from a form -->\n` +
      '<kenmerk>2026-17</kenmerk><registratie>gebouwen</registratie><object versie="007" soort="pand">0363100012</object>' +
      '<twijfel><gegeven>bouwjaar</gegeven><waarde>1200</waarde><voorstel xsi:nil="true"/></twijfel>' +
      '<twijfel><gegeven>oppervlakte</gegeven><waarde xsi:nil="1"/></twijfel>' +
      '<melder><telefoon>14 020</telefoon><organisatie>Gemeente Voorbeeld</organisatie></melder></dienMeldingIn>',
    json: {
      kenmerk: '2026-17',
      registratie: 'gebouwen',
      object: { '@versie': 7, '@soort': 'pand', '#text': '0363100012' },
      twijfel: [
        { gegeven: 'bouwjaar', waarde: '1200', voorstel: null },
        { gegeven: 'oppervlakte', waarde: null },
      ],
      melder: { telefoon: '14 020', organisatie: 'Gemeente Voorbeeld' },
    },
  },
  {
    sample: 'melding_v1',
    xml:
      `<m:status xmlns:m="${MELDING}"><m:meldingnummer>98765432109876543210</m:meldingnummer><m:afgehandeld>` +
      '<m:op>2026-11-22</m:op><m:gewijzigd>1</m:gewijzigd></m:afgehandeld></m:status>',
    json: { meldingnummer: '98765432109876543210', afgehandeld: { op: '2026-11-22', gewijzigd: true } },
  },
  {
    sample: 'melding_v1',
    xml: `<meldingFout xmlns="${MELDING}"><code>DK0004</code><tekst>onbekend object</tekst><plaats>object</plaats></meldingFout>`,
    json: { code: 'DK0004', tekst: 'onbekend object', plaats: ['object'] },
  },
  {
    sample: 'bevraging_v1',
    xml: `<zoekVergunningen xmlns="${BEVRAGING}"><nummer>V00000001</nummer><nummer>V00000002</nummer><hoogstens>10</hoogstens></zoekVergunningen>`,
    json: { nummer: ['V00000001', 'V00000002'], hoogstens: 10 },
  },
  {
    sample: 'bevraging_v1',
    xml: `<zoekVergunningen xmlns="${BEVRAGING}"><gemeente>Voorbeeld</gemeente><trefwoord>kap</trefwoord><peildatum>2026-01-01</peildatum></zoekVergunningen>`,
    json: { gemeente: 'Voorbeeld', trefwoord: ['kap'], peildatum: '2026-01-01' },
  },
  {
    sample: 'bevraging_v1',
    xml:
      `<vergunningen xmlns="${BEVRAGING}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
      '<vergunning geldig="true" versie="-3"><nummer>V12345678</nummer><verleend>2026-02-03</verleend>' +
      '<houder nummer="9007199254740993" soort="persoon">J. Voorbeeld</houder><houder>B.V. Voorbeeld</houder>' +
      '<leges munt="EUR">1234567890123456789.10</leges><plaats><x>1.5E5</x><y>-0.25</y></plaats>' +
      '<onderdeel><omschrijving>bouw</omschrijving><onderdeel><omschrijving>dak</omschrijving></onderdeel></onderdeel></vergunning>' +
      '<vergunning geldig="0"><nummer>V12345679</nummer><verleend>2026-02-04</verleend><houder/>' +
      '<leges munt="EUR" xsi:nil="true"/></vergunning><meer>false</meer></vergunningen>',
    json: {
      vergunning: [
        {
          '@geldig': true,
          '@versie': -3,
          nummer: 'V12345678',
          verleend: '2026-02-03',
          houder: [
            { '@nummer': '9007199254740993', '@soort': 'persoon', '#text': 'J. Voorbeeld' },
            { '#text': 'B.V. Voorbeeld' },
          ],
          leges: { '@munt': 'EUR', '#text': '1234567890123456789.10' },
          plaats: { x: 150000, y: -0.25 },
          onderdeel: [{ omschrijving: 'bouw', onderdeel: [{ omschrijving: 'dak' }] }],
        },
        {
          '@geldig': false,
          nummer: 'V12345679',
          verleend: '2026-02-04',
          houder: [{ '#text': '' }],
          leges: { '@munt': 'EUR', '#nil': true },
        },
      ],
      meer: false,
    },
  },
  {
    sample: 'bevraging_v1',
    xml: `<document xmlns="${BEVRAGING}"><naam>plan.pdf</naam><inhoud>JVBE\n Ri0xLjc=</inhoud><sha256>00ff</sha256></document>`,
    json: { naam: 'plan.pdf', inhoud: 'JVBERi0xLjc=', sha256: '00ff' },
  },
  {
    sample: 'bevraging_v1',
    xml:
      `<document xmlns="${BEVRAGING}"><naam>plan.pdf</naam><inhoud><xop:Include ` +
      'xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:een%25@voorbeeld.example"/></inhoud></document>',
    json: { naam: 'plan.pdf', inhoud: { '@attachment': 'een%@voorbeeld.example' } },
    attachments: ['een%@voorbeeld.example'],
  },
];

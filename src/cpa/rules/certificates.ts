import { toDateTime } from '../../clock.ts';
import { readCertificate } from '../certificate.ts';
import type { CertificateFacts } from '../certificate.ts';
import type { PartyInfo } from '../model.ts';
import { OIN_TYPE, oinOf } from '../oin.ts';
import { finding } from './finding-table.ts';
import type { Finding, FindingCode } from './finding-table.ts';
import { channelsInUse, placeOfParty } from './places.ts';
import type { RuleSubject } from './places.ts';

const SOON_MS = 60 * 86_400_000;

/** The certificates that the channels in use refer to; each is judged once a party. @spec Digikoppeling PKI001, PKI002 */
export function checkCertificates(subject: RuleSubject): readonly Finding[] {
  const { cpa } = subject;
  return cpa.parties.flatMap((party) => {
    const judged = new Set<string>();
    return usesOf(party).flatMap((use) => {
      const certificate = party.certificates.get(use.certId);
      if (certificate === undefined) return [];
      const place = `${placeOfParty(cpa, party)}/Certificate[@certId='${use.certId}']`;
      const facts = certificate.der === undefined ? undefined : readCertificate(certificate.der);
      if (facts === undefined) return [finding('CERTIFICATE_UNREADABLE', place)];
      // The same certificate under several ids is one finding, unless its use is another.
      // Whoever signs or encrypts with it is judged more strictly than TLS, and comes first.
      if (judged.has(facts.fingerprint)) return [];
      judged.add(facts.fingerprint);
      return judge(facts, { ...use, party, subject }).map(([code, detail]) => finding(code, place, detail));
    });
  });
}

interface Use {
  readonly certId: string;
  readonly purpose: 'sign' | 'encrypt' | 'tls';
}

/** Those that sign first, then those that encrypt. */
function usesOf(party: PartyInfo): readonly Use[] {
  const uses: Use[] = [];
  const add = (certId: string | undefined, purpose: Use['purpose']): void => {
    if (certId !== undefined && !uses.some((use) => use.certId === certId)) uses.push({ certId, purpose });
  };
  const channels = channelsInUse(party);
  const documents = channels.map((channel) => party.docExchanges.get(channel.docExchangeId));
  for (const document of documents) add(document?.sender?.nonRepudiation?.certificateRef, 'sign');
  for (const document of documents) add(document?.receiver?.envelope?.certificateRef, 'encrypt');
  for (const transport of channels.map((channel) => party.transports.get(channel.transportId))) {
    add(transport?.clientCertificateRef, 'tls');
    add(transport?.serverCertificateRef, 'tls');
  }
  return uses;
}

type Judgement = readonly [FindingCode, string];

function judge(
  facts: CertificateFacts,
  use: Use & { readonly party: PartyInfo; readonly subject: RuleSubject },
): readonly Judgement[] {
  const judgements = [...judgeDates(facts, use.purpose, use.subject), ...judgeKey(facts, use.purpose)];
  if (/sha1|md5/i.test(facts.signatureAlgorithm)) judgements.push(['CERTIFICATE_SHA1', facts.subject]);
  const oins = use.party.partyIds.filter(({ type }) => type === OIN_TYPE).flatMap(({ value }) => oinOf(value) ?? []);
  const { subjectSerialNumber: owner } = facts;
  if (oins.length > 0 && (owner === undefined || !oins.includes(owner))) {
    judgements.push(['CERTIFICATE_OIN', `${facts.subject}: ${owner ?? 'none'}`]);
  }
  return judgements;
}

function judgeDates(facts: CertificateFacts, purpose: Use['purpose'], { cpa, now }: RuleSubject): readonly Judgement[] {
  const { notBefore, notAfter, subject } = facts;
  const until = `${subject}, ${toDateTime(notAfter)}`;
  const outside = now > notAfter || now < notBefore;
  if (outside && purpose === 'tls') return [['CERTIFICATE_TLS_DATES', until]];
  if (now > notAfter) return [['CERTIFICATE_ENDED', until]];
  if (now < notBefore) return [['CERTIFICATE_LATER', `${subject}, ${toDateTime(notBefore)}`]];
  if (notAfter - now < SOON_MS) return [['CERTIFICATE_ENDS_SOON', until]];
  return notAfter < cpa.end ? [['CERTIFICATE_ENDS_FIRST', until]] : [];
}

function judgeKey({ keyType, rsaBits, subject }: CertificateFacts, purpose: Use['purpose']): Judgement[] {
  if (keyType !== 'rsa') return purpose !== 'tls' ? [['CERTIFICATE_KEY_TYPE', `${subject}, ${keyType}`]] : [];
  const bits = `${subject}, ${rsaBits} bits`;
  if (rsaBits === undefined || rsaBits < 2048) return [['CERTIFICATE_KEY_SHORT', bits]];
  return rsaBits < 3072 ? [['CERTIFICATE_KEY_PHASE_OUT', bits]] : [];
}

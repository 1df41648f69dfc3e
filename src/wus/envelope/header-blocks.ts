import { GatewayError } from '../../errors.ts';
import type { SoapEnvelope } from '../../soap/envelope.ts';
import { checkMustUnderstand } from '../../soap/header-blocks.ts';
import { childElements, type XmlElement } from '../../xml/tree.ts';
import { isAddressing } from '../addressing/parse-addressing.ts';
import { WSSE_NAMESPACE } from '../namespaces.ts';
import type { WusProfile } from '../profiles.ts';

/**
 * Only header blocks of the profile: WS-Addressing, and wsse:Security where it signs. What is there beside them would be read by
 * nobody. Throws SOAP_MUST_UNDERSTAND, WUS_HEADER_FOREIGN. @spec Digikoppeling WS007
 */
export function checkHeaderBlocks({ header }: SoapEnvelope, profile: WusProfile): void {
  const isOfProfile = (block: XmlElement): boolean => isAddressing(block) || (profile.signed && isSecurity(block));
  checkMustUnderstand(header, isOfProfile);
  const foreign = header === undefined ? undefined : childElements(header).find((block) => !isOfProfile(block));
  if (foreign === undefined) return;
  throw new GatewayError('WUS_HEADER_FOREIGN', {
    location: '/Envelope/Header',
    detail: `{${foreign.namespace}}${foreign.localName}`,
  });
}

function isSecurity(block: XmlElement): boolean {
  return block.namespace === WSSE_NAMESPACE && block.localName === 'Security';
}
